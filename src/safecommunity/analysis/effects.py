"""Whether a project helped: before and after with a comparison, and the interrupted series.

Effects are factors: 0.8 means one fifth fewer than without the project. `least` is the smallest reduction
that data of this size would have shown four times out of five; what lies above it cannot be told from no
effect. Sources: Card & Krueger 1994 (difference in differences), Wagner et al. 2002 and Bernal et al. 2017
(interrupted series), Newey & West 1987 and 1994 (errors under autocorrelation), Lawless 1987 (negative
binomial regression).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from safecommunity.analysis.glm import poisson

Array = NDArray[np.float64]
POWER = 0.8
FEWEST = 12  # periods on either side of an interruption
ROUNDS = 60
CLOSE = 1e-10
FINE = {"xatol": 1e-9}


@dataclass(frozen=True, slots=True)
class Effect:
    """A factor with its limits and p, and the smallest reduction that could have been seen, as a factor."""

    factor: float
    lower: float
    upper: float
    p: float
    least: float

    @property
    def is_clear(self) -> bool:
        """The limits lie on one side of "no effect"."""
        return self.upper < 1 or self.lower > 1


@dataclass(frozen=True, slots=True)
class Interruption:
    """`step` at once, `slope` from one period to the next, `total` in the last period against no project.

    `overdispersion` is the alpha of the negative binomial (variance = mean + alpha · mean²), 0 for Poisson;
    `without`: what the periods after the start would have brought without the project.
    """

    step: Effect
    slope: Effect
    total: Effect
    overdispersion: float
    without: Array


def difference_in_differences(
    before: ArrayLike,
    after: ArrayLike,
    control_before: ArrayLike,
    control_after: ArrayLike,
    *,
    exposures: tuple[float, float, float, float] = (1, 1, 1, 1),
    level: float = 0.95,
) -> Effect:
    """The change with the project against the change without it; counts by period in each of the four cells.

    `exposures`: person-time of one period in each cell, in the order of the counts. The spread of the
    periods inside the cells widens the limits (quasi-Poisson, never below Poisson). Every cell needs two
    periods and an event.
    """
    cells = [np.asarray(cell, dtype=float) for cell in (before, after, control_before, control_after)]
    if any(cell.size < 2 or cell.sum() == 0 for cell in cells):
        raise ValueError("two periods and an event are needed before and after, here and in the comparison")
    means = [cell.mean() for cell in cells]
    pearson = sum(float(((cell - mean) ** 2 / mean).sum()) for cell, mean in zip(cells, means, strict=True))
    freedom = sum(cell.size - 1 for cell in cells)
    rates = [mean / time for mean, time in zip(means, exposures, strict=True)]
    log_factor = float(np.log(rates[1] / rates[0]) - np.log(rates[3] / rates[2]))
    error = float(np.sqrt(max(pearson / freedom, 1.0) * sum(1 / cell.sum() for cell in cells)))
    return _effect(log_factor, error, freedom, level)


def interrupted(
    counts: ArrayLike,
    start: int,
    *,
    season: int = 12,
    exposure: ArrayLike | None = None,
    overdispersed: bool = True,
    level: float = 0.95,
) -> Interruption:
    """A series with a level, a trend and a season, both broken at `start`, the first period with the project.

    `season`: periods a year; two waves are fitted where there are two years, none below. The negative
    binomial is fitted where counts are more spread than Poisson's. Errors allow for autocorrelation (Newey
    and West, Bartlett weights, lag ⌊4 (n/100)^(2/9)⌋, n/(n−p)). Raises ValueError with fewer than 12
    periods on either side, or without an event on one.
    """
    y = np.asarray(counts, dtype=float)
    if min(start, y.size - start) < FEWEST or not (y[:start].sum() and y[start:].sum()):
        raise ValueError(f"{FEWEST} periods and an event are needed before and after the start")
    time = np.ones(y.size) if exposure is None else np.asarray(exposure, dtype=float)
    design = _design(y.size, start, season)
    coefficients, mean, alpha = _negative_binomial(design, y, time, overdispersed=overdispersed)
    covariance = _robust(design, y, mean, alpha)
    last = np.zeros(design.shape[1])
    last[2], last[3] = 1, design[-1, 3]
    freedom = y.size - design.shape[1]
    step, slope, total = (
        _effect(float(c @ coefficients), float(np.sqrt(c @ covariance @ c)), freedom, level)
        for c in (*np.eye(design.shape[1])[2:4], last)
    )
    without = time * np.exp(design @ np.where(np.isin(np.arange(design.shape[1]), (2, 3)), 0, coefficients))
    return Interruption(step, slope, total, alpha, without[start:])


def _effect(log_factor: float, error: float, freedom: int, level: float) -> Effect:
    t = stats.t(freedom)
    reach = t.ppf((1 + level) / 2) * error
    return Effect(
        float(np.exp(log_factor)),
        float(np.exp(log_factor - reach)),
        float(np.exp(log_factor + reach)),
        float(2 * t.sf(abs(log_factor) / error)),
        float(np.exp(-(t.ppf((1 + level) / 2) + t.ppf(POWER)) * error)),
    )


def _design(size: int, start: int, season: int) -> Array:
    """Level, trend, step, change of trend, and up to two waves a year."""
    time = np.arange(size, dtype=float)
    waves = []
    if season > 2 and size >= 2 * season:
        for number in (1, 2) if season > 4 else (1,):
            angle = 2 * np.pi * number * time / season
            waves += [np.cos(angle), np.sin(angle)]
    after = time >= start
    return np.column_stack([np.ones(size), time, after, after * (time - start), *waves])


def _negative_binomial(
    design: Array, y: Array, time: Array, *, overdispersed: bool
) -> tuple[Array, Array, float]:
    """Coefficients, means, alpha: Poisson steps weighted by 1 / (1 + alpha · mean), alpha by likelihood."""
    alpha, mean = 0.0, y + 0.1
    coefficients = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        before = coefficients
        fits = poisson(design[None], (y / time)[None], (time / (1 + alpha * mean))[None])
        coefficients, mean = fits.coefficients[0], time * fits.mean[0]
        alpha = _likeliest_alpha(y, mean) if overdispersed else 0.0
        if np.abs(coefficients - before).max() < CLOSE:
            break
    return coefficients, mean, alpha


def _likeliest_alpha(y: Array, mean: Array) -> float:
    """0 where the counts are no more spread than Poisson's."""
    if ((y - mean) ** 2 - y).sum() <= 0:
        return 0.0

    def surprise(log_alpha: float) -> float:
        size = np.exp(-log_alpha)
        likelihood = (
            special.gammaln(y + size)
            - special.gammaln(size)
            + size * np.log(size / (size + mean))
            + special.xlogy(y, mean / (size + mean))
        )
        return -float(likelihood.sum())

    return float(
        np.exp(optimize.minimize_scalar(surprise, bounds=(-14, 6), method="bounded", options=FINE).x)
    )


def _robust(design: Array, y: Array, mean: Array, alpha: float) -> Array:
    """Newey and West's covariance of the coefficients, about the observed information."""
    n, p = design.shape
    observed = mean * (1 + alpha * y) / (1 + alpha * mean) ** 2
    bread = np.linalg.inv((design * observed[:, None]).T @ design)
    scores = design * ((y - mean) / (1 + alpha * mean))[:, None]
    lags = int(4 * (n / 100) ** (2 / 9))
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        across = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (across + across.T)
    return np.asarray(bread @ meat @ bread * n / (n - p))
