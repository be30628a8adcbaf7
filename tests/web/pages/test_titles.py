"""Titles on the pages: who may, who may not, who does not even see them."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from safecommunity.audit.models import Line
from safecommunity.ledgers.models import Entry
from safecommunity.reviews import queries
from safecommunity.reviews.models import Title
from safecommunity.units.models import Unit
from safecommunity.web.pages.reviews import titles
from tests import make

pytestmark = pytest.mark.django_db

GIVEN = {
    "scheme": "municipal-45", "number": "市安社12", "plaque": "", "granted_by": "市安委会",
    "named_date": "2024-01-10",
}  # fmt: skip


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(titles, "today", lambda: date(2026, 11, 20))


@pytest.fixture
def city() -> Unit:
    return make.unit("广安市", kind="city-office")


@pytest.fixture
def street(city: Unit) -> Unit:
    return make.unit("奎阁街道", parent=city)


@pytest.fixture
def office(city: Unit) -> Client:
    return make.client(make.member(city, "city-office", "guangan"))


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"reviews:{name}", args=[unit.slug, *more])


def send(client: Client, address: str, **values: str) -> int:
    return client.post(address, {"request_key": str(uuid4()), **values}).status_code


def held(unit: Unit) -> Title:
    return Title.objects.in_unit(unit).get()


def test_a_title_is_taken_down_kept_and_withdrawn(street: Unit, office: Client) -> None:
    assert "municipal-45" in office.get(url("register", street)).content.decode()
    assert send(office, url("register", street), **GIVEN) == 302
    row = held(street)
    page = office.get(url("title", street, row.uuid)).content.decode()
    assert "2027-01-09" in page
    assert "还有 50 天" in page
    duty = queries.duties(row)[0]
    assert send(
        office, url("duty", street, row.uuid, duty.uuid), version="1", done_date="2026-11-01",
        outcome="passed", words="复评通过",
    ) == 302  # fmt: skip
    assert "复评通过" in office.get(url("title", street, row.uuid)).content.decode()
    assert send(office, url("withdraw", street, row.uuid), version="1", reason="没有持续改进") == 302
    page = office.get(url("title", street, row.uuid)).content.decode()
    assert "没有持续改进" in page
    assert url("withdraw", street, row.uuid) not in page
    entry = Entry.objects.in_unit(street).get(ledger="titles")
    kept = office.get(reverse("ledgers:entry", args=[street.slug, "titles", entry.pk])).content.decode()
    assert url("title", street, row.uuid) in kept


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(street: Unit, office: Client) -> None:
    given = {"request_key": "k", **GIVEN, "named_date": "2027-01-01"}
    answer = office.post(url("register", street), given)
    assert answer.status_code == 422
    assert "命名日期不能在今天以后" in answer.content.decode()
    assert "市安社12" in answer.content.decode()


def test_the_second_of_two_keeps_the_words(street: Unit, office: Client) -> None:
    send(office, url("register", street), **GIVEN)
    Title.objects.in_unit(street).update(version=2)
    late = office.post(
        url("withdraw", street, held(street).uuid),
        {"request_key": "x", "version": "1", "reason": "我写的原因"},
    )
    assert late.status_code == 422
    assert "刚刚被别人办理过" in late.content.decode()
    assert "我写的原因" in late.content.decode()


def test_the_viewer_reads_and_the_stranger_sees_nothing(city: Unit, street: Unit, office: Client) -> None:
    send(office, url("register", street), **GIVEN)
    uid = held(street).uuid
    zhou = make.client(make.member(street, "viewer", "zhou"))
    assert zhou.get(url("title", street, uid)).status_code == 200
    assert "登记已有称号" not in zhou.get(url("titles", street)).content.decode()
    assert send(zhou, url("register", street), **GIVEN) == 403
    assert send(zhou, url("withdraw", street, uid), version="1", reason="不行") == 403
    other = make.unit("代市镇", parent=city)
    wu = make.client(make.member(other, "office", "wu"))
    assert wu.get(url("title", street, uid)).status_code == 404
    assert wu.get(url("title", other, uid)).status_code == 404
    assert "奎阁街道" not in wu.get(url("titles", other)).content.decode()


def test_the_list_asks_as_often_for_three_as_for_one_and_filters(city: Unit, office: Client) -> None:
    streets = [make.unit(f"街道{place}", parent=city) for place in range(3)]
    ask = lambda: office.get(url("titles", city))  # noqa: E731
    send(office, url("register", streets[0]), **GIVEN)
    ask()
    one = make.questions(ask)
    send(office, url("register", streets[1]), **{**GIVEN, "number": "2", "named_date": "2026-01-01"})
    send(office, url("register", streets[2]), **{**GIVEN, "number": "3", "named_date": "2020-01-01"})
    ask()
    assert make.questions(ask) == one
    page = ask().content.decode()
    places = [page.index(f"/{streets[number].slug}/reviews/titles/") for number in (2, 0, 1)]
    assert places == sorted(places)
    assert "2024-01-10" not in office.get(url("titles", city), {"standing": "expired"}).content.decode()


def test_the_list_is_sorted_narrowed_and_taken_along_as_it_is_seen(city: Unit, office: Client) -> None:
    streets = [make.unit(f"街道{place}", parent=city) for place in range(3)]
    for number, (unit, day) in enumerate(
        zip(streets, ("2025-06-01", "2024-01-10", "2020-01-01"), strict=True)
    ):
        send(office, url("register", unit), **{**GIVEN, "number": f"证{number}", "named_date": day})
    page = lambda **asked: office.get(url("titles", city), asked).content.decode()  # noqa: E731
    order = lambda text: [text.index(f">{unit.name}<") for unit in streets]  # noqa: E731
    up, down = order(page(sort="named")), order(page(sort="-named"))
    assert (up == sorted(up, reverse=True), down == sorted(down)) == (True, True)
    assert 'aria-sort="descending"' in page(sort="-named")
    for asked in ({"text": "街道1"}, {"year": "2024"}, {"standing": "expiring"}):
        found = page(**asked)
        assert ("证1" in found, "证0" in found, "证2" in found) == (True, False, False)
    assert "没有符合条件的称号" in page(level="national", sort="nothing", year="x")
    answer = office.post(f"{url('export-titles', city)}?sort=-number&text=证")
    rows = list(load_workbook(BytesIO(answer.content), read_only=True).active.iter_rows(values_only=True))
    assert [row[3] for row in rows] == ["证书编号", "证2", "证1", "证0"]
    assert rows[1][6].date() == date(2020, 1, 1)
    assert Line.objects.filter(act="titles.exported").count() == 1
    zhou = make.client(make.member(city, "viewer", "zhou"))
    assert zhou.post(url("export-titles", city)).status_code == 403
    wu = make.client(make.member(make.unit("别处"), "office", "wu"))
    assert wu.post(url("export-titles", city)).status_code == 404
