"""What a period usually brings, and which cells of a table stand out: said with how sure one can be.

Sources: Riebler 2004 (predictive distribution of a Poisson mean with prior Gamma(1/2, 0)); Haberman 1973
(adjusted residuals); Benjamini & Hochberg 1995 (correction for looking often).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from safecommunity.analysis.patterns import independence

Array = NDArray[np.float64]
FEWEST = 6  # reference periods below which nothing is said


@dataclass(frozen=True, slots=True)
class Usual:
    """The expected count and the range that 19 of 20 ordinary periods lie in; from how many periods."""

    expected: float
    low: int
    high: int
    periods: int


def usual(
    counts: ArrayLike, at: int, *, season: int = 12, years: int = 3, half: int = 1, level: float = 0.95
) -> Usual | None:
    """What the periods before lead to expect of period `at` (position from 0) of one series.

    Reference: the same season within `half` in each of `years` past years; without two such years the
    `season` periods just before. None with fewer than FEWEST reference periods. Negative binomial limits.
    """
    y = np.asarray(counts, dtype=float)
    back = [season * year + step for year in range(1, years + 1) for step in range(-half, half + 1)]
    same = [at - one for one in back if at - one >= 0]
    if len(same) < 2 * (2 * half + 1):
        same = list(range(max(at - season, 0), at))
    if len(same) < FEWEST:
        return None
    reference = y[same]
    size = len(reference)
    tail = (1 - level) / 2
    low, high = stats.nbinom.ppf([tail, 1 - tail], reference.sum() + 0.5, size / (size + 1))
    return Usual(float(reference.mean()), int(low), int(high), size)


def discoveries(p: ArrayLike, level: float = 0.01) -> NDArray[np.bool_]:
    """Which of many p-values may be called so, with at most `level` of those called so being chance."""
    values = np.asarray(p, dtype=float)
    flat = values.ravel()
    order = np.argsort(flat)
    passes = flat[order] <= level * np.arange(1, flat.size + 1) / flat.size
    found = np.zeros(flat.size, bool)
    if passes.any():
        found[order[: np.flatnonzero(passes)[-1] + 1]] = True
    return found.reshape(values.shape)


def standing_out(counts: ArrayLike, level: float = 0.01, least: int = 5) -> NDArray[np.int8]:
    """Cells of a table above (1) or below (−1) what their row and column predict, 0 where none can tell.

    Two-sided on adjusted residuals, corrected for the number of cells; rows and columns without any are left
    at 0, and so are cells that neither hold nor lead to expect `least`.
    """
    y = np.asarray(counts, dtype=float)
    marks = np.zeros(y.shape, np.int8)
    rows, columns = np.flatnonzero(y.sum(axis=1)), np.flatnonzero(y.sum(axis=0))
    if len(rows) < 2 or len(columns) < 2:
        return marks
    part = np.ix_(rows, columns)
    spread = independence(y[part])
    told = discoveries(2 * stats.norm.sf(np.abs(spread.adjusted)), level)
    enough = (y[part] >= least) | (spread.expected >= least)
    marks[part] = np.where(told & enough, np.sign(spread.adjusted), 0)
    return marks
