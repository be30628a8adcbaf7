"""Vetoes on the pages: who may, who may not, who does not even see them."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from safecommunity.ledgers.models import Entry
from safecommunity.supervision.models.vetoes import State, Veto
from safecommunity.units.models import Unit
from safecommunity.web.pages.supervision import vetoes
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R205")]

PROPOSAL = {
    "year": "2026", "ground": "task-failed", "scope": "both", "reason": "年度任务未完成",
    "evidence": "石安办〔2026〕12号",
}  # fmt: skip
DECISION = {"version": "1", "accept": "yes", "words": "予以否决", "appeal_until": "2027-01-05"}


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vetoes, "today", lambda: date(2026, 12, 20))


@pytest.fixture
def city() -> Unit:
    return make.unit("石家庄市", kind="city-office")


@pytest.fixture
def street(city: Unit) -> Unit:
    return make.unit("阳光街道", parent=city)


@pytest.fixture
def above(city: Unit) -> list[Client]:
    return [make.client(make.member(city, "city-office", name)) for name in ("first", "second", "third")]


@pytest.fixture
def lin(street: Unit) -> Client:
    return make.client(make.member(street, "office", "lin"))


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"supervision:{name}", args=[unit.slug, *more])


def send(client: Client, address: str, **values: str) -> int:
    return client.post(address, {"request_key": str(uuid4()), **values}).status_code


def veto(unit: Unit) -> Veto:
    return Veto.objects.in_unit(unit).get()


def test_from_the_proposal_to_the_answered_appeal(street: Unit, above: list[Client], lin: Client) -> None:
    first, second, third = above
    assert send(first, url("propose", street), **PROPOSAL) == 302
    uid = veto(street).uuid
    assert 'name="accept"' not in first.get(url("detail", street, uid)).content.decode()
    assert 'name="accept"' in second.get(url("detail", street, uid)).content.decode()
    assert send(second, url("decide", street, uid), **DECISION) == 302
    assert "申诉理由" in lin.get(url("detail", street, uid)).content.decode()
    assert send(lin, url("appeal", street, uid), version="2", words="任务已完成") == 302
    assert send(third, url("settle", street, uid), version="3", uphold="no", words="属实") == 302
    assert veto(street).state == State.LIFTED
    entry = Entry.objects.in_unit(street).get(ledger="vetoes")
    assert (
        url("detail", street, uid)
        in lin.get(reverse("ledgers:entry", args=[street.slug, "vetoes", entry.pk])).content.decode()
    )


def test_vetoes_are_taken_along_by_state(city: Unit, street: Unit, above: list[Client]) -> None:
    send(above[0], url("propose", street), **PROPOSAL)
    address = url("export-vetoes", city)
    (row,) = make.sheet_rows(above[0].post(f"{address}?state=proposed&sort=unit"))
    assert (row[0], row[3]) == (street.name, State.PROPOSED.label)
    assert make.sheet_rows(above[0].post(f"{address}?state=lifted")) == []


def test_the_second_of_two_deciders_keeps_the_words(street: Unit, above: list[Client]) -> None:
    first, second, third = above
    send(first, url("propose", street), **PROPOSAL)
    uid = veto(street).uuid
    send(second, url("decide", street, uid), **DECISION)
    late = third.post(
        url("decide", street, uid), {"request_key": "late", **DECISION, "words": "我的意见写在这里"}
    )
    assert late.status_code == 409
    assert "我的意见写在这里" in late.content.decode()
    assert "刚刚被别人办理过" in late.content.decode()


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(street: Unit, above: list[Client]) -> None:
    answer = above[0].post(url("propose", street), {"request_key": "k", **PROPOSAL, "year": "2027"})
    assert answer.status_code == 422
    assert "2027年还没有开始" in answer.content.decode()
    assert "石安办〔2026〕12号" in answer.content.decode()


def test_the_viewer_reads_and_does_not_act(street: Unit, above: list[Client]) -> None:
    send(above[0], url("propose", street), **PROPOSAL)
    uid = veto(street).uuid
    zhou = make.client(make.member(street, "viewer", "zhou"))
    assert zhou.get(url("detail", street, uid)).status_code == 200
    assert zhou.get(url("propose", street)).status_code == 403
    for step in ("decide", "appeal", "settle"):
        assert send(zhou, url(step, street, uid), version="1", words="不行") == 403


def test_the_neighbour_sees_nothing(city: Unit, street: Unit, above: list[Client]) -> None:
    send(above[0], url("propose", street), **PROPOSAL)
    other = make.unit("安康街道", parent=city)
    wu = make.client(make.member(other, "office", "wu"))
    assert wu.get(url("detail", street, veto(street).uuid)).status_code == 404
    assert wu.get(url("detail", other, veto(street).uuid)).status_code == 404
    assert "阳光街道" not in wu.get(url("index", other)).content.decode()


def test_the_list_asks_as_often_for_three_as_for_one(city: Unit, above: list[Client]) -> None:
    streets = [make.unit(f"街道{place}", parent=city) for place in range(3)]
    ask = lambda: above[0].get(url("index", city))  # noqa: E731
    send(above[0], url("propose", streets[0]), **PROPOSAL)
    ask()
    one = make.questions(ask)
    for street in streets[1:]:
        send(above[0], url("propose", street), **PROPOSAL)
    ask()
    assert make.questions(ask) == one
    assert ask().content.decode().count("<tr>") == 4


def test_it_is_said_in_chinese_and_in_english(street: Unit, above: list[Client]) -> None:
    send(above[0], url("propose", street), **PROPOSAL)
    chinese = above[0].get(url("detail", street, veto(street).uuid)).content.decode()
    assert "安全社区年度任务未完成" in chinese
    with translation.override("en"):
        page = above[0].get(url("detail", street, veto(street).uuid), headers={"accept-language": "en"})
    assert "The yearly Safe Community task was not completed" in page.content.decode()
