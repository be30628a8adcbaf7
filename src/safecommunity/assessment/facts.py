"""What is known about units, for all of them in a handful of grouped queries.

Records of a unit and of every unit beneath it count. Nothing here depends on how many assessments exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, Max, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Substr

from safecommunity import library
from safecommunity.core import crosswalks
from safecommunity.core.periods import Period
from safecommunity.core.schemes import Evidence, Scheme
from safecommunity.core.suggestions import Facts, Records
from safecommunity.evidence.models import Citation
from safecommunity.ledgers.models import Entry
from safecommunity.metrics import queries as metrics
from safecommunity.units.models import Unit

MONTH = Substr(Cast("record_date", CharField()), 1, 7)


@dataclass(slots=True)
class Tally:
    """Records being counted up."""

    standing: int = 0
    months: dict[str, int] = field(default_factory=dict)
    latest: date | None = None

    def add(self, number: int, month: str | None, latest: date | None, year: str) -> None:
        self.standing += number
        if month and month[:4] == year:
            self.months[month] = self.months.get(month, 0) + number
        if latest and (self.latest is None or latest > self.latest):
            self.latest = latest

    def records(self) -> Records:
        return Records(self.standing, self.months, self.latest)


@dataclass(slots=True)
class Observed:
    """All that was found about one unit: by evidence key, by cited "scheme/indicator", by metric."""

    ledgers: Mapping[str, Records] = field(default_factory=dict)
    cited: Mapping[str, Records] = field(default_factory=dict)
    metrics: Mapping[str, Decimal] = field(default_factory=dict)


Tallies = dict[str, dict[str, Tally]]


def observe(
    root: Unit, units: Collection[Unit], year: Period, schemes: Iterable[Scheme]
) -> dict[int, Observed]:
    """What is known of `units`, all at or below `root`, in `year`; asked once for everybody."""
    schemes = list(schemes)
    wanted = {unit.path for unit in units}
    ledgers = _count_entries(root, wanted, year, _needs(schemes))
    cited = _count_citations(root, wanted, year)
    values: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for (pk, code, _period), value in metrics.values(list(units), [year], _metrics(schemes)).items():
        values[pk][code] = value
    return {
        unit.pk: Observed(
            ledgers={key: tally.records() for key, tally in ledgers[unit.path].items()},
            cited={key: tally.records() for key, tally in cited[unit.path].items()},
            metrics=values[unit.pk],
        )
        for unit in units
    }


def served(scheme: Scheme) -> dict[str, tuple[str, ...]]:
    """Indicator → the "scheme/indicator" names whose cited evidence serves it, by the crosswalk files."""
    same = crosswalks.same(library.crosswalks.values(), scheme.code)
    return {
        code: (f"{scheme.code}/{code}", *(f"{other}/{item}" for other, item in same.get(code, ())))
        for code in scheme.indicators
    }


def facts(
    observed: Observed, scheme: Scheme, served: Mapping[str, Collection[str]], year: Period, *, today: date
) -> Facts:
    """The facts for one scheme, from what was observed of one unit."""
    cited = {}
    for code, names in served.items():
        found = [observed.cited[name] for name in names if name in observed.cited]
        if found:
            cited[code] = _joined(found)
    return Facts(
        today=min(today, year.end),
        months=months_begun(year, today),
        ledgers=observed.ledgers,
        cited=cited,
        metrics=observed.metrics,
    )


def months_begun(year: Period, today: date) -> int:
    """How many months of the year have begun by today, at least one."""
    if today > year.end:
        return 12
    return today.month if today in year else 1


def expired(unit: Unit, today: date) -> dict[str, int]:
    """Ledger → entries of this unit and beneath whose date of expiry has passed."""
    rows = _entries(unit).filter(expires_date__lt=today).order_by()
    return dict(rows.values_list("ledger").annotate(Count("id")))


def _joined(found: list[Records]) -> Records:
    tally = Tally()
    for records in found:
        tally.standing += records.standing
        for month, number in records.months.items():
            tally.months[month] = tally.months.get(month, 0) + number
        if records.latest and (tally.latest is None or records.latest > tally.latest):
            tally.latest = records.latest
    return tally.records()


def _needs(schemes: Iterable[Scheme]) -> list[Evidence]:
    return [
        need
        for scheme in schemes
        for item in scheme.indicators.values()
        for need in item.evidence
        if need.ledger
    ]


def _metrics(schemes: Iterable[Scheme]) -> set[str]:
    """The metrics the schemes speak of: targets, measured rules and counted faults."""
    found = set()
    for scheme in schemes:
        for item in scheme.indicators.values():
            found |= {target.metric for target in item.metrics}
            found.add(getattr(item.rule, "metric", ""))
            found |= {fault.metric for fault in getattr(item.rule, "faults", ())}
    return (found - {""}) & set(library.metrics)


def _entries(root: Unit) -> QuerySet[Entry]:
    return Entry.objects.below(root).filter(withdrawn_at=None)


def _count_entries(root: Unit, wanted: Collection[str], year: Period, needs: Iterable[Evidence]) -> Tallies:
    """Two grouped queries: ledgers counted as a whole, and ledgers counted by the value of a field."""
    tallies: Tallies = defaultdict(lambda: defaultdict(Tally))
    whole = {need.ledger for need in needs if not need.field}
    faults = {fault.ledger for fault in _faults() if fault.ledger}
    _add_whole(tallies, root, wanted, year, whole | faults)
    _add_by_value(tallies, root, wanted, year, [need for need in needs if need.field])
    return tallies


def _faults() -> Iterator[Any]:
    for scheme in library.schemes.values():
        for item in scheme.indicators.values():
            yield from getattr(item.rule, "faults", ())


def _add_whole(
    tallies: Tallies, root: Unit, wanted: Collection[str], year: Period, ledgers: Collection[str]
) -> None:
    rows = _entries(root).filter(ledger__in=ledgers).order_by()
    grouped = rows.values_list("path", "ledger", MONTH).annotate(Count("id"), Max("record_date"))
    for path, ledger, month, number, latest in grouped:
        for above in _above(path, wanted):
            tallies[above][ledger].add(number, month, latest, year.code)


def _add_by_value(
    tallies: Tallies, root: Unit, wanted: Collection[str], year: Period, needs: Iterable[Evidence]
) -> None:
    keys: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for need in needs:
        for value in need.values:
            keys[need.ledger, need.field, value].add(need.key)
    fields = sorted({name for _ledger, name, _value in keys})
    if not fields:
        return
    rows = _entries(root).filter(ledger__in={ledger for ledger, _field, _value in keys}).order_by()
    asked = {f"value_of_{name}": KT(f"data__{name}") for name in fields}
    grouped = (
        rows.annotate(**asked)
        .values_list("path", "ledger", MONTH, *asked)
        .annotate(Count("id"), Max("record_date"))
    )
    for path, ledger, month, *values, number, latest in grouped:
        found = {
            key
            for name, value in zip(fields, values, strict=True)
            for key in keys.get((ledger, name, value), ())
        }
        for above in _above(path, wanted) if found else ():
            for key in found:
                tallies[above][key].add(number, month, latest, year.code)


def _count_citations(root: Unit, wanted: Collection[str], year: Period) -> Tallies:
    """One grouped query over files and records cited by hand; a file is dated by what it proves."""
    tallies: Tallies = defaultdict(lambda: defaultdict(Tally))
    rows = Citation.objects.below(root).filter(file__withdrawn_at=None, entry__withdrawn_at=None).order_by()
    grouped = rows.values_list("path", "indicator", "file__proof_date", "entry__record_date")
    for path, indicator, proof_date, record_date, number in grouped.annotate(Count("id")):
        day = proof_date or record_date
        for above in _above(path, wanted):
            tallies[above][indicator].add(number, day.isoformat()[:7] if day else None, day, year.code)
    return tallies


def _above(path: str, wanted: Collection[str]) -> list[str]:
    """The wanted units this path lies in."""
    ends = [at + 1 for at, sign in enumerate(path) if sign == "/" and at]
    return [path[:end] for end in ends if path[:end] in wanted]
