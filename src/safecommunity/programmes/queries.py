"""Reading programmes: their tasks and dates, what a template would make, what waits for a person."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.assessment.models import PlannedAction
from safecommunity.assessment.queries import open_actions
from safecommunity.core import schedule as core
from safecommunity.core.bodies import BodyPlan
from safecommunity.core.programmes import Planned, Template, planned
from safecommunity.core.schedule import Schedule, ScheduleError, schedule
from safecommunity.ledgers.wording import local
from safecommunity.programmes.models import Feed, Programme, Task, Version
from safecommunity.programmes.wording import planned_name, task_name
from safecommunity.units.models import Unit
from safecommunity.units.permissions import ROLES, Permission, can, current_holdings
from safecommunity.units.queries import matched
from safecommunity.units.scope import within

OPEN = (Task.State.TODO, Task.State.DOING)
FIELDS = ("days", "not_before", "by_date", "fixed_date")


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything a prepared programme will create. `why_not`: why its dates cannot be laid."""

    bodies: tuple[BodyPlan, ...]
    present: int
    rows: tuple[Planned, ...]
    plan: Schedule | None
    why_not: ScheduleError | None

    @property
    def duties(self) -> int:
        return sum(len(body.duties) for body in self.bodies)

    @property
    def rules(self) -> list[str]:
        return [row.part for row in self.rows if row.step.rules]

    @property
    def ledgers(self) -> list[str]:
        return sorted({row.step.ledger for row in self.rows if row.step.ledger})


@dataclass(frozen=True, slots=True)
class Move:
    """A task whose dates a re-plan changes."""

    task: Task
    start: date
    due: date
    slack: int


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do, wherever it comes from: a programme's task or a measure of an accepted gap plan."""

    text: str
    due_date: date
    state: str
    owner: str
    person: User | None
    about: str
    unit: Unit
    address: str
    uid: str


def templates(unit: Unit) -> dict[str, Template]:
    """The templates, those made for this kind of unit first."""
    rows = sorted(library.programmes.items(), key=lambda pair: unit.kind not in pair[1].unit_kinds)
    return dict(rows)


def programmes(unit: Unit) -> QuerySet[Programme]:
    return Programme.objects.in_unit(unit).select_related("unit")


def programme(unit: Unit, uuid: Any) -> Programme | None:
    return programmes(unit).filter(uuid=uuid).first()


def tasks(row: Programme) -> QuerySet[Task]:
    """The tasks of a programme in the order of their dates."""
    rows = Task.objects.in_unit(row.unit).filter(programme=row)
    return rows.select_related("programme", "unit", "owner", "file").order_by("due_date", "id")


def task(row: Programme, uuid: Any) -> Task | None:
    return tasks(row).filter(uuid=uuid).first()


def versions(row: Programme) -> QuerySet[Version]:
    return Version.objects.in_unit(row.unit).filter(programme=row).select_related("by").order_by("-number")


def progress(unit: Unit, pks: Collection[int], today: date) -> dict[int, dict[str, int]]:
    """Programme → how many of its tasks are done, overdue, and all that are not cancelled; in one query."""
    open_ones = Q(state__in=OPEN)
    counts: Any = (
        Task.objects.in_unit(unit)
        .filter(programme__in=pks)
        .order_by()
        .values("programme")
        .annotate(
            done=Count("pk", filter=Q(state=Task.State.DONE)),
            overdue=Count("pk", filter=open_ones & Q(due_date__lt=today)),
            total=Count("pk", filter=~Q(state=Task.State.CANCELLED)),
        )
    )
    found = {row["programme"]: row for row in counts}
    return {pk: found.get(pk, {"done": 0, "overdue": 0, "total": 0}) for pk in pks}


def preview(row: Programme) -> Preview:
    """What starting the programme as it is prepared now would create."""
    wanted = [library.bodies[code] for code in row.rules.bodies if row.choices.get("bodies", True)]
    bodies, present = [], 0
    for plan in wanted:
        here = matched(row.unit, plan)
        bodies += [body for body in plan.bodies if body.key not in here]
        present += len(here)
    rows, laid, why_not = prepared(row), None, None
    try:
        laid = schedule(
            [one.task for one in rows],
            start=row.start_date,
            calendar=library.working_days(),
            goal=row.rules.goal,
        )
    except ScheduleError as error:
        why_not = error
    return Preview(tuple(bodies), present, tuple(rows), laid, why_not)


def prepared(row: Programme) -> list[Planned]:
    """The tasks that starting the programme would make, named in the reader's language."""
    if row.goal_date is None:
        return []
    made = planned(
        row.rules, start=row.start_date, goal=row.goal_date, without=row.choices.get("without", ())
    )
    return [replace(one, task=replace(one.task, name=planned_name(one))) for one in made]


def laid(
    row: Programme,
    rows: Sequence[Task],
    *,
    today: date,
    goal: date | None = None,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
) -> Schedule:
    """The dates of the open tasks from today on, with other facts of some of them. Raises ScheduleError.

    `goal`: another date that matters. `changes`: task code → any of days, not_before, by_date, fixed_date.
    """
    wanted = [_core(one, (changes or {}).get(one.code, {})) for one in rows]
    if goal:
        wanted = [
            replace(one, by=goal) if one.code == row.rules.goal and not one.done else one for one in wanted
        ]
    cancelled = {one.code for one in rows if one.state == Task.State.CANCELLED}
    kept = core.left_out(wanted, cancelled)
    codes = {one.code for one in kept}
    return schedule(
        kept,
        start=max(today, row.start_date),
        calendar=library.working_days(),
        goal=row.rules.goal if row.rules.goal in codes else None,
    )


def moves(rows: Iterable[Task], plan: Schedule) -> list[Move]:
    """What the schedule changes, the earliest new date first."""
    found = [
        Move(one, slot.start, slot.finish, slot.slack)
        for one in rows
        if one.is_open
        and (slot := plan.slots.get(one.code))
        and (slot.start, slot.finish) != (one.start_date, one.due_date)
    ]
    return sorted(found, key=lambda move: (move.due, move.task.pk))


def running_tasks(unit: Unit) -> QuerySet[Task]:
    """Open tasks of the running programmes of a unit and of those beneath it."""
    rows = Task.objects.below(unit).filter(state__in=OPEN, programme__state=Programme.State.RUNNING)
    return rows.select_related("programme", "unit", "owner")


def todos(unit: Unit, user: User, names: Collection[str] = ()) -> list[Todo]:
    """What a person has to do in a unit and beneath it, the nearest date first; in two queries.

    `names`: also what people and bodies of these names have to do.
    """
    return _sorted(*_waiting(unit, user, names))


def todo_count(unit: Unit, user: User) -> int:
    return sum(rows.count() for rows in _waiting(unit, user, ()))


def todos_of(user: User) -> list[Todo]:
    """What a person has to do in every unit that their roles reach, for the calendar."""
    mine = Task.objects.for_user(user, Permission.PROGRAMME_VIEW).filter(
        owner=user, state__in=OPEN, programme__state=Programme.State.RUNNING
    )
    measures = PlannedAction.objects.for_user(user, Permission.ASSESSMENT_VIEW).filter(
        owner=user.display_name, state__in=OPEN
    )
    return _sorted(
        mine.select_related("programme", "unit", "owner"), measures.select_related("assessment", "unit")
    )


def due(root: Unit, until: date) -> list[Todo]:
    """Everything still to be done at and beneath a unit until a day."""
    rows, measures = running_tasks(root), open_actions(root)
    return _sorted(
        rows.filter(due_date__lte=until).select_related("programme", "owner", "unit__parent"),
        measures.filter(due_date__lte=until).select_related("assessment", "unit__parent"),
    )


def open_total(unit: Unit) -> int:
    """How many open tasks and measures there are in a unit and beneath it, whoever has them."""
    return running_tasks(unit).count() + open_actions(unit).count()


def feed_user(token: str) -> User | None:
    """Whose calendar this secret address is."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    feed = Feed.objects.filter(digest=digest).select_related("user").first()
    if feed is None or not feed.user.is_active:
        return None
    ends = feed.user.ends_date
    return None if ends and ends < timezone.localdate() else feed.user


def feed(user: User) -> Feed | None:
    return Feed.objects.filter(user=user).first()


def owners(unit: Unit) -> QuerySet[User]:
    """Whom a task may be given to: who may do tasks on this unit, by a role here, above or beneath."""
    roles = [code for code, role in ROLES.items() if Permission.TASK_DO in role.permissions]
    above = [unit.path[: at + 1] for at, mark in enumerate(unit.path) if mark == "/" and at]
    held = current_holdings(timezone.localdate()).filter(
        within([unit.path], "unit__path") | Q(unit__path__in=above), role__in=roles
    )
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("display_name", "pk")


def _core(row: Task, changed: Mapping[str, Any]) -> core.Task:
    facts = {name: changed.get(name, getattr(row, name)) for name in FIELDS}
    done = timezone.localdate(row.done_at) if row.done_at else None
    return core.Task(
        code=row.code,
        name=task_name(row),
        days=facts["days"],
        after=tuple(row.after),
        not_before=facts["not_before"],
        by=facts["by_date"],
        fixed=facts["fixed_date"],
        done=done,
    )


def _waiting(
    unit: Unit, user: User, names: Collection[str]
) -> tuple[QuerySet[Task], QuerySet[PlannedAction]]:
    """The open tasks and measures of these people; none of a kind that the person may not see."""
    wanted = {user.display_name, *names}
    tasks, measures = running_tasks(unit), open_actions(unit)
    return (
        tasks.filter(Q(owner=user) | Q(owner__display_name__in=names))
        if can(user, Permission.PROGRAMME_VIEW, unit) else tasks.none(),
        measures.filter(owner__in=wanted)
        if can(user, Permission.ASSESSMENT_VIEW, unit) else measures.none(),
    )  # fmt: skip


def _sorted(rows: Iterable[Task], measures: Iterable[PlannedAction]) -> list[Todo]:
    found = [_of_task(row) for row in rows] + [_of_measure(row) for row in measures]
    return sorted(found, key=lambda todo: (todo.due_date, todo.uid))


def _of_task(row: Task) -> Todo:
    return Todo(
        text=task_name(row),
        due_date=row.due_date,
        state=row.state,
        owner=str(row.owner or ""),
        person=row.owner,
        about=row.programme.name,
        unit=row.unit,
        address=reverse("programmes:task", args=[row.unit.slug, row.programme.uuid, row.uuid]),
        uid=f"task-{row.uuid}",
    )


def _of_measure(row: PlannedAction) -> Todo:
    action = row.assessment.rules.actions.get(row.action)
    return Todo(
        text=local((action.text, action.text_en)) if action else row.text,
        due_date=row.due_date,
        state=row.state,
        owner=row.owner,
        person=None,
        about=f"{row.assessment.title} · {row.indicator}",
        unit=row.unit,
        address=reverse("assessment:indicator", args=[row.unit.slug, row.assessment_id, row.indicator]),
        uid=f"measure-{row.pk}",
    )
