"""Reading returns: what the records give for a month, the board of those who file, what is unusual."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from safecommunity.accounts.models import User
from safecommunity.assessment.models import PlannedAction
from safecommunity.core.metrics import add
from safecommunity.core.periods import Period, UnknownPeriod
from safecommunity.core.returns import Figure, Form, Verdict, effective, judge
from safecommunity.core.working_days import later
from safecommunity.ledgers.models import Entry
from safecommunity.library import returns, working_days
from safecommunity.metrics import measuring
from safecommunity.programmes.models import Task
from safecommunity.returns.models import Return, State, Step
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can

FORM = "monthly"
MONTHS = 12
YEARS = range(1990, 2201)
IN_FORCE = (State.CHECKED, State.SUMMARISED)
FILED = (State.SUBMITTED, *IN_FORCE)
Compiled = dict[int, dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class Line:
    """A unit on the board: its return for the month, how it stands, and how the months before stood."""

    unit: Unit
    row: Return | None
    standing: str
    months: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """How many of those who file had filed for a month, and how many of them in time."""

    month: Period
    total: int
    filed: int
    in_time: int


@dataclass(frozen=True, slots=True)
class Strange:
    """A figure outside the unit's own history."""

    unit: Unit
    figure: Figure
    value: Decimal
    verdict: Verdict


def form() -> Form:
    return returns[FORM]


def month(code: str) -> Period | None:
    """The month that a code such as 2026-10 names; None where it names none."""
    try:
        found = Period.parse(code)
    except UnknownPeriod:
        return None
    return found if found.kind == "month" and found.start.year in YEARS else None


def due(month: Period) -> date:
    """The last day in time for a month's return; statutory holidays are no working days."""
    return later(working_days(), month.end, form().due_workday)


def files(unit: Unit) -> bool:
    return unit.kind in form().kinds


def filers(unit: Unit) -> list[Unit]:
    """The units right below that file a return to this one."""
    return list(Unit.objects.filter(parent=unit, is_active=True, kind__in=form().kinds).order_by("path"))


def month_return(unit: Unit, month: Period) -> Return | None:
    rows = Return.objects.in_unit(unit).select_related("unit", "unit__parent")
    return rows.filter(form=FORM, month=month.code).first()


def own(unit: Unit) -> QuerySet[Return]:
    """The unit's returns, the latest month first."""
    return Return.objects.in_unit(unit).filter(form=FORM).order_by("-month")


def steps(row: Return) -> QuerySet[Step]:
    return Step.objects.in_unit(row.unit).filter(row=row).select_related("by").order_by("id")


def compiled(
    root: Unit,
    units: Sequence[Unit],
    month: Period,
    today: date,
    figures: Mapping[str, Figure] | None = None,
) -> Compiled:
    """Unit id → figure code → what the records at and beneath it give, as text; None without a record.

    `units` lie at or below `root`; `figures`: all of the form unless others are asked for. The number of
    queries does not depend on how many there are.
    """
    figures = form().figures if figures is None else figures
    metrics = [one.metric for one in figures.values() if one.metric]
    found = measuring.measured(metrics, [month], Entry.objects.below(root), today)
    paths = dict(Unit.objects.filter(path__startswith=root.path).values_list("pk", "path"))
    wanted = {unit.path: unit.pk for unit in units}
    amounts: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for (keeper, code, _period), amount in found.items():
        for pk in _at_or_above(paths[keeper], wanted):
            amounts[pk, code].append(amount)
    tasks = _tasks(root, wanted, month, today)
    result: Compiled = {}
    for unit in units:
        mine: dict[str, str | None] = {}
        for code, figure in figures.items():
            if figure.metric is None:
                mine[code] = str(tasks.get((unit.pk, figure.tasks), 0))
            else:
                value = figure.metric.value(add(amounts.get((unit.pk, code), ())))
                mine[code] = None if (unit.pk, code) not in amounts or value is None else f"{value:f}"
        result[unit.pk] = mine
    return result


def tasks_of(unit: Unit, kind: str, month: Period, today: date) -> list[PlannedAction | Task]:
    """The tasks and measures at and beneath a unit that a figure counts, by their dates."""
    wanted = _task(kind, month, today)
    measures = PlannedAction.objects.below(unit).filter(wanted).select_related("unit")
    tasks = Task.objects.below(unit).filter(wanted).select_related("unit", "programme")
    return sorted([*measures, *tasks], key=lambda row: (row.due_date, row.pk))


def records_of(unit: Unit, figure: Figure, month: Period, today: date) -> QuerySet[Entry]:
    """The records a figure counts."""
    assert figure.metric is not None
    rows = measuring.taken(figure.metric.numerator, month, Entry.objects.below(unit), today)
    return rows.select_related("unit").order_by("-record_date", "-id")


def standing(row: Return | None, due: date, today: date) -> str:
    """One of figures, zero, returned, late (filed after the day), missing (not filed, overdue), not-due."""
    if row is None:
        return _standing("", False, False, due, today)
    return _standing(row.state, row.is_late, row.is_zero, due, today)


def _standing(state: str, is_late: bool, is_zero: bool, due: date, today: date) -> str:
    if state == State.RETURNED:
        return "returned"
    if state in FILED:
        return "late" if is_late else "zero" if is_zero else "figures"
    return "missing" if today > due else "not-due"


def board(unit: Unit, month: Period, today: date) -> list[Line]:
    """Every unit that files here, in three queries; months before the unit began are `not-asked` of it."""
    dues = {one.code: due(one) for one in _back(month)}
    rows = Return.objects.below(unit).filter(form=FORM, month__in=dues)
    now = rows.filter(month=month.code).defer("words", "sources", "figures", "corrections")
    by_unit = {row.unit_id: row for row in now}
    late = Q(first_submitted_date__gt=F("due_date"))
    found = {
        (pk, code): _standing(state, bool(is_late), is_zero, dues[code], today)
        for pk, code, state, is_late, is_zero in rows.annotate(late=late).values_list(
            "unit_id", "month", "state", "late", "is_zero"
        )
    }
    lines = []
    for one in filers(unit):
        begun = f"{one.start_date:%Y-%m}" if one.start_date else ""
        months = tuple(
            (code, found.get((one.pk, code)) or ("not-asked" if code < begun else standing(None, day, today)))
            for code, day in dues.items()
        )
        lines.append(Line(one, by_unit.get(one.pk), months[-1][1], months))
    return lines


def left_out(row: Return, lines: Sequence[Line]) -> list[Line]:
    """Those of the board that a summary does not add up: nothing filed, not yet checked, sent back."""
    return [
        one
        for one in lines
        if one.standing != "not-asked" and (one.row is None or str(one.row.uuid) not in row.sources)
    ]


def overdue(
    unit: Unit, lines: Sequence[Line], month: Period, today: date
) -> list[tuple[Line, list[Decimal | None]]]:
    """What is overdue at each of these units by its records, whether it filed or not, figure by figure."""
    figures = overdue_figures()
    found = compiled(unit, [one.unit for one in lines], month, today, figures) if lines else {}
    return [
        (one, [None if text is None else Decimal(text) for text in found[one.unit.pk].values()])
        for one in lines
    ]


def overdue_figures() -> dict[str, Figure]:
    return {code: one for code, one in form().figures.items() if one.overdue}


def course(lines: Sequence[Line]) -> list[Course]:
    """How completely and how much in time a board filed, month by month, the latest first.

    Of those it was asked of; months asked of nobody are left out.
    """
    months: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        for code, one in line.months:
            if one != "not-asked":
                months[code].append(one)
    return [
        Course(
            Period.parse(code),
            len(found),
            sum(one in ("figures", "zero", "late") for one in found),
            sum(one in ("figures", "zero") for one in found),
        )
        for code, found in sorted(months.items(), reverse=True)
    ]


def unusual(unit: Unit, month: Period) -> list[Strange]:
    """Figures of the month outside the own history of those who file here, in two queries."""
    units = {one.pk: one for one in filers(unit)}
    earlier = _back(month, MONTHS + 1)
    rows = Return.objects.below(unit).filter(
        form=FORM, unit__in=units, state__in=FILED, month__in=[one.code for one in earlier]
    )
    history: dict[tuple[int, str], list[Decimal]] = defaultdict(list)
    now: dict[int, Mapping[str, Decimal | None]] = {}
    for pk, when, figures, corrections in rows.values_list("unit_id", "month", "figures", "corrections"):
        values = effective(figures, corrections)
        if when == month.code:
            now[pk] = values
            continue
        for code, value in values.items():
            if value is not None:
                history[pk, code].append(value)
    return [
        Strange(units[pk], figure, value, verdict)
        for pk, values in now.items()
        for code, figure in form().figures.items()
        if (value := values.get(code)) is not None
        and (verdict := judge(history[pk, code], value)) in ("high", "low")
    ]


def may_check(user: User, row: Return) -> bool:
    """Whether this person acts for the level above."""
    above = row.unit.parent
    return above is not None and can(user, Permission.RETURN_CHECK, above)


def may_reopen(user: User, row: Return) -> bool:
    """As `may_check`; where nobody is above, the unit itself opens its return again."""
    return can(user, Permission.RETURN_CHECK, row.unit.parent or row.unit)


def reopened_from(row: Return) -> tuple[str, ...]:
    """The states a return is opened again from; one filed with those above is sent back by them instead."""
    return IN_FORCE if row.unit.parent else FILED


def to_summarise(unit: Unit, month: Period) -> list[Return]:
    """The checked returns of those who file here."""
    rows = Return.objects.below(unit).filter(form=FORM, month=month.code, unit__parent=unit)
    return list(rows.filter(state__in=IN_FORCE).select_related("unit").order_by("path"))


def _back(month: Period, count: int = MONTHS) -> list[Period]:
    """The months up to this one, the earliest first."""
    months = [month]
    while len(months) < count:
        months.append(months[-1].previous())
    return months[::-1]


def _task(kind: str, month: Period, today: date) -> Q:
    upto = min(month.end, today)
    if kind == "due":
        return Q(due_date__gte=month.start, due_date__lte=month.end) & ~Q(state="cancelled")
    if kind == "done":
        return Q(state="done", done_at__date__gte=month.start, done_at__date__lte=month.end)
    unfinished = Q(state__in=["todo", "doing"]) | Q(state="done", done_at__date__gt=upto)
    return unfinished & Q(due_date__lt=upto)


def _tasks(root: Unit, wanted: Mapping[str, int], month: Period, today: date) -> dict[tuple[int, str], int]:
    kinds = ("due", "done", "late")
    counts = {kind: Count("pk", filter=_task(kind, month, today)) for kind in kinds}
    measures: Any = PlannedAction.objects.below(root).order_by().values("path").annotate(**counts)
    tasks: Any = Task.objects.below(root).order_by().values("path").annotate(**counts)
    total: dict[tuple[int, str], int] = defaultdict(int)
    for row in [*measures, *tasks]:
        for pk in _at_or_above(row["path"], wanted):
            for kind in kinds:
                total[pk, kind] += row[kind]
    return total


def _at_or_above(path: str, wanted: Mapping[str, int]) -> list[int]:
    """The wanted units that this path lies at or beneath."""
    found, at = [], path.find("/", 1)
    while at > 0:
        pk = wanted.get(path[: at + 1])
        if pk is not None:
            found.append(pk)
        at = path.find("/", at + 1)
    return found
