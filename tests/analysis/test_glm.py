import numpy as np
import pytest

from safecommunity.analysis.glm import poisson

Y = np.array([[2.0, 4.0, 3.0, 10.0, 12.0, 8.0]])
GROUPS = np.array([[[1.0, 0.0]] * 3 + [[1.0, 1.0]] * 3])
ALL = np.ones_like(Y)


def test_two_groups_have_their_own_means():
    fit = poisson(GROUPS, Y, ALL)
    np.testing.assert_allclose(fit.mean[0], [3, 3, 3, 10, 10, 10], rtol=1e-9)
    np.testing.assert_allclose(fit.coefficients[0], [np.log(3), np.log(10 / 3)], rtol=1e-9)
    assert fit.dispersion[0] == pytest.approx((2 / 3 + 8 / 10) / 4)
    np.testing.assert_allclose(fit.leverage[0], 1 / 3, rtol=1e-9)


def test_the_variance_of_a_log_mean_is_one_over_the_count():
    mean, variance = poisson(GROUPS, Y, ALL).predicted(np.array([[1.0, 1.0]]))
    assert mean[0] == pytest.approx(10)
    assert variance[0] == pytest.approx(1 / 30)


def test_rows_of_weight_zero_are_not_there():
    weights = np.array([[1.0, 1.0, 1.0, 1.0, 1.0, 0.0]])
    fit = poisson(GROUPS, Y, weights)
    np.testing.assert_allclose(fit.mean[0, 3:5], 11, rtol=1e-9)
    assert fit.freedom[0] == 3


def test_fits_of_a_batch_do_not_touch_one_another():
    both = poisson(np.concatenate([GROUPS, GROUPS]), np.concatenate([Y, Y[:, ::-1]]), np.ones((2, 6)))
    np.testing.assert_allclose(both.coefficients[0], poisson(GROUPS, Y, ALL).coefficients[0], rtol=1e-10)
    assert both.coefficients[1, 1] == pytest.approx(-both.coefficients[0, 1])


def test_a_series_of_zeros_ends_near_zero():
    fit = poisson(GROUPS, np.zeros_like(Y), ALL)
    assert np.all(fit.mean < 1e-6)
    assert np.all(np.isfinite(fit.coefficients))


def test_a_design_with_zeros_anywhere_ends_where_its_score_is_zero_and_has_its_information():
    dice = np.random.default_rng(5)
    design = dice.normal(size=(1, 60, 4)) * (dice.random((1, 60, 4)) < 0.6)
    y, weights = dice.poisson(4, (1, 60)).astype(float), dice.random((1, 60))
    fit = poisson(design, y, weights)
    x, working = design[0], weights[0] * fit.mean[0]
    np.testing.assert_allclose(x.T @ (weights[0] * (y[0] - fit.mean[0])), 0, atol=1e-9)
    inverse = np.linalg.inv(x.T @ (working[:, None] * x))
    np.testing.assert_allclose(fit.inverse[0], inverse, rtol=1e-9)
    np.testing.assert_allclose(fit.leverage[0], working * np.einsum("ij,jk,ik->i", x, inverse, x), rtol=1e-9)


def test_where_a_fit_begins_is_not_where_it_ends():
    begin = np.full_like(Y, 50.0)
    there = poisson(GROUPS, Y, ALL, begin=begin)
    np.testing.assert_allclose(there.mean, poisson(GROUPS, Y, ALL).mean, rtol=1e-9)
    assert np.all(begin == 50)
