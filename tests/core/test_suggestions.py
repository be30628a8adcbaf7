from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.schemes import Scheme, parse
from safecommunity.core.scoring import points
from safecommunity.core.suggestions import Facts, Records, Suggestion, suggest
from tests.core.made import form, indicator, municipal

TODAY = dt.date(2026, 12, 31)
MEETINGS = {"ledger": "meetings", "label": "会议", "label_en": "Meetings", "at_least": 4, "months": 4}
RULES = {"ledger": "rules", "label": "制度", "label_en": "Rules", "at_least": 10, "standing": True}
PLAN = {"label": "规划", "label_en": "Plan"}


def scheme(rule: dict[str, Any] | None = None, **more: Any) -> Scheme:
    """One indicator "1" with the given rule, evidence and metrics."""
    item = indicator("1", rule or {"kind": "parts"}, **more)
    element = {"code": "1", "name": "要素", "name_en": "Element", "indicators": [item]}
    worth = 3 if rule is None else rule.get("points", 3)
    full = 0 if (rule or {}).get("kind") in ("veto", "bonus") else worth
    bands = [{"code": "b", "name": "b", "name_en": "b", "at_least": 0, "meaning": "意", "meaning_en": "m"}]
    changes = {"points": full, "bands": bands, "elements": [element], "effect_without_metric": "B"}
    return parse("one", form() | changes | {"recent_days": 180})


def facts(
    *, ledgers: dict[str, Records] | None = None, cited: int = 0, metrics: dict[str, str] | None = None,
    months: int = 12,
) -> Facts:  # fmt: skip
    return Facts(
        today=TODAY,
        months=months,
        ledgers=ledgers or {},
        cited={"1": Records(cited, {"2026-12": cited}, TODAY)} if cited else {},
        metrics={code: Decimal(value) for code, value in (metrics or {}).items()},
    )


def records(*months: int, each: int = 1) -> Records:
    """`each` records in each of these months of 2026."""
    found = {f"2026-{month:02}": each for month in months}
    return Records(each * len(months), found, dt.date(2026, max(months), 28) if months else None)


def suggested(made: Scheme, known: Facts) -> Suggestion:
    return suggest(made, made.indicators["1"], known)


def grades(made: Scheme, known: Facts) -> str:
    return "".join(suggested(made, known).answers.values())


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (facts(), "DDD"),
        (facts(ledgers={"meetings": records(2, 5, 8, 11)}), "AAB"),
        (facts(ledgers={"meetings": records(8, 9, 11)}), "ABB"),
        (facts(ledgers={"meetings": records(11)}), "ACC"),
        (facts(ledgers={"meetings": records(11, each=9)}), "ACC"),
        (facts(ledgers={"meetings": records(1, 2, 3, 4)}), "ABB"),
        (facts(cited=1), "ACC"),
    ],
    ids=["nothing", "a quarter each", "three", "one", "nine in one month", "long ago", "one file"],
)  # fmt: skip
@pytest.mark.requirement("R137")
def test_grades_follow_papers_number_spread_and_recency(known: Facts, expected: str) -> None:
    assert grades(scheme(evidence=[MEETINGS]), known) == expected


def test_effect_follows_the_metrics() -> None:
    made = scheme(
        evidence=[MEETINGS], metrics=[{"metric": "rate", "at_least": 95}, {"metric": "fires", "at_most": 0}]
    )
    full = {"meetings": records(2, 5, 8, 11)}

    effects = [
        grades(made, facts(ledgers=full, metrics={"rate": rate, "fires": fires}))[2]
        for rate, fires in (("95", "0"), ("94.9", "0"), ("10", "1"))
    ]

    assert effects == ["A", "C", "D"]


def test_the_reason_says_what_was_counted() -> None:
    made = scheme(evidence=[MEETINGS, RULES, PLAN], metrics=[{"metric": "rate", "at_least": 95}])
    known = facts(ledgers={"meetings": records(1, 2)}, metrics={"rate": "94.50"})

    reasons = {(each.part, each.code): each.values for each in suggested(made, known).reasons}

    assert reasons == {
        ("presence", "papers"): {
            "found": 1, "asked": 3, "cited": 0, "missing": ["制度", "规划"], "missing_en": ["Rules", "Plan"],
        },
        ("trace", "records"): {"found": 2, "asked": 14},
        ("trace", "spread"): {"found": 2, "asked": 4},
        ("trace", "records-old"): {"days": 180},
        ("effect", "metric-missed"): {"metric": "rate", "target": "95", "side": "at-least", "value": "94.5"},
    }  # fmt: skip


def test_only_what_is_due_by_now_is_asked_for() -> None:
    assert grades(scheme(evidence=[MEETINGS]), facts(ledgers={"meetings": records(9)}, months=3)) == "AAB"


def test_a_standing_list_needs_no_months() -> None:
    assert (
        grades(scheme(evidence=[RULES]), facts(ledgers={"rules": Records(10, {}, dt.date(2020, 1, 1))}))
        == "AAB"
    )


def test_a_metric_nobody_measured_reaches_nothing_and_is_named() -> None:
    made = scheme(evidence=[RULES], metrics=[{"metric": "rate", "at_least": 95}])
    found = suggested(made, facts(ledgers={"rules": Records(10)}))

    assert found.answers["effect"] == "D"
    assert ("effect", "metric-unknown") in {(each.part, each.code) for each in found.reasons}


def test_a_measured_item_takes_the_metric_itself() -> None:
    rule = {"kind": "bands", "metric": "rate", "points": 3, "steps": [{"at_least": 95, "points": 3}]}

    assert suggested(scheme(rule), facts(metrics={"rate": "95.00"})).answers == {"value": "95"}
    assert suggested(scheme(rule), facts()).answers == {}


def test_a_yes_needs_all_papers_in_number_and_all_metrics() -> None:
    made = scheme(
        {"kind": "yes-no", "points": 3}, evidence=[RULES], metrics=[{"metric": "rate", "at_least": 9}]
    )
    enough, few = {"rules": Records(10)}, {"rules": Records(9)}

    answers = [
        suggested(made, facts(ledgers=ledgers, metrics=metrics)).answers["value"]
        for ledgers, metrics in (
            (enough, {"rate": "9"}),
            (few, {"rate": "9"}),
            (enough, {"rate": "8"}),
            (enough, {}),
        )
    ]

    assert answers == ["1", "0", "0", "0"]


def test_a_veto_is_read_from_its_metric_and_never_guessed() -> None:
    made = scheme({"kind": "veto"}, metrics=[{"metric": "fires", "at_most": 0}])

    assert suggested(made, facts(metrics={"fires": "0"})).answers == {"value": "0"}
    assert suggested(made, facts(metrics={"fires": "2"})).answers == {"value": "1"}
    assert suggested(made, facts()).answers == {}


def test_faults_are_counted_where_records_show_them() -> None:
    faults = [
        {"code": "m", "label": "甲", "label_en": "a", "points": 1, "metric": "hazards"},
        {"code": "l", "label": "乙", "label_en": "b", "points": 1, "ledger": "rules"},
        {"code": "s", "label": "丙", "label_en": "c", "points": 1},
    ]
    made = scheme({"kind": "deduct", "points": 3, "faults": faults})

    assert suggested(made, facts(metrics={"hazards": "2"})).answers == {"m": "2", "l": "1", "s": "0"}


def test_a_bonus_counts_its_records() -> None:
    made = scheme({"kind": "bonus", "points": 3, "each": 1}, evidence=[{**RULES, "ledger": "honours"}])

    assert suggested(made, facts(ledgers={"honours": Records(2)})).answers == {"value": "2"}


def test_every_rule_kind_can_be_suggested() -> None:
    kinds = [{"kind": "parts"}, {"kind": "proportion", "points": 97, "metric": "rate"}]
    made = municipal(*kinds)

    found = [suggest(made, item, facts(metrics={"rate": "50"})).answers for item in made.indicators.values()]

    assert found == [{"presence": "D", "trace": "D", "effect": "D"}, {"value": "50"}]


months = st.lists(st.integers(1, 12), unique=True)


@given(months, st.integers(1, 12), st.integers(0, 5), st.integers(0, 3))
def test_more_records_never_lower_the_points(found: list[int], another: int, each: int, cited: int) -> None:
    made = scheme(evidence=[MEETINGS, PLAN])
    before = {f"2026-{month:02}": each for month in found if each}
    after = before | {f"2026-{another:02}": before.get(f"2026-{another:02}", 0) + 1}

    worth = [
        points(
            made.indicators["1"].rule,
            suggested(
                made,
                facts(ledgers={"meetings": Records(sum(counts.values()), counts, TODAY)}, cited=cited),
            ).answers,
        )
        for counts in (before, after)
    ]

    assert 0 <= worth[0] <= worth[1] <= 3
