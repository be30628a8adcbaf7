"""The weekly look over many series: is last week's count above what its own past leads to expect?

The method follows from how much past there is: EARS C2 from the tenth week, a Poisson CUSUM from one year,
flexible Farrington from three years. Sources: see `ears`, `cusum` and `farrington`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from safecommunity.analysis.cusum import poisson_ratio
from safecommunity.analysis.ears import c2
from safecommunity.analysis.farrington import Baseline, flexible
from safecommunity.core.watches import Settings

Array = NDArray[np.float64]
WEEKS = 52
RECENT = 4  # weeks just before that do not teach the CUSUM what is usual
TOGETHER = 1_000  # series worked on at a time: a city's hundred thousand need no more memory than that


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one series: last week's count, the expected one, the largest usual one, the method, alarm or not."""

    count: int
    expected: float
    upper: float
    method: str
    alarm: bool


def judge(counts: ArrayLike, settings: Settings | None = None) -> list[Verdict]:
    """`counts`: series × weeks, the last week to be judged. [] with fewer than ten weeks."""
    y, said = np.atleast_2d(np.asarray(counts)), settings or Settings()
    if y.shape[1] < 10:
        return []
    parts = (y[start : start + TOGETHER].astype(float) for start in range(0, len(y), TOGETHER))
    return [verdict for part in parts for verdict in _judged(part, said)]


def _judged(y: Array, said: Settings) -> Iterator[Verdict]:
    weeks = y.shape[1]
    if weeks >= said.years * WEEKS + RECENT:
        base = Baseline(years=min(5, (weeks - RECENT) // WEEKS), half_window=3, frequency=WEEKS)
        found = flexible(y, [weeks - 1], base, alpha=said.alpha)
        expected, upper, method = found.expected[:, 0], found.upper[:, 0], "farrington"
    elif weeks >= WEEKS:
        expected = y[:, : -1 - RECENT].mean(axis=1)
        upper, method = _cusum_upper(y, expected, said), "cusum"
    else:
        bounds = c2(y, alpha=said.short_alpha, least_sd=said.least_sd)
        expected = y[:, -10:-3].mean(axis=1)
        upper, method = np.floor(bounds.upper[:, -1]), "ears"
    for count, mean, top in zip(y[:, -1].tolist(), expected.tolist(), upper.tolist(), strict=True):
        yield Verdict(int(count), mean, top, method, count > top > 0 and count >= said.least)


def _cusum_upper(y: Array, expected: Array, said: Settings) -> Array:
    """The largest count of the last week that neither passes the limit of the sums nor stands out alone.

    Alone it stands out above the 1 − `alpha` quantile of what the past predicts (Riebler 2004).
    """
    rise, past = np.log(said.factor), y[:, : -1 - RECENT]
    weeks = past.shape[1]
    alone = stats.nbinom.ppf(1 - said.alpha, past.sum(axis=1) + 0.5, weeks / (weeks + 1))
    mean = np.maximum(expected, 1 / WEEKS)
    sums = poisson_ratio(y[:, :-1], mean[:, None], rise, said.limit)
    before = np.where(sums.alarms[:, -1], 0.0, sums.statistic[:, -1])
    room = (said.limit - before + mean * np.expm1(rise)) / rise
    return np.asarray(np.minimum(alone, np.maximum(np.ceil(room) - 1, np.floor(mean))))
