from datetime import date, timedelta

import numpy as np
import pytest

from safecommunity.analysis import farrington
from safecommunity.analysis.farrington import Baseline
from tests.analysis.references import cases, numbers, outcome, table

BOUNDS = {"delta": "delta", "nbPlugin": "quantile", "muan": "quantile-upper"}


def asked(case):
    """The counts of a case, the positions to judge, and the baseline."""
    params, given = case["params"], table(case["input"])
    first, last = params["range"]
    dates = [date.fromisoformat(day) for day in given["date"]] if params["epoch_as_date"] else None
    baseline = Baseline(params["b"], params["w"], params["freq"], dates)
    return numbers(given["count"]), range(first - 1, last), baseline


def agrees(found, counts, expected, case, mark=""):
    # Too few recent cases for a bound: the original writes 0 there, the flexible nothing; we write 0.
    upper = np.nan_to_num(numbers(expected[f"upperbound{mark}"]))
    tolerance = case["tolerance"]
    np.testing.assert_allclose(found.upper[0], upper, rtol=tolerance["rel"], atol=tolerance["abs"])
    clear = np.abs(counts - upper) > tolerance["abs"] + tolerance["rel"] * upper
    alarms = np.nan_to_num(numbers(expected[f"alarm{mark}"])) == 1
    assert np.array_equal(found.alarms(counts)[0][clear], alarms[clear])


@pytest.mark.parametrize("case", cases("Farrington original"), ids=lambda case: case["id"])
def test_the_original(case):
    counts, periods, baseline = asked(case)
    params = case["params"]
    found = farrington.original(
        counts,
        periods,
        baseline,
        alpha=params["alpha"],
        trend=params["trend"],
        reweight=params["reweight"],
        power=params["powertrans"],
    )
    agrees(found, counts[list(periods)], table(case["output"]), case)


@pytest.mark.parametrize("case", cases("Farrington flexible"), ids=lambda case: case["id"])
def test_the_flexible(case):
    counts, periods, baseline = asked(case)
    params = case["params"]
    found = farrington.flexible(
        counts,
        periods,
        baseline,
        alpha=params["alpha"],
        groups=params["noPeriods"],
        left_out=params["pastWeeksNotIncluded"],
        trend_p=params["pThresholdTrend"],
        bound=BOUNDS[params["thresholdMethod"]],
        power=params["powertrans"],
    )
    agrees(found, counts[list(periods)], table(case["output"]), case, "_fixed")


def test_the_worked_example():
    example = outcome("farrington_worked_example.json")
    counts = numbers(table(example["series"])["count"])
    found = farrington.original(counts, [example["k"] - 1], Baseline(3, 3, 52), alpha=0.05)
    assert found.upper[0, 0] == pytest.approx(example["result"]["upperbound"], rel=2e-4)
    assert bool(found.has_trend[0, 0]) == bool(example["result"]["trend"])
    weeks = [year + step for year in reversed(Baseline().anniversaries(249)) for step in range(-3, 4)]
    assert [week + 1 for week in weeks] == example["reference_weeks"]


def test_many_series_in_one_call_are_judged_as_if_alone():
    counts = np.random.default_rng(2).poisson(4, (4, 300))
    periods = [250, 280, 299]
    together = farrington.flexible(counts, periods)
    for row in range(4):
        alone = farrington.flexible(counts[row], periods)
        np.testing.assert_allclose(together.upper[row], alone.upper[0], rtol=1e-9)


def test_a_year_back_is_the_nearest_same_weekday():
    mondays = [date(2020, 1, 6) + timedelta(weeks=week) for week in range(220)]
    found = Baseline(3, 3, 52, mondays).anniversaries(200)
    assert [mondays[200].year - mondays[position].year for position in found] == [1, 2, 3]
    assert all(
        abs((mondays[200] - mondays[position]).days - 365.25 * (year + 1)) < 5
        for year, position in enumerate(found)
    )


def test_too_little_history_is_refused():
    with pytest.raises(ValueError, match="no 3 years before it"):
        farrington.original(np.ones(100), [99])
