"""Who is whose neighbour on a map: from boundaries, or from distances.

All give ordered pairs of positions (from 0), both ways round where the relation has no direction; they go
into `clusters.binary`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

Pairs = list[tuple[int, int]]
Ring = Sequence[Sequence[float]]


def touching(areas: Sequence[Iterable[Ring]], *, edges: bool = False, digits: int = 6) -> Pairs:
    """Areas that share a corner of their boundaries ("queen"), or with `edges` a whole side ("rook").

    Each area is given as its rings of (longitude, latitude); points are the same that agree to `digits`
    decimals of a degree (6: about 0.1 m). Boundaries must have their corners in common: a corner lying on
    the middle of the other's side is not seen.
    """
    rings = [(position, ring) for position, own in enumerate(areas) for ring in own]
    if not rings:
        return []
    sizes = [len(ring) for _position, ring in rings]
    owner = np.repeat([position for position, _ring in rings], sizes)
    points = np.round(np.concatenate([np.asarray(ring, dtype=float) for _position, ring in rings]), digits)
    x, y = (np.unique(side, return_inverse=True)[1] for side in points.T)
    part = x * (int(y.max()) + 1) + y
    if edges:
        ends, whole = np.column_stack([part[:-1], part[1:]]), int(part.max()) + 1
        inside = np.diff(np.repeat(np.arange(len(rings)), sizes)) == 0
        part, owner = (ends.min(axis=1) * whole + ends.max(axis=1))[inside], owner[:-1][inside]
    order = np.lexsort([owner, part])
    part, owner = part[order], owner[order]
    found: set[tuple[int, int]] = set()
    for step in range(1, len(part)):
        alike = part[step:] == part[:-step]
        if not alike.any():
            break
        sides = np.unique(np.column_stack([owner[:-step], owner[step:]])[alike], axis=0)
        found.update((i, j) for i, j in sides.tolist() if i != j)
    return sorted(found | {(j, i) for i, j in found})


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
