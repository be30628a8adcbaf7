"""Cumulative sums and likelihood ratios: slow drifts that no single period shows.

`counts` is series × periods (or one series); results are series × periods. Sources: Rossi et al. 1999 (CUSUM
on transformed counts), Lucas 1985 (Poisson CUSUM), Höhle & Paul 2008 (likelihood ratios).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
NEWTON_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Sums:
    """The statistic of every period and whether it passes its limit."""

    statistic: Array
    alarms: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scale:
    """How a count is made nearly normal round a mean, and which count a value stands for."""

    forward: Callable[[Array, float], Array]
    back: Callable[[Array, float], Array]


SCALES = {
    "standard": Scale(
        lambda y, m: (y - m) / np.sqrt(m),
        lambda x, m: np.maximum(np.ceil(m + x * np.sqrt(m)), 0),
    ),
    "rossi": Scale(
        lambda y, m: (y - 3 * m + 2 * np.sqrt(m * y)) / (2 * np.sqrt(m)),
        lambda x, m: np.maximum(np.sqrt(np.maximum(4 * m + 2 * np.sqrt(m) * x, 0)) - np.sqrt(m), 0) ** 2,
    ),
    "anscombe": Scale(
        lambda y, m: 1.5 * (y ** (2 / 3) - m ** (2 / 3)) / m ** (1 / 6),
        lambda x, m: np.maximum(m ** (2 / 3) + x * m ** (1 / 6) / 1.5, 0) ** 1.5,
    ),
}


def cusum(counts: ArrayLike, mean: float, k: float, h: float, scale: str = "standard") -> Sums:
    """S = max(0, S + x − k) on the scaled count x, an alarm above `h`; it is not set back after an alarm."""
    x = SCALES[scale].forward(_series(counts), mean)
    sums = np.zeros_like(x)
    level = np.zeros(len(x))
    for period in range(x.shape[1]):
        level = np.maximum(level + x[:, period] - k, 0)
        sums[:, period] = level
    return Sums(sums, sums > h)


def alarm_counts(found: Sums, mean: float, k: float, h: float, scale: str = "standard") -> Array:
    """The count at which each period would have given an alarm."""
    before = np.hstack([np.zeros((len(found.statistic), 1)), found.statistic[:, :-1]])
    return SCALES[scale].back(h + k - before, mean)


def poisson_cusum(counts: ArrayLike, mean: float, raised: float, h: float) -> Sums:
    """Lucas' Poisson CUSUM for a rise of the mean to `raised`; set back to 0 after an alarm."""
    k = (raised - mean) / np.log(raised / mean)
    return _reset_sums(_series(counts) - k, h)


def poisson_ratio(counts: ArrayLike, mean: ArrayLike, log_factor: float, limit: float) -> Sums:
    """CUSUM of the log-likelihood ratio for a mean raised by exp(`log_factor`); set back after an alarm.

    `mean`: expected counts, one value or one a period.
    """
    y = _series(counts)
    expected = np.broadcast_to(np.asarray(mean, dtype=float), y.shape)
    return _reset_sums(y * log_factor - expected * np.expm1(log_factor), limit)


def poisson_glr(counts: ArrayLike, mean: ArrayLike, limit: float) -> Sums:
    """The largest log-likelihood ratio over all starts and sizes of a rise; begins anew after an alarm."""
    return _glr(counts, mean, limit, _poisson_gain)


def nb_glr(counts: ArrayLike, mean: ArrayLike, alpha: float, limit: float) -> Sums:
    """As `poisson_glr` for negative binomial counts with variance mean + `alpha` mean²."""
    return _glr(counts, mean, limit, lambda y, mu: _nb_gain(y, mu, alpha))


def _series(counts: ArrayLike) -> Array:
    return np.atleast_2d(np.asarray(counts, dtype=float))


def _reset_sums(steps: Array, limit: float) -> Sums:
    sums = np.zeros_like(steps)
    alarms = np.zeros(steps.shape, bool)
    level = np.zeros(len(steps))
    for period in range(steps.shape[1]):
        level = np.maximum(level + steps[:, period], 0)
        sums[:, period] = level
        alarms[:, period] = level >= limit
        level = np.where(alarms[:, period], 0, level)
    return Sums(sums, alarms)


def _glr(counts: ArrayLike, mean: ArrayLike, limit: float, gain: Callable[[Array, Array], float]) -> Sums:
    y = _series(counts)
    expected = np.broadcast_to(np.asarray(mean, dtype=float), y.shape)
    sums = np.zeros_like(y)
    alarms = np.zeros(y.shape, bool)
    for row in range(len(y)):
        start = 0
        for period in range(y.shape[1]):
            window = slice(start, period + 1)
            sums[row, period] = gain(y[row, window], expected[row, window])
            if sums[row, period] >= limit:
                alarms[row, period] = True
                start = period + 1
    return Sums(sums, alarms)


def _poisson_gain(y: Array, mean: Array) -> float:
    seen, expected = np.cumsum(y[::-1]), np.cumsum(mean[::-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        gains = np.where(seen > expected, seen * np.log(seen / expected) - (seen - expected), 0.0)
    return float(gains.max())


def _nb_gain(y: Array, mean: Array, alpha: float) -> float:
    """Newton's method for the size of the rise, for every start at once."""
    y, mean = y[::-1], mean[::-1]
    window = np.tril(np.ones((len(y), len(y))))
    with np.errstate(divide="ignore"):
        size = np.log(np.maximum(np.cumsum(y), 1e-12) / np.cumsum(mean))
    for _ in range(NEWTON_ROUNDS):
        raised = mean * np.exp(size)[:, None]
        slope = (window * (y - raised) / (1 + alpha * raised)).sum(axis=1)
        bend = (window * raised * (1 + alpha * y) / (1 + alpha * raised) ** 2).sum(axis=1)
        step = slope / np.maximum(bend, 1e-300)
        size = size + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-12:
            break
    size = np.maximum(size, 0)
    raised = mean * np.exp(size)[:, None]
    gains = window * (y * size[:, None] - (y + 1 / alpha) * np.log((1 + alpha * raised) / (1 + alpha * mean)))
    return float(max(gains.sum(axis=1).max(), 0.0))
