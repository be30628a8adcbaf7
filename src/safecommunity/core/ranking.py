"""Ranks that do not pretend to know more than the figures do.

Only like is compared with like (`size_group`). A value comes with its limits: points of an appraisal with the
margin by which two assessors of the same unit differ (`around`), a rate with the limits of its counts. Then
`banded` gives ranks from the best down: whoever reaches into the limits of the first of a band stands in the
same band and shares its ranks ("2 to 4"), because nothing in the figures tells them from the first. The next
band begins with the first who does not reach. So a lower band means a clear distance from the best of the
band above, a chain of small steps does not end in one band for all, and no order is claimed inside a band.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Measure:
    """What is ranked: a value, higher is better, and the limits between which it may as well lie."""

    code: str
    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """The ranks a band shares, counted from 1, and which band it is."""

    first: int
    last: int
    band: int


def around(points: Decimal, margin: Decimal) -> tuple[Decimal, Decimal]:
    """The limits of points that another assessor might have given: the margin either way, not below 0.

    There is no limit above: a bonus leads beyond full points.
    """
    return max(points - margin, Decimal(0)), points + margin


def turned(measure: Measure) -> Measure:
    """The same for a value of which less is better."""
    return Measure(measure.code, -measure.value, -measure.high, -measure.low)


def banded(measures: Iterable[Measure]) -> dict[str, Place]:
    """Code → its place."""
    order = sorted(measures, key=lambda one: (-one.value, one.code))
    bands: list[list[Measure]] = []
    for one in order:
        if bands and one.high >= bands[-1][0].low:
            bands[-1].append(one)
        else:
            bands.append([one])
    places: dict[str, Place] = {}
    for number, band in enumerate(bands, start=1):
        place = Place(len(places) + 1, len(places) + len(band), number)
        places |= {one.code: place for one in band}
    return places


def size_group(size: int | None, bounds: Sequence[tuple[str, int]]) -> str:
    """The code of the group a size falls into; `bounds`: (code, least size). "" when the size is unknown or
    below them all."""
    if size is None:
        return ""
    return next((code for code, least in sorted(bounds, key=lambda one: -one[1]) if size >= least), "")


def grouped(members: Mapping[str, str], least: int) -> dict[str, tuple[str, ...]]:
    """Group → its members in order, of the groups that have at least so many; in a smaller one a rank says
    nothing. `members`: code → group."""
    groups: dict[str, list[str]] = {}
    for code, group in members.items():
        groups.setdefault(group, []).append(code)
    return {group: tuple(sorted(codes)) for group, codes in sorted(groups.items()) if len(codes) >= least}
