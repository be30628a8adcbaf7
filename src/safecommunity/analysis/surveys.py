"""Questionnaires: how many to ask, what their answers say of everybody, and whether it changed.

Sources: Cochran 1977 (sample size, strata, clusters), Kish 1965 (design effect), Wilson 1927 and Newcombe
1998 (limits of shares and their differences), Korn & Graubard 1999 (limits under a complex design).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from safecommunity.analysis.rates import Limits

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of everybody, between limits; `design_effect`: variance against a simple random sample."""

    value: float
    lower: float
    upper: float
    design_effect: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One share minus another, with limits and the two-sided p of "no difference"."""

    value: float
    lower: float
    upper: float
    p: float


def sample_size(
    share: float = 0.5,
    margin: float = 0.05,
    *,
    design_effect: float = 1.0,
    population: int | None = None,
    response: float = 1.0,
    level: float = 0.95,
) -> int:
    """How many people to ask so that a share near `share` is known to ± `margin`.

    `design_effect` ≥ 1 for clusters, `population` for the finite correction, `response`: who will answer.
    """
    if not (0 < share < 1 and 0 < margin < 1 and 0 < response <= 1 and design_effect >= 1):
        raise ValueError("share, margin and response lie between 0 and 1, the design effect is at least 1")
    simple = float(stats.norm.ppf((1 + level) / 2)) ** 2 * share * (1 - share) / margin**2
    if population is not None:
        simple = simple / (1 + (simple - 1) / population)
    wanted = ceil(round(simple * design_effect / response, 9))
    return wanted if population is None else min(wanted, population)


def households(
    share: float,
    margin: float,
    *,
    design_effect: float,
    per_household: float,
    of_everybody: float = 1.0,
    spare: float = 1.2,
) -> int:
    """How many households to ask about injuries: 4·r(1−r)·f·1.2 ÷ (e²·p·n), rounded up.

    `of_everybody`: the part of the members that is asked about; `spare` for those who do not answer. As in
    the household surveys of injuries in China's sub-districts, whose printed example holds a slip.
    """
    people = 4 * share * (1 - share) * design_effect * spare / margin**2
    return ceil(round(people / (of_everybody * per_household), 9))


def cluster_effect(per_cluster: float, correlation: float) -> float:
    """Kish's design effect of asking `per_cluster` people in one place whose answers are alike."""
    return 1 + (per_cluster - 1) * correlation


def allocated(size: int, strata: Sequence[int], spread: Sequence[float] | None = None) -> tuple[int, ...]:
    """A sample dealt out to strata by their people, or (Neyman) by people × spread; adds up to `size`.

    No stratum gets more than it has people, each with people gets one where the sample allows.
    """
    people = np.asarray(strata, dtype=float)
    weights = people * (np.ones_like(people) if spread is None else np.asarray(spread, dtype=float))
    if size > people.sum() or weights.sum() <= 0:
        raise ValueError("the sample is larger than the strata, or they are empty")
    wanted = size * weights / weights.sum()
    least = np.where((weights > 0) & (size >= (weights > 0).sum()), 1.0, 0.0)
    # What is dealt one by one never falls short of the whole part by more than those below one take.
    given = np.clip(np.floor(wanted) - (wanted < 1).sum(), least, people)
    for _ in range(int(size - given.sum())):
        given[np.where(given < people, wanted - given, -np.inf).argmax()] += 1
    return tuple(int(number) for number in given)


def share(yes: int, asked: int, level: float = 0.95) -> Limits:
    """A share of a simple random sample with Wilson's limits."""
    if not 0 <= yes <= asked or asked == 0:
        raise ValueError("somebody must be asked, and no more can say yes")
    z, p = stats.norm.ppf((1 + level) / 2), yes / asked
    middle = (p + z**2 / (2 * asked)) / (1 + z**2 / asked)
    reach = z / (1 + z**2 / asked) * np.sqrt(p * (1 - p) / asked + z**2 / (4 * asked**2))
    return Limits(p, max(float(middle - reach), 0.0), min(float(middle + reach), 1.0))


def weighted_share(
    answers: ArrayLike,
    weights: ArrayLike,
    *,
    strata: Sequence[str] | None = None,
    clusters: Sequence[str] | None = None,
    level: float = 0.95,
) -> Share:
    """The share of yes (1) among `answers` when each stands for `weights` people.

    Variance by linearisation between `clusters` within `strata` (every person is a cluster where none are
    named); limits on the logit scale with t of clusters − strata degrees. A stratum needs two clusters.
    """
    yes, weight = np.asarray(answers, dtype=float), np.asarray(weights, dtype=float)
    layer = np.unique(np.asarray(strata or ["all"] * yes.size), return_inverse=True)[1]
    names = None if clusters is None else np.asarray(clusters)
    value = float((weight * yes).sum() / weight.sum())
    lined = weight * (yes - value) / weight.sum()
    variance, freedom = 0.0, 0
    for stratum in range(layer.max() + 1):
        mine = layer == stratum
        sums = lined[mine]
        if names is not None:
            sums = np.bincount(np.unique(names[mine], return_inverse=True)[1], weights=sums)
        if sums.size < 2:
            raise ValueError("every stratum needs two clusters")
        variance += sums.size / (sums.size - 1) * float(((sums - sums.mean()) ** 2).sum())
        freedom += sums.size - 1
    simple = value * (1 - value) / yes.size
    if variance == 0:
        exact = share(round(value * yes.size), yes.size, level)
        return Share(value, exact.lower, exact.upper, 1.0)
    reach = stats.t.ppf((1 + level) / 2, freedom) * np.sqrt(variance) / (value * (1 - value))
    logit = np.log(value / (1 - value))
    lower, upper = (float(1 / (1 + np.exp(-side))) for side in (logit - reach, logit + reach))
    return Share(value, lower, upper, variance / simple)


def changed(yes_before: int, before: int, yes_after: int, after: int, level: float = 0.95) -> Difference:
    """Share after − share before in two samples, with Newcombe's limits and Fisher's exact p."""
    old, new = share(yes_before, before, level), share(yes_after, after, level)
    value = new.value - old.value
    lower = value - np.hypot(new.value - new.lower, old.upper - old.value)
    upper = value + np.hypot(new.upper - new.value, old.value - old.lower)
    p = stats.fisher_exact([[yes_after, after - yes_after], [yes_before, before - yes_before]])[1]
    return Difference(float(value), float(lower), float(upper), float(p))
