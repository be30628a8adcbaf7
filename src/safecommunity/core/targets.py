"""Targets: how a value stands against one, and whether shares add up to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

Standing = Literal["reached", "open", "missed", "unknown"]


def standing(value: Decimal | None, amount: Decimal, *, better: str, due: date, today: date) -> Standing:
    """How a value stands against a target that is due on a day.

    Where less is better the target is a ceiling: broken once it is passed, kept when the day is over.
    """
    if value is None:
        return "unknown"
    is_over = today > due
    if better == "lower":
        return "missed" if value > amount else "reached" if is_over else "open"
    return "reached" if value >= amount else "missed" if is_over else "open"


def gone(year: int, due: date, today: date) -> Decimal:
    """The share of the time from the start of the year to the due day that is over, 0 to 1."""
    start = date(year, 1, 1)
    whole, passed = (due - start).days + 1, (today - start).days + 1
    return Decimal(min(max(passed, 0), whole)) / whole


def difference(amount: Decimal, shares: Iterable[Decimal]) -> Decimal:
    """By how much the shares exceed the target; below zero where they fall short."""
    return sum(shares, Decimal(0)) - amount
