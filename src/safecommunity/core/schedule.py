"""Laying a plan backwards from the date that matters (倒排工期): earliest, latest, float, critical path.

The critical-path method over working days. A task takes whole working days, at least one, without a break;
what comes `after` another begins on a later working day. A date on a free day counts as the working day
before it when it says by when, as the one after it when it says from when.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from safecommunity.core.messages import Message
from safecommunity.core.periods import FIRST, LAST
from safecommunity.core.working_days import Calendar, WorkLine

MOST_DAYS = 2000
LONGEST = 6000  # working days of one chain: some 24 years
FREE_RUN = 20  # more days in a row than any holiday


class ScheduleError(ValueError):
    """Tasks that make no plan: `tasks` are the codes concerned; `.message` names them by name."""

    def __init__(self, text: str, tasks: Sequence[str], **params: object) -> None:
        self.message = Message(text, params)
        self.tasks = tuple(tasks)
        super().__init__(str(self.message))


@dataclass(frozen=True, slots=True)
class Task:
    """`days`: working days it takes at least. `not_before`, `by`: first start and last finish allowed.

    `fixed`: it ends on this very day. `done`: it ended on this day; then nothing else binds it.
    """

    code: str
    name: str
    days: int
    after: tuple[str, ...] = ()
    not_before: date | None = None
    by: date | None = None
    fixed: date | None = None
    done: date | None = None

    @property
    def deadline(self) -> date | None:
        return self.fixed or self.by


@dataclass(frozen=True, slots=True)
class Slot:
    """When a task can and must run. `start`, `finish`: as planned, that is as late as the date that matters
    allows, but never before it is possible. `slack`: float in working days, below 0 the past is needed."""

    earliest_start: date
    earliest_finish: date
    latest_start: date
    latest_finish: date
    start: date
    finish: date
    slack: int
    is_critical: bool

    @property
    def is_late(self) -> bool:
        """The past would be needed."""
        return self.slack < 0


@dataclass(frozen=True, slots=True)
class Change:
    """The least a date has to move so that the plan becomes possible."""

    task: str
    now: date
    least: date
    days: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """`changes` together make an impossible plan possible, and none of them can be smaller.

    `unpublished`: years in the plan whose holidays are not known yet, counted by weekends alone.
    """

    slots: Mapping[str, Slot]
    changes: tuple[Change, ...]
    critical: tuple[str, ...]
    unpublished: tuple[int, ...]

    @property
    def is_possible(self) -> bool:
        return not self.changes


def schedule(tasks: Sequence[Task], *, start: date, calendar: Calendar, goal: str | None = None) -> Schedule:
    """Lay the tasks between `start`, the first day anything open can be done, and their deadlines.

    A task without a deadline ends at the latest when what follows it, or else the whole plan, needs it.
    Critical is what cannot take a day longer without a later earliest end of `goal`, or of the whole plan.
    Raises ScheduleError for unknown predecessors, cycles and dates that contradict each other.
    """
    by_code = _checked(tasks, start)
    order = _ordered(by_code)
    line = WorkLine(calendar, *_span(by_code, order, start))
    first = line.at_or_after(start)
    early = _forward(by_code, order, line, first)
    late = _backward(by_code, order, line, early)
    driving = _driving(by_code, early, goal)
    slots = {code: _slot(line, early[code], late[code], code in driving) for code in order}
    span = (min(slot.start for slot in slots.values()), max(slot.finish for slot in slots.values()))
    return Schedule(
        slots={task.code: slots[task.code] for task in tasks},
        changes=_changes(by_code, order, line, early),
        critical=tuple(code for code in order if slots[code].is_critical),
        unpublished=tuple(calendar.unpublished(*span)),
    )


def made_possible(tasks: Sequence[Task], changes: Sequence[Change]) -> list[Task]:
    """The tasks with their deadlines moved as the changes say."""
    moved = {change.task: change.least for change in changes}
    return [
        task if task.code not in moved
        else replace(task, fixed=moved[task.code]) if task.fixed
        else replace(task, by=moved[task.code])
        for task in tasks
    ]  # fmt: skip


def left_out(tasks: Sequence[Task], codes: Collection[str]) -> list[Task]:
    """The tasks without these; what waited for one of them waits for what that one waited for."""
    by_code = {task.code: task for task in tasks}

    def before(task: Task) -> list[str]:
        found: list[str] = []
        for code in task.after:
            found += before(by_code[code]) if code in codes else [code]
        return found

    return [
        replace(task, after=tuple(dict.fromkeys(before(task)))) for task in tasks if task.code not in codes
    ]


def _checked(tasks: Sequence[Task], start: date) -> dict[str, Task]:
    by_code: dict[str, Task] = {}
    if not tasks:
        raise ScheduleError("计划里还没有任务。", ())
    for task in tasks:
        if task.code in by_code:
            raise ScheduleError("任务代码“%(code)s”重复。", [task.code], code=task.code)
        if not 1 <= task.days <= MOST_DAYS:
            raise ScheduleError(
                "“%(task)s”的工期应为 1 到 %(most)s 个工作日。", [task.code], task=task.name, most=MOST_DAYS
            )
        by_code[task.code] = task
        _check_dates(task)
    if not FIRST <= start <= LAST:
        raise ScheduleError("开始日期 %(day)s 不在可排的年份内。", (), day=start)
    for task in tasks:
        for before in task.after:
            if before not in by_code:
                raise ScheduleError(
                    "“%(task)s”的前置任务“%(before)s”不在计划里。", [task.code], task=task.name, before=before
                )
    return by_code


def _check_dates(task: Task) -> None:
    for day in (task.not_before, task.by, task.fixed, task.done):
        if day and not FIRST <= day <= LAST:
            raise ScheduleError(
                "“%(task)s”的日期 %(day)s 不在可排的年份内。", [task.code], task=task.name, day=day
            )
    if task.not_before and task.deadline and task.deadline < task.not_before:
        raise ScheduleError(
            "“%(task)s”要在 %(by)s 前完成，却要到 %(after)s 才能开始；请改其中一个日期。",
            [task.code], task=task.name, by=task.deadline, after=task.not_before,
        )  # fmt: skip
    if task.fixed and task.by and task.by < task.fixed:
        raise ScheduleError(
            "“%(task)s”定在 %(fixed)s，却要在 %(by)s 前完成；请改其中一个日期。",
            [task.code], task=task.name, fixed=task.fixed, by=task.by,
        )  # fmt: skip


def _ordered(by_code: Mapping[str, Task]) -> list[str]:
    """Predecessors first, otherwise as given. Raises ScheduleError naming a cycle."""
    waiting = {code: len(set(task.after)) for code, task in by_code.items()}
    followers = _followers(by_code)
    ready = [code for code, count in waiting.items() if not count]
    for code in ready:
        for follower in followers[code]:
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    if len(ready) < len(by_code):
        round_trip = _cycle(by_code, {code for code, count in waiting.items() if count})
        names = " → ".join(by_code[code].name for code in [*round_trip, round_trip[0]])
        raise ScheduleError(
            "任务互相等待，排不出先后：%(names)s。请去掉其中一个前置任务。", round_trip, names=names
        )
    return ready


def _followers(by_code: Mapping[str, Task]) -> dict[str, list[str]]:
    followers: dict[str, list[str]] = {code: [] for code in by_code}
    for code, task in by_code.items():
        for before in dict.fromkeys(task.after):
            followers[before].append(code)
    return followers


def _cycle(by_code: Mapping[str, Task], stuck: set[str]) -> list[str]:
    """One ring among tasks that all wait for another of them, in the order of the work."""
    code, seen = min(stuck), list[str]()
    while code not in seen:
        seen.append(code)
        code = next(before for before in by_code[code].after if before in stuck)
    return seen[seen.index(code) :][::-1]


def _span(by_code: Mapping[str, Task], order: Sequence[str], start: date) -> tuple[date, date]:
    """Days enough for every chain before the first and after the last date that is given."""
    length: dict[str, int] = {}
    for code in order:
        task = by_code[code]
        length[code] = task.days + max((length[before] for before in task.after), default=0)
    longest = max(length.values())
    if longest > LONGEST:
        raise ScheduleError("前后相接的任务合计 %(days)s 个工作日，排不下。", (), days=longest)
    margin = timedelta(days=longest * 2 + FREE_RUN)
    days = [start]
    for task in by_code.values():
        days += [day for day in (task.not_before, task.by, task.fixed, task.done) if day]
    return min(days) - margin, max(days) + margin


Span = tuple[int, int]


def _forward(
    by_code: Mapping[str, Task], order: Sequence[str], line: WorkLine, first: int
) -> dict[str, Span]:
    """Earliest first and last working day of each task, as numbers on the line."""
    early: dict[str, Span] = {}
    for code in order:
        task = by_code[code]
        if task.done:
            end = line.at_or_before(task.done)
            early[code] = (end - task.days + 1, end)
            continue
        begin = max([first, *(early[before][1] + 1 for before in task.after)])
        if task.not_before:
            begin = max(begin, line.at_or_after(task.not_before))
        if task.fixed:
            begin = max(begin, line.at_or_before(task.fixed) - task.days + 1)
        early[code] = (begin, begin + task.days - 1)
    return early


def _backward(
    by_code: Mapping[str, Task], order: Sequence[str], line: WorkLine, early: Mapping[str, Span]
) -> dict[str, Span]:
    """Latest first and last working day of each task; what is done stays where it is."""
    followers = _followers(by_code)
    last = max(end for _begin, end in early.values())
    deadlines = [
        line.at_or_before(task.deadline) for task in by_code.values() if task.deadline and not task.done
    ]
    whole = max([last, *deadlines])
    late: dict[str, Span] = {}
    for code in reversed(order):
        task = by_code[code]
        if task.done:
            late[code] = early[code]
            continue
        open_ones = [one for one in followers[code] if by_code[one].done is None]
        end = min([late[one][0] - 1 for one in open_ones], default=whole)
        if task.deadline:
            end = min(end, line.at_or_before(task.deadline))
        late[code] = (end - task.days + 1, end)
    return late


def _driving(by_code: Mapping[str, Task], early: Mapping[str, Span], goal: str | None) -> set[str]:
    """The tasks that settle how early the goal can be reached: back from it without a day between."""
    last = max(end for _begin, end in early.values())
    ends = [goal] if goal else [code for code, (_begin, end) in early.items() if end == last]
    found: set[str] = set()
    waiting = [code for code in ends if by_code[code].done is None]
    while waiting:
        code = waiting.pop()
        found.add(code)
        waiting += [
            before for before in by_code[code].after
            if by_code[before].done is None and early[before][1] + 1 == early[code][0] and before not in found
        ]  # fmt: skip
    return found


def _slot(line: WorkLine, early: Span, late: Span, is_critical: bool) -> Slot:
    day = line.days
    return Slot(
        earliest_start=day[early[0]],
        earliest_finish=day[early[1]],
        latest_start=day[late[0]],
        latest_finish=day[late[1]],
        start=day[max(early[0], late[0])],
        finish=day[max(early[1], late[1])],
        slack=late[1] - early[1],
        is_critical=is_critical,
    )


def _changes(
    by_code: Mapping[str, Task], order: Sequence[str], line: WorkLine, early: Mapping[str, Span]
) -> tuple[Change, ...]:
    found = []
    for code in order:
        task = by_code[code]
        if task.deadline is None or task.done:
            continue
        short = early[code][1] - line.at_or_before(task.deadline)
        if short > 0:
            found.append(Change(code, task.deadline, line.days[early[code][1]], short))
    return tuple(found)
