from __future__ import annotations

import pytest
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.api import targets
from safecommunity.units.models import Unit
from tests import make
from tests.api.asking import ask
from tests.targets import made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock:
        now = staticmethod(timezone.now)
        localdate = staticmethod(lambda: made.TODAY)

    monkeypatch.setattr(targets, "timezone", Clock)


@pytest.fixture
def city() -> Unit:
    return make.unit("广安市", kind="city-office")


@pytest.fixture
def boss(city: Unit) -> User:
    return make.member(city, "city-office", "boss")


WANTED = {"metric": made.STARTS, "year": 2013, "amount": "15", "due_date": "2013-07-30"}


def test_a_program_breaks_down_hands_down_and_both_sides_sign(city: Unit, boss: User) -> None:
    county, lin = made.county(city)
    base = f"/units/{city.slug}/targets"
    status, row = ask(boss, "POST", base, WANTED)
    assert (status, row["standing"], row["value"]) == (201, "open", "0")
    one = f"{base}/{row['uuid']}"
    short = {"shares": {county.slug: "14"}}
    assert ask(boss, "PUT", f"{one}/shares", short)[0] == 428
    status, split = ask(boss, "PUT", f"{one}/shares", short, row["version"])
    assert (status, split["gap"]) == (200, "-1.00")
    assert ask(boss, "PUT", f"{one}/shares", short, row["version"])[0] == 412
    status, answer = ask(boss, "POST", f"{one}/issue", version=row["version"] + 1)
    assert (status, "少 1" in answer["detail"]) == (422, True)
    whole = {"shares": {county.slug: "15"}}
    assert ask(boss, "PUT", f"{one}/shares", whole, row["version"] + 1)[0] == 200
    assert ask(boss, "POST", f"{one}/issue", version=row["version"] + 2)[1]["issued_date"] == "2013-05-06"
    (given,) = ask(lin, "GET", f"/units/{county.slug}/targets?year=2013")[1]
    assert (given["amount"], given["given_by"]) == ("15.00", city.slug)
    letters = f"/units/{county.slug}/pledges"
    assert ask(lin, "POST", f"{letters}?year=2013")[0] == 422
    status, letter = ask(boss, "POST", f"{letters}?year=2013")
    assert (status, letter["is_current"]) == (201, True)
    status, letter = ask(lin, "POST", f"{letters}/{letter['uuid']}/acknowledge", version=1)
    assert (status, letter["acknowledged_date"]) == (200, "2013-05-06")


def test_it_keeps_to_the_checks_of_the_pages(city: Unit, boss: User) -> None:
    county, lin = made.county(city)
    base = f"/units/{city.slug}/targets"
    assert ask(lin, "GET", f"{base}?year=2013")[0] == 404
    assert ask(make.member(city, "viewer", "zhou"), "POST", base, WANTED)[0] == 403
    assert ask(boss, "POST", base, {**WANTED, "amount": "-1"})[0] == 422
    row = ask(boss, "POST", base, WANTED)[1]
    shares = f"{base}/{row['uuid']}/shares"
    assert ask(boss, "PUT", shares, {"shares": {county.slug: "-1"}}, 1)[0] == 422
    assert ask(boss, "PUT", shares, {"shares": {"nowhere": "1"}}, 1)[0] == 422
    assert ask(boss, "GET", shares)[1]["shares"] == [
        {"unit": county.slug, "amount": None, "value": None, "standing": "unknown"}
    ]
