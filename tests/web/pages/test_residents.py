"""Residents' reports on the pages of staff: who may, who may not, who does not even see them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.hazards import queries as hazard_queries
from safecommunity.hazards.models import HiddenHazard
from safecommunity.ledgers.models import Entry
from safecommunity.residents import queries
from safecommunity.residents.models import Report, State
from safecommunity.units.models import Unit
from safecommunity.web.pages.residents import views
from tests import make
from tests.residents import made

pytestmark = pytest.mark.django_db

ACCEPTED = {
    "version": "1", "subject": "楼道堆放杂物", "field": "fire", "due_date": "2026-07-15", "reply": "已受理",
}  # fmt: skip


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "today", lambda: date(2026, 7, 1))


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Client:
    return make.client(make.member(unit))


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"residents:{name}", args=[unit.slug, *more])


def send(client: Client, address: str, **values: str) -> Any:
    return client.post(address, {"request_key": str(uuid4()), **values})


@pytest.mark.requirement("R154")
def test_a_report_is_accepted_handled_and_answered(unit: Unit, lin: Client) -> None:
    row = made.received(unit)
    page = lin.get(url("detail", unit, row.uuid)).content.decode()
    assert "对外公开的事项名称" in page
    assert "已受理，由阳光街道办理，我们会在 2026-07-15 前答复" in page
    assert send(lin, url("act", unit, row.uuid, "accept"), **ACCEPTED).status_code == 302
    for version, act in enumerate(("begin", "solve", "answer"), start=2):
        page = lin.get(url("detail", unit, row.uuid) + f"?act={act}").content.decode()
        assert "楼道堆放杂物" in page
        done = send(lin, url("act", unit, row.uuid, act), version=str(version), reply=act)
        assert done.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reply) == (State.ANSWERED, "answer")
    entry = Entry.objects.in_unit(unit).get(ledger="resident-reports")
    page = lin.get(reverse("ledgers:entry", args=[unit.slug, "resident-reports", entry.pk])).content.decode()
    assert url("detail", unit, row.uuid) in page


def test_an_officer_looks_and_a_viewer_and_a_stranger_do_not(unit: Unit) -> None:
    row = made.received(unit)
    officer = make.client(make.member(unit, "officer", "zhou"))
    viewer = make.client(make.member(unit, "viewer", "he"))
    stranger = make.client(make.member(make.unit("安康街道"), username="wu"))
    pages = [url("index", unit), url("detail", unit, row.uuid), url("poster", unit)]
    told = [[who.get(page).status_code for page in pages] for who in (officer, viewer, stranger)]
    assert told == [[200] * 3, [403] * 3, [404] * 3]
    assert send(officer, url("act", unit, row.uuid, "accept"), **ACCEPTED).status_code == 403
    assert "下一步" not in officer.get(url("detail", unit, row.uuid)).content.decode()
    assert send(officer, url("publish", unit), title="公告", words="内容").status_code == 403


def test_a_stale_step_keeps_what_was_typed(unit: Unit, lin: Client) -> None:
    row = made.received(unit)
    send(lin, url("act", unit, row.uuid, "accept"), **ACCEPTED)
    late = send(lin, url("act", unit, row.uuid, "begin"), version="1", reply="我写的话")
    page = late.content.decode()
    assert (late.status_code, "刚刚被别人办理过" in page, "我写的话" in page) == (409, True, True)
    again = send(lin, url("act", unit, row.uuid, "begin"), version="2", reply="我写的话")
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("act", "values", "status"),
    [
        ("accept", {**ACCEPTED, "subject": ""}, 422),
        ("accept", {**ACCEPTED, "field": "moon"}, 422),
        ("accept", {**ACCEPTED, "version": "x"}, 422),
        ("accept", {**ACCEPTED, "due_date": "9999-12-31"}, 422),
        ("accept", {**ACCEPTED, "due_date": "0001-01-01"}, 422),
        ("answer", {"version": "1", "reply": "好"}, 422),
        ("merge", {"version": "1", "reply": "好", "into": "x"}, 422),
        ("dance", {"version": "1"}, 404),
    ],
)
def test_bad_input_is_said_in_words(
    unit: Unit, lin: Client, act: str, values: dict[str, str], status: int
) -> None:
    row = made.received(unit)
    assert send(lin, url("act", unit, row.uuid, act), **values).status_code == status
    row.refresh_from_db()
    assert row.state == State.RECEIVED


def test_a_telephone_number_is_masked_until_somebody_says_why(unit: Unit, lin: Client) -> None:
    row = made.received(unit, phone="13812345678")
    page = lin.get(url("detail", unit, row.uuid)).content.decode()
    assert ("138****5678" in page, "13812345678" in page) == (True, False)
    assert send(lin, url("phone", unit, row.uuid), reason="").status_code == 422
    assert "13812345678" in send(lin, url("phone", unit, row.uuid), reason="回访").content.decode()


def test_staff_writes_for_a_caller_and_reads_out_the_receipt(unit: Unit, lin: Client) -> None:
    said = {"kind": "opinion", "source": "phone", "words": "希望加装扶手", "phone": "0311-86012345"}
    assert send(lin, url("new", unit), **{**said, "words": ""}).status_code == 422
    answer = send(lin, url("new", unit), **said)
    row = Report.objects.in_unit(unit).get()
    assert (row.by is not None, row.source, row.opened_phone) == (True, "phone", "0311-86012345")
    page = lin.get(answer.headers["Location"]).content.decode()
    number = page.partition("请告诉反映人回执号：")[2][:24]
    assert queries.by_receipt(unit, number) == row


def test_the_answer_of_a_caller_is_noted(unit: Unit, lin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    row = made.answered(unit, make.member(unit))
    monkeypatch.setattr(views, "today", lambda: date(2026, 8, 1))
    assert "回访：真的解决了吗" in lin.get(url("detail", unit, row.uuid)).content.decode()
    assert send(lin, url("judge", unit, row.uuid), fixed="yes").status_code == 302
    row.refresh_from_db()
    assert row.verdict == "yes"
    assert send(lin, url("judge", unit, row.uuid), fixed="no").status_code == 302
    row.refresh_from_db()
    assert row.verdict == "yes"


def test_the_list_is_narrowed_sorted_and_asks_as_much_for_three_as_for_one(unit: Unit, lin: Client) -> None:
    person = make.member(unit)
    made.accepted(unit, person, 1)
    one = make.questions(lambda: lin.get(url("index", unit)))
    made.received(unit, 2, kind="opinion", words="希望加装扶手", field="elderly")
    made.accepted(unit, person, 3)
    assert make.questions(lambda: lin.get(url("index", unit))) == one
    for asked, shown in (
        ("state=received", ["希望加装扶手"]), ("kind=danger", ["三号楼楼道堆放杂物"]),
        ("text=扶手", ["希望加装扶手"]), ("field=elderly&sort=-due", ["希望加装扶手"]), ("state=moon", []),
    ):  # fmt: skip
        page = lin.get(f"{url('index', unit)}?{asked}").content.decode()
        known = ("希望加装扶手", "三号楼楼道堆放杂物")
        assert [words for words in known if f"{words}</a>" in page] == shown


def test_a_late_answer_is_marked(unit: Unit, lin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made.accepted(unit, make.member(unit))
    assert "已逾期" not in lin.get(url("index", unit)).content.decode()
    monkeypatch.setattr(views, "today", lambda: date(2026, 8, 1))
    assert "已逾期" in lin.get(url("index", unit)).content.decode()


def test_the_poster_names_the_place_and_its_address(unit: Unit, lin: Client) -> None:
    page = lin.get(url("poster", unit)).content.decode()
    assert ("发现危险，请告诉我们" in page, f"/report/{unit.slug}/" in page) == (True, True)
    office = make.unit("石家庄市", kind="city-office")
    other = make.client(make.member(office, "city-office", "chen"))
    assert "没有公众页面" in other.get(url("poster", office)).content.decode()


@pytest.mark.requirement("R155")
def test_an_announcement_is_published_and_taken_back(unit: Unit, lin: Client, client: Client) -> None:
    public = reverse("report:notices", args=[unit.slug])
    assert send(lin, url("publish", unit), title="", words="x").status_code == 422
    assert send(lin, url("publish", unit), title="请勿上楼充电", words="昨日一起火灾").status_code == 302
    assert "请勿上楼充电" in client.get(public).content.decode()
    row = queries.announcements(unit).get()
    assert send(lin, url("withdraw", unit, row.uuid)).status_code == 302
    assert "请勿上楼充电" not in client.get(public).content.decode()
    assert send(lin, url("withdraw", unit, row.uuid)).status_code == 404


@pytest.mark.requirement("R154")
def test_one_click_makes_a_hazard_of_an_accepted_report_and_either_leads_to_the_other(
    unit: Unit, lin: Client
) -> None:
    row = made.received(unit, pictures=[made.photo()])
    assert send(lin, url("hazard", unit, row.uuid)).headers["Location"] == url("detail", unit, row.uuid)
    assert not HiddenHazard.objects.in_unit(unit).exists()
    lin.get(url("detail", unit, row.uuid))  # has said that it is to be accepted first
    assert url("hazard", unit, row.uuid) not in lin.get(url("detail", unit, row.uuid)).content.decode()
    send(lin, url("act", unit, row.uuid, "accept"), **ACCEPTED)
    told = {send(lin, url("hazard", unit, row.uuid)).headers["Location"] for _time in range(2)}
    hazard = HiddenHazard.objects.in_unit(unit).get()
    page = reverse("hazards:detail", args=[unit.slug, hazard.client_uuid])
    assert told == {page}
    assert (hazard.text, hazard.field) == ("楼道堆放杂物\n三号楼楼道堆满纸箱", "fire")
    assert hazard_queries.photos(hazard).count() == 1
    assert page in lin.get(url("detail", unit, row.uuid)).content.decode()
    assert url("detail", unit, row.uuid) in lin.get(page).content.decode()


@pytest.mark.parametrize(
    ("first", "second", "is_repeat"),
    [
        ((114.5001, 38.0401), (114.5003, 38.0399), True),
        ((114.5001, 38.0401), (114.5051, 38.0401), False),
        (None, None, False),
    ],
)
def test_a_hazard_of_a_report_without_words_for_its_place_came_back_only_where_it_was(
    unit: Unit, lin: Client, first: Any, second: Any, is_repeat: bool
) -> None:
    def hazard(serial: int, point: Any) -> HiddenHazard:
        spot = queries.Spot("", *point) if point else queries.Spot()
        row = made.received(unit, serial, spot=spot, now=made.NOW + timedelta(minutes=serial))
        send(lin, url("act", unit, row.uuid, "accept"), **ACCEPTED)
        send(lin, url("hazard", unit, row.uuid))
        return HiddenHazard.objects.in_unit(unit).latest("id")

    ended = {"state": "closed", "grade": "general", "checked_at": made.NOW, "closed_at": made.NOW}
    HiddenHazard.objects.in_unit(unit).filter(pk=hazard(1, first).pk).update(**ended)
    assert hazard(2, second).is_repeat == is_repeat
