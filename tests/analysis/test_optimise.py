"""The planner is exact: on every small case it is as good as trying everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safecommunity.analysis.optimise import best_plans
from safecommunity.core.planning import (
    Plan,
    Problem,
    candidates,
    finish_days,
    marks_after,
    problem,
)
from safecommunity.core.schemes import Action, Scheme, parse
from safecommunity.core.scoring import Mark, score
from tests.core.made import form, graded, indicator

RULES: list[dict[str, Any]] = [
    {"kind": "parts"},
    {"kind": "parts"},
    {"kind": "yes-no", "points": 3},
    {"kind": "bands", "steps": [{"at_least": 95, "points": 3}, {"at_least": 80, "points": 1}]},
    {"kind": "deduct", "points": 3, "faults": [
        {"code": "a", "label": "甲", "label_en": "a", "points": "1.5"},
        {"code": "b", "label": "乙", "label_en": "b", "points": "2"},
    ]},
    {"kind": "veto"},
]  # fmt: skip
GAINS: list[list[dict[str, str]]] = [
    [{"presence": "A"}, {"trace": "B", "effect": "C"}, {"presence": "B", "effect": "A"}],
    [{"trace": "A"}, {"presence": "A", "trace": "C"}, {"effect": "B"}],
    [{"value": "1"}],
    [{"value": "80"}, {"value": "95"}],
    [{"a": "0"}, {"b": "0"}, {"a": "0", "b": "1"}],
    [{"value": "0"}],
]
MARKS: list[list[dict[str, str]]] = [
    [{}, {"presence": "C", "trace": "D", "effect": "D"}, {"presence": "A", "trace": "B", "effect": "C"}],
    [{}, {"presence": "B", "trace": "B", "effect": "B"}],
    [{}, {"value": "0"}, {"value": "1"}],
    [{"value": "70"}, {"value": "85"}],
    [{"a": "1", "b": "1"}, {"a": "3", "b": "2"}],
    [{"value": "0"}, {"value": "1"}],
]


def scheme(actions: list[list[dict[str, Any]]], *, any_zero_fails: bool) -> Scheme:
    items = [indicator(str(n), rule, actions=actions[n]) for n, rule in enumerate(RULES)]
    bands = [
        {"code": code, "name": code, "name_en": code, "at_least": least, "meaning": "意", "meaning_en": "m"}
        for code, least in (("high", 12), ("middle", 8), ("low", 0))
    ]
    element = {"code": "1", "name": "要素", "name_en": "Element", "indicators": items}
    return parse(
        "small",
        form() | {"points": 15, "any_zero_fails": any_zero_fails, "bands": bands, "elements": [element]},
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Scheme, dict[str, Mark], str, int]:
    actions: list[list[dict[str, Any]]] = []
    codes: list[str] = []
    for number, gains in enumerate(GAINS):
        chosen = draw(st.lists(st.sampled_from(range(len(gains))), unique=True, max_size=2))
        actions.append([])
        for at in chosen:
            code = f"{number}-{at}"
            actions[-1].append(
                {
                    "code": code, "text": "做", "text_en": "do", "gain": gains[at],
                    "effort": draw(st.sampled_from(["0", "0.5", "1", "2", "3", "7"])),
                    "cost": draw(st.sampled_from([0, 100, 250, 1000])),
                    "days": draw(st.integers(0, 40)),
                    "after": draw(st.lists(st.sampled_from(codes), max_size=1)) if codes else [],
                }
            )  # fmt: skip
            codes.append(code)
    made = scheme(actions, any_zero_fails=draw(st.booleans()))
    marks = {
        str(n): Mark(draw(st.sampled_from(choices)), *draw(st.sampled_from([(), (), (True, "无")])))
        for n, choices in enumerate(MARKS)
    }
    return made, marks, draw(st.sampled_from(["high", "middle", "low"])), draw(st.integers(0, 90))


def every_set(
    made: Scheme, marks: Mapping[str, Mark], band: str, days: int
) -> Iterator[tuple[Decimal, Decimal, int, frozenset[str]]]:
    """(effort, cost, time, actions) of every set of actions that reaches the band in time."""
    open_actions = candidates(made, marks)
    finish = finish_days(open_actions)
    for size in range(len(open_actions) + 1):
        for chosen in combinations(open_actions.values(), size):
            codes = frozenset(each.code for each in chosen)
            time = max((finish[code] for code in codes), default=0)
            if time <= days and all(codes >= open_actions.keys() & each.after for each in chosen):
                outcome = score(made, marks_after(made, marks, chosen))
                goal = next(each for each in outcome.distances if each.band.code == band)
                if goal.points == 0 and not goal.is_blocked:
                    yield (*sums(chosen), time, codes)


def sums(actions: tuple[Action, ...]) -> tuple[Decimal, Decimal]:
    effort = sum((each.effort for each in actions), Decimal(0))
    return effort, sum((each.cost for each in actions), Decimal(0))


PLACES = {"effort": (0, 1, 2), "cost": (1, 0, 2), "time": (2, 0, 1)}


def measured(plan: Plan, measure: str) -> tuple[Decimal | int, ...]:
    row = (plan.effort, plan.cost, plan.days)
    return tuple(row[at] for at in PLACES[measure])


@pytest.mark.requirement("R224")
@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from(["effort", "cost", "time"]))
def test_the_plan_is_as_good_as_trying_every_set_of_actions(
    case: tuple[Scheme, dict[str, Mark], str, int], measure: str
) -> None:
    made, marks, band, days = case
    sets = list(every_set(made, marks, band, days))

    plans = best_plans(made, marks, problem(made, marks, band, days=days), measure=measure)

    if not sets:
        assert plans == []
        return
    best = min(tuple(row[at] for at in PLACES[measure]) for row in sets)
    assert measured(plans[0], measure) == best


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_alternative_reaches_the_band_and_drops_something_of_each_better_plan(
    case: tuple[Scheme, dict[str, Mark], str, int],
) -> None:
    made, marks, band, days = case

    plans = best_plans(made, marks, problem(made, marks, band, days=days))

    reached = {row[3] for row in every_set(made, marks, band, days)}
    for at, plan in enumerate(plans):
        assert plan.actions in reached
        assert all(not better.actions <= plan.actions for better in plans[:at])


def one(*actions: dict[str, Any]) -> Scheme:
    data = form()
    data["elements"][0]["indicators"][0]["actions"] = list(actions)
    return parse("form", data)


def action(code: str, gain: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"code": code, "text": "做", "text_en": "do", "gain": gain, "effort": 1, "days": 10} | more


BLANK = {str(n): graded("A", "A", "A") for n in range(2, 51)} | {"1": graded("D", "D", "D")}


def test_a_zero_is_lifted_though_the_points_would_do() -> None:
    made = one(action("write", {"presence": "C"}))

    plans = best_plans(made, BLANK, problem(made, BLANK, "pass", days=30))

    assert [(step.action, step.lifts, step.gain) for step in plans[0].steps] == [
        ("write", ("1",), Decimal("0.24"))
    ]
    assert plans[0].outcome.band.code == "pass"


def test_a_prerequisite_is_done_first_and_counts_its_own_days() -> None:
    made = one(action("found", {}, effort=2), action("write", {"presence": "A"}, after=["found"]))

    plans = best_plans(made, BLANK, problem(made, BLANK, "pass", days=30))

    assert [(step.action, step.ends) for step in plans[0].steps] == [("found", 10), ("write", 20)]
    assert best_plans(made, BLANK, problem(made, BLANK, "pass", days=19)) == []


def test_what_cannot_be_lifted_in_time_is_named() -> None:
    made = one(action("write", {"presence": "A"}, days=60))

    late: Problem = problem(made, BLANK, "pass", days=30)

    assert late.stuck == ("1",)
    assert problem(made, BLANK, "pass", days=60).stuck == ()


def test_nothing_is_planned_when_the_band_is_reached() -> None:
    made = one(action("write", {"presence": "A"}))
    marks = BLANK | {"1": graded("B", "B", "B")}

    plans = best_plans(made, marks, problem(made, marks, "pass", days=30))

    assert [plan.steps for plan in plans] == [()]


def test_an_action_that_raises_nothing_is_no_candidate() -> None:
    made = one(action("write", {"presence": "B"}))

    assert candidates(made, BLANK | {"1": graded("A", "D", "D")}) == {}


def test_a_prerequisite_already_reached_is_not_done_again() -> None:
    made = one(
        action("write", {"presence": "A"}),
        action("keep", {"trace": "A"}, after=["write"]),
        action("ready", {}),
        action("judge", {"effect": "A"}, after=["ready"]),
    )
    marks = BLANK | {"1": graded("A", "D", "D")}

    assert set(candidates(made, marks)) == {"keep", "ready", "judge"}


def test_time_measures_the_last_finish() -> None:
    slow = action("slow", {"presence": "A"}, effort=1, days=25)
    quick = action("quick", {"presence": "A"}, effort=9, days=5)
    made = one(slow, quick)
    asked = problem(made, BLANK, "pass", days=30)

    chosen = [best_plans(made, BLANK, asked, measure=measure)[0].actions for measure in ("effort", "time")]

    assert chosen == [{"slow"}, {"quick"}]
