"""Risk pages: who may, who may not, who does not even see them; the map's marks; nothing typed is lost."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from safecommunity.ledgers.models import Entry
from safecommunity.places.models import Boundary, Division
from safecommunity.risks import queries
from safecommunity.risks.models import RiskPoint
from safecommunity.units.models import Unit
from safecommunity.web.pages.risks import chart, views
from tests import make
from tests.risks.made import DAY, GENERAL, LOW, MAJOR, evaluation, graded, point

pytestmark = pytest.mark.django_db

FACTS = {
    "name": "充电棚", "kind": "facility", "field": "fire", "events": ["fire", "electric"],
    "causes": "线路老化", "people": "40", "address": "幸福里3号楼旁", "organ": "物业公司",
    "responsible": "王建国", "longitude": "114.5", "latitude": "38.0",
}  # fmt: skip
EVALUATION = {
    "version": "1", "on_date": "2026-06-01", "reason": "first", "before-likelihood": "6",
    "before-exposure": "6",
    "before-consequence": "15", "after-likelihood": "3", "after-exposure": "6", "after-consequence": "15",
    "control-engineering": "加装烟感",
}  # fmt: skip


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (views, chart):
        monkeypatch.setattr(module, "today", lambda: DAY)


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Client:
    return make.client(make.member(unit, "officer", "lin"))


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"risks:{name}", args=[unit.slug, *more])


def send(client: Client, to: str, **values: Any) -> Any:
    return client.post(to, {"request_key": str(uuid4()), **values})


def only(unit: Unit) -> RiskPoint:
    return RiskPoint.objects.in_unit(unit).get()


@pytest.mark.requirement("R158")
def test_a_point_is_registered_evaluated_and_read(unit: Unit, lin: Client) -> None:
    answer = send(lin, url("new", unit), **FACTS)
    row = only(unit)
    assert answer.headers["Location"] == url("evaluate", unit, row.uuid)
    form = lin.get(answer.headers["Location"]).content.decode()
    assert "100 大灾难，许多人死亡" in form
    assert send(lin, url("evaluate", unit, row.uuid), **EVALUATION).status_code == 302
    page = lin.get(url("detail", unit, row.uuid)).content.decode()
    assert "D = L × E × C = 6 × 6 × 15 = 540" in page
    assert "D = L × E × C = 3 × 6 × 15 = 270" in page
    assert "较大风险" in page
    assert "街道（乡镇）分管部门" in page
    assert "2026-11-28" in page
    kept = Entry.objects.in_unit(unit).get(ledger="risk-points")
    record = lin.get(reverse("ledgers:entry", args=[unit.slug, "risk-points", kept.pk])).content.decode()
    assert url("detail", unit, row.uuid) in record


def test_the_outcome_follows_what_is_chosen_and_saves_nothing(unit: Unit, lin: Client) -> None:
    row = point(unit)
    address = url("outcome", unit, row.uuid)
    part = {name: value for name, value in EVALUATION.items() if not name.startswith("after")}
    told = lin.post(address, part).content.decode()
    assert "6 × 6 × 15 = 540" in told
    assert told.count("请为每个因子选择一个值") == 1
    told = lin.post(address, {**EVALUATION, "after-likelihood": "1"}).content.decode()
    assert "1 × 6 × 15 = 90" in told
    assert "一般风险" in told
    told = lin.post(address, {**EVALUATION, "after-likelihood": "1", "direct": ["crowd"]}).content.decode()
    assert "街道（乡镇）主要负责人" in told
    told = lin.post(f"{address}?method=ls", {"after-likelihood": "5", "after-severity": "4"}).content.decode()
    assert "R = L × S = 5 × 4 = 20" in told
    assert not queries.evaluations(row).exists()


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(unit: Unit, lin: Client) -> None:
    answer = send(lin, url("new", unit), **{**FACTS, "longitude": ""})
    assert answer.status_code == 422
    assert "经度和纬度要一起填" in answer.content.decode()
    assert "线路老化" in answer.content.decode()
    row = point(unit)
    answer = send(lin, url("evaluate", unit, row.uuid), **{**EVALUATION, "control-engineering": ""})
    assert answer.status_code == 422
    assert "请写明靠哪些管控措施" in answer.content.decode()
    answer = send(lin, url("close", unit, row.uuid), version="1", reason="")
    assert answer.status_code == 422


def test_the_second_of_two_evaluators_keeps_the_words(unit: Unit, lin: Client) -> None:
    row = point(unit)
    evaluation(row, GENERAL)
    late = send(
        lin, url("evaluate", unit, row.uuid), **{**EVALUATION, "note": "我的说明", "direct": ["crowd"]}
    )
    assert late.status_code == 409
    page = late.content.decode()
    assert "我的说明" in page
    assert 'name="version" value="2"' in page
    assert 'value="crowd" id="id_direct_1" checked' in page


def test_a_stale_edit_shows_both_versions(unit: Unit, lin: Client) -> None:
    row = point(unit)
    assert send(lin, url("edit", unit, row.uuid), **FACTS, version="1").status_code == 302
    answer = send(lin, url("edit", unit, row.uuid), **{**FACTS, "causes": "过载"}, version="1")
    assert answer.status_code == 409
    assert "过载" in answer.content.decode()


def test_the_form_opens_its_map_where_the_other_points_are(unit: Unit, lin: Client) -> None:
    assert lin.get(url("new", unit)).context["map"]["centre"] is None
    graded(unit, MAJOR, longitude=114.4, latitude=38.0)
    graded(unit, LOW, longitude=114.6, latitude=38.2)
    assert lin.get(url("new", unit)).context["map"]["centre"] == pytest.approx([38.1, 114.5])


def test_a_double_click_registers_once(unit: Unit, lin: Client) -> None:
    for _time in range(2):
        lin.post(url("new", unit), {"request_key": "same", **FACTS})
    assert RiskPoint.objects.in_unit(unit).count() == 1


@pytest.mark.requirement("R157")
def test_a_review_is_asked_for_and_shown_until_it_is_done(unit: Unit, lin: Client) -> None:
    row = graded(unit, GENERAL)
    send(lin, url("review", unit, row.uuid), reason="accident", on_date="2026-06-01", words="起火")
    assert "要重新评价" in lin.get(url("detail", unit, row.uuid)).content.decode()
    assert "应复评" in lin.get(url("index", unit), {"due": "1"}).content.decode()
    version = str(only(unit).version)
    send(lin, url("evaluate", unit, row.uuid), **{**EVALUATION, "version": version, "reason": "accident"})
    assert "要重新评价" not in lin.get(url("detail", unit, row.uuid)).content.decode()


def test_what_is_gone_offers_nothing_more(unit: Unit, lin: Client) -> None:
    row = graded(unit, GENERAL)
    assert send(lin, url("close", unit, row.uuid), version=str(row.version), reason="拆除").status_code == 302
    page = lin.get(url("detail", unit, row.uuid)).content.decode()
    assert "已消除" in page
    assert url("evaluate", unit, row.uuid) not in page
    again = url("reopen", unit, row.uuid)
    assert again in page
    version = str(only(unit).version)
    assert send(lin, again, version=version, reason="").status_code == 422
    assert send(lin, again, version=version, reason="又搭起来了").status_code == 302
    assert url("evaluate", unit, row.uuid) in lin.get(url("detail", unit, row.uuid)).content.decode()


def test_the_viewer_reads_and_does_not_act(unit: Unit) -> None:
    row = graded(unit, GENERAL)
    zhou = make.client(make.member(unit, "viewer", "zhou"))
    for name in ("index", "map", "statistics", "marks"):
        assert zhou.get(url(name, unit)).status_code == 200
    assert zhou.get(url("detail", unit, row.uuid)).status_code == 200
    for name in ("edit", "evaluate"):
        assert zhou.get(url(name, unit, row.uuid)).status_code == 403
    for name in ("outcome", "review", "close", "reopen", "evaluate"):
        assert send(zhou, url(name, unit, row.uuid)).status_code == 403
    assert url("new", unit) not in zhou.get(url("index", unit)).content.decode()


def test_the_neighbour_sees_nothing(unit: Unit) -> None:
    row = graded(unit, GENERAL)
    other = make.unit("安康街道")
    wu = make.client(make.member(other, "office", "wu"))
    for name in ("index", "map", "statistics", "marks"):
        assert wu.get(url(name, unit)).status_code == 404
    assert wu.get(url("detail", other, row.uuid)).status_code == 404
    assert "充电棚" not in wu.get(url("index", other)).content.decode()


def test_the_lists_ask_as_often_for_three_as_for_one(unit: Unit, lin: Client) -> None:
    asked: dict[str, list[int]] = {}
    for count in (1, 2):
        for number in range(count):
            graded(unit, MAJOR, name=f"点{count}{number}", longitude=114.4 + number, latitude=38.0)
        for name in ("index", "map", "statistics", "marks"):
            ask = lambda name=name: lin.get(url(name, unit))  # noqa: E731
            ask()
            asked.setdefault(name, []).append(make.questions(ask))
    assert {name: one - two for name, (one, two) in asked.items()} == dict.fromkeys(asked, 0)


def marks(client: Client, unit: Unit, **asked: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(url("marks", unit), asked).json()["marks"]
    return found


@pytest.mark.requirement("R102", "R181")
def test_the_map_marks_points_alone_or_together_by_their_highest_risk(unit: Unit, lin: Client) -> None:
    one = graded(unit, MAJOR, name="加油站", longitude=114.40, latitude=38.00)
    graded(unit, LOW, name="健身器材", longitude=114.41, latitude=38.00)
    (far,) = marks(lin, unit, zoom=8)
    assert (far["count"], far["tone"], far["label"]) == (2, "red", "重大 1、低 1")
    near = {mark["label"]: mark for mark in marks(lin, unit, zoom=16)}
    assert near["加油站：重大 1"]["url"] == url("detail", unit, one.uuid)
    assert [
        mark["label"] for mark in marks(lin, unit, zoom=16, west=114.405, south=37, east=115, north=39)
    ] == ["健身器材：低 1"]
    assert marks(lin, unit, zoom=8, level="building") == []


def test_the_slider_shows_the_state_of_a_month_past(unit: Unit, lin: Client) -> None:
    row = graded(unit, MAJOR, date(2026, 1, 10), longitude=114.4, latitude=38.0)
    evaluation(row, LOW)
    assert 'max="5"' in lin.get(url("map", unit)).content.decode()
    assert [mark["tone"] for mark in marks(lin, unit, zoom=12)] == ["blue"]
    assert [mark["tone"] for mark in marks(lin, unit, zoom=12, back=1)] == ["red"]
    page = lin.get(url("map", unit), {"back": "4"}).content.decode()
    assert "2026-02-28" in page
    assert "重大风险</span> <strong>1" in page


def test_a_month_before_ends_on_its_last_day() -> None:
    assert chart.months_before(date(2026, 3, 31), 0) == date(2026, 3, 31)
    assert chart.months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert chart.months_before(date(2026, 1, 5), 13) == date(2024, 12, 31)


@pytest.mark.parametrize(
    "asked", [{"west": "x"}, {"zoom": "-1"}, {"zoom": "9" * 30}, {"back": "nan"}, {"level": "moon"}]
)
def test_nonsense_in_the_address_is_no_error(unit: Unit, lin: Client, asked: dict[str, str]) -> None:
    graded(unit, MAJOR, longitude=114.4, latitude=38.0)
    assert len(marks(lin, unit, **asked)) == 1
    assert lin.get(url("map", unit), asked).status_code == 200
    assert (
        lin.get(url("index", unit), {"sort": "nonsense", "page": "x", "grade": "purple"}).status_code == 200
    )


def test_neighbourhoods_are_drawn_with_outlines_and_the_approval_number_is_shown(
    unit: Unit, lin: Client, settings: Any
) -> None:
    rows = [
        Division(code="130104001", name="东里街道", level=4),
        Division(code="130104001001", name="支农路", level=5),
    ]
    Division.objects.bulk_create(rows)
    unit.divisions.add(rows[0])
    shape = {"type": "Polygon", "coordinates": [[[114.4, 38], [114.5, 38], [114.5, 38.1], [114.4, 38]]]}
    Boundary.objects.create(code=rows[1].code, geometry=shape, west=114.4, south=38, east=114.5, north=38.1)
    graded(unit, MAJOR, division=rows[1].code)
    page = lin.get(url("map", unit), {"level": "neighbourhood"})
    (feature,) = page.context["map"]["areas"]["features"]
    assert feature["properties"] == {"tone": "red", "label": "支农路：重大 1", "count": 1}
    assert "没有审图号" in page.content.decode()
    settings.MAP_APPROVAL = "冀S(2026)001号"
    assert "审图号：冀S(2026)001号" in lin.get(url("map", unit)).content.decode()


@pytest.mark.requirement("R160")
def test_statistics_show_places_people_and_what_waits(unit: Unit, lin: Client) -> None:
    graded(unit, MAJOR, DAY - timedelta(days=100), groups=["elderly-80"])
    page = lin.get(url("statistics", unit), {"by": "groups"}).content.decode()
    assert "80岁以上高龄老人" in page
    assert lin.get(url("statistics", unit), {"by": "nonsense"}).status_code == 200


def test_it_is_said_in_english_too(unit: Unit, lin: Client) -> None:
    row = graded(unit, MAJOR)
    with translation.override("en"):
        page = lin.get(url("detail", unit, row.uuid), headers={"accept-language": "en"}).content.decode()
    assert "Head of the sub-district" in page
    assert "Person over 80" in page


def test_the_json_of_the_map_cannot_break_out_of_its_script(unit: Unit, lin: Client) -> None:
    graded(unit, MAJOR, building="</script><b>", longitude=114.4, latitude=38.0)
    page = lin.get(url("map", unit), {"level": "building"}).content.decode()
    assert "</script><b>" not in page
    assert json.loads(lin.get(url("marks", unit), {"level": "building"}).content)["marks"][0]["count"] == 1
