"""Do high values lie beside high ones? Moran, Geary, Getis and Ord, for the whole map and for each area.

A map is a matrix of weights: `binary` (1 for neighbours) or `row_standardised` (rows add up to 1). Sources:
Cliff & Ord 1981, Anselin 1995, Sokal et al. 1998 (conditional moments), Getis & Ord 1992, Ord & Getis 1995.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse, stats

from safecommunity.analysis import kernels
from safecommunity.analysis.usual import discoveries

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """A statistic with its expectation and variance under chance; one value, or one for each area."""

    value: Array
    expected: Array
    variance: Array

    @property
    def z(self) -> Array:
        return np.asarray((self.value - self.expected) / np.sqrt(self.variance))

    @property
    def p_greater(self) -> Array:
        return np.asarray(stats.norm.sf(self.z))

    @property
    def p_two_sided(self) -> Array:
        return np.asarray(2 * stats.norm.sf(np.abs(self.z)))


def binary(size: int, neighbours: Iterable[tuple[int, int]], *, itself: bool = False) -> Array:
    """Weights from ordered pairs of positions; `itself`: each area is its own neighbour too."""
    weights = np.zeros((size, size))
    for i, j in neighbours:
        weights[i, j] = 1
    if itself:
        np.fill_diagonal(weights, 1)
    return weights


def row_standardised(weights: Array) -> Array:
    """Each row divided by its sum; an area without neighbours keeps zeros."""
    sums = weights.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0))


def moran(x: ArrayLike, weights: Array, *, normal: bool = False) -> Measure:
    """Moran's I; its variance under randomisation, or under `normal` values."""
    z, n, s0, s1, s2 = _sums(x, weights)
    value = n / s0 * (z @ weights @ z) / (z @ z)
    expected = -1 / (n - 1)
    if normal:
        second = (n**2 * s1 - n * s2 + 3 * s0**2) / (s0**2 * (n**2 - 1))
    else:
        b2 = _kurtosis(z)
        second = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
        second -= b2 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
        second /= (n - 1) * (n - 2) * (n - 3) * s0**2
    return Measure(np.asarray(value), np.asarray(expected), np.asarray(second - expected**2))


def moran_p(x: ArrayLike, weights: Array, *, replicates: int = 999, seed: int = 0) -> float:
    """The share of random arrangements with at least this I."""
    z, rows = _centred(x), sparse.csr_array(weights)
    places, starts = rows.indices.astype(np.int32), rows.indptr.astype(np.int64)
    # Of the whole map only the products of neighbours change from one arrangement to the next.
    drawn = kernels.products_by_chance(z, rows.data, places, starts, replicates, seed)
    return float((1 + (drawn >= z @ (rows @ z)).sum()) / (1 + replicates))


def local_moran_p(x: ArrayLike, weights: Array, *, replicates: int = 999, seed: int = 0) -> Array:
    """For each area the share of arrangements of the others whose I_i is at least as far out, on its side.

    Conditional permutation (Anselin 1995): the area keeps its value, its neighbours are drawn from the rest.
    """
    at_least, at_most = _by_chance(_centred(x), weights, replicates, seed)
    return np.asarray((1 + np.minimum(at_least, at_most)) / (1 + replicates))


def hot_spots_p(x: ArrayLike, weights: Array, *, replicates: int = 999, seed: int = 0) -> Array:
    """For each area the share of arrangements of the others in which its neighbours are at least as high.

    `weights` as for `hot_spots`; the area's own value stays, so it takes no part in the comparison.
    """
    others = weights.copy()
    np.fill_diagonal(others, 0)
    at_least, _at_most = _by_chance(np.asarray(x, dtype=float), others, replicates, seed)
    return np.asarray((1 + at_least) / (1 + replicates))


def alike(x: ArrayLike, weights: Array, *, level: float, replicates: int, seed: int) -> NDArray[np.int8]:
    """Areas that are high (1) or low (−1) together with their neighbours, 0 where one cannot tell.

    Two-sided, at most `level` of those told being chance (Benjamini & Hochberg 1995). Given an area's own
    value its local Moran and its Gi rank all arrangements of the others alike, so both tell the same.
    """
    z = _centred(x)
    p = 2 * local_moran_p(x, weights, replicates=replicates, seed=seed)
    side = np.where(z * (weights @ z) > 0, np.sign(z), 0)
    return np.where(discoveries(p, level), side, 0).astype(np.int8)


def geary(x: ArrayLike, weights: Array) -> Measure:
    """Geary's C; below 1 where neighbours are alike. `p_greater` of its mirror tells of likeness."""
    z, n, s0, s1, s2 = _sums(x, weights)
    apart = (weights * (z[:, None] - z[None, :]) ** 2).sum()
    value = (n - 1) * apart / (2 * s0 * (z @ z))
    b2 = _kurtosis(z)
    variance = (n - 1) * s1 * (n**2 - 3 * n + 3 - (n - 1) * b2)
    variance -= (n - 1) * s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * b2) / 4
    variance += s0**2 * (n**2 - 3 - (n - 1) ** 2 * b2)
    variance /= n * (n - 2) * (n - 3) * s0**2
    return Measure(np.asarray(value), np.asarray(1.0), np.asarray(variance))


def global_g(x: ArrayLike, weights: Array) -> Measure:
    """Getis and Ord's G of positive values: high where high values lie together."""
    y = np.asarray(x, dtype=float)
    _z, n, s0, s1, s2 = _sums(x, weights)
    value = (y @ weights @ y) / (y.sum() ** 2 - (y**2).sum())
    m1, m2, m3, m4 = (float((y**power).sum()) for power in (1, 2, 3, 4))
    second = ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2) * m2**2
    second -= ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2) * m4
    second -= (2 * n * s1 - (n + 3) * s2 + 6 * s0**2) * m1**2 * m2
    second += (4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2) * m1 * m3
    second += (s1 - s2 + s0**2) * m1**4
    second /= (m1**2 - m2) ** 2 * n * (n - 1) * (n - 2) * (n - 3)
    expected = s0 / (n * (n - 1))
    return Measure(np.asarray(value), np.asarray(expected), np.asarray(second - expected**2))


def local_moran(x: ArrayLike, weights: Array, *, conditional: bool = True) -> Measure:
    """Anselin's I of each area; moments given the area's own value, or over all arrangements."""
    z, n, _s0, _s1, _s2 = _sums(x, weights)
    m2 = (z @ z) / n
    value = z / m2 * (weights @ z)
    w1, w2 = weights.sum(axis=1), (weights**2).sum(axis=1)
    if conditional:
        expected = -(z**2) * w1 / ((n - 1) * m2)
        variance = (z / m2) ** 2 * (n / (n - 2)) * (w2 - w1**2 / (n - 1)) * (m2 - z**2 / (n - 1))
    else:
        b2 = _kurtosis(z)
        expected = -w1 / (n - 1)
        variance = w2 * (n - b2) / (n - 1)
        variance = variance + (w1**2 - w2) * (2 * b2 - n) / ((n - 1) * (n - 2)) - expected**2
    return Measure(value, expected, variance)


def hot_spots(x: ArrayLike, weights: Array) -> Array:
    """Getis and Ord's Gi* of each area as a z-value; `weights` hold the area itself."""
    y = np.asarray(x, dtype=float)
    n = len(y)
    return _standardised(weights @ y, weights, np.full(n, y.mean()), np.full(n, y.var()), n)


def hot_neighbours(x: ArrayLike, weights: Array) -> Array:
    """Gi of each area as a z-value: its neighbours alone, the area left out of mean and variance too."""
    y = np.asarray(x, dtype=float)
    n = len(y)
    mean = (y.sum() - y) / (n - 1)
    variance = ((y**2).sum() - y**2) / (n - 1) - mean**2
    return _standardised(weights @ y, weights, mean, variance, n - 1)


def _standardised(sums: Array, weights: Array, mean: Array, variance: Array, n: int) -> Array:
    w1, w2 = weights.sum(axis=1), (weights**2).sum(axis=1)
    return np.asarray((sums - mean * w1) / np.sqrt(variance * (n * w2 - w1**2) / (n - 1)))


def _by_chance(
    values: Array, weights: Array, replicates: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How often drawn neighbours weigh at least, and at most, what an area's own do; the diagonal is zero."""
    rows = sparse.csr_array(weights)
    starts = rows.indptr.astype(np.int64)
    most = int(np.diff(starts).max())
    draws = kernels.drawn(len(values) - 1, most, replicates, seed)
    return kernels.sums_by_chance(values, rows.data, starts, draws, rows @ values)


def _centred(x: ArrayLike) -> Array:
    y = np.asarray(x, dtype=float)
    return np.asarray(y - y.mean())


def _sums(x: ArrayLike, weights: Array) -> tuple[Array, int, float, float, float]:
    both = weights + weights.T
    s1 = float((both**2).sum() / 2)
    s2 = float(((weights.sum(axis=1) + weights.sum(axis=0)) ** 2).sum())
    z = _centred(x)
    return z, len(z), float(weights.sum()), s1, s2


def _kurtosis(z: Array) -> float:
    return float((z**4).mean() / (z**2).mean() ** 2)
