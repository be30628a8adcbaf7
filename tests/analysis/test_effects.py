"""Effects of projects; the figures of the fits are those of statsmodels 0.15 (GLM with HAC errors)."""

import numpy as np
import pytest

from safecommunity.analysis import effects

START = 36
MONTHS = np.array(
    [
        28, 25, 21, 16, 12, 17, 20, 18, 18, 13, 21, 15, 32, 21, 35, 22, 27, 17, 18, 15,
        24, 38, 21, 30, 25, 11, 42, 38, 29, 13, 7, 15, 16, 12, 20, 17, 11, 21, 21, 3,
        10, 7, 19, 18, 22, 11, 14, 17, 10, 18, 6, 19, 4, 10, 8, 12, 11, 16, 27, 8,
    ]
)  # fmt: skip
T52 = 2.0066468  # 97.5 % of t with 60 − 8 degrees


def fitted(effect):
    """The coefficient and its error, from the factor and its limits."""
    return np.log(effect.factor), np.log(effect.upper / effect.lower) / 2 / T52


def test_an_interrupted_series_with_negative_binomial_spread():
    found = effects.interrupted(MONTHS, START)
    assert found.overdispersion == pytest.approx(0.0868031, rel=1e-5)
    assert fitted(found.step) == pytest.approx((-0.442784519, 0.24429764), rel=1e-6)
    assert fitted(found.slope) == pytest.approx((-0.00175615, 0.01326316), rel=1e-4)
    assert not found.step.is_clear
    assert len(found.without) == len(MONTHS) - START


def test_an_interrupted_series_with_poisson_spread():
    found = effects.interrupted(MONTHS, START, overdispersed=False)
    assert fitted(found.step) == pytest.approx((-0.478632459, 0.2407728), rel=1e-6)
    assert fitted(found.slope) == pytest.approx((-0.00132036841, 0.01314539), rel=1e-5)


def test_a_strong_effect_is_clear_and_its_size_is_found():
    months = np.arange(72)
    counts = np.round(400 * np.where(months >= 36, 0.7, 1.0) * np.exp(0.2 * np.cos(np.pi * months / 6)))
    found = effects.interrupted(counts, 36)
    assert found.step.factor == pytest.approx(0.7, rel=0.01)
    assert found.step.is_clear
    assert found.overdispersion == 0
    np.testing.assert_allclose(found.without, counts[36:] / 0.7, rtol=0.01)


def test_exposure_is_not_taken_for_an_effect():
    people = np.where(np.arange(48) >= 24, 2.0, 1.0)
    found = effects.interrupted(np.round(300 * people), 24, exposure=people)
    assert found.step.factor == pytest.approx(1, abs=1e-6)


def test_difference_in_differences():
    """statsmodels 0.15, quasi-Poisson without a floor: coefficient −0.480875, Pearson / df 0.2923."""
    found = effects.difference_in_differences(
        [12, 9, 14, 11, 10, 13], [7, 8, 6, 9, 5, 8], [20, 22, 18, 25, 21, 19], [19, 23, 20, 22, 18, 24]
    )
    assert np.log(found.factor) == pytest.approx(-0.48087455855)
    poisson_error = 0.12527580590569 / np.sqrt(0.2923350185372429)
    assert np.log(found.upper / found.lower) / 2 == pytest.approx(2.0859634 * poisson_error, rel=1e-6)


def test_a_common_fall_is_no_effect():
    found = effects.difference_in_differences([20, 20], [10, 10], [40, 40], [20, 20])
    assert found.factor == pytest.approx(1)
    assert not found.is_clear


def test_more_data_could_have_shown_a_smaller_effect():
    few = effects.difference_in_differences([5, 5], [5, 5], [5, 5], [5, 5])
    many = effects.difference_in_differences([500, 500], [500, 500], [500, 500], [500, 500])
    assert few.least < many.least < 1


@pytest.mark.parametrize("start", [5, 55])
def test_too_short_a_time_on_one_side_is_refused(start):
    with pytest.raises(ValueError, match="12 periods"):
        effects.interrupted(MONTHS, start)


def test_cells_without_events_are_refused():
    with pytest.raises(ValueError, match="an event"):
        effects.difference_in_differences([1, 2], [0, 0], [3, 4], [5, 6])
