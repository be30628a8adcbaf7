import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.ledgers import actions
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from tests import make

pytestmark = pytest.mark.django_db

DRILL: dict[str, object] = {
    "name": "消防疏散演练", "kind": "fire", "form": "full", "held_date": "2026-03-05", "organiser": "创建办",
    "persons": 40, "scenario": "三楼起火，疏散到广场",
    "place": {"address": "阳光广场", "longitude": 114.5, "latitude": 38.04},
}  # fmt: skip


class Caller:
    """A program with a person's token."""

    def __init__(self, person: Any) -> None:
        _token, secret = make_token(user=person, name="试验", days=1, now=timezone.now(), by=person)
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def get(self, address: str) -> Any:
        return self.client.get(address)

    def send(self, method: str, address: str, body: object, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = json.dumps(body)
        answer = getattr(self.client, method)
        return answer(address, content, content_type="application/json", headers=named)


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Caller:
    return Caller(make.member(unit))


@pytest.fixture
def zhou(unit: Unit) -> Caller:
    return Caller(make.member(unit, "viewer", "zhou"))


@pytest.fixture
def wu() -> Caller:
    return Caller(make.member(make.unit("别处街道"), "office", "wu"))


def at(unit: Unit, rest: str = "", ledger: str = "drills") -> str:
    return f"/api/units/{unit.slug}/ledgers/{ledger}/entries{rest}"


def test_the_ledgers_say_their_columns(zhou: Caller) -> None:
    drills = next(one for one in zhou.get("/api/ledgers").json() if one["code"] == "drills")
    columns = {column["key"]: column for column in drills["columns"]}
    assert columns["place.longitude"]["label"] == "地点（经度）"
    assert columns["form"]["choices"]["table"] == ["桌面推演", "Table-top"]
    assert columns["held_date"]["required"] is True


def test_an_entry_is_added_read_changed_and_withdrawn(unit: Unit, lin: Caller) -> None:
    made = lin.send("post", at(unit), {"values": DRILL})
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    address = at(unit, f"/{made.json()['id']}")
    read = lin.get(address).json()
    assert (read["values"]["persons"], read["values"]["place"]) == (40, DRILL["place"])
    changed = lin.send("put", address, {"values": {**DRILL, "persons": 41}}, If_Match='"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    gone = lin.send("post", f"{address}/withdraw", {"reason": "重复"}, If_Match='"2"')
    assert (gone.status_code, gone.json()["withdrawn_reason"]) == (200, "重复")
    assert lin.get(at(unit)).json()["count"] == 0
    assert lin.send("put", address, {"values": DRILL}, If_Match='"3"').status_code == 409
    assert lin.send("post", f"{address}/restore", {}, If_Match='"3"').status_code == 200
    assert lin.get(at(unit)).json()["count"] == 1


def test_a_change_without_its_version_is_428_and_with_an_old_one_412(unit: Unit, lin: Caller) -> None:
    entry = actions.add(ledger="drills", unit=unit, values=DRILL, by=None)
    address, body = at(unit, f"/{entry.pk}"), {"values": {**DRILL, "persons": 41}}
    assert lin.send("put", address, body).status_code == 428
    assert lin.send("put", address, body, If_Match='"7"').status_code == 412
    assert lin.send("post", f"{address}/withdraw", {"reason": "x"}, If_Match="nonsense").status_code == 412
    assert Entry.objects.in_unit(unit).get().version == 1


def test_what_cannot_be_taken_is_told_by_column(unit: Unit, lin: Caller) -> None:
    refused = lin.send(
        "post", at(unit), {"values": {**DRILL, "persons": "许多", "colour": 1, "name": {"a": 1}}}
    )
    assert refused.status_code == 422
    assert refused.json()["errors"] == {
        "persons": "应为数字",
        "colour": "此台账没有这一栏",
        "name": "应为文字",
    }
    actions.add(ledger="drills", unit=unit, values=DRILL, by=None)
    assert lin.send("post", at(unit), {"values": DRILL}).status_code == 409


def test_the_same_request_and_the_same_record_are_taken_once(unit: Unit, lin: Caller) -> None:
    body = {"values": DRILL, "client_uuid": "0a8f6f3e-6d0e-4f0e-9d0e-2f5a4c1b7a11"}
    first = lin.send("post", at(unit), body, Idempotency_Key="k1")
    again = lin.send("post", at(unit), body, Idempotency_Key="k1")
    later = lin.send("post", at(unit), body, Idempotency_Key="k2")
    assert {answer.json()["id"] for answer in (first, again, later)} == {first.json()["id"]}
    assert Entry.objects.in_unit(unit).count() == 1


def test_the_list_is_asked_the_same_questions_as_the_page(unit: Unit, zhou: Caller) -> None:
    for name, form in [("消防疏散演练", "full"), ("防汛桌面推演", "table")]:
        actions.add(ledger="drills", unit=unit, values={**DRILL, "name": name, "form": form}, by=None)
    found = {
        query: [one["title"] for one in zhou.get(at(unit) + query).json()["entries"]]
        for query in ("?q=fx", "?f_form=full", "?limit=1&sort=title")
    }
    assert found == {
        "?q=fx": ["防汛桌面推演 · 2026-03-05"],
        "?f_form=full": ["消防疏散演练 · 2026-03-05"],
        "?limit=1&sort=title": ["消防疏散演练 · 2026-03-05"],
    }


def test_personal_values_leave_masked(unit: Unit, lin: Caller) -> None:
    person = {"name": "王秀英", "kind": ["disabled"], "helper": "李娜", "id_number": "11010519491231002X"}
    made = lin.send("post", at(unit, ledger="vulnerable-people"), {"values": person})
    values = made.json()["values"]
    assert (values["name"], values["id_number"]) == ("王**", "110***********002X")


def test_a_restricted_ledger_is_closed_to_whom_it_does_not_concern(
    unit: Unit, lin: Caller, zhou: Caller
) -> None:
    address = at(unit, ledger="vulnerable-people")
    assert [who.get(address).status_code for who in (lin, zhou)] == [200, 403]
    person = {"name": "王秀英", "kind": ["disabled"], "helper": "李娜"}
    entry = actions.add(ledger="vulnerable-people", unit=unit, values=person, by=None)
    assert [who.get(f"{address}/{entry.pk}").status_code for who in (lin, zhou)] == [200, 403]


def test_who_may_not_and_who_does_not_see(unit: Unit, zhou: Caller, wu: Caller) -> None:
    entry = actions.add(ledger="drills", unit=unit, values=DRILL, by=None)
    assert zhou.get(at(unit, f"/{entry.pk}")).status_code == 200
    assert zhou.send("post", at(unit), {"values": DRILL}).status_code == 403
    change = {"values": DRILL}
    assert zhou.send("put", at(unit, f"/{entry.pk}"), change, If_Match='"1"').status_code == 403
    own = Unit.objects.get(name="别处街道")
    assert [wu.get(at(unit)).status_code, wu.get(at(unit, f"/{entry.pk}")).status_code] == [404, 404]
    assert wu.get(at(own, f"/{entry.pk}")).status_code == 404
    assert wu.send("put", at(own, f"/{entry.pk}"), change, If_Match='"1"').status_code == 404
    assert wu.send("post", at(unit), {"values": DRILL}).status_code == 404
    assert Client().get(at(unit)).status_code == 401


def test_a_ledger_that_does_not_exist_is_404(unit: Unit, zhou: Caller) -> None:
    assert zhou.get(at(unit, ledger="no-such")).status_code == 404
