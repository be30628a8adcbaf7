"""The finder: silent on noise, finds what is planted, counts as a plain loop does."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats

from safecommunity.analysis.finder import Base, Found, Member, Rule, search

Key = tuple[Member, ...]
SIZES = (4, 2, 5, 4, 6)  # age, sex, place, activity, cause
PEOPLE = np.array([[1400, 1500], [4100, 4300], [2700, 2600], [900, 1300]], dtype=float)
BASE = Base((0, 1), PEOPLE)


def noise(rng: np.random.Generator, size: int = 700) -> np.ndarray:
    """Events of people by their numbers; place, activity and cause by uneven shares, each for itself."""
    who = rng.choice(PEOPLE.size, size, p=(PEOPLE / PEOPLE.sum()).ravel())
    marks = [rng.choice(n, size, p=np.arange(1, n + 1) / np.arange(1, n + 1).sum()) for n in SIZES[2:]]
    return np.column_stack([*np.unravel_index(who, PEOPLE.shape), *marks])


def test_pure_noise_brings_findings_no_more_often_than_promised() -> None:
    rng, times, rule = np.random.default_rng(20), 120, Rule(level=0.1, ratio=1.0, least=1)
    spoke = sum(bool(search(noise(rng), SIZES, base=BASE, rule=rule).findings) for _time in range(times))
    assert spoke <= stats.binom.ppf(0.999, times, 0.1)
    spoke = sum(bool(search(noise(rng), SIZES, rule=rule).findings) for _time in range(times // 4))
    assert spoke <= stats.binom.ppf(0.999, times // 4, 0.1)


@pytest.mark.parametrize("base", [BASE, None])
def test_a_planted_group_is_found_first_and_told_once(base: Base | None) -> None:
    rng = np.random.default_rng(21)
    planted = np.tile([3, 1, 4, 0, 2], (60, 1))
    planted[:, 3] = rng.integers(0, 4, 60)
    found = search(np.vstack([noise(rng), planted]), SIZES, base=base)
    first = found.findings[0]
    traits = {(0, 3), (1, 1), (2, 4), (4, 2)}  # old, female, in place 4, from cause 2
    assert set(first.members) <= traits
    assert len(first.members) >= 2
    assert 60 <= first.count <= 110
    assert first.lower > 1
    assert first.lower < first.ratio < first.upper
    assert 30 < first.excess < 66
    others = [set(one.members) for one in found.findings[1:]]
    assert not any(one <= set(first.members) for one in others)
    assert all(one.excess <= first.excess for one in found.findings)


def plainly(values: np.ndarray, base: Base | None, rule: Rule) -> dict[Key, tuple[int, float, float]]:
    """Count, expected number and p of every combination by counting events one by one."""
    found = {}
    for depth in range(1, rule.depth + 1):
        for chosen in combinations(range(len(SIZES)), depth):
            known = values[(values[:, chosen] >= 0).all(axis=1)]
            for codes in product(*(range(SIZES[one]) for one in chosen)):
                key = tuple(zip(chosen, codes, strict=True))
                tests = [one for trait in key if (one := _test(known, key, trait, base))]
                if len(tests) == len(key):
                    found[key] = (_count(known, key), max(t[0] for t in tests), max(t[1] for t in tests))
    return found


def _count(values: np.ndarray, key: Key) -> int:
    return sum(all(event[one] == code for one, code in key) for event in values)


def _test(known: np.ndarray, key: Key, trait: Member, base: Base | None) -> tuple[float, float] | None:
    rest = tuple(one for one in key if one != trait)
    a, part = _count(known, key), _count(known, rest)
    x: float
    y: float
    if base and trait[0] in base.dimensions:
        x, y = _people(base, key), _people(base, rest) - _people(base, key)
        b = part - a
    else:
        if not rest:
            return None
        x, y, b = part, len(known) - part, _count(known, (trait,)) - a
    if not (a and x and y):
        return None
    return b * x / y, float(stats.binom.sf(a - 1, a + b, x / (x + y)))


def _people(base: Base, key: Key) -> float:
    return float(
        sum(
            base.people[cell]
            for cell in np.ndindex(*base.people.shape)
            if all(cell[base.dimensions.index(one)] == code for one, code in key if one in base.dimensions)
        )
    )


@pytest.mark.parametrize("base", [BASE, None])
def test_counts_expected_numbers_and_chances_agree_with_a_plain_loop(base: Base | None) -> None:
    rng = np.random.default_rng(22)
    values = np.vstack(
        [noise(rng, 120), np.tile([0, 0, 0, 0, 5], (15, 1)), np.tile([1, 1, 1, 3, 0], (12, 1))]
    )
    values[::9, 2] = -1  # not said
    rule = Rule(depth=2, ratio=1.0, least=1)
    found, wanted = search(values, SIZES, base=base, rule=rule), plainly(values, base, rule)
    assert found.findings
    for one in found.findings:
        assert (one.count, one.expected, one.p) == pytest.approx(wanted[one.members], rel=1e-9)
        assert one.ratio == pytest.approx(one.count / one.expected)
    rows, counts = np.unique(values, axis=0, return_counts=True)
    assert search(rows, SIZES, counts=counts, base=base, rule=rule) == found


def test_nothing_comes_from_nothing_and_what_does_not_fit_is_refused() -> None:
    assert search(np.empty((0, 2)), (2, 2)) == Found(0, 0, ())
    assert search(np.zeros((40, 2)), (2, 2)).findings == ()
    for values, base in (
        (np.full((3, 2), 2), None),
        (np.zeros((3, 2)), Base((0,), np.ones(3))),
        (np.zeros((3, 2)), Base((1, 0), np.ones((2, 2)))),
        (np.zeros((3, 2)), Base((0,), np.zeros(2))),
    ):
        with pytest.raises(ValueError, match=r"must|outside"):
            search(values, (2, 2), base=base)
