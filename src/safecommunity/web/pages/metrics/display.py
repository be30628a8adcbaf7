"""Readings in the words and marks of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.core.metrics import Metric, plain
from safecommunity.core.periods import Period
from safecommunity.library import codes, schemes
from safecommunity.metrics.actions import periods_of
from safecommunity.metrics.queries import Key, Reading
from safecommunity.units.models import Unit
from safecommunity.web.components.words import language, local

YEARS = 4
NEARLY = Decimal("0.9")


@dataclass(frozen=True, slots=True)
class Line:
    """One metric as a row; `state` is a light: good, part, poor or none, "" where there is no target."""

    reading: Reading
    sentence: str
    value: str
    state: str
    mark: str
    months: list[float | None]

    @property
    def metric(self) -> Metric:
        return self.reading.metric


def periods(today: date) -> list[Period]:
    """What a page may be asked for: years, quarters and months that have begun, newest first."""
    begun = [p for p in periods_of(range(today.year - YEARS + 1, today.year + 1)) if p.start <= today]
    order = {"year": 0, "quarter": 1, "month": 2}
    return sorted(begun, key=lambda p: (order[p.kind], -p.start.toordinal()))


def choices(today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    names = {"year": _("年度"), "quarter": _("季度"), "month": _("月份")}
    return [
        (name, [(p.code, label(p)) for p in periods(today) if p.kind == kind]) for kind, name in names.items()
    ]


def label(period: Period) -> str:
    return period.label() if language() == "zh" else period.code


def short(month: Period) -> str:
    """The month where the year is already said."""
    return f"{month.start.month}月" if language() == "zh" else f"{month.start:%m}"


def lines(found: Mapping[Key, Reading], unit: Unit, chosen: Sequence[Metric], period: Period) -> list[Line]:
    """One line for each metric, with the months of the period's year behind it."""
    months = list(Period.year_of(period.start).months())
    return [
        line(found[unit.pk, one.code, period.code], [found[unit.pk, one.code, m.code] for m in months])
        for one in chosen
    ]


def line(reading: Reading, months: Iterable[Reading] = ()) -> Line:
    return Line(
        reading=reading,
        sentence=reading.say(language()),
        value=value(reading),
        state=light(reading),
        mark=mark(reading),
        months=[_point(month) for month in months],
    )


def value(reading: Reading) -> str:
    return "" if reading.value is None else plain(reading.value)


def light(reading: Reading) -> str:
    target, found = reading.metric.target_for(reading.period), reading.value
    if target is None:
        return ""
    if found is None:
        return "none"
    if reading.reaches:
        return "good"
    nearly = reading.metric.better == "higher" and found >= target.value * NEARLY
    return "part" if nearly else "poor"


def mark(reading: Reading) -> str:
    """The target in words: ≥ 95 %."""
    target = reading.metric.target_for(reading.period)
    if target is None:
        return ""
    sign = "≥" if reading.metric.better == "higher" else "≤"
    return f"{sign} {plain(target.value)}{reading.metric.unit if reading.metric.unit in {'%', '‰'} else ''}"


def grouped(rows: Iterable[Line]) -> dict[str, list[Line]]:
    """By the groups of the ledgers, in their order."""
    names = codes["ledger-groups"]
    by_group: dict[str, list[Line]] = {code: [] for code in names}
    for row in rows:
        by_group[row.metric.group].append(row)
    return {local(names[code]): members for code, members in by_group.items() if members}


def cell(reading: Reading, unit: Unit) -> tuple[str, str, str]:
    """One light of the comparison: state, text, address."""
    address = reverse("metrics:detail", args=[unit.slug, reading.metric.code])
    return light(reading), value(reading), f"{address}?period={reading.period.code}"


def asked_by(metric: Metric) -> list[tuple[str, str, str]]:
    """(scheme, indicator, text) of every indicator that looks at this metric."""
    return [
        (local(scheme), item.code, local(item, "text"))
        for scheme in schemes.values()
        for item in scheme.indicators.values()
        if any(target.metric == metric.code for target in item.metrics)
    ]


def _point(reading: Reading) -> float | None:
    return None if reading.value is None or reading.period.start > reading.as_of else float(reading.value)
