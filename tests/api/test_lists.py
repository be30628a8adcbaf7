"""Lists of ledgers over the API: many at once, what runs out, views, a city's own ledger."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from safecommunity.ledgers import actions
from safecommunity.ledgers.models import Entry, SavedView
from safecommunity.library import ledgers, shelf
from safecommunity.units.models import Unit
from tests import make
from tests.api.test_ledgers import Caller
from tests.web.pages.ledgers.test_pages import GAS

pytestmark = pytest.mark.django_db
CAR = {"kind": "coach", "owner": "阳光客运", "inspected_on_time": True, "plated": True}


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
    return Caller(make.member(make.unit("别处街道"), username="wu"))


def cars(unit: Unit, count: int, **more: object) -> list[Entry]:
    return [
        actions.add(ledger="vehicles", unit=unit, values={**CAR, "plate": f"冀A0000{n}", **more}, by=None)
        for n in range(count)
    ]


def at(unit: Unit, rest: str) -> str:
    return f"/api/units/{unit.slug}/{rest}"


def test_several_entries_are_changed_together_or_not_at_all(unit: Unit, lin: Caller, zhou: Caller) -> None:
    rows = cars(unit, 3)
    wanted: dict[str, Any] = {
        "versions": {row.pk: row.version for row in rows},
        "values": {"owner": "新东家"},
    }
    address = at(unit, "ledgers/vehicles/bulk")
    assert zhou.send("post", address, wanted).status_code == 403
    bad = lin.send("post", address, {**wanted, "values": {"kind": "不存在"}})
    assert (bad.status_code, set(bad.json()["errors"])) == (422, {"kind"})
    assert lin.send("post", address, wanted).json() == {"changed": 3}
    assert {row.data["owner"] for row in Entry.objects.in_unit(unit)} == {"新东家"}
    assert lin.send("post", address, wanted).status_code == 412


def test_entries_of_another_unit_are_not_changed_with_ones_own(unit: Unit, wu: Caller) -> None:
    (row,) = cars(unit, 1)
    own = Unit.objects.get(name="别处街道")
    wanted = {"versions": {row.pk: 1}, "values": {"owner": "我的"}}
    assert wu.send("post", at(own, "ledgers/vehicles/bulk"), wanted).status_code == 404
    assert wu.send("post", at(unit, "ledgers/vehicles/bulk"), wanted).status_code == 404


def test_what_runs_out_is_told_over_all_ledgers(unit: Unit, lin: Caller, wu: Caller) -> None:
    cars(unit, 1, inspection_until="2020-01-01")
    (found,) = lin.get(at(unit, "running-out?days=30")).json()
    assert (found["ledger"], found["expires_date"]) == ("vehicles", "2020-01-01")
    assert wu.get(at(unit, "running-out")).status_code == 404


def test_a_view_is_kept_and_forgotten_by_whom_it_belongs_to(unit: Unit, lin: Caller, zhou: Caller) -> None:
    address = at(unit, "ledgers/vehicles/views")
    view = {"name": "客车", "query": "f_kind=coach", "is_shared": True}
    made = lin.send("post", address, view)
    assert (made.status_code, made.json()["is_shared"]) == (201, True)
    assert lin.send("post", address, {**view, "name": " "}).status_code == 422
    assert [one["name"] for one in zhou.get(address).json()] == ["客车"]
    assert zhou.send("post", address, {**view, "name": "我的"}).json()["is_shared"] is False
    pk = made.json()["id"]
    assert zhou.client.delete(f"{address}/{pk}").status_code == 404
    assert lin.client.delete(f"{address}/{pk}").status_code == 204
    assert SavedView.objects.in_unit(unit).filter(pk=pk).exists() is False


def test_a_ledger_put_in_by_program_works_at_once(
    unit: Unit, lin: Caller, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LIBRARY = tmp_path / "library"
    monkeypatch.setattr(shelf, "_folders", [settings.LIBRARY])
    city = Caller(make.member(unit, "city-office", "city"))
    address = at(unit, "ledger-files")

    def sent(who: Caller, content: str, name: str = "gas-users.toml") -> Any:
        return who.client.post(address, {"file": SimpleUploadedFile(name, content.encode())})

    assert sent(lin, GAS).status_code == 403
    wrong = sent(city, GAS.replace('kind = "date"', 'kind = "day"'))
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "gas-users.toml")
    assert list(wrong.json()["errors"]) != [""]
    assert sent(city, GAS, "gas.txt").status_code == 422
    made = sent(city, GAS)
    assert (made.status_code, made.json()["version"]) == (201, 1)
    assert "gas-users" in ledgers
    assert lin.get(at(unit, "ledgers/gas-users/entries")).json()["count"] == 0
    assert sent(city, GAS).status_code == 409
