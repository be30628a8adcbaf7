"""The weekly look over many series: is last week's count above what its own past leads to expect?

The method follows from how much past there is: EARS C2 from the tenth week, a Poisson CUSUM from one year,
flexible Farrington from three years. Sources: see `ears`, `cusum` and `farrington`. A series with hardly any
cases of its own borrows from the same series elsewhere (Gamma-Poisson model: Clayton & Kaldor 1987).
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
AROUND = 3  # weeks before and behind that count as the same season
TOGETHER = 1_000  # series worked on at a time: a city's hundred thousand need no more memory than that


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one series: last week's count, the expected one, the largest usual one, the method, alarm or not."""

    count: int
    expected: float
    upper: float
    method: str
    alarm: bool


def judge(
    counts: ArrayLike, settings: Settings | None = None, elsewhere: ArrayLike | None = None
) -> list[Verdict]:
    """`counts`: series × weeks, the last week to be judged. [] with fewer than ten weeks.

    `elsewhere`: what the same series in comparable places lead to expect of each week here; None: unknown.
    """
    y, said = np.atleast_2d(np.asarray(counts)), settings or Settings()
    if y.shape[1] < 10:
        return []
    parts = (slice(start, start + TOGETHER) for start in range(0, len(y), TOGETHER))
    there = None if elsewhere is None else np.atleast_2d(np.asarray(elsewhere, dtype=float))
    return [
        verdict
        for part in parts
        for verdict in _judged(y[part].astype(float), said, None if there is None else there[part])
    ]


def _judged(y: Array, said: Settings, elsewhere: Array | None) -> Iterator[Verdict]:
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
    methods = np.full(len(y), method, object)
    if elsewhere is not None:
        tiny = y[:, : -1 - RECENT].mean(axis=1) * WEEKS < said.tiny
        expected[tiny], upper[tiny] = _borrowed(y[tiny], elsewhere[tiny], said)
        methods[tiny] = "borrowed"
    told = zip(y[:, -1].tolist(), expected.tolist(), upper.tolist(), methods.tolist(), strict=True)
    for count, mean, top, by in told:
        yield Verdict(int(count), mean, top, by, count > top > 0 and count >= said.least)


def _borrowed(y: Array, elsewhere: Array, said: Settings) -> tuple[Array, Array]:
    """Expected and largest usual count of the last week, from elsewhere and from how it went here so far.

    The ratio of this place to elsewhere has a Gamma prior with mean 1 that weighs `borrowed` cases; with the
    y cases here where e were expected the last week is negative binomial. At least 1 is usual.
    """
    own, wanted = y[:, : -1 - RECENT].sum(axis=1), elsewhere[:, : -1 - RECENT].sum(axis=1)
    size, rate = said.borrowed + own, said.borrowed + wanted
    last = _of_season(elsewhere)
    upper = stats.nbinom.ppf(1 - said.alpha, size, rate / (rate + last))
    return size / rate * last, np.maximum(upper, 1)


def _of_season(series: Array) -> Array:
    """The mean of the weeks round the last one in past years, of all past weeks within the first year."""
    last = series.shape[1] - 1
    past = np.arange(last - RECENT)
    apart = (last - past + AROUND) % WEEKS
    same = past[apart <= 2 * AROUND]
    return np.asarray(series[:, same if len(same) > 2 * AROUND else past].mean(axis=1))


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
