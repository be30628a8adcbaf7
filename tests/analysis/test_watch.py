"""The weekly look: which method judges, that planted rises are seen and quiet series are mostly not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from safecommunity.analysis.ears import c2
from safecommunity.analysis.farrington import Baseline, flexible
from safecommunity.analysis.watch import judge
from safecommunity.core.watches import Settings

QUIET = np.random.default_rng(3).poisson(3, (400, 170))


@pytest.mark.parametrize(
    ("weeks", "method"), [(20, "ears"), (51, "ears"), (52, "cusum"), (159, "cusum"), (160, "farrington")]
)
def test_the_method_follows_from_the_length_of_the_past(weeks: int, method: str) -> None:
    (found,) = judge(QUIET[0, -weeks:])
    assert found.method == method
    assert found.count == QUIET[0, -1]


def test_less_than_ten_weeks_say_nothing() -> None:
    assert judge(QUIET[:2, :9]) == []


def test_the_bounds_are_those_of_the_methods_themselves() -> None:
    short = judge(QUIET[:5, :30])
    bounds = np.floor(c2(QUIET[:5, :30], alpha=0.00135, least_sd=0.5).upper[:, -1])
    assert [one.upper for one in short] == bounds.tolist()
    long = judge(QUIET[:5])
    found = flexible(QUIET[:5], [169], Baseline(years=3, half_window=3, frequency=52), alpha=0.01)
    assert [one.upper for one in long] == found.upper[:, 0].tolist()
    assert [one.expected for one in long] == pytest.approx(found.expected[:, 0].tolist())


@pytest.mark.parametrize("weeks", [30, 100, 170])
def test_a_planted_rise_is_an_alarm_and_quiet_series_seldom_are(weeks: int) -> None:
    quiet = judge(QUIET[:, -weeks:])
    assert sum(one.alarm for one in quiet) / len(quiet) < 0.06
    raised = QUIET[:50, -weeks:].copy()
    raised[:, -1] += 15
    assert sum(one.alarm for one in judge(raised)) / 50 > 0.95


def test_a_slow_drift_is_seen_by_the_sums_before_any_single_week_shows_it() -> None:
    drift = np.array([2] * 60 + [5] * 8)
    assert any(judge(drift[:weeks])[0].alarm for weeks in range(61, 69))
    assert not judge(np.array([2] * 60 + [5]))[0].alarm


def test_in_the_second_year_a_single_week_stands_out_by_itself_too() -> None:
    calm = np.array([1] * 80 + [7])
    (found,) = judge(calm)
    assert found.method == "cusum"
    assert found.upper == stats.nbinom.ppf(0.99, 76 + 0.5, 76 / 77)
    assert found.alarm


def test_fewer_than_the_least_cases_are_never_an_alarm() -> None:
    calm = np.zeros(40)
    calm[-1] = 2
    assert not judge(calm)[0].alarm
    assert judge(calm, Settings(least=2))[0].alarm


def test_a_tiny_series_borrows_and_the_others_do_not() -> None:
    rare, common = np.zeros(170, int), QUIET[0]
    rare[[20, 90]] = 1
    elsewhere = np.vstack([np.full(170, 0.04), np.full(170, 3.0)])
    borrowed, own = judge(np.vstack([rare, common]), elsewhere=elsewhere)
    assert own == judge(common)[0]
    size, rate = 5 + 2, 5 + 165 * 0.04
    assert borrowed.method == "borrowed"
    assert borrowed.expected == pytest.approx(size / rate * 0.04)
    assert borrowed.upper == max(1, stats.nbinom.ppf(0.99, size, rate / (rate + 0.04)))


def test_the_season_is_borrowed_from_elsewhere() -> None:
    last = 208
    weeks = np.arange(last + 1)
    summer = np.minimum((last - weeks) % 52, (weeks - last) % 52) <= 3
    there = np.where(summer, 0.5, 0.0)
    (found,) = judge(np.zeros(last + 1), elsewhere=there)
    assert found.expected == pytest.approx(5 / (5 + there[:-5].sum()) * 0.5)
    (winter,) = judge(np.zeros(last + 1), elsewhere=np.where(summer, 0.0, 0.5))
    assert winter.expected == 0
    assert winter.upper == 1


def test_false_alarms_are_few_where_a_silent_series_can_alarm_at_all() -> None:
    dice = np.random.default_rng(8)
    quiet = dice.poisson(0.1, (2000, 170))
    found = judge(quiet, elsewhere=np.full(quiet.shape, 0.1))
    assert {one.method for one in found} == {"borrowed"}
    assert sum(one.alarm for one in found) / 2000 < 0.01
    silent = np.zeros(170)
    silent[-1] = 4
    assert not judge(silent)[0].alarm
    assert judge(silent, elsewhere=np.full(170, 0.1))[0].alarm


def test_false_alarms_a_year_are_told() -> None:
    assert Settings(alpha=0.01).false_alarms(30) == pytest.approx(15.6)
