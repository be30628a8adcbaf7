"""Places and the quality of cards through the API: what the pages say, to whom the pages say it."""

from __future__ import annotations

import pytest

from safecommunity.accounts.models import User
from safecommunity.api import injury_places
from safecommunity.surveillance import actions
from safecommunity.units.models import Unit
from tests import make
from tests.api.test_programmes import ask
from tests.surveillance.test_cases import ASSAULT
from tests.surveillance.test_hotspots import CODES, CORNER, LAST, grids_of, hurt, street_of
from tests.surveillance.test_quality import daily
from tests.surveillance.test_repeats import cards

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock:
        localdate = staticmethod(lambda: LAST)

    monkeypatch.setattr(injury_places, "timezone", Clock)


@pytest.fixture
def street() -> Unit:
    return street_of(CODES)


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


@pytest.mark.requirement("R102", "R160")
def test_places_are_told_with_what_lies_together(street: Unit, lin: User) -> None:
    base = f"/units/{street.slug}/injury-places"
    empty = ask(lin, "GET", base)[1]
    assert (empty["total"], empty["silence"], empty["places"][0]["standing"]) == (0, "places", "")
    assert (empty["beside"], empty["places"][0]["around"]) == (None, "")
    for code in CODES:
        hurt(street, code, 60 if code in CORNER else 12)
    status, found = ask(lin, "GET", base)
    assert (status, found["by"], found["year"], found["total"]) == (200, "people", 2025, 60 * 2 + 12 * 14)
    highest = found["places"][0]
    assert (highest["code"] in CORNER, highest["standing"], highest["count"]) == (True, "high", 60)
    assert highest["at"] == pytest.approx([114.4 + int(highest["code"][-3:]) / 100, 38.0])
    assert 0 < found["beside"] <= 1
    (together,) = found["together"]
    assert sorted(together["places"]) == CORNER
    assert 1 < together["lower"] < together["times"] < together["upper"]
    assert together["chance"] <= 0.05
    assert (found["surge"]["places"], found["surge"]["silence"]) == ([], "cases")
    assert ask(lin, "GET", f"{base}?level=grid")[1]["places"] == []
    hurt(street, grids_of(street)[0], 12)
    assert ask(lin, "GET", f"{base}?level=grid")[1]["by"] == "households"
    assert ask(lin, "GET", f"{base}?level=nonsense")[0] == 422


@pytest.mark.requirement("R102")
def test_what_is_soon_followed_close_by_is_told(street: Unit, lin: User) -> None:
    base = f"/units/{street.slug}/injury-places"
    assert ask(lin, "GET", base)[1]["repeats"]["silence"] == "cases"
    cards(street, [(15 * at, at, 0) for at in range(20)])
    cards(street, [(15 * at + 5, at, 0) for at in range(20)])
    told = ask(lin, "GET", base)[1]["repeats"]
    assert (told["cards"], told["close"], told["is_cut"], told["silence"]) == (40, 20, False, "")
    assert told["chance"] <= 0.001
    assert (told["latest"][0]["earlier_day"], told["latest"][0]["later_day"]) == ("2026-10-13", "2026-10-18")


@pytest.mark.requirement("R162")
def test_the_quality_of_cards_is_told(street: Unit, lin: User) -> None:
    daily(street, range(80, 330, 2), sex="male")
    daily(street, range(50, 380), source="school", hour=None)
    daily(street, range(60, 90), source="school", hour=0, cause="traffic", place="home", remark="请核对")
    status, found = ask(lin, "GET", f"/units/{street.slug}/injury-quality")
    assert status == 200
    assert [(one["code"], one["dated"] == one["total"], one["late"]) for one in found["sources"]] == [
        ("school", True, 0), ("clinic", True, 0)
    ]  # fmt: skip
    assert found["heaps"][-1]["kind"] == "hour"
    assert {one["source"] for one in found["silent"]} == {"school", "clinic"}
    (unlikely,) = found["unlikely"]
    assert (unlikely["asked"]["place"], unlikely["count"], found["doubts"]) == (["home"], 30, 30)
    assert len(found["doubted"]) == 20


@pytest.mark.parametrize("name", ["injury-places", "injury-quality"])
def test_only_who_may_sees_them_and_few_know_of_restricted_cards(street: Unit, lin: User, name: str) -> None:
    actions.add_case(unit=street, values=ASSAULT, by=None, today=LAST)
    base = f"/units/{street.slug}/{name}"

    def count(person: User) -> int:
        found = ask(person, "GET", base)[1]
        return found["total"] if name == "injury-places" else sum(one["total"] for one in found["sources"])

    assert count(lin) == 1
    assert count(make.member(street, "officer", "zhou")) == 0
    assert ask(make.member(street, "expert", "qian"), "GET", base)[0] == 403
    assert ask(make.member(make.unit("别处街道"), "office", "he"), "GET", base)[0] == 404
