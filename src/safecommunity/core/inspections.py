"""Rounds of inspection: when they come back, and in which order places are visited."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from safecommunity.core.periods import Period

EVERY = ("day", "week", "month", "quarter", "half-year", "year")
A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "half-year": 2, "year": 1}
LEAST_COMPREHENSIVE = 4
METRES_PER_DEGREE = 111_320.0
FIRST_OF_SECOND_HALF = 7


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a plan: its code, and from which to which day it is to be made."""

    code: str
    start: date
    end: date


Position = tuple[float, float]
"""Longitude, latitude in degrees."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the way; None where its position is not known."""

    code: str
    position: Position | None


def current_round(every: str, day: date) -> Round:
    """The round that a day belongs to."""
    if every == "day":
        return Round(day.isoformat(), day, day)
    if every == "week":
        monday = day - timedelta(days=day.weekday())
        year, week, _weekday = day.isocalendar()
        return Round(f"{year}-W{week:02}", monday, monday + timedelta(days=6))
    if every == "half-year":
        half = 2 if day.month >= FIRST_OF_SECOND_HALF else 1
        start, end = (date(day.year, 1, 1), date(day.year, 6, 30)) if half == 1 else (
            date(day.year, 7, 1), date(day.year, 12, 31)
        )  # fmt: skip
        return Round(f"{day.year}-H{half}", start, end)
    of = {"month": Period.month_of, "quarter": Period.quarter_of, "year": Period.year_of}
    period = of[every](day)
    return Round(period.code, period.start, period.end)


def rounds(every: str, first: date, last: date) -> list[Round]:
    """All rounds from a day to a day, the first and last cut to them."""
    found, day = [], first
    while day <= last:
        one = current_round(every, day)
        found.append(Round(one.code, max(one.start, first), min(one.end, last)))
        day = one.end + timedelta(days=1)
    return found


def route(stops: Sequence[Stop]) -> list[Stop]:
    """The stops in the order of the way: from the most western one always to the nearest left.

    Those without a position come last, in the order given.
    """
    left = [(stop.position, stop) for stop in stops if stop.position]
    found: list[Stop] = []
    here = min(left, key=lambda one: one[0], default=None)
    while here is not None:
        left.remove(here)
        found.append(here[1])
        at = here[0]
        here = min(left, key=lambda one: distance(at, one[0]), default=None)
    return [*found, *(stop for stop in stops if not stop.position)]


def distance(one: Position, other: Position) -> float:
    """Metres between two positions, on a plane; good within a town."""
    scale = math.cos(math.radians((one[1] + other[1]) / 2))
    return METRES_PER_DEGREE * math.hypot((one[0] - other[0]) * scale, one[1] - other[1])
