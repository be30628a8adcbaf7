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
def products_by_chance(
    values: Array, weights: Array, places: Places, starts: NDArray[np.int64], replicates: int, seed: int
) -> Array:
    """The sum of all products of an area and its weighted neighbours, for random arrangements of the values.

    `weights` and `places`: of each area's neighbours, area i from `starts[i]` on. Numbers are drawn by
    xorshift64* (Vigna 2016) and brought into range by their upper half, which is what a shuffle waits for.
    """
    shuffled, found = values.copy(), np.zeros(replicates)
    state = (np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x632BE59BD9B4E019)) | np.uint64(1)
    half = np.uint64(32)
    for draw in range(replicates):
        for at in range(len(values) - 1, 0, -1):
            state ^= state >> np.uint64(12)
            state ^= state << np.uint64(25)
            state ^= state >> np.uint64(27)
            upper = (state * np.uint64(0x2545F4914F6CDD1D)) >> half
            other = np.int64((upper * np.uint64(at + 1)) >> half)
            shuffled[at], shuffled[other] = shuffled[other], shuffled[at]
        for area in range(len(values)):
            around = 0.0
            for at in range(starts[area], starts[area + 1]):
                around += weights[at] * shuffled[places[at]]
            found[draw] += shuffled[area] * around
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
def factored(
    places: NDArray[np.uint16], values: Array, working: Array, ridge: float, factor: Array, scale: Array
) -> None:
    """Into `factor` and `scale` the Cholesky factor of X'WX of one fit, scaled for the sake of accuracy; its
    diagonal is inverted. The rest as for `poisson_fits`.
    """
    size = len(scale)
    factor[:] = 0
    for row in range(len(working)):
        for at in range(places.shape[1]):
            part, one = values[row, at] * working[row], places[row, at]
            for before in range(at + 1):
                factor[one, places[row, before]] += part * values[row, before]
    for one in range(size):
        scale[one] = 1 / math.sqrt(max(factor[one, one], 1e-300))
        for other in range(one + 1):
            factor[one, other] *= scale[one] * scale[other]
        factor[one, one] += ridge
        for other in range(one + 1):
            found = factor[one, other]
            for at in range(other):
                found -= factor[one, at] * factor[other, at]
            if other < one:
                factor[one, other] = found * factor[other, other]
            else:
                factor[one, one] = 1 / math.sqrt(max(found, ridge))


@compiled
def solve(factor: Array, scale: Array, wanted: Array, found: Array) -> None:
    """Into `found` what X'WX, as `factored`, takes to `wanted`."""
    size = len(wanted)
    for one in range(size):
        found[one] = wanted[one] * scale[one]
        for at in range(one):
            found[one] -= factor[one, at] * found[at]
        found[one] *= factor[one, one]
    for one in range(size - 1, -1, -1):
        for at in range(one + 1, size):
            found[one] -= factor[at, one] * found[at]
        found[one] *= factor[one, one]
    found *= scale


@compiled
def poisson_fits(
    places: NDArray[np.uint16],
    values: Array,
    which: NDArray[np.int64],
    y: Array,
    weights: Array,
    means: Array,
    log_means: Array,
    size: int,
    rounds: int,
    close: float,
    lowest: float,
    highest: float,
    ridge: float,
) -> tuple[Array, Array, Array]:
    """Coefficients, inverse information and leverage of each fit; see `glm.poisson` for the shapes.

    `values` k × n × w: what is not zero in each row of a design, `places`: in which of its `size` columns, in
    order. `means` and `log_means` m × n hold where to begin and, afterwards, what was found. A fit ends when
    no mean changes by more than `close` of itself.
    """
    fits, rows, wide = len(y), y.shape[1], values.shape[2]
    coefficients, inverses = np.zeros((fits, size)), np.empty((fits, size, size))
    leverage, working = np.zeros((fits, rows)), np.empty(rows)
    factor, scale, score, unit = np.empty((size, size)), np.empty(size), np.empty(size), np.zeros(size)
    for fit in range(fits):
        at, x, found, inverse = places[which[fit]], values[which[fit]], coefficients[fit], inverses[fit]
        weight, count, mean, log_mean = weights[fit], y[fit], means[fit], log_means[fit]
        for _ in range(rounds):
            score[:] = 0
            for row in range(rows):
                working[row] = weight[row] * mean[row]
                z = working[row] * log_mean[row] + weight[row] * (count[row] - mean[row])
                for one in range(wide):
                    score[at[row, one]] += x[row, one] * z
            factored(at, x, working, ridge, factor, scale)
            solve(factor, scale, score, found)
            step = 0.0
            for row in range(rows):
                if weight[row] > 0:
                    line = 0.0
                    for one in range(wide):
                        line += x[row, one] * found[at[row, one]]
                    line = min(max(line, lowest), highest)
                    step = max(step, abs(line - log_mean[row]))
                    log_mean[row], mean[row] = line, math.exp(line)
            if step < close:
                break
        for row in range(rows):
            working[row] = weight[row] * mean[row]
        factored(at, x, working, ridge, factor, scale)
        for one in range(size):
            unit[one] = 1
            solve(factor, scale, unit, inverse[one])
            unit[one] = 0
        for row in range(rows):
            spread = 0.0
            for one in range(wide):
                for other in range(wide):
                    spread += x[row, one] * inverse[at[row, one], at[row, other]] * x[row, other]
            leverage[fit, row] = working[row] * spread
    return coefficients, inverses, leverage


def prepare() -> None:
    """Compile every kernel that is not yet kept, with the types it is called with."""
    one, places = np.ones(1), np.zeros(1, np.int32)
    starts = np.array([0, 1])
    best_rounds(one, places, starts, one, 1.0, 2, np.ones(1, bool))
    largest_by_chance(np.ones((1, 1, LANES), np.float32), places, starts, one, 1, 2)
    as_many_close(np.zeros((1, 2), np.int32), one, 1.0, 1, 1, 0)
    drawn(1, 1, 1, 0)
    products_by_chance(one, one, places, starts, 1, 0)
    sums_by_chance(np.ones(2), one, starts, np.zeros((1, 1), np.int32), one)
    design, row = np.ones((1, 1, 1)), np.ones((1, 1))
    at = np.zeros((1, 1, 1), np.uint16)
    poisson_fits(at, design, starts[:1], row, row, row, row, 1, 1, 1.0, 0.0, 1.0, 0.0)
