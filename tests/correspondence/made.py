"""Official documents for tests, taken as far along their life as wanted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from safecommunity.accounts.models import User
from safecommunity.correspondence import actions, queries
from safecommunity.correspondence.models import OfficialDocument
from safecommunity.units.models import Unit
from tests import make

TODAY = dt.date(2026, 3, 5)
WAY = ("submit", "check", "countersign", "sign", "number", "issue", "archive")
WRITTEN = {
    "title": "阳光街道关于开展安全社区创建自查的通知",
    "body": "根据市安委会工作安排，现将有关事项通知如下。\n一、总体要求\n"
    "（一）加强领导。明确专人。\n二、主要任务\n排查隐患。",
    "addressee": "各社区居委会、各成员单位",
    "agency": "阳街",
    "copies_to": "区安委办",
}


def people(unit: Unit) -> tuple[User, User]:
    """Lin drafts; Wang checks and signs."""
    return make.member(unit), make.member(unit, username="wang")


def draft(unit: Unit, by: User, kind: str = "notice", **values: Any) -> OfficialDocument:
    row = actions.draft(kind=kind, unit=unit, by=by, today=TODAY)
    return actions.edit(document=row, version=row.version, values={**WRITTEN, **values}, by=by)


def step(
    row: OfficialDocument, act: str, by: User, opinion: str = "", today: dt.date = TODAY
) -> OfficialDocument:
    return actions.advance(document=row, act=act, version=row.version, by=by, today=today, opinion=opinion)


def until(act: str, unit: Unit, lin: User, wang: User, **given: Any) -> OfficialDocument:
    """A document that has been through every step up to and with `act`."""
    row = draft(unit, lin, **given)
    for each in WAY[: WAY.index(act) + 1]:
        step(row, each, wang if actions.ACTS[each].by_other else lin, "同意" if each == "check" else "")
    found = queries.document(unit, row.uuid)
    assert found
    return found
