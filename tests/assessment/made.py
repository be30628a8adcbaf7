"""Records, metric values and assessments that tests of this folder need."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.assessment import actions, queries
from safecommunity.assessment.models import Assessment, Grade
from safecommunity.ledgers.models import Entry
from safecommunity.metrics.models import MetricValue
from safecommunity.units.models import Unit

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


def entries(unit: Unit, ledger: str, *days: str, **data: Any) -> list[Entry]:
    """One entry of the ledger for each day ("2026-03-05")."""
    return [
        Entry.objects.create(
            unit=unit, path=unit.path, ledger=ledger, title=f"{ledger} {day}", data=data,
            record_date=dt.date.fromisoformat(day),
        )
        for day in days
    ]  # fmt: skip


def metric(unit: Unit, code: str, numerator: int, denominator: int | None = None, year: str = "2026") -> None:
    MetricValue.objects.create(
        unit=unit, path=unit.path, metric=code, period=year, as_of=timezone.localdate(),
        numerator=Decimal(numerator), denominator=None if denominator is None else Decimal(denominator),
    )  # fmt: skip


def assessment(unit: Unit, by: User, scheme: str = "national-2006", period: str = "2026") -> Assessment:
    return actions.start(unit=unit, scheme=scheme, period=period, by=by, today=TODAY, now=NOW)


def grade(assessment: Assessment, indicator: str) -> Grade:
    return queries.grades(assessment)[indicator]


def confirm(
    assessment: Assessment, indicator: str, answers: dict[str, str], by: User, **more: Any
) -> Assessment:
    row = grade(assessment, indicator)
    more.setdefault("reason", "现场核实")
    return actions.confirm(grade=row, answers=answers, by=by, now=NOW, version=row.version, **more)


def all_graded(assessment: Assessment, letters: str, by: User, *, but: tuple[str, ...] = ()) -> None:
    """Confirm every item of the national form with the same three grades."""
    for code in assessment.rules.indicators:
        if code not in but:
            confirm(assessment, code, answers(letters), by)


def answers(letters: str) -> dict[str, str]:
    return dict(zip(("presence", "trace", "effect"), letters, strict=True))
