"""When things happen: weekday and hour, season, trend, and the moment at which a series jumped.

Sources: Pearson 1900 and Haberman 1973 (chi-square and adjusted residuals), McCullagh & Nelder 1989
(quasi-Poisson regression), Andrews 1993 (largest statistic over all moments).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from safecommunity.analysis.glm import Fits, poisson
from safecommunity.analysis.rates import Ratio

Array = NDArray[np.float64]
YEARS = 2  # years of periods that a season or a jump needs


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
class Jump:
    """The first period after it (position from 0), how many times the level before it is, p of "no jump"."""

    at: int
    factor: float
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


def trend(
    counts: ArrayLike, exposure: ArrayLike | None = None, level: float = 0.95, *, length: int = 0
) -> Ratio:
    """By what factor the count changes from one period to the next, with overdispersion in the limits.

    `exposure`: person-time of each period, where it differs. `length`: periods a year, where a season is to
    be taken out. Needs at least four periods with an event.
    """
    y = np.asarray(counts, dtype=float)
    time = np.arange(y.size, dtype=float)
    fits = _fitted(
        np.column_stack([np.ones(y.size), time - time.mean(), *_waves(y.size, length)]), y, exposure
    )
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
    if y.size < YEARS * length:
        raise ValueError(f"{YEARS * length} periods are needed, {y.size} are given")
    time = np.arange(y.size, dtype=float)
    fits = _fitted(np.column_stack([np.ones(y.size), time / y.size, *_waves(y.size, length, 1)]), y, exposure)
    wave, spread = fits.coefficients[0, 2:], fits.inverse[0, 2:, 2:] * max(fits.dispersion[0], 1.0)
    statistic = float(wave @ np.linalg.solve(spread, wave)) / 2
    height = float(np.hypot(*wave))
    peak = float(np.arctan2(wave[1], wave[0]) % (2 * np.pi)) * length / (2 * np.pi)
    return Season(peak, float(np.exp(2 * height)), float(stats.f.sf(statistic, 2, int(fits.freedom[0]))))


def jump(counts: ArrayLike, length: int, exposure: ArrayLike | None = None) -> Jump:
    """Where the level most likely jumped, and how likely chance alone makes so clear a jump.

    A steady trend, a bend in it and a season of `length` periods a year are no jump: at every moment with a
    year on either side, a step is tested against a series with two waves whose trend bends there (F test of
    quasi-Poisson fits); p is the smallest one times the number of moments (Bonferroni). Needs two years.
    """
    y = np.asarray(counts, dtype=float)
    if y.size < YEARS * length:
        raise ValueError(f"{YEARS * length} periods are needed, {y.size} are given")
    time = np.arange(y.size, dtype=float)
    moments = np.arange(length, y.size - length + 1)
    smooth = np.column_stack([np.ones(y.size), time / y.size, *_waves(y.size, length)])
    without, within = [], []
    for at in moments:
        bent = np.column_stack([smooth, np.maximum(time - at, 0) / y.size])
        without.append(bent)
        within.append(np.column_stack([bent, time >= at]))
    null, fits = (_fitted(np.array(designs), y, exposure) for designs in (without, within))
    gained = _deviance(y, exposure, null) - _deviance(y, exposure, fits)
    statistic = np.maximum(gained, 0) / np.maximum(fits.dispersion, 1.0)
    best = int(statistic.argmax())
    p = float(stats.f.sf(statistic[best], 1, int(fits.freedom[best]))) * len(moments)
    return Jump(int(moments[best]), float(np.exp(fits.coefficients[best, -1])), min(p, 1.0))


def _spread(y: Array, expected: Array, left: Array, freedom: int) -> Spread:
    residuals = (y - expected) / np.sqrt(expected)
    statistic = float((residuals**2).sum())
    p = float(stats.chi2.sf(statistic, freedom))
    return Spread(expected, statistic, freedom, p, residuals, residuals / np.sqrt(left))


def _waves(size: int, length: int, most: int = 2) -> list[Array]:
    """Up to `most` waves a year of `length` periods; none where there is no year or less than two of them."""
    if length < 3 or size < YEARS * length:
        return []
    angle = 2 * np.pi * np.arange(size) / length
    numbers = range(1, most + 1 if length > 4 else 2)
    return [wave(number * angle) for number in numbers for wave in (np.cos, np.sin)]


def _fitted(design: Array, y: Array, exposure: ArrayLike | None) -> Fits:
    """One fit for each design; `design` n × p or k × n × p."""
    if (y > 0).sum() < 4 or y.size <= design.shape[-1]:
        raise ValueError("at least four periods with an event are needed, and more periods than are fitted")
    designs = design.reshape(-1, *design.shape[-2:])
    time = _time(y, exposure)
    return poisson(designs, np.tile(y / time, (len(designs), 1)), np.tile(time, (len(designs), 1)))


def _deviance(y: Array, exposure: ArrayLike | None, fits: Fits) -> Array:
    mean = _time(y, exposure) * fits.mean
    return np.asarray(2 * (special.xlogy(y, y / mean) - (y - mean)).sum(axis=1))


def _time(y: Array, exposure: ArrayLike | None) -> Array:
    return np.ones(y.size) if exposure is None else np.asarray(exposure, dtype=float)
