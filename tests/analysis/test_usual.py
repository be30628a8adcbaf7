"""What is usual, and which cells stand out: against closed forms and simulated tables."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from safecommunity.analysis.usual import discoveries, standing_out, usual


def test_the_same_season_of_past_years_is_the_reference() -> None:
    counts = np.zeros(37)
    for year in (1, 2, 3):
        for step in (-1, 0, 1):
            if 36 - 12 * year + step >= 0:
                counts[36 - 12 * year + step] = 10 + year
    found = usual(counts, 36)
    assert found is not None
    reference = [11] * 3 + [12] * 3 + [13] * 2
    assert found.periods == 8
    assert found.expected == pytest.approx(np.mean(reference))
    spread = stats.nbinom(sum(reference) + 0.5, 8 / 9)
    assert (found.low, found.high) == (spread.ppf(0.025), spread.ppf(0.975))


def test_without_two_years_the_year_before_is_the_reference_and_half_a_year_is_needed() -> None:
    counts = np.array([4.0] * 10)
    found = usual(counts, 9)
    assert found is not None
    assert (found.expected, found.periods) == (4.0, 9)
    assert usual(counts, 5) is None


def test_nothing_at_all_still_has_a_range() -> None:
    found = usual(np.zeros(40), 39)
    assert found is not None
    assert (found.expected, found.low) == (0.0, 0)


def test_nineteen_of_twenty_ordinary_months_lie_in_the_range() -> None:
    dice = np.random.default_rng(7)
    series = dice.poisson(9, (2_000, 37))
    inside = 0
    for one in series:
        found = usual(one, 36)
        assert found is not None
        inside += found.low <= one[36] <= found.high
    assert 0.93 < inside / 2_000 < 0.99


def test_discoveries_follow_the_steps_of_benjamini_and_hochberg() -> None:
    p = [0.001, 0.2, 0.008, 0.03, 0.9]
    assert discoveries(p, 0.05).tolist() == [True, False, True, True, False]
    assert not discoveries([0.02, 0.9], 0.01).any()
    assert discoveries([[0.001], [0.5]], 0.05).shape == (2, 1)


def test_a_planted_cell_stands_out_and_an_even_table_does_not() -> None:
    table = np.full((5, 4), 20)
    assert not standing_out(table).any()
    table[2, 1] = 60
    assert standing_out(table)[2, 1] == 1
    assert (standing_out(table) == 1).sum() == 1


def test_empty_rows_single_rows_and_tiny_cells_are_left_alone() -> None:
    assert not standing_out([[5, 9, 0]]).any()
    assert not standing_out(np.zeros((3, 3))).any()
    assert not standing_out([[0, 0], [3, 40], [4, 0]])[0].any()
    assert standing_out([[4, 0, 0], [0, 900, 900], [0, 900, 900]], least=5)[0, 0] == 0
