"""EARS C1, C2 and C3: is this period's count above what the last few periods lead to expect?

They need no history beyond nine periods, which makes them the methods of the first day.
Sources: Hutwagner et al. 2003, Fricker et al. 2008.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Array = NDArray[np.float64]
GAP = 2


@dataclass(frozen=True, slots=True)
class Bounds:
    """`first`: the position of the first period judged (from 0); `upper`: series × periods judged."""

    first: int
    upper: Array


def c1(counts: ArrayLike, alpha: float = 0.001, baseline: int = 7, least_sd: float = 0.0) -> Bounds:
    """Upper bounds from the `baseline` periods just before; `counts`: series × periods, or one series.

    `alpha`: chance of a false alarm a period under a normal baseline; `least_sd`: a floor for the standard
    deviation, so that a quiet baseline does not make every single case an alarm. An alarm is a count above
    its bound. Raises `ValueError` when there are too few periods.
    """
    return _bounds(counts, alpha, baseline, least_sd, gap=0)


def c2(counts: ArrayLike, alpha: float = 0.001, baseline: int = 7, least_sd: float = 0.0) -> Bounds:
    """As `c1`, leaving out the two periods just before, so that a starting rise does not hide itself."""
    return _bounds(counts, alpha, baseline, least_sd, gap=GAP)


def c3(counts: ArrayLike, alpha: float = 0.025, baseline: int = 7, least_sd: float = 0.0) -> Bounds:
    """As `c2`, for rises that build up: an alarm when the two periods before were together far above theirs.

    The bound is written on the count, as `max(0, count + sd (z − excess))`, where excess is what the two
    periods before had above one standard deviation. Infinite or not a number where a baseline has no
    spread at all and no floor is given.
    """
    y = np.atleast_2d(np.asarray(counts, dtype=float))
    mean, sd = _moments(y, baseline, least_sd, GAP)
    first = baseline + GAP
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.maximum((y[:, first:] - mean) / sd - 1, 0)
        carried = excess[:, 1:-1] + excess[:, :-2]
        upper = y[:, first + 2 :] + sd[:, 2:] * (stats.norm.ppf(1 - alpha) - carried)
    return Bounds(first + 2, np.maximum(upper, 0))


def _bounds(counts: ArrayLike, alpha: float, baseline: int, least_sd: float, gap: int) -> Bounds:
    y = np.atleast_2d(np.asarray(counts, dtype=float))
    mean, sd = _moments(y, baseline, least_sd, gap)
    return Bounds(baseline + gap, mean + stats.norm.ppf(1 - alpha) * sd)


def _moments(y: Array, baseline: int, least_sd: float, gap: int) -> tuple[Array, Array]:
    if y.shape[1] <= baseline + gap:
        raise ValueError(f"{baseline + gap + 1} periods are needed, {y.shape[1]} are given")
    n = baseline
    sums, squares = (_running(values, n)[:, : y.shape[1] - n - gap] for values in (y, y**2))
    variance = np.maximum(n * squares - sums**2, 0) / (n * (n - 1))
    return sums / n, np.maximum(np.sqrt(variance), least_sd)


def _running(values: Array, length: int) -> Array:
    """Sums over every `length` periods that follow one another; exact for counts."""
    total = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    return np.asarray(total[:, length:] - total[:, :-length])
