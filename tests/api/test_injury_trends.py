"""The trend of injuries through the API: what the page says, to whom the page says it."""

from __future__ import annotations

import pytest

from safecommunity.accounts.models import User
from safecommunity.api import injury_trends
from safecommunity.units.models import Unit
from tests import make
from tests.api.test_programmes import ask
from tests.surveillance.test_hotspots import CODES, street_of
from tests.surveillance.test_trends import TODAY, monthly, peopled, wave

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R142", "R164")]


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock:
        localdate = staticmethod(lambda: TODAY)

    monkeypatch.setattr(injury_trends, "timezone", Clock)


@pytest.fixture
def street() -> Unit:
    return street_of(CODES[:2], people=0)


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def test_the_trend_is_told_with_its_years_and_its_jump(street: Unit, lin: User) -> None:
    base = f"/units/{street.slug}/injury-trend"
    empty = ask(lin, "GET", base)[1]
    assert (empty["months"], empty["trend"], empty["silence"], empty["years"]) == ([], None, "short", [])
    peopled()
    monthly(street, wave(30, lambda at: 1.8 if at >= 40 else 1))
    status, found = ask(lin, "GET", f"{base}?standard=who&cause=fall")
    assert (status, found["standard"], len(found["months"])) == (200, "who", 70)
    assert found["months"][0] == {"month": "2021-01-01", "count": 37}
    (jump,) = found["breaks"]
    assert (jump["month"], round(jump["factor"], 1), jump["of_all"]) == ("2024-05-01", 1.8, False)
    assert found["trend"]["lower"] < 1 < found["trend"]["upper"]
    assert (found["season"]["peak"], found["season"]["trough"], found["silence"]) == (1, 7, "")
    last = found["years"][-1]
    assert (last["year"], last["people"], last["people_year"], last["is_apart"]) == (
        2025,
        20_000,
        2024,
        False,
    )
    assert last["crude"]["value"] == pytest.approx(last["count"] / 20)
    assert last["standardised"]["lower"] < last["standardised"]["value"] < last["standardised"]["upper"]
    assert (last["silence"], last["unaged"], last["deaths"], last["lost"]) == ("", 0, 0, 0)


def test_only_who_may_sees_it_and_few_know_of_restricted_cards(street: Unit, lin: User) -> None:
    monthly(street, [1] * 10, is_restricted=True)
    base = f"/units/{street.slug}/injury-trend"
    assert len(ask(lin, "GET", base)[1]["months"]) == 70
    assert ask(make.member(street, "officer", "zhou"), "GET", base)[1]["months"] == []
    assert ask(make.member(street, "expert", "qian"), "GET", base)[0] == 403
    assert ask(make.member(make.unit("别处街道"), "office", "he"), "GET", base)[0] == 404
