"""The four source plans as running programmes: most tasks done, some late, one plan adjusted."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.core.working_days import Calendar
from safecommunity.programmes import actions, queries
from safecommunity.programmes.models import Programme, Task
from safecommunity.units.models import Unit

LEFT_OPEN, LATE = 0.06, 0.12
LATE_BY = timedelta(days=6)
REMARK = "演示：材料不齐，补齐后完成"
ADJUSTED = {"archive": {"days": 15}}
REASON = "演示：档案数量比预计多，整理时间加长"


def load(unit: Unit, said: dict[str, Any], by: User, today: date) -> None:
    """Begun in February `began` years ago; what was due is mostly done, the same again for the same day."""
    begin = _working(library.working_days(), date(today.year - said["began"], 2, 2))
    last_year = begin.year + library.programmes[said["template"]].years - 1
    goal = date.fromisoformat(f"{last_year}-{said['goal']}")
    row = actions.prepare(unit=unit, template=said["template"], by=by, today=begin)
    actions.settle(programme=row, version=row.version, by=by, start_date=begin, goal_date=goal)
    actions.start(programme=row, version=row.version, by=by)
    for task in queries.tasks(row):
        _work(task, by, today, Random(f"{unit.slug}/{task.code}"))  # noqa: S311 - for show, and repeatable
    _adjust(row, by, today)


def _work(task: Task, by: User, today: date, dice: Random) -> None:
    chance = dice.random()
    ended = task.due_date + (LATE_BY if chance < LATE else timedelta(0))
    if ended < today and not (chance < LEFT_OPEN and ended > today - timedelta(days=60)):
        at = timezone.make_aware(datetime.combine(ended, time(12)))
        remark = REMARK if chance < LATE else ""
        actions.change_task(task=task, version=task.version, by=by, state="done", done_at=at, remark=remark)
    elif task.start_date <= today:
        actions.change_task(task=task, version=task.version, by=by, state="doing")


def _adjust(row: Programme, by: User, today: date) -> None:
    """Where the plan has an archive still open, its work grows and the dates are laid anew."""
    if row.goal_date and queries.tasks(row).filter(code__in=ADJUSTED, state="todo").exists():
        actions.replan(
            programme=row, version=row.version, by=by, today=today, goal=row.goal_date,
            changes=ADJUSTED, reason=REASON,
        )  # fmt: skip


def _working(calendar: Calendar, day: date) -> date:
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return day
