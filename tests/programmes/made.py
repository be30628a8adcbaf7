"""A sub-district that runs its plan of 2026."""

from __future__ import annotations

from datetime import date
from typing import Any

from safecommunity.accounts.models import User
from safecommunity.programmes import actions, queries
from safecommunity.programmes.models import Programme, Task
from safecommunity.units.models import Unit

TODAY = date(2026, 1, 5)
GOAL = date(2026, 12, 30)
KEPT = ("committee", "implementation-plan", "comprehensive-inspection", "application")


def prepared(
    unit: Unit, by: User, template: str = "sub-district", *, goal: date = GOAL, today: date = TODAY
) -> Programme:
    row = actions.prepare(unit=unit, template=template, by=by, today=today)
    return actions.settle(programme=row, version=row.version, by=by, goal_date=goal, start_date=today)


def started(unit: Unit, by: User, *, keep: tuple[str, ...] = KEPT, **given: Any) -> Programme:
    """Running with these steps alone; all of them where `keep` is empty."""
    row = prepared(unit, by, **given)
    without = [step.key for step in row.rules.steps if keep and step.key not in keep]
    choices = {"bodies": False, "without": without, "owners": {}}
    actions.settle(programme=row, version=row.version, by=by, choices=choices)
    return actions.start(programme=row, version=row.version, by=by)


def task(row: Programme, code: str) -> Task:
    return queries.tasks(row).get(code=code)
