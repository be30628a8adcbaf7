"""A city with streets that file returns."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from safecommunity.accounts.models import User
from safecommunity.core.periods import Period
from safecommunity.ledgers.models import Entry
from safecommunity.returns import actions, queries
from safecommunity.returns.models import Return
from safecommunity.units.models import Unit
from tests import make

MONTH = Period.parse("2026-10")
TODAY = date(2026, 11, 3)
WORDS = {"evaluation": "已补齐两项", "next": "开展消防演练"}


def drill(unit: Unit, day: str, persons: int = 10) -> Entry:
    data: dict[str, Any] = {"name": f"演练{uuid4().hex[:6]}", "held_date": day, "persons": persons}
    return Entry.objects.create(
        unit=unit,
        path=unit.path,
        ledger="drills",
        title="演练",
        record_date=date.fromisoformat(day),
        data=data,
    )


def street(city: Unit, name: str = "阳光街道", username: str = "lin") -> tuple[Unit, User]:
    unit = make.unit(name, parent=city)
    return unit, make.member(unit, "office", username)


def compiled(unit: Unit, by: User, month: Period = MONTH) -> Return:
    actions.compile_returns(root=unit, units=[unit], month=month, today=TODAY, by=by)
    row = queries.month_return(unit, month)
    assert row is not None
    return row


def submitted(unit: Unit, by: User, month: Period = MONTH, today: date = TODAY) -> Return:
    row = compiled(unit, by, month)
    empty = not any(row.values.values())
    actions.write(row=row, version=row.version, words=WORDS, corrections={}, is_zero=empty, by=by)
    return actions.submit(row=row, version=row.version, by=by, today=today)
