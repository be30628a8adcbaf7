import numpy as np
import pytest

from safecommunity.analysis import clusters
from tests.analysis.references import cases, numbers, outcome, table

CASES = pytest.mark.parametrize(
    "case", cases("Moran's I (global, local), Geary's C, Getis-Ord G, Gi, Gi*"), ids=lambda case: case["id"]
)


def asked(case):
    """The values and the ordered pairs of neighbours, as positions."""
    areas, around = table(case["input"][0]), table(case["input"][1])
    order = {area: position for position, area in enumerate(areas["id"])}
    pairs = [(order[i], order[j]) for i, j in zip(around["i"], around["j"], strict=True)]
    return numbers(areas[case["params"]["variable"]]), len(order), pairs


def same(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-10)


@CASES
def test_the_whole_map(case):
    x, size, pairs = asked(case)
    wanted = outcome(case["output"][0])
    plain = clusters.binary(size, pairs)
    rows = clusters.row_standardised(plain)
    for name, found in (
        ("moran_W_randomisation", clusters.moran(x, rows)),
        ("moran_W_normality", clusters.moran(x, rows, normal=True)),
        ("moran_B_randomisation", clusters.moran(x, plain)),
    ):
        keys = ("estimate", "expectation", "variance", "z", "p")
        same(
            [found.value, found.expected, found.variance, found.z, found.p_greater],
            [wanted[name][key] for key in keys],
        )
    alike = clusters.geary(x, rows)
    same(
        [alike.value, alike.variance, -alike.z],
        [wanted["geary_W"][key] for key in ("estimate", "variance", "z")],
    )
    together = clusters.global_g(x, plain)
    same(
        [together.value, together.expected, together.variance],
        [wanted["global_G_B"][key] for key in ("G", "E", "Var")],
    )
    p = wanted["moran_mc"]["p"]
    assert abs(clusters.moran_p(x, rows, seed=1) - p) <= 3 * np.sqrt(p * (1 - p) / 999) + 1 / 999


@CASES
def test_each_area(case):
    x, size, pairs = asked(case)
    wanted = table(case["output"][1])
    plain, with_itself = clusters.binary(size, pairs), clusters.binary(size, pairs, itself=True)
    rows = clusters.row_standardised(plain)
    for mark, conditional in (("cond", True), ("total", False)):
        found = clusters.local_moran(x, rows, conditional=conditional)
        same(found.value, numbers(wanted["Ii"]))
        for name, values in (
            ("E_Ii", found.expected),
            ("Var_Ii", found.variance),
            ("Z", found.z),
            ("p", found.p_two_sided),
        ):
            same(values, numbers(wanted[f"{name}_{mark}"]))
    same(clusters.hot_spots(x, clusters.row_standardised(with_itself)), numbers(wanted["Gi_star_W"]))
    same(clusters.hot_spots(x, with_itself), numbers(wanted["Gi_star_B"]))
    same(clusters.hot_neighbours(x, plain), numbers(wanted["Gi_B"]))


def a_grid(side=10):
    """Neighbours on a square grid of side × side areas, as ordered pairs."""
    steps = ((0, 1), (1, 0), (0, -1), (-1, 0))
    return [
        (x * side + y, (x + i) * side + y + j)
        for x in range(side)
        for y in range(side)
        for i, j in steps
        if 0 <= x + i < side and 0 <= y + j < side
    ]


def test_what_lies_together_by_chance_alone_is_rarely_unlikely_and_a_warm_corner_always():
    dice = np.random.default_rng(7)
    plain = clusters.binary(100, a_grid())
    x = dice.random(100)
    x[[0, 1, 10, 11]] = 10
    local = clusters.local_moran_p(x, clusters.row_standardised(plain), seed=1)
    hot = clusters.hot_spots_p(x, plain + np.eye(100), seed=1)
    assert max(local[0], hot[0]) <= 3 / 1000
    far = [area for area in range(100) if area % 10 > 3 and area > 40]
    assert 0.005 < np.mean(hot[far] <= 0.05) + 0.01 < 0.2
    assert np.all(local <= 0.51)


def test_drawn_neighbours_agree_with_the_moments():
    """The share of drawn neighbourhoods that are as high follows the conditional moments of the same map."""
    dice = np.random.default_rng(3)
    rows = clusters.row_standardised(clusters.binary(100, a_grid()))
    x = dice.normal(size=100)
    drawn = clusters.local_moran_p(x, rows, replicates=9_999, seed=2)
    measure = clusters.local_moran(x, rows)
    expected = np.minimum(measure.p_greater, 1 - measure.p_greater)
    assert np.abs(drawn - expected).max() < 0.03


def test_warm_and_cold_corners_are_told_and_what_lies_between_is_not():
    x = np.full(100, 5.0) + np.arange(100) % 2 / 100
    warm, cold = [0, 1, 2, 10, 11, 12, 20, 21, 22], [77, 78, 79, 87, 88, 89, 97, 98, 99]
    x[warm], x[cold] = 9, 1
    rows = clusters.row_standardised(clusters.binary(100, a_grid()))
    told = clusters.alike(x, rows, level=0.05, replicates=9_999, seed=1)
    assert {1, 10, 11, 12, 21} <= set(np.flatnonzero(told == 1)) <= set(warm)
    assert {78, 87, 88, 89, 98} <= set(np.flatnonzero(told == -1)) <= set(cold)


def test_a_high_value_among_low_ones_is_not_told_as_high_together():
    x = np.random.default_rng(11).normal(5, 0.1, 100)
    x[[43, 45, 34, 54]] = 9  # all the neighbours of 44, which is itself low
    x[44] = 1
    rows = clusters.row_standardised(clusters.binary(100, a_grid()))
    assert clusters.local_moran_p(x, rows, replicates=9_999, seed=1)[44] < 0.001
    assert clusters.alike(x, rows, level=0.05, replicates=9_999, seed=1)[44] == 0


def test_the_same_seed_gives_the_same_answer():
    x = np.random.default_rng(5).random(100)
    plain = clusters.binary(100, a_grid())
    once, again = (clusters.hot_spots_p(x, plain, seed=9) for _ in range(2))
    assert np.array_equal(once, again)
