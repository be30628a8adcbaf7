"""The inner loops of the statistics, compiled once and kept beside the code (numba).

A first call compiles for some seconds where nothing is kept yet: `prepare` does that for all of them, so that
no one waits. Every array is contiguous; `float64` unless said otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Counts = NDArray[np.float32]
Places = NDArray[np.int32]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])
LANES = 64
# The bound below is worked out in single precision: what comes so close to it is looked at exactly.
SLACK = 0.9999


def compiled(kernel: Kernel) -> Kernel:
    """Machine code, kept on disk; arithmetic as IEEE 754 has it."""
    return cast(Kernel, njit(cache=True, error_model="numpy")(kernel))


@compiled
def ratio(inside: float, expected: float, total: float, least: float) -> float:
    """Log-likelihood ratio of a circle with more cases than expected and at least `least`, else 0."""
    if inside <= expected or inside < least:
        return 0.0
    found = inside * math.log(inside / expected)
    if inside < total:
        found += (total - inside) * math.log((total - inside) / (total - expected))
    return found


@compiled
def best_rounds(
    cases: Array,
    order: Places,
    starts: NDArray[np.int64],
    expected: Array,
    total: float,
    least: float,
    free: NDArray[np.bool_],
) -> tuple[Array, NDArray[np.int64]]:
    """Of each centre the largest ratio and how many areas its circle holds; only circles of free areas.

    `order`: the areas round each centre, nearest first, those of centre i from `starts[i]` on;
    `expected`: the sums of expected cases along `order`.
    """
    centres = len(starts) - 1
    largest, sizes = np.zeros(centres), np.ones(centres, np.int64)
    for centre in range(centres):
        inside = 0.0
        for at in range(starts[centre], starts[centre + 1]):
            if not free[order[at]]:
                break
            inside += cases[order[at]]
            found = ratio(inside, expected[at], total, least)
            if found > largest[centre]:
                largest[centre], sizes[centre] = found, at - starts[centre] + 1
    return largest, sizes


@compiled
def largest_by_chance(
    drawn: Counts, order: Places, starts: NDArray[np.int64], expected: Array, total: float, least: float
) -> Array:
    """The largest ratio over all circles in each replicate. `drawn`: blocks × areas × LANES replicates.

    Logarithms are taken only for circles that can pass what their replicate has reached. With c cases of C
    where E are expected, E ≤ c ≤ C − E, the ratio is at most (c − E)² / 2E(1 − E/C): its second derivative
    in c is C / c(C − c), largest at c = E.
    """
    largest = np.zeros((len(drawn), LANES))
    for block in range(len(drawn)):
        limit, inside = np.zeros(LANES, np.float32), np.empty(LANES, np.float32)
        for centre in range(len(starts) - 1):
            inside[:] = 0
            for at in range(starts[centre], starts[centre + 1]):
                if expected[at] >= total:
                    break
                due, turn = np.float32(expected[at]), np.float32(total - expected[at])
                scale = np.float32(0.5 / (expected[at] * (1 - expected[at] / total)))
                row, passing = drawn[block, order[at]], np.int32(0)
                for lane in range(LANES):
                    inside[lane] += row[lane]
                    above = inside[lane] - due
                    passing |= np.int32((above * abs(above) * scale > limit[lane]) | (inside[lane] > turn))
                if passing:
                    for lane in range(LANES):
                        found = ratio(inside[lane], expected[at], total, least)
                        if found > largest[block, lane]:
                            largest[block, lane] = found
                            limit[lane] = np.float32(found * SLACK)
    return largest


@compiled
def as_many_close(pairs: Places, days: Array, soon: float, close: int, replicates: int, seed: int) -> int:
    """In how many random orders of the days at least `close` of these pairs (k × 2) are `soon` together."""
    np.random.seed(seed)
    shuffled, reached = days.copy(), 0
    for _ in range(replicates):
        for at in range(len(shuffled) - 1, 0, -1):
            other = np.random.randint(0, at + 1)
            shuffled[at], shuffled[other] = shuffled[other], shuffled[at]
        together = 0
        for pair in range(len(pairs)):
            together += abs(shuffled[pairs[pair, 0]] - shuffled[pairs[pair, 1]]) <= soon
        reached += together >= close
    return reached


@compiled
def drawn(size: int, most: int, replicates: int, seed: int) -> Places:
    """In each row `most` of the numbers below `size` in random order: the start of a shuffle."""
    np.random.seed(seed)
    numbers, found = np.arange(size).astype(np.int32), np.empty((replicates, most), np.int32)
    for row in range(replicates):
        for at in range(most):
            other = np.random.randint(at, size)
            numbers[at], numbers[other] = numbers[other], numbers[at]
            found[row, at] = numbers[at]
    return found


@compiled
def sums_by_chance(
    values: Array, weights: Array, starts: NDArray[np.int64], draws: Places, sums: Array
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How often neighbours drawn from the other areas weigh at least, and at most, as much as the true ones.

    `weights`: those of each area's neighbours, area i from `starts[i]` on; `draws`: replicates × the most
    neighbours, positions among the other areas; `sums`: the true weighted sums.
    """
    areas = len(starts) - 1
    at_least, at_most = np.zeros(areas, np.int64), np.zeros(areas, np.int64)
    for area in range(areas):
        first, count = starts[area], starts[area + 1] - starts[area]
        for draw in range(len(draws)):
            found = 0.0
            for at in range(count):
                other = draws[draw, at]
                found += weights[first + at] * values[other + (other >= area)]
            at_least[area] += found >= sums[area]
            at_most[area] += found <= sums[area]
    return at_least, at_most


@compiled
def information(design: Array, working: Array, ridge: float) -> Array:
    """The inverse of X'WX of one fit, scaled for the sake of accuracy; most entries of X are zero."""
    size = design.shape[1]
    found = np.zeros((size, size))
    for row in range(len(working)):
        if working[row] > 0:
            for one in range(size):
                if design[row, one] != 0:
                    part = design[row, one] * working[row]
                    for other in range(one, size):
                        found[one, other] += part * design[row, other]
    scale = np.empty(size)
    for one in range(size):
        scale[one] = np.sqrt(max(found[one, one], 1e-300))
    for one in range(size):
        for other in range(one, size):
            found[one, other] /= scale[one] * scale[other]
            found[other, one] = found[one, other]
        found[one, one] += ridge
    inverse = np.empty_like(found)
    inverse[:] = np.linalg.inv(found)
    for one in range(size):
        for other in range(size):
            inverse[one, other] /= scale[one] * scale[other]
    return inverse


@compiled
def poisson_fits(
    design: Array,
    which: NDArray[np.int64],
    y: Array,
    weights: Array,
    rounds: int,
    close: float,
    lowest: float,
    highest: float,
    ridge: float,
) -> tuple[Array, Array, Array, Array]:
    """Coefficients, means, inverse information and leverage of each fit; see `glm.poisson` for the shapes."""
    fits, rows, size = len(y), y.shape[1], design.shape[2]
    coefficients, means = np.zeros((fits, size)), np.ones((fits, rows))
    inverses, leverage = np.empty((fits, size, size)), np.zeros((fits, rows))
    working, score = np.zeros(rows), np.empty(size)
    for fit in range(fits):
        x, weight, count, mean = design[which[fit]], weights[fit], y[fit], means[fit]
        log_mean = np.zeros(rows)
        for row in range(rows):
            if weight[row] > 0:
                mean[row] = count[row] + 0.1
                log_mean[row] = np.log(mean[row])
        before = np.inf
        for _ in range(rounds):
            score[:] = 0
            for row in range(rows):
                working[row] = weight[row] * mean[row]
                if weight[row] > 0:
                    z = working[row] * (log_mean[row] + (count[row] - mean[row]) / mean[row])
                    for one in range(size):
                        score[one] += x[row, one] * z
            coefficients[fit] = information(x, working, ridge) @ score
            deviance = 0.0
            for row in range(rows):
                if weight[row] > 0:
                    found = 0.0
                    for one in range(size):
                        found += x[row, one] * coefficients[fit, one]
                    log_mean[row] = min(max(found, lowest), highest)
                    mean[row] = np.exp(log_mean[row])
                    surprise = mean[row] - count[row]
                    if count[row] > 0:
                        surprise += count[row] * (np.log(count[row]) - log_mean[row])
                    deviance += 2 * weight[row] * surprise
            if abs(deviance - before) < close * (abs(deviance) + 0.1):
                break
            before = deviance
        for row in range(rows):
            working[row] = weight[row] * mean[row]
        inverse = information(x, working, ridge)
        inverses[fit] = inverse
        for row in range(rows):
            if weight[row] > 0:
                found = 0.0
                for one in range(size):
                    if x[row, one] != 0:
                        for other in range(size):
                            found += x[row, one] * inverse[one, other] * x[row, other]
                leverage[fit, row] = working[row] * found
    return coefficients, means, inverses, leverage


def prepare() -> None:
    """Compile every kernel that is not yet kept, with the types it is called with."""
    one, places = np.ones(1), np.zeros(1, np.int32)
    starts = np.array([0, 1])
    best_rounds(one, places, starts, one, 1.0, 2, np.ones(1, bool))
    largest_by_chance(np.ones((1, 1, LANES), np.float32), places, starts, one, 1, 2)
    as_many_close(np.zeros((1, 2), np.int32), one, 1.0, 1, 1, 0)
    drawn(1, 1, 1, 0)
    sums_by_chance(np.ones(2), one, starts, np.zeros((1, 1), np.int32), one)
    poisson_fits(
        np.ones((1, 1, 1)), np.zeros(1, np.int64), np.ones((1, 1)), np.ones((1, 1)), 1, 1.0, -1.0, 1.0, 0.0
    )
