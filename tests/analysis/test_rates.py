import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from safecommunity.analysis import rates
from tests.analysis.references import cases, close, numbers, outcome, table

COUNTS = st.integers(0, 5000)
TIMES = st.floats(0.5, 1e7)


@pytest.mark.parametrize("case", cases("Poisson rate confidence intervals"), ids=lambda case: case["id"])
def test_rates_and_their_limits(case):
    given, expected = table(case["input"]), table(case["output"])
    y, n = numbers(given["x"]), numbers(given["pt"])
    exact, wide, short = rates.rate(y, n), rates.rate(y, n, 0.99), rates.byar(y, n)
    close(exact.value, numbers(expected["rate"]), case)
    for found, name in ((exact, "exact"), (wide, "exact99")):
        close(found.lower, numbers(expected[f"{name}_lo"]), case)
        close(found.upper, numbers(expected[f"{name}_hi"]), case)
    assert np.all(np.abs(short.upper / exact.upper - 1)[y >= 5] < 0.02)


@pytest.mark.parametrize("case", cases("Directly standardised rate"), ids=lambda case: case["id"])
def test_standardised_rates(case):
    given, expected = table(case["input"]), table(case["output"])
    for row, group in enumerate(expected["group"]):
        rows = [index for index, name in enumerate(given["group"]) if name == group]
        strata = [numbers(given[name])[rows] for name in ("count", "pop", "std")]
        at = lambda name: float(expected[name][row])  # noqa: B023, E731
        for level, mark in ((0.95, ""), (0.99, "99")):
            found = rates.standardised(*strata, level)
            close(
                [found.value, found.lower, found.upper], [at("adj"), at(f"lci{mark}"), at(f"uci{mark}")], case
            )
        dobson = rates.standardised_dobson(*strata)
        close([dobson.lower, dobson.upper], [at("dobson_lci"), at("dobson_uci")], case)
        close(rates.standardised_tiwari(*strata).upper, at("tiwari_uci"), case)


@pytest.mark.parametrize("case", cases("Rate ratio, period comparison"), ids=lambda case: case["id"])
def test_rate_ratios(case):
    given, expected = table(case["input"]), table(case["output"])
    for row in range(len(given["id"])):
        a, t1, b, t0 = (float(given[name][row]) for name in ("a", "t1", "b", "t0"))
        at = lambda *names: [float(expected[name][row]) for name in names]  # noqa: B023, E731
        exact = rates.rate_ratio(int(a), t1, int(b), t0)
        close(
            [exact.value, exact.lower, exact.upper, exact.p],
            at("rr", "exact_lo", "exact_hi", "p_exact"),
            case,
        )
        midp = rates.rate_ratio_midp(int(a), t1, int(b), t0)
        # The reference finds these roots to about 1e-4 of a probability, ours are exact.
        loose = {"tolerance": {"rel": 5 * case["tolerance"]["midp_rel"]}}
        close([midp.value, midp.lower, midp.upper], at("rr_midp", "midp_lo", "midp_hi"), loose)
        close(midp.p, at("p_midp")[0], case)
        difference = rates.rate_difference(int(a), t1, int(b), t0)
        close([difference.value, difference.lower, difference.upper], at("rate_diff", "rd_lo", "rd_hi"), case)


@pytest.mark.parametrize(
    "case", cases("Empirical Bayes smoothing, SMR exact CI, probability map"), ids=lambda case: case["id"]
)
def test_smoothed_rates(case):
    expected = table(case["output"][0])
    y, n = numbers(expected["cases"]), numbers(expected["pop"])
    close(rates.smoothed(y, n), numbers(expected["eb_global"]), case)
    close(rates.probability_map(y, n), numbers(expected["pmap"]), case)
    smr = rates.rate(y, numbers(expected["expected"]))
    close(smr.value, numbers(expected["smr"]), case)
    close(smr.lower, numbers(expected["smr_lo"]), case)
    close(smr.upper, numbers(expected["smr_hi"]), case)
    if "eb_local" in expected:
        order = {area: index for index, area in enumerate(expected["id"])}
        around = table("areas/FR69_pedestrian.neighbours.csv")
        neighbours: list[list[int]] = [[] for _ in order]
        for i, j in zip(around["i"], around["j"], strict=True):
            neighbours[order[i]].append(order[j])
        close(rates.smoothed_locally(y, n, neighbours), numbers(expected["eb_local"]), case)


def test_smoothed_ratios():
    expected = table("expected/PA_lung.eb.csv")
    mean, median = rates.smoothed_ratios(numbers(expected["cases"]), numbers(expected["expected"]))
    np.testing.assert_allclose(mean, numbers(expected["rr_gamma"]), rtol=1e-3)
    np.testing.assert_allclose(median, numbers(expected["rr_gamma_median"]), rtol=1e-3)


def test_smoothed_ratios_are_the_likeliest_where_the_reference_fit_ran_off():
    """Of the French places the reference has alpha = 779,066: it did not converge."""
    expected, fit = table("expected/FR69_pedestrian.eb.csv"), outcome("expected/FR69_pedestrian.eb.json")
    y, wanted = numbers(expected["cases"]), numbers(expected["expected"])
    ran_off = [np.log(fit["eBayes_gamma"]["alpha"]), fit["eBayes_gamma"]["beta"]]
    own = optimize.minimize(lambda logs: -likelihood(y, wanted, *logs), [0.0, 0.0], method="Nelder-Mead")
    assert -own.fun > likelihood(y, wanted, *ran_off) + 800
    shape, level = np.exp(own.x)
    mean = rates.smoothed_ratios(y, wanted)[0]
    np.testing.assert_allclose(mean, (shape + y) / (shape / level + wanted), rtol=1e-3)


def likelihood(y, wanted, log_shape, log_level):
    shape, mean = np.exp(log_shape), np.exp(log_level) * wanted
    return stats.nbinom.logpmf(y, shape, shape / (shape + mean)).sum()


@given(COUNTS, TIMES)
def test_limits_enclose_the_rate_and_zero_has_a_lower_limit_of_zero(y, n):
    found = rates.rate(y, n)
    assert found.lower <= found.value <= found.upper
    assert (found.lower == 0) == (y == 0)


@given(COUNTS, TIMES, COUNTS, TIMES)
def test_swapping_the_sides_of_a_ratio_turns_it_over(a, time_a, b, time_b):
    one, other = rates.rate_ratio(a, time_a, b, time_b), rates.rate_ratio(b, time_b, a, time_a)
    assert one.p == pytest.approx(other.p, rel=1e-6)
    assert one.lower <= one.upper
    if a and b:
        assert one.value * other.value == pytest.approx(1)
        assert one.lower * other.upper == pytest.approx(1)


def test_a_funnel_narrows_and_holds_what_chance_brings():
    time = np.array([100.0, 1_000.0, 10_000.0, 100_000.0])
    found = rates.funnel(time, 0.01)
    assert np.all(np.diff(found.upper - found.lower) < 0)
    assert np.all((found.lower < 0.01) & (found.upper > 0.01))


def test_years_lost_counts_only_deaths_before_the_limit():
    assert rates.years_lost([2, 1, 5], [70, 10, 80]) == 2 * 5 + 65


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5")])
def test_small_numbers_are_hidden_from_the_public(count, text):
    assert rates.shown(count) == text


def test_impossible_input_is_refused():
    with pytest.raises(ValueError, match="person-time"):
        rates.rate(3, 0)
    with pytest.raises(ValueError, match="person-time"):
        rates.rate_ratio(1, 0, 1, 1)


def test_the_worked_rate_of_a_sub_district() -> None:
    found = rates.rate([12], [38_400])
    assert found.value[0] * 100_000 == pytest.approx(31.25)
