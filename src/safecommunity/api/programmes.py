"""Programmes: templates, the guided start, tasks, re-planning with a preview, what waits for oneself."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, attempt
from safecommunity.core.periods import FIRST, LAST
from safecommunity.core.schedule import ScheduleError
from safecommunity.ledgers.wording import told
from safecommunity.programmes import actions, queries
from safecommunity.programmes.models import Programme, Task
from safecommunity.programmes.wording import task_name, task_role
from safecommunity.units.permissions import Permission

_tried = partial(attempt, actions.Refused)
router = Router(tags=["programmes"])
MOST = 200


class TemplateOut(Schema):
    code: str
    name: str
    name_en: str
    source: str
    wording: str
    unit_kinds: list[str]
    steps: int


class PrepareIn(Schema):
    template: str
    name: str = Field("", max_length=120)
    start_date: dt.date | None = Field(None, ge=FIRST, le=LAST)
    goal_date: dt.date | None = Field(None, ge=FIRST, le=LAST)
    bodies: bool = True
    without: list[str] = []


class ProgrammeOut(Schema):
    uuid: UUID
    unit: str
    template: str
    name: str
    state: str
    start_date: dt.date
    goal_date: dt.date | None
    version: int


class TaskOut(Schema):
    uuid: UUID
    code: str
    text: str
    phase: str
    role: str
    owner: str
    days: int
    after: list[str]
    start_date: dt.date
    due_date: dt.date
    state: str
    remark: str
    version: int


class ChangeIn(Schema):
    days: int | None = Field(None, ge=1, le=2000)
    not_before: dt.date | None = Field(None, ge=FIRST, le=LAST)
    by_date: dt.date | None = Field(None, ge=FIRST, le=LAST)


class ReplanIn(Schema):
    """`changes`: task code → what is different now."""

    goal: dt.date = Field(ge=FIRST, le=LAST)
    changes: dict[str, ChangeIn] = {}
    reason: str = Field("", max_length=300)


class MoveOut(Schema):
    code: str
    start_date: dt.date
    due_date: dt.date
    slack: int


class LeastOut(Schema):
    """The least a date has to move so that the plan becomes possible."""

    code: str
    now: dt.date
    least: dt.date
    days: int


class ReplanOut(Schema):
    moves: list[MoveOut]
    changes: list[LeastOut]
    critical: list[str]


class TaskIn(Schema):
    state: Task.State
    remark: str = Field("", max_length=500)


class TodoOut(Schema):
    text: str
    due_date: dt.date
    state: str
    about: str
    unit: str
    address: str


@router.get("/programme-templates", response=list[TemplateOut], summary="Source plans a unit may follow")
def templates(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "code": code, "name": one.name.zh, "name_en": one.name.en, "source": one.source,
            "wording": one.wording, "unit_kinds": list(one.unit_kinds), "steps": len(one.steps),
        }
        for code, one in library.programmes.items()
    ]  # fmt: skip


@router.get("/units/{slug}/programmes", response=list[ProgrammeOut], summary="Programmes of a unit")
def index(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    rows = queries.programmes(unit_for(request, slug, Permission.PROGRAMME_VIEW))
    start = max(offset, 0)
    return [_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/programmes", response={201: ProgrammeOut}, summary="Prepare one; nothing is made")
def prepare(request: HttpRequest, slug: str, given: PrepareIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.PROGRAMME_EDIT)
    if given.template not in library.programmes:
        raise HttpError(422, _("没有方案模板“%(code)s”。") % {"code": given.template})
    names = ("name", "start_date", "goal_date")
    facts = {name: value for name in names if (value := getattr(given, name))}
    choices = {"bodies": given.bodies, "without": given.without, "owners": {}}
    row = actions.prepare(unit=unit, template=given.template, by=_person(request), today=timezone.localdate())
    common = {"programme": row, "version": row.version, "by": _person(request)}
    return Status(201, _out(_tried(actions.settle, **common, choices=choices, **facts)))


@router.post("/units/{slug}/programmes/{uuid}/start", response=ProgrammeOut, summary="Make all it holds")
def start(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _programme(request, slug, uuid, Permission.PROGRAMME_EDIT)
    made = _tried(actions.start, programme=row, version=asked_version(request), by=_person(request))
    response["ETag"] = f'"{made.version}"'
    return _out(made)


@router.get("/units/{slug}/programmes/{uuid}", response=ProgrammeOut, summary="A programme")
def detail(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _programme(request, slug, uuid, Permission.PROGRAMME_VIEW)
    response["ETag"] = f'"{row.version}"'
    return _out(row)


@router.get("/units/{slug}/programmes/{uuid}/tasks", response=list[TaskOut], summary="Its tasks by date")
def tasks(
    request: HttpRequest, slug: str, uuid: UUID, offset: int = 0, limit: int = 50
) -> list[dict[str, Any]]:
    rows = queries.tasks(_programme(request, slug, uuid, Permission.PROGRAMME_VIEW))
    start = max(offset, 0)
    return [_task_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.put("/units/{slug}/programmes/{uuid}/tasks/{task}", response=TaskOut, summary="How far a task is")
def change_task(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, task: UUID, given: TaskIn
) -> dict[str, Any]:
    row = queries.task(_programme(request, slug, uuid, Permission.TASK_DO), task)
    if row is None:
        raise HttpError(404, _("没有这项任务。"))
    changed = _tried(
        actions.change_task,
        task=row,
        version=asked_version(request),
        by=_person(request),
        state=given.state.value,
        done_at=row.done_at or timezone.now(),
        remark=given.remark,
    )
    response["ETag"] = f'"{changed.version}"'
    return _task_out(changed)


@router.post("/units/{slug}/programmes/{uuid}/replan/preview", response=ReplanOut, summary="What would move")
def preview(request: HttpRequest, slug: str, uuid: UUID, given: ReplanIn) -> dict[str, Any]:
    row = _programme(request, slug, uuid, Permission.PROGRAMME_VIEW)
    rows = list(queries.tasks(row))
    try:
        plan = queries.laid(row, rows, today=timezone.localdate(), goal=given.goal, changes=_changes(given))
    except ScheduleError as error:
        raise HttpError(422, told(error.message)) from error
    return {
        "moves": [
            {"code": one.task.code, "start_date": one.start, "due_date": one.due, "slack": one.slack}
            for one in queries.moves(rows, plan)
        ],
        "changes": [
            {"code": one.task, "now": one.now, "least": one.least, "days": one.days} for one in plan.changes
        ],
        "critical": list(plan.critical),
    }


@router.post("/units/{slug}/programmes/{uuid}/replan", response=ProgrammeOut, summary="Lay the dates anew")
def replan(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: ReplanIn
) -> dict[str, Any]:
    row = _programme(request, slug, uuid, Permission.PROGRAMME_EDIT)
    _tried(
        actions.replan,
        programme=row,
        version=asked_version(request),
        by=_person(request),
        today=timezone.localdate(),
        goal=given.goal,
        changes=_changes(given),
        reason=given.reason,
    )
    response["ETag"] = f'"{row.version}"'
    return _out(row)


@router.get(
    "/units/{slug}/todos", response=list[TodoOut], summary="What waits for oneself, tasks and measures"
)
def todos(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.PROGRAMME_VIEW)
    names = ("text", "due_date", "state", "about", "address")
    return [
        {**{name: getattr(row, name) for name in names}, "unit": row.unit.slug}
        for row in queries.todos(unit, _person(request))
    ]


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _programme(request: HttpRequest, slug: str, uuid: UUID, permission: Permission) -> Programme:
    row = queries.programme(unit_for(request, slug, permission), uuid)
    if row is None:
        raise HttpError(404, _("没有这个计划，或者它还在准备中。"))
    return row


def _changes(given: ReplanIn) -> dict[str, dict[str, Any]]:
    return {code: one.dict(exclude_none=True) for code, one in given.changes.items()}


def _out(row: Programme) -> dict[str, Any]:
    names = ("uuid", "template", "name", "state", "start_date", "goal_date", "version")
    return {**{name: getattr(row, name) for name in names}, "unit": row.unit.slug}


def _task_out(row: Task) -> dict[str, Any]:
    names = (
        "uuid", "code", "phase", "days", "after", "start_date", "due_date", "state", "remark", "version",
    )  # fmt: skip
    words = {"text": task_name(row), "role": task_role(row), "owner": str(row.owner or "")}
    return {**{name: getattr(row, name) for name in names}, **words}
