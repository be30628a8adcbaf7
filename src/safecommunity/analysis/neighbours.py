"""Who is whose neighbour on a map: from boundaries, or from distances.

All give ordered pairs of positions (from 0), both ways round where the relation has no direction; they go
into `clusters.binary`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import ArrayLike

Pairs = list[tuple[int, int]]
Ring = Sequence[tuple[float, float]]


def touching(areas: Sequence[Iterable[Ring]], *, edges: bool = False, digits: int = 6) -> Pairs:
    """Areas that share a corner of their boundaries ("queen"), or with `edges` a whole side ("rook").

    Each area is given as its rings of (longitude, latitude); points are the same that agree to `digits`
    decimals of a degree (6: about 0.1 m). Boundaries must have their corners in common: a corner lying on
    the middle of the other's side is not seen.
    """
    owners: dict[object, set[int]] = defaultdict(set)
    for position, rings in enumerate(areas):
        for ring in rings:
            corners = [(round(x, digits), round(y, digits)) for x, y in ring]
            sides = [frozenset(side) for side in pairwise(corners)]
            for part in sides if edges else corners:
                owners[part].add(position)
    return sorted({pair for found in owners.values() for pair in permutations(sorted(found), 2)})


def within(distances: ArrayLike, limit: float) -> Pairs:
    """Areas no further apart than `limit`, in the unit of the square matrix of `distances`."""
    near = np.asarray(distances) <= limit
    np.fill_diagonal(near, val=False)
    return _pairs(near)


def nearest(distances: ArrayLike, count: int) -> Pairs:
    """The `count` areas nearest to each, the earlier first where two are as near; not always mutual."""
    apart = np.array(distances, dtype=float)
    if not 0 < count < len(apart):
        raise ValueError(f"between 1 and {len(apart) - 1} neighbours can be asked for")
    np.fill_diagonal(apart, np.inf)
    order = np.argsort(apart, axis=1, kind="stable")[:, :count]
    return [(i, int(j)) for i, row in enumerate(order) for j in sorted(row)]


def _pairs(near: ArrayLike) -> Pairs:
    return [(int(i), int(j)) for i, j in np.argwhere(near)]
