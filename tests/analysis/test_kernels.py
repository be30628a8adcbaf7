"""The compiled loops against plain ones that anybody can read."""

import numpy as np
import pytest

from safecommunity.analysis import kernels, scan


def plain_ratio(c, e, total, least=2):
    if c <= e or c < least:
        return 0.0
    outside = (total - c) * np.log((total - c) / (total - e)) if c < total else 0.0
    return c * np.log(c / e) + outside


@pytest.fixture(scope="module")
def a_map():
    dice = np.random.default_rng(11)
    people = dice.integers(50, 5000, 40)
    circles = scan.Scan(scan.distances(dice.random((40, 2))), people)
    due = people / people.sum() * 90
    return circles, dice.multinomial(90, due / due.sum(), size=130), due


def test_the_largest_ratio_of_every_replicate_is_that_of_the_plain_loop(a_map):
    """Skipping logarithms never skips a winner; 130 replicates leave the last block partly empty."""
    circles, drawn, due = a_map
    found = circles.by_chance(drawn[0], due, 130, seed=4)
    again = np.random.default_rng(4).multinomial(90, due / due.sum(), size=130)
    rounds = np.split(circles.order, circles.starts[1:-1])
    wanted = [
        max(
            plain_ratio(cases[around][: size + 1].sum(), due[around][: size + 1].sum(), 90)
            for around in rounds
            for size in range(len(around))
        )
        for cases in again
    ]
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_best_rounds_stop_before_what_is_taken(a_map):
    circles, drawn, due = a_map
    cases = drawn[1].astype(float)
    along = np.concatenate(
        [np.cumsum(due[around]) for around in np.split(circles.order, circles.starts[1:-1])]
    )
    free = np.ones(40, bool)
    free[circles.order[circles.starts[0] + 1]] = False
    ratios, sizes = kernels.best_rounds(cases, circles.order, circles.starts, along, 90.0, 2, free)
    assert sizes[0] == 1
    assert ratios[0] == pytest.approx(plain_ratio(cases[0], due[0], 90))


def test_shuffled_days_keep_close_pairs_as_often_as_chance_has_it():
    """Of the six pairs among four days one is alike, and each is drawn as often."""
    pairs, days = np.array([[0, 1]], np.int32), np.array([0.0, 0.0, 50.0, 100.0])
    reached = kernels.as_many_close(pairs, days, 1.0, 1, 60_000, 3)
    assert reached / 60_000 == pytest.approx(1 / 6, abs=0.006)


def test_the_start_of_a_shuffle_holds_no_number_twice_and_each_as_often():
    drawn = kernels.drawn(5, 2, 50_000, 4)
    assert np.all(drawn[:, 0] != drawn[:, 1])
    pairs = np.bincount(drawn[:, 0] * 5 + drawn[:, 1], minlength=25).reshape(5, 5)
    assert np.all(pairs.diagonal() == 0)
    assert pairs[~np.eye(5, dtype=bool)] / 50_000 == pytest.approx(1 / 20, abs=0.005)


def test_drawn_neighbours_never_are_the_area_itself():
    values = np.array([100.0, 1.0, 1.0])
    draws = np.array([[0, 1], [1, 0]], np.int32)
    ones, starts = np.ones(6), np.array([0, 2, 4, 6])
    at_least, at_most = kernels.sums_by_chance(values, ones, starts, draws, np.array([2.0, 101.0, 101.0]))
    assert at_least.tolist() == at_most.tolist() == [2, 2, 2]


def test_everything_can_be_prepared_before_it_is_asked_for():
    kernels.prepare()
    assert all(kernel.signatures for kernel in (kernels.best_rounds, kernels.largest_by_chance))
