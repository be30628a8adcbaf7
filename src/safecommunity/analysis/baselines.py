"""Simple baselines: is this period's count above what the same season of past years leads to expect?

All read the same kind of reference values, periods at fixed distances before the one judged. An alarm is a
count (for `cdc`: a sum of four periods) above its bound.
Sources: Riebler 2004 (Bayes), Robert Koch-Institut (RKI), Crow & Gardner 1959 (its limits), Stroup et al.
1989 (CDC).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from safecommunity.analysis.ears import Bounds

Array = NDArray[np.float64]
# Upper 95 % limits of a Poisson mean of which 0, 1, 2 … events were seen (Crow & Gardner 1959).
CROW_GARDNER = np.array(
    [
        3.285, 5.323, 6.686, 8.102, 9.598, 11.177, 12.817, 13.765, 14.921, 16.768, 17.633,
        19.050, 20.335, 21.364, 22.945, 23.762, 25.400, 26.306, 27.735, 28.966, 30.017,
    ]
)  # fmt: skip
NORMAL_ABOVE = 20
MONTH = 4  # periods that `cdc` takes together


def bayes(
    counts: ArrayLike, *, years: int, half: int, season: int, recent: bool, alpha: float = 0.05
) -> Bounds:
    """The 1 − `alpha` quantile of the predictive distribution, with the prior Gamma(1/2, 0) for the mean.

    `counts`: series × periods, or one series. Reference: the periods within `half` of the same one in each
    of `years` past years of `season` periods, and, if `recent`, the `half` periods just before.
    """
    first, reference = _reference(counts, _offsets(years, half, season, recent=recent))
    size = reference.shape[2]
    sums, at = np.unique(reference.sum(axis=2), return_inverse=True)
    quantiles = stats.nbinom.ppf(1 - alpha, sums + 0.5, size / (size + 1))
    return Bounds(first, quantiles[at].reshape(reference.shape[:2]))


def rki(counts: ArrayLike, *, years: int, half: int, season: int, recent: bool = False) -> Bounds:
    """Mean + 2 sd of the reference, or below a mean of 20 the Poisson limit of Crow & Gardner."""
    first, reference = _reference(counts, _offsets(years, half, season, recent=recent))
    mean = reference.mean(axis=2)
    small = CROW_GARDNER[np.clip(mean, 0, NORMAL_ABOVE).astype(int)]
    return Bounds(first, np.where(mean <= NORMAL_ABOVE, small, mean + 2 * reference.std(axis=2, ddof=1)))


def cdc(counts: ArrayLike, *, years: int = 5, around: int = 1, alpha: float = 0.025) -> Bounds:
    """A bound on the sum of the last four of weekly periods, from the same sums of past years.

    Reference: those sums at the same week and `around` steps of four weeks before and after it, `years` back;
    mean + z · sd · √(1 + 1/n) with the two-sided quantile z of `alpha`.
    """
    y = np.atleast_2d(np.asarray(counts, dtype=float))
    sums = np.apply_along_axis(np.convolve, 1, y, np.ones(MONTH), "valid")
    offsets = [
        -52 * back + MONTH * step for back in range(1, years + 1) for step in range(-around, around + 1)
    ]
    first, reference = _reference(sums, offsets)
    spread = reference.std(axis=2, ddof=1) * np.sqrt(1 + 1 / len(offsets))
    upper = reference.mean(axis=2) + stats.norm.ppf(1 - alpha / 2) * spread
    return Bounds(first + MONTH - 1, upper)


def _offsets(years: int, half: int, season: int, *, recent: bool) -> list[int]:
    past = [-season * back + step for back in range(1, years + 1) for step in range(-half, half + 1)]
    return [*past, *range(-half, 0)] if recent else past


def _reference(counts: ArrayLike, offsets: list[int]) -> tuple[int, Array]:
    """The first period that can be judged, and series × periods judged × reference values."""
    y = np.atleast_2d(np.asarray(counts, dtype=float))
    first = -min(offsets, default=0)
    if not offsets or max(offsets) >= 0:
        raise ValueError(
            "the reference must lie before the period judged: fewer neighbours or a longer season"
        )
    if y.shape[1] <= first:
        raise ValueError(f"{first + 1} periods are needed, {y.shape[1]} are given")
    return first, y[:, np.arange(first, y.shape[1])[:, None] + np.array(offsets)]
