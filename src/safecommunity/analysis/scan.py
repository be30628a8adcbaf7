"""Where cases lie closer together than chance would have it: Kulldorff's circular scan, and Knox's test.

Sources: Kulldorff & Nagarwalla 1995, Kulldorff 1997 (discrete Poisson model, high rates), Knox 1964.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Array = NDArray[np.float64]
Order = NDArray[np.int64]
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
        self.orders: list[Order] = []
        for centre in range(len(people)):
            order = np.argsort(apart[centre], kind="stable")
            inside = np.cumsum(people[order]) <= most * people.sum()
            self.orders.append(order[: max(int(inside.sum()), 1)])

    def best(self, cases: ArrayLike, expected: ArrayLike) -> list[Circle]:
        """The best circle round every centre. Expected counts are scaled to the sum of the cases."""
        seen, due = _scaled(cases, expected)
        free = np.ones(len(seen), bool)
        return [self._best_round(centre, seen, due, free) for centre in range(len(self.orders))]

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
            rounds = (self._best_round(int(centre), seen, due, free) for centre in np.flatnonzero(free))
            circle = max(rounds, key=lambda circle: circle.llr, default=None)
            if circle is None or circle.llr <= 0:
                return found
            p = float((1 + (by_chance >= circle.llr).sum()) / (1 + replicates))
            if p > most_p:
                return found
            free[list(circle.members)] = False
            found.append(Cluster(circle, p))

    def by_chance(self, cases: ArrayLike, expected: ArrayLike, replicates: int, seed: int) -> Array:
        """The largest ratio of each replicate in which the same number of cases falls by expectation."""
        seen, due = _scaled(cases, expected)
        total = int(seen.sum())
        drawn = np.random.default_rng(seed).multinomial(total, due / due.sum(), size=replicates)
        largest = np.zeros(replicates)
        for order in self.orders:
            inside = np.cumsum(drawn[:, order], axis=1, dtype=float)
            ratios = _ratios(inside, np.cumsum(due[order]), total)
            largest = np.maximum(largest, ratios.max(axis=1))
        return largest

    def _best_round(self, centre: int, seen: Array, due: Array, free: NDArray[np.bool_]) -> Circle:
        """The best circle round a centre that holds free areas only."""
        order = self.orders[centre]
        order = order[: len(order) if free[order].all() else int(free[order].argmin())]
        inside, expected = np.cumsum(seen[order]), np.cumsum(due[order])
        ratios = _ratios(inside, expected, seen.sum())
        at = int(ratios.argmax())
        members = tuple(int(area) for area in order[: at + 1])
        radius = float(self.apart[centre, order[at]])
        return Circle(members, float(inside[at]), float(expected[at]), float(ratios[at]), radius)


def knox(
    xy: ArrayLike, day: ArrayLike, near: float, soon: float, *, replicates: int = 999, seed: int = 0
) -> Knox:
    """Do cases follow one another nearby soon? `near` in the unit of `xy`, `soon` in the unit of `day`."""
    days = np.asarray(day, dtype=float)
    upper = np.triu_indices(len(days), 1)
    close_in_space = distances(xy)[upper] <= near
    close_in_time = np.abs(days[upper[0]] - days[upper[1]]) <= soon
    close = int((close_in_space & close_in_time).sum())
    pairs = np.column_stack(upper)[close_in_space]
    random = np.random.default_rng(seed)
    reached = 0
    for _ in range(replicates):
        shuffled = random.permutation(days)
        reached += int((np.abs(shuffled[pairs[:, 0]] - shuffled[pairs[:, 1]]) <= soon).sum()) >= close
    expected = float(close_in_space.sum()) * float(close_in_time.sum()) / len(upper[0])
    return Knox(close, expected, (1 + reached) / (1 + replicates))


def knox_poisson(found: Knox) -> float:
    """The chance of still more close pairs when they are taken as Poisson."""
    return float(stats.poisson.sf(found.close, found.expected))


def benjamini_hochberg(p: Iterable[float]) -> Array:
    """p-values corrected for looking at many places (false discovery rate)."""
    return np.asarray(stats.false_discovery_control(list(p)))


def _scaled(cases: ArrayLike, expected: ArrayLike) -> tuple[Array, Array]:
    seen, due = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    return seen, due * seen.sum() / due.sum()


def _ratios(inside: Array, expected: Array, total: float) -> Array:
    """Log-likelihood ratios of circles with more cases than expected, 0 for all others."""
    outside, due_outside = total - inside, total - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = inside * np.log(inside / expected)
        loss = np.where(outside > 0, outside * np.log(outside / due_outside), 0.0)
    high = (inside > expected) & (inside >= LEAST_CASES)
    return np.where(high, gain + loss, 0.0)
