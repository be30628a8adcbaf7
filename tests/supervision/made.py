"""What tests of supervision need: a city with streets and inspectors, a round in each state, a visit.

Their day lies far ahead, so that the roles given when a test begins are held on it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from safecommunity.accounts.models import User
from safecommunity.supervision.actions import visits as actions
from safecommunity.supervision.models.visits import Finding, Round, Visit
from safecommunity.supervision.queries import visits as queries
from safecommunity.units.models import Unit
from tests import make

DAY = date(2126, 10, 12)
NOW = datetime(2126, 10, 12, 1, 0, tzinfo=UTC)
SEED, SOURCE = "03 09 14 21 26 30 + 07", "福彩双色球第2126118期"


def city(streets: int = 3) -> tuple[Unit, list[Unit]]:
    above, numbers = make.unit("石家庄市", kind="city-office"), range(1, streets + 1)
    return above, [make.unit(f"街道{number}", parent=above, population=50_000) for number in numbers]


def inspectors(above: Unit, *names: str) -> list[User]:
    return [make.member(above, "city-office", name) for name in names or ("chen", "ding", "feng")]


def values(**changes: Any) -> dict[str, Any]:
    return {
        "title": "三季度督查", "kind": "announced", "topics": ["work-safety", "safe-community"],
        "basis": "年度督查计划", "starts_date": DAY, "ends_date": DAY + timedelta(days=30),
        "counts": {"sub-district": 2}, "team": 2, **changes,
    }  # fmt: skip


def planned(above: Unit, people: list[User], **changes: Any) -> Round:
    return actions.plan_round(
        unit=above, values=values(**changes), inspectors=people, by=people[0], today=DAY
    )


def fixed(above: Unit, people: list[User], **changes: Any) -> Round:
    row = planned(above, people, **changes)
    return actions.fix(row=row, version=row.version, by=people[0], now=NOW, today=DAY)


def drawn(above: Unit, people: list[User], **changes: Any) -> Round:
    row = fixed(above, people, **changes)
    actions.enter_seed(
        row=row, version=row.version, seed=SEED, source=SOURCE, by=people[0], now=NOW + timedelta(hours=1)
    )
    return row


def visits(row: Round) -> list[Visit]:
    return list(Visit.objects.below(row.unit).filter(round=row).select_related("unit").order_by("path"))


def arranged(above: Unit, unit: Unit, team: list[User], **changes: Any) -> Visit:
    said = {name: value for name, value in values(**changes).items() if name in ARRANGED}
    row = actions.arrange(
        supervisor=above, unit=unit, values=said, team=team, by=team[0], today=DAY, body=changes.get("body")
    )
    return scheduled(row, team)


ARRANGED = ("title", "kind", "topics", "starts_date", "ends_date")


def scheduled(row: Visit, team: list[User]) -> Visit:
    return actions.schedule(
        row=row, version=row.version, day=DAY, team=team, reason="", by=team[0], today=DAY
    )


def found(row: Visit, by: User, **changes: Any) -> Finding:
    said: dict[str, Any] = {
        "text": "消防通道堆放杂物", "basis": "《消防法》第二十八条", "severity": "serious",
        "due_date": DAY + timedelta(days=7), **changes,
    }  # fmt: skip
    return actions.add_finding(row=row, by=by, today=DAY, **said)


def finished(row: Visit, by: User) -> Visit:
    return actions.finish(
        row=row, version=row.version, summary="总体较好，个别场所通道不畅", by=by, now=NOW, today=DAY
    )


def told(row: Visit) -> list[Finding]:
    return [one for one, _replies in queries.findings(row)]
