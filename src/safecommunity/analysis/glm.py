"""Many small Poisson regressions at once: log link, prior weights, dispersion from Pearson's statistic.

Each fit of a batch has its own design and response; rows that a fit does not use have prior weight 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
ROUNDS = 40
CLOSE = 1e-11
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


def poisson(design: Array, y: Array, weights: Array) -> Fits:
    """Fit by iterated weighted least squares. `design` m × n × p, `y` and `weights` m × n.

    A fit whose counts are all zero ends at a mean near zero instead of running off.
    """
    used = weights > 0
    mean = np.where(used, y + 0.1, 1.0)
    log_mean = np.log(mean)
    deviance = np.full(len(y), np.inf)
    for _ in range(ROUNDS):
        working = weights * mean
        coefficients, inverse = _solved(design, working, log_mean + (y - mean) / mean)
        log_mean = np.clip(np.einsum("mnp,mp->mn", design, coefficients), LOWEST, HIGHEST)
        mean = np.where(used, np.exp(log_mean), 1.0)
        before, deviance = deviance, _deviance(y, mean, weights)
        if np.all(np.abs(deviance - before) < CLOSE * (np.abs(deviance) + 0.1)):
            break
    working = weights * mean
    inverse = _inverse(design, working)
    freedom = used.sum(axis=1) - design.shape[2]
    pearson = (weights * (y - mean) ** 2 / mean).sum(axis=1)
    leverage = working * np.einsum("mnp,mpq,mnq->mn", design, inverse, design)
    return Fits(coefficients, mean, inverse, pearson / np.maximum(freedom, 1), leverage, freedom)


def _solved(design: Array, working: Array, z: Array) -> tuple[Array, Array]:
    inverse = _inverse(design, working)
    return np.einsum("mpq,mq->mp", inverse, np.einsum("mnp,mn,mn->mp", design, working, z)), inverse


def _inverse(design: Array, working: Array) -> Array:
    weighted = design * working[:, :, None]
    information = np.einsum("mnp,mnq->mpq", weighted, design)
    scale = np.sqrt(np.maximum(np.einsum("mpp->mp", information), 1e-300))
    scaled = information / (scale[:, :, None] * scale[:, None, :])
    scaled[:, range(scaled.shape[1]), range(scaled.shape[1])] += RIDGE
    return np.asarray(np.linalg.inv(scaled) / (scale[:, :, None] * scale[:, None, :]))


def _deviance(y: Array, mean: Array, weights: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = np.where(y > 0, y * np.log(y / mean), 0.0)
    return np.asarray(2 * (weights * (surprise - (y - mean))).sum(axis=1))
