"""Units, places, one's own account and the log through the API: the same checks as on the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import ApiToken
from safecommunity.audit.actions import record
from safecommunity.core.division_files import Row
from safecommunity.core.divisions import level_of
from safecommunity.places.actions import import_divisions
from safecommunity.places.models import Division, Grid
from safecommunity.units.models import Unit
from safecommunity.units.queries import bodies, division_codes
from tests import make

pytestmark = pytest.mark.django_db
SQUARE = [[114.5, 38.0], [114.6, 38.0], [114.6, 38.1], [114.5, 38.1], [114.5, 38.0]]


class Caller:
    """A program with a person's token."""

    def __init__(self, person: Any) -> None:
        _token, secret = make_token(user=person, name="试验", days=1, now=timezone.now(), by=person)
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def get(self, address: str, **question: str) -> Any:
        return self.client.get(f"/api/{address}", question)

    def send(self, method: str, address: str, body: object = None, tag: str = "") -> Any:
        headers = {"If-Match": tag} if tag else {}
        content = json.dumps(body)
        answer = getattr(self.client, method)
        return answer(f"/api/{address}", content, content_type="application/json", headers=headers)


@pytest.fixture
def unit() -> Unit:
    codes = ["13", "1301", "130102", "130102003", "130102003008", "130104", "130104001", "130104001001"]
    rows = (Row(code, f"区划{code}", level_of(code)) for code in codes)
    import_divisions(rows=rows, source_version="t", by=None)
    city = make.unit("市创建办", kind="city-office", slug="1301")
    return make.unit(
        slug="sunny", parent=city, divisions=[Division.objects.get(code="130102003")], phone="13800001234"
    )


@pytest.fixture
def lin(unit: Unit) -> Caller:
    return Caller(make.member(unit))


@pytest.fixture
def zhou(unit: Unit) -> Caller:
    return Caller(make.member(unit, "viewer", "zhou"))


@pytest.fixture
def wu() -> Caller:
    return Caller(make.member(make.unit("彩虹街道"), username="wu"))


@pytest.mark.parametrize("address", ["", "/bodies", "/grids", "/boundaries", "/population/130102003/2025"])
def test_who_may_look_looks_and_a_stranger_finds_nothing(lin, zhou, wu, address: str) -> None:
    answers = [caller.get(f"units/sunny{address}").status_code for caller in (lin, zhou, wu)]
    assert answers == [200, 200, 404]
    assert Client().get(f"/api/units/sunny{address}").status_code == 401


def test_writing_needs_the_right_and_a_stranger_finds_nothing(lin, zhou, wu) -> None:
    for method, address, body in [
        ("put", "units/sunny", {"name": "x"}),
        ("post", "units/sunny/units", {"name": "x", "kind": "neighbourhood", "slug": "x"}),
        ("post", "units/sunny/bodies", {"name": "x", "kind": "team"}),
        ("post", "units/sunny/body-sets/city-pilot", None),
        ("post", "units/sunny/grids", {"division": "130102003008", "name": "x"}),
        ("put", "units/sunny/boundaries/130102003", {"geometry": {}, "source": "x"}),
        ("put", "units/sunny/population/130102003/2025", {"figures": []}),
    ]:
        answers = [caller.send(method, address, body, tag='"1"').status_code for caller in (zhou, wu)]
        assert answers == [403, 404], address


def test_a_unit_is_changed_from_the_version_it_was_read_in(unit: Unit, lin, zhou) -> None:
    read = lin.get("units/sunny")
    assert (read.json()["divisions"], read.json()["phone"]) == (["130102003"], "13800001234")
    assert zhou.get("units/sunny").json()["phone"] == "138****1234"
    facts = {"name": "阳光街道", "area": "12.5", "divisions": ["130102003", "130104001"]}
    assert lin.send("put", "units/sunny", facts).status_code == 428
    changed = lin.send("put", "units/sunny", facts, tag=read["ETag"])
    assert (changed.status_code, changed.json()["area"]) == (200, "12.5")
    assert division_codes(unit) == ("130102003", "130104001")
    assert lin.send("put", "units/sunny", facts, tag=read["ETag"]).status_code == 412
    unknown = lin.send("put", "units/sunny", {**facts, "divisions": ["999999"]}, tag=changed["ETag"])
    assert (unknown.status_code, "999999" in unknown.json()["detail"]) == (422, True)


def test_a_unit_is_made_under_one_that_may_have_it(unit: Unit, lin) -> None:
    new = {"name": "广合社区", "kind": "neighbourhood", "slug": "guanghe", "divisions": ["130102003008"]}
    made = lin.send("post", "units/sunny/units", new)
    assert (made.status_code, made.json()["parent"]) == (201, "sunny")
    assert lin.send("post", "units/sunny/units", new).status_code == 422
    assert (
        lin.send("post", "units/sunny/units", {**new, "slug": "x", "kind": "city-office"}).status_code == 422
    )
    assert [one["slug"] for one in lin.get("units", parent="sunny").json()["units"]] == ["guanghe"]
    assert lin.get("units").json()["count"] == 2


def test_a_set_of_bodies_is_applied_once_and_bodies_are_changed_and_removed(unit: Unit, lin) -> None:
    assert "sub-district-described" in [one["code"] for one in lin.get("body-sets").json()]
    made = lin.send("post", "units/sunny/body-sets/neighbourhood-leading-group").json()
    assert [one["kind"] for one in made] == ["leading-group", "team", "team"]
    assert lin.send("post", "units/sunny/body-sets/neighbourhood-leading-group").json() == []
    group, rescue, _patrol = made
    facts = {"name": "领导小组", "kind": "leading-group", "duties": ["一", "二"]}
    address = f"units/sunny/bodies/{group['id']}"
    changed = lin.send("put", address, facts, tag='"1"')
    assert (changed.json()["duties"], changed["ETag"]) == (["一", "二"], '"2"')
    assert lin.send("put", address, {**facts, "parent": rescue["id"]}, tag='"2"').status_code == 422
    assert lin.send("put", address, {**facts, "kind": "club"}, tag='"2"').status_code == 422
    assert lin.send("delete", address, tag='"2"').status_code == 409
    assert lin.send("delete", f"units/sunny/bodies/{rescue['id']}", tag='"1"').status_code == 204
    assert bodies(unit).count() == 2


def test_appointments_have_their_term_and_mask_telephones_for_lookers(unit: Unit, lin, zhou) -> None:
    body = lin.send(
        "post", "units/sunny/bodies", {"name": "消防组", "kind": "project-group", "field": "fire"}
    ).json()
    address = f"units/sunny/bodies/{body['id']}/appointments"
    person = {"post": "组长", "person": "林晓", "phone": "13800001234", "from_date": "2026-01-01"}
    made = lin.send("post", address, person).json()
    assert zhou.get(address).json()[0]["phone"] == "138****1234"
    ended = {**person, "to_date": "2025-01-01"}
    one = f"units/sunny/appointments/{made['id']}"
    assert lin.send("put", one, ended, tag='"1"').status_code == 422
    assert (
        lin.send("put", one, {**person, "to_date": "2026-06-30"}, tag='"1"').json()["to_date"] == "2026-06-30"
    )
    assert lin.send("put", one, person, tag='"1"').status_code == 412


def test_divisions_are_read_level_by_level_and_searched(lin) -> None:
    assert [one["code"] for one in lin.get("divisions", parent="1301").json()] == ["130102", "130104"]
    assert [one["code"] for one in lin.get("divisions", q="13010400", parent="1301").json()] == [
        "130104001", "130104001001",
    ]  # fmt: skip
    assert lin.get("divisions/130102").json()["name"] == "区划130102"
    assert lin.get("divisions/99").status_code == 404
    assert lin.get("divisions", parent="99").status_code == 404


def test_grids_and_outlines_stay_inside_the_unit(lin) -> None:
    made = lin.send(
        "post", "units/sunny/grids", {"division": "130102003008", "name": "甲", "households": 300}
    )
    assert (made.status_code, made.json()["code"]) == (201, "130102003008001")
    assert (
        lin.send("post", "units/sunny/grids", {"division": "130104001001", "name": "乙"}).status_code == 404
    )
    assert lin.send("post", "units/sunny/grids", {"division": "130102003", "name": "乙"}).status_code == 422
    address = f"units/sunny/grids/{made.json()['id']}"
    assert lin.send("put", address, {"name": "丙"}, tag=made["ETag"]).json()["name"] == "丙"
    assert lin.send("put", address, {"name": "丁"}, tag=made["ETag"]).status_code == 412
    outline = {"geometry": {"type": "Polygon", "coordinates": [SQUARE]}, "source": "测绘"}
    kept = lin.send("put", "units/sunny/boundaries/130102003008001", outline)
    assert kept.json()["square_km"] == pytest.approx(97.4, abs=0.2)
    assert len(lin.get("units/sunny/boundaries").json()) == 1
    assert lin.send("put", "units/sunny/boundaries/130104001", outline).status_code == 404
    bad = {**outline, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    assert lin.send("put", "units/sunny/boundaries/130102003", bad).status_code == 422
    assert lin.send("delete", address, tag='"2"').status_code == 204
    assert not Grid.objects.exists()


def test_population_is_replaced_from_what_was_read(lin) -> None:
    address = "units/sunny/population/130102003/2025"
    read = lin.get(address)
    figures = {"figures": [{"sex": "0", "residence": "all", "count": 43000}], "vulnerable": {"disabled": 12}}
    assert lin.send("put", address, figures, tag=read["ETag"]).json()["figures"][0]["count"] == 43000
    assert lin.send("put", address, figures, tag=read["ETag"]).status_code == 412
    tag = lin.get(address)["ETag"]
    twice = {"figures": [*figures["figures"], {"sex": "1", "residence": "all", "count": 1}]}
    assert "重复计数" in lin.send("put", address, twice, tag=tag).json()["detail"]
    assert lin.send("put", address, {"figures": [], "vulnerable": {"kings": 1}}, tag=tag).status_code == 422
    assert lin.send("put", "units/sunny/population/130104001/2025", figures, tag=tag).status_code == 404


def test_ones_own_account_and_keys_and_nobody_elses(unit: Unit, lin, wu) -> None:
    me = lin.get("me").json()
    assert (me["username"], me["holdings"][0]["role"], me["holdings"][0]["unit"]) == (
        "lin",
        "office",
        "sunny",
    )
    (own,) = lin.get("me/tokens").json()
    (foreign,) = wu.get("me/tokens").json()
    assert "digest" not in own
    assert lin.send("delete", f"me/tokens/{foreign['id']}").status_code == 404
    assert lin.send("delete", f"me/tokens/{own['id']}").status_code == 204
    assert lin.get("me").status_code == 401
    assert ApiToken.objects.filter(revoked_at=None).count() == 1


def test_the_log_is_read_by_who_may_from_a_line_on(unit: Unit, lin, zhou, wu) -> None:
    for number in range(3):
        record("grid.added", f"第{number}号", by=None, unit=unit)
    record("grid.added", "别处", by=None, unit=make.unit("别处街道"))
    assert [caller.get("units/sunny/audit").status_code for caller in (lin, zhou, wu)] == [200, 403, 404]
    first = lin.get("units/sunny/audit", act="grid.added", limit="2").json()
    assert [line["title"] for line in first] == ["第2号", "第1号"]
    rest = lin.get("units/sunny/audit", act="grid.added", before=str(first[-1]["id"])).json()
    assert [line["title"] for line in rest] == ["第0号"]


def test_an_idempotency_key_gives_the_first_answer_again(unit: Unit, lin) -> None:
    body = json.dumps({"name": "队", "kind": "team"})
    headers = {"Idempotency-Key": "k-1"}
    answers = [
        lin.client.post("/api/units/sunny/bodies", body, content_type="application/json", headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert bodies(unit).count() == 1
