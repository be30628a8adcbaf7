"""Are injuries soon followed by others close by, more often than chance has it? (Knox 1964)

Cards of one day and one point count once: several hurt together, or one card twice, are no repetition.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from safecommunity.accounts.models import User
from safecommunity.analysis import scan
from safecommunity.core.geometry import KILOMETRES_PER_DEGREE
from safecommunity.surveillance import columns, queries
from safecommunity.surveillance.hotspots import FEWEST_CASES, MOST_CHANCE, REPLICATES, SEED
from safecommunity.surveillance.queries import Ask
from safecommunity.units.models import Unit

NEAR, SOON = 100, 7  # metres, days
SHARE = 0.6  # of the cards that must say where
MOST, MOST_PAIRS = 3_000, 200_000  # cards looked at, and pairs of them close by
LARGEST = 30_000  # cards, of which so many as are looked at are still some weeks
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Follower:
    """A card that came soon after an earlier one close by."""

    earlier: UUID
    earlier_day: date
    later: UUID
    later_day: date


@dataclass(frozen=True, slots=True)
class Repeats:
    """`close`: pairs near and soon, `expected` by chance; `chance`: how often it brings as many.

    `cards`: the latest ones that were looked at, `is_cut` where not all that say where; `latest`: the latest
    such pairs, where there are more than chance brings. `silence`: why nothing was looked for: `large`,
    `positions`, `cases`, or "".
    """

    cards: int = 0
    is_cut: bool = False
    close: int = 0
    expected: float = 0.0
    chance: float = 1.0
    latest: tuple[Follower, ...] = ()
    silence: str = ""


def repeats(unit: Unit, user: User, ask: Ask, first: date, last: date) -> Repeats:
    """The cards that answer and say where, between two days."""
    ask = ask.between(first, last)
    total = len(columns.asked(unit, user, ask))
    if total > LARGEST:
        return Repeats(silence="large")
    rows = queries.cases(unit, user, ask).exclude(longitude=None).exclude(latitude=None)
    said = list(rows.values_list("injured_date", "longitude", "latitude", "uuid")[:MOST])
    located = len(said) if len(said) < MOST else rows.order_by().count()
    if located < FEWEST_CASES:
        return Repeats(silence="cases")
    if located < SHARE * total:
        return Repeats(silence="positions")
    once = list({row[:3]: row for row in said}.values())
    days = np.array([day.toordinal() for day, *_rest in once], dtype=float)
    xy = _metres(np.array([(x, y) for _day, x, y, _uid in once]))
    size = len(once)
    while len(pairs := scan.pairs_near(xy[:size], NEAR)) > MOST_PAIRS:
        size //= 2
    found = scan.knox(xy[:size], days[:size], NEAR, SOON, replicates=REPLICATES, seed=SEED)
    soon = pairs[np.abs(days[pairs[:, 0]] - days[pairs[:, 1]]) <= SOON]
    latest = sorted(soon.tolist(), key=min)[:SHOWN] if found.p <= MOST_CHANCE else []
    return Repeats(
        size, located > len(said) or size < len(once), found.close, found.expected, found.p,
        tuple(
            Follower(once[max(pair)][3], once[max(pair)][0], once[min(pair)][3], once[min(pair)][0])
            for pair in latest
        ),
    )  # fmt: skip


def _metres(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """On the plane that touches the middle of the points."""
    across = np.cos(np.radians(degrees[:, 1].mean()))
    return np.asarray(degrees * [across, 1.0] * KILOMETRES_PER_DEGREE * 1000)
