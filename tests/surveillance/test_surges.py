"""Where injuries lately became more: what is told, and when nothing is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from safecommunity.accounts.models import User
from safecommunity.surveillance import actions, surges
from safecommunity.surveillance.hotspots import hotspots
from safecommunity.surveillance.models import InjuryCase
from safecommunity.surveillance.queries import Ask
from safecommunity.surveillance.surges import Surge
from safecommunity.units.models import Unit
from tests import make
from tests.surveillance.test_hotspots import CODES, CORNER, FIRST, LAST, lin, street

__all__ = ["lin", "street"]
pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R102", "R160")]


def on_days(unit: Unit, code: str, ages: list[int], **more: object) -> None:
    """A card in a neighbourhood so many days before the last one for each of these."""
    InjuryCase.objects.insert([
        InjuryCase(unit=unit, path=unit.path, injured_date=LAST - timedelta(days=age), cause="fall",
                   area=code, longitude=114.4 + int(code[9:]) / 100, latitude=38.0, **more)
        for age in ages
    ])  # fmt: skip
    actions.pack_anew(unit=unit)


def told(unit: Unit, user: User, last: date = LAST) -> Surge:
    return surges.surge(unit, user, Ask(), hotspots(unit, user, Ask(), FIRST, last, "neighbourhood"))


def everywhere(unit: Unit) -> None:
    for number, code in enumerate(CODES):
        on_days(unit, code, [50 + number, 60 + number, 70 + number])


def test_neighbours_that_lately_have_more_are_told_with_their_days(street: Unit, lin: User) -> None:
    everywhere(street)
    assert told(street, lin) == Surge()
    for code in CORNER:
        on_days(street, code, [0, 2, 4, 6])
    found = told(street, lin)
    assert ({one.code for one in found.places}, found.days, found.count) == (set(CORNER), 7, 8)
    assert found.expected == pytest.approx(2 * 7 * 8 / (16 * 3 + 8))
    assert (found.chance, found.silence) == (0.001, "")
    assert told(street, lin, LAST - timedelta(days=7)) == Surge()


def test_what_a_person_may_not_know_of_makes_no_surge(street: Unit, lin: User) -> None:
    everywhere(street)
    for code in CORNER:
        on_days(street, code, [0, 2, 4, 6], is_restricted=True)
    assert told(street, lin).count == 8
    officer = make.member(street, "officer", "zhou")
    assert told(street, officer) == Surge()


def test_too_few_places_or_cases_and_too_many_say_so(
    street: Unit, lin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_days(street, CODES[0], [1] * 40)
    assert told(street, lin).silence == "places"
    for code in CODES:
        on_days(street, code, [200])
    assert told(street, lin) == Surge()  # all in one place: nothing to hold it against
    InjuryCase.objects.everything(reason="test").filter(injured_date__gt=LAST - timedelta(days=90)).delete()
    actions.pack_anew(unit=street)
    assert told(street, lin).silence == "cases"
    everywhere(street)
    monkeypatch.setattr(surges, "MOST_CASES", 40)
    assert told(street, lin).silence == "many"
