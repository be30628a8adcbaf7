"""Many small Poisson regressions at once: log link, prior weights, dispersion from Pearson's statistic.

Each fit of a batch has its own response; rows that a fit does not use have prior weight 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from safecommunity.analysis import kernels

Array = NDArray[np.float64]
ROUNDS = 40
CLOSE = 1e-6  # of the mean in the last round: the next would change it by the square of that
LOWEST, HIGHEST = -25.0, 30.0
RIDGE = 1e-12


@dataclass(frozen=True, slots=True)
class Fits:
    """A batch of `m` fits with `n` rows and `p` coefficients.

    `coefficients` m × p, `mean` m × n, `inverse` m × p × p (inverse information at dispersion 1),
    `dispersion` m (Pearson / degrees of freedom, unbounded), `leverage` m × n, `freedom` m.
    """

    coefficients: Array
    mean: Array
    inverse: Array
    dispersion: Array
    leverage: Array
    freedom: Array

    def predicted(self, x: Array) -> tuple[Array, Array]:
        """Mean at one row of covariates a fit (m × p), and the variance of its logarithm at dispersion 1."""
        log_mean = np.clip((x * self.coefficients).sum(axis=1), LOWEST, HIGHEST)
        return np.exp(log_mean), np.einsum("mp,mpq,mq->m", x, self.inverse, x)

    def p_value(self, column: int) -> Array:
        """Two-sided t-test of one coefficient against zero, with the dispersion found."""
        error = np.sqrt(np.maximum(self.dispersion, 1e-300) * self.inverse[:, column, column])
        return np.asarray(2 * stats.t.sf(np.abs(self.coefficients[:, column]) / error, self.freedom))


def poisson(
    design: Array,
    y: Array,
    weights: Array,
    which: NDArray[np.int64] | None = None,
    begin: Array | None = None,
) -> Fits:
    """Fit by iterated weighted least squares. `design` k × n × p, `y` and `weights` m × n.

    `which`: the design of each fit, where several share one; by default fit i has design i. `begin`: means
    m × n, above zero, that are near already. A fit whose counts are all zero ends at a mean near zero instead
    of running off.
    """
    which = np.arange(len(y)) if which is None else which
    y, weights = (np.ascontiguousarray(array, dtype=float) for array in (y, weights))
    mean = np.where(weights > 0, y + 0.1, 1.0) if begin is None else begin.copy()
    places, values = _filled(design)
    coefficients, inverse, leverage = kernels.poisson_fits(
        places, values, which, y, weights, mean, np.log(mean), design.shape[2], ROUNDS, CLOSE,
        LOWEST, HIGHEST, RIDGE,
    )  # fmt: skip
    freedom = (weights > 0).sum(axis=1) - design.shape[2]
    pearson = (weights * (y - mean) ** 2 / mean).sum(axis=1)
    return Fits(coefficients, mean, inverse, pearson / np.maximum(freedom, 1), leverage, freedom)


def _filled(design: Array) -> tuple[NDArray[np.uint16], Array]:
    """Of each row the columns that are not zero, in order, and their values; filled up with zeros."""
    is_zero = design == 0
    wide = int((~is_zero).sum(axis=2).max())
    places = np.argsort(is_zero, axis=2, kind="stable")[:, :, :wide]
    values = np.take_along_axis(design, places, axis=2)
    return np.ascontiguousarray(places, np.uint16), np.ascontiguousarray(values, float)
