"""Injuries soon followed by others close by: what is counted, what is not, and when nothing may be said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from safecommunity.accounts.models import User
from safecommunity.surveillance import actions, repeats
from safecommunity.surveillance.models import InjuryCase
from safecommunity.surveillance.queries import Ask
from safecommunity.surveillance.repeats import Repeats
from safecommunity.units.models import Unit
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R102")]
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
STEP = 0.01  # of a degree: more than 800 m either way


def cards(unit: Unit, said: Iterable[tuple[int, float, float | None]], **also: object) -> None:
    """Cards by day of the year, steps to the east and steps to the north (None: no position)."""
    InjuryCase.objects.insert([
        InjuryCase(unit=unit, path=unit.path, injured_date=FIRST + timedelta(days=day), cause="fall", **also,
                   longitude=None if north is None else 114.4 + east * STEP,
                   latitude=None if north is None else 38.0 + north * STEP)
        for day, east, north in said
    ])  # fmt: skip
    actions.pack_anew(unit=unit)


def found(unit: Unit, user: User, ask: Ask | None = None) -> Repeats:
    return repeats.repeats(unit, user, ask or Ask(), FIRST, LAST)


@pytest.fixture
def street() -> Unit:
    return make.unit("东里街道")


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def test_pairs_soon_and_close_are_more_than_chance_brings(street: Unit, lin: User) -> None:
    """20 places a month apart from the last; at each a second injury 90 m north, five days later."""
    north = 90 / 111_195 / STEP
    cards(street, [(15 * place, place, 0) for place in range(20)])
    cards(street, [(15 * place + 5, place, north) for place in range(20)])
    told = found(street, lin)
    assert (told.cards, told.is_cut, told.close, told.silence) == (40, False, 20, "")
    # 20 pairs are close by; of all 40 · 39 / 2 = 780 pairs the 20 five days apart are soon.
    assert told.expected == pytest.approx(20 * 20 / 780)
    assert told.chance == 0.001
    days = [(one.earlier_day, one.later_day) for one in told.latest]
    begins = [FIRST + timedelta(days=15 * place) for place in (19, 18, 17, 16, 15)]
    assert days == [(one, one + timedelta(days=5)) for one in begins]
    rows = {row.uuid: row for row in InjuryCase.objects.below(street)}
    assert all(rows[one.earlier].longitude == rows[one.later].longitude for one in told.latest)


def test_a_little_too_far_or_too_late_is_no_pair(street: Unit, lin: User) -> None:
    far = 110 / 111_195 / STEP
    cards(street, [(20 * at, at, 0) for at in range(15)] + [(20 * at + 5, at, far) for at in range(15)])
    assert found(street, lin).close == 0
    cards(street, [(20 * at + 8, at, 0) for at in range(15)])
    told = found(street, lin)
    assert (told.close, told.latest) == (0, ())


def test_several_of_one_day_and_point_count_once(street: Unit, lin: User) -> None:
    cards(street, [(10 * at, at, 0) for at in range(30) for _again in range(3)])
    assert (found(street, lin).cards, found(street, lin).close) == (30, 0)


def test_too_few_positions_say_so(street: Unit, lin: User) -> None:
    cards(street, [(at, at, 0) for at in range(29)])
    assert found(street, lin).silence == "cases"
    cards(street, [(40, 40, 0)])
    assert found(street, lin).silence == ""
    cards(street, [(at, at, None) for at in range(21)])
    assert found(street, lin).silence == "positions"
    assert found(street, lin, Ask({"cause": ("burn",)})).silence == "cases"


def test_the_latest_are_looked_at_where_there_are_too_many(
    street: Unit, lin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards(street, [(at, at % 2, 0) for at in range(80)])
    monkeypatch.setattr(repeats, "MOST", 60)
    assert (found(street, lin).cards, found(street, lin).is_cut) == (60, True)
    monkeypatch.setattr(repeats, "LARGEST", 79)
    assert found(street, lin).silence == "large"
    monkeypatch.setattr(repeats, "LARGEST", 80)
    monkeypatch.setattr(repeats, "MOST_PAIRS", 300)  # 30 at each of two points: 870 pairs; 15: 210
    assert (found(street, lin).cards, found(street, lin).is_cut) == (30, True)


def test_restricted_cards_are_no_part_of_it_for_who_may_not_know_of_them(street: Unit, lin: User) -> None:
    cards(street, [(7 * at, at, 0) for at in range(30)])
    cards(street, [(7 * at + 3, at, 0) for at in range(30)], is_restricted=True)
    assert found(street, lin).close == 30
    officer = found(street, make.member(street, "officer", "zhou"))
    assert (officer.cards, officer.close, officer.latest) == (30, 0, ())
