import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.analysis import surveys


@pytest.mark.parametrize(
    ("options", "people"),
    [
        ({}, 385),
        ({"margin": 0.03}, 1068),
        ({"design_effect": 2.0}, 769),
        ({"population": 1000}, 278),
        ({"response": 0.8}, 481),
        ({"share": 0.1, "margin": 0.05}, 139),
    ],
)
def test_how_many_to_ask(options, people):
    """Worked by hand: z² p (1 − p) / margin² = 384.15 for the first."""
    assert surveys.sample_size(**options) == people


def test_households_are_as_many_as_the_worked_example_asks_for():
    assert surveys.households(0.38, 0.025, design_effect=2, per_household=3) == 1207
    assert surveys.households(0.38, 0.025, design_effect=2, per_household=3, of_everybody=0.5) == 2413


def test_people_of_one_place_answer_alike():
    assert surveys.cluster_effect(20, 0.05) == pytest.approx(1.95)


def test_a_sample_is_dealt_out_by_people_or_by_people_and_spread():
    assert surveys.allocated(100, [5000, 3000, 2000]) == (50, 30, 20)
    assert surveys.allocated(100, [5000, 5000], [0.1, 0.3]) == (25, 75)
    assert surveys.allocated(10, [2, 1000]) == (1, 9)
    assert surveys.allocated(1_000_001, [5_000_000, 3_000_000, 2_000_000]) == (500_001, 300_000, 200_000)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=8), st.data())
def test_a_sample_is_dealt_out_as_if_one_by_one(strata, data):
    """Each to whom most is lacking, once all have one."""
    size = data.draw(st.integers(len(strata), sum(strata)))
    wanted, given_out = [size * people / sum(strata) for people in strata], [1] * len(strata)
    while sum(given_out) < size:
        lacking = [want - have for want, have in zip(wanted, given_out, strict=True)]
        given_out[int(np.argmax(lacking))] += 1
    assert surveys.allocated(size, strata) == tuple(given_out)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=8).filter(any), st.data())
def test_what_is_dealt_out_adds_up_and_no_stratum_is_overdrawn(strata, data):
    size = data.draw(st.integers(1, sum(strata)))
    given_out = surveys.allocated(size, strata)
    assert sum(given_out) == size
    assert all(0 <= given <= people for given, people in zip(given_out, strata, strict=True))


def test_wilson_limits():
    """7 of 40, as statsmodels 0.15 has it."""
    found = surveys.share(7, 40)
    assert (found.lower, found.upper) == pytest.approx((0.0874541374604, 0.3194999033179))


def test_a_difference_of_shares():
    """56 of 70 against 48 of 80, Newcombe's limits as statsmodels 0.15 has them."""
    found = surveys.changed(48, 80, 56, 70)
    assert (found.value, found.lower, found.upper) == pytest.approx((0.2, 0.05243147240, 0.33387265403))
    assert found.p == pytest.approx(0.0126, abs=0.0005)


def test_equal_weights_and_no_clusters_give_the_plain_share():
    answers = np.array([1] * 30 + [0] * 70)
    found = surveys.weighted_share(answers, np.ones(100))
    assert found.value == pytest.approx(0.3)
    assert found.design_effect == pytest.approx(100 / 99)


def test_clusters_that_agree_among_themselves_widen_the_limits():
    answers = np.repeat([1, 0, 1, 0, 1, 0, 0, 0], 25)
    clusters = [str(number) for number in np.repeat(np.arange(8), 25)]
    alone = surveys.weighted_share(answers, np.ones(200))
    together = surveys.weighted_share(answers, np.ones(200), clusters=clusters)
    assert together.design_effect == pytest.approx(25 * 200 / 175)
    assert together.lower < alone.lower < alone.value < alone.upper < together.upper


def test_weights_count_people_not_answers():
    found = surveys.weighted_share([1, 1, 0, 0], [3, 3, 1, 1], strata=["a", "a", "b", "b"])
    assert found.value == pytest.approx(0.75)


def test_unanimous_answers_still_have_limits():
    found = surveys.weighted_share(np.ones(50), np.ones(50))
    assert (found.value, found.upper) == (1.0, 1.0)
    assert 0.9 < found.lower < 0.95


def test_what_cannot_be_estimated_is_refused():
    with pytest.raises(ValueError, match="two clusters"):
        surveys.weighted_share([1, 0], [1, 1], strata=["a", "b"])
    with pytest.raises(ValueError, match="somebody"):
        surveys.share(0, 0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        surveys.sample_size(share=1.2)
    with pytest.raises(ValueError, match="larger than the strata"):
        surveys.allocated(10, [4, 5])
