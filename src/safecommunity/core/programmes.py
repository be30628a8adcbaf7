"""Programmes as data files: phases, steps with their dates and order, and what comes back every month."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from safecommunity.core.messages import Words
from safecommunity.core.periods import Period
from safecommunity.core.schedule import Task, left_out

PERIOD_OF = {"month": Period.month_of, "quarter": Period.quarter_of, "year": Period.year_of}
NOTHING = Words("", "")
MOST_DUE_DAY = 28


class ProgrammeFileError(ValueError):
    """A programme file that cannot be used: which key, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Phase:
    key: str
    name: Words
    source: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `role`: who by office; `proof`: the paper that shows it was done.

    `not_before`, `by`, `fixed` are days of the year ("04-20") in the programme's `year`, from 1. `every`: it
    comes back that often, due on the day `due_day` of the month, else by the end of the period; `afterwards`:
    in the month after, since only what is over can be reported. `rules`: the kinds of rule to be made, a task
    each. `ledger`, `official`: where the proof is recorded, or drafted.
    """

    key: str
    phase: str
    name: Words
    role: Words
    days: int
    after: tuple[str, ...]
    not_before: str
    by: str
    fixed: str
    year: int
    every: str
    due_day: int
    afterwards: bool
    rules: tuple[str, ...]
    proof: Words
    ledger: str
    official: str
    source: str


@dataclass(frozen=True, slots=True)
class Aim:
    """A target the plan states: so much of a metric by a day ("10-30") of the programme's `year`, from 1."""

    metric: str
    amount: Decimal
    by: str
    year: int
    source: str

    def due(self, begun: int) -> date:
        """The day it is due in a programme that began in the year `begun`."""
        return date.fromisoformat(f"{begun + self.year - 1}-{self.by}")


@dataclass(frozen=True, slots=True)
class Template:
    """A source plan. `goal`: the step whose date matters most; `years`: how long it runs.

    `basis`: the documents it rests on; `line`: its guiding ideas and aims, in its own words.
    """

    code: str
    name: Words
    source: str
    wording: str
    note: Words
    unit_kinds: tuple[str, ...]
    goal: str
    years: int
    bodies: tuple[str, ...]
    phases: tuple[Phase, ...]
    steps: tuple[Step, ...]
    basis: Words = NOTHING
    line: Words = NOTHING
    aims: tuple[Aim, ...] = ()

    @property
    def by_key(self) -> dict[str, Step]:
        return {step.key: step for step in self.steps}

    def goal_date(self, year: int) -> date | None:
        """The day the plan itself sets for its goal when it begins in `year`."""
        step = self.by_key[self.goal]
        return _day(step.fixed or step.by, year + step.year - 1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A step as a task of one programme. `part`: which period of those that come back, or which rule."""

    step: Step
    task: Task
    part: str = ""


def parse(code: str, data: Mapping[str, Any]) -> Template:
    """A `Template` from the parsed TOML. Raises ProgrammeFileError; a missing key raises KeyError."""
    phases = tuple(Phase(row["key"], _words(row, "name"), row["source"]) for row in data["phases"])
    steps = tuple(_step(row) for row in data["steps"])
    for step in steps:
        _check(step, steps, {phase.key for phase in phases})
    template = Template(
        code=code,
        name=_words(data, "name"),
        source=data["source"],
        wording=data["wording"],
        note=_words(data, "note"),
        unit_kinds=tuple(data["unit_kinds"]),
        goal=data["goal"],
        years=data.get("years", 1),
        bodies=tuple(data.get("bodies", ())),
        phases=phases,
        steps=steps,
        basis=_words(data, "basis") if "basis" in data else NOTHING,
        line=_words(data, "line") if "line" in data else NOTHING,
        aims=tuple(_aim(row) for row in data.get("aims", ())),
    )
    if template.goal not in template.by_key:
        raise ProgrammeFileError("goal", f"没有步骤 {template.goal}")
    return template


def planned(template: Template, *, start: date, goal: date, without: Collection[str] = ()) -> list[Planned]:
    """The tasks of a programme that begins on `start` and whose goal is to be reached by `goal`.

    `without`: steps left out, never the goal; what waited for one waits for what that one waited for.
    """
    last = max(goal, date(start.year + template.years - 1, 12, 31))
    rows: list[Planned] = []
    for step in template.steps:
        rows += _returning(step, start, last) if step.every else _once(template, step, start, goal)
    dropped = {row.task.code for row in rows if row.step.key in without and row.step.key != template.goal}
    kept = {task.code: task for task in left_out([row.task for row in rows], dropped)}
    return [replace(row, task=kept[row.task.code]) for row in rows if row.task.code in kept]


def _once(template: Template, step: Step, start: date, goal: date) -> list[Planned]:
    is_goal, year = step.key == template.goal, _year(step, start, goal)
    task = Task(
        code=step.key,
        name=step.name.zh,
        days=step.days,
        after=tuple(code for key in step.after for code in _codes(template.by_key[key])),
        not_before=None if is_goal else _day(step.not_before, year),
        by=goal if is_goal else _day(step.by, year),
        fixed=None if is_goal else _day(step.fixed, year),
    )
    if not step.rules:
        return [Planned(step, task)]
    rows = zip(_codes(step), step.rules, strict=True)
    return [Planned(step, replace(task, code=code), rule) for code, rule in rows]


def _year(step: Step, start: date, goal: date) -> int:
    """The year of a step's days: a year later when they are over at the start and the goal leaves time."""
    year = start.year + step.year - 1
    last, next_last = (_day(step.fixed or step.by, one) for one in (year, year + 1))
    return year + 1 if last and next_last and last < start and next_last <= goal else year


def _codes(step: Step) -> list[str]:
    return [f"{step.key}-{rule}" for rule in step.rules] or [step.key]


def _returning(step: Step, start: date, end: date) -> list[Planned]:
    """One task for each period between two days that is not over before the first of them."""
    rows = []
    period = PERIOD_OF[step.every](start)
    while period.start <= end:
        due = period.next() if step.afterwards else period
        by = due.end.replace(day=step.due_day) if step.due_day else due.end
        if by >= start:
            task = Task(f"{step.key}-{period.code}", step.name.zh, step.days, not_before=due.start, by=by)
            rows.append(Planned(step, task, period.code))
        period = period.next()
    return rows


def _day(text: str, year: int) -> date | None:
    return date.fromisoformat(f"{year}-{text}") if text else None


def _step(row: Mapping[str, Any]) -> Step:
    return Step(
        key=row["key"],
        phase=row["phase"],
        name=_words(row, "name"),
        role=_words(row, "role"),
        days=row.get("days", 1),
        after=tuple(row.get("after", ())),
        not_before=row.get("not_before", ""),
        by=row.get("by", ""),
        fixed=row.get("fixed", ""),
        year=row.get("year", 1),
        every=row.get("every", ""),
        due_day=row.get("due_day", 0),
        afterwards=row.get("afterwards", False),
        rules=tuple(row.get("rules", ())),
        proof=_words(row, "proof") if "proof" in row else NOTHING,
        ledger=row.get("ledger", ""),
        official=row.get("official", ""),
        source=row["source"],
    )


def _aim(row: Mapping[str, Any]) -> Aim:
    try:
        _day(row["by"], 2001)
    except ValueError as error:
        raise ProgrammeFileError("aims", f"日期 {row['by']} 应写作 10-30") from error
    return Aim(row["metric"], Decimal(str(row["amount"])), row["by"], row.get("year", 1), row["source"])


def _check(step: Step, steps: Sequence[Step], phases: Collection[str]) -> None:
    by_key = {one.key: one for one in steps}
    if sum(one.key == step.key for one in steps) > 1:
        raise ProgrammeFileError(step.key, "步骤代码重复")
    if step.phase not in phases:
        raise ProgrammeFileError(step.key, f"没有阶段 {step.phase}")
    for key in step.after:
        if key not in by_key or by_key[key].every:
            raise ProgrammeFileError(step.key, f"前置步骤 {key} 不存在，或是反复发生的")
    if step.every and (step.every not in PERIOD_OF or step.after or step.fixed or step.by):
        raise ProgrammeFileError(step.key, "every 应为 month、quarter 或 year，且没有 after、by 和 fixed")
    if step.afterwards and step.every != "month":
        raise ProgrammeFileError(step.key, "afterwards 只用于每月一次的步骤")
    if not 0 <= step.due_day <= MOST_DUE_DAY:
        raise ProgrammeFileError(step.key, f"due_day 应为 1 到 {MOST_DUE_DAY}")
    for text in (step.not_before, step.by, step.fixed):
        try:
            _day(text, 2001)
        except ValueError as error:
            raise ProgrammeFileError(step.key, f"日期 {text} 应写作 04-20") from error


def _words(row: Mapping[str, Any], key: str) -> Words:
    return Words(row[key], row[f"{key}_en"])
