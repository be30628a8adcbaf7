"""The four source plans as data, each laid on its own dates."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from safecommunity import library
from safecommunity.core.programmes import Template, planned
from safecommunity.core.schedule import Schedule, schedule

# When each plan began, and the day its goal has: the plan's own, or one we chose where it states none.
REPLAYED = {
    "city-pilot": (date(2008, 2, 18), date(2008, 9, 26)),
    "sub-district": (date(2013, 1, 7), date(2013, 12, 31)),
    "prefecture-city": (date(2013, 3, 1), date(2013, 10, 30)),
    "four-years": (date(2009, 2, 2), date(2012, 12, 15)),
}


def laid(code: str) -> tuple[Template, Schedule]:
    template, (start, goal) = library.programmes[code], REPLAYED[code]
    tasks = [row.task for row in planned(template, start=start, goal=goal)]
    return template, schedule(tasks, start=start, calendar=library.working_days(), goal=template.goal)


def test_there_are_the_four_source_plans() -> None:
    assert set(library.programmes) == set(REPLAYED)


@pytest.mark.parametrize("code", REPLAYED)
def test_each_plan_can_be_done_on_its_own_dates(code: str) -> None:
    template, plan = laid(code)
    assert plan.changes == ()
    assert template.goal in plan.critical


@pytest.mark.parametrize("code", REPLAYED)
def test_what_a_plan_names_exists(code: str) -> None:
    template = library.programmes[code]
    steps = template.steps
    assert {one.ledger for one in steps if one.ledger} <= set(library.ledgers)
    assert {one.official for one in steps if one.official} <= set(library.official)
    assert {rule for one in steps for rule in one.rules} <= set(library.codes["rule-kinds"])
    assert set(template.bodies) <= set(library.bodies)
    assert all(one.proof.zh and one.proof.en for one in steps if not one.every)


@pytest.mark.parametrize("code", REPLAYED)
def test_the_targets_of_a_plan_are_counted_by_metrics_there_are(code: str) -> None:
    template = library.programmes[code]
    for aim in template.aims:
        metric, _slash, part = aim.metric.partition("/")
        found = library.metrics[metric]
        assert not part or part in library.ledgers[found.numerator.source].fields[found.by].choices
        assert aim.year <= template.years


@pytest.mark.requirement("R172", "R173")
def test_the_prefecture_aims_at_six_titles_and_starts_fifteen_and_two() -> None:
    aims = library.programmes["prefecture-city"].aims
    assert {(one.metric, one.amount, one.due(2013)) for one in aims} == {
        ("titles/provincial", 6, date(2013, 10, 30)),
        ("starts/provincial", 15, date(2013, 7, 30)),
        ("starts/national", 2, date(2013, 7, 30)),
    }


@pytest.mark.parametrize("code", REPLAYED)
def test_every_requirement_a_step_claims_belongs_to_its_part_of_the_text(code: str) -> None:
    template = library.programmes[code]
    parts = {"1": "1", "2": "2", "3 and 4": "3-4", "5": "5"}
    wanted = parts[template.source.removeprefix("seed plan part").removeprefix("s").strip()]
    with (Path(__file__).parents[2] / "docs" / "requirements.csv").open(encoding="utf-8-sig") as file:
        part = {row["id"]: row["part"] for row in csv.DictReader(file)}
    sources = [one.source for one in (*template.steps, *template.aims)]
    claimed = {one for source in sources for one in re.findall(r"R\d+", source)}
    assert {one: part[one] for one in claimed} == dict.fromkeys(claimed, wanted)


@pytest.mark.requirement("R22", "R23", "R25")
def test_the_pilot_selects_by_20_april_trains_by_30_april_and_reviews_in_may() -> None:
    _template, plan = laid("city-pilot")
    assert plan.slots["officers"].finish <= date(2008, 4, 20)
    assert plan.slots["training"].finish <= date(2008, 4, 30)
    review = plan.slots["feasibility"]
    assert (review.start.month, review.finish.month) == (5, 5)


@pytest.mark.requirement("R17")
def test_the_pilot_has_four_phases_in_their_order() -> None:
    template, plan = laid("city-pilot")
    assert [phase.name.zh[:4] for phase in template.phases] == [
        "调研准备",
        "组织实施",
        "总结验收",
        "巩固深化",
    ]
    assert plan.slots["self-check"].finish < plan.slots["acceptance"].start < plan.slots["deepening"].start


@pytest.mark.requirement("R139", "R144", "R165")
def test_the_sub_district_inspects_four_times_reviews_once_and_has_the_plans_by_31_march() -> None:
    _template, plan = laid("sub-district")
    assert len([code for code in plan.slots if code.startswith("comprehensive-inspection-")]) == 4
    assert plan.slots["review"].finish <= date(2013, 12, 15)
    assert plan.slots["unit-plans"].finish <= date(2013, 3, 31)


@pytest.mark.requirement("R184", "R198", "R199")
def test_the_prefecture_files_by_30_july_and_is_assessed_by_30_october() -> None:
    _template, plan = laid("prefecture-city")
    assert plan.slots["filing"].finish <= date(2013, 7, 30)
    assert plan.slots["assessment"].finish <= date(2013, 10, 30)
    evaluations = [code for code in plan.slots if code.startswith("stage-evaluation-")]
    assert evaluations == [f"stage-evaluation-2013-{month:02}" for month in range(3, 13)]


@pytest.mark.requirement("R207")
def test_the_four_years_have_an_appraisal_each_and_the_title_in_the_fourth() -> None:
    template, plan = laid("four-years")
    years = [plan.slots[f"appraisal-{number}"].finish.year for number in (1, 2, 3)]
    assert ([*years, plan.slots["title"].finish.year], len(template.phases)) == ([2009, 2010, 2011, 2012], 4)
