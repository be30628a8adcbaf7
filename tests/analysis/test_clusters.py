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
