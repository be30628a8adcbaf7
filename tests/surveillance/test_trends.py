"""Whether it is getting better: rates by hand, years lost, trend, season, and nothing across a jump."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from math import cos, log, pi

import numpy as np
import pytest
from scipy import stats

from safecommunity.accounts.models import User
from safecommunity.core.periods import months_later
from safecommunity.library import codes
from safecommunity.places.models import Division, Population
from safecommunity.surveillance import actions
from safecommunity.surveillance.models import InjuryCase
from safecommunity.surveillance.queries import Ask, parse
from safecommunity.surveillance.standards import people_of, rates_of, standard
from safecommunity.surveillance.trends import Trends, trends
from safecommunity.units.models import Unit
from tests import make
from tests.surveillance.test_hotspots import CODES, street_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R142", "R164")]
TODAY = date(2026, 11, 20)
BEGINS = date(2021, 1, 1)
PEOPLE = (500, 1200, 900, 1500, 1400, 1600, 1300, 900, 500, 200)  # of one sex, by age band


@pytest.fixture
def street() -> Unit:
    return street_of(CODES[:2], people=0)


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def monthly(unit: Unit, counts: Sequence[int], begins: date = BEGINS, **more: object) -> None:
    """So many cards of a woman of 65 to 74 in each month one after the other."""
    said = {"cause": "fall", "area": CODES[0], "sex": "female", "band": "65-74", **more}
    InjuryCase.objects.insert(
        InjuryCase(unit=unit, path=unit.path, injured_date=months_later(begins, at), **said)
        for at, count in enumerate(counts)
        for _case in range(count)
    )
    actions.pack_anew(unit=unit)


def peopled(code: str = CODES[0], year: int = 2024, times: int = 1) -> None:
    """Men and women alike, by age."""
    division = Division.objects.get(code=code)
    Population.objects.bulk_create(
        Population(division=division, year=year, sex=sex, residence="all", count=count * times,
                   age_from=int(band.extra["from"]), age_to=int(band.extra["to"] or 0) or None)
        for sex in ("1", "2")
        for band, count in zip(codes["age-bands"].values(), PEOPLE, strict=True)
    )  # fmt: skip


def told(unit: Unit, user: User, ask: Ask | None = None, standard_code: str = "") -> Trends:
    return trends(unit, user, ask or Ask(), standard(standard_code), TODAY)


def wave(mean: float, factor: Callable[[int], float] = lambda _at: 1.0, size: int = 70) -> list[int]:
    """Highest in January, one and a half times those of July, and otherwise as `factor` has it."""
    return [round(mean * factor(at) * 1.5 ** (cos(2 * pi * at / 12) / 2)) for at in range(size)]


@pytest.mark.requirement("R101")
@pytest.mark.parametrize("code", ["china2020", "who"])
def test_a_standardised_rate_is_what_the_formula_gives_by_hand(street: Unit, lin: User, code: str) -> None:
    peopled()
    monthly(street, [4] * 12, date(2025, 1, 1))
    monthly(street, [1] * 12, date(2025, 1, 1), band="0-4", sex="male")
    monthly(street, [1] * 3, date(2025, 1, 1), band="")
    found = told(street, lin, standard_code=code)
    assert found.standard.code == code
    (year,) = found.years
    assert (year.year, year.people_year, year.rates.count, year.rates.unaged) == (2025, 2024, 63, 3)
    assert year.rates.people == 2 * sum(PEOPLE)
    assert year.rates.crude is not None
    low, high = stats.chi2.ppf(0.025, 126) / 2, stats.chi2.ppf(0.975, 128) / 2
    assert [year.rates.crude.value, year.rates.crude.lower, year.rates.crude.upper] == pytest.approx(
        [63 / 20, low / 20, high / 20]
    )
    shares = np.array([float(one) for one in codes["standard-populations"][code].extra.values()])
    weights = shares / shares.sum() / (2 * np.array(PEOPLE) / 1000)
    rate, variance = 12 * weights[0] + 48 * weights[7], 12 * weights[0] ** 2 + 48 * weights[7] ** 2
    over, wide = rate + weights.max(), variance + weights.max() ** 2  # Fay and Feuer
    assert year.rates.standardised is not None
    assert [
        year.rates.standardised.value, year.rates.standardised.lower, year.rates.standardised.upper
    ] == pytest.approx([
        rate, variance / 2 / rate * stats.chi2.ppf(0.025, 2 * rate**2 / variance),
        wide / 2 / over * stats.chi2.ppf(0.975, 2 * over**2 / wide),
    ])  # fmt: skip


def test_the_standard_populations_are_those_of_their_sources() -> None:
    china, who = (standard(code).extra for code in ("china2020", "who"))
    assert sum(map(int, china.values())) == 1_409_778_724
    five_years = [
        8.86,
        8.69,
        8.60,
        8.47,
        8.22,
        7.93,
        7.61,
        7.15,
        6.59,
        6.04,
        5.37,
        4.55,
        3.72,
        2.96,
        2.21,
        1.52,
        0.91,
    ]
    bands = [five_years[0], *np.array(five_years[1:]).reshape(-1, 2).sum(axis=1)]
    assert [float(who[band]) for band in codes["age-bands"]] == pytest.approx([*bands, 0.63])
    assert all(list(one.extra) == list(codes["age-bands"]) for one in codes["standard-populations"].values())
    assert standard("nonsense").code == "china2020"


def test_people_are_those_who_are_asked_about(street: Unit) -> None:
    peopled()
    peopled(CODES[1], times=2)

    def rates(query: dict[str, list[str]], **bands: int) -> tuple[int | None, str, bool]:
        ask = parse(query)
        ((_year, base),) = people_of(street, ask, [2026]).values() or [(0, None)]
        found = rates_of(bands or {"65-74": 20}, base, ask, standard(""), 1)
        return found.people, found.silence, found.standardised is not None

    assert rates({}) == (60_000, "", True)
    assert rates({"area": [CODES[1]]}) == (40_000, "", True)
    assert rates({"sex": ["female"]}) == (30_000, "", True)
    assert rates({"band": ["65-74", "85"]}) == (6 * 1100, "", True)
    assert rates({"sex": ["-"]}) == (None, "people", False)
    assert rates({"area": ["999999999999"]}) == (None, "people", False)
    assert rates({}, **{"65-74": 9}) == (60_000, "few", False)
    assert rates({}, **{"": 20, "65-74": 2}) == (60_000, "ages", False)


def test_people_who_are_not_known_by_age_give_a_crude_rate_alone(lin: User, street: Unit) -> None:
    monthly(street, [5] * 24, date(2024, 1, 1))
    assert [one.rates.silence for one in told(street, lin).years] == ["people", "people"]
    place = Division.objects.get(code=CODES[0])
    Population.objects.create(division=place, year=2025, sex="0", age_from=0, residence="all", count=3000)
    years = told(street, lin).years
    assert [(one.people_year, one.rates.silence) for one in years] == [(2025, "ages"), (2025, "ages")]
    assert [one.rates.crude.value for one in years if one.rates.crude] == [20, 20]


@pytest.mark.requirement("R123")
def test_years_of_life_are_lost_before_75(street: Unit, lin: User) -> None:
    for band, count in {"0-4": 1, "35-44": 2, "65-74": 1, "75-84": 3, "85": 1, "": 1}.items():
        monthly(street, [count], date(2025, 3, 1), band=band, outcome="died")
    monthly(street, [2] * 24, date(2024, 1, 1), band="0-4", outcome="home")
    before, year = told(street, lin).years
    assert (before.deaths, before.lost) == (0, 0)
    assert (year.deaths, year.lost) == (9, (75 - 2.5) + 2 * (75 - 40) + (75 - 70))


def test_a_steady_fall_is_told_with_its_season_and_without_a_jump(street: Unit, lin: User) -> None:
    monthly(street, wave(60, lambda at: 0.9 ** (at / 12)))
    found = told(street, lin)
    assert (found.months[0], found.months[-1], len(found.counts)) == (BEGINS, date(2026, 10, 1), 70)
    assert (found.breaks, found.since, found.silence) == ((), 0, "")
    assert found.trend is not None
    assert found.trend.value == pytest.approx(0.9, abs=0.01)
    assert found.trend.lower < 0.9 < found.trend.upper < 1
    assert found.season is not None
    assert (found.season.peak, found.season.trough) == (1, 7)
    assert found.season.times == pytest.approx(1.5, abs=0.05)
    assert [one.year for one in found.comparable] == [2021, 2022, 2023, 2024, 2025]


def test_a_trend_has_the_limits_of_a_quasi_poisson_regression(street: Unit, lin: User) -> None:
    """Iterated least squares by hand, of counts a day, with two waves a year."""
    rng = np.random.default_rng(3)
    counts = rng.poisson(20 * rng.gamma(20, 1 / 20, 70))
    monthly(street, counts.tolist())
    found = told(street, lin)
    at = np.arange(70)
    turns = [turn(n * 2 * pi * at / 12) for n in (1, 2) for turn in (np.cos, np.sin)]
    design = np.column_stack([np.ones(70), at - at.mean(), *turns])
    days = np.array([(months_later(month, 1) - month).days for month in found.months])
    coefficients, mean = np.zeros(6), counts + 0.5
    for _round in range(30):
        seen = np.log(mean / days) + (counts - mean) / mean
        inverse = np.linalg.inv(design.T * mean @ design)
        coefficients = inverse @ (design.T * mean @ seen)
        mean = days * np.exp(design @ coefficients)
    dispersion = ((counts - mean) ** 2 / mean).sum() / 64
    assert dispersion > 1
    reach = stats.t(64).ppf(0.975) * np.sqrt(dispersion * inverse[1, 1])
    assert found.trend is not None
    assert [log(one) for one in (found.trend.value, found.trend.lower, found.trend.upper)] == pytest.approx(
        [12 * (coefficients[1] + side) for side in (0, -reach, reach)], abs=1e-6
    )


def test_nothing_is_held_against_anything_across_a_jump(street: Unit, lin: User) -> None:
    monthly(street, wave(30, lambda at: 1.8 if at >= 40 else 1))
    found = told(street, lin)
    ((at, factor, is_of_all),) = found.breaks
    assert (at, is_of_all, found.since, found.months[at]) == (40, False, 40, date(2024, 5, 1))
    assert factor == pytest.approx(1.8, rel=0.1)
    assert found.trend is not None
    assert found.trend.lower < 1 < found.trend.upper
    assert [(one.year, one.is_apart) for one in found.years] == [
        (2021, True), (2022, True), (2023, True), (2024, True), (2025, False)
    ]  # fmt: skip
    short = told(street, lin, parse({"to": ["2026-03-31"]}))
    assert (short.since, short.trend, short.silence, short.season) == (40, None, "short", None)


def test_a_second_jump_counts_from_the_first(street: Unit, lin: User) -> None:
    monthly(street, wave(30, lambda at: 6 if at < 20 else 1 if at < 45 else 2))
    found = told(street, lin)
    assert [one.at for one in found.breaks] == [20, 45]
    assert found.trend is not None


def test_what_breaks_all_cards_breaks_some_of_them_too(street: Unit, lin: User) -> None:
    monthly(street, wave(30, lambda at: 1.8 if at >= 40 else 1))
    monthly(street, [2, 3] * 20 + [4, 3] * 15, cause="burn")
    burns = told(street, lin, parse({"cause": ["burn"]}))
    ((at, factor, is_of_all),) = burns.breaks
    assert (at, burns.since, is_of_all) == (40, 40, True)
    assert factor > 1.5
    assert (burns.counts[0], len(burns.comparable)) == (2, 1)
    assert burns.trend is not None
    assert burns.trend.lower < 1 < burns.trend.upper


@pytest.mark.parametrize(
    ("counts", "query", "months", "silence"),
    [
        ([], {}, 0, "short"),
        ([0] * 47 + [5] * 23, {}, 23, "short"),
        ([5] * 23, {}, 70, "few"),  # nothing came any more after them, which is a jump
        ([1, 0, 0, 0, 0, 0, 0] * 10, {}, 70, "few"),
        ([5] * 70, {"from": ["2025-01-16"]}, 21, "short"),
        ([5] * 70, {"from": ["2025-01-15"], "to": ["2026-09-29"]}, 20, "short"),
        ([5] * 70, {"from": ["2100-12-31"]}, 0, "short"),
        ([5] * 70, {"to": ["1900-01-01"]}, 0, "short"),
        ([5] * 70, {"cause": ["burn"]}, 70, "few"),
    ],
)
def test_too_short_a_time_or_too_few_cases_say_so(
    street: Unit, lin: User, counts: list[int], query: dict[str, list[str]], months: int, silence: str
) -> None:
    monthly(street, counts)
    found = told(street, lin, parse(query))
    assert (len(found.months), found.silence) == (months, silence)
    assert (found.trend, found.season) == (None, None)


def test_the_months_begin_with_the_cards_and_few_know_of_restricted_ones(street: Unit, lin: User) -> None:
    monthly(street, [3] * 30, date(2024, 3, 16))
    monthly(street, [4] * 30, date(2024, 3, 16), is_restricted=True)
    assert told(street, lin).months[0] == date(2024, 4, 1)
    assert told(street, lin).counts[0] == 7
    assert told(street, make.member(street, "officer", "zhou")).counts[0] == 3
