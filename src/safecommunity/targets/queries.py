"""Reads of targets: what a unit is to reach, what those below share, and how far each is today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Q, QuerySet, Sum

from safecommunity.accounts.models import User
from safecommunity.core.metrics import Metric, plain
from safecommunity.core.periods import Period
from safecommunity.core.programmes import Aim
from safecommunity.core.targets import Standing, difference, standing
from safecommunity.ledgers.models import Entry
from safecommunity.metrics import queries as metrics
from safecommunity.places.models import Boundary
from safecommunity.programmes.models import Programme
from safecommunity.programmes.queries import programmes
from safecommunity.targets.models import Pledge, Revision, Target
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can


@dataclass(frozen=True, slots=True)
class Line:
    """A target and where it stands; `value` is None where nothing is recorded."""

    target: Target
    value: Decimal | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Share:
    """A unit directly below and what it was given of a target, if anything."""

    unit: Unit
    line: Line | None

    @property
    def amount(self) -> Decimal | None:
        return self.line.target.amount if self.line else None


@dataclass(frozen=True, slots=True)
class Letter:
    """The newest letter of a unit; `is_current`: it still says what was handed down."""

    row: Pledge
    is_current: bool


Row = tuple[Unit, list[Line | None]]
"""A unit below, with a line for each of the targets asked for; None where it has no share."""


def choices() -> dict[str, Metric]:
    """The metrics a target may be set by."""
    return {code: one for code, one in metrics.all_metrics().items() if one.roll_up != "none"}


def targets(unit: Unit, year: int) -> QuerySet[Target]:
    """The unit's own targets of a year; a share of a target above once it has been handed down."""
    handed_down = Q(above=None) | Q(above__issued_date__isnull=False)
    rows = Target.objects.in_unit(unit).filter(handed_down, year=year)
    return rows.select_related("unit", "above__unit").order_by("metric")


def target(unit: Unit, uid: UUID) -> Target | None:
    handed_down = Q(above=None) | Q(above__issued_date__isnull=False)
    rows = Target.objects.in_unit(unit).filter(handed_down, uuid=uid)
    return rows.select_related("unit__parent", "above__unit", "by").first()


def years(unit: Unit) -> list[int]:
    """The years that have targets, the latest first."""
    found = Target.objects.in_unit(unit).order_by("-year").values_list("year", flat=True)
    return list(found.distinct())


def aims(unit: Unit, year: int) -> list[tuple[Programme, Aim]]:
    """What the unit's running programmes state for a year and is no target of the unit yet."""
    known = set(targets(unit, year).values_list("metric", flat=True))
    running = programmes(unit).filter(state=Programme.State.RUNNING).order_by("pk")
    stated = ((row, aim) for row in running for aim in row.rules.aims)
    found = {aim.metric: (row, aim) for row, aim in stated if aim.due(row.start_date.year).year == year}
    return [pair for metric, pair in found.items() if metric not in known]


def shares_of(row: Target) -> QuerySet[Target]:
    """The targets of units below that are shares of this one."""
    return Target.objects.below(row.unit).filter(above=row).select_related("unit").order_by("path")


def beneath(unit: Unit) -> QuerySet[Unit]:
    """The units directly below, to which targets are handed down."""
    return Unit.objects.filter(parent=unit, is_active=True).order_by("path")


def shares(row: Target, today: date) -> list[Share]:
    """Every unit directly below with its share; one that is no longer in use as long as it holds a share."""
    held = {one.unit_id: one for one in shares_of(row)}
    units = list(Unit.objects.filter(Q(parent=row.unit, is_active=True) | Q(pk__in=held)).order_by("path"))
    lines = {line.target.unit_id: line for line in standings(list(held.values()), today)}
    return [Share(one, lines.get(one.pk)) for one in units]


def gap(row: Target, given: Sequence[Decimal]) -> Decimal:
    """By how much the shares differ from the target; zero where they need not add up or there are none."""
    return difference(row.amount, given) if given and row.adds_up else Decimal(0)


def standings(rows: Sequence[Target], today: date) -> list[Line]:
    """Where each target stands, from the metrics as they are now; in one query for each year among them."""
    values: dict[metrics.Key, Decimal] = {}
    for year in {row.year for row in rows}:
        asked = [row for row in rows if row.year == year]
        units = list({row.unit_id: row.unit for row in asked}.values())
        values |= metrics.values(units, [Period.parse(str(year))], {row.metric for row in asked})
    return [_line(row, values.get((row.unit_id, row.metric, str(row.year))), today) for row in rows]


def own(unit: Unit, year: int, today: date) -> list[Line]:
    """Where the unit stands with its own targets of a year."""
    return standings(list(targets(unit, year)), today)


def sharing(lines: Sequence[Line], unit: Unit) -> QuerySet[Unit]:
    """The units below that share in these targets of the unit."""
    held = Target.objects.below(unit).filter(above__in=[line.target for line in lines])
    return Unit.objects.filter(pk__in=held.values("unit")).order_by("path")


def given(lines: Sequence[Line], unit: Unit) -> dict[int, tuple[int, Decimal]]:
    """Target id → how many units share in it, and the sum of what they were given."""
    held: Any = Target.objects.below(unit).filter(above__in=[line.target for line in lines]).order_by()
    found = held.values("above").annotate(count=Count("pk"), total=Sum("amount"))
    return {row["above"]: (row["count"], row["total"]) for row in found}


def board(lines: Sequence[Line], units: Sequence[Unit], today: date) -> list[Row]:
    """How these units below stand with their shares in the targets of the lines; in two queries."""
    aims = [line.target for line in lines]
    if not aims or not units:
        return []
    held = Target.objects.below(aims[0].unit).filter(above__in=aims, unit__in=units).select_related("unit")
    found = {(one.target.unit_id, one.target.above_id): one for one in standings(list(held), today)}
    return [(unit, [found.get((unit.pk, aim.pk)) for aim in aims]) for unit in units]


def points(units: Sequence[Unit]) -> dict[int, tuple[float, float]]:
    """Unit id → latitude, longitude: the middle of its boundary, else of its records that have a place."""
    outlines = {
        one.code: ((one.south + one.north) / 2, (one.west + one.east) / 2)
        for one in Boundary.objects.filter(code__in=[one.slug for one in units])
    }
    found = {one.pk: outlines[one.slug] for one in units if one.slug in outlines}
    for one in units:
        if one.pk not in found:
            placed = Entry.objects.below(one).filter(withdrawn_at=None, longitude__isnull=False)
            middle = placed.aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"))
            if middle["latitude"] is not None:
                found[one.pk] = (middle["latitude"], middle["longitude"])
    return found


def revisions(rows: Sequence[Target], unit: Unit) -> list[Revision]:
    """How these targets at and below a unit were changed, the newest first."""
    found = Revision.objects.below(unit).filter(target__in=rows)
    return list(found.select_related("target__unit", "by"))


def letters(unit: Unit, year: int, units: Sequence[Unit]) -> dict[int, Letter]:
    """Unit id → its newest letter, of these units at and below a unit; in two queries."""
    rows = Pledge.objects.below(unit).filter(unit__in=units, year=year).order_by("number")
    rows = rows.select_related("unit")
    newest = {row.unit_id: row for row in rows}
    asked: dict[int, list[Target]] = {pk: [] for pk in newest}
    given = Target.objects.below(unit).filter(year=year, above__issued_date__isnull=False, unit__in=newest)
    for one in given.order_by("metric"):
        asked[one.unit_id].append(one)
    return {pk: Letter(row, row.lines == lines_of(asked[pk])) for pk, row in newest.items()}


def pledge(unit: Unit, uid: UUID) -> Pledge | None:
    people = ("unit__parent", "signed_by", "acknowledged_by")
    return Pledge.objects.in_unit(unit).filter(uuid=uid).select_related(*people).first()


def earlier(row: Pledge) -> QuerySet[Pledge]:
    """All letters of the unit for this year, the newest first."""
    rows = Pledge.objects.in_unit(row.unit).filter(year=row.year)
    return rows.select_related("signed_by", "acknowledged_by").order_by("-number")


def handed_down(unit: Unit, year: int) -> list[Target]:
    """What the unit above has handed down to this one."""
    return [row for row in targets(unit, year) if row.above_id]


def lines_of(rows: Sequence[Target]) -> list[dict[str, str]]:
    """Targets as a letter keeps them."""
    return [
        {
            "metric": row.metric,
            "name": row.rules.name,
            "unit": row.rules.unit,
            "better": row.rules.better,
            "amount": plain(row.amount),
            "due": row.due_date.isoformat(),
        }
        for row in rows
    ]


def is_current(row: Pledge) -> bool:
    """Whether it is the newest letter and still says what was handed down."""
    found = letters(row.unit, row.year, [row.unit]).get(row.unit_id)
    return found == Letter(row, True)


def is_above(user: User, unit: Unit) -> bool:
    """Whether this person sets targets for the level above the unit."""
    return unit.parent is not None and can(user, Permission.TARGET_EDIT, unit.parent)


def may_acknowledge(user: User, row: Pledge) -> bool:
    """The unit's own office, not the side that signed it."""
    is_own = can(user, Permission.TARGET_EDIT, row.unit) and not is_above(user, row.unit)
    return row.acknowledged_date is None and is_own and is_current(row)


def _line(row: Target, value: Decimal | None, today: date) -> Line:
    return Line(
        row, value, standing(value, row.amount, better=row.rules.better, due=row.due_date, today=today)
    )
