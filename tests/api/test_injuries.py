"""Cards and accidents through the API: the same checks as the pages."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from safecommunity.accounts.models import User
from safecommunity.api import injuries
from safecommunity.units.models import Unit
from tests import make
from tests.api.test_programmes import ask
from tests.surveillance.test_accidents import FIRE, NOW
from tests.surveillance.test_cases import ASSAULT, FALL, NAMED, NUMBER, TODAY
from tests.surveillance.test_effects import monthly
from tests.surveillance.test_hotspots import CODES, street_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock:
        now = staticmethod(lambda: NOW)
        localdate = staticmethod(lambda: TODAY)

    monkeypatch.setattr(injuries, "timezone", Clock)


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit, "office", "lin")


def entered(person: User, unit: Unit, **values: Any) -> Any:
    status, row = ask(person, "POST", f"/units/{unit.slug}/injuries", {"values": {**FALL, **values}})
    assert status == 201
    return row


def test_a_card_is_entered_once_read_changed_and_masked(unit: Unit, lin: User) -> None:
    base, uid = f"/units/{unit.slug}/injuries", str(uuid4())
    for _time in range(2):
        status, row = ask(lin, "POST", base, {"values": {**FALL, **NAMED}, "uuid": uid})
        assert (status, row["uuid"], row["values"]["name"]) == (201, uid, "李**")
    assert NUMBER not in str(row)
    assert ask(lin, "GET", f"{base}?cause=fall")[1] == [row]
    assert ask(lin, "GET", f"{base}?cause=burn")[1] == []
    one = f"{base}/{uid}"
    changed = {"values": {**FALL, "outcome": "home"}}
    assert ask(lin, "PUT", one, changed)[0] == 428
    assert ask(lin, "PUT", one, changed, version=1)[1]["values"]["outcome"] == "home"
    assert ask(lin, "PUT", one, changed, version=1)[0] == 412
    status, said = ask(lin, "POST", base, {"values": {**FALL, "cause": "flood"}})
    assert status == 422
    assert said["detail"].startswith("cause: ")


def test_doubles_are_merged_and_taken_apart(unit: Unit, lin: User) -> None:
    one, other = entered(lin, unit, id_number=NUMBER), entered(lin, unit, id_number=NUMBER, alcohol="no")
    base = f"/units/{unit.slug}/injuries"
    wanted = {"other": other["uuid"]}
    status, row = ask(lin, "POST", f"{base}/{one['uuid']}/merge", wanted, version=1)
    assert (status, row["values"]["alcohol"]) == (200, "no")
    assert len(ask(lin, "GET", base)[1]) == 1
    assert ask(lin, "POST", f"{base}/{one['uuid']}/unmerge", version=2)[0] == 422
    status, row = ask(lin, "POST", f"{base}/{other['uuid']}/unmerge", version=2)
    assert (status, row["state"]) == (200, "standing")


def test_restricted_cards_stay_with_few(unit: Unit, lin: User) -> None:
    row = entered(lin, unit, **ASSAULT)
    officer = make.member(unit, "officer", "zhou")
    one = f"/units/{unit.slug}/injuries/{row['uuid']}"
    assert ask(lin, "GET", one)[0] == 200
    assert ask(officer, "GET", one)[0] == 404
    viewer, stranger = make.member(unit, "viewer", "wu"), make.member(make.unit("别处街道"), "office", "he")
    assert ask(viewer, "GET", one)[0] == 403
    assert ask(stranger, "GET", one)[0] == 404


@pytest.mark.requirement("R164")
def test_a_month_and_its_alerts_are_read_and_handled(unit: Unit, lin: User) -> None:
    entered(lin, unit, outcome="died", severity="severe")
    status, found = ask(lin, "GET", f"/units/{unit.slug}/injuries-overview?month=2026-10-15")
    assert (status, found["count"], found["standing"], found["usual"]) == (200, 1, "", None)
    base = f"/units/{unit.slug}/injury-alerts"
    ((row),) = ask(lin, "GET", base)[1]
    one = f"{base}/{row['uuid']}"
    assert ask(lin, "POST", one, {"state": "acted"}, version=1)[0] == 422
    assert ask(lin, "POST", one, {"state": "acted", "note": "已走访"}, version=1)[1]["state"] == "acted"
    assert ask(lin, "POST", one, {"state": "acted", "note": "已走访"}, version=1)[0] == 412
    stranger = make.member(make.unit("别处街道"), "office", "he")
    assert ask(stranger, "POST", one, {"state": "acted", "note": "x"}, version=2)[0] == 404


@pytest.mark.requirement("R142", "R184")
def test_the_effect_of_a_project_is_told_with_its_limits_or_why_not() -> None:
    street = street_of(CODES[:2])
    monthly(street, [20] * 12 + [10] * 22)
    monthly(street, [30] * 34, CODES[1])
    person = make.member(street, "office", "lin")
    base = f"/units/{street.slug}/injury-effect?area={CODES[0]}&cause=fall&start="
    status, found = ask(person, "GET", f"{base}2025-01-01&other=rest")
    assert (status, found["silence"], found["mean_before"], found["mean_after"]) == (200, "", 20, 10)
    assert found["factor"] == pytest.approx(0.5)
    assert found["lower"] < 0.5 < found["upper"] < 1
    assert found["months"][12] == {"first": "2025-01-01", "count": 10, "elsewhere": 30, "without": 20}
    short = ask(person, "GET", f"{base}2026-06-01&other=nonsense")[1]
    assert (short["silence"], short["factor"], short["months"][0]["elsewhere"]) == ("after", None, None)
    assert ask(make.member(make.unit(), "office", "he"), "GET", f"{base}2025-01-01")[0] == 404


@pytest.mark.requirement("R56")
def test_an_accident_from_its_report_to_its_closure(unit: Unit, lin: User) -> None:
    base = f"/units/{unit.slug}/accidents"
    assert ask(lin, "POST", base, {"values": {**FIRE, "known_time": "x"}})[0] == 422
    status, row = ask(lin, "POST", base, {"values": FIRE})
    assert (status, row["level"], row["late"]) == (201, "general", False)
    one = f"{base}/{row['uuid']}"
    assert ask(lin, "GET", base)[1] == [ask(lin, "GET", one)[1]]
    more = {"values": {**FIRE, "deaths": 3}, "note": "三人不治"}
    assert ask(lin, "PUT", one, more, version=1)[1]["level"] == "larger"
    assert ask(lin, "POST", f"{one}/close", version=2)[0] == 422
    found = {"direct": "短路", "indirect": "老化", "conclusion": "整改"}
    assert ask(lin, "POST", f"{one}/findings", found, version=2)[1]["findings"]["direct"] == "短路"
    assert ask(lin, "POST", f"{one}/close", version=3)[1]["state"] == "closed"
    stranger = make.member(make.unit("别处街道"), "office", "he")
    assert ask(stranger, "GET", one)[0] == 404
