"""Risk points of a sub-district for the demonstration: graded a year ago, controlled, graded again."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from safecommunity.accounts.models import User
from safecommunity.core.divisions import Level
from safecommunity.library import methods
from safecommunity.places.models import Division
from safecommunity.risks import actions
from safecommunity.risks.models import RiskPoint
from safecommunity.units.models import Unit

BUILDINGS, ROUNDS = 6, 3
SPREAD = 0.0015  # degrees
FIRST, AGAIN = timedelta(days=300), timedelta(days=70)
UNCHANGED = 9  # one point in so many has not been evaluated again


def load(street: Unit, children: Sequence[Unit], centre: tuple[float, float], by: User, today: date) -> None:
    """Each neighbourhood has points of all kinds in turn; one accident calls for a review."""
    script = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    made = [
        _point(unit, said, script["controls"], _place(centre, number), number, by, today)
        for number, (unit, said) in enumerate(zip(cycle(children or [street]), script["points"] * ROUNDS))
    ]
    actions.call_review(
        point=made[1], reason="accident", on_date=today - timedelta(days=3), by=by,
        words="充电时电池起火，无人受伤，烧毁电动自行车 2 辆（演示）",
    )  # fmt: skip


def _point(
    unit: Unit,
    said: dict[str, Any],
    controls: dict[str, str],
    place: tuple[float, float],
    number: int,
    by: User,
    today: date,
) -> RiskPoint:
    inside = Division.objects.filter(code=unit.slug, level=Level.NEIGHBOURHOOD).exists()
    kept = {name: said[name] for name in ("kind", "field", "events", "groups", "causes", "times")}
    values = {
        **kept, "name": said["name"], "people": 20 + number * 7 % 180,
        "exposed": "居民、从业人员", "address": f"{unit.name}{said['address']}",
        "division": unit.slug if inside else "",
        "building": f"{number % BUILDINGS + 1} 号楼" if "楼" in said["address"] else "",
        "longitude": place[0], "latitude": place[1], "organ": f"{unit.name}安全工作站",
        "responsible": f"演示责任人{number + 1}",
    }  # fmt: skip
    point = actions.add(unit=unit, values=values, by=by)
    common = {
        "point": point, "method": "lec", "before": _values(said["before"]), "direct": said["direct"],
        "note": "演示数据，按模板生成", "by": by, "today": today,
    }  # fmt: skip
    first = today - FIRST + timedelta(days=number * 2)
    actions.evaluate(
        **common, version=point.version, after=common["before"], controls={}, reason="first", on_date=first
    )
    if number % UNCHANGED:
        actions.evaluate(
            **common, version=point.version, after=_values(said["after"]), controls=controls,
            reason="periodic", on_date=today - AGAIN + timedelta(days=number),
        )  # fmt: skip
    return point


def _place(centre: tuple[float, float], number: int) -> tuple[float, float]:
    """Spread over the area, the same again for the same number."""
    across, up = number * 5 % 12 - 5.5, number * 7 % 9 - 4
    return round(centre[0] + across * SPREAD, 6), round(centre[1] + up * SPREAD, 6)


def _values(chosen: Sequence[float]) -> dict[str, str]:
    """The values by factor, written as the method file writes them."""
    factors = methods["lec"].factors
    return {factor.code: str(value) for factor, value in zip(factors, chosen, strict=True)}
