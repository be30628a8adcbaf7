from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from safecommunity.core.targets import difference, gone, standing

DUE = date(2013, 10, 30)
BEFORE, AFTER = date(2013, 10, 30), date(2013, 10, 31)


@pytest.mark.parametrize(
    ("value", "better", "today", "expected"),
    [
        (None, "higher", AFTER, "unknown"),
        (6, "higher", BEFORE, "reached"),
        (7, "higher", AFTER, "reached"),
        (5, "higher", BEFORE, "open"),
        (5, "higher", AFTER, "missed"),
        (6, "lower", BEFORE, "open"),
        (6, "lower", AFTER, "reached"),
        (7, "lower", BEFORE, "missed"),
    ],
)
def test_a_target_is_reached_open_or_missed(
    value: int | None, better: str, today: date, expected: str
) -> None:
    found = None if value is None else Decimal(value)
    assert standing(found, Decimal(6), better=better, due=DUE, today=today) == expected


def test_shares_are_held_against_the_target() -> None:
    assert difference(Decimal(6), [Decimal(4), Decimal(2)]) == 0
    assert difference(Decimal(6), [Decimal(4)]) == -2
    assert difference(Decimal(6), [Decimal(4), Decimal("2.5")]) == Decimal("0.5")


def test_the_time_gone_runs_from_the_start_of_the_year_to_the_due_day() -> None:
    assert gone(2013, date(2013, 12, 31), date(2013, 7, 2)) == Decimal(183) / 365
    assert gone(2013, DUE, date(2012, 12, 31)) == 0
    assert gone(2013, DUE, date(2014, 1, 1)) == 1
