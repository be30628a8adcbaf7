"""Questionnaires: how many to ask where, what the answers say, and whether that changed; worked by hand."""

from __future__ import annotations

from datetime import date

import pytest

from safecommunity.ledgers import actions
from safecommunity.places.models import Division, Population
from safecommunity.surveillance import surveys
from safecommunity.surveillance.surveys import Stratum, Wanted
from safecommunity.units.models import Unit
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R101")]
DAY = date(2026, 6, 1)
EAST, WEST, NORTH = Stratum("e", "东社区", 6000), Stratum("w", "西社区", 4000), Stratum("n", "北社区", 0)
PLAIN = Wanted(0.5, 0.05, 1.0, 1, 0.05, 1, None)


def street_with(people: dict[str, int], **facts: object) -> Unit:
    street = Division.objects.create(code="130104001", name="东里街道", level=4)
    for code, count in people.items():
        one = Division.objects.create(code=f"130104001{code}", name=f"{code}社区", level=5)
        if count:
            Population.objects.create(
                division=one, year=2025, sex="0", age_from=0, residence="all", count=count
            )
    return make.unit("东里街道", division=street, divisions=[street], **facts)


def questionnaire(unit: Unit, day: str, sample: int | None, awareness: str | None, kind: str = "kap") -> None:
    values = {
        "name": f"{day}问卷", "kind": kind, "methods": ["survey"], "started_date": day, "finished_date": day,
        "key_problems": "跌倒", "key_groups": "老人", "key_places": "家中",
    }  # fmt: skip
    said = {"sample": sample, "awareness": awareness}
    values |= {name: value for name, value in said.items() if value is not None}
    actions.add(ledger="diagnoses", unit=unit, values=values, by=None)


def test_parts_have_the_people_of_the_latest_year_entered() -> None:
    unit = street_with({"001": 3000, "002": 0})
    year, parts = surveys.strata(unit, DAY)
    assert (year, [(one.name, one.people) for one in parts]) == (2025, [("001社区", 3000), ("002社区", 0)])
    alone = make.unit("某园区", population=1200)
    assert surveys.strata(alone, DAY) == (None, (Stratum("all", "某园区", 1200),))


def test_a_sample_is_planned_and_dealt_out_by_people() -> None:
    """1.96² · 0.25 / 0.05² = 384.15; clusters of 11 alike by 0.05 widen by 1.5; 8 of 10 answer."""
    assert surveys.plan(PLAIN, (EAST, WEST, NORTH)).people == 385
    found = surveys.plan(Wanted(0.5, 0.05, 0.8, 11, 0.05, 2, None), (EAST, WEST, NORTH))
    assert (found.people, found.effect) == (721, pytest.approx(1.5))  # 384.15 · 1.5 / 0.8 = 720.3
    assert found.households == 361
    assert [(one.name, asked, homes) for one, asked, homes in found.parts] == [
        ("东社区", 433, 217), ("西社区", 288, 144)
    ]  # fmt: skip


def test_a_small_population_needs_fewer_and_no_people_no_parts() -> None:
    """384.15 / (1 + 383.15 / 1000) = 277.7."""
    assert surveys.plan(Wanted(0.5, 0.05, 1.0, 1, 0.0, 1, 1000), (EAST, WEST)).people == 278
    assert surveys.plan(PLAIN, (NORTH,)).parts == ()
    assert surveys.plan(PLAIN, (Stratum("s", "小社区", 300),)).parts == ()


def test_answers_weigh_as_many_people_as_they_stand_for() -> None:
    """80 of 100 among 6000 and 40 of 100 among 4000: (4800 + 1600) / 10000 = 64 %, not 60 %."""
    found = surveys.result({"e": (100, 80), "w": (100, 40), "n": (0, 0)}, (EAST, WEST, NORTH))
    assert found is not None
    assert (found.asked, found.yes, found.weighted) == (200, 120, True)
    assert found.share.value == pytest.approx(0.64)
    # The variance of the strata: 0.6² · 0.16 / 99 + 0.4² · 0.24 / 99, against 0.64 · 0.36 / 200.
    assert found.share.design_effect == pytest.approx((0.36 * 0.16 + 0.16 * 0.24) / 99 / (0.64 * 0.36 / 200))
    assert found.share.lower < 0.64 < found.share.upper
    assert [one.share.value for one in found.parts if one.share] == [pytest.approx(0.8), pytest.approx(0.4)]


def test_a_part_without_people_leaves_the_answers_unweighted_and_few_answers_no_share_of_a_part() -> None:
    found = surveys.result({"e": (100, 80), "n": (9, 3)}, (EAST, WEST, NORTH))
    assert found is not None
    assert (found.weighted, found.share.value) == (False, pytest.approx(83 / 109))
    assert [one.share is None for one in found.parts] == [False, True]
    assert surveys.result({}, (EAST,)) is None
    with pytest.raises(ValueError, match="two"):
        surveys.result({"e": (1, 1)}, (EAST,))


@pytest.mark.requirement("R103")
def test_questionnaires_are_read_from_the_ledger_of_the_unit_and_compared() -> None:
    unit, other = make.unit("东里街道"), make.unit("别处街道")
    questionnaire(unit, "2025-05-01", 200, "60")
    questionnaire(unit, "2026-05-01", 300, "75.5")
    questionnaire(unit, "2024-05-01", None, "50")
    questionnaire(unit, "2024-06-01", 100, None)
    questionnaire(unit, "2024-07-01", 100, "50", kind="satisfaction")
    questionnaire(other, "2026-05-01", 300, "10")
    found = surveys.recorded(unit)
    assert [(one.day, one.asked, one.share) for one in found] == [
        (date(2026, 5, 1), 300, 0.755), (date(2025, 5, 1), 200, 0.6)
    ]  # fmt: skip
    after = surveys.result({"e": (240, 204)}, (EAST,))  # 85 %
    assert after is not None
    change = surveys.difference(found[1], after)
    assert change.value == pytest.approx(0.25, abs=0.001)
    assert 0.15 < change.lower < change.upper < 0.35
    slight = surveys.result({"e": (100, 63)}, (EAST,))
    assert slight is not None
    unclear = surveys.difference(found[1], slight)
    assert unclear.lower < 0 < unclear.upper
