import numpy as np
import pytest

from safecommunity.analysis import ears
from tests.analysis.references import cases, close, numbers, table

METHODS = {"C1": ears.c1, "C2": ears.c2, "C3": ears.c3}


@pytest.mark.parametrize("case", cases("EARS C1", "EARS C2", "EARS C3"), ids=lambda case: case["id"])
def test_bounds_and_alarms(case):
    expected, params = table(case["output"]), case["params"]
    counts = numbers(table(case["input"])["count"])
    found = METHODS[params["method"]](counts, params["alpha"], params["baseline"], params["minSigma"])
    assert found.first == int(expected["t"][0]) - 1
    upper = numbers(expected["upperbound"])
    close(found.upper[0], upper, case)
    alarms = counts[found.first :] > found.upper[0]
    clear = np.abs(counts[found.first :] - upper) > 1e-6
    assert np.array_equal(alarms[clear], numbers(expected["alarm"])[clear] == 1)


@pytest.mark.parametrize("method", METHODS.values())
def test_many_series_in_one_call_are_judged_as_if_alone(method):
    counts = np.random.default_rng(1).poisson(3, (5, 60))
    together = method(counts, least_sd=0.5)
    for row in range(5):
        assert np.array_equal(together.upper[row], method(counts[row], least_sd=0.5).upper[0])


def test_too_short_a_series_is_refused():
    with pytest.raises(ValueError, match="10 periods are needed, 9 are given"):
        ears.c2(np.ones(9))
