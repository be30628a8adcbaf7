"""Patterns in time; figures of the regressions from statsmodels 0.15 (quasi-Poisson, scale X²)."""

import numpy as np
import pytest
from scipy import stats

from safecommunity.analysis import patterns
from tests.analysis.references import cases, close, numbers, outcome, table

MONTHS = np.array(
    [
        28, 25, 21, 16, 12, 17, 20, 18, 18, 13, 21, 15, 32, 21, 35, 22, 27, 17,
        18, 15, 24, 38, 21, 30, 25, 11, 42, 38, 29, 13, 7, 15, 16, 12, 20, 17,
    ]
)  # fmt: skip


# Road casualties kept in hospital, Rhône, by month from 2014 to 2019 (ONISR, BAAC, open licence). The police
# have recorded them otherwise since January 2018.
HOSPITAL = np.array(
    [
        62, 45, 62, 55, 50, 73, 67, 34, 59, 54, 64, 44, 56, 43, 51, 94, 99, 103, 79, 70, 58, 48, 70, 72,
        56, 39, 74, 65, 99, 94, 76, 56, 99, 57, 67, 47, 75, 70, 81, 79, 109, 92, 95, 78, 89, 100, 103, 61,
        81, 62, 55, 57, 58, 72, 49, 40, 65, 59, 43, 50, 39, 49, 53, 56, 56, 71, 58, 47, 55, 35, 45, 37,
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


def test_a_season_is_taken_out_of_a_trend_and_of_its_limits():
    months = np.arange(60)
    counts = np.round(100 * 0.996**months * np.exp(0.5 * np.cos(2 * np.pi * months / 12)))
    plain, found = patterns.trend(counts), patterns.trend(counts, length=12)
    assert found.value == pytest.approx(0.996, abs=2e-4)
    assert found.upper < 1 < plain.upper


def test_a_jump_is_found_where_it_is():
    months = np.arange(60)
    smooth = 80 * 1.01**months * np.exp(0.3 * np.cos(2 * np.pi * months / 12))
    found = patterns.jump(np.round(smooth * np.where(months < 34, 1, 1.5)), 12)
    assert (found.at, found.factor) == (34, pytest.approx(1.5, rel=0.03))
    assert found.p < 1e-9
    gone = patterns.jump(np.round(smooth * (months < 40)), 12)
    assert (gone.at, gone.factor < 0.01, gone.p < 1e-9) == (40, True, True)


def test_a_known_change_of_recording_is_found_near_its_month():
    found = patterns.jump(HOSPITAL, 12)
    assert abs(found.at - 48) <= 3
    assert found.factor < 0.7
    assert found.p < 0.001


def test_a_steady_fall_that_levels_off_with_a_season_is_no_jump():
    months = np.arange(60)
    smooth = 200 * np.exp(-0.02 * np.minimum(months, 40) + 0.3 * np.cos(2 * np.pi * months / 12))
    assert patterns.jump(np.round(smooth), 12).p == 1


@pytest.mark.parametrize("spread", [0, 0.03])
def test_chance_is_seldom_taken_for_a_jump(spread):
    """Also where the months vary more than chance alone would have it."""
    rng = np.random.default_rng(5)
    months = np.arange(60)
    mean = 60 * np.exp(-0.01 * months + 0.3 * np.cos(2 * np.pi * months / 12))
    more = rng.gamma(1 / spread, spread, (300, 60)) if spread else np.ones((300, 60))
    p = np.array([patterns.jump(counts, 12).p for counts in rng.poisson(mean * more)])
    assert (p < 0.01).sum() <= 8
    assert 0 < (p < 0.5).sum() < 200


def test_a_jump_is_the_best_step_of_an_ordinary_regression():
    """Held against an F test worked out from sums of squares: with large counts of one size both agree."""
    rng = np.random.default_rng(11)
    counts, months = rng.normal(1e6, 2e4, 36).round(), np.arange(36)
    angle = 2 * np.pi * months / 12
    waves = [wave(n * angle) for n in (1, 2) for wave in (np.cos, np.sin)]

    def left(columns):
        return np.linalg.lstsq(np.column_stack(columns), np.log(counts), rcond=None)[1][0]

    smallest, best = 1.0, 0
    for at in range(12, 25):
        smooth = [np.ones(36), months / 36, *waves, np.maximum(months - at, 0) / 36]
        full = left([*smooth, months >= at])
        p = stats.f.sf((left(smooth) - full) / (full / 28), 1, 28)
        smallest, best = min((smallest, best), (p, at))
    found = patterns.jump(counts, 12)
    assert (found.at, found.p) == (best, pytest.approx(min(13 * smallest, 1), rel=0.1))


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ValueError, match="24 periods"):
        patterns.season(np.ones(20), 12)
    with pytest.raises(ValueError, match="four periods with an event"):
        patterns.trend([0, 0, 1, 0, 2, 0])
    with pytest.raises(ValueError, match="24 periods"):
        patterns.jump(np.ones(23), 12)
    with pytest.raises(ValueError, match="four periods with an event"):
        patterns.jump(np.zeros(30), 12)
    with pytest.raises(ValueError, match="without empty rows"):
        patterns.independence([[0, 0], [1, 2]])
