from __future__ import annotations

from datetime import date

import pytest

from safecommunity.accounts.models import User
from safecommunity.places.models import Boundary
from safecommunity.targets import queries
from safecommunity.units.models import Unit
from tests import make
from tests.targets import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Unit:
    return make.unit("广安市", kind="city-office")


@pytest.fixture
def boss(city: Unit) -> User:
    return make.member(city, "city-office", "boss")


def standing(unit: Unit, today: date = made.TODAY) -> list[tuple[str, object]]:
    return [(one.standing, one.value) for one in queries.own(unit, 2013, today)]


@pytest.mark.requirement("R173")
def test_starts_of_a_level_count_for_the_target_of_that_level(city: Unit, boss: User) -> None:
    county, lin = made.county(city)
    provincial, national = made.target(city, boss, 15), made.target(city, boss, 2, "starts/national")
    made.issued(provincial, boss, {county: 15})
    made.start(county, lin)
    made.start(county, lin, level="national")
    made.start(county, lin, "2013-05-02", level="municipal")
    lines = queries.standings([provincial, national], made.TODAY)
    assert [(one.value, one.target.amount) for one in lines] == [(1, 15), (1, 2)]


def test_where_nothing_is_recorded_a_value_is_unknown_and_not_zero(city: Unit, boss: User) -> None:
    row = made.target(city, boss, 95, "unit-survey-rate")
    assert [(one.standing, one.value) for one in queries.standings([row], made.TODAY)] == [("unknown", None)]


def test_attainment_follows_the_records_at_once(city: Unit, boss: User) -> None:
    county, lin = made.county(city)
    row = made.target(city, boss, 2)
    made.issued(row, boss, {county: 2})
    assert standing(city) == [("open", 0)]
    made.start(county, lin)
    assert standing(city) == standing(county) == [("open", 1)]
    made.start(county, lin, "2013-05-02")
    assert standing(city) == standing(county) == [("reached", 2)]


def test_what_another_year_brought_does_not_count(city: Unit, boss: User) -> None:
    county, lin = made.county(city)
    made.issued(made.target(city, boss, 1), boss, {county: 1})
    made.start(county, lin, "2012-11-02")
    made.start(county, lin, "2013-02-02")
    assert standing(city) == [("reached", 1)]


def test_the_board_has_a_row_for_each_unit_with_a_share(city: Unit, boss: User) -> None:
    first, _lin = made.county(city)
    second, _chen = made.county(city, "岳池县", "chen")
    made.issued(made.target(city, boss), boss, {first: 1, second: 5})
    made.issued(made.target(city, boss, 3, "meetings"), boss, {second: 3})
    lines = queries.own(city, 2013, made.TODAY)
    board = queries.board(lines, list(queries.sharing(lines, city)), made.TODAY)
    amounts = [(unit.name, [line and line.target.amount for line in shares]) for unit, shares in board]
    assert {(count, total) for count, total in queries.given(lines, city).values()} == {(2, 6), (1, 3)}
    assert amounts == [("前锋区", [None, 1]), ("岳池县", [3, 5])]


@pytest.mark.parametrize("counties", [1, 3])
def test_the_board_asks_a_fixed_number_of_questions(city: Unit, boss: User, counties: int) -> None:
    units = [made.county(city, f"第{n}县", f"user{n}")[0] for n in range(counties)]
    made.issued(made.target(city, boss, counties), boss, dict.fromkeys(units, 1))
    lines = queries.own(city, 2013, made.TODAY)
    assert make.questions(lambda: queries.board(lines, units, made.TODAY)) == 2


def test_a_unit_stands_in_the_middle_of_its_boundary_or_of_its_records(city: Unit, boss: User) -> None:
    drawn, _lin = made.county(city)
    bare, _chen = made.county(city, "岳池县", "chen")
    Boundary.objects.create(code=drawn.slug, geometry={}, west=106, south=30, east=107, north=31)
    assert queries.points([drawn, bare]) == {drawn.pk: (30.5, 106.5)}
