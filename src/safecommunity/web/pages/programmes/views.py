"""Programmes of a unit: timeline, calendar, list, tasks, re-planning with a preview, history; my tasks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity import library
from safecommunity.core.periods import Period, UnknownPeriod
from safecommunity.core.schedule import Schedule, ScheduleError
from safecommunity.ledgers.wording import told
from safecommunity.programmes import actions, queries
from safecommunity.programmes.models import Programme, Task, Version
from safecommunity.programmes.wording import task_name, task_role
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import now, today
from safecommunity.web.components.words import language, local
from safecommunity.web.conflicts import given_back, stale_page
from safecommunity.web.pages.programmes import display
from safecommunity.web.pages.programmes.forms import ApplyForm, OwnTaskForm, ReplanForm, TaskForm, stated

PAGE = 50
WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)
WEEK = len(WEEKDAYS)


@requires(Permission.PROGRAMME_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    page = Paginator(queries.programmes(unit), PAGE).get_page(request.GET.get("page"))
    progress = queries.progress(unit, [row.pk for row in page], today())
    context = {
        "page": page,
        "rows": [(row, local(row.rules.name), display.BADGES[row.state], progress[row.pk]) for row in page],
        "may_edit": can(request.user, Permission.PROGRAMME_EDIT, unit),
    }
    return render(request, "programmes/index.html", context)


@requires(Permission.PROGRAMME_VIEW)
def mine(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Everything that waits for this person here and beneath, wherever it comes from."""
    rows = queries.todos(unit, request.user)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, display.due_state(row.due_date, row.state, today())) for row in page],
        "overdue": sum(row.due_date < today() for row in rows),
        "feed": queries.feed(request.user),
    }
    return render(request, "programmes/mine.html", context)


@requires(Permission.PROGRAMME_VIEW)
def timeline(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    row = _programme(unit, uuid)
    rows = list(queries.tasks(row))
    plan, why_not = _plan(row, rows)
    drawn = display.timeline(row, rows, plan, zoom=request.GET.get("zoom", ""), today=today())
    names = {one.code: task_name(one) for one in rows}
    context = _context(request, row, rows, "timeline") | {
        "drawing": drawn and drawn[0],
        "zoom": drawn and drawn[1],
        "why_not": why_not,
        "changes": display.least_changes(plan, names, row.rules.goal),
        "critical": [names[code] for code in plan.critical] if plan else [],
        "unpublished": plan.unpublished if plan else (),
    }
    return render(request, "programmes/timeline.html", context)


@requires(Permission.PROGRAMME_VIEW)
def calendar(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    """A month, each day with what is due on it."""
    row = _programme(unit, uuid)
    rows = list(queries.tasks(row))
    month = _month(request.GET.get("month", ""))
    context = _context(request, row, rows, "calendar") | {
        "weeks": _weeks(month, rows),
        "weekdays": WEEKDAYS,
        "month": month.code,
        "label": month.code if language() == "en" else month.label(),
        "previous": month.previous().code,
        "next": month.next().code,
    }
    return render(request, "programmes/calendar.html", context)


@requires(Permission.PROGRAMME_VIEW)
def listing(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    row = _programme(unit, uuid)
    rows = list(queries.tasks(row))
    show = request.GET.get("show", "open")
    shown = [one for one in rows if one.is_open] if show == "open" else rows
    plan, _why_not = _plan(row, rows)
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    context = _context(request, row, rows, "list") | {
        "page": page,
        "show": show,
        "rows": [
            (
                one,
                task_name(one),
                task_role(one),
                display.due_state(one.due_date, one.state, today()),
                plan.slots.get(one.code) if plan and one.is_open else None,
            )
            for one in page
        ],
    }
    return render(request, "programmes/list.html", context)


@requires(Permission.PROGRAMME_VIEW)
def history(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    """Every version of the dates, and what each moved."""
    row = _programme(unit, uuid)
    rows = list(queries.tasks(row))
    names = {one.code: task_name(one) for one in rows}
    versions = list(queries.versions(row))
    context = _context(request, row, rows, "history") | {
        "versions": [
            (one, _moved(names, before, one))
            for one, before in zip(versions, [*versions[1:], None], strict=True)
        ],
    }
    return render(request, "programmes/history.html", context)


@requires(Permission.PROGRAMME_VIEW)
def task(request: PersonRequest, unit: Unit, uuid: UUID, task: UUID) -> HttpResponse:
    row = _task(unit, uuid, task)
    form = TaskForm(initial=stated(row), task=row, today=today())
    return _task_page(request, row, form)


@require_POST
@requires(Permission.TASK_DO)
@exactly_once
def change_task(request: PersonRequest, unit: Unit, uuid: UUID, task: UUID) -> HttpResponse:
    row = _task(unit, uuid, task)
    form = TaskForm(request.POST, task=row, today=today())
    if not form.is_valid():
        return _task_page(request, row, form, 422)
    try:
        actions.change_task(task=row, by=request.user, **form.facts(row, now()))
    except StaleRecord as error:
        return stale_page(request, form, error, stated(_task(unit, uuid, task)))
    except actions.Refused as error:
        form.add_error(None, str(error))
        return _task_page(request, row, form, 422)
    messages.success(request, _("任务已保存。"))
    return redirect("programmes:task", unit.slug, uuid, task)


@requires(Permission.PROGRAMME_EDIT)
@exactly_once
def add_task(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    row = _running(unit, uuid)
    form = OwnTaskForm(request.POST or None, programme=row)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_task(programme=row, by=request.user, today=today(), **form.cleaned_data)
            messages.success(request, _("任务已加入计划。"))
            return redirect("programmes:task", unit.slug, uuid, made.uuid)
        except actions.Refused as error:
            form.add_error(None, str(error))
    context = {"programme": row, "form": form}
    return render(request, "programmes/add_task.html", context, status=422 if form.errors else 200)


@requires(Permission.PROGRAMME_EDIT)
@exactly_once
def replan(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    """First what would move, then, with a reason, the same applied."""
    row = _running(unit, uuid)
    if request.method != "POST":
        asked = {"goal": row.goal_date, "task": request.GET.get("task", "")}
        form = ReplanForm(request.GET if "goal" in request.GET else None, initial=asked, programme=row)
        return _replan_page(request, row, form, 422 if form.errors else 200)
    form = ApplyForm(request.POST, programme=row)
    if not form.is_valid():
        return _replan_page(request, row, form, 422)
    given = form.cleaned_data
    try:
        made = actions.replan(
            programme=row,
            version=given["version"],
            by=request.user,
            today=today(),
            goal=given["goal"],
            changes=form.changes(),
            reason=given["reason"],
        )
    except actions.Refused as error:
        form.add_error(None, str(error))
        return _replan_page(request, row, form, 422)
    except StaleRecord:
        form.add_error(None, _("计划刚刚被别人调整过，下面是按现在的计划重新算的，请再看一遍。"))
        return _replan_page(request, _running(unit, uuid), form, 409)
    messages.success(request, _("已调整，现在是第 %(n)s 版计划。") % {"n": made.number})
    return redirect("programmes:timeline", unit.slug, uuid)


@require_POST
@requires(Permission.PROGRAMME_EDIT)
@exactly_once
def close(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    row = _running(unit, uuid)
    given = request.POST.get("version", "")
    version = int(given) if given.isdecimal() and len(given) < 10 else 0
    reason = request.POST.get("reason", "")[:300]
    try:
        actions.close(programme=row, version=version, by=request.user, reason=reason)
        messages.success(request, _("计划已结束。"))
    except actions.Refused as error:
        messages.error(request, given_back(str(error), reason))
    except StaleRecord:
        why = _("计划刚刚被别人调整过，请看过现在的内容再操作。")
        messages.error(request, given_back(why, reason))
    return redirect("programmes:timeline", unit.slug, uuid)


def _programme(unit: Unit, uuid: UUID) -> Programme:
    row = queries.programme(unit, uuid)
    if row is None or row.state == Programme.State.PREPARING:
        raise Http404(_("没有这个计划，或者它还在准备中。"))
    return row


def _running(unit: Unit, uuid: UUID) -> Programme:
    row = _programme(unit, uuid)
    if row.state != Programme.State.RUNNING:
        raise Http404(_("这个计划已经结束，不能再改。"))
    return row


def _task(unit: Unit, uuid: UUID, task: UUID) -> Task:
    row = queries.task(_programme(unit, uuid), task)
    if row is None:
        raise Http404(_("没有这项任务。"))
    return row


def _plan(row: Programme, rows: Sequence[Task]) -> tuple[Schedule | None, str]:
    """The open tasks laid from today, or why they cannot be."""
    if row.state != Programme.State.RUNNING or not any(one.is_open for one in rows):
        return None, ""
    try:
        return queries.laid(row, rows, today=today()), ""
    except ScheduleError as error:
        return None, told(error.message)


def _context(request: PersonRequest, row: Programme, rows: Sequence[Task], here: str) -> dict[str, Any]:
    """What the head of every page of a programme shows."""
    states = Counter(display.due_state(one.due_date, one.state, today()) for one in rows)
    return {
        "programme": row,
        "template_name": local(row.rules.name),
        "badge_state": display.BADGES[row.state],
        "done": states["done"],
        "total": len(rows) - states["cancelled"],
        "overdue": states["overdue"],
        "here": here,
        "running": row.state == Programme.State.RUNNING,
        "may_edit": can(request.user, Permission.PROGRAMME_EDIT, row.unit),
        "phases": display.phases(row.rules),
    }


def _month(code: str) -> Period:
    if not code:
        return Period.month_of(today())
    try:
        month = Period.parse(code)
    except UnknownPeriod as error:
        raise Http404(_("没有这个月份。")) from error
    if month.kind != "month" or not 1990 <= month.start.year <= 2199:
        raise Http404(_("没有这个月份。"))
    return month


def _weeks(month: Period, rows: Sequence[Task]) -> list[list[dict[str, Any]]]:
    """Whole weeks from Monday on; days of other months are empty."""
    working = library.working_days()
    due: dict[date, list[tuple[Task, str, str]]] = defaultdict(list)
    for one in rows:
        if one.due_date in month:
            state = display.due_state(one.due_date, one.state, today())
            due[one.due_date].append((one, task_name(one), state))
    first = month.start - timedelta(days=month.start.weekday())
    count = ((month.end - first).days // WEEK + 1) * WEEK
    days = [first + timedelta(days=number) for number in range(count)]
    cells = [
        {
            "day": day,
            "inside": day in month,
            "free": not working.is_working(day),
            "is_today": day == today(),
            "tasks": due[day],
        }
        for day in days
    ]
    return [cells[at : at + WEEK] for at in range(0, count, WEEK)]


def _moved(names: dict[str, str], before: Version | None, after: Version) -> list[tuple[str, Any, Any]]:
    """Which tasks have other dates than in the version before, old beside new."""
    if before is None:
        return []
    return [
        (names.get(code, code), before.dates.get(code), dates)
        for code, dates in after.dates.items()
        if before.dates.get(code) != dates
    ]


def _task_page(request: PersonRequest, row: Task, form: TaskForm, status: int = 200) -> HttpResponse:
    rows = list(queries.tasks(row.programme))
    plan, _why_not = _plan(row.programme, rows)
    ledger = row.rules.ledger if row.rules else ""
    context = {
        "programme": row.programme,
        "row": row,
        "name": task_name(row),
        "role": task_role(row),
        "state": display.due_state(row.due_date, row.state, today()),
        "slot": plan.slots.get(row.code) if plan and row.is_open else None,
        "phase": display.phases(row.programme.rules).get(row.phase, ""),
        "proof": local(row.rules.proof) if row.rules else "",
        "ledger": ledger,
        "ledger_name": local(library.ledgers[ledger]) if ledger else "",
        "official": row.rules.official if row.rules else "",
        "before": [(one, task_name(one)) for one in rows if one.code in row.after],
        "following": [(one, task_name(one)) for one in rows if row.code in one.after],
        "form": form,
        "may_do": row.programme.state == Programme.State.RUNNING
        and can(request.user, Permission.TASK_DO, row.unit),
        "may_edit": can(request.user, Permission.PROGRAMME_EDIT, row.unit)
        and row.programme.state == Programme.State.RUNNING,
    }
    return render(request, "programmes/task.html", context, status=status)


def _replan_page(request: PersonRequest, row: Programme, form: ReplanForm, status: int) -> HttpResponse:
    context: dict[str, Any] = {"programme": row, "form": form}
    if form.is_bound and not form.errors.keys() - {"reason", "__all__"}:
        context |= _replanned(row, form)
        context["kept"] = [(name, form.data.get(name, "")) for name in ReplanForm(programme=row).fields]
    return render(request, "programmes/replan.html", context, status=status)


def _replanned(row: Programme, form: ReplanForm) -> dict[str, Any]:
    """What the change would move, or why it cannot be laid."""
    rows = list(queries.tasks(row))
    names = {one.code: task_name(one) for one in rows}
    try:
        plan = queries.laid(row, rows, today=today(), goal=form.cleaned_data["goal"], changes=form.changes())
    except ScheduleError as error:
        return {"why_not": told(error.message), "moves": []}
    return {
        "moves": [(names[move.task.code], move) for move in queries.moves(rows, plan)],
        "changes": display.least_changes(plan, names, row.rules.goal),
        "is_laid": True,
    }
