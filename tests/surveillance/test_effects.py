"""What a project brought: with and without a comparison, and when nothing may be said."""

from __future__ import annotations

from datetime import date

import pytest

from safecommunity.core.periods import months_later
from safecommunity.surveillance import actions
from safecommunity.surveillance.effects import REST, Question, evaluated
from safecommunity.surveillance.models import InjuryCase
from safecommunity.units.models import Unit
from tests import make
from tests.surveillance.test_hotspots import CODES

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R142", "R184")]
TODAY = date(2026, 11, 20)
BEGINS, START = date(2024, 1, 1), date(2025, 1, 10)
HERE = (("area", CODES[0]), ("cause", "fall"))


@pytest.fixture
def street() -> Unit:
    return make.unit("阳光街道")


def monthly(
    unit: Unit, counts: list[int], code: str = CODES[0], begins: date = BEGINS, **more: object
) -> None:
    """So many falls in each month one after the other."""
    InjuryCase.objects.insert(
        InjuryCase(unit=unit, path=unit.path, area=code, injured_date=months_later(BEGINS, at),
                   **{"cause": "fall", **more})
        for at, count in enumerate(counts)
        for _case in range(count)
    )  # fmt: skip
    actions.pack_anew(unit=unit)


def test_a_fall_that_the_rest_did_not_have_is_the_effect(street: Unit) -> None:
    monthly(street, [20] * 12 + [10] * 22)
    monthly(street, [30] * 34, CODES[1])
    monthly(street, [5] * 34, is_restricted=True)
    told = evaluated(street, Question(START, HERE, REST), TODAY)
    assert (told.months[0], told.months[-1], told.start) == (BEGINS, date(2026, 10, 1), 12)
    assert (told.mean_before, told.mean_after, told.elsewhere[0]) == (20, 10, 30)
    assert told.effect is not None
    assert told.effect.factor == pytest.approx(0.5)
    assert told.effect.is_clear
    assert told.without == pytest.approx([20] * 22)


def test_a_fall_that_the_rest_had_too_is_none(street: Unit) -> None:
    monthly(street, [20] * 12 + [10] * 22)
    monthly(street, [30] * 12 + [15] * 22, CODES[1])
    told = evaluated(street, Question(START, HERE, CODES[1]), TODAY)
    assert told.effect is not None
    assert told.effect.factor == pytest.approx(1)
    assert not told.effect.is_clear
    assert 0 < told.effect.least < 1


def test_without_a_comparison_it_is_a_step_in_the_series_itself(street: Unit) -> None:
    monthly(street, [20, 22, 18] * 4 + [10, 11, 9] * 7 + [10])
    told = evaluated(street, Question(date(2025, 1, 16), HERE), TODAY)  # counts from February
    assert (told.start, told.elsewhere) == (13, ())
    told = evaluated(street, Question(START, HERE), TODAY)
    assert told.effect is not None
    assert told.effect.upper < 0.7
    assert len(told.without) == 21 + 1


def test_months_after_the_last_card_of_all_are_no_months_without_injuries(street: Unit) -> None:
    monthly(street, [20, 22, 18] * 8)
    told = evaluated(street, Question(START, HERE), TODAY)
    assert told.months[-1] == date(2025, 12, 1)
    assert told.effect is not None
    assert not told.effect.is_clear
    monthly(street, [0] * 29 + [1], cause="burn")
    assert evaluated(street, Question(START, HERE), TODAY).months[-1] == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("start", "silence"),
    [(date(2024, 12, 1), "before"), (date(2025, 12, 2), "after"), (date(9999, 12, 31), "after"),
     (date(1, 1, 1), "before"), (START, "few")],
)  # fmt: skip
def test_too_short_a_time_or_too_few_cases_say_so(street: Unit, start: date, silence: str) -> None:
    monthly(street, [1, 0] * 6 + [1] * 20)
    told = evaluated(street, Question(start, ()), TODAY)
    assert (told.effect, told.silence) == (None, silence)


def test_no_cards_at_all_are_no_months(street: Unit) -> None:
    told = evaluated(street, Question(START, HERE, REST), TODAY)
    assert (told.months, told.silence) == ((), "before")
