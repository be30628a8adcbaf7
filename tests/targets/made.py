"""A city with two counties, a town, and the people who set and answer targets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from safecommunity.accounts.models import User
from safecommunity.jobs.worker import drain
from safecommunity.ledgers.actions import add
from safecommunity.targets import actions
from safecommunity.targets.models import Target
from safecommunity.units.models import Unit
from tests import make

TODAY = date(2013, 5, 6)
DUE = date(2013, 10, 30)
STARTS = "starts/provincial"


def county(city: Unit, name: str = "前锋区", username: str = "lin") -> tuple[Unit, User]:
    unit = make.unit(name, parent=city, kind="county-office")
    return unit, make.member(unit, "office", username)


def target(unit: Unit, by: User, amount: int = 6, metric: str = STARTS, **facts: Any) -> Target:
    given = {"year": 2013, "due_date": DUE, "basis": "川安办〔2013〕31号", **facts}
    return actions.set_target(unit=unit, metric=metric, amount=Decimal(amount), by=by, **given)


def shared(row: Target, by: User, shares: dict[Unit, int], **words: str) -> Target:
    given = {"explanation": "", "reason": "", **words}
    amounts = {unit.pk: Decimal(amount) for unit, amount in shares.items()}
    return actions.allocate(target=row, version=row.version, shares=amounts, by=by, **given)


def issued(row: Target, by: User, shares: dict[Unit, int], **words: str) -> Target:
    shared(row, by, shares, **words)
    return actions.issue(target=row, version=row.version, by=by, today=TODAY)


def start(unit: Unit, by: User, day: str = "2013-04-10", level: str = "provincial") -> None:
    """A start that counts for the target, through the ledger and the metrics kept from it."""
    add(ledger="starts", unit=unit, values={"level": level, "filed_date": day}, by=by)
    drain()
