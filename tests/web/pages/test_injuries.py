"""Injury cards and accidents on the pages: who may, who may not, who does not even see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.ledgers.models import Entry
from safecommunity.surveillance import actions
from safecommunity.surveillance.models import Accident, InjuryCase
from safecommunity.units.models import Unit
from safecommunity.web.pages.accidents import views as accident_views
from safecommunity.web.pages.injuries import views
from tests import make
from tests.surveillance.test_accidents import FIRE, NOW
from tests.surveillance.test_cases import ASSAULT, FALL, NAMED, NUMBER, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "today", lambda: TODAY)
    monkeypatch.setattr(accident_views, "today", lambda: TODAY)
    monkeypatch.setattr(accident_views, "now", lambda: NOW + timedelta(hours=3))


@pytest.fixture
def street() -> Unit:
    return make.unit("阳光街道")


@pytest.fixture
def lin(street: Unit) -> Client:
    return make.client(make.member(street, "office", "lin"))


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(name, args=[unit.slug, *more])


def send(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, {"request_key": str(uuid4()), **values})


def card(unit: Unit, **changes: Any) -> InjuryCase:
    return actions.add_case(unit=unit, values={**FALL, **changes}, by=None, today=TODAY)


def accident(unit: Unit, **changes: Any) -> Accident:
    return actions.report_accident(unit=unit, values={**FIRE, **changes}, by=None, now=NOW)


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.requirement("R162")
def test_a_card_is_entered_seen_changed_withdrawn_and_restored(street: Unit, lin: Client) -> None:
    page = shown(lin, url("injuries:add", street))
    assert 'data-branch="fall"' in page
    assert 'value="2026-11-01"' in page
    uid = str(uuid4())
    assert send(lin, url("injuries:add", street), uid=uid, **FALL, **NAMED).status_code == 302
    row = InjuryCase.objects.in_unit(street).get()
    assert str(row.uuid) == uid
    detail = url("injuries:detail", street, uid)
    page = shown(lin, detail)
    assert "楼梯台阶" in page
    assert "李**" in page
    assert NUMBER not in page
    edit = url("injuries:edit", street, uid)
    assert "李**" in shown(lin, edit)
    assert send(lin, edit, version="1", **{**FALL, "outcome": "home"}).status_code == 302
    assert send(lin, edit, version="1", **FALL).status_code == 409
    assert send(lin, url("injuries:withdraw", street, uid), version="2").status_code == 422
    send(lin, url("injuries:withdraw", street, uid), version="2", reason="填错了")
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert lin.get(edit).status_code == 404
    assert detail in shown(lin, url("injuries:cards", street) + "?show=withdrawn")
    send(lin, url("injuries:restore", street, uid), version="3")
    assert detail in shown(lin, url("injuries:cards", street))
    entry = Entry.objects.in_unit(street).get(ledger="injuries")
    assert detail in shown(lin, reverse("ledgers:entry", args=[street.slug, "injuries", entry.pk]))


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(street: Unit, lin: Client) -> None:
    answer = send(lin, url("injuries:add", street), **{**FALL, "age": "", "summary": "下楼时踩空"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "必填" in page
    assert "下楼时踩空" in page
    assert not InjuryCase.objects.in_unit(street).exists()


def test_a_double_click_makes_one_card(street: Unit, lin: Client) -> None:
    typed = {"request_key": str(uuid4()), "uid": str(uuid4()), **FALL}
    for _time in range(2):
        assert lin.post(url("injuries:add", street), typed).status_code == 302
    assert InjuryCase.objects.in_unit(street).count() == 1


def test_a_sealed_value_is_shown_once_to_who_may_with_a_reason(street: Unit, lin: Client) -> None:
    row = card(street, **NAMED)
    address = url("injuries:show", street, row.uuid)
    assert send(lin, address, field="id_number").status_code == 422
    assert send(lin, address, field="cause", reason="回访").status_code == 422
    answer = send(lin, address, field="id_number", reason="回访")
    assert NUMBER in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    officer = make.client(make.member(street, "officer", "zhou"))
    assert "查看完整" not in shown(officer, url("injuries:detail", street, row.uuid))
    assert send(officer, address, field="id_number", reason="回访").status_code == 403


def test_restricted_cards_are_not_shown_to_others(street: Unit, lin: Client) -> None:
    row = card(street, **ASSAULT)
    assert row.is_restricted
    officer = make.client(make.member(street, "officer", "zhou"))
    detail = url("injuries:detail", street, row.uuid)
    assert detail in shown(lin, url("injuries:cards", street))
    page = shown(officer, url("injuries:cards", street))
    assert detail not in page
    assert "受限" in page
    assert officer.get(detail).status_code == 404
    assert "家庭成员" not in shown(lin, detail)


def test_likely_doubles_are_shown_merged_and_taken_apart(street: Unit, lin: Client) -> None:
    one, other = card(street, id_number=NUMBER), card(street, id_number=NUMBER, source="police", alcohol="no")
    detail = url("injuries:detail", street, one.uuid)
    assert url("injuries:detail", street, other.uuid) in shown(lin, detail)
    assert "几乎可以肯定" in shown(lin, url("injuries:doubles", street))
    assert send(lin, url("injuries:merge", street, one.uuid), version="1").status_code == 404
    send(lin, url("injuries:merge", street, one.uuid), version="1", other=str(other.uuid))
    assert "并入这张卡的" in shown(lin, detail)
    assert "已并入另一张卡" in shown(lin, url("injuries:detail", street, other.uuid))
    send(lin, url("injuries:unmerge", street, other.uuid), version="2")
    other.refresh_from_db()
    assert other.state == "standing"
    send(lin, url("injuries:apart", street, one.uuid), version="1", other=str(other.uuid))
    assert "没有疑似重复的卡" in shown(lin, url("injuries:doubles", street))


def test_the_list_answers_questions_and_nonsense(street: Unit, lin: Client) -> None:
    fall, burn = card(street), card(street, cause="burn", injured_date="2026-09-05", hour="20")
    index = url("injuries:cards", street)
    for query, found in [
        ("cause=burn", [burn]), ("cause=fall&cause=burn", [fall, burn]), ("from=2026-10-01", [fall]),
        ("to=2026-09-30", [burn]), ("hour=20", [burn]), ("weekday=4", [fall]), ("band=65-74", [fall, burn]),
        ("cause=nonsense&from=xx&hour=99&area=abc", [fall, burn]), ("sort=injured_date", [fall, burn]),
    ]:  # fmt: skip
        page = shown(lin, f"{index}?{query}")
        here = [row for row in (fall, burn) if str(row.uuid) in page]
        assert here == found, query


@pytest.mark.parametrize("name", ["injuries:cards", "accidents:index"])
def test_a_list_asks_as_often_for_three_as_for_one(street: Unit, lin: Client, name: str) -> None:
    def ask() -> None:
        assert lin.get(url(name, street)).status_code == 200

    def more() -> None:
        card(street)
        accident(street)

    more()
    one = make.questions(ask)
    more()
    more()
    assert make.questions(ask) == one


def test_who_may_not_and_who_is_from_elsewhere(street: Unit) -> None:
    row, event = card(street), accident(street)
    zhou = make.client(make.member(street, "viewer", "zhou"))
    wu = make.client(make.member(make.unit("别处街道"), "office", "wu"))
    for name, more in [
        ("injuries:cards", []), ("injuries:add", []), ("injuries:detail", [row.uuid]),
        ("injuries:doubles", []), ("accidents:index", []), ("accidents:add", []),
        ("accidents:detail", [event.uuid]), ("accidents:supplement", [event.uuid]),
    ]:  # fmt: skip
        assert zhou.get(url(name, street, *more)).status_code == 403
        assert wu.get(url(name, street, *more)).status_code == 404


@pytest.mark.requirement("R56", "R79")
def test_an_accident_is_reported_supplemented_investigated_measured_and_closed(
    street: Unit, lin: Client
) -> None:
    page = shown(lin, url("accidents:add", street))
    assert "保护现场" in page
    said = {**FIRE, "kind": "traffic", "rescue": "已报警，设警示牌，伤员送医"}
    assert send(lin, url("accidents:add", street), **{**said, "title": ""}).status_code == 422
    send(lin, url("accidents:add", street), **said)
    row = Accident.objects.in_unit(street).get()
    detail = url("accidents:detail", street, row.uuid)
    page = shown(lin, detail)
    assert "一般事故" in page
    assert "迟报" in page
    more = url("accidents:supplement", street, row.uuid)
    assert send(lin, more, version="1", note="三人不治", **{**said, "deaths": "3"}).status_code == 302
    assert send(lin, more, version="1", **said).status_code == 409
    assert "较大事故" in shown(lin, detail)
    findings = url("accidents:investigate", street, row.uuid)
    assert send(lin, findings, version="2").status_code == 422
    send(lin, findings, version="2", direct="超速", indirect="路口视线差", conclusion="整改路口")
    measure = url("accidents:measure", street, row.uuid)
    action = {"problem": "路口视线差", "measure": "修剪树木", "responsible": "市政", "due_date": "2027-01-10"}
    assert send(lin, measure, version="3", **action).status_code == 302
    assert Entry.objects.in_unit(street).get(ledger="corrective-actions").data["field"] == "traffic"
    answer = send(lin, url("accidents:close", street, row.uuid), version="4")
    assert answer.status_code == 422
    assert "没有验证" in answer.content.decode()
    assert detail in shown(lin, url("accidents:index", street) + "?level=larger")
    assert detail not in shown(lin, url("accidents:index", street) + "?level=none")


def test_two_at_an_accident_do_not_overwrite_each_other(street: Unit, lin: Client) -> None:
    row = accident(street)
    findings = url("accidents:investigate", street, row.uuid)
    send(lin, findings, version="1", direct="a", indirect="b", conclusion="c")
    answer = send(lin, findings, version="1", direct="另一个原因", indirect="b", conclusion="c")
    assert answer.status_code == 422
    assert "另一个原因" in answer.content.decode()
    row.refresh_from_db()
    assert row.findings["direct"] == "a"
