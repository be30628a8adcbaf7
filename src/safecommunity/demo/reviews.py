"""A title that soon runs out, two units that build, and one assessed on site, for the demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from safecommunity.accounts.models import User
from safecommunity.assessment import actions as assessment
from safecommunity.core.periods import months_later
from safecommunity.demo.photos import picture
from safecommunity.evidence.actions import attach
from safecommunity.library import schemes
from safecommunity.reviews import actions
from safecommunity.reviews.models import Review
from safecommunity.units.models import Unit

LEFT = timedelta(days=100)
PLAN = "两年内按评定方案的全部要素开展创建，经费列入年度预算（演示）。"


def load(units: Mapping[str, Unit], people: Mapping[str, User], today: date, now: datetime) -> None:
    """`units` by division, `people` by user name, as `plans.toml` names them."""
    _titled(units["511603001"], people["guangan"], today)
    _filed(units["130104001"], "municipal-45", months_later(today, -8), people["dongli"], today)
    _building(units["511603104"], people["daishi"], today)
    _on_site(units["500115002"], people, today, now)


def _titled(unit: Unit, above: User, today: date) -> None:
    """A municipal title granted three years ago."""
    title = schemes["municipal-45"].title
    assert title is not None
    actions.register_title(
        unit=unit, scheme="municipal-45", number="市安社〔演示〕012", plaque="第012号",
        granted_by="市安全生产委员会", named_date=months_later(today + LEFT, -12 * title.years), by=above,
        today=today,
    )  # fmt: skip


def _building(unit: Unit, office: User, today: date) -> Review:
    """A provincial project filed seven months ago; the national one may only follow it."""
    return _filed(unit, "sichuan-provincial", months_later(today, -7), office, today)


def _on_site(unit: Unit, people: Mapping[str, User], today: date, now: datetime) -> None:
    """A municipal application whose team begins its visit today, with one member still to declare."""
    office, checker = people["yanjia"], people["changshou"]
    row = _filed(unit, "chongqing-2009", months_later(today, -20), office, today)
    own = assessment.start(
        unit=unit, scheme=row.scheme, period=str(today.year), by=office, today=today, now=now,
        title=f"{unit.name}申报自评",
    )  # fmt: skip
    assessment.confirm_as_suggested(assessment=own, indicators=list(own.rules.indicators), by=office, now=now)
    own.refresh_from_db()
    assessment.freeze(assessment=own, by=office, now=now, version=own.version)
    actions.self_assess(row=row, version=row.version, assessment=own, by=office, today=today)
    for one in row.procedure.papers:
        scan = picture(now, Random(one.code))  # noqa: S311 - for show, and repeatable
        file = attach(
            chunks=[scan], name=f"{one.name.zh}.jpg", unit=unit, by=office, title=f"{one.name.zh}（演示）"
        )
        actions.attach(row=row, code=one.code, file=file.file, by=office)
    sent = today - timedelta(days=20)
    actions.apply(row=row, version=row.version, by=office, today=sent)
    codes = [one.code for one in row.procedure.papers]
    said: dict[str, Any] = {"words": "材料齐全（演示）", "by": checker}
    actions.pass_up(row=row, version=row.version, checked=codes, today=sent + timedelta(days=4), **said)
    actions.accept(row=row, version=row.version, today=sent + timedelta(days=12), **said)
    lead, member = people["zhuanjia-zu"], people["zhuanjia-yuan"]
    for person in (lead, member):
        asked = actions.appoint(row=row, person=person, is_lead=person == lead, by=checker, today=today)
        if person == lead:
            actions.declare(expert=asked, version=1, is_free=True, words="", by=person, now=now)
    agenda = [
        [today.isoformat(), f"{9 + number:02}:00", one.zh] for number, one in enumerate(row.procedure.agenda)
    ]
    actions.arrange(
        row=row, version=row.version, visit_from=today, visit_to=today + timedelta(days=1), agenda=agenda,
        by=checker,
    )  # fmt: skip


def _filed(unit: Unit, scheme: str, day: date, office: User, today: date) -> Review:
    row = actions.begin(
        unit=unit, scheme=scheme, leader="主任（演示）", contact=office.display_name, phone="（演示）",
        plan=PLAN, begun_date=day, by=office, today=today,
    )  # fmt: skip
    centres = [one.code for one in row.procedure.centres]
    actions.file(row=row, version=row.version, filed=dict.fromkeys(centres, day), by=office, today=today)
    for number, centre in enumerate(centres, start=1):
        actions.receive(
            row=row, version=row.version, centre=centre, number=f"备〔演示〕{number:03}",
            receipt_date=day + timedelta(days=7 * number), by=office, today=today,
        )  # fmt: skip
    return row
