"""The weekly look over many series: is last week's count above what its own past leads to expect?

The method follows from how much past there is: EARS C2 from the tenth week, a Poisson CUSUM from one year,
flexible Farrington from three years. Sources: see `ears`, `cusum` and `farrington`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from safecommunity.analysis.cusum import poisson_ratio
from safecommunity.analysis.ears import c2
from safecommunity.analysis.farrington import Baseline, flexible
from safecommunity.core.watches import Settings

WEEKS = 52
RECENT = 4  # weeks just before that do not teach the CUSUM what is usual


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
    y, said = np.atleast_2d(np.asarray(counts, dtype=float)), settings or Settings()
    weeks = y.shape[1]
    if weeks < 10:
        return []
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
    return [
        Verdict(int(count), float(mean), float(top), method, bool(count > top > 0 and count >= said.least))
        for count, mean, top in zip(y[:, -1], expected, upper, strict=True)
    ]


def _cusum_upper(y: np.ndarray, expected: np.ndarray, said: Settings) -> np.ndarray:
    """The largest count of the last week that neither passes the limit of the sums nor stands out alone.

    Alone it stands out above the 1 − `alpha` quantile of what the past predicts (Riebler 2004).
    """
    rise, past = np.log(said.factor), y[:, : -1 - RECENT]
    weeks = past.shape[1]
    alone = stats.nbinom.ppf(1 - said.alpha, past.sum(axis=1) + 0.5, weeks / (weeks + 1))
    uppers = []
    for series, mean, single in zip(y, np.maximum(expected, 1 / WEEKS), alone, strict=True):
        sums = poisson_ratio(series[:-1], mean, rise, said.limit)
        before = 0.0 if sums.alarms[0, -1] else float(sums.statistic[0, -1])
        room = (said.limit - before + mean * np.expm1(rise)) / rise
        uppers.append(min(single, max(np.ceil(room) - 1, np.floor(mean))))
    return np.array(uppers)
