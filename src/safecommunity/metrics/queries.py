"""Reading metrics: kept parts added up along the tree, and the records behind a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Min, QuerySet, Sum, Value

from safecommunity.core.metrics import Amount, Metric, Span, add, span, split
from safecommunity.core.periods import Period
from safecommunity.ledgers.models import Entry
from safecommunity.library import ledgers, metrics
from safecommunity.metrics import measuring
from safecommunity.metrics.models import MetricValue
from safecommunity.units.models import Unit

Key = tuple[int, str, str]
Part = tuple[str, Amount, datetime]
FIELDS = ("metric", "period", "numerator", "denominator", "as_of")


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric of one unit and all beneath it, for one period; `as_of`: the day it was last looked at."""

    metric: Metric
    period: Period
    amount: Amount | None
    as_of: date

    @property
    def value(self) -> Decimal | None:
        return self.metric.value(self.amount)

    @property
    def reaches(self) -> bool | None:
        return self.metric.reaches(self.value, self.period)

    @property
    def days(self) -> Span:
        """From when to when the value speaks."""
        return span(self.period, self.as_of)

    def say(self, language: str) -> str:
        return self.metric.say(self.amount, self.days, language=language)


def all_metrics() -> dict[str, Metric]:
    """Every metric file, and the parts of those told apart by a field ("training-persons/pupils")."""
    return {code: metric for one in metrics.values() for code, metric in _with_parts(one).items()}


def named(code: str) -> Metric | None:
    """The metric of this code, a part included; None when there is none."""
    whole = metrics.get(code.partition("/")[0])
    return None if whole is None else _with_parts(whole).get(code)


def parts_of(metric: Metric) -> list[Metric]:
    return [part for code, part in _with_parts(metric).items() if code != metric.code]


def readings(
    units: Sequence[Unit], periods: Sequence[Period], codes: Collection[str] | None = None, *, today: date
) -> dict[Key, Reading]:
    """(unit id, metric code, period code) → reading, for all that is asked for, in one query."""
    chosen = _chosen(codes)
    sums = _summed(units, periods, chosen)
    return {
        (unit.pk, code, period.code): Reading(
            metric, period, *sums.get((unit.pk, code, period.code), (None, today))
        )
        for unit in units
        for code, metric in chosen.items()
        for period in periods
    }


def values(
    units: Sequence[Unit], periods: Sequence[Period], codes: Collection[str] | None = None
) -> dict[Key, Decimal]:
    """(unit id, metric code, period code) → value in the metric's own unit; absent where there is no data."""
    chosen = _chosen(codes)
    sums = _summed(units, periods, chosen)
    keys = ((u.pk, code, p.code) for u in units for code in chosen for p in periods)
    found = {key: chosen[key[1]].value(sums[key][0] if key in sums else None) for key in keys}
    return {key: value for key, value in found.items() if value is not None}


def records(
    metric: Metric, period: Period, unit: Unit, today: date, *, whole: bool = False
) -> QuerySet[Entry]:
    """The records counted above the line, or (`whole`) those they are a part of."""
    term = metric.denominator if whole and metric.denominator else metric.numerator
    rows = measuring.taken(term, period, Entry.objects.below(unit), today)
    return rows.select_related("unit").order_by("-record_date", "-id")


def _chosen(codes: Collection[str] | None) -> dict[str, Metric]:
    return all_metrics() if codes is None else {code: m for code in codes if (m := named(code))}


def _with_parts(metric: Metric) -> dict[str, Metric]:
    choices = ledgers[metric.numerator.source].fields[metric.by].choices if metric.by else {}
    return _split(metric, tuple((code, words.zh, words.en) for code, words in choices.items()))


@lru_cache(maxsize=512)
def _split(metric: Metric, choices: tuple[tuple[str, str, str], ...]) -> dict[str, Metric]:
    parts = split(metric, {code: (zh, en) for code, zh, en in choices})
    return {metric.code: metric, **{part.code: part for part in parts}}


def _summed(
    units: Sequence[Unit], periods: Sequence[Period], chosen: Mapping[str, Metric]
) -> dict[Key, tuple[Amount | None, date]]:
    """What is kept of these units and beneath, added up: by the database for one unit, here for several."""
    asked = {unit.path: unit.pk for unit in units}
    rows = MetricValue.objects.everything(reason="adding up below the units that the caller may see").filter(
        path__gte=min(asked, default=""),
        path__lt=f"{max(asked, default='')[:-1]}0",
        period__in=[period.code for period in periods],
    )
    plain = {code for code, metric in chosen.items() if _is_plain_sum(metric)}
    found = rows.filter(metric__in=plain).order_by()
    sums: Iterable[Any] = found.values_list("path", *FIELDS)
    if len(asked) == 1:
        sums = found.values_list(Value(units[0].path), "metric", "period").annotate(
            Sum("numerator"), Sum("denominator"), Min("as_of")
        )
    parts: dict[Key, list[Part]] = defaultdict(list)
    for path, metric, period, numerator, denominator, as_of in (
        *sums,
        *rows.filter(metric__in=set(chosen) - plain).order_by().values_list("path", *FIELDS),
    ):
        for above in _prefixes(path):
            if above in asked and (above == path or chosen[metric].roll_up != "none"):
                parts[asked[above], metric, period].append((path, Amount(numerator, denominator), as_of))
    return {
        key: (_added(chosen[key[1]], found), min(as_of for *_part, as_of in found))
        for key, found in parts.items()
    }


def _is_plain_sum(metric: Metric) -> bool:
    """Whether the parts of units beneath may be added up without looking at where they come from."""
    return metric.roll_up != "none" and all(term.aggregate != "latest" for term in metric.terms)


def _added(metric: Metric, parts: Sequence[Part]) -> Amount | None:
    """Parts added up; a statement ("latest") about a whole area stands for what units beneath it state."""
    numerators = [(path, amount.numerator) for path, amount, _ in parts if amount.numerator is not None]
    denominators = [(path, amount.denominator) for path, amount, _ in parts if amount.denominator is not None]
    if metric.numerator.aggregate == "latest":
        numerators = _topmost(numerators)
    if metric.denominator is not None and metric.denominator.aggregate == "latest":
        denominators = _topmost(denominators)
    return add(
        [
            *(Amount(number) for _path, number in numerators),
            *(Amount(None, number) for _path, number in denominators),
        ]
    )


def _topmost(stated: list[tuple[str, Decimal]]) -> list[tuple[str, Decimal]]:
    chosen: list[tuple[str, Decimal]] = []
    for path, number in sorted(stated):
        if not chosen or not path.startswith(chosen[-1][0]):
            chosen.append((path, number))
    return chosen


def _prefixes(path: str) -> list[str]:
    """The paths of a unit and of all above it: /1/, /1/5/, /1/5/23/."""
    steps = path.strip("/").split("/")
    return ["/" + "/".join(steps[:depth]) + "/" for depth in range(1, len(steps) + 1)]
