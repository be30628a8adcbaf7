"""Patterns in time; figures of the regressions from statsmodels 0.15 (quasi-Poisson, scale X²)."""

import numpy as np
import pytest

from safecommunity.analysis import patterns
from tests.analysis.references import cases, close, numbers, outcome, table

MONTHS = np.array(
    [
        28, 25, 21, 16, 12, 17, 20, 18, 18, 13, 21, 15, 32, 21, 35, 22, 27, 17,
        18, 15, 24, 38, 21, 30, 25, 11, 42, 38, 29, 13, 7, 15, 16, 12, 20, 17,
    ]
)  # fmt: skip


def week_hours(case):
    given = table(case["input"])
    return np.array([numbers(given[str(hour)]) for hour in range(24)]).T


@pytest.mark.parametrize("case", cases("Weekday and hour pattern"), ids=lambda case: case["id"])
def test_weekdays_and_hours(case):
    counts, expected = week_hours(case), outcome(case["output"])
    days, said = patterns.evenness(counts.sum(axis=1)), expected["weekday"]
    close([days.statistic, days.p], [said["chisq"], said["p"]], case)
    close(days.residuals, said["pearson_residuals"], case)
    close(days.adjusted, said["adj_residuals"], case)
    blocks, said = (
        patterns.evenness(counts.sum(axis=0).reshape(4, 6).sum(axis=1)),
        expected["six_hour_blocks"],
    )
    close([blocks.statistic, blocks.p], [said["chisq"], said["p"]], case)
    said = expected["workday_vs_weekend_by_hour"]
    parts = np.array([counts[:5].sum(axis=0), counts[5:].sum(axis=0)])[:, said["hours_kept"]]
    apart = patterns.independence(parts)
    close([apart.statistic, apart.freedom, apart.p], [said["chisq"], said["df"], said["p"]], case)


def test_adjusted_residuals_of_a_table_mirror_one_another_in_two_rows():
    found = patterns.independence([[10, 20, 30], [30, 20, 10]])
    np.testing.assert_allclose(found.adjusted[0], -found.adjusted[1])


def test_a_trend_is_a_factor_a_period_with_the_spread_in_its_limits():
    found = patterns.trend(MONTHS)
    assert np.log(found.value) == pytest.approx(-0.0006085271961, rel=1e-6)
    error = (np.log(found.upper) - np.log(found.lower)) / 2 / 2.0322445
    assert error == pytest.approx(0.00634935067764, rel=1e-5)
    assert found.lower < 1 < found.upper


def test_exposure_takes_a_growing_population_out_of_a_trend():
    people = 1.02 ** np.arange(40)
    assert patterns.trend(np.round(1000 * people), people).value == pytest.approx(1, abs=1e-4)
    assert patterns.trend(np.round(1000 * people)).value == pytest.approx(1.02, abs=1e-4)


def test_a_season_has_a_peak_and_a_height():
    months = np.arange(48)
    found = patterns.season(np.round(200 * np.exp(0.3 * np.cos(2 * np.pi * (months - 7) / 12))), 12)
    assert found.peak == pytest.approx(7, abs=0.02)
    assert found.ratio == pytest.approx(np.exp(0.6), rel=0.01)
    assert found.p < 1e-12


def test_a_change_of_level_is_found_where_it_is():
    counts = np.concatenate([np.full(20, 10), np.full(15, 20)])
    found = patterns.change_point(counts, seed=3)
    assert (found.at, found.ratio.value, found.p) == (20, 2.0, 0.001)


def test_chance_is_seldom_taken_for_a_change():
    rng = np.random.default_rng(5)
    p = [patterns.change_point(rng.poisson(4, 30), replicates=99, seed=seed).p for seed in range(60)]
    assert 0.2 < np.mean(np.array(p) <= 0.5) < 0.8
    assert np.mean(np.array(p) <= 0.05) < 0.2


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ValueError, match="24 periods"):
        patterns.season(np.ones(20), 12)
    with pytest.raises(ValueError, match="four periods with an event"):
        patterns.trend([0, 0, 1, 0, 2, 0])
    with pytest.raises(ValueError, match="some events"):
        patterns.change_point(np.zeros(20))
    with pytest.raises(ValueError, match="without empty rows"):
        patterns.independence([[0, 0], [1, 2]])
