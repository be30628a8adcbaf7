import numpy as np
import pytest
from scipy import stats

from safecommunity.analysis import baselines
from tests.analysis.references import cases, close, numbers, table


def judged(case, found, counts):
    """Bounds and alarms of the periods that the case lists."""
    expected = table(case["output"])
    rows = numbers(expected["t"]).astype(int) - 1
    upper = found.upper[0][rows - found.first]
    close(upper, numbers(expected["upperbound"]), case)
    assert np.array_equal(counts[rows] > upper, numbers(expected["alarm"]) == 1)


def counts_of(case):
    return numbers(table(case["input"])["count"])


@pytest.mark.parametrize("case", cases("Bayes predictive (Riebler 2004)"), ids=lambda case: case["id"])
def test_bayes(case):
    counts, p = counts_of(case), case["params"]
    found = baselines.bayes(
        counts, years=p["b"], half=p["w"], season=p["freq"], recent=p["actY"], alpha=p["alpha"]
    )
    judged(case, found, counts)


@pytest.mark.parametrize("case", cases("RKI"), ids=lambda case: case["id"])
def test_rki(case):
    counts, p = counts_of(case), case["params"]
    found = baselines.rki(counts, years=p["b"], half=p["w"], season=p["freq"], recent=p["actY"])
    judged(case, found, counts)


@pytest.mark.parametrize("case", cases("CDC historical limits (Stroup 1989)"), ids=lambda case: case["id"])
def test_cdc(case):
    counts, p = counts_of(case), case["params"]
    found = baselines.cdc(counts, years=p["b"], around=p["m"], alpha=p["alpha"])
    months = np.concatenate([np.zeros(3), np.convolve(counts, np.ones(4), "valid")])
    judged(case, found, months)


def test_the_limits_are_those_of_the_shortest_regions_that_start_highest():
    """Crow & Gardner: at each mean the shortest run of counts holding 95 %, of those the highest."""
    counts = np.arange(80)
    starts = []
    for mean in np.arange(0.005, 31, 0.005):
        below = np.concatenate([[0], stats.poisson.cdf(counts, mean)])
        width = next(w for w in range(1, 80) if np.any(below[w:] - below[:-w] >= 0.95))
        starts.append(np.flatnonzero(below[width:] - below[:-width] >= 0.95).max())
    highest = np.maximum.accumulate(starts)
    limits = [0.005 * (1 + int(np.searchsorted(highest, count, side="right"))) for count in range(21)]
    assert np.all(np.abs(limits - baselines.CROW_GARDNER) < 0.0055)


def test_many_series_in_one_call_are_judged_as_if_alone():
    counts = np.random.default_rng(1).poisson(3, (4, 200))
    for method, options in (
        (baselines.bayes, {"years": 2, "half": 3, "season": 52, "recent": True}),
        (baselines.rki, {"years": 2, "half": 3, "season": 52}),
        (baselines.cdc, {"years": 2}),
    ):
        together = method(counts, **options)
        for row in range(4):
            assert np.array_equal(together.upper[row], method(counts[row], **options).upper[0])


def test_a_reference_that_is_too_short_or_not_in_the_past_is_refused():
    with pytest.raises(ValueError, match="108 periods are needed, 107 are given"):
        baselines.rki(np.ones(107), years=2, half=3, season=52)
    with pytest.raises(ValueError, match="before the period judged"):
        baselines.rki(np.ones(107), years=1, half=12, season=12)
