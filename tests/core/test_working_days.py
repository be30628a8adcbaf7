from __future__ import annotations

from datetime import date

import pytest

from safecommunity import library
from safecommunity.core.working_days import Calendar, CalendarFileError, WorkLine, later, parse


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-16", False),  # Spring Festival, a Monday
        ("2026-02-14", True),  # a Saturday worked for it
        ("2026-03-02", True),
        ("2026-03-07", False),
        ("2013-10-01", False),
        ("2013-10-12", True),  # a Saturday worked for the National Day
    ],
)
def test_statutory_holidays_are_free_and_make_up_days_are_worked(day: str, works: bool) -> None:
    assert library.working_days().is_working(date.fromisoformat(day)) is works


def test_a_year_not_published_yet_is_counted_by_weekends_and_named() -> None:
    calendar = Calendar(years=frozenset({2026}))
    assert calendar.is_working(date(2030, 10, 1))
    assert calendar.unpublished(date(2026, 5, 1), date(2028, 1, 1)) == [2027, 2028]


def test_a_deployment_changes_days_by_a_file_of_its_own() -> None:
    own = parse("2027", [{"date": "2027-01-01", "kind": "off"}, {"date": "2027-01-02", "kind": "on"}])
    calendar = Calendar(on=frozenset({date(2027, 1, 1)}), years=frozenset({2026})).changed(own)
    assert [calendar.is_working(date(2027, 1, day)) for day in (1, 2, 3, 4)] == [False, True, False, True]
    assert calendar.unpublished(date(2026, 1, 1), date(2027, 1, 1)) == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"date": "2027-13-01", "kind": "off"}, "2027-01-01"),
        ({"date": "2027-01-01", "kind": "holiday"}, "off"),
        ({}, "off"),
    ],
)
def test_a_bad_line_of_a_calendar_file_is_named(row: dict[str, str], why: str) -> None:
    with pytest.raises(CalendarFileError, match=f"第 2 行.*{why}"):
        parse("2027", [row])


def test_a_day_both_free_and_worked_is_refused() -> None:
    with pytest.raises(CalendarFileError, match="既放假又上班"):
        parse("2027", [{"date": "2027-01-01", "kind": kind} for kind in ("off", "on")])


def test_a_free_day_stands_for_the_working_day_before_or_after_it() -> None:
    line = WorkLine(Calendar(), date(2026, 3, 2), date(2026, 3, 13))
    saturday = date(2026, 3, 7)
    assert line.days[line.at_or_before(saturday)] == date(2026, 3, 6)
    assert line.days[line.at_or_after(saturday)] == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday worked
        ("2026-02-14", 1, "2026-02-24"),  # over Spring Festival
        ("2026-03-06", 5, "2026-03-13"),
    ],
)
def test_so_many_working_days_later(day: str, count: int, last: str) -> None:
    found = later(library.working_days(), date.fromisoformat(day), count)
    assert found == date.fromisoformat(last)
