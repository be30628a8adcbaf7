"""Where cases lie closer together than chance would have it: Kulldorff's circular scan, and Knox's test.

Sources: Kulldorff & Nagarwalla 1995, Kulldorff 1997 (discrete Poisson model, high rates), Kulldorff et al.
2005 (space–time permutation), Knox 1964.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.spatial import cKDTree

from safecommunity.analysis import kernels

Array = NDArray[np.float64]
Pairs = NDArray[np.int32]
LEAST_CASES = 2


@dataclass(frozen=True, slots=True)
class Circle:
    """Areas round a centre (`members` nearest first, positions); `llr` is the log-likelihood ratio."""

    members: tuple[int, ...]
    cases: float
    expected: float
    llr: float
    radius: float

    @property
    def relative(self) -> float:
        """Cases per expected case, `cases` / `expected`."""
        return self.cases / self.expected


@dataclass(frozen=True, slots=True)
class Cluster:
    """A circle with the share of `replicates` in which chance alone did at least as well."""

    circle: Circle
    p: float


@dataclass(frozen=True, slots=True)
class Surge:
    """The circle that most stands out among the cases younger than `window`, and its p over all of both."""

    circle: Circle
    window: float
    p: float


@dataclass(frozen=True, slots=True)
class Knox:
    """Pairs close in space and time: how many, how many chance brings, and the one-sided p of that."""

    close: int
    expected: float
    p: float


def distances(xy: ArrayLike) -> Array:
    """Distances in the plane between all points (n × 2), in the points' unit."""
    points = np.asarray(xy, dtype=float)
    return np.asarray(np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1)))


def great_circle(longitude_latitude: ArrayLike) -> Array:
    """Kilometres between all points (n × 2, degrees) on the WGS 84 ellipsoid (Andoyer, after Meeus 1998)."""
    longitude, latitude = np.radians(np.asarray(longitude_latitude, dtype=float)).T
    f = (latitude[:, None] + latitude[None, :]) / 2
    g = (latitude[:, None] - latitude[None, :]) / 2
    half = (longitude[:, None] - longitude[None, :]) / 2
    s = np.sin(g) ** 2 * np.cos(half) ** 2 + np.cos(f) ** 2 * np.sin(half) ** 2
    c = np.cos(g) ** 2 * np.cos(half) ** 2 + np.sin(f) ** 2 * np.sin(half) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        w = np.arctan(np.sqrt(s / c))
        r = np.sqrt(s * c) / w
        flattening = 1 / 298.257223563
        h1, h2 = (3 * r - 1) / (2 * c), (3 * r + 1) / (2 * s)
        correction = 1 + flattening * (
            h1 * np.sin(f) ** 2 * np.cos(g) ** 2 - h2 * np.cos(f) ** 2 * np.sin(g) ** 2
        )
        found = 2 * w * 6378.137 * correction
    return np.where(s > 0, found, 0.0)


class Scan:
    """The circles of a map: round every centre, nearest areas first, up to a share of the population."""

    def __init__(self, apart: Array, population: ArrayLike, most: float = 0.5) -> None:
        """`apart`: distances between all areas (n × n); `most`: largest share of people in a circle."""
        people = np.asarray(population, dtype=float)
        self.apart = apart
        order = np.argsort(apart, axis=1, kind="stable")
        sizes = np.maximum((np.cumsum(people[order], axis=1) <= most * people.sum()).sum(axis=1), 1)
        # One row after the other: the areas round each centre, those of centre i from starts[i] on.
        self.starts = np.concatenate([[0], np.cumsum(sizes)])
        self.order = order[np.arange(len(people)) < sizes[:, None]].astype(np.int32)

    def best(self, cases: ArrayLike, expected: ArrayLike) -> list[Circle]:
        """The best circle round every centre. Expected counts are scaled to the sum of the cases."""
        seen, due = _scaled(cases, expected)
        ratios, sizes = self._best_rounds(seen, due, seen.sum(), np.ones(len(seen), bool))
        return [self._circle(centre, ratios, sizes, seen, due) for centre in range(len(seen))]

    def clusters(
        self,
        cases: ArrayLike,
        expected: ArrayLike,
        *,
        replicates: int = 999,
        seed: int = 0,
        most_p: float = 1.0,
    ) -> list[Cluster]:
        """The most likely cluster, then the next that overlap none before, up to `most_p`.

        p = (1 + replicates that did at least as well) / (1 + replicates); the seed belongs to the result.
        """
        seen, due = _scaled(cases, expected)
        by_chance = self.by_chance(cases, expected, replicates, seed)
        found: list[Cluster] = []
        free = np.ones(len(seen), bool)
        while True:
            ratios, sizes = self._best_rounds(seen, due, seen.sum(), free)
            centre = int(ratios.argmax())
            p = float((1 + (by_chance >= ratios[centre]).sum()) / (1 + replicates))
            if ratios[centre] <= 0 or p > most_p:
                return found
            circle = self._circle(centre, ratios, sizes, seen, due)
            free[list(circle.members)] = False
            found.append(Cluster(circle, p))

    def by_chance(self, cases: ArrayLike, expected: ArrayLike, replicates: int, seed: int) -> Array:
        """The largest ratio of each replicate in which the same number of cases falls by expectation."""
        seen, due = _scaled(cases, expected)
        total = int(seen.sum())
        drawn = np.random.default_rng(seed).multinomial(total, due / due.sum(), size=replicates)
        return self._largest(drawn, due, total)

    def surge(
        self,
        area: ArrayLike,
        age: ArrayLike,
        windows: Sequence[float],
        *,
        replicates: int = 999,
        seed: int = 0,
    ) -> Surge | None:
        """Where cases lately became more than elsewhere; None where no circle has more than expected.

        `area`: the position of the area of each case, every area has one; `age`: how long before the end it
        happened. Those younger than one of the `windows` belong to it, of which a circle is due its share of
        all cases: what is always more in a place, or lately everywhere, does not count. The ages are permuted
        for `p`.
        """
        ages = np.asarray(age, dtype=float)
        areas = np.asarray(area, dtype=np.int64)[np.argsort(ages, kind="stable")]
        total, size = len(areas), len(self.starts) - 1
        share = np.bincount(areas, minlength=size) / total
        shuffled = np.random.default_rng(seed).permuted(np.tile(areas, (replicates, 1)), axis=1)
        by_chance, everywhere = np.zeros(replicates), np.ones(size, bool)
        best: tuple[Circle, float] | None = None
        for window in windows:
            count = int((ages < window).sum())
            if not LEAST_CASES <= count < total:
                continue
            seen, due = np.bincount(areas[:count], minlength=size).astype(float), share * count
            ratios, sizes = self._best_rounds(seen, due, total, everywhere)
            centre = int(ratios.argmax())
            if ratios[centre] > (best[0].llr if best else 0):
                best = self._circle(centre, ratios, sizes, seen, due), window
            rows = shuffled[:, :count] + size * np.arange(replicates)[:, None]
            drawn = np.bincount(rows.ravel(), minlength=size * replicates).reshape(replicates, size)
            by_chance = np.maximum(by_chance, self._largest(drawn, due, total))
        if best is None:
            return None
        return Surge(*best, float((1 + (by_chance >= best[0].llr).sum()) / (1 + replicates)))

    def _largest(self, drawn: NDArray[np.int64], due: Array, total: int) -> Array:
        """Of each replicate (a row of `drawn`, by area) the largest ratio over all circles."""
        blocks = -(-len(drawn) // kernels.LANES)
        padded = np.zeros((blocks * kernels.LANES, len(due)), np.float32)
        padded[: len(drawn)] = drawn
        side_by_side = padded.reshape(blocks, kernels.LANES, -1).transpose(0, 2, 1).copy()
        largest = kernels.largest_by_chance(
            side_by_side, self.order, self.starts, self._along(due), total, LEAST_CASES
        )
        return largest.ravel()[: len(drawn)]

    def _best_rounds(
        self, seen: Array, due: Array, total: float, free: NDArray[np.bool_]
    ) -> tuple[Array, NDArray[np.int64]]:
        return kernels.best_rounds(
            seen, self.order, self.starts, self._along(due), float(total), LEAST_CASES, free
        )

    def _along(self, due: Array) -> Array:
        """The sums of expected cases from each centre outwards."""
        return np.concatenate([np.cumsum(due[around]) for around in np.split(self.order, self.starts[1:-1])])

    def _circle(
        self, centre: int, ratios: Array, sizes: NDArray[np.int64], seen: Array, due: Array
    ) -> Circle:
        first = self.starts[centre]
        members = self.order[first : first + sizes[centre]]
        radius = float(self.apart[centre, members[-1]])
        inside, expected = float(seen[members].sum()), float(due[members].sum())
        return Circle(tuple(map(int, members)), inside, expected, float(ratios[centre]), radius)


def knox(
    xy: ArrayLike, day: ArrayLike, near: float, soon: float, *, replicates: int = 999, seed: int = 0
) -> Knox:
    """Do cases follow one another nearby soon? `near` in the unit of `xy`, `soon` in the unit of `day`."""
    days, pairs = np.asarray(day, dtype=float), pairs_near(xy, near)
    close = int((np.abs(days[pairs[:, 0]] - days[pairs[:, 1]]) <= soon).sum())
    reached = kernels.as_many_close(pairs, days, float(soon), close, replicates, seed)
    ordered, all_pairs = np.sort(days), len(days) * (len(days) - 1) / 2
    in_time = (np.searchsorted(ordered, ordered + soon, side="right") - np.arange(len(days)) - 1).sum()
    return Knox(close, float(len(pairs)) * float(in_time) / all_pairs, (1 + reached) / (1 + replicates))


def pairs_near(xy: ArrayLike, near: float) -> Pairs:
    """Pairs of positions (k × 2) no further apart than `near`."""
    found = cKDTree(np.asarray(xy, dtype=float)).query_pairs(near, output_type="ndarray")
    return np.asarray(found, dtype=np.int32)


def knox_poisson(found: Knox) -> float:
    """The chance of still more close pairs when they are taken as Poisson."""
    return float(stats.poisson.sf(found.close, found.expected))


def benjamini_hochberg(p: Iterable[float]) -> Array:
    """p-values corrected for looking at many places (false discovery rate)."""
    return np.asarray(stats.false_discovery_control(list(p)))


def _scaled(cases: ArrayLike, expected: ArrayLike) -> tuple[Array, Array]:
    seen, due = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    return seen, due * seen.sum() / due.sum()
