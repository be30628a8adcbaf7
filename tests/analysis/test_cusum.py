import numpy as np
import pytest

from safecommunity.analysis import cusum
from tests.analysis.references import cases, close, numbers, table


def asked(case):
    first, last = case["params"]["range"]
    return numbers(table(case["input"])["count"])[first - 1 : last], table(case["output"])


def agrees(found, expected, column, case, limit):
    value = numbers(expected[column])
    close(found.statistic[0], value, case)
    clear = np.abs(value - limit) > 1e-4
    assert np.array_equal(found.alarms[0][clear], numbers(expected["alarm"])[clear] == 1)


@pytest.mark.parametrize("case", cases("CUSUM"), ids=lambda case: case["id"])
def test_sums_of_scaled_counts(case):
    counts, expected = asked(case)
    p = case["params"]
    settings = (p["m"], p["k"], p["h"], p["trans"])
    found = cusum.cusum(counts, *settings)
    agrees(found, expected, "cusum", case, p["h"])
    counts_needed, upper = cusum.alarm_counts(found, *settings)[0], numbers(expected["upperbound"])
    # Where any count would give an alarm we write 0; the reference squares the negative root there.
    close(counts_needed[counts_needed > 0], upper[counts_needed > 0], case)


@pytest.mark.parametrize("case", cases("Poisson CUSUM (Lucas 1985)"), ids=lambda case: case["id"])
def test_the_poisson_sum(case):
    counts, expected = asked(case)
    p = case["params"]
    agrees(cusum.poisson_cusum(counts, p["mu0"], p["mu1"], p["h"]), expected, "S", case, p["h"])


@pytest.mark.parametrize("case", cases("LR Poisson CUSUM"), ids=lambda case: case["id"])
def test_the_likelihood_ratio_of_a_known_rise(case):
    counts, expected = asked(case)
    p = case["params"]
    agrees(
        cusum.poisson_ratio(counts, p["mu0"], p["theta"], p["c_arl"]), expected, "statistic", case, p["c_arl"]
    )


@pytest.mark.parametrize("case", cases("GLR Poisson"), ids=lambda case: case["id"])
def test_the_likelihood_ratio_of_any_rise(case):
    counts, expected = asked(case)
    p = case["params"]
    agrees(cusum.poisson_glr(counts, p["mu0"], p["c_arl"]), expected, "statistic", case, p["c_arl"])


@pytest.mark.parametrize("case", cases("GLR negative binomial"), ids=lambda case: case["id"])
def test_the_likelihood_ratio_of_any_rise_of_overdispersed_counts(case):
    counts, expected = asked(case)
    p = case["params"]
    found = cusum.nb_glr(counts, p["mu0"], p["alpha"], p["c_arl"])
    agrees(found, expected, "statistic", case, p["c_arl"])
