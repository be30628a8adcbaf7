from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.scoring import (
    AnswerError,
    Mark,
    better,
    check,
    points,
    score,
)
from tests.core.made import graded, municipal, national, sheet

GRADES = ("A", "B", "C", "D")


@pytest.mark.requirement("R137")
@pytest.mark.parametrize(
    ("marks", "total", "verdict"),
    [
        (sheet((50, "AAA")), "150.00", "pass"),
        (sheet((50, "BBB")), "105.00", "pass"),
        (sheet((50, "CCC")), "45.00", "fail"),
        (sheet((49, "AAA"), (1, "DDD")), "147.00", "fail"),
        (sheet((49, "AAA"), (1, "CDD")), "147.24", "pass"),
        (sheet((33, "AAA"), (17, "CCC")), "114.30", "pass"),
        (sheet((46, "BBB"), (4, "CCC")), "100.20", "pass"),
        (sheet((45, "BBB"), (5, "CCC")), "99.00", "rectify"),
        (sheet((25, "BBB"), (25, "CCC")), "75.00", "rectify"),
        (sheet((24, "BBB"), (26, "CCC")), "73.80", "fail"),
    ],
)
def test_the_on_site_form_gives_the_worked_numbers(marks: dict[str, Mark], total: str, verdict: str) -> None:
    outcome = score(national(), marks)

    assert (outcome.points, outcome.band.code) == (Decimal(total), verdict)


@pytest.mark.parametrize(
    ("part", "shares"),
    [
        ("presence", ["0.80", "0.56", "0.24", "0.00"]),
        ("trace", ["1.00", "0.70", "0.30", "0.00"]),
        ("effect", ["1.20", "0.84", "0.36", "0.00"]),
    ],
)
def test_each_part_has_four_possible_scores(part: str, shares: list[str]) -> None:
    rule = national().indicators["1"].rule

    assert [points(rule, {part: grade}) for grade in GRADES] == [Decimal(share) for share in shares]


@pytest.mark.requirement("R219", "R220")
@pytest.mark.parametrize(
    ("value", "verdict"),
    [("69.99", "not-qualified"), ("70.00", "qualified"), ("89.99", "qualified"), ("90.00", "title")],
)
def test_seventy_is_qualified_and_ninety_is_the_title(value: str, verdict: str) -> None:
    scheme = municipal({"kind": "proportion", "points": 100})

    assert score(scheme, {"1": Mark({"value": value})}).band.code == verdict


def test_a_zero_item_is_shown_and_blocks_every_band_but_the_last() -> None:
    outcome = score(national(), sheet((49, "AAA"), (1, "DDD")))

    assert outcome.zeros == ("50",)
    assert [each.is_blocked for each in outcome.distances] == [True, True, False]


def test_distance_says_how_many_points_each_band_is_away() -> None:
    outcome = score(national(), sheet((45, "BBB"), (5, "CCC")))

    assert [(each.band.code, each.points) for each in outcome.distances] == [
        ("pass", Decimal("1.00")),
        ("rectify", Decimal(0)),
        ("fail", Decimal(0)),
    ]


def test_an_item_nobody_looked_at_is_missing_and_stops_a_pass_like_a_zero() -> None:
    outcome = score(national(), sheet((49, "AAA")))

    assert (outcome.missing, outcome.zeros, outcome.band.code) == (("50",), (), "fail")
    assert not outcome.is_final


@pytest.mark.parametrize(
    ("value", "expected"), [("100", "5.00"), ("95", "5.00"), ("94.99", "3.00"), ("80", "3.00"), ("0", "0.00")]
)
def test_points_follow_the_bands_of_a_metric(value: str, expected: str) -> None:
    steps = [{"at_least": 95, "points": 5}, {"at_least": 80, "points": 3}]
    rule = municipal({"kind": "bands", "steps": steps}, full=5).indicators["1"].rule

    assert points(rule, {"value": value}) == Decimal(expected)


@pytest.mark.parametrize(
    ("count", "expected"), [("0", "5.00"), ("3", "3.50"), ("10", "0.00"), ("99", "0.00")]
)
def test_deductions_stop_at_the_floor(count: str, expected: str) -> None:
    fault = {"code": "found", "label": "发现", "label_en": "found", "points": "0.5"}
    rule = municipal({"kind": "deduct", "points": 5, "faults": [fault]}, full=5).indicators["1"].rule

    assert points(rule, {"found": count}) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", "0.00"), ("59.9", "0.00"), ("60", "6.32"), ("95", "10.00"), ("120", "10.00")],
)
def test_a_proportion_is_capped_and_may_start_late(value: str, expected: str) -> None:
    rule = {"kind": "proportion", "points": 10, "full_at": 95, "nothing_below": 60}

    assert points(municipal(rule, full=10).indicators["1"].rule, {"value": value}) == Decimal(expected)


def test_a_bonus_adds_on_top_up_to_its_cap() -> None:
    scheme = municipal(
        {"kind": "yes-no", "points": 10}, {"kind": "bonus", "points": 2, "each": "0.5"}, full=10
    )

    totals = [
        score(scheme, {"1": Mark({"value": "1"}), "2": Mark({"value": count})}).points for count in "0139"
    ]

    assert totals == [Decimal("10.00"), Decimal("10.50"), Decimal("11.50"), Decimal("12.00")]


def test_a_veto_that_happened_leaves_only_the_lowest_band() -> None:
    scheme = municipal({"kind": "yes-no", "points": 100}, {"kind": "veto"})
    full = {"1": Mark({"value": "1"})}

    calm = score(scheme, full | {"2": Mark({"value": "0"})})
    accident = score(scheme, full | {"2": Mark({"value": "1"})})

    assert (calm.band.code, calm.vetoes) == ("title", ())
    assert (accident.band.code, accident.vetoes, accident.points) == ("not-qualified", ("2",), Decimal(100))


def test_scaling_lowers_the_marks_by_the_share_that_does_not_apply() -> None:
    marks = sheet((34, "AAA")) | {str(n): Mark({}, True, "无水域") for n in range(35, 51)}

    outcome = score(national(), marks)

    assert (outcome.points, outcome.full) == (Decimal("102.00"), Decimal(102))
    assert [each.at_least for each in outcome.distances] == [Decimal("68.00"), Decimal("51.00"), Decimal(0)]


def test_a_scaled_mark_is_rounded_up() -> None:
    scheme = national()
    marks = {"1": Mark({}, True, "无水域")}

    assert score(scheme, marks).distances[0].at_least == Decimal("98.00")
    assert score(municipal({"kind": "yes-no", "points": 60}, {"kind": "yes-no", "points": 40},
                           not_applicable="scale", points=100),
                 {"2": Mark({}, True, "无")}).distances[0].at_least == Decimal("54.00")  # fmt: skip


def test_full_marks_for_what_does_not_apply_when_the_scheme_says_so() -> None:
    outcome = score(national(not_applicable="full"), {"1": Mark({}, True, "无水域")})

    assert (outcome.points, outcome.full) == (Decimal(3), Decimal(150))


def test_a_scheme_may_refuse_not_applicable() -> None:
    scheme = national(not_applicable="refuse")

    with pytest.raises(AnswerError, match="不允许"):
        check(scheme, scheme.indicators["1"], Mark({}, True, "无水域"))


def test_not_applicable_needs_a_reason() -> None:
    scheme = national()

    with pytest.raises(AnswerError, match="理由"):
        check(scheme, scheme.indicators["1"], Mark({}, True, " "))


@pytest.mark.parametrize(
    ("rule", "answers", "question"),
    [
        ({"kind": "parts"}, {"presence": "A", "trace": "A"}, "effect"),
        ({"kind": "parts"}, {"presence": "E", "trace": "A", "effect": "A"}, "presence"),
        ({"kind": "parts"}, {"presence": "A", "trace": "A", "effect": "A", "luck": "A"}, "luck"),
        ({"kind": "yes-no", "points": 3}, {"value": "2"}, "value"),
        ({"kind": "proportion", "points": 3}, {"value": "-1"}, "value"),
        ({"kind": "proportion", "points": 3}, {"value": "NaN"}, "value"),
        ({"kind": "proportion", "points": 3}, {"value": "many"}, "value"),
    ],
)
def test_an_answer_that_does_not_fit_names_its_question(
    rule: dict[str, Any], answers: dict[str, str], question: str
) -> None:
    scheme = municipal(rule, full=3)

    with pytest.raises(AnswerError) as error:
        check(scheme, scheme.indicators["1"], Mark(answers))

    assert error.value.question == question


def test_the_better_of_two_answers_is_kept_question_by_question() -> None:
    rule = national().indicators["1"].rule

    merged = better(rule, {"presence": "A", "trace": "C"}, {"presence": "B", "trace": "B", "effect": "D"})

    assert merged == {"presence": "A", "trace": "B", "effect": "D"}


any_grades = st.tuples(*[st.sampled_from(GRADES)] * 3)


@given(st.lists(any_grades, min_size=50, max_size=50))
def test_points_lie_between_nothing_and_everything(grades: list[tuple[str, str, str]]) -> None:
    outcome = score(NATIONAL, {str(n): graded(*each) for n, each in enumerate(grades, 1)})

    assert Decimal(0) <= outcome.points <= Decimal(150)
    assert outcome.points == sum(outcome.scored.values())
    assert (outcome.band.code == "pass") == (outcome.points >= 100 and not outcome.zeros)


@given(st.lists(any_grades, min_size=50, max_size=50), st.integers(1, 50), st.integers(0, 2))
def test_a_better_grade_never_lowers_points_or_verdict(
    grades: list[tuple[str, str, str]], item: int, part: int
) -> None:
    marks = {str(n): graded(*each) for n, each in enumerate(grades, 1)}
    raised = [*grades[item - 1]]
    raised[part] = GRADES[max(GRADES.index(raised[part]) - 1, 0)]
    before = score(NATIONAL, marks)
    after = score(NATIONAL, marks | {str(item): graded(*raised)})

    assert after.points >= before.points
    assert NATIONAL.bands.index(after.band) <= NATIONAL.bands.index(before.band)


NATIONAL = national()
