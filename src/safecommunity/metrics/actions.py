"""Working metrics out again, and keeping what changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.metrics import Amount, Metric
from safecommunity.core.periods import Period
from safecommunity.ledgers.models import Entry
from safecommunity.metrics import measuring, queries
from safecommunity.metrics.models import MetricValue
from safecommunity.units.models import Unit

Key = tuple[int, str, str]


def refresh(*, unit: Unit, today: date, years: Iterable[int], ledgers: Collection[str] | None = None) -> int:
    """Work out what a unit's own records say for these years; how many values changed.

    With `ledgers` only the metrics that read one of them. Values of the units above follow on reading.
    """
    return _refresh(
        {unit.pk: unit.path},
        Entry.objects.in_unit(unit),
        today,
        years,
        ledgers,
        MetricValue.objects.in_unit(unit),
    )


def refresh_all(*, today: date, years: Iterable[int], ledgers: Collection[str] | None = None) -> int:
    """The same for every unit in one pass; how many values changed."""
    paths = dict(Unit.objects.values_list("pk", "path"))
    rows = Entry.objects.everything(reason="working out the metrics of all units in one pass")
    kept = MetricValue.objects.everything(reason="keeping the metrics of all units in one pass")
    return _refresh(paths, rows, today, years, ledgers, kept)


def note_export(*, unit: Unit, period: Period, by: User) -> None:
    """Someone took the metrics of a period along as a sheet."""
    record("metrics.exported", period.code, by=by, unit=unit)


def periods_of(years: Iterable[int]) -> list[Period]:
    """Each year with its quarters and months."""
    codes = [
        code
        for year in sorted(set(years))
        for code in (
            f"{year}",
            *(f"{year}-Q{quarter}" for quarter in range(1, 5)),
            *(f"{year}-{month:02}" for month in range(1, 13)),
        )
    ]
    return [Period.parse(code) for code in codes]


def _refresh(
    paths: dict[int, str],
    rows: QuerySet[Entry],
    today: date,
    years: Iterable[int],
    ledgers: Collection[str] | None,
    kept: QuerySet[MetricValue],
) -> int:
    touched = _touched(ledgers)
    periods = periods_of(years)
    if not touched or not periods:
        return 0
    amounts = measuring.measured(touched, periods, rows, today)
    return _keep(
        paths,
        amounts,
        today,
        kept.filter(metric__in=[m.code for m in touched], period__in=[p.code for p in periods]),
    )


def _touched(ledgers: Collection[str] | None) -> list[Metric]:
    return [m for m in queries.all_metrics().values() if ledgers is None or not m.ledgers.isdisjoint(ledgers)]


@transaction.atomic
def _keep(paths: dict[int, str], amounts: dict[Key, Amount], today: date, kept: QuerySet[MetricValue]) -> int:
    """Write what is new or different, remove what no record stands behind any more, touch nothing else."""
    known = {
        (unit, metric, period): (pk, Amount(numerator, denominator))
        for pk, unit, metric, period, numerator, denominator in kept.values_list(
            "pk", "unit_id", "metric", "period", "numerator", "denominator"
        )
    }
    fresh = [key for key in amounts if key not in known]
    changed = [key for key, amount in amounts.items() if key in known and known[key][1] != amount]
    gone = [pk for key, (pk, _amount) in known.items() if key not in amounts]
    kept.update(as_of=today)
    MetricValue.objects.insert(_row(paths, key, amounts[key], today) for key in fresh)
    MetricValue.objects.bulk_create(
        [_row(paths, key, amounts[key], today) for key in changed],
        update_conflicts=True,
        unique_fields=["unit", "metric", "period"],
        update_fields=["path", "numerator", "denominator", "as_of", "updated_at"],
        batch_size=1000,
    )
    _delete(kept, gone)
    return len(fresh) + len(changed) + len(gone)


def _delete(kept: QuerySet[MetricValue], gone: Sequence[int]) -> None:
    for start in range(0, len(gone), 500):
        kept.filter(pk__in=gone[start : start + 500]).delete()


def _row(paths: dict[int, str], key: Key, amount: Amount, today: date) -> MetricValue:
    unit, metric, period = key
    return MetricValue(
        unit_id=unit,
        path=paths[unit],
        metric=metric,
        period=period,
        numerator=_stored(amount.numerator),
        denominator=_stored(amount.denominator),
        as_of=today,
    )


def _stored(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(measuring.STEP)
