"""Where injuries lately became more than elsewhere: places that lie together, without asking for people.

What is always more in a place, and what lately is more everywhere, is no surge (Kulldorff et al. 2005).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from safecommunity.accounts.models import User
from safecommunity.analysis.scan import Scan, great_circle
from safecommunity.surveillance import columns
from safecommunity.surveillance.hotspots import (
    DIGITS,
    FEWEST_CASES,
    FEWEST_PLACES,
    MOST_CHANCE,
    REPLICATES,
    SEED,
    Hotspots,
    Place,
)
from safecommunity.surveillance.queries import Ask
from safecommunity.units.models import Unit

DAYS = 90  # that are looked at, up to the last one asked for
WINDOWS = range(7, DAYS // 2, 7)  # the latest days that may stand out
MOST_PLACES, MOST_CASES = 300, 5_000  # of which every window can be looked at while a page waits


@dataclass(frozen=True, slots=True)
class Surge:
    """`places` that had `count` injuries in the latest `days`, where `expected` were their share of all.

    `chance`: how often chance alone makes as much of any places in any of the windows. No places: nothing
    stands out, or `silence` says why nothing was looked for: `places`, `cases`, `many`.
    """

    places: tuple[Place, ...] = ()
    days: int = 0
    count: int = 0
    expected: float = 0.0
    chance: float = 1.0
    silence: str = ""


def surge(unit: Unit, user: User, ask: Ask, map_: Hotspots) -> Surge:
    """Of the places of a map, by the cards that answer."""
    first = map_.last - timedelta(days=DAYS - 1)
    cards = columns.asked(unit, user, replace(ask, area="").between(first, map_.last))
    known = {one.code: one for one in map_.places if one.middle}
    counted = cards.counted("area", "month", "monthday", digits=DIGITS[map_.level])
    cells = [(code, month.replace(day=day), n) for (code, month, day), n in counted.items() if code in known]
    counts = np.array([n for *_cell, n in cells], np.int64)
    if len(known) < FEWEST_PLACES:
        return Surge(silence="places")
    if counts.sum() < FEWEST_CASES:
        return Surge(silence="cases")
    rows = [known[code] for code in sorted({code for code, *_rest in cells})]
    if len(rows) > MOST_PLACES or counts.sum() > MOST_CASES:
        return Surge(silence="many")
    at = {one.code: place for place, one in enumerate(rows)}
    area = np.repeat([at[code] for code, *_rest in cells], counts)
    age = np.repeat([(map_.last - day).days for _code, day, _n in cells], counts)
    circles = Scan(great_circle([one.middle or () for one in rows]), np.bincount(area))
    found = circles.surge(area, age, WINDOWS, replicates=REPLICATES, seed=SEED)
    if found is None or found.p > MOST_CHANCE:
        return Surge()
    circle = found.circle
    members = tuple(rows[place] for place in circle.members)
    return Surge(members, int(found.window), int(circle.cases), circle.expected, found.p)
