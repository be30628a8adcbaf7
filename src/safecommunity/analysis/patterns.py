"""When things happen: weekday and hour, season, trend, and the moment at which a level changed.

Sources: Pearson 1900 and Haberman 1973 (chi-square and adjusted residuals), McCullagh & Nelder 1989
(quasi-Poisson regression), Worsley 1986 (change point of a Poisson mean).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from safecommunity.analysis.glm import Fits, poisson
from safecommunity.analysis.rates import Ratio, rate_ratio

Array = NDArray[np.float64]
FEWEST = 3  # periods on either side of a change point


@dataclass(frozen=True, slots=True)
class Spread:
    """Counts held against what was expected of them.

    `residuals`: (count − expected) / √expected; `adjusted`: the same over its own standard error, so that
    beyond ±2 a cell stands out. Arrays have the shape of the counts.
    """

    expected: Array
    statistic: float
    freedom: int
    p: float
    residuals: Array
    adjusted: Array


@dataclass(frozen=True, slots=True)
class Change:
    """The first period of the new level (position from 0), how many times the old level it is, and its p."""

    at: int
    ratio: Ratio
    p: float


@dataclass(frozen=True, slots=True)
class Season:
    """A yearly wave: position of its peak (periods from the first), peak ÷ trough, p of "no wave"."""

    peak: float
    ratio: float
    p: float


def evenness(counts: ArrayLike, shares: ArrayLike | None = None) -> Spread:
    """Whether counts fall evenly, or in the given proportions, over weekdays, hours, places."""
    y = np.asarray(counts, dtype=float)
    share = np.full_like(y, 1 / y.size) if shares is None else np.asarray(shares, dtype=float)
    share = share / share.sum()
    if y.sum() <= 0 or np.any(share <= 0):
        raise ValueError("some events and positive proportions are needed")
    return _spread(y, y.sum() * share, 1 - share, y.size - 1)


def independence(counts: ArrayLike) -> Spread:
    """Whether the columns of a table are spread alike in all its rows; rows × columns, none of them empty."""
    y = np.asarray(counts, dtype=float)
    rows, columns = y.sum(axis=1, keepdims=True), y.sum(axis=0, keepdims=True)
    if y.ndim != 2 or np.any(rows <= 0) or np.any(columns <= 0):
        raise ValueError("a table without empty rows and columns is needed")
    total = y.sum()
    left = (1 - rows / total) * (1 - columns / total)
    return _spread(y, rows * columns / total, left, (y.shape[0] - 1) * (y.shape[1] - 1))


def trend(counts: ArrayLike, exposure: ArrayLike | None = None, level: float = 0.95) -> Ratio:
    """By what factor the count changes from one period to the next, with overdispersion in the limits.

    `exposure`: person-time of each period, where it differs. Needs at least four periods with an event.
    """
    y = np.asarray(counts, dtype=float)
    time = np.arange(y.size, dtype=float)
    fits = _fitted(np.column_stack([np.ones(y.size), time - time.mean()]), y, exposure)
    error = float(np.sqrt(max(fits.dispersion[0], 1.0) * fits.inverse[0, 1, 1]))
    slope, t = float(fits.coefficients[0, 1]), stats.t(int(fits.freedom[0]))
    reach = t.ppf((1 + level) / 2) * error
    return Ratio(
        float(np.exp(slope)),
        float(np.exp(slope - reach)),
        float(np.exp(slope + reach)),
        float(2 * t.sf(abs(slope) / error)),
    )


def season(counts: ArrayLike, length: int, exposure: ArrayLike | None = None) -> Season:
    """One wave a year of `length` periods besides a trend; needs at least two years."""
    y = np.asarray(counts, dtype=float)
    if y.size < 2 * length:
        raise ValueError(f"{2 * length} periods are needed, {y.size} are given")
    time = np.arange(y.size, dtype=float)
    angle = 2 * np.pi * time / length
    waves = [np.ones(y.size), time / y.size, np.cos(angle), np.sin(angle)]
    fits = _fitted(np.column_stack(waves), y, exposure)
    wave, spread = fits.coefficients[0, 2:], fits.inverse[0, 2:, 2:] * max(fits.dispersion[0], 1.0)
    statistic = float(wave @ np.linalg.solve(spread, wave)) / 2
    height = float(np.hypot(*wave))
    peak = float(np.arctan2(wave[1], wave[0]) % (2 * np.pi)) * length / (2 * np.pi)
    return Season(peak, float(np.exp(2 * height)), float(stats.f.sf(statistic, 2, int(fits.freedom[0]))))


def change_point(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    replicates: int = 999,
    seed: int = 0,
    level: float = 0.95,
) -> Change:
    """Where the level most likely changed once, and how likely chance alone makes so clear a change.

    The greatest Poisson likelihood ratio over all splits with three periods on either side; p from
    `replicates` reshuffles of the same total over the periods. The limits of the ratio take the moment as
    known and so are somewhat too narrow.
    """
    y = np.asarray(counts, dtype=np.int64)
    time = np.ones(y.size) if exposure is None else np.asarray(exposure, dtype=float)
    if y.size < 2 * FEWEST or y.sum() == 0:
        raise ValueError(f"{2 * FEWEST} periods and some events are needed")
    shares = time / time.sum()
    shuffled = np.random.default_rng(seed).multinomial(int(y.sum()), shares, replicates)
    ratios = _split_ratios(np.vstack([y, shuffled]), shares)
    at = int(ratios[0].argmax()) + FEWEST
    ratio = rate_ratio(
        int(y[at:].sum()), float(time[at:].sum()), int(y[:at].sum()), float(time[:at].sum()), level
    )
    as_clear = int((ratios[1:].max(axis=1) >= ratios[0].max() - 1e-9).sum())
    return Change(at, ratio, (1 + as_clear) / (1 + replicates))


def _spread(y: Array, expected: Array, left: Array, freedom: int) -> Spread:
    residuals = (y - expected) / np.sqrt(expected)
    statistic = float((residuals**2).sum())
    p = float(stats.chi2.sf(statistic, freedom))
    return Spread(expected, statistic, freedom, p, residuals, residuals / np.sqrt(left))


def _fitted(design: Array, y: Array, exposure: ArrayLike | None) -> Fits:
    if (y > 0).sum() < 4 or y.size <= design.shape[1]:
        raise ValueError("at least four periods with an event are needed, and more periods than are fitted")
    time = np.ones(y.size) if exposure is None else np.asarray(exposure, dtype=float)
    return poisson(design[None], (y / time)[None], time[None])


def _split_ratios(counts: NDArray[np.int64], shares: Array) -> Array:
    """Log-likelihood ratio of every split: series × splits."""
    before = counts.cumsum(axis=1)[:, FEWEST - 1 : -FEWEST]
    total = counts.sum(axis=1, keepdims=True)
    share = shares.cumsum()[FEWEST - 1 : -FEWEST]
    return np.asarray(
        special.xlogy(before, before / (total * share))
        + special.xlogy(total - before, (total - before) / (total * (1 - share)))
    )
