"""The order of steps holds on every path; conditions are those of the scheme; who belongs may not assess."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.messages import Words
from safecommunity.core.reviews import (
    FINAL,
    Facts,
    Limit,
    Named,
    Procedure,
    belongs,
    conditions,
    outcomes,
    ways,
)
from safecommunity.library import schemes

CENTRE = (Named("municipal", Words("市安委办", "Office")),)
PAPER = (Named("application", Words("申请书", "Application")),)
FULL = Procedure(
    source="s", wording="ours", centres=CENTRE, assessor="city-office", after="provincial",
    window=("01-01", "03-31"), document_days=20, rectify_days=30, experts=2, titled=("pass",),
    again=("rectify",), limits=(Limit("major-accidents", Decimal(0)),), papers=PAPER,
    agenda=(Words("首次会议", "Opening"),), remind_days=(90, 30),
)  # fmt: skip
TODAY = date(2026, 3, 2)


def procedure(**changes: Any) -> Procedure:
    return Procedure(**({name: getattr(FULL, name) for name in Procedure.__slots__} | changes))


def ready(**changes: Any) -> Facts:
    given: dict[str, Any] = {
        "today": TODAY, "running_from": date(2025, 3, 2), "verdict": True,
        "levels": frozenset({"provincial"}), "over": (), "vetoes": 0, "missing": (), "has_levels": True,
        **changes,
    }  # fmt: skip
    return Facts(**given)


procedures = st.builds(
    lambda centres, days: procedure(centres=centres, document_days=days),
    st.sampled_from([(), CENTRE]),
    st.sampled_from([0, 20]),
)


@given(procedures, st.data())
def test_no_path_to_a_decision_skips_a_step(one: Procedure, data: st.DataObject) -> None:
    every, state, visited = ways(one), one.first, [one.first]
    while state not in FINAL:
        acts = sorted(act for at, act in every if at == state and act != "give-up")
        act = data.draw(st.sampled_from(acts))
        state = data.draw(st.sampled_from(every[state, act]))
        visited.append(state)
        if len(visited) > 60:
            return
    must = [step for step in one.chain if step != "rectifying"]
    firsts = [visited.index(step) for step in must]
    assert firsts == sorted(firsts)
    last = {step: len(visited) - 1 - visited[::-1].index(step) for step in must}
    assert last["self-assessed"] < last["applied"] < last["on-site"] < last["deciding"]
    if "documents" in last:
        assert last["applied"] < last["documents"] < last["on-site"]


@given(procedures)
def test_every_state_can_be_left_or_is_final_and_every_end_is_near(one: Procedure) -> None:
    every = ways(one)
    reached, fresh = set(), {one.first}
    while fresh:
        reached |= fresh
        fresh = {after for (at, _act), found in every.items() if at in fresh for after in found} - reached
    assert reached == {*one.chain, "returned", *FINAL}
    assert {at for at, _act in every} == reached - set(FINAL)
    for state in reached - set(FINAL):
        seen, fresh = set(), {state}
        while fresh:
            seen |= fresh
            fresh = {
                after
                for (at, act), found in every.items()
                if at in fresh and act != "give-up"
                for after in found
            } - seen
        assert {"named", "refused"} <= seen, f"from {state} no decision is reached"


def test_a_scheme_without_centres_and_documents_has_neither_step() -> None:
    short = schemes["shijiazhuang"].procedure
    assert short is not None
    assert short.chain == ("building", "self-assessed", "applied", "on-site", "rectifying", "deciding")
    assert ways(short)["applied", "pass-up"] == ("applied", "on-site")


@pytest.mark.requirement("R197")
def test_national_starts_are_filed_with_both_centres_municipal_ones_with_one() -> None:
    filed = {
        code: [one.code for one in found.procedure.centres]
        for code, found in schemes.items()
        if found.procedure
    }
    assert filed["national-2006"] == ["provincial", "national"]
    assert filed["municipal-45"] == ["municipal"]


@pytest.mark.requirement("R219", "R220")
@pytest.mark.parametrize(
    ("scheme", "band", "passing", "found"),
    [
        ("chongqing-2009", "title", True, ("named", "refused")),
        ("chongqing-2009", "qualified", True, ("qualified", "refused")),
        ("chongqing-2009", "not-qualified", False, ("refused",)),
        ("national-2006", "rectify", False, ("refused",)),
        ("shijiazhuang", "accepted", True, ("qualified", "refused")),
    ],
)
def test_a_verdict_says_how_it_may_be_decided(
    scheme: str, band: str, passing: bool, found: tuple[str, ...]
) -> None:
    one = schemes[scheme].procedure
    assert one is not None
    assert outcomes(one, band, passing) == found


@pytest.mark.requirement("R170")
@pytest.mark.parametrize(
    ("changes", "unmet"),
    [
        ({}, []),
        ({"running_from": date(2025, 3, 3)}, ["running"]),
        ({"running_from": None}, ["running"]),
        ({"verdict": False}, ["verdict"]),
        ({"verdict": None}, ["verdict"]),
        ({"levels": frozenset({"municipal"})}, ["title-before"]),
        ({"over": ("major-accidents",)}, ["accidents"]),
        ({"vetoes": 1}, ["vetoes"]),
        ({"missing": ("application",)}, ["papers"]),
        ({"today": date(2026, 4, 1)}, ["window"]),
        ({"has_levels": False}, ["levels"]),
    ],
)
def test_each_condition_fails_by_itself(changes: dict[str, Any], unmet: list[str]) -> None:
    found = conditions(FULL, 12, ready(**changes))
    assert len(found) == 8
    assert [one.code for one in found if not one.is_met] == unmet


def test_what_a_scheme_does_not_ask_is_not_on_the_list() -> None:
    least = procedure(after="", window=(), limits=(), papers=())
    assert [one.code for one in conditions(least, 0, ready())] == ["verdict", "vetoes", "levels"]


@pytest.mark.parametrize(
    ("window", "day", "found"),
    [
        (("01-01", "03-31"), date(2026, 3, 31), True), (("01-01", "03-31"), date(2026, 4, 1), False),
        (("11-01", "01-31"), date(2026, 12, 5), True), (("11-01", "01-31"), date(2026, 1, 31), True),
        (("11-01", "01-31"), date(2026, 2, 1), False), ((), date(2026, 7, 1), True),
    ],
)  # fmt: skip
def test_a_window_may_reach_over_the_turn_of_the_year(
    window: tuple[str, ...], day: date, found: bool
) -> None:
    assert procedure(window=window).is_open_on(day) is found


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ([("/1/2/5/", "office")], "/1/2/5/"),
        ([("/1/2/5/9/", "officer")], "/1/2/5/9/"),
        ([("/1/2/", "city-office")], "/1/2/"),
        ([("/1/", "city-office")], ""),
        ([("/1/2/50/", "office")], ""),
        ([("/1/2/6/", "office")], ""),
        ([("/1/2/5/", "expert")], ""),
        ([("/1/", "appraisal"), ("/1/2/5/", "viewer")], "/1/2/5/"),
        ([("/7/", "office")], ""),
    ],
)
def test_who_belongs_to_the_branch_below_the_assessor_is_found(
    held: list[tuple[str, str]], found: str
) -> None:
    assert belongs("/1/2/5/", "/1/", held, free=("expert",)) == found
