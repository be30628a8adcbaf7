"""Where more are hurt: what is compared by what, what lies together, and when nothing may be said."""

from __future__ import annotations

from datetime import date

import pytest

from safecommunity.accounts.models import User
from safecommunity.places.models import Boundary, Division, Grid, Population
from safecommunity.surveillance import actions
from safecommunity.surveillance.hotspots import Hotspots, hotspots
from safecommunity.surveillance.models import InjuryCase
from safecommunity.surveillance.queries import Ask
from safecommunity.units.models import Unit
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R102", "R160")]
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
CODES = [f"130104001{number:03}" for number in range(1, 17)]
CORNER = CODES[:2]


def street_of(codes: list[str], people: int = 2000) -> Unit:
    street = Division.objects.create(code=codes[0][:9], name="东里街道", level=4)
    made = [Division.objects.create(code=code, name=f"{code[-2:]}社区", level=5) for code in codes]
    Population.objects.bulk_create(
        Population(division=one, year=2025, sex="0", age_from=0, residence="all", count=people)
        for one in made
        if people
    )
    return make.unit("东里街道", division=street, divisions=[street])


def hurt(unit: Unit, code: str, times: int, cause: str = "fall") -> None:
    """So many cards in a neighbourhood; the neighbourhoods lie side by side in a row."""
    east, north = int(code[9:12] or 0), int(code[12:] or 0)
    InjuryCase.objects.insert([
        InjuryCase(unit=unit, path=unit.path, injured_date=date(2026, 6, 1), cause=cause, area=code,
                   longitude=114.4 + east / 100, latitude=38.0 + north / 1000)
        for _time in range(times)
    ])  # fmt: skip
    actions.pack_anew(unit=unit)


def square_of(side: int) -> list[str]:
    """Codes of neighbourhoods that lie in a square, each a square with an outline."""
    codes = [f"130104001{number:03}" for number in range(side * side)]
    for number, code in enumerate(codes):
        south, west = divmod(number, side)
        ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]
        Boundary.objects.create(
            code=code, geometry={"type": "Polygon", "coordinates": [ring]},
            west=west, east=west + 1, south=south, north=south + 1,
        )  # fmt: skip
    return codes


def grids_of(street: Unit, households: int | None = 100) -> list[str]:
    """Two grids in each neighbourhood of the street."""
    rows = [
        Grid(code=f"{one.code}{n:03}", division=one, name=f"第{n}网格", households=households)
        for one in Division.objects.filter(level=5).order_by("code")
        for n in (1, 2)
    ]
    return [one.code for one in Grid.objects.bulk_create(rows)]


def found(unit: Unit, user: User, ask: Ask | None = None) -> Hotspots:
    return hotspots(unit, user, ask or Ask(), FIRST, LAST, "neighbourhood")


@pytest.fixture
def street() -> Unit:
    return street_of(CODES)


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def test_places_that_are_higher_and_lie_together_are_found_and_the_others_are_not(
    street: Unit, lin: User
) -> None:
    for code in CODES:
        hurt(street, code, 40 if code in CORNER else 11)
    told = found(street, lin)
    assert (told.by, told.year, told.total, told.unplaced, told.silence) == ("people", 2025, 234, 0, "")
    assert {one.code for one in told.places if one.standing == "high"} == set(CORNER)
    top = told.places[0]
    assert top.rate == pytest.approx(40 / 2, rel=0.01)
    assert top.smoothed is not None
    assert top.smoothed < top.rate
    (part,) = told.together
    assert {one.code for one in part.places} == set(CORNER)
    assert (part.count, part.expected) == (80, pytest.approx(234 / 8))
    assert part.times.lower > 2 > 1 > part.chance
    assert part.chance == 0.001


def test_an_even_spread_has_no_high_places(street: Unit, lin: User) -> None:
    for code in CODES:
        hurt(street, code, 11)
    told = found(street, lin)
    assert {one.standing for one in told.places} == {"usual"}
    assert (told.together, told.silence) == ((), "")
    assert ({one.around for one in told.places}, told.beside) == ({""}, 1.0)


def test_too_few_cases_or_places_say_why_nothing_is_told(street: Unit, lin: User) -> None:
    hurt(street, CODES[0], 9)
    few = found(street, lin)
    assert {one.standing for one in few.places} == {""}
    assert (few.silence, few.places[0].rate, few.beside) == ("places", None, None)  # no cards: no place
    Boundary.objects.bulk_create(
        Boundary(code=code, geometry={}, west=n, east=n + 1, south=0, north=1) for n, code in enumerate(CODES)
    )
    assert found(street, lin).silence == "cases"
    assert found(street, lin).places[0].middle == (0.5, 0.5)


def test_without_people_one_kind_is_compared_by_its_share_and_all_together_by_nothing() -> None:
    unit = street_of(CODES, people=0)
    user = make.member(unit, "office", "lin")
    for code in CODES:
        hurt(unit, code, 12)
        hurt(unit, code, 30 if code == CODES[3] else 3, cause="burn")
    hurt(unit, "130104001", 2)
    assert (found(unit, user).by, found(unit, user).silence, found(unit, user).unplaced) == ("", "base", 2)
    told = found(unit, user, Ask({"cause": ("burn",)}))
    assert (told.by, told.places[0].code, told.places[0].base) == ("cases", CODES[3], 42)
    assert told.places[0].rate == pytest.approx(30 / 42 * 100)
    assert [one.places[0].code for one in told.together] == [CODES[3]]


def test_grids_are_compared_by_households_and_those_without_are_not(street: Unit, lin: User) -> None:
    codes = grids_of(street)
    Grid.objects.filter(code=codes[-1]).update(households=None)
    hurt_in_grids = {code: 40 if code in codes[:2] else 11 for code in codes}
    for code, times in hurt_in_grids.items():
        hurt(street, code, times)
    told = hotspots(street, lin, Ask(), FIRST, LAST, "grid")
    assert (told.by, told.year, told.total, told.unplaced) == ("households", None, 32 * 11 + 2 * 29, 0)
    rows = {one.code: one for one in told.places}
    assert rows[codes[0]].rate == pytest.approx(40 / 0.1, rel=0.01)  # a thousand households and year
    assert {code for code, one in rows.items() if one.standing == "high"} == set(codes[:2])
    last = rows[codes[-1]]
    assert (last.count, last.base, last.rate, last.smoothed, last.standing) == (11, 0, None, None, "")
    (part,) = told.together
    assert {one.code for one in part.places} == set(codes[:2])
    assert (part.count, part.expected) == (80, pytest.approx((31 * 11 + 2 * 29) * 2 / 31))


def test_grids_without_households_are_compared_by_the_share_of_one_kind(street: Unit, lin: User) -> None:
    for code in grids_of(street, households=None):
        hurt(street, code, 12)
        hurt(street, code, 3, cause="burn")
    assert hotspots(street, lin, Ask(), FIRST, LAST, "grid").by == ""
    told = hotspots(street, lin, Ask({"cause": ("burn",)}), FIRST, LAST, "grid")
    assert (told.by, told.places[0].rate) == ("cases", None)
    assert told.places[0].smoothed == pytest.approx(20)


def test_places_high_with_those_round_them_are_marked_and_a_lone_high_one_is_not() -> None:
    codes = square_of(6)
    unit = street_of(codes)
    user = make.member(unit, "office", "lin")
    corner, alone = {codes[row * 6 + at] for row in range(3) for at in range(3)}, codes[35]
    for code in codes:
        hurt(unit, code, 30 if code in corner or code == alone else 8)
    told = found(unit, user)
    high = {one.code for one in told.places if one.around == "high"}
    assert {codes[1], codes[6], codes[7]} <= high <= corner
    assert next(one.standing for one in told.places if one.code == alone) == "high"
    assert told.beside == 0.001
    assert found(unit, user) == told  # drawn anew, the same


def test_without_outlines_those_nearest_are_the_neighbours(street: Unit, lin: User) -> None:
    for place, code in enumerate(CODES):
        hurt(street, code, 40 if place < 5 else 5)
    told = found(street, lin)
    assert CODES[1] in {one.code for one in told.places if one.around == "high"}
    assert told.beside is not None
    assert told.beside <= 0.01
