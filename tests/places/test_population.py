"""Population figures: nobody counted twice, nothing saved over another's save."""

from __future__ import annotations

import pytest

from safecommunity.core.division_files import Row
from safecommunity.core.divisions import level_of
from safecommunity.places import actions, queries
from safecommunity.places.actions import Refused, Stale
from safecommunity.places.models import Division

pytestmark = pytest.mark.django_db
FULL: list[queries.Figure] = [
    ("1", 0, 64, "resident", 100),
    ("1", 65, None, "resident", 20),
    ("2", 0, 64, "resident", 110),
    ("2", 65, None, "resident", 30),
    ("1", 0, 64, "floating", 7),
]


@pytest.fixture
def places() -> dict[str, Division]:
    codes = ["13", "1301", "130102", "130102003", "130102003008", "130102003009", "130104"]
    actions.import_divisions(rows=(Row(c, c, level_of(c)) for c in codes), source_version="t", by=None)
    return {row.code: row for row in Division.objects.all()}


def put(division: Division, figures: list[queries.Figure], year: int = 2025, **vulnerable: int) -> None:
    actions.set_population(
        division=division,
        year=year,
        figures=figures,
        vulnerable=vulnerable,
        seen=queries.digest(division, year),
        by=None,
        unit=None,
    )


def test_figures_are_kept_by_sex_age_and_residence_and_replace_earlier_ones(
    places: dict[str, Division],
) -> None:
    street = places["130102003"]
    put(street, [("0", 0, None, "all", 5)], elderly=3)
    put(street, FULL, elderly=50, disabled=4)
    assert sorted(queries.figures(street, 2025)) == sorted(
        FULL, key=lambda f: (f[0], f[1], f[2] or 999, f[3])
    )
    assert queries.vulnerable(street, 2025) == {"elderly": 50, "disabled": 4}
    assert queries.population(["130102003"], 2025).total == 267


def test_a_place_with_its_own_figures_stands_for_all_that_lies_inside(places: dict[str, Division]) -> None:
    put(places["130102003008"], [("0", 0, None, "all", 40)])
    put(places["130102003009"], [("0", 0, None, "all", 60)])
    assert queries.population(["130102"], 2025).total == 100
    put(places["130102003"], [("0", 0, None, "all", 130)])
    put(places["130104"], [("0", 0, None, "all", 7)])
    found = queries.population(["1301"], 2025)
    assert (found.total, found.codes) == (137, ("130102003", "130104"))
    assert queries.population(["1301"], 2024).total == 0
    assert queries.population_years(["13"]) == [2025]


def test_the_people_of_several_years_are_those_of_each_of_them(places: dict[str, Division]) -> None:
    put(places["130102003008"], FULL, 2023)
    for year in (2024, 2025):
        put(places["130102003008"], [("0", 0, None, "all", 40)], year)
    put(places["130102003"], [("0", 0, None, "all", 130)], 2024)
    found = queries.population_by_year(["1301"], [2022, 2023, 2024, 2025])
    assert found == {year: queries.population(["1301"], year) for year in found}
    assert [one.total for one in found.values()] == [0, 267, 130, 40]
    assert queries.population_by_year([], []) == {}


def test_parts_are_given_where_the_figures_allow_it_and_refused_where_not(
    places: dict[str, Division],
) -> None:
    put(places["130102003"], FULL)
    people = queries.population(["130102003"], 2025)
    assert people.of(sex="1") == 127
    assert people.of(age_from=65) == 50
    assert people.of(sex="2", age_from=0, age_to=64) == 110
    assert people.of(age_from=60) is None
    put(places["130104"], [("0", 0, None, "all", 7)])
    assert queries.population(["1301"], 2025).of(sex="1") is None


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ([("1", 0, 10, "resident", 1), ("1", 10, 20, "resident", 1)], "重叠"),
        ([("1", 0, None, "resident", 1), ("1", 5, 9, "resident", 1)], "重叠"),
        ([("1", 9, 5, "resident", 1)], "止应不小于起"),
        ([("0", 0, None, "resident", 1), ("1", 0, None, "resident", 1)], "男女合计"),
        ([("1", 0, None, "all", 1), ("1", 0, None, "floating", 1)], "常住合计"),
    ],
)
def test_figures_that_count_somebody_twice_are_refused(
    places: dict[str, Division], figures: list[queries.Figure], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        put(places["130104"], figures)
    assert queries.figures(places["130104"], 2025) == []


def test_a_form_opened_before_another_save_is_stale(places: dict[str, Division]) -> None:
    street = places["130102003"]
    seen = queries.digest(street, 2025)
    put(street, FULL)
    with pytest.raises(Stale) as stale:
        actions.set_population(
            division=street, year=2025, figures=[], vulnerable={}, seen=seen, by=None, unit=None
        )
    assert len(stale.value.current) == len(FULL)
    assert queries.population(["130102003"], 2025).total == 267
