"""A sub-district with records, evidence, bodies and an assessment, for the tests of papers."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from safecommunity.accounts.models import User
from safecommunity.assessment import actions as assessing
from safecommunity.assessment.models import Assessment
from safecommunity.core.periods import Period
from safecommunity.evidence import store
from safecommunity.evidence.models import Citation, File
from safecommunity.ledgers.models import Entry
from safecommunity.reports import actions
from safecommunity.reports.models import Paper
from safecommunity.units.models import Appointment, Body, Unit
from tests.documents.sample import picture

YEAR = Period.parse("2025")
TODAY = dt.date(2026, 1, 8)
NOW = dt.datetime(2026, 1, 8, 9, 0, tzinfo=dt.UTC)


def entry(unit: Unit, ledger: str, day: str, **data: Any) -> Entry:
    return Entry.objects.create(
        unit=unit,
        path=unit.path,
        ledger=ledger,
        title=f"{ledger} {day}",
        data=data,
        record_date=dt.date.fromisoformat(day),
    )


def meeting(unit: Unit, day: str, name: str = "例会") -> Entry:
    return entry(unit, "meetings", day, name=name, held_date=day, kind="regular", attended=12, agenda="部署")


def bodies(unit: Unit) -> None:
    committee = Body.objects.create(
        unit=unit,
        path=unit.path,
        kind="promotion-committee",
        name="安全社区促进委员会",
        duties="组织风险辨识",
    )
    office = Body.objects.create(
        unit=unit, path=unit.path, kind="office", name="创建办公室", parent=committee
    )
    for body, person, post in ((committee, "王建国", "主任"), (office, "林芳", "主任")):
        Appointment.objects.create(unit=unit, path=unit.path, body=body, person=person, post=post)


def photo(unit: Unit, indicator: str, number: int = 1, day: str = "2025-06-01") -> File:
    """A picture cited for an indicator, in the store with its small version."""
    with store.workplace() as folder:
        source = folder / "x.jpg"
        source.write_bytes(picture(200 + number, 150))
        sha256 = store.keep(source)
        store.keep_preview(source, sha256)
    file = File.objects.create(
        unit=unit,
        path=unit.path,
        sha256=sha256,
        sent_sha256=hashlib.sha256(f"{unit.pk} {number}".encode()).hexdigest(),
        size=1000,
        kind="jpeg",
        name=f"{number}.jpg",
        title=f"演练照片{number}",
        proof_date=dt.date.fromisoformat(day),
    )
    Citation.objects.create(unit=unit, path=unit.path, file=file, indicator=f"national-2006/{indicator}")
    return file


def assessment(unit: Unit, by: User, scheme: str = "national-2006") -> Assessment:
    return assessing.start(unit=unit, scheme=scheme, period="2025", by=by, today=TODAY, now=NOW)


def furnished(unit: Unit, by: User) -> Assessment:
    """Some of everything a paper speaks of."""
    facts = {"year": 2025, "area": 5.2, "neighbourhoods": 9, "businesses": 812, "features": "老旧小区多"}
    entry(unit, "area-facts", "2025-01-01", **facts)
    people = {"year": 2025, "neighbourhood": "全辖区", "residents": 52000, "floating": 8100}
    entry(unit, "population", "2025-01-01", **people)
    for day in ("2025-01-10", "2025-04-11", "2025-09-12"):
        meeting(unit, day)
    meeting(unit, "2024-12-01", "上年会议")
    entry(unit, "rules", "2023-05-01", name="安全检查制度", state="in-force")
    for month, number in (("2025-02-01", 3), ("2025-07-01", 5)):
        entry(unit, "injuries-summary", month, month=month[:7], field="traffic", injured=number, dead=0)
    bodies(unit)
    photo(unit, "7.4")
    return assessment(unit, by)


def paper(unit: Unit, by: User, document: str = "self-assessment-report", **fields: Any) -> Paper:
    """A paper of a document type, composed."""
    row = actions.make(document=document, period=YEAR, unit=unit, by=by, **fields)
    actions.complete(paper=row, today=TODAY, step=lambda done, total: None, by=None)
    return row
