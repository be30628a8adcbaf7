"""Rates and ratios of counted events, with limits that hold for small counts.

Counts `y` and person-time `n` are numbers or arrays of one shape; results have that shape. Limits are
two-sided at `level`. Sources: Garwood 1936 (exact Poisson limits), Rothman & Boice 1979 (Byar), Fay & Feuer
1997, Dobson et al. 1991 and Tiwari et al. 2006 (standardised rates), Marshall 1991 and Clayton & Kaldor 1987
(empirical Bayes), Choynowski 1959 (probability map), Spiegelhalter 2005 (funnel limits).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Limits:
    """An estimate between its lower and upper limit; floats or arrays of one shape."""

    value: Any
    lower: Any
    upper: Any


@dataclass(frozen=True, slots=True)
class Ratio:
    """A rate ratio with its limits and the two-sided p of "no difference"."""

    value: float
    lower: float
    upper: float
    p: float


def rate(y: ArrayLike, n: ArrayLike, level: float = 0.95) -> Limits:
    """Events per unit of person-time with exact limits; `n` > 0. SMR: give the expected number as `n`."""
    count, time = _floats(y), _floats(n)
    if np.any(count < 0) or np.any(time <= 0):
        raise ValueError("counts must not be negative and person-time must be positive")
    tail = (1 - level) / 2
    lower = np.where(count > 0, stats.chi2.ppf(tail, 2 * np.maximum(count, 1)) / 2, 0.0)
    upper = stats.chi2.ppf(1 - tail, 2 * count + 2) / 2
    return Limits(count / time, lower / time, upper / time)


def byar(y: ArrayLike, n: ArrayLike, level: float = 0.95) -> Limits:
    """Events per unit of person-time with Byar's closed-form limits, which need no tables."""
    count, time = _floats(y), _floats(n)
    z = stats.norm.ppf((1 + level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = count * (1 - 1 / (9 * count) - z / (3 * np.sqrt(count))) ** 3
    upper = (count + 1) * (1 - 1 / (9 * (count + 1)) + z / (3 * np.sqrt(count + 1))) ** 3
    return Limits(count / time, np.where(count > 0, lower, 0.0) / time, upper / time)


def standardised(y: ArrayLike, n: ArrayLike, standard: ArrayLike, level: float = 0.95) -> Limits:
    """Directly standardised rate with Fay and Feuer's gamma limits; one value a stratum, any scale."""
    total, variance, weights = _weighted(y, n, standard)
    tail = (1 - level) / 2
    heaviest = float(weights.max())
    lower = _gamma_quantile(tail, total, variance)
    upper = _gamma_quantile(1 - tail, total + heaviest, variance + heaviest**2)
    return Limits(total, lower, upper)


def standardised_tiwari(y: ArrayLike, n: ArrayLike, standard: ArrayLike, level: float = 0.95) -> Limits:
    """As `standardised`, with Tiwari's narrower upper limit."""
    total, variance, weights = _weighted(y, n, standard)
    tail = (1 - level) / 2
    upper = _gamma_quantile(1 - tail, total + float(weights.mean()), variance + float((weights**2).mean()))
    return Limits(total, _gamma_quantile(tail, total, variance), upper)


def standardised_dobson(y: ArrayLike, n: ArrayLike, standard: ArrayLike, level: float = 0.95) -> Limits:
    """As `standardised`, with Dobson's limits from the exact limits of the total count."""
    total, variance, _weights = _weighted(y, n, standard)
    count = float(_floats(y).sum())
    exact = rate(count, 1.0, level)
    step = np.sqrt(variance / count) if count else 0.0
    return Limits(total, total + step * (exact.lower - count), total + step * (exact.upper - count))


def rate_ratio(a: int, time_a: float, b: int, time_b: float, level: float = 0.95) -> Ratio:
    """Rate of the first over the rate of the second: exact conditional limits (Clopper–Pearson) and p.

    Given their sum, the first count is binomial. Without any event there is nothing to compare: limits
    0 and infinity, p 1.
    """
    if time_a <= 0 or time_b <= 0:
        raise ValueError("person-time must be positive")
    scale = time_b / time_a
    value = (a * scale / b) if b else (np.inf if a else np.nan)
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, a, b + 1) if a else 0.0
    high = stats.beta.ppf(1 - tail, a + 1, b) if b else 1.0
    p = stats.binomtest(a, a + b, time_a / (time_a + time_b)).pvalue if a + b else 1.0
    return Ratio(float(value), _odds(low) * scale, _odds(high) * scale, float(p))


def rate_ratio_midp(a: int, time_a: float, b: int, time_b: float, level: float = 0.95) -> Ratio:
    """As `rate_ratio`, with mid-p: the median-unbiased estimate and limits that are not too wide."""
    tail = (1 - level) / 2
    scale = time_b / time_a
    value, low, high = (_midp_root(a, a + b, target) for target in (0.5, 1 - tail, tail))
    share = time_a / (time_a + time_b)
    below = stats.binom.cdf(a, a + b, share) - 0.5 * stats.binom.pmf(a, a + b, share)
    return Ratio(
        _odds(value) * scale, _odds(low) * scale, _odds(high) * scale, float(2 * min(below, 1 - below))
    )


def rate_difference(a: int, time_a: float, b: int, time_b: float, level: float = 0.95) -> Limits:
    """First rate minus second, with normal limits; for counts of about ten and more."""
    value = a / time_a - b / time_b
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(a / time_a**2 + b / time_b**2)
    return Limits(value, value - half, value + half)


def years_lost(deaths: ArrayLike, ages: ArrayLike, until: float = 75.0) -> float:
    """Potential years of life lost before `until`; one value an age group, `ages` at death in years."""
    return float((_floats(deaths) * np.maximum(until - _floats(ages), 0)).sum())


def smoothed(y: ArrayLike, n: ArrayLike) -> Array:
    """Rates of areas drawn towards their mean by Marshall's empirical Bayes, the small ones most."""
    count, time = _floats(y), _floats(n)
    mean = np.full_like(time, count.sum() / time.sum())
    between = (time * (count / time - mean) ** 2).sum() / time.sum()
    return _shrunk(count, time, mean, between, time.mean())


def smoothed_locally(y: ArrayLike, n: ArrayLike, neighbours: list[list[int]]) -> Array:
    """As `smoothed`, towards the mean of each area with its neighbours (lists of positions).

    The spread round an area is taken from its neighbours' distances to their own local means.
    """
    count, time = _floats(y), _floats(n)
    groups = [[area, *others] for area, others in enumerate(neighbours)]
    size = np.array([time[group].sum() for group in groups])
    mean = np.array([count[group].sum() for group in groups]) / size
    apart = time * (count / time - mean) ** 2
    between = np.array([apart[group].sum() for group in groups]) / size
    return _shrunk(count, time, mean, between, size / np.array([len(group) for group in groups]))


def probability_map(y: ArrayLike, n: ArrayLike) -> Array:
    """P(X ≤ count) of each area when all have the common rate: near 1 it stands out high, near 0 low."""
    count, time = _floats(y), _floats(n)
    return np.asarray(special.pdtr(count, count.sum() / time.sum() * time))


def smoothed_ratios(y: ArrayLike, expected: ArrayLike) -> tuple[Array, Array]:
    """Ratios to the expected numbers drawn together by a gamma prior fitted to them: means and medians.

    Negative-binomial maximum likelihood (Clayton & Kaldor 1987); areas with `expected` > 0, two at least.
    """
    count, wanted = _floats(y), _floats(expected)

    def surprise(logs: Array) -> float:
        shape, mean = np.exp(logs[0]), np.exp(logs[1]) * wanted
        likelihood = (
            special.gammaln(count + shape)
            - special.gammaln(shape)
            - shape * np.log1p(mean / shape)
            + special.xlogy(count, mean / (shape + mean))
        )
        return -float(likelihood.sum())

    level = np.log(count.sum() / wanted.sum())
    corners = np.array([[0.0, level], [1.0, level], [0.0, level + 0.5]])
    options = {"initial_simplex": corners, "xatol": 1e-9, "fatol": 1e-12}
    found = optimize.minimize(surprise, corners[0], method="Nelder-Mead", options=options)
    shape, mean = np.exp(found.x)
    posterior = shape + count, shape / mean + wanted
    return posterior[0] / posterior[1], stats.gamma.ppf(0.5, posterior[0], scale=1 / posterior[1])


def funnel(n: ArrayLike, mean: float, level: float = 0.95) -> Limits:
    """Between which rates a unit of person-time `n` lies by chance alone when its true rate is `mean`.

    Poisson limits interpolated between counts, so that they narrow smoothly (Spiegelhalter 2005).
    """
    time = _floats(n)
    tail = (1 - level) / 2
    bounds = [_interpolated(p, mean * time) / time for p in (tail, 1 - tail)]
    return Limits(np.full_like(time, mean), *bounds)


def outside(y: ArrayLike, n: ArrayLike, level: float = 0.998) -> NDArray[np.int8]:
    """Areas above (1) or below (−1) the funnel of their common rate, 0 within it."""
    count, time = _floats(y), _floats(n)
    limits = funnel(time, float(count.sum() / time.sum()), level)
    own = count / time
    return np.asarray((own > limits.upper).astype(np.int8) - (own < limits.lower))


def shown(count: int, least: int = 5) -> str:
    """A count for the public: numbers below `least` are hidden, zero is not."""
    return f"<{least}" if 0 < count < least else str(count)


def _floats(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=float)


def _weighted(y: ArrayLike, n: ArrayLike, standard: ArrayLike) -> tuple[float, float, Array]:
    count, time, share = _floats(y), _floats(n), _floats(standard)
    weights = share / share.sum() / time
    return float((weights * count).sum()), float((weights**2 * count).sum()), weights


def _gamma_quantile(p: float, mean: float, variance: float) -> float:
    return float(stats.gamma.ppf(p, mean**2 / variance, scale=variance / mean)) if variance else 0.0


def _odds(p: float) -> float:
    return float(p / (1 - p)) if p < 1 else float("inf")


def _midp_root(a: int, total: int, target: float) -> float:
    """The binomial p at which P(X > a) + P(X = a)/2 equals 1 − target."""

    def excess(p: float) -> float:
        return float(stats.binom.cdf(a, total, p) - 0.5 * stats.binom.pmf(a, total, p) - target)

    if (excess(0.0) > 0) == (excess(1.0) > 0):
        return 0.0 if excess(0.0) <= 0 else 1.0
    return float(optimize.brentq(excess, 0.0, 1.0, xtol=1e-15, rtol=1e-14))


def _shrunk(count: Array, time: Array, mean: Array, between: Array | float, size: Array | float) -> Array:
    """`between`: weighted variance of the rates, of which `mean` / `size` is chance (Marshall 1991)."""
    real = np.maximum(between - mean / size, 0)
    with np.errstate(invalid="ignore"):
        own = np.where(mean > 0, real / (real + mean / time), 0.0)
    return np.asarray(mean + (count / time - mean) * own)


def _interpolated(p: float, mean: Array) -> Array:
    """A Poisson quantile between whole numbers: P(X ≤ q) is made to equal `p` by interpolating."""
    whole = stats.poisson.ppf(p, mean)
    at, before = (
        special.pdtr(whole, mean),
        np.where(whole > 0, special.pdtr(np.maximum(whole - 1, 0), mean), 0.0),
    )
    return np.asarray(np.maximum(whole - (at - p) / np.maximum(at - before, 1e-300), 0.0))
