"""Hazards on the pages: who may, who may not, who does not even see them; what is typed is never lost."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.hazards import actions, queries
from safecommunity.hazards.models import HiddenHazard, Inspection, Visit
from safecommunity.ledgers.asking import found, parse
from safecommunity.library import ledgers
from safecommunity.units.models import Unit
from safecommunity.web.pages.contacts import views as contacts
from safecommunity.web.pages.hazards import own, planning, rounds, views
from tests import make
from tests.hazards import made
from tests.hazards.made import NOW, Town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (views, own, planning, rounds, contacts):
        monkeypatch.setattr(module, "now", lambda: NOW)
    for module in (views, planning, rounds):
        monkeypatch.setattr(module, "today", lambda: NOW.date())


@pytest.fixture
def here() -> Town:
    return made.town()


@pytest.fixture
def lin(here: Town) -> Client:
    return make.client(here.lin)


@pytest.fixture
def officer(here: Town) -> Client:
    return make.client(here.officer)


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"hazards:{name}", args=[unit.slug, *more])


def text(response: Any) -> str:
    return response.content.decode()


def send(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, {"request_key": str(uuid4()), **values})


def photo(name: str = "现场.jpg", shade: int = 90) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, made.picture(shade), "image/jpeg")


def fresh(row: HiddenHazard) -> HiddenHazard:
    found = queries.hazard(row.unit, row.client_uuid)
    assert found is not None
    return found


SAID: dict[str, Any] = {
    "text": "安全出口上锁", "place": "建设路1号", "kind": "escape", "cause": "act", "field": "fire",
    "grade": "general", "severity": "high", "longitude": "114.51", "latitude": "38.04",
    "device_at": "2026-03-04T01:50:00.000Z", "sent_at": "2026-03-04T02:00:00.000Z",
}  # fmt: skip


def test_registering_with_pictures_and_a_double_tap(here: Town, officer: Client) -> None:
    address, uid = url("new", here.block), str(uuid4())
    for key in ("one", "two"):
        sent = {**SAID, "client_uuid": uid, "photos": [photo()], "request_key": key}
        assert officer.post(address, sent).status_code == 302
    row = queries.hazards(here.block).get()
    assert (row.found_at, row.is_clock_off) == (NOW - timedelta(minutes=10), False)
    page = text(officer.get(url("detail", here.block, row.client_uuid)))
    picture = queries.photos(row).get()
    assert url("photo", here.block, row.client_uuid, picture.pk) in page
    shown = officer.get(url("photo", here.block, row.client_uuid, picture.pk))
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    shown.close()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"photos": [SimpleUploadedFile("a.jpg", b"%PDF-1.4")]}, "内容却是"),
        ({"photos": [SimpleUploadedFile("a.jpg", b"")]}, "文件是空的"),
        ({"longitude": "500"}, "180"),
        ({"latitude": ""}, "经度和纬度要一起填写"),
        ({"text": ""}, "这个字段是必填项"),
        ({"kind": "nonsense"}, "nonsense"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    here: Town, officer: Client, more: dict[str, Any], told: str
) -> None:
    answer = send(officer, url("new", here.block), **{**SAID, "client_uuid": str(uuid4()), **more})
    assert answer.status_code == 422
    assert told in text(answer)
    assert "建设路1号" in text(answer)
    assert queries.hazards(here.block).count() == 0


def test_nonsense_from_the_clock_of_a_device_is_no_reason_to_refuse(here: Town, officer: Client) -> None:
    sent = {**SAID, "client_uuid": str(uuid4()), "device_at": "yesterday", "sent_at": "0"}
    assert send(officer, url("new", here.block), **sent).status_code == 302
    assert queries.hazards(here.block).get().found_at == NOW


def test_from_grading_to_closing_on_the_page(here: Town, lin: Client, officer: Client) -> None:
    row = made.hazard(here)
    keeper = make.client(here.keeper)
    step = lambda client, act, **more: send(  # noqa: E731
        client, url("act", here.block, row.client_uuid, act), version=fresh(row).version, **more
    )
    assert step(lin, "grade", grade="general", severity="high").status_code == 302
    page = text(lin.get(url("detail", here.block, row.client_uuid)))
    assert "2026-03-05T10:00" in page
    given = {
        "responsible_unit": "阳光饭店", "responsible_person": "赵强", "measures": "打开",
        "due_at": "2026-03-05T10:00", "contact": here.keeper.pk,
    }  # fmt: skip
    assert step(lin, "assign", **given).status_code == 302
    own_page = url("answer", here.block, row.client_uuid)
    assert "打开" in text(keeper.get(own_page))
    done = send(keeper, own_page, version=fresh(row).version, text="已打开", photos=[photo(shade=10)])
    assert done.status_code == 302
    assert step(officer, "fail", opinion="又锁上了").status_code == 302
    assert "又锁上了" in text(keeper.get(own_page))
    again = send(keeper, own_page, version=fresh(row).version, text="拆了锁", photos=[photo(shade=20)])
    assert again.status_code == 302
    assert step(officer, "pass", opinion="好").status_code == 302
    assert step(lin, "close").status_code == 302
    page = text(lin.get(url("detail", here.block, row.client_uuid)))
    assert "已销号" in page
    assert [len(shown) for _word, shown, _missing in lin.get(
        url("detail", here.block, row.client_uuid)
    ).context["sides"]] == [0, 2]  # fmt: skip
    assert "已销号" in text(keeper.get(url("mine", here.block)))


def test_the_second_of_two_keeps_the_words(here: Town, lin: Client) -> None:
    row = made.graded(here)
    seen = row.version
    actions.grade(hazard=row, version=seen, grade="general", severity="low", by=here.second, now=NOW)
    late = send(
        lin, url("act", here.block, row.client_uuid, "void"), version=seen, words="这不是隐患，是装饰门"
    )
    assert late.status_code == 409
    assert "这不是隐患，是装饰门" in text(late)
    assert "刚刚被别人办理过" in text(late)


def test_an_act_that_cannot_be_done_is_said_beside_its_form(here: Town, lin: Client) -> None:
    row = made.assigned(here, "major")
    answer = send(lin, url("act", here.block, row.client_uuid, "begin"), version=row.version, words="开工")
    assert answer.status_code == 422
    assert "责任、措施、资金、时限、预案" in text(answer)
    assert send(lin, url("act", here.block, row.client_uuid, "dance"), version=1).status_code == 404


def test_each_sees_the_acts_they_have_the_power_for(here: Town, lin: Client, officer: Client) -> None:
    row = made.graded(here)
    ways = lambda client: [  # noqa: E731
        way[0] for way in client.get(url("detail", here.block, row.client_uuid)).context["ways"]
    ]
    assert ways(officer) == ["grade", "assign", "fix", "explain", "escalate", "duplicate"]
    assert ways(lin) == [
        "grade", "assign", "fix", "explain", "escalate", "transfer", "duplicate", "void",
    ]  # fmt: skip
    zhou = make.client(make.member(here.street, "viewer", "zhou"))
    assert ways(zhou) == []


@pytest.mark.parametrize(
    "name", ["index", "board", "map", "marks", "statistics", "coverage", "checklists", "plans", "inspections"]
)
def test_the_viewer_reads_and_a_contact_does_not(here: Town, name: str) -> None:
    made.assigned(here)
    zhou = make.client(make.member(here.street, "viewer", "zhou"))
    assert zhou.get(url(name, here.street)).status_code == 200
    assert make.client(here.keeper).get(url(name, here.block)).status_code == 403


def test_the_neighbour_sees_nothing(here: Town, lin: Client) -> None:
    row = made.hazard(here)
    other = make.unit("安康街道", parent=here.city)
    wu = make.client(make.member(other, "office", "wu"))
    assert wu.get(url("detail", here.block, row.client_uuid)).status_code == 404
    assert wu.get(url("detail", other, row.client_uuid)).status_code == 404
    assert "建设路" not in text(wu.get(url("index", other)))


def test_a_contact_sees_only_what_they_were_told(here: Town) -> None:
    row = made.assigned(here)
    other = make.client(make.member(here.block, "contact", "other"))
    assert other.get(url("answer", here.block, row.client_uuid)).status_code == 404
    assert "建设路" not in text(other.get(url("mine", here.block)))


def test_the_map_draws_what_stands_close_as_one(here: Town, lin: Client) -> None:
    made.assigned(here, "major")
    made.assigned(here, place="二处", longitude=114.5101)
    far = made.assigned(here, place="三处", longitude=114.9, latitude=38.5)
    marks = lambda **asked: lin.get(url("marks", here.street), asked).json()["marks"]  # noqa: E731
    together, alone = sorted(marks(zoom=10), key=lambda one: -one["count"])
    assert (together["count"], together["tone"], together["label"]) == (
        2,
        "red",
        "重大或已逾期 1、其他隐患 1",
    )
    assert (alone["count"], alone["tone"]) == (1, "blue")
    assert alone["url"] == url("detail", here.block, far.client_uuid)
    assert len(marks(zoom=17)) == 3
    assert make.questions(lambda: marks(zoom=17)) == make.questions(lambda: marks(zoom=10))
    assert len(marks(zoom=17, grade="major")) == 1
    assert len(marks(zoom=17, west=114.8, south=38, east=115, north=39)) == 1


@pytest.mark.parametrize("name", ["index", "board", "map", "statistics"])
def test_lists_ask_as_often_for_three_as_for_one(here: Town, lin: Client, name: str) -> None:
    ask = lambda: lin.get(url(name, here.street))  # noqa: E731
    made.assigned(here)
    ask()
    one = make.questions(ask)
    made.assigned(here, place="二处")
    made.assigned(here, place="三处")
    ask()
    assert make.questions(ask) == one


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2), ("?state=graded", 1), ("?mark=open&grade=general", 2), ("?q=二处", 1), ("?kind=gas", 0),
        ("?from=2026-03-05", 0), ("?from=nonsense&page=x&sort=y", 2),
        ("?from=0001-01-01&to=9999-12-31", 2),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(here: Town, lin: Client, query: str, count: int) -> None:
    made.assigned(here)
    made.graded(here, place="二处")
    assert len(lin.get(url("index", here.street) + query).context["rows"]) == count


@pytest.mark.parametrize(
    ("sort", "places"),
    [
        ("", "三二一"), ("number", "一二三"), ("-number", "三二一"), ("grade", "三一二"),
        ("-grade", "二三一"), ("found", "二一三"), ("-found", "三一二"), ("due", "一三二"),
        ("-due", "一三二"), ("state", "一三二"), ("nonsense", "三二一"),
    ],
)  # fmt: skip
def test_the_list_is_sorted_by_its_heads(here: Town, lin: Client, sort: str, places: str) -> None:
    """Without a deadline comes last whichever way; what is alike, the newest first."""
    made.assigned(here, place="一")
    made.graded(here, "major", place="二", now=NOW - timedelta(days=1))
    made.graded(here, place="三", now=NOW + timedelta(days=1))
    page = lin.get(url("index", here.street) + f"?sort={sort}&q=安全")
    assert "".join(row.place for row, *_more in page.context["rows"]) == places
    assert text(page).count('aria-sort="none"') == (6 if sort in ("", "nonsense") else 5)
    assert (f'name="sort" value="{sort}"' in text(page)) == bool(sort)
    assert f'sort={"-" if sort == "due" else ""}due"' in text(page)


def test_an_empty_list_says_what_to_do(here: Town, lin: Client) -> None:
    assert "一键登记" in text(lin.get(url("index", here.street)))
    assert "换个条件" in text(lin.get(url("index", here.street) + "?q=没有"))


def notice(here: Town, row: HiddenHazard, officer: Client) -> str:
    page = text(send(officer, url("make-link", here.block, row.client_uuid), name="赵强"))
    found = re.search(r"http://testserver(/rectify/[^<]+)", page)
    assert found
    return found[1]


def test_a_contact_without_an_account_answers_over_the_link(
    here: Town, officer: Client, client: Client
) -> None:
    row = made.assigned(here)
    address = notice(here, row, officer)
    page = client.get(address)
    assert "立即打开安全出口" in text(page)
    assert page["Referrer-Policy"] == "same-origin"
    key = re.search(r'name="key" value="([^"]+)"', text(page))
    assert key
    for _tap in range(2):
        sent = client.post(address, {"key": key[1], "text": "已打开", "photos": [photo()]})
        assert sent.status_code == 302
    assert queries.rectifications(row).get().by_name == "赵强"
    assert "等待复查" in text(client.get(address))
    actions.check(
        hazard=fresh(row),
        version=fresh(row).version,
        passed=False,
        opinion="门还锁着",
        by=here.officer,
        now=NOW,
    )
    assert "门还锁着" in text(client.get(address))
    picture = queries.photos(row).get()
    shown = client.get(f"{address}photos/{picture.pk}/")
    assert shown.status_code == 200
    shown.close()


def test_the_link_asks_for_more_time_and_refuses_in_words(
    here: Town, officer: Client, client: Client
) -> None:
    row = made.assigned(here)
    address = notice(here, row, officer)
    assert client.post(f"{address}ask/", {"until": "2026-03-04T09:00", "why": "缺料"}).status_code == 422
    assert client.post(f"{address}ask/", {"until": "2026-03-09T09:00", "why": "缺料"}).status_code == 302
    assert fresh(row).asked_why == "缺料"
    bad = client.post(
        address, {"key": str(uuid4()), "text": "好", "photos": [SimpleUploadedFile("a.jpg", b"x")]}
    )
    assert bad.status_code == 422
    assert fresh(row).state == "assigned"


def test_a_link_that_ended_and_one_that_never_was_look_alike(
    here: Town, officer: Client, client: Client
) -> None:
    row = made.assigned(here)
    address = notice(here, row, officer)
    send(officer, url("end-links", here.block, row.client_uuid))
    assert client.get(address).status_code == client.get("/rectify/nothing/").status_code == 404
    assert "链接已过期或停用" in text(client.get(address))


@pytest.fixture
def round_(here: Town) -> Inspection:
    shop = made.shop(here.block, "阳光饭店")
    return actions.start_round(
        unit=here.block, kind="patrol", name="夜间巡查", field="fire", checklist_codes=["fire"],
        leader="officer",
        due_date=NOW.date(), premises=[shop], by=here.officer, today=NOW.date(),
    )  # fmt: skip


def answers(row: Visit, **other: str) -> dict[str, Any]:
    """Everything passes, but what is said otherwise; pictures where they are asked for."""
    said: dict[str, Any] = {"version": row.version}
    for code, item in queries.items_of(row.inspection).items():
        value = {"number": "2", "choice": "works"}.get(item.answer, "pass")
        said[f"value:{code}"] = other.get(code, value)
        if item.answer == "photo":
            said[f"photo:{code}"] = photo()
    return said


def test_the_export_holds_what_the_list_shows(here: Town, lin: Client) -> None:
    late = made.assigned(here, now=NOW - timedelta(days=40))
    made.assigned(here, place="西门", now=NOW)
    page = text(lin.get(url("index", here.street), {"mark": "overdue", "q": "阳光"}))
    address = html.unescape(re.findall(r'href="(/[^"]*exports/hazards/[^"]*)"', page)[0])
    assert lin.get(address).context["count"] == 1
    ask = parse(ledgers["hazards"], parse_qs(urlsplit(address).query))
    entries = found(here.street, ledgers["hazards"], ask, NOW.date())
    assert [one.client_uuid for one in entries] == [late.client_uuid]


@pytest.mark.requirement("R46", "R94")
def test_a_round_on_the_phone_opens_a_hazard_in_one_tap(
    here: Town, officer: Client, round_: Inspection
) -> None:
    visit = queries.visits(round_).get()
    address = url("visit", here.block, visit.client_uuid)
    assert "疏散通道、楼梯间畅通" in text(officer.get(address))
    sent = send(officer, address, **answers(visit, **{"fire/2.2": "fail"}), **{"remark:fire/2.2": "挂着大锁"})
    assert sent.status_code == 302
    page = text(officer.get(address))
    assert "登记隐患" in page
    opened = send(officer, url("open-hazard", here.block, visit.client_uuid), item="fire/2.2")
    assert opened.status_code == 302
    row = queries.hazards(here.block).get()
    assert (row.place, row.grade, row.severity, row.kind) == ("阳光饭店", "major", "high", "escape")
    assert "挂着大锁" in row.text
    assert (row.longitude, row.visit, queries.photos(row).count()) == (114.51, visit, 1)
    send(officer, url("open-hazard", here.block, visit.client_uuid), item="fire/2.2")
    assert queries.hazards(here.block).count() == 1
    ended = send(officer, url("end-inspection", here.block, round_.client_uuid), version=2, words="继续盯住")
    assert ended.status_code == 302
    page = text(officer.get(url("inspection", here.block, round_.client_uuid)))
    assert "已完成" in page
    assert row.number in page


def test_what_is_missing_in_a_checklist_is_named_and_kept(
    here: Town, officer: Client, round_: Inspection
) -> None:
    visit = queries.visits(round_).get()
    said = {**answers(visit), "remark:fire/1.2": "水带旧了"}
    del said["value:fire/1.3"]
    answer = send(officer, url("visit", here.block, visit.client_uuid), **said)
    assert answer.status_code == 422
    assert "最不利点消火栓静水压力" in text(answer)
    assert "水带旧了" in text(answer)


def test_a_place_that_was_not_reached_is_listed(here: Town, officer: Client, round_: Inspection) -> None:
    send(officer, url("add-place", here.block, round_.client_uuid), place="后巷")
    first, second = queries.visits(round_)
    send(officer, url("visit", here.block, first.client_uuid), **answers(first))
    send(officer, url("skip-visit", here.block, second.client_uuid), version=1, words="门锁着没人")
    row = queries.inspection(here.block, round_.client_uuid)
    assert row is not None
    send(officer, url("end-inspection", here.block, round_.client_uuid), version=row.version)
    page = officer.get(url("inspection", here.block, round_.client_uuid))
    assert [one.place for one in page.context["left_out"]] == ["后巷"]
    assert "门锁着没人" in text(page)


def test_who_looks_on_does_not_inspect(here: Town, round_: Inspection) -> None:
    zhou = make.client(make.member(here.street, "viewer", "zhou"))
    visit = queries.visits(round_).get()
    assert zhou.get(url("inspection", here.block, round_.client_uuid)).status_code == 200
    assert zhou.get(url("visit", here.block, visit.client_uuid)).status_code == 403
    for name in ("new-inspection", "new"):
        assert zhou.get(url(name, here.block)).status_code == 403


@pytest.mark.requirement("R96")
def test_an_officer_in_the_team_records_in_the_round_of_the_street(here: Town, lin: Client) -> None:
    """Only for the places of the own neighbourhood, only in the team; the street sees it all and ends it."""
    mine = made.shop(here.block, "阳光饭店")
    other = make.unit("光明社区", parent=here.street, kind="neighbourhood")
    theirs = made.shop(other, "光明超市")
    colleague = make.client(make.member(here.block, "officer", "colleague"))
    stranger = make.client(make.member(other, "officer", "stranger"))
    sent = send(
        lin, url("new-inspection", here.street), client_uuid=str(uuid4()), kind="comprehensive",
        name="街道联查", field="fire", checklist_codes=["fire"], premises=[mine.pk, theirs.pk], places="广场",
        leader="林晓", due_date=str(NOW.date()), team=[here.officer.pk],
    )  # fmt: skip
    assert sent.status_code == 302
    whole = queries.inspections(here.street).get()
    part = queries.inspections(here.block).get()
    visit = queries.visits(part).get()
    assert (visit.premises, queries.visits(whole).count(), part.whole) == (mine, 3, whole)
    assert not queries.inspections(other).exists()
    officer, address = make.client(here.officer), url("visit", here.block, visit.client_uuid)
    assert "街道联查" in text(officer.get(url("inspections", here.block)))
    assert colleague.get(address).status_code == 403
    assert stranger.get(address).status_code == 404
    stop = f"/api/units/{here.block.slug}/stops/{visit.client_uuid}"
    usual, pictures = {"number": "2", "choice": "works"}, [{"sha256": "a" * 64}]
    said = {
        code: {"value": usual.get(item.answer, "pass"), "pictures": pictures}
        for code, item in queries.items_of(part).items()
    }
    said["fire/2.2"]["value"] = "fail"
    how: Any = {"content_type": "application/json", "headers": {"If-Match": '"1"'}}
    assert colleague.put(stop, {"answers": said}, **how).status_code == 422
    phone = officer.get(f"/api/units/{here.block.slug}/inspections?state=planned").json()
    assert [one["client_uuid"] for one in phone] == [str(part.client_uuid)]
    assert officer.put(stop, {"answers": said}, **how).status_code == 200
    send(officer, url("open-hazard", here.block, visit.client_uuid), item="fire/2.2")
    send(officer, url("end-inspection", here.block, part.client_uuid), version=2)
    page = lin.get(url("inspection", here.street, whole.client_uuid))
    assert (page.context["done"], page.context["total"], len(page.context["hazards"])) == (1, 3, 1)
    send(lin, url("end-inspection", here.street, whole.client_uuid), version=whole.version)
    part.refresh_from_db()
    assert part.state == Inspection.State.DONE
    assert queries.comprehensive_held(here.street, NOW.year) == 1


PLAN: dict[str, Any] = {
    "name": "季度综合检查", "year": "2026", "kind": "comprehensive", "field": "general",
    "checklists": ["fire"],
    "every": "quarter", "from_date": "2026-01-01", "to_date": "2026-12-31", "leader": "林晓",
    "members": "周敏、吴强",
}  # fmt: skip


@pytest.mark.requirement("R138", "R139")
def test_a_plan_makes_its_rounds_and_says_when_there_are_too_few(here: Town, lin: Client) -> None:
    made.shop(here.block, "阳光饭店")
    assert "至少 4 次" in text(lin.get(url("plans", here.street)))
    assert send(lin, url("new-plan", here.street), **PLAN).status_code == 302
    assert "至少 4 次" not in text(lin.get(url("plans", here.street)))
    plan = queries.plans(here.street).get()
    send(lin, url("make-rounds", here.street, plan.uuid))
    send(lin, url("make-rounds", here.street, plan.uuid))
    row = queries.inspections(here.street).get()
    assert (row.period, queries.visits(row).get().place) == ("2026-Q1", "阳光饭店")
    assert "2026-Q4" in text(lin.get(url("plan", here.street, plan.uuid)))


def test_a_plan_that_makes_no_sense_is_refused_with_what_was_typed(here: Town, lin: Client) -> None:
    answer = send(lin, url("new-plan", here.street), **{**PLAN, "kind": "random"})
    assert answer.status_code == 422
    assert "每轮抽取几家" in text(answer)
    assert "季度综合检查" in text(answer)
    officer_page = make.client(here.officer).get(url("new-plan", here.block))
    assert officer_page.status_code == 403


def test_a_stale_plan_shows_both(here: Town, lin: Client) -> None:
    send(lin, url("new-plan", here.street), **PLAN)
    plan = queries.plans(here.street).get()
    address = url("plan", here.street, plan.uuid)
    assert send(lin, address, **{**PLAN, "leader": "周敏"}, version=1).status_code == 302
    assert send(lin, address, **{**PLAN, "leader": "吴强"}, version=1).status_code == 409


@pytest.mark.requirement("R140")
def test_what_nobody_inspected_is_listed_with_the_highest_risk_first(here: Town, lin: Client) -> None:
    made.shop(here.block, "低风险店", risk_grade="low", place="低巷1号")
    made.shop(here.block, "大风险店")
    page = lin.get(url("coverage", here.street))
    assert [row.title for row, _grade in page.context["rows"]] == ["大风险店", "低风险店"]
    assert page.context["grades"] == [("重大", 1, 0), ("低", 1, 0)]


def test_checklists_can_be_read(here: Town, lin: Client) -> None:
    assert "消防安全检查表" in text(lin.get(url("checklists", here.street)))
    assert "灭火器放在门口" in text(lin.get(url("checklist", here.street, "fire")))
    assert lin.get(url("checklist", here.street, "none")).status_code == 404


def who(user: User) -> Client:
    return make.client(user)


@pytest.mark.parametrize("name", ["index", "board", "statistics", "plans", "coverage", "checklists"])
def test_pages_speak_english(here: Town, name: str) -> None:
    made.assigned(here)
    here.lin.language = "en"
    here.lin.save()
    page = text(who(here.lin).get(url(name, here.street), headers={"accept-language": "en"}))
    assert "Coverage" in page
