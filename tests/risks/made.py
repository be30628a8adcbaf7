"""Risk points for tests: facts that are taken, and evaluations of known grades."""

from __future__ import annotations

from datetime import date
from typing import Any

from safecommunity.accounts.models import User
from safecommunity.risks import actions
from safecommunity.risks.models import Evaluation, RiskPoint
from safecommunity.units.models import Unit

DAY = date(2026, 6, 1)
FACTS: dict[str, Any] = {
    "name": "充电棚",
    "kind": "facility",
    "field": "fire",
    "events": ["fire", "electric"],
    "causes": "线路老化",
    "groups": ["elderly-80"],
    "people": 40,
    "address": "幸福里3号楼旁",
    "organ": "物业公司",
    "responsible": "王建国",
}
MAJOR = ("6", "6", "15")  # 540
LARGER = ("3", "6", "15")  # 270
GENERAL = ("3", "6", "7")  # 126
LOW = ("1", "6", "7")  # 42


def point(unit: Unit, by: User | None = None, **changes: Any) -> RiskPoint:
    return actions.add(unit=unit, values={**FACTS, **changes}, by=by)


def values(chosen: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("likelihood", "exposure", "consequence"), chosen, strict=True))


def evaluation(row: RiskPoint, after: tuple[str, str, str] = GENERAL, **changes: Any) -> Evaluation:
    given: dict[str, Any] = {
        "version": row.version,
        "method": "lec",
        "before": values(MAJOR),
        "after": values(after),
        "direct": [],
        "controls": {"engineering": "加装烟感", "emergency": "先断电\n再疏散"},
        "reason": "first",
        "note": "",
        "on_date": DAY,
        "by": None,
        "today": DAY,
        **changes,
    }
    return actions.evaluate(point=row, **given)


def graded(unit: Unit, after: tuple[str, str, str] = GENERAL, day: date = DAY, **changes: Any) -> RiskPoint:
    """A point that was evaluated on a day."""
    row = point(unit, **changes)
    evaluation(row, after, on_date=day, today=day)
    return row
