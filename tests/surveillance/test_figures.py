"""What the cards tell: the month and what explains it, the explorer, comparisons."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from safecommunity.accounts.models import User
from safecommunity.analysis import rates
from safecommunity.core import injuries
from safecommunity.library import codes
from safecommunity.places.models import Division, Population
from safecommunity.surveillance import actions, figures, queries
from safecommunity.surveillance.queries import Ask
from safecommunity.units.models import Unit
from tests import make
from tests.surveillance.test_cases import ASSAULT, FALL

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
AREAS = {"130104001001": "支农路社区", "130104001003": "仓红社区", "130104001005": "草场街社区"}


@pytest.fixture
def street() -> Unit:
    division = Division.objects.create(code="130104001", name="东里街道", level=4)
    for code, name in AREAS.items():
        Division.objects.create(code=code, name=name, level=5)
    return make.unit("东里街道", division=division, divisions=[division])


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def put(unit: Unit, day: date, times: int = 1, today: date = TODAY, **changes: Any) -> None:
    values = {**FALL, "injured_date": day.isoformat(), **changes}
    checked = injuries.check(queries.form(), values, queries.rules(), today)
    assert checked.errors == {}
    actions.take_in(
        unit=unit, rows=[(uuid.uuid4(), checked) for _time in range(times)], by=None, source="test"
    )


def months(unit: Unit, count: int, **changes: Any) -> None:
    """So many cards in each of the 36 months before November 2026."""
    for back in range(1, 37):
        year, month = divmod(2026 * 12 + 10 - back, 12)
        put(unit, date(year, month + 1, 10), count, **changes)


@pytest.mark.requirement("R164")
def test_an_ordinary_month_is_called_ordinary(street: Unit, lin: User) -> None:
    months(street, 5)
    put(street, date(2026, 11, 3), 6)
    found = figures.story(street, lin, date(2026, 11, 1))
    assert (found.count, found.standing, found.parts) == (6, "usual", ())
    assert found.usual is not None
    assert found.usual.expected == 5.0
    assert found.usual.low < 5 < found.usual.high


@pytest.mark.requirement("R164", "R157")
def test_a_rise_is_told_with_what_explains_it(street: Unit, lin: User) -> None:
    months(street, 3)
    months(street, 2, cause="burn", age="30", occupation="service", grid="130104001001")
    put(street, date(2026, 11, 3), 14, grid="130104001003")
    put(street, date(2026, 11, 3), 2, cause="burn", age="30", occupation="service", grid="130104001001")
    found = figures.story(street, lin, date(2026, 11, 1))
    assert found.standing == "more"
    keys = [dict(one.key) for one in found.parts]
    assert {"cause": "fall", "group": "old", "place": "home"} in keys
    assert {"area": "130104001003"} in keys
    assert all(one.count > one.usual.high for one in found.parts)
    sent = {tuple(sorted(queries.question(one.key))) for one in found.parts}
    assert ("band", "cause", "place") in sent


def test_too_short_a_past_says_nothing_and_few_are_told_as_few(street: Unit, lin: User) -> None:
    put(street, date(2026, 9, 3), 4)
    assert figures.story(street, lin, date(2026, 11, 1)).standing == ""
    months(street, 12)
    assert figures.story(street, lin, date(2026, 11, 1)).standing == "fewer"


def test_who_may_not_know_of_restricted_cards_has_figures_without_them(street: Unit, lin: User) -> None:
    officer = make.member(street, "officer", "zhou")
    actions.add_case(unit=street, values={**ASSAULT, "injured_date": "2026-11-03"}, by=None, today=TODAY)
    span = (date(2026, 11, 1), date(2026, 11, 30))
    assert figures.explore(street, lin, Ask(), *span).total == 1
    assert figures.explore(street, officer, Ask(), *span).total == 0


@pytest.mark.requirement("R101", "R102", "R160")
def test_the_explorer_counts_who_where_when_and_how(street: Unit, lin: User) -> None:
    for code in AREAS:
        division = Division.objects.get(code=code)
        for sex in ("1", "2"):
            for band in ((0, 64), (65, 74), (75, None)):
                Population.objects.create(
                    division=division, year=2026, sex=sex, age_from=band[0], age_to=band[1],
                    residence="all", count=1000,
                )  # fmt: skip
    first, last = date(2026, 1, 1), date(2026, 11, 20)
    put(street, date(2026, 11, 2), 40, grid="130104001003")
    put(street, date(2026, 11, 3), 12, grid="130104001001", hour="20")
    put(street, date(2026, 11, 3), 3, cause="burn", sex="male", age="30", hour="", occupation="service")
    found = figures.explore(street, lin, Ask(), first, last)
    years = ((last - first).days + 1) / 365.25
    assert (found.total, found.unsaid_hours, found.people_year) == (55, 3, 2026)
    band = next(one for one in found.bands if one.code == "65-74")
    assert (band.female, band.male) == (52, 0)
    assert band.female_rate == rates.rate(52, 3000 * years / 1000)
    assert band.male_rate is None
    young = next(one for one in found.bands if one.code == "25-34")
    assert (young.male, young.male_rate) == (3, None)
    assert found.ranks["cause"] == (("fall", 52), ("burn", 3))
    assert found.hours.counts[0, 9] == 40
    assert found.hours.counts[1, 20] == 12
    assert dict(found.months)[date(2026, 11, 1)] == 55
    assert sum(count for _month, count in found.months) == 55
    assert found.cross.counts.sum() == 55
    by_code = {one.code: one for one in found.areas}
    assert [by_code[code].count for code in AREAS] == [12, 40, 0]
    assert by_code["130104001003"].standing == "high"
    n, y = np.full(3, 6000 * years), np.array([12, 40, 0])
    smooth = rates.smoothed(y, n) * 1000
    assert [by_code[code].smoothed for code in AREAS] == pytest.approx(smooth.tolist())
    assert found.areas[0].code == "130104001003"
    ratio = by_code["130104001003"].ratio
    assert ratio is None  # the bands of the census do not part these people, so nothing is expected
    assert found.rates.crude == rates.rate(55, 18000 * years / 1000)
    assert (found.rates.people, found.rates.silence) == (18000, "ages")
    here = figures.explore(street, lin, Ask(area="130104001003"), first, last)
    band = next(one for one in here.bands if one.code == "65-74")
    assert (band.female_rate, here.rates.people) == (rates.rate(40, 1000 * years / 1000), 6000)


def test_expected_cases_follow_age_and_sex(street: Unit, lin: User) -> None:
    for place, code in enumerate(AREAS):
        division = Division.objects.get(code=code)
        for band in codes["age-bands"].values():
            for sex in ("1", "2"):
                old = band.code == "65-74" and sex == "2"
                Population.objects.create(
                    division=division, year=2026, sex=sex, age_from=int(band.extra["from"]),
                    age_to=int(band.extra["to"]) if band.extra["to"] else None, residence="all",
                    count=100 * (place + 1) if old else 100,
                )  # fmt: skip
        put(street, date(2026, 11, 2), 20, grid=code)
    found = figures.explore(street, lin, Ask(), date(2026, 1, 1), date(2026, 11, 20))
    assert found.rates.standardised is not None
    assert found.rates.people == 6300
    by_code = {one.code: one.ratio for one in found.areas}
    wanted = [60 * share / 600 for share in (100, 200, 300)]
    assert [ratio.value if ratio else None for ratio in map(by_code.get, AREAS)] == pytest.approx(
        [20 / one for one in wanted]
    )


def test_without_people_there_are_counts_and_no_rates(street: Unit, lin: User) -> None:
    put(street, date(2026, 11, 2), 30)
    found = figures.explore(street, lin, Ask(), date(2026, 1, 1), date(2026, 11, 20))
    assert found.people_year is None
    assert all(one.female_rate is None for one in found.bands)
    assert {one.standing for one in found.areas} == {""}


@pytest.mark.requirement("R142")
def test_a_period_is_compared_with_the_same_days_of_earlier_years(street: Unit, lin: User) -> None:
    put(street, date(2024, 9, 1))
    put(street, date(2025, 11, 2), 21)
    put(street, date(2024, 11, 2), 20)
    put(street, date(2026, 11, 2), 12)
    put(street, date(2025, 12, 2), 50)
    span = (date(2026, 11, 1), date(2026, 11, 20))
    ((start, end, other, years, ratio),) = figures.compare(street, lin, Ask(), *span)
    assert (start, end, other, years) == (date(2025, 11, 1), date(2025, 11, 20), 21, 1)
    assert ratio == rates.rate_ratio(12, 20, 21, 20)
    put(street, date(2023, 1, 1))
    found = figures.compare(street, lin, Ask(), *span)
    assert [(one[2], one[3]) for one in found] == [(21, 1), (41, 3)]
    assert timedelta(days=0) < found[1][1] - found[1][0]
