"""What the cards do not say, what came late, heaped up, fell silent or hardly fits together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from safecommunity.accounts.models import User
from safecommunity.surveillance import actions
from safecommunity.surveillance.models import InjuryCase, Pack
from safecommunity.surveillance.quality import Heap, quality
from safecommunity.units.models import Unit
from tests import make
from tests.surveillance.test_cases import FALL
from tests.surveillance.test_figures import put

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R162")]
FIRST, LAST = date(2025, 12, 1), date(2026, 11, 20)


@pytest.fixture
def street() -> Unit:
    return make.unit("阳光街道")


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def daily(unit: Unit, back: range, **said: object) -> None:
    """A card on each of the days so far back, entered the next day unless said otherwise."""
    made = []
    for days in back:
        day = LAST - timedelta(days=days)
        entered = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        usual = {"cause": "fall", "source": "clinic", "injured_date": day, "created_at": entered}
        made.append(InjuryCase(unit=unit, path=unit.path, **{**usual, "hour": days % 24, **said}))
    InjuryCase.objects.insert(made)
    actions.pack_anew(unit=unit)


def test_a_source_tells_what_its_cards_lack_and_how_many_came_late(street: Unit, lin: User) -> None:
    daily(street, range(40), sex="male", age=70, band="65-74")
    daily(street, range(10), hour=None, created_at=datetime(2026, 12, 31, tzinfo=UTC))
    daily(street, range(3), source="school", age=9, band="5-14")
    clinic, school = quality(street, lin, FIRST, LAST).sources
    assert (clinic.code, clinic.total, clinic.late) == ("clinic", 50, 10)
    assert (clinic.unsaid["sex"], clinic.unsaid["age"], clinic.unsaid["hour"]) == (10, 10, 10)
    assert (school.total, school.late, school.unsaid["age"], school.unsaid["place"]) == (3, 0, 0, 3)


def test_late_is_what_was_reported_late_or_filled_in_late_not_what_a_sheet_brought(
    street: Unit, lin: User
) -> None:
    """All entered long after: late by hand, or by the report date whoever entered it; unknown of a sheet."""
    after = datetime(2026, 12, 31, tzinfo=UTC)
    daily(street, range(7), created_at=after)
    daily(street, range(5), created_at=after, by_hand=False)
    daily(street, range(3), created_at=after, by_hand=False, reported_date=LAST + timedelta(days=60))
    daily(street, range(2), created_at=after, by_hand=False, reported_date=LAST + timedelta(days=3))
    daily(street, range(4), source="school", created_at=after, by_hand=False)
    clinic, school = quality(street, lin, FIRST, LAST).sources
    assert (clinic.total, clinic.dated, clinic.late) == (17, 12, 10)
    assert (school.total, school.dated, school.late) == (4, 0, 0)


def test_a_card_knows_its_report_date_and_whether_it_came_in_a_sheet(street: Unit, lin: User) -> None:
    one = actions.add_case(unit=street, values=FALL, by=lin, today=LAST)
    assert (one.by_hand, one.reported_date) == (True, None)
    said = {**FALL, "reported_date": "2026-10-09"}
    one = actions.change_case(row=one, version=one.version, values=said, by=lin, today=LAST)
    assert (one.by_hand, one.reported_date) == (True, date(2026, 10, 9))
    put(street, date(2026, 10, 2), reported_date="2026-10-05")
    other = InjuryCase.objects.in_unit(street).exclude(pk=one.pk).get()
    assert (other.by_hand, other.reported_date) == (False, date(2026, 10, 5))


def test_a_source_that_used_to_send_and_stopped_is_told_and_a_slow_one_is_not(
    street: Unit, lin: User
) -> None:
    daily(street, range(40, 340, 2))
    daily(street, range(0, 340, 7), source="school")
    daily(street, range(60, 340, 90), source="survey")
    (told,) = quality(street, lin, FIRST, LAST).silent
    assert (told.source, told.days, told.last) == ("clinic", 40, LAST - timedelta(days=40))
    assert told.weekly == pytest.approx(3.2, abs=0.1)


def test_silence_is_told_alike_from_packs_and_cards_of_each_unit_by_itself() -> None:
    """Another sub-district of the city sends from the same source to this day."""
    city = make.unit("某市", kind="city-office")
    he, wu = make.member(city, "city-office", "he"), make.member(city, "viewer", "wu")
    ones = [make.unit(name, parent=city) for name in ("东里街道", "裕强街道", "长丰街道")]
    daily(ones[0], range(300))
    daily(ones[1], range(40, 340, 2))
    daily(ones[2], range(50, 340, 2), is_restricted=True)
    packed = quality(city, he, FIRST, LAST).silent
    assert [(one.slug, one.days) for one in packed] == [(ones[2].slug, 50), (ones[1].slug, 40)]
    assert [one.unit for one in quality(city, wu, FIRST, LAST).silent] == ["裕强街道"]
    Pack.objects.below(city).update(packed=None)
    assert quality(city, he, FIRST, LAST).silent == packed


def test_heaps_on_a_day_and_an_hour_are_told_and_an_even_spread_is_not(street: Unit, lin: User) -> None:
    daily(street, range(336))
    assert quality(street, lin, FIRST, LAST).heaps == ()
    daily(street, range(50), injured_date=date(2026, 6, 15), hour=12)
    day, hour = quality(street, lin, FIRST, LAST).heaps
    assert (day.kind, day.at) == ("day", 15)
    assert day.beside == pytest.approx(11, abs=1)
    assert hour == Heap("hour", 12, 64, 14.0)


def test_answers_that_hardly_fit_and_doubted_cards_are_told(street: Unit, lin: User) -> None:
    daily(street, range(4), cause="traffic", place="home")
    daily(street, range(2), cause="traffic", place="road", remark="年龄：请核对")
    found = quality(street, lin, FIRST, LAST)
    ((fields, count),) = found.unlikely
    assert (fields["place"], count) == (("home",), 4)
    assert (found.doubts, len(found.doubted)) == (2, 2)
