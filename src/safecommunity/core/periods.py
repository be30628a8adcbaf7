"""Years, quarters and months as values: what a figure covers, from which day to which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

CODE = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")
RECORDED = range(1900, 2101)  # years that a record may be of
FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)  # between these lies what is planned
MONTHS = {"year": 12, "quarter": 3, "month": 1}


class UnknownPeriod(ValueError):
    """The text is no period; `code` is what was given."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar year, quarter or month. `start` and `end` are days and both belong to it."""

    start: date
    kind: str

    @classmethod
    def parse(cls, code: str) -> Period:
        """`2026`, `2026-Q1` or `2026-03`; anything else raises `UnknownPeriod`."""
        found = CODE.fullmatch(code)
        if not found or not "1000" <= found["year"] <= "9998":
            raise UnknownPeriod(code)
        year = int(found["year"])
        if found["quarter"]:
            return cls(date(year, int(found["quarter"]) * 3 - 2, 1), "quarter")
        if found["month"]:
            return cls(date(year, int(found["month"]), 1), "month")
        return cls(date(year, 1, 1), "year")

    @classmethod
    def year_of(cls, day: date) -> Period:
        return cls(date(day.year, 1, 1), "year")

    @classmethod
    def quarter_of(cls, day: date) -> Period:
        return cls(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), "quarter")

    @classmethod
    def month_of(cls, day: date) -> Period:
        return cls(date(day.year, day.month, 1), "month")

    @property
    def end(self) -> date:
        return self.next().start - timedelta(days=1)

    @property
    def code(self) -> str:
        if self.kind == "year":
            return f"{self.start.year:04}"
        if self.kind == "quarter":
            return f"{self.start.year:04}-Q{(self.start.month + 2) // 3}"
        return f"{self.start.year:04}-{self.start.month:02}"

    def label(self) -> str:
        """In Chinese: 2026年, 2026年第1季度, 2026年3月."""
        if self.kind == "year":
            return f"{self.start.year}年"
        if self.kind == "quarter":
            return f"{self.start.year}年第{(self.start.month + 2) // 3}季度"
        return f"{self.start.year}年{self.start.month}月"

    def next(self) -> Period:
        return self._moved(1)

    def previous(self) -> Period:
        return self._moved(-1)

    def months(self) -> Iterator[Period]:
        month = Period(self.start, "month")
        for _ in range(MONTHS[self.kind]):
            yield month
            month = month.next()

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __str__(self) -> str:
        return self.code

    def _moved(self, steps: int) -> Period:
        months = self.start.year * 12 + self.start.month - 1 + steps * MONTHS[self.kind]
        return Period(date(months // 12, months % 12 + 1, 1), self.kind)


def asked_day(text: str | None) -> date | None:
    """The day an address names, as `2026-03-31`; None for nonsense and for years that no record has."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in RECORDED else None


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months on, the last of it where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
