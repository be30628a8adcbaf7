"""Findings on the cards: held against people where they are known, else against shares; never restricted."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from itertools import cycle, product

import pytest

from safecommunity.core import injuries
from safecommunity.places.models import Division, Population
from safecommunity.surveillance import actions, findings, queries, wording
from safecommunity.surveillance.queries import Ask
from safecommunity.units.models import Unit
from tests import make
from tests.surveillance.test_cases import ASSAULT, FALL
from tests.surveillance.test_figures import AREAS, put

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2025, 11, 21), date(2026, 11, 20)
OTHERS = ("burn", "sharp", "animal", "blunt", "non-motor")
PLACES = ("road", "trade", "school", "home")


@pytest.fixture
def street() -> Unit:
    division = Division.objects.create(code="130104001", name="东里街道", level=4)
    for code, name in AREAS.items():
        Division.objects.create(code=code, name=name, level=5)
    return make.unit("东里街道", division=division, divisions=[division])


def peopled(bands: tuple[tuple[int, int | None], ...] = ((0, 14), (15, 44), (45, 64), (65, None))) -> None:
    for code in AREAS:
        for sex in ("1", "2"):
            for first, last in bands:
                Population.objects.create(
                    division=Division.objects.get(code=code), year=2025, sex=sex, age_from=first, age_to=last,
                    residence="all", count=500,
                )  # fmt: skip


def everyday(street: Unit) -> None:
    """Injuries of everybody everywhere, five for each area, sex and age."""
    who = product(AREAS, ("male", "female"), ("8", "30", "50", "70"), range(5))
    how = zip(cycle(OTHERS), cycle(PLACES), cycle(range(7)), strict=False)
    several(street, [
        {
            "injured_date": (LAST - timedelta(days=20 + day)).isoformat(), "cause": cause, "place": place,
            "sex": sex, "age": age, "grid": area, "occupation": "",
        }
        for (area, sex, age, _time), (cause, place, day) in zip(who, how, strict=False)
    ])  # fmt: skip


def several(street: Unit, changes: list[dict[str, str]]) -> None:
    """Cards, each the usual fall with its changes."""
    checked = [injuries.check(queries.form(), {**FALL, **one}, queries.rules(), LAST) for one in changes]
    assert not any(one.errors for one in checked)
    rows = [(uuid.uuid4(), one) for one in checked]
    actions.take_in(unit=street, rows=rows, by=None, source="test")


def falls(street: Unit, times: int = 40) -> None:
    """Old women who fall at home in one neighbourhood."""
    put(street, LAST - timedelta(days=30), times, grid="130104001003")


def test_what_all_cards_have_in_common_is_not_told_of_a_finding(street: Unit) -> None:
    late = [
        {"injured_date": "2026-10-04", "hour": str(n % 3), "place": ("road", "home")[n > 50]}
        for n in range(60)
    ]
    week = [
        {"injured_date": f"2026-10-{5 + n % 5:02}", "hour": str(6 + n % 18), "place": ("road", "home")[n % 2]}
        for n in range(200)
    ]
    several(street, late + week)
    (one,) = findings.findings(street, Ask(), FIRST, LAST).rows
    assert dict(one.key).items() >= {("part", "night")}
    assert one.mostly == (("place", "road", 51),)


@pytest.mark.requirement("R101", "R123", "R124")
def test_what_is_raised_is_found_counted_and_told_by_people(street: Unit) -> None:
    peopled()
    everyday(street)
    falls(street)
    found = findings.findings(street, Ask(), FIRST, LAST)
    assert (found.base, found.people_year) == (("group", "sex", "area"), 2025)
    assert found.total == 160
    one = found.rows[0]
    planted = {"group": "old", "sex": "female", "area": "130104001003", "place": "home", "cause": "fall"}
    assert dict(one.key).items() <= planted.items() | {("activity", "vital"), ("part", "morning")}
    rows = queries.open_cases(street, queries.parse(queries.question(one.key)).between(FIRST, LAST))
    assert rows.count() == one.count
    assert one.lower > 1
    assert one.by_people
    assert one.people
    assert one.rate == pytest.approx(one.count / (one.people * 365 / 365.25) * 1000)
    assert "倍" in wording.finding(one, AREAS)
    assert "每千人" in wording.rate(one)
    narrow = findings.findings(street, Ask({"cause": ("fall",)}, area="130104001003"), FIRST, LAST)
    assert narrow.total == 40
    assert all({"cause", "area"} <= set(dict(row.key)) for row in narrow.rows)


def test_without_people_shares_are_compared_and_that_is_said(street: Unit) -> None:
    everyday(street)
    assert findings.findings(street, Ask(), FIRST, LAST).rows == ()
    falls(street)
    for again in (False, True):
        found = findings.findings(street, Ask(), FIRST, LAST)
        assert found.base == ()
        assert not found.rows[0].by_people
        assert found.rows[0].rate is None
        assert "占比" in wording.finding(found.rows[0], AREAS) + wording.basis(found)
        if not again:
            peopled(bands=((0, 59), (60, None)))  # cannot be parted into the age groups


def test_restricted_cards_are_no_part_of_it(street: Unit) -> None:
    everyday(street)
    put(street, LAST - timedelta(days=9), 40, **{k: v for k, v in ASSAULT.items() if k != "injured_date"})
    found = findings.findings(street, Ask(), FIRST, LAST)
    assert (found.total, found.rows) == (120, ())
