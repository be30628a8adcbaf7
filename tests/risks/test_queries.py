"""What the map, the lists and the figures are made of: the highest open risk of each place, on any day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from safecommunity.core.map_clusters import Window
from safecommunity.core.periods import Period
from safecommunity.jobs.worker import drain
from safecommunity.metrics.queries import values
from safecommunity.places.models import Boundary, Division, Grid
from safecommunity.risks import actions, queries
from safecommunity.units.models import Unit
from tests import make
from tests.risks.made import DAY, GENERAL, LARGER, LOW, MAJOR, evaluation, graded, point

pytestmark = pytest.mark.django_db

STREET, ONE, TWO = "130104001", "130104001001", "130104001002"
OUTLINE = {"type": "Polygon", "coordinates": [[[114.4, 38], [114.5, 38], [114.5, 38.1], [114.4, 38]]]}


@pytest.fixture
def street() -> Unit:
    rows = [Division(code=STREET, name="东里街道", level=4)]
    rows += [Division(code=code, name=name, level=5) for code, name in ((ONE, "支农路"), (TWO, "仓红"))]
    Division.objects.bulk_create(rows)
    unit = make.unit("东里街道")
    unit.divisions.add(rows[0])
    return unit


def test_a_place_has_the_colour_of_its_highest_open_risk(street: Unit) -> None:
    graded(street, LOW, division=ONE, longitude=114.4, latitude=38.0)
    worst = graded(street, LARGER, division=ONE, longitude=114.6, latitude=38.2)
    graded(street, GENERAL, division=TWO)
    graded(street, MAJOR)
    found = {area.name: area for area in queries.areas(street, DAY, "neighbourhood")}
    assert {name: area.grade for name, area in found.items()} == {"支农路": "larger", "仓红": "general"}
    assert found["支农路"].counts == {"low": 1, "larger": 1}
    assert found["支农路"].middle == pytest.approx((114.5, 38.1))
    assert found["仓红"].middle is None
    actions.close(point=worst, version=worst.version, reason="拆除", by=make.member(street), today=DAY)
    assert {area.name: area.grade for area in queries.areas(street, DAY, "neighbourhood")} == {
        "支农路": "low", "仓红": "general",
    }  # fmt: skip


def test_grids_and_buildings_are_places_too_and_outlines_are_drawn(street: Unit) -> None:
    grid = Grid.objects.create(code=f"{ONE}001", division=Division.objects.get(code=ONE), name="第一网格")
    Boundary.objects.create(
        code=grid.code,
        geometry=OUTLINE,
        west=114.4,
        south=38,
        east=114.5,
        north=38.1,
        approval_number="冀S(2026)001号",
    )
    graded(street, MAJOR, division=ONE, grid=grid.code, building="3号楼")
    graded(street, LOW, division=TWO, building="3号楼")
    (area,) = queries.areas(street, DAY, "grid")
    assert (area.name, area.grade, area.boundary) == ("第一网格", "major", OUTLINE)
    buildings = queries.areas(street, DAY, "building")
    assert [(one.name, one.grade) for one in buildings] == [("3号楼", "major"), ("3号楼", "low")]
    assert queries.approvals(street) == ["冀S(2026)001号"]


def test_the_map_goes_back_in_time(street: Unit) -> None:
    row = graded(street, MAJOR, date(2026, 1, 10), longitude=114.4, latitude=38.0)
    evaluation(row, GENERAL, on_date=DAY)
    days = [date(2026, 1, 9), date(2026, 1, 10), DAY - timedelta(days=1), DAY]
    shown = [[one.tone for one in queries.map_points(street, day)] for day in days]
    assert shown == [[], ["major"], ["major"], ["general"]]
    assert queries.first_day(street) == date(2026, 1, 10)


def test_only_what_is_in_view_is_read(street: Unit) -> None:
    inside = graded(street, LOW, longitude=114.4, latitude=38.0)
    graded(street, LOW, longitude=115.4, latitude=38.0)
    graded(street, LOW)
    found = queries.map_points(street, DAY, Window(114, 37, 115, 39))
    assert [one.key for one in found] == [inside.pk]
    assert queries.frame(street, DAY) == Window(114.4, 38.0, 115.4, 38.0)


def test_nobody_sees_the_points_of_a_neighbour(street: Unit) -> None:
    other = make.unit("安康街道")
    graded(other, MAJOR, longitude=114.4, latitude=38.0)
    assert queries.map_points(street, DAY) == []
    assert queries.areas(street, DAY, "building") == []
    assert not queries.points(street).exists()


def test_lists_are_narrowed_and_sorted(street: Unit) -> None:
    first = graded(street, MAJOR, name="加油站")
    second = graded(street, LOW, name="健身器材", field="sports", responsible="李秀英")
    third = point(street, name="水池")
    late = DAY + timedelta(days=100)

    def names(**asked: str) -> list[str]:
        return [row.name for row in queries.chosen(queries.points(street), today=late, **asked)]

    assert names() == ["加油站", "健身器材", "水池"]
    assert names(sort="-number") == ["水池", "健身器材", "加油站"]
    assert names(text="健身") == names(field="sports") == names(text="李秀英") == [second.name]
    assert names(grade="major") == names(due="1") == [first.name]
    assert names(grade="none") == [third.name]
    assert names(state="closed") == []


@pytest.mark.requirement("R102", "R160")
def test_points_are_counted_by_group_event_field_and_place(street: Unit) -> None:
    graded(street, MAJOR, groups=["elderly-80", "disabled"], division=ONE)
    graded(street, LOW, groups=["elderly-80"], events=["fall"], field="elderly", division=TWO)
    point(street, groups=[], events=["fall"], field="elderly")
    found = {
        by: {code: dict(counted) for code, _name, counted in queries.crossed(street, by)}
        for by in ("groups", "events", "field", "division", "kind")
    }
    assert found["groups"] == {"elderly-80": {"major": 1, "low": 1}, "disabled": {"major": 1}}
    assert found["events"]["fall"] == {"low": 1, "": 1}
    assert found["field"] == {"fire": {"major": 1}, "elderly": {"low": 1, "": 1}}
    assert found["division"] == {ONE: {"major": 1}, TWO: {"low": 1}, "": {"": 1}}
    assert found["kind"] == {"facility": {"major": 1, "low": 1, "": 1}}
    assert [str(name) for _code, name, _counted in queries.crossed(street, "groups")] == [
        "80岁以上高龄老人", "残疾人",
    ]  # fmt: skip


@pytest.mark.requirement("R101", "R181", "R186")
def test_the_figures_follow_the_points(street: Unit) -> None:
    day, year = date(2025, 6, 1), Period.parse("2025")
    graded(street, MAJOR, day)
    gone = graded(street, MAJOR, day)
    evaluation(point(street), MAJOR, controls={}, on_date=day)
    row = graded(street, LOW, day)
    evaluation(row, GENERAL, on_date=date(2025, 7, 1))
    actions.close(point=gone, version=gone.version, reason="拆除", by=make.member(street), today=day)
    drain()
    read = values(
        [street], [year],
        ["risk-points", "risk-points-major", "risk-points-controlled-rate", "risk-reviews-current-rate"],
    )  # fmt: skip
    assert {code: value for (_unit, code, _period), value in read.items()} == {
        "risk-points": 3,
        "risk-points-major": 2,
        "risk-points-controlled-rate": Decimal("66.7"),
        "risk-reviews-current-rate": Decimal("33.3"),
    }
