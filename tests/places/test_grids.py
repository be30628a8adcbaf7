"""Grids and boundaries."""

from __future__ import annotations

import pytest

from safecommunity.audit.models import Line
from safecommunity.core import geometry
from safecommunity.core.division_files import Row
from safecommunity.core.divisions import level_of
from safecommunity.places import actions, queries
from safecommunity.places.actions import Refused, Stale
from safecommunity.places.models import Boundary, Division, Grid
from tests import make

pytestmark = pytest.mark.django_db
SQUARE = {"type": "Polygon", "coordinates": [[[114.0, 38.0], [115.0, 38.0], [115.0, 39.0], [114.0, 38.0]]]}


@pytest.fixture
def neighbourhood() -> Division:
    codes = ["130102003", "130102003008"]
    actions.import_divisions(rows=(Row(c, c, level_of(c)) for c in codes), source_version="t", by=None)
    return Division.objects.get(code="130102003008")


def add(division: Division, name: str = "第一网格") -> Grid:
    unit = make.unit()
    return actions.add_grid(
        division=division, name=name, households=320, member="林晓", by=make.member(unit), unit=unit
    )


def test_grids_are_numbered_under_their_neighbourhood(neighbourhood: Division) -> None:
    first, second = add(neighbourhood), add(neighbourhood, "第二网格")
    assert (first.code, second.code) == ("130102003008001", "130102003008002")
    assert list(queries.grids(["130102"])) == [first, second]
    assert list(queries.grids(["130104"])) == []


def test_a_grid_belongs_to_a_neighbourhood_only(neighbourhood: Division) -> None:
    with pytest.raises(Refused, match="网格应设在社区"):
        add(Division.objects.get(code="130102003"))


def test_a_grid_is_changed_once_and_an_older_form_is_stale(neighbourhood: Division) -> None:
    grid = add(neighbourhood)
    unit = make.unit()
    lin = make.member(unit)
    values = {"name": "甲网格", "households": 300, "member": "周敏", "by": lin, "unit": unit}
    assert actions.change_grid(grid=grid, version=1, **values).version == 2
    with pytest.raises(Stale):
        actions.change_grid(grid=grid, version=1, **{**values, "name": "乙网格"})
    assert Grid.objects.get().name == "甲网格"
    assert "周敏" not in str(Line.objects.get(act="grid.changed").after)


def test_a_removed_grid_takes_its_outline_along(neighbourhood: Division) -> None:
    grid = add(neighbourhood)
    unit = make.unit()
    lin = make.member(unit)
    shape = geometry.from_geojson(SQUARE)
    for code in (grid.code, neighbourhood.code):
        actions.set_boundary(code=code, shape=shape, source="自绘", approval_number="", by=lin, unit=unit)
    with pytest.raises(Stale):
        actions.remove_grid(grid=grid, version=9, by=lin, unit=unit)
    actions.remove_grid(grid=grid, version=1, by=lin, unit=unit)
    assert [row.code for row in Boundary.objects.all()] == [neighbourhood.code]


def test_a_boundary_keeps_its_box_its_source_and_its_approval_number(neighbourhood: Division) -> None:
    unit = make.unit()
    lin = make.member(unit)
    for number in ("", "冀S(2025)001号"):
        boundary = actions.set_boundary(
            code=neighbourhood.code,
            shape=geometry.from_geojson(SQUARE),
            source="街道测绘",
            approval_number=number,
            by=lin,
            unit=unit,
        )
    assert (boundary.west, boundary.south, boundary.east, boundary.north) == (114.0, 38.0, 115.0, 39.0)
    assert Boundary.objects.get().approval_number == "冀S(2025)001号"
    assert list(queries.boundaries(["1301"])) == [boundary]
    actions.remove_boundary(boundary=boundary, by=lin, unit=unit)
    assert [line.act for line in Line.objects.filter(act__startswith="boundary").order_by("id")] == [
        "boundary.set", "boundary.set", "boundary.removed",
    ]  # fmt: skip
