"""Working days: Monday to Friday, without statutory holidays, with the make-up days (调休上班)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)
SATURDAY = 5


class CalendarFileError(ValueError):
    """A calendar file that cannot be used: which line, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Calendar:
    """`off`: days free although they may be weekdays; `on`: days worked although they may be weekends.

    `years` have their arrangements published; in every other year only weekends are known to be free.
    """

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        return day in self.on or (day.weekday() < SATURDAY and day not in self.off)

    def changed(self, own: Calendar) -> Calendar:
        """This calendar with the days that another one settles otherwise."""
        return Calendar(self.off - own.on | own.off, self.on - own.off | own.on, self.years | own.years)

    def unpublished(self, first: date, last: date) -> list[int]:
        """The years between two days whose holidays are not known yet."""
        return [year for year in range(first.year, last.year + 1) if year not in self.years]


class WorkLine:
    """The working days between two days, numbered from 0."""

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        count = (last - first).days + 1
        days = (first + timedelta(days=number) for number in range(count))
        self.days: Sequence[date] = [day for day in days if calendar.is_working(day)]

    def at_or_after(self, day: date) -> int:
        return bisect_left(self.days, day)

    def at_or_before(self, day: date) -> int:
        return bisect_right(self.days, day) - 1


def later(calendar: Calendar, day: date, count: int) -> date:
    """The last of `count` (at least 1) working days that follow a day."""
    left = count
    while left:
        day += DAY
        left -= calendar.is_working(day)
    return day


def parse(code: str, rows: Iterable[Mapping[str, Any]]) -> Calendar:
    """A deployment's own calendar from CSV rows `date,kind` (kind: off or on). Raises CalendarFileError.

    A year is taken as published as soon as the file names a day of it.
    """
    days: dict[str, set[date]] = {"off": set(), "on": set()}
    for number, row in enumerate(rows, start=2):
        kind, text = row.get("kind"), row.get("date")
        if kind not in days:
            raise CalendarFileError(f"{code} 第 {number} 行", "kind 应为 off（放假）或 on（上班）")
        try:
            days[kind].add(date.fromisoformat(text or ""))
        except ValueError as error:
            raise CalendarFileError(f"{code} 第 {number} 行", "date 应写作 2027-01-01") from error
    both = sorted(days["off"] & days["on"])
    if both:
        raise CalendarFileError(code, f"{both[0]} 既放假又上班")
    years = {day.year for kind in days.values() for day in kind}
    return Calendar(frozenset(days["off"]), frozenset(days["on"]), frozenset(years))
