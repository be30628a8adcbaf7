"""Reads of yearly appraisals: who is in one, how they stand, who may see and act."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from safecommunity.accounts.models import User
from safecommunity.assessment.models import Assessment
from safecommunity.core.metrics import Metric
from safecommunity.core.periods import Period
from safecommunity.core.ranking import Measure, Place, around, banded, grouped, size_group, turned
from safecommunity.library import codes, metrics
from safecommunity.metrics.queries import readings
from safecommunity.supervision.models.appraisals import Appraisal, Publication, Standing
from safecommunity.supervision.models.vetoes import Scope, Veto
from safecommunity.supervision.models.visits import Finding, FindingState, VisitState
from safecommunity.supervision.queries.vetoes import IN_FORCE
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.queries import below

KIND = Assessment.Kind.ON_SITE
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Ranked:
    """A standing with its limits and its rank; `place` None where it has none, and `why` says why not:
    vetoed, left-out, open, size or few."""

    row: Standing
    share: Decimal
    low: Decimal
    high: Decimal
    place: Place | None
    why: str


@dataclass(frozen=True, slots=True)
class Rate:
    """A unit's rate of a metric: cases counted, cases in all, per cent with limits, its place."""

    unit: Unit
    group: str
    counted: Decimal
    whole: Decimal
    value: Decimal
    low: Decimal
    high: Decimal
    place: Place | None
    why: str


def appraisals(unit: Unit) -> QuerySet[Appraisal]:
    """Those that this unit makes, the latest year first."""
    return Appraisal.objects.in_unit(unit).select_related("unit").order_by("-year", "scheme")


def appraisal(unit: Unit, uid: UUID) -> Appraisal | None:
    return Appraisal.objects.in_unit(unit).select_related("unit", "by").filter(uuid=uid).first()


def own_results(unit: Unit) -> QuerySet[Standing]:
    """What the unit was told of appraisals by those above it."""
    rows = Standing.objects.in_unit(unit).exclude(told_at=None)
    return rows.select_related("unit", "supervisor").order_by("-year", "scheme")


def may_appraise(user: User, unit: Unit) -> bool:
    return can(user, Permission.APPRAISE, unit)


def appraised(row: Appraisal) -> QuerySet[Unit]:
    """The units that the appraisal is about."""
    return below(row.unit).exclude(pk=row.unit_id).filter(kind__in=row.kinds)


def standings(row: Appraisal) -> list[Standing]:
    rows = Standing.objects.below(row.unit).filter(appraisal=row)
    return list(rows.select_related("unit", "assessment").order_by("group", "-points", "path"))


def standing(row: Appraisal, slug: str) -> Standing | None:
    rows = Standing.objects.below(row.unit).filter(appraisal=row, unit__slug=slug)
    return rows.select_related("unit").first()


def publications(row: Appraisal) -> QuerySet[Publication]:
    return (
        Publication.objects.in_unit(row.unit).filter(appraisal=row).select_related("by").order_by("-edition")
    )


def assessments_of(row: Appraisal, units: Iterable[Unit]) -> dict[int, Assessment]:
    """Unit id → its newest on-site assessment of the year under the scheme."""
    rows = Assessment.objects.below(row.unit).filter(scheme=row.scheme, period=str(row.year), kind=KIND)
    rows = rows.filter(unit__in=[one.pk for one in units]).select_related("frozen_by")
    return {one.unit_id: one for one in rows.defer("suggested", "snapshot").order_by("id")}


def vetoed(row: Appraisal) -> dict[int, list[str]]:
    """Unit id → grounds of the vetoes in force that count in the appraisal of this year."""
    rows = Veto.objects.below(row.unit).filter(
        year=row.year, state__in=IN_FORCE, scope__in=(Scope.APPRAISAL, Scope.BOTH)
    )
    found = defaultdict(list)
    for one in rows.order_by("ground"):
        found[one.unit_id].append(one.ground)
    return found


def visits_told(row: Appraisal) -> dict[int, tuple[int, int]]:
    """Unit id → (findings of the year's visits, those of them not settled): inspected together, appraised
    together."""
    rows = Finding.objects.below(row.unit).filter(
        visit__state=VisitState.DONE, visit__day__year=row.year, visit__body=None
    )
    open_ones = Q(state__in=(FindingState.OPEN, FindingState.ANSWERED, FindingState.RETURNED))
    counts = rows.values("unit").order_by("unit").annotate(n=Count("pk"), left=Count("pk", open_ones))
    return {one["unit"]: (one["n"], one["left"]) for one in counts}


def group_of(unit: Unit) -> str:
    """Kind and size: only units of the same kind and about the same population are compared."""
    bounds = [(code, int(one.extra["at_least"])) for code, one in codes["population-groups"].items()]
    return f"{unit.kind}/{size_group(unit.population, bounds)}"


def has_size(group: str) -> bool:
    """Whether the group is one of a known population: others are not compared with anybody."""
    return not group.endswith("/")


def ranked(row: Appraisal, rows: Sequence[Standing]) -> list[Ranked]:
    """Every standing with its place, group by group, the best first, who has no rank last."""
    asked = {one.unit.slug: one for one in rows if not _why_not(one)}
    groups = grouped({slug: one.group for slug, one in asked.items()}, row.least_group)
    places: dict[str, Place] = {}
    for members in groups.values():
        places |= banded(_measure(asked[slug], row.margin) for slug in members)
    found = [_ranked(one, row.margin, places) for one in rows]
    return sorted(
        found, key=lambda one: (one.row.group, one.place is None, one.why, -one.share, one.row.path)
    )


def _why_not(row: Standing) -> str:
    if row.vetoes:
        return "vetoed"
    if row.left_out:
        return "left-out"
    if not row.is_final:
        return "open"
    return "" if has_size(row.group) else "size"


def share_of(row: Standing) -> Decimal:
    """Points per cent of the full points: items that do not apply to a unit do not count against it."""
    return round(row.points * PERCENT / row.full, 2) if row.full else Decimal(0)


def _measure(row: Standing, margin: Decimal) -> Measure:
    share = share_of(row)
    return Measure(row.unit.slug, share, *around(share, margin))


def _ranked(row: Standing, margin: Decimal, places: Mapping[str, Place]) -> Ranked:
    one, place = _measure(row, margin), places.get(row.unit.slug)
    return Ranked(row, one.value, one.low, one.high, place, "" if place else _why_not(row) or "few")


def rate_metrics() -> dict[str, Metric]:
    """The metrics that are a share of cases: of these limits can be said."""
    return {code: one for code, one in metrics.items() if one.divided and one.scale == PERCENT}


def rates(row: Appraisal, metric: Metric, today: date) -> list[Rate]:
    """The rate of every appraised unit for the year with Wilson's 95 % limits; ranked in its group where it
    rests on enough cases and the group has enough such units."""
    units, year = list(appraised(row)), Period.parse(str(row.year))
    found = readings(units, [year], [metric.code], today=today)
    made = {
        unit.slug: (unit, amount.numerator or Decimal(0), amount.denominator)
        for unit in units
        if (amount := found[unit.pk, metric.code, year.code].amount) and amount.denominator
    }
    measures = {slug: _rate(slug, counted, whole) for slug, (_unit, counted, whole) in made.items()}
    enough = {
        slug: group_of(unit)
        for slug, (unit, _counted, whole) in made.items()
        if whole >= row.least_cases and has_size(group_of(unit))
    }
    places: dict[str, Place] = {}
    for members in grouped(enough, row.least_group).values():
        sided = (measures[slug] if metric.better != "lower" else turned(measures[slug]) for slug in members)
        places |= banded(sided)
    lines = []
    for slug, (unit, counted, whole) in made.items():
        one, place = measures[slug], places.get(slug)
        why = "" if place else _why_no_rate(unit, slug in enough)
        lines.append(Rate(unit, group_of(unit), counted, whole, one.value, one.low, one.high, place, why))
    return sorted(lines, key=lambda one: (one.group, one.place.first if one.place else 10**9, one.unit.path))


def _why_no_rate(unit: Unit, is_enough: bool) -> str:
    if not has_size(group_of(unit)):
        return "size"
    return "few" if is_enough else "cases"


def _rate(slug: str, counted: Decimal, whole: Decimal) -> Measure:
    from safecommunity.analysis.surveys import share

    limits = share(int(counted), int(whole))
    return Measure(
        slug, *(Decimal(str(round(each * PERCENT, 2))) for each in (limits.value, limits.lower, limits.upper))
    )


def missing(rows: Iterable[Standing]) -> list[Standing]:
    """Those whose points are not final though nothing takes them out of the ranking."""
    return [one for one in rows if _why_not(one) == "open"]


def kinds_below(unit: Unit) -> dict[str, int]:
    return dict(Counter(below(unit).exclude(pk=unit.pk).values_list("kind", flat=True)))
