"""How programmes and their tasks are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.urls import reverse

from safecommunity import library
from safecommunity.core.programmes import Template
from safecommunity.core.schedule import Change, Schedule, Slot
from safecommunity.programmes.models import Programme, Task
from safecommunity.programmes.queries import Preview
from safecommunity.programmes.wording import task_name
from safecommunity.web.components.words import local
from safecommunity.web.pages.programmes.gantt import ZOOMS, Drawing, Entry, drawing

BADGES = {"preparing": "draft", "running": "doing", "finished": "done", "stopped": "cancelled"}
LONG = 500  # days; a longer plan is first shown by quarters


def due_state(due: date, state: str, today: date) -> str:
    """The state of something with a date: what is open after it is overdue."""
    return "overdue" if state in ("todo", "doing") and due < today else state


def phases(rules: Template) -> dict[str, str]:
    return {phase.key: local(phase.name) for phase in rules.phases}


def least_changes(plan: Schedule | None, names: Mapping[str, str], goal: str) -> list[tuple[str, Change]]:
    """The changes that would make the plan possible, by the names of their tasks, the goal's first."""
    changes = sorted(plan.changes if plan else (), key=lambda one: one.task != goal)
    return [(names[one.task], one) for one in changes]


def zoom_of(asked: str, entries: Iterable[Entry]) -> str:
    if asked in ZOOMS:
        return asked
    days = [day for entry in entries for day in (entry.start, entry.finish)]
    return "quarter" if (max(days) - min(days)).days > LONG else "month"


def timeline(
    programme: Programme, rows: Iterable[Task], plan: Schedule | None, *, zoom: str, today: date
) -> tuple[Drawing, str] | None:
    """The drawing of a running programme and its zoom; None without tasks."""
    slots: Mapping[str, Slot] = plan.slots if plan else {}
    entries = [_entry(row, slots.get(row.code), today) for row in rows]
    return _drawn(programme, entries, zoom, today)


def planned_timeline(
    programme: Programme, preview: Preview, *, zoom: str, today: date
) -> tuple[Drawing, str] | None:
    """The drawing of what would be made."""
    if preview.plan is None:
        return None
    entries = [
        Entry(
            code=row.task.code,
            row=_row(row.task.code, row.step.key, bool(row.step.every)),
            phase=row.step.phase,
            name=local(row.step.name) if row.step.every else row.task.name,
            start=slot.start,
            finish=slot.finish,
            earliest=slot.start if row.step.every else slot.earliest_start,
            look="late" if slot.is_late else "critical" if slot.is_critical else "todo",
            address="",
            after=row.task.after,
        )
        for row in preview.rows
        for slot in (preview.plan.slots[row.task.code],)
    ]
    return _drawn(programme, entries, zoom, today)


def _drawn(programme: Programme, entries: list[Entry], zoom: str, today: date) -> tuple[Drawing, str] | None:
    if not entries:
        return None
    chosen = zoom_of(zoom, entries)
    drawn = drawing(
        entries,
        phases(programme.rules),
        zoom=chosen,
        today=today,
        goal=programme.goal_date,
        calendar=library.working_days(),
    )
    return drawn, chosen


def _entry(row: Task, slot: Slot | None, today: date) -> Entry:
    returning = bool(row.rules and row.rules.every)
    return Entry(
        code=row.code,
        row=_row(row.code, row.step, returning),
        phase=row.phase,
        name=local(row.rules.name) if row.rules and returning else task_name(row),
        start=row.start_date,
        finish=row.due_date,
        earliest=slot.earliest_start if slot and row.is_open and not returning else row.start_date,
        look=_look(row, slot, today),
        address=reverse("programmes:task", args=[row.unit.slug, row.programme.uuid, row.uuid]),
        after=() if returning else row.after,
    )


def _row(code: str, step: str, returning: bool) -> str:
    """What comes back stands in one row."""
    return step if returning else code


def _look(row: Task, slot: Slot | None, today: date) -> str:
    if not row.is_open:
        return row.state
    if row.due_date < today or (slot and slot.is_late):
        return "late"
    if slot and slot.is_critical:
        return "critical"
    return row.state
