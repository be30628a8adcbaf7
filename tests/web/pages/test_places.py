"""Divisions, grids, outlines and population on the pages."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from safecommunity.core.division_files import Row
from safecommunity.core.divisions import level_of
from safecommunity.places import queries
from safecommunity.places.actions import import_divisions
from safecommunity.places.models import Boundary, Division, Grid
from safecommunity.units.models import Unit
from tests import make

pytestmark = pytest.mark.django_db
CODES = {
    "13": "河北省", "1301": "石家庄市", "130102": "长安区", "130102003": "广安街道",
    "130102003008": "广合社区", "130102003009": "东大街社区", "130104": "桥西区", "130104001": "东里街道",
    "130104001001": "支农路社区",
}  # fmt: skip
RING = [[114.5, 38.0], [114.6, 38.0], [114.6, 38.1], [114.5, 38.1], [114.5, 38.0]]


@pytest.fixture
def unit() -> Unit:
    rows = (Row(code, name, level_of(code)) for code, name in CODES.items())
    import_divisions(rows=rows, source_version="2023", by=None)
    return make.unit(slug="sunny", divisions=[Division.objects.get(code="130102003")])


@pytest.fixture
def lin(unit: Unit):
    return make.client(make.member(unit))


@pytest.fixture
def zhou(unit: Unit):
    return make.client(make.member(unit, "viewer", "zhou"))


@pytest.fixture
def wu(unit: Unit):
    return make.client(make.member(make.unit("彩虹街道"), username="wu"))


def url(name: str, *args: object) -> str:
    return reverse(f"places:{name}", args=["sunny", *args])


def add_grid(lin, name: str = "第一网格"):
    neighbourhood = Division.objects.get(code="130102003008")
    return lin.post(url("new-grid"), {"division": neighbourhood.pk, "name": name, "households": "320"})


def outline(data: object = None, **more: str) -> dict[str, object]:
    content = json.dumps(data or {"type": "Polygon", "coordinates": [RING]})
    file = SimpleUploadedFile("a.geojson", content.encode())
    return {"code": "130102003", "file": file, "source": "街道测绘", **more}


@pytest.mark.parametrize("name", ["divisions", "grids", "boundaries", "population"])
def test_who_may_look_looks_and_a_stranger_finds_nothing(lin, zhou, wu, name: str) -> None:
    assert [client.get(url(name)).status_code for client in (lin, zhou, wu)] == [200, 200, 404]


def test_who_may_write_writes_and_others_are_refused(lin, zhou, wu) -> None:
    add_grid(lin)
    grid = Grid.objects.get()
    for name, args in [("new-grid", ()), ("grid", (grid.pk,)), ("edit-population", ("130102003", 2025))]:
        assert [client.get(url(name, *args)).status_code for client in (lin, zhou, wu)] == [200, 403, 404]
    lin.post(url("upload-boundary"), outline())
    boundary = Boundary.objects.get()
    for name, args in [
        ("upload-boundary", ()),
        ("remove-grid", (grid.pk,)),
        ("remove-boundary", (boundary.pk,)),
    ]:
        assert [client.post(url(name, *args)).status_code for client in (zhou, wu)] == [403, 404]


@pytest.mark.requirement("R4")
def test_the_tree_is_walked_from_the_country_down_and_searched(lin) -> None:
    assert "河北省" in lin.get(url("divisions")).content.decode()
    page = lin.get(url("divisions"), {"code": "1301"}).content.decode()
    assert ("长安区" in page, "桥西区" in page, "广安街道" in page) == (True, True, False)
    found = lin.get(url("divisions"), {"q": "社区", "code": "130102"}).content.decode()
    assert ("广合社区" in found, "支农路社区" in found) == (True, False)
    assert lin.get(url("divisions"), {"code": "'; drop"}).status_code == 200


def test_a_grid_gets_the_next_number_of_its_neighbourhood(lin) -> None:
    assert add_grid(lin).status_code == 302
    add_grid(lin, "第二网格")
    page = lin.get(url("grids")).content.decode()
    assert "130102003008002" in page
    assert "640 户" in page


def test_a_neighbourhood_of_another_unit_is_no_choice(lin) -> None:
    foreign = Division.objects.get(code="130104001001")
    answer = lin.post(url("new-grid"), {"division": foreign.pk, "name": "网格"})
    assert (answer.status_code, Grid.objects.count()) == (422, 0)


def test_a_grid_of_another_unit_is_not_found(lin, wu) -> None:
    foreign = Division.objects.get(code="130104001001")
    grid = Grid.objects.create(code="130104001001001", division=foreign, name="网格")
    assert lin.get(url("grid", grid.pk)).status_code == 404


def test_two_who_edit_a_grid_at_once_see_both_versions(lin) -> None:
    add_grid(lin)
    grid = Grid.objects.get()
    facts = {"name": "甲网格", "households": "310", "member": "周敏", "version": "1"}
    assert lin.post(url("grid", grid.pk), facts).status_code == 302
    stale = lin.post(url("grid", grid.pk), {**facts, "name": "乙网格"})
    assert (stale.status_code, "甲网格" in stale.content.decode()) == (409, True)
    lin.post(url("remove-grid", grid.pk), {"version": "2"})
    assert not Grid.objects.exists()


def test_an_outline_is_checked_kept_and_drawn_with_its_approval_number(lin) -> None:
    done = lin.post(url("upload-boundary"), outline(approval_number="冀S(2026)001号"), follow=True)
    page = done.content.decode()
    assert "已保存边界，面积 97." in page
    assert "审图号：冀S(2026)001号" in page
    assert '<script id="boundary-map" type="application/json">' in page
    lin.post(url("remove-boundary", Boundary.objects.get().pk))
    assert not Boundary.objects.exists()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "只接受 Polygon"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 1], [0, 0]]]}, "自相交"),
    ],
)
def test_a_bad_outline_is_refused_with_place_and_reason(lin, data: object, reason: str) -> None:
    answer = lin.post(url("upload-boundary"), outline(data))
    assert (answer.status_code, reason in answer.content.decode()) == (422, True)
    assert not Boundary.objects.exists()


def test_an_outline_for_a_place_of_another_unit_is_refused(lin) -> None:
    answer = lin.post(url("upload-boundary"), outline(code="130104001"))
    assert (answer.status_code, Boundary.objects.count()) == (422, 0)


def save(lin, **cells: str):
    address = url("edit-population", "130102003", 2025)
    seen = queries.digest(Division.objects.get(code="130102003"), 2025)
    return lin.post(address, {"seen": seen, **cells})


def test_population_is_typed_by_age_sex_and_residence_with_vulnerable_groups(lin) -> None:
    cells = {
        "n-1-0-4-resident": "1,200",
        "n-2-85--resident": "30",
        "n-1-0-4-floating": "7",
        "group-disabled": "12",
    }
    assert save(lin, **cells)["Location"] == f"{url('population')}?year=2025"
    division = Division.objects.get(code="130102003")
    assert queries.population(["130102003"], 2025).total == 1237
    assert queries.vulnerable(division, 2025) == {"disabled": 12}
    page = lin.get(url("edit-population", "130102003", 2025)).content.decode()
    assert 'name="n-1-0-4-resident" value="1200"' in page
    assert "1,237" in lin.get(url("population"), {"year": "2025"}).content.decode()


def test_a_table_pasted_from_a_spreadsheet_is_read_with_its_own_age_groups(lin) -> None:
    head = "年龄\t户籍男\t户籍女\t流动男\t流动女\n"
    pasted = head + "0-14\t100\t90\t5\t4\n15–64\t300\t310\t\t\n65岁及以上\t50\t60\t0\t1\n"
    assert save(lin, pasted=pasted).status_code == 302
    people = queries.population(["130102003"], 2025)
    assert (people.total, people.of(age_from=65), people.of(sex="1")) == (920, 111, 455)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"n-1-0-4-resident": "-3"}, "“-3”不是人数"),
        ({"n-1-0-4-resident": "3", "whole": "9"}, "总人口会自动合计"),
        ({"pasted": "0-4\t1\n老年\t2\n"}, "第 2 行：“老年”不是年龄组"),
        ({"pasted": "0-4\tx\n"}, "第 1 行“户籍男”：“x”不是人数"),
        ({"pasted": "0-10,1\n5-9,1\n"}, "重叠"),
    ],
)
def test_bad_numbers_are_named_and_nothing_typed_is_lost(lin, cells: dict[str, str], reason: str) -> None:
    answer = save(lin, **cells, **{"group-other": "77"})
    page = answer.content.decode()
    assert (answer.status_code, reason in page, 'value="77"' in page) == (422, True, True)
    assert queries.population(["130102003"], 2025).figures == ()


def test_a_total_alone_is_enough(lin) -> None:
    assert save(lin, whole="43000").status_code == 302
    assert queries.population(["130102003"], 2025).total == 43000


def test_numbers_saved_in_between_are_not_overwritten_unasked(lin) -> None:
    address = url("edit-population", "130102003", 2025)
    seen = queries.digest(Division.objects.get(code="130102003"), 2025)
    assert lin.post(address, {"seen": seen, "whole": "1"}).status_code == 302
    stale = lin.post(address, {"seen": seen, "whole": "2"})
    assert (stale.status_code, 'value="2"' in stale.content.decode()) == (409, True)
    assert queries.population(["130102003"], 2025).total == 1


def test_figures_of_a_division_outside_the_unit_are_not_found(lin) -> None:
    assert lin.get(url("edit-population", "130104001", 2025)).status_code == 404
    assert lin.get(url("edit-population", "130102003", 1066)).status_code == 404


@pytest.mark.parametrize("name", ["grids", "boundaries", "population", "divisions"])
def test_three_rows_ask_no_more_than_one(lin, name: str) -> None:
    asked = []
    for codes in (["130102003"], ["130102003008", "130102003009"]):
        for code in codes:
            lin.post(url("upload-boundary"), outline(code=code))
            add_grid(lin)
            seen = queries.digest(Division.objects.get(code=code), 2025)
            lin.post(url("edit-population", code, 2025), {"seen": seen, "whole": "5"})
        asked.append(make.questions(lambda: lin.get(url(name), {"year": "2025"})))
    assert asked[0] == asked[1]
