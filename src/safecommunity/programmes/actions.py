"""Preparing and starting programmes, their tasks and dates, reminders, calendar addresses."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.schedule import Schedule, ScheduleError
from safecommunity.ledgers.wording import told
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.programmes import queries
from safecommunity.programmes.models import Feed, Programme, Task, Version
from safecommunity.programmes.queries import Todo
from safecommunity.units.actions import apply_bodies
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import change

MOST_YEARS = 10
PROGRAMME_FACTS = ("name", "start_date", "goal_date", "choices")


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""


@transaction.atomic
def prepare(*, unit: Unit, template: str, by: User | None, today: date) -> Programme:
    """Begin the guided start: nothing but the choices is made yet."""
    rules = library.programmes[template]
    year = today.year
    goal = rules.goal_date(year)
    if goal and goal <= today:
        year += 1
        goal = rules.goal_date(year)
    row = Programme.objects.create(
        unit=unit,
        path=unit.path,
        template=template,
        template_version=library.programmes.version(template),
        name=_("%(year)s年%(plan)s") % {"year": year, "plan": rules.name.zh.partition("（")[0]},
        start_date=max(today, date(year, 1, 1)),
        goal_date=goal,
        by=by,
    )
    record("programme.prepared", row, by=by, unit=unit, after={"template": template})
    return row


@transaction.atomic
def settle(*, programme: Programme, version: int, by: User | None, **facts: Any) -> Programme:
    """Keep what was chosen so far: name, start_date, goal_date, choices. Raises Refused, StaleRecord."""
    _refuse_unless(programme, Programme.State.PREPARING)
    _refuse_unless_in_reach(
        facts.get("start_date", programme.start_date), facts.get("goal_date", programme.goal_date)
    )
    change(programme, version=version, **facts)
    after = {name: str(facts[name]) for name in PROGRAMME_FACTS if name in facts}
    record("programme.settled", programme, by=by, unit=programme.unit, after=after)
    return programme


@transaction.atomic
def discard(*, programme: Programme, version: int, by: User | None) -> None:
    """Give a programme that was never started up."""
    _refuse_unless(programme, Programme.State.PREPARING)
    change(programme, version=version)
    record("programme.discarded", programme, by=by, unit=programme.unit)
    Programme.objects.in_unit(programme.unit).filter(pk=programme.pk).delete()


@transaction.atomic
def start(*, programme: Programme, version: int, by: User | None) -> Programme:
    """Create all that the preview shows: bodies with their duties, tasks with dates and owners, version 1.

    A plan that needs the past starts too: its tasks stand at their earliest dates and are shown red.
    """
    _refuse_unless(programme, Programme.State.PREPARING)
    if programme.goal_date is None:
        raise Refused(_("请先填写目标日期。"))
    seen = queries.preview(programme)
    if seen.plan is None:
        raise Refused(told(seen.why_not.message) if seen.why_not else "")
    change(programme, version=version, state=Programme.State.RUNNING)
    if programme.choices.get("bodies", True):
        for code in programme.rules.bodies:
            apply_bodies(unit=programme.unit, plan=library.bodies[code], by=by)
    tasks = _made(programme, seen, seen.plan)
    Task.objects.bulk_create(tasks)
    _keep_version(programme, tasks, reason="", by=by)
    after = {"tasks": len(tasks), "bodies": len(seen.bodies), "goal": str(programme.goal_date)}
    record("programme.started", programme, by=by, unit=programme.unit, after=after)
    _tell_owners(programme, tasks, by)
    return programme


@transaction.atomic
def close(*, programme: Programme, version: int, by: User, reason: str = "") -> Programme:
    """Finish a programme whose tasks are all done or cancelled; with a reason, stop it as it is."""
    _refuse_unless(programme, Programme.State.RUNNING)
    left = queries.tasks(programme).filter(state__in=queries.OPEN).count()
    if left and not reason.strip():
        raise Refused(_("还有 %(n)s 项任务没有完成。要提前停止，请写明原因。") % {"n": left})
    state = Programme.State.STOPPED if left else Programme.State.FINISHED
    change(programme, version=version, state=state)
    record("programme.closed", programme, by=by, unit=programme.unit, after={"state": state}, reason=reason)
    return programme


@transaction.atomic
def add_task(*, programme: Programme, by: User, today: date, **facts: Any) -> Task:
    """A task of one's own, laid with the rest. Raises Refused."""
    _refuse_unless(programme, Programme.State.RUNNING)
    rows = list(queries.tasks(programme).select_for_update(of=("self",)))
    task = Task(
        unit=programme.unit,
        path=programme.path,
        programme=programme,
        start_date=today,
        due_date=today,
        **facts,
    )
    task.code = f"own-{task.uuid}"
    plan = _laid(programme, [*rows, task], today=today)
    task.start_date, task.due_date = plan.slots[task.code].start, plan.slots[task.code].finish
    Task.objects.bulk_create([task])
    record("task.added", task, by=by, unit=task.unit, after={"due": str(task.due_date)})
    _tell_owners(programme, [task], by)
    return task


@transaction.atomic
def change_task(
    *, task: Task, version: int, by: User, state: str, done_at: datetime | None = None, **facts: Any
) -> Task:
    """Who does it, how far it is, its proof and remark. A re-plan moves dates. Raises Refused."""
    _refuse_unless(task.programme, Programme.State.RUNNING)
    before = {"state": task.state, "owner": _name(task.owner)}
    is_done = state == Task.State.DONE
    handed_over = facts.get("owner") not in (None, task.owner)
    change(
        task, version=version, state=state, done_at=(done_at or task.done_at) if is_done else None, **facts
    )
    after = {"state": state, "owner": _name(task.owner)}
    record("task.changed", task, by=by, unit=task.unit, before=before, after=after)
    if handed_over:
        _tell_owners(task.programme, [task], by)
    return task


@transaction.atomic
def replan(
    *,
    programme: Programme,
    version: int,
    by: User,
    today: date,
    goal: date,
    changes: Mapping[str, Mapping[str, Any]],
    reason: str,
) -> Version:
    """Lay the open tasks anew from today and keep the dates as a new version. Raises Refused, StaleRecord.

    `changes`: task code → new days, not_before, by_date or fixed_date.
    """
    _refuse_unless(programme, Programme.State.RUNNING)
    if not reason.strip():
        raise Refused(_("请写明调整的原因。"))
    _refuse_unless_in_reach(programme.start_date, goal)
    rows = list(queries.tasks(programme).select_for_update(of=("self",)))
    if unknown := sorted(set(changes) - {row.code for row in rows if row.is_open}):
        raise Refused(_("没有未完成的任务“%(code)s”。") % {"code": unknown[0]})
    plan = _laid(programme, rows, today=today, goal=goal, changes=changes)
    moved = queries.moves(rows, plan)
    change(programme, version=version, goal_date=goal)
    touched = {move.task.code for move in moved} | set(changes) | {programme.rules.goal}
    slots = {move.task.code: (move.start, move.due) for move in moved}
    for row in rows:
        if row.is_open and row.code in touched:
            facts: dict[str, Any] = dict(changes.get(row.code, {}))
            if row.code == programme.rules.goal:
                facts["by_date"] = goal
            start_date, due_date = slots.get(row.code, (row.start_date, row.due_date))
            change(row, version=row.version, start_date=start_date, due_date=due_date, **facts)
    made = _keep_version(programme, rows, reason=reason.strip()[:300], by=by)
    after = {"moved": len(moved), "goal": str(goal), "version": made.number}
    record("programme.replanned", programme, by=by, unit=programme.unit, after=after, reason=reason)
    return made


@transaction.atomic
def remind(*, root: Unit, today: date, by: User | None) -> int:
    """Tell whose tasks and measures are due soon or overdue, and why they are told; what stays overdue goes
    one level up. Safe to run twice."""
    told_now = sum(
        _remind(todo, today, by) for todo in queries.due(root, today + timedelta(days=settings.REMIND_DAYS))
    )
    if told_now:
        record("tasks.reminded", f"tasks.{today}", by=by, unit=root, after={"told": told_now})
    return told_now


@transaction.atomic
def make_feed(*, by: User) -> str:
    """A new secret calendar address of one's own; an earlier one ends. It is shown this once."""
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    Feed.objects.update_or_create(user=by, defaults={"digest": digest})
    record("feed.made", by, by=by)
    return token


@transaction.atomic
def end_feed(*, by: User) -> None:
    """The secret address leads nowhere from now on."""
    Feed.objects.filter(user=by).delete()
    record("feed.ended", by, by=by)


def _made(programme: Programme, seen: queries.Preview, plan: Schedule) -> list[Task]:
    owners = {user.pk: user for user in queries.owners(programme.unit)}
    chosen = {role: owners.get(pk) for role, pk in programme.choices.get("owners", {}).items()}
    rows = []
    for one in seen.rows:
        slot, step = plan.slots[one.task.code], one.step
        rows.append(
            Task(
                unit=programme.unit,
                path=programme.path,
                programme=programme,
                code=one.task.code,
                step=step.key,
                part=one.part,
                phase=step.phase,
                text=one.task.name,
                role=step.role.zh,
                owner=chosen.get(step.role.zh) or programme.by,
                days=one.task.days,
                after=list(one.task.after),
                not_before=one.task.not_before,
                by_date=one.task.by,
                fixed_date=one.task.fixed,
                start_date=slot.start,
                due_date=slot.finish,
            )
        )
    return rows


def _laid(programme: Programme, rows: Sequence[Task], **given: Any) -> Schedule:
    try:
        return queries.laid(programme, rows, **given)
    except ScheduleError as error:
        raise Refused(told(error.message)) from error


def _keep_version(programme: Programme, rows: Sequence[Task], *, reason: str, by: User | None) -> Version:
    assert programme.goal_date is not None
    return Version.objects.create(
        unit=programme.unit,
        path=programme.path,
        programme=programme,
        number=queries.versions(programme).count() + 1,
        goal_date=programme.goal_date,
        reason=reason,
        dates={row.code: [row.start_date.isoformat(), row.due_date.isoformat()] for row in rows},
        by=by,
    )


def _refuse_unless(programme: Programme, state: Programme.State) -> None:
    if programme.state != state:
        raise Refused(_("“%(state)s”的计划不能这样办理。") % {"state": programme.get_state_display()})


def _refuse_unless_in_reach(start: date, goal: date | None) -> None:
    if goal and goal <= start:
        raise Refused(_("目标日期应晚于开始日期 %(start)s。") % {"start": start})
    if goal and goal.year - start.year > MOST_YEARS:
        raise Refused(_("一个计划最长 %(n)s 年，更长的请分几个计划。") % {"n": MOST_YEARS})


def _tell_owners(programme: Programme, rows: Sequence[Task], by: User | None) -> None:
    """One notice a person, however many tasks they got."""
    counts = Counter(row.owner for row in rows if row.owner and row.owner != by)
    for owner, count in counts.items():
        title = _("您是“%(programme)s”中 %(n)s 项任务的责任人。") % {"programme": programme.name, "n": count}
        notify(
            unit=programme.unit,
            to=[owner],
            kind="task",
            title=title,
            key=f"task-given:{rows[0].uuid}:{rows[0].version}",
            address=reverse("programmes:mine", args=[programme.unit.slug]),
            by=by,
        )


def _remind(todo: Todo, today: date, by: User | None) -> int:
    words = {"task": todo.text, "due": todo.due_date.isoformat(), "unit": todo.unit.name}
    late = today - todo.due_date
    key = f"{todo.uid}:{todo.due_date}"
    common: dict[str, Any] = {"kind": "task", "address": todo.address, "by": by}
    if late > timedelta(0):
        title, key = _("“%(task)s”应在 %(due)s 前完成，已经逾期。") % words, f"{key}:late"
    else:
        title = _("“%(task)s”应在 %(due)s 前完成。") % words
    people, why = [todo.person] if todo.person else [], _("（您是责任人）")
    if not people:
        people = holders(todo.unit, Permission.PROGRAMME_EDIT)
        why = _("（责任人：%(owner)s）") % {"owner": todo.owner} if todo.owner else _("（还没有责任人）")
    count = notify(unit=todo.unit, to=people, title=title + why, key=key, **common)
    if late.days >= settings.ESCALATE_DAYS and todo.unit.parent:
        words["days"] = str(late.days)
        title = _("%(unit)s的“%(task)s”应在 %(due)s 前完成，逾期 %(days)s 天仍未完成。") % words
        above = holders(todo.unit.parent, Permission.PROGRAMME_EDIT)
        count += notify(unit=todo.unit.parent, to=above, title=title, key=f"{key}:above", **common)
    return count


def _name(user: User | None) -> str:
    return user.username if user else ""
