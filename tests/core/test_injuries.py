"""What a card must hold, which are restricted, when two are one, levels and clocks of accidents."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from safecommunity.core import injuries
from safecommunity.core.injuries import Casualties, Rules
from safecommunity.library import cards, codes

TODAY = date(2026, 11, 1)
RULES = Rules(codes["injury-causes"], codes["injury-intents"], codes["age-bands"])
FALL = {
    "injured_date": "2026-10-02", "place": "home", "cause": "fall", "activity": "vital", "sex": "female",
    "age": "72", "nature": "fracture", "body_part": "leg", "severity": "moderate", "outcome": "admitted",
    "occupation": "retired", "source": "clinic",
}  # fmt: skip


def errors(**changes: Any) -> dict[str, str]:
    found = injuries.check(cards["injury"], {**FALL, **changes}, RULES, TODAY)
    return {key: str(message) for key, message in found.errors.items()}


def test_the_national_lists_have_their_numbers_of_values() -> None:
    lists = ("causes", "places", "activities", "intents", "natures", "body-parts", "severities", "outcomes")
    sizes = [len(codes[f"injury-{name}"]) for name in lists]
    assert sizes == [14, 10, 10, 5, 9, 8, 3, 6]
    for name in lists:
        assert [one.extra["national"] for one in codes[f"injury-{name}"].values()] == [
            str(number) for number in range(1, len(codes[f"injury-{name}"]) + 1)
        ]


def test_a_fall_card_is_taken_and_keeps_only_its_own_branch() -> None:
    found = injuries.check(
        cards["injury"],
        {**FALL, "fall_type": "stairs", "poison": "煤气", "assailant": "family"},
        RULES,
        TODAY,
    )
    assert not found.errors
    assert not found.unusual
    assert found.clean["fall_type"] == "stairs"
    assert not {"poison", "assailant"} & set(found.clean)


def test_every_branch_named_by_a_cause_or_intent_is_a_part_of_the_card() -> None:
    parts = {section.code for section in cards["injury"].sections}
    for name in ("injury-causes", "injury-intents"):
        assert {one.extra["branch"].replace("-", "") for one in codes[name].values()} - {""} <= parts
    assert set(injuries.BRANCHES) <= parts


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"injured_date": "2026-11-02"}, "injured_date", "不能晚于今天"),
        ({"visit": "again"}, "visit", "不另填卡"),
        ({"visit_date": "2026-10-01"}, "visit_date", "不能早于"),
        ({"education": "too-young"}, "education", "6岁"),
        ({"outcome": "died"}, "severity", "重度"),
        ({"cause": "sexual"}, "intent", "不是非故意"),
        ({"cause": "other"}, "cause_text", "必填"),
        ({"place": "other"}, "place_text", "必填"),
        ({"hour": "24"}, "hour", "不能大于23"),
        ({"icd": "S72"}, "icd", "V01"),
        ({"id_number": "110101195001011239"}, "sex", "身份证号不符"),
        ({"id_number": "110101195001011220"}, "age", "应为76岁"),
        ({"age": ""}, "age", "必填"),
        ({"cause": "flood"}, "cause", "不在可选项中"),
    ],
)
def test_what_is_wrong_with_a_card_is_said(changes: dict[str, str], key: str, words: str) -> None:
    found = errors(**changes)
    assert words in found[key]


def test_an_icd_code_of_chapter_twenty_is_taken() -> None:
    assert errors(icd="W10.0") == {}
    assert errors(icd="y09") == {}


@pytest.mark.parametrize(
    ("changes", "key"),
    [({"occupation": ""}, "occupation"), ({"occupation": "preschool"}, "occupation"),
     ({"age": "3", "intent": "self-harm"}, "intent"), ({"age": "110"}, "age")],
)  # fmt: skip
def test_what_is_odd_is_taken_with_a_remark(changes: dict[str, str], key: str) -> None:
    found = injuries.check(cards["injury"], {**FALL, **changes}, RULES, TODAY)
    assert not found.errors
    assert key in found.unusual


def test_self_harm_assault_and_sexual_assault_are_restricted() -> None:
    assert not RULES.restricted({"cause": "fall", "intent": "unintentional"})
    assert RULES.restricted({"cause": "sharp", "intent": "self-harm"})
    assert RULES.restricted({"cause": "blunt", "intent": "assault"})
    assert RULES.restricted({"cause": "sexual", "intent": "assault"})
    assert RULES.branches({"cause": "sharp", "intent": "self-harm"}) == {"selfharm"}


def test_an_age_falls_into_its_band() -> None:
    assert [RULES.band(age) for age in (0, 4, 5, 64, 65, 84, 85, 120, None)] == [
        "0-4", "0-4", "5-14", "55-64", "65-74", "75-84", "85", "85", "",
    ]  # fmt: skip


@pytest.mark.requirement("R56")
@pytest.mark.parametrize(
    ("deaths", "serious", "loss", "level"),
    [
        (0, 0, 0, "none"), (1, 0, 0, "general"), (2, 9, 9_999_999, "general"), (0, 1, 0, "general"),
        (3, 0, 0, "larger"), (0, 10, 0, "larger"), (0, 0, 10_000_000, "larger"), (9, 0, 0, "larger"),
        (10, 0, 0, "major"), (0, 50, 0, "major"), (0, 0, 50_000_000, "major"),
        (30, 0, 0, "special"), (0, 100, 0, "special"), (0, 0, 100_000_000, "special"),
    ],
)  # fmt: skip
def test_the_level_follows_the_statutory_thresholds_lower_edge_included(
    deaths: int, serious: int, loss: int, level: str
) -> None:
    assert injuries.level(Casualties(deaths, serious, Decimal(loss)), codes["accident-levels"]) == level


@pytest.mark.requirement("R56")
@pytest.mark.parametrize(("kind", "hours", "days"), [("fire", 1, 7), ("work", 1, 30), ("injury", 2, 30)])
def test_the_clock_runs_from_when_the_unit_knew(kind: str, hours: int, days: int) -> None:
    clock = injuries.clock(datetime(2026, 10, 1, 9, 30), date(2026, 10, 1), kind, codes["accident-classes"])
    assert clock.report_by.hour == 9 + hours
    assert (clock.supplement_until - date(2026, 10, 1)).days == days


def test_a_time_of_day_is_read_or_refused() -> None:
    assert injuries.clock_time("9:05") == (9, 5)
    assert injuries.clock_time(" 23：59 ") == (23, 59)
    assert [injuries.clock_time(text) for text in ("24:00", "9.30", "", "9:60")] == [None] * 4


def side(**changes: Any) -> dict[str, Any]:
    own = {
        "person": "",
        "injured_date": date(2026, 10, 2),
        "cause": "fall",
        "sex": "female",
        "age": 72,
        "hour": 9,
    }
    return {**own, **changes}


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        ({"person": "a"}, {"person": "a"}, "sure"),
        ({"person": "a"}, {"person": "a", "injured_date": date(2026, 10, 5)}, "likely"),
        ({"person": "a"}, {"person": "a", "cause": "blunt"}, "likely"),
        ({"person": "a"}, {"person": "a", "injured_date": date(2026, 10, 6)}, ""),
        ({"person": "a"}, {"person": "b"}, ""),
        ({"person": "a"}, {}, "possible"),
        ({}, {"hour": None}, "possible"),
        ({}, {"hour": 10}, "possible"),
        ({}, {"hour": 12}, ""),
        ({}, {"age": 73}, ""),
        ({}, {"injured_date": date(2026, 10, 3)}, ""),
    ],
)
def test_two_cards_are_as_alike_as_what_agrees(one: Any, other: Any, grade: str) -> None:
    found = injuries.likeness(side(**one), side(**other))
    assert (found.grade if found else "") == grade
