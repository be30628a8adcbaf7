"""Farrington's methods: is this period's count above what the same season of past years leads to expect?

`original`: Farrington et al. 1996; `flexible`: Noufaily et al. 2013. A quasi-Poisson regression on the
reference periods, in which past outbreaks count less, gives the expected count and an upper bound. All series
and all periods asked for are fitted in one batch. Positions count from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from safecommunity.analysis.glm import Fits, poisson

Array = NDArray[np.float64]
POWERS = {"2/3": 2 / 3, "1/2": 1 / 2, "none": 1.0}
TREND_P = 0.05
RECENT, LEAST_RECENT = 4, 5


@dataclass(frozen=True, slots=True)
class Baseline:
    """Where the reference periods are.

    `years` to go back, `half_window` periods to each side, `frequency` periods a year. With `dates` (one a
    period) a year back is the same weekday nearest to that day; without, `frequency` steps.
    """

    years: int = 3
    half_window: int = 3
    frequency: int = 52
    dates: Sequence[date] | None = None

    def anniversaries(self, at: int) -> list[int]:
        """The positions one, two … years before `at`, latest first. Raises `ValueError` when out of reach."""
        if self.dates is None:
            found = [at - year * self.frequency for year in range(1, self.years + 1)]
        else:
            positions = {day: position for position, day in enumerate(self.dates)}
            days = [_years_back(self.dates[at], year) for year in range(1, self.years + 1)]
            if any(day not in positions for day in days):
                raise ValueError(f"period {at} has no {self.years} years before it")
            found = [positions[day] for day in days]
        if found[-1] < self.half_window:
            raise ValueError(f"period {at} has no {self.years} years before it")
        return found


@dataclass(frozen=True, slots=True)
class Result:
    """Arrays of series × periods asked for; `upper` is 0 where the last four periods had under five cases.

    `expected` count, `upper` bound, `dispersion` (at least 1), `has_trend`.
    """

    expected: Array
    upper: Array
    dispersion: Array
    has_trend: NDArray[np.bool_]

    def alarms(self, counts: ArrayLike) -> NDArray[np.bool_]:
        """`counts` of the same periods, series × periods."""
        return np.asarray((np.atleast_2d(counts) > self.upper) & (self.upper > 0))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The reference periods of one period asked for: positions and their season groups (0: the window)."""

    positions: NDArray[np.int64]
    groups: NDArray[np.int64]


def original(
    counts: ArrayLike,
    periods: Sequence[int],
    baseline: Baseline | None = None,
    *,
    alpha: float = 0.01,
    trend: bool = True,
    reweight: bool = True,
    power: str = "2/3",
) -> Result:
    """Farrington et al. 1996. `counts`: series × periods; `periods`: positions to judge; two-sided `alpha`.

    The trend stays only if significant at 5 %, over three years or more, and if it does not predict more than
    was ever counted in the reference periods. `power`: the transformation to symmetry, 2/3, 1/2 or none.
    """
    base = baseline or Baseline()
    rows = [_window(base, at) for at in periods]
    model = _Model(counts, periods, rows, groups=1, reweight=reweight, outlying=1.0)
    fitted = model.fitted(base.years >= 3 and trend, TREND_P)
    return model.result(fitted, _delta(fitted, power, float(stats.norm.ppf(1 - alpha / 2))))


def flexible(
    counts: ArrayLike,
    periods: Sequence[int],
    baseline: Baseline | None = None,
    *,
    alpha: float = 0.01,
    groups: int = 10,
    left_out: int = 26,
    trend_p: float = 1.0,
    bound: str = "quantile",
    power: str = "2/3",
) -> Result:
    """Noufaily et al. 2013. All periods of the past years count, in `groups` season groups.

    `left_out`: latest periods not used, so that a slow rise does not hide itself; `trend_p`: significance a
    trend must reach (1: always kept unless it extrapolates); `bound`: "delta" as in the original,
    "quantile" of the negative binomial at the expected count, or "quantile-upper" at its upper limit.
    """
    base = baseline or Baseline()
    rows = [_seasons(base, at, groups, left_out) for at in periods]
    model = _Model(counts, periods, rows, groups=groups, reweight=True, outlying=2.58)
    fitted = model.fitted(True, trend_p)
    return model.result(fitted, _BOUNDS[bound](fitted, power, alpha))


@dataclass(frozen=True, slots=True)
class _Fitted:
    """Flattened over series and periods: expected count, its variance on the log scale, dispersion, trend."""

    mean: Array
    log_variance: Array
    dispersion: Array
    has_trend: NDArray[np.bool_]


class _Model:
    """The batch: one regression for each series and each period asked for."""

    def __init__(
        self,
        counts: ArrayLike,
        periods: Sequence[int],
        rows: Sequence[_Rows],
        *,
        groups: int,
        reweight: bool,
        outlying: float,
    ) -> None:
        self.counts = np.atleast_2d(np.asarray(counts, dtype=float))
        self.periods = np.asarray(periods)
        self.groups, self.reweight, self.outlying = groups, reweight, outlying
        series, longest = len(self.counts), max(len(row.positions) for row in rows)
        positions = np.stack([_padded(row.positions, longest, 0) for row in rows])
        group = np.stack([_padded(row.groups, longest, 0) for row in rows])
        used = np.stack([np.arange(longest) < len(row.positions) for row in rows])
        self.y = self.counts[:, positions].reshape(-1, longest)
        self.used = np.tile(used, (series, 1)).astype(float)
        since = (positions - self.periods[:, None]) / longest
        seasons = [np.where(group == code, 1.0, 0.0) for code in range(1, groups)]
        self.design = np.stack([np.ones_like(since), since, *seasons], axis=2)
        self.which = np.tile(np.arange(len(rows)), series)

    def fitted(self, trend: bool, trend_p: float) -> _Fitted:
        """Fits with the trend where it may stay, without it elsewhere."""
        every = np.arange(len(self.y))
        if not trend:
            return self._expected(self._fits(every, trend=False))
        fits = self._fits(every, trend=True)
        found = self._expected(fits)
        most = np.where(self.used > 0, self.y, 0).max(axis=1)
        stays = ((fits.p_value(1) < trend_p) | (trend_p >= 1)) & (found.mean <= most)
        plain = self._expected(self._fits(every[~stays], trend=False))
        for name in ("mean", "log_variance", "dispersion"):
            getattr(found, name)[~stays] = getattr(plain, name)
        return replace(found, has_trend=stays)

    def result(self, fitted: _Fitted, upper: Array) -> Result:
        recent = np.stack(
            [self.counts[:, at - RECENT + 1 : at + 1].sum(axis=1) for at in self.periods], axis=1
        )
        shape = recent.shape
        return Result(
            fitted.mean.reshape(shape),
            np.where(recent >= LEAST_RECENT, upper.reshape(shape), 0.0),
            fitted.dispersion.reshape(shape),
            fitted.has_trend.reshape(shape),
        )

    def _fits(self, chosen: NDArray[np.int64], *, trend: bool) -> Fits:
        design = self.design if trend else np.delete(self.design, 1, axis=2)
        y, used, which = self.y[chosen], self.used[chosen], self.which[chosen]
        fits = poisson(design, y, used, which)
        if not self.reweight:
            return fits
        return poisson(design, y, self._weights(fits, y, used), which, begin=fits.mean)

    def _weights(self, fits: Fits, y: Array, used: Array) -> Array:
        """Periods that stand out count less: the inverse square of their Anscombe residual."""
        spread = np.sqrt(np.maximum(fits.dispersion, 1)[:, None] * np.maximum(1 - fits.leverage, 1e-12))
        residual = 1.5 * (np.cbrt(y) ** 2 / np.cbrt(np.sqrt(fits.mean)) - np.sqrt(fits.mean)) / spread
        weights = np.where(residual > self.outlying, np.maximum(residual, 1e-6) ** -2, 1.0) * used
        return np.asarray(weights * (used.sum(axis=1) / weights.sum(axis=1))[:, None])

    def _expected(self, fits: Fits) -> _Fitted:
        """The period itself lies at time 0, in the season group of the window: only the constant counts."""
        now = np.zeros_like(fits.coefficients)
        now[:, 0] = 1.0
        mean, log_variance = fits.predicted(now)
        return _Fitted(mean, log_variance, np.maximum(fits.dispersion, 1), np.zeros(len(mean), bool))


def _delta(fitted: _Fitted, power: str, z: float) -> Array:
    """The bound on the transformed scale: chance and the uncertainty of the expected count together."""
    exponent = POWERS[power]
    spread = fitted.dispersion * (1 + fitted.mean * fitted.log_variance)
    error = exponent * np.sqrt(fitted.mean ** (2 * exponent - 1) * spread)
    return np.asarray((fitted.mean**exponent + z * error) ** (1 / exponent))


def _quantile(mean: Array, dispersion: Array, alpha: float) -> Array:
    """Negative binomial with this mean and variance dispersion × mean; Poisson where that is the mean."""
    over = np.maximum(dispersion - 1, 1e-12)
    spread = stats.nbinom.ppf(1 - alpha, mean / over, 1 / (1 + over))
    return np.asarray(np.where(dispersion > 1, spread, stats.poisson.ppf(1 - alpha, mean)))


_BOUNDS = {
    "delta": lambda fitted, power, alpha: _delta(fitted, power, float(stats.norm.ppf(1 - alpha))),
    "quantile": lambda fitted, power, alpha: _quantile(fitted.mean, fitted.dispersion, alpha),
    "quantile-upper": lambda fitted, power, alpha: _quantile(
        fitted.mean * np.exp(stats.norm.ppf(1 - alpha) * np.sqrt(fitted.dispersion * fitted.log_variance)),
        fitted.dispersion,
        alpha,
    ),
}


def _window(base: Baseline, at: int) -> _Rows:
    reach = range(-base.half_window, base.half_window + 1)
    positions = np.array([year + step for year in reversed(base.anniversaries(at)) for step in reach])
    return _Rows(positions, np.zeros_like(positions))


def _seasons(base: Baseline, at: int, groups: int, left_out: int) -> _Rows:
    """The window of each year is one group; what lies between two windows is cut into equal blocks."""
    marks = [at, *base.anniversaries(at)]
    wide = base.half_window
    group = np.full(at + 1, -1)
    group[max(at - wide, 0) :] = 0
    for later, earlier in pairwise(marks):
        group[earlier - wide : earlier + wide + 1] = 0
        if groups > 1:
            between = later - 2 * wide - 1 - earlier
            length, rest = divmod(between, groups - 1)
            sizes = [length + (block < rest) for block in range(groups - 1)]
            start = earlier + wide + 1
            group[start : start + between] = np.repeat(np.arange(1, groups), sizes)
    group[max(at - left_out, 0) :] = -1
    positions = np.flatnonzero(group >= 0)
    return _Rows(positions, group[positions])


def _years_back(day: date, years: int) -> date:
    """The same weekday nearest to the day so many years before."""
    try:
        then = day.replace(year=day.year - years)
    except ValueError:
        then = date(day.year - years, 3, 1)
    step = (day.weekday() - then.weekday()) % 7
    return then + timedelta(days=step if step <= 3 else step - 7)


def _padded(values: NDArray[np.int64], length: int, fill: int) -> NDArray[np.int64]:
    return np.concatenate([values, np.full(length - len(values), fill)])
