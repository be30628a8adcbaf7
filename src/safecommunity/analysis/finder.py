"""Combinations of traits whose events are credibly more than those of the rest, corrected for looking often.

Every combination of one to `depth` traits, each of another dimension, is held against each of its parts: the
part without one trait. For that trait

    a  events of the combination            x  its exposure
    b  events of the part without the trait y  exposure of the part without the trait

where the exposure is people for a dimension of the base, and otherwise the events of the other traits with
any value of this dimension: then x = events of the part, y = all the other events, b = events of the trait
outside the part. Given a + b, a is binomial with x / (x + y) when the trait makes no difference (Clopper &
Pearson 1934; against a share it is conservative). A combination counts as raised only when it is above every
one of its parts (intersection-union test, Berger 1982), so one that merely restates a part is never found.

    ratio    (a / x) / (b / y), the smallest over the traits
    expected b x / y, the largest over the traits: events at the rate or share of the rest
    excess   a − expected: what could be prevented if it were like the rest

Over all combinations looked at, at most `level` of those found are chance (Benjamini & Hochberg 1995); their
limits hold for having been chosen (Benjamini & Yekutieli 2005). Which are looked at follows from the
frequencies of the single traits alone. Of nested findings the simpler one is left out when the more specific
one holds most of its excess, and of findings that are nearly the same events the one with less excess.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from safecommunity.analysis.usual import discoveries

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Member = tuple[int, int]
HOLDS_MOST = 0.5  # of the excess of a simpler finding
THE_SAME = 0.8  # of the events of a finding with more excess


@dataclass(frozen=True, slots=True)
class Base:
    """People (or person-time) by the values of some dimensions: one axis a dimension, in their order."""

    dimensions: tuple[int, ...]
    people: Array


@dataclass(frozen=True, slots=True)
class Rule:
    """`depth`: most traits together; `level`: share of chance findings at most; `least`: fewest events and
    `ratio`: smallest ratio of a finding; `looked_from`: events expected if nothing went together, below which
    a combination is not looked at. A finding's lower limit is above 1.
    """

    depth: int = 3
    level: float = 0.05
    least: int = 5
    ratio: float = 1.5
    looked_from: float = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """`members`: (dimension, value) pairs; `against`: the position of the trait that makes least difference,
    which ratio, expected and limits are of. `lower`, `upper`: of the ratio, allowing for the choice.
    """

    members: tuple[Member, ...]
    count: int
    expected: float
    ratio: float
    lower: float
    upper: float
    p: float
    against: int

    @property
    def excess(self) -> float:
        return self.count - self.expected


@dataclass(frozen=True, slots=True)
class Found:
    """`looked`: combinations looked at; `raised`: raised ones, those that say the same included."""

    looked: int
    raised: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Grid:
    """The tests of one choice of dimensions; arrays are flat over their values, traits first."""

    dimensions: tuple[int, ...]
    shape: tuple[int, ...]
    where: Counts
    a: Counts
    b: Array
    x: Array
    y: Array
    p: Array


@dataclass(frozen=True, slots=True)
class _Events:
    """Columns of values from 1 on, 0 for what is not said; the weights of the lines; the sizes."""

    columns: Sequence[Counts]
    weights: Array
    sizes: Sequence[int]

    def table(self, chosen: Sequence[int]) -> Counts:
        """Events by the values of these dimensions, those that say all of them."""
        shape = [self.sizes[one] + 1 for one in chosen]
        places = self.columns[chosen[0]]
        for one, size in zip(chosen[1:], shape[1:], strict=True):
            places = places * size + self.columns[one]
        summed = np.bincount(places, weights=self.weights, minlength=prod(shape)).reshape(shape)
        return np.rint(summed[(slice(1, None),) * len(shape)]).astype(np.int64)


def search(
    values: ArrayLike,
    sizes: Sequence[int],
    *,
    counts: ArrayLike | None = None,
    base: Base | None = None,
    rule: Rule | None = None,
) -> Found:
    """What is raised, the largest excess first.

    `values`: events × dimensions, whole numbers from 0, −1 where it is not said: such an event takes no part
    in combinations of that dimension. `sizes`: how many values each dimension has. `counts`: how many events
    each line stands for, 1 without it. Raises ValueError for values or a base that do not fit the sizes.
    """
    said, wanted = np.asarray(values, dtype=np.int64).reshape(-1, len(sizes)), rule or Rule()
    weights = np.ones(len(said), np.int64) if counts is None else np.asarray(counts, dtype=np.int64)
    _refuse(said, sizes, weights, base)
    if not len(said) or not weights.sum():
        return Found(0, 0, ())
    grids = list(_grids(said, sizes, weights, base, wanted))
    looked = sum(len(one.where) for one in grids)
    if not looked:
        return Found(0, 0, ())
    chosen = discoveries(np.concatenate([one.p.max(axis=0) for one in grids]), wanted.level)
    level = 1 - wanted.level * int(chosen.sum()) / looked
    found, start = [], 0
    for one in grids:
        part = chosen[start : start + len(one.where)]
        start += len(one.where)
        found += [_finding(one, int(at), level) for at in np.flatnonzero(part)]
    raised = [
        one for one in found if one.count >= wanted.least and one.ratio >= wanted.ratio and one.lower > 1
    ]
    return Found(looked, len(raised), tuple(_telling(raised, said, weights)))


def _refuse(said: Counts, sizes: Sequence[int], weights: Counts, base: Base | None) -> None:
    if said.size and (said.min() < -1 or np.any(said.max(axis=0) >= np.asarray(sizes))):
        raise ValueError("a value lies outside the size of its dimension")
    if weights.shape != (len(said),) or (weights.size and weights.min() < 0):
        raise ValueError("one count a line is needed, none below nought")
    if base is not None:
        if list(base.dimensions) != sorted(set(base.dimensions)):
            raise ValueError("the dimensions of the base must be in their order")
        if base.people.shape != tuple(sizes[one] for one in base.dimensions):
            raise ValueError("the base must have one axis a dimension, of its size")
        if np.any(base.people < 0) or base.people.sum() <= 0:
            raise ValueError("the people of the base must not be negative, and some are needed")


def _grids(
    said: Counts, sizes: Sequence[int], weights: Counts, base: Base | None, rule: Rule
) -> Iterator[_Grid]:
    """The tests of every choice of one to `depth` dimensions that has any."""
    exposed = frozenset(base.dimensions) if base else frozenset[int]()
    events = _Events([np.ascontiguousarray(one) for one in (said + 1).T], weights.astype(float), sizes)
    singles = [_frequencies(events, one, base) for one in range(len(sizes))]
    for depth in range(1, rule.depth + 1):
        for chosen in combinations(range(len(sizes)), depth):
            if depth == 1 and chosen[0] not in exposed:
                continue  # a single trait without people has nothing to be held against
            shape = tuple(sizes[one] for one in chosen)
            table = events.table(chosen)
            alone = _outer([singles[one] for one in chosen])
            where = np.flatnonzero(alone * table.sum() >= rule.looked_from)
            if len(where):
                yield _tested(table, chosen, shape, where, base, exposed)


def _frequencies(events: _Events, dimension: int, base: Base | None) -> Array:
    """The share of each value: of the people where there is a base, else of the events."""
    if base and dimension in base.dimensions:
        others = tuple(axis for axis, one in enumerate(base.dimensions) if one != dimension)
        return np.asarray(base.people.sum(axis=others) / base.people.sum())
    counted = events.table((dimension,)).astype(float)
    return np.asarray(counted / max(counted.sum(), 1.0))


def _outer(singles: Sequence[Array]) -> Array:
    found = singles[0]
    for one in singles[1:]:
        found = np.multiply.outer(found, one)
    return found


def _tested(
    table: Counts,
    chosen: tuple[int, ...],
    shape: tuple[int, ...],
    where: Counts,
    base: Base | None,
    exposed: frozenset[int],
) -> _Grid:
    a = table.ravel()[where]
    sides = [_sides(table, axis, chosen, base, exposed) for axis in range(len(chosen))]
    b, x, y = (
        np.array([np.broadcast_to(side[part], shape).ravel()[where] for side in sides]) for part in range(3)
    )
    return _Grid(chosen, shape, where, a, b, x, y, _chance(a, b, x, y))


def _sides(
    table: Counts, axis: int, chosen: tuple[int, ...], base: Base | None, exposed: frozenset[int]
) -> tuple[Array, Array, Array]:
    """b, x and y of the trait on this axis, for every combination."""
    part = table.sum(axis=axis, keepdims=True)
    if base is None or chosen[axis] not in exposed:
        others = tuple(one for one in range(table.ndim) if one != axis)
        of_trait = table.sum(axis=others, keepdims=True)
        return of_trait - table, part.astype(float), (table.sum() - part).astype(float)
    kept = [one for one in chosen if one in exposed]
    gone = tuple(place for place, one in enumerate(base.dimensions) if one not in kept)
    people = base.people.sum(axis=gone)
    spread = people.reshape([table.shape[at] if one in exposed else 1 for at, one in enumerate(chosen)])
    return part - table, spread, spread.sum(axis=axis, keepdims=True) - spread


def _chance(a: Counts, b: Array, x: Array, y: Array) -> Array:
    """P(A ≥ a), 1 where there is nothing to be held against."""
    total = x + y
    share = np.divide(x, total, out=np.ones_like(total), where=total > 0)
    p = special.betainc(np.maximum(a, 1), b + 1.0, share)
    return np.where((a > 0) & (x > 0) & (y > 0), p, 1.0)


def _finding(grid: _Grid, at: int, level: float) -> Finding:
    a, b, x, y = int(grid.a[at]), grid.b[:, at], grid.x[:, at], grid.y[:, at]
    expected = b * x / y
    least = int(expected.argmax())
    codes = np.unravel_index(int(grid.where[at]), grid.shape)
    low, high = (
        special.betaincinv(a, b[least] + 1, (1 - level) / 2),
        special.betaincinv(a + 1, b[least], (1 + level) / 2) if b[least] else 1.0,
    )
    scale = float(y[least] / x[least])
    return Finding(
        tuple((one, int(code)) for one, code in zip(grid.dimensions, codes, strict=True)),
        a,
        float(expected[least]),
        float(a / expected[least]) if expected[least] else float("inf"),
        float(low / (1 - low)) * scale,
        float(high / (1 - high)) * scale if high < 1 else float("inf"),
        float(grid.p[:, at].max()),
        least,
    )


def _telling(raised: Sequence[Finding], said: Counts, weights: Counts) -> list[Finding]:
    """Without those that say the same as another one; the largest excess first."""
    specific: list[Finding] = []
    for one in sorted(raised, key=lambda one: (-len(one.members), -one.excess, one.members)):
        held = (other.excess for other in specific if set(one.members) < set(other.members))
        if all(excess < HOLDS_MOST * one.excess for excess in held):
            specific.append(one)
    kept: list[Finding] = []
    masks: list[NDArray[np.bool_]] = []
    for one in sorted(specific, key=lambda one: (-one.excess, one.members)):
        mask = np.all([said[:, dimension] == value for dimension, value in one.members], axis=0)
        shared = (int(weights[mask & other].sum()) for other in masks)
        if all(count < THE_SAME * one.count for count in shared):
            kept.append(one)
            masks.append(mask)
    return kept
