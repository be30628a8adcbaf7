"""Where injuries are credibly more than elsewhere: rates place by place, and places that lie together.

Neighbourhoods are compared by people and grids by households; where none are entered and one kind of injury
is asked for, by its share of all injuries (case mix).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Avg
from django.db.models.functions import Substr
from numpy.typing import NDArray

from safecommunity.accounts.models import User
from safecommunity.analysis import clusters, rates
from safecommunity.analysis.neighbours import Pairs, nearest, touching
from safecommunity.analysis.rates import Limits
from safecommunity.analysis.scan import Cluster, Scan, great_circle
from safecommunity.core.divisions import Level
from safecommunity.core.geometry import rings
from safecommunity.places import queries as places
from safecommunity.places.models import Boundary
from safecommunity.surveillance import columns, queries
from safecommunity.surveillance.queries import AREA, Ask
from safecommunity.surveillance.standards import FEW, YEAR
from safecommunity.units.models import Unit
from safecommunity.units.queries import division_codes

DIGITS = {"neighbourhood": AREA, "grid": 15}
MOST = 1_000  # places of one map
FEWEST_PLACES, FEWEST_CASES = 15, 30  # below which no places that lie together are looked for
REPLICATES, SEED, MOST_CHANCE = 999, 20260101, 0.05
MANY_REPLICATES = 9_999  # for each of many places, whose chances have to be small to be told
NEAREST = 5  # neighbours of a place without outlines
STANDINGS = {1: "high", -1: "low", 0: "usual"}
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A neighbourhood or grid: its cases, what they are compared by, and how it stands among the others.

    `base`: people, households or all injuries; `rate`, `smoothed` (drawn to the mean): a thousand people or
    households and year, or a hundred injuries; None where cases are too few. `standing` as in `figures.Area`.
    `middle`: longitude and latitude, of its outline or else of its cards. `around`: `high` or `low` where it
    is so together with the places round it, "" where it is not or one cannot tell.
    """

    code: str
    name: str
    count: int
    base: int
    rate: float | None
    smoothed: float | None
    standing: str
    middle: Point | None
    outline: Any
    around: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """Places that lie together: their cases, those expected at the common rate, how many times that is.

    `chance`: how often chance alone makes one place after the other as high somewhere on the map.
    """

    places: tuple[Place, ...]
    count: int
    expected: float
    times: Limits
    chance: float


@dataclass(frozen=True, slots=True)
class Hotspots:
    """`by`: `people`, `households`, `cases` or "", where nothing can be compared; `year`: of the people;
    `unplaced`: cases without such a place.

    `beside`: how often chance alone makes high places lie beside high ones as much; None where nothing was
    looked for. `silence`: why not: `base`, `places`, `cases`, or "".
    """

    first: date
    last: date
    level: str
    by: str
    year: int | None
    total: int
    unplaced: int
    places: tuple[Place, ...]
    together: tuple[Together, ...]
    beside: float | None
    silence: str

    @property
    def is_cut(self) -> bool:
        """There are more places than one map takes."""
        return len(self.places) == MOST


def hotspots(unit: Unit, user: User, ask: Ask, first: date, last: date, level: str) -> Hotspots:
    """The places of the unit by what they have of the cards that answer; of what is asked no area counts."""
    ask = replace(ask, area="", from_date=None, to_date=None)
    names, homes = _places(unit, level)
    found = _counted(unit, user, ask.between(first, last), level)
    outlines = {row.code: row for row in places.boundaries(division_codes(unit)).filter(code__in=names)}
    middles = {
        code: ((row.west + row.east) / 2, (row.south + row.north) / 2) for code, row in outlines.items()
    }
    if len(outlines) < len(names):
        middles = _of_cards(unit, user, Ask().between(first, last), level) | middles
    by, year, base = "households", None, homes
    if level == "neighbourhood":
        year = places.population_year(division_codes(unit), last.year)
        by, base = "people", places.totals(list(names), year) if year else {}
    if not any(base.values()):
        by, year = "cases" if ask.is_narrow else "", None
        base = _counted(unit, user, Ask().between(first, last), level) if by else {}
    scale = 0.01 if by == "cases" else ((last - first).days + 1) / YEAR / 1000
    counts = {code: found[code] for code in names}
    rows = _standing(names, counts, base, scale, middles, outlines)
    total = found.total()
    known = [one for one in rows if one.base and one.middle]
    silence = _silence(known, by)
    together, around, beside = _looked(known) if not silence else ((), {}, None)
    rows = [replace(one, around=around.get(one.code, "")) for one in rows]
    return Hotspots(
        first, last, level, by, year, total, total - sum(counts.values()),
        tuple(sorted(rows, key=lambda one: (-(one.smoothed or 0), -one.count, one.code))), together, beside,
        silence,
    )  # fmt: skip


def _places(unit: Unit, level: str) -> tuple[dict[str, str], dict[str, int]]:
    """Place → its name; grid → its households."""
    own = division_codes(unit)
    if level == "grid":
        grids = list(places.grids(own)[:MOST])
        names = {one.code: f"{one.division.name} · {one.name}" for one in grids}
        return names, {one.code: one.households or 0 for one in grids}
    return {one.code: one.name for one in places.inside(own, Level.NEIGHBOURHOOD)[:MOST]}, {}


def _counted(unit: Unit, user: User, ask: Ask, level: str) -> Counter[str]:
    """Place → its cards; "" for those that lie in none."""
    found = columns.asked(unit, user, ask).counted("area", digits=DIGITS[level])
    return Counter({code: count for (code,), count in found.items()})


def _of_cards(unit: Unit, user: User, ask: Ask, level: str) -> dict[str, Point]:
    """Place → the middle of its cards, where any says where it was."""
    rows = queries.cases(unit, user, ask).order_by().annotate(code=Substr("area", 1, DIGITS[level]))
    said = rows.exclude(longitude=None).values_list("code").annotate(Avg("longitude"), Avg("latitude"))
    return {code: (x, y) for code, x, y in said}


def _standing(
    names: Mapping[str, str],
    counts: Mapping[str, int],
    base: Mapping[str, int],
    scale: float,
    middles: Mapping[str, Point],
    outlines: Mapping[str, Boundary],
) -> list[Place]:
    known = [code for code in names if base.get(code)]
    y = np.array([counts[code] for code in known], dtype=float)
    n = np.array([base[code] for code in known], dtype=float) * scale
    if len(known) < 2 or y.sum() < FEW:
        known, y, n = [], y[:0], n[:0]
    smoothed = dict(zip(known, rates.smoothed(y, n).tolist() if known else (), strict=True))
    standing = dict(zip(known, rates.outside(y, n).tolist() if known else (), strict=True))
    rows = []
    for code, name in names.items():
        rows.append(Place(
            code, name, counts[code], base.get(code, 0),
            counts[code] / (base[code] * scale) if code in smoothed and counts[code] >= FEW else None,
            smoothed.get(code), STANDINGS[standing[code]] if code in standing else "",
            middles.get(code), outlines[code].geometry if code in outlines else None,
        ))  # fmt: skip
    return rows


def _silence(rows: Sequence[Place], by: str) -> str:
    """Why nothing is looked for."""
    if not by:
        return "base"
    if len(rows) < FEWEST_PLACES:
        return "places"
    return "cases" if sum(one.count for one in rows) < FEWEST_CASES else ""


def _looked(rows: Sequence[Place]) -> tuple[tuple[Together, ...], dict[str, str], float]:
    """What lies together, which places are high or low with those round them, the chance of the whole map."""
    apart = great_circle([one.middle or () for one in rows])
    cases, base = [one.count for one in rows], [one.base for one in rows]
    found = Scan(apart, base).clusters(cases, base, replicates=REPLICATES, seed=SEED, most_p=MOST_CHANCE)
    together = tuple(_told(one, rows) for one in found)
    smoothed = np.array([one.smoothed or 0.0 for one in rows])
    if not np.ptp(smoothed):
        return together, {}, 1.0
    weights = clusters.row_standardised(clusters.binary(len(rows), _neighbours(rows, apart)))
    sides = clusters.alike(smoothed, weights, level=MOST_CHANCE, replicates=MANY_REPLICATES, seed=SEED)
    around = {one.code: STANDINGS[side] for one, side in zip(rows, sides.tolist(), strict=True) if side}
    return together, around, clusters.moran_p(smoothed, weights, replicates=REPLICATES, seed=SEED)


def _neighbours(rows: Sequence[Place], apart: NDArray[np.float64]) -> Pairs:
    """Places whose outlines touch; the nearest ones where an outline is lacking or touches none."""
    if all(one.outline for one in rows):
        pairs = touching([rings(one.outline) for one in rows])
        if len({one for one, _other in pairs}) == len(rows):
            return pairs
    return nearest(apart, NEAREST)


def _told(one: Cluster, rows: Sequence[Place]) -> Together:
    circle = one.circle
    times = rates.rate(circle.cases, circle.expected)
    members = tuple(rows[at] for at in circle.members)
    return Together(members, int(circle.cases), circle.expected, times, one.p)
