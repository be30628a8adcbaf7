"""An award that was given."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy

from safecommunity.core.papers import Trace
from safecommunity.core.reports import Value
from safecommunity.reports.gathering import Records
from safecommunity.reports.subjects.registry import subject
from safecommunity.reports.values import day
from safecommunity.supervision.models.awards import Award, AwardState
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission


@subject(
    "award",
    name=gettext_lazy("表彰奖励"),
    permission=Permission.SUPERVISION_VIEW,
    page=lambda row: ("supervision:award", (row.uuid,)),
)
def award(unit: Unit, uid: UUID) -> Award | None:
    rows = Award.objects.in_unit(unit).select_related("giver")
    return rows.filter(uuid=uid, state=AwardState.DECIDED).first()


def _trace(row: Award) -> Trace:
    return award.trace(row, str(row))


@award.value("holder")
def holder(row: Award, records: Records) -> Value:
    return Value(row.holder, _trace(row))


@award.value("honour")
def honour(row: Award, records: Records) -> Value:
    return Value(row.honour, _trace(row))


@award.value("year")
def year(row: Award, records: Records) -> Value:
    return Value(str(row.year), _trace(row))


@award.value("giver")
def giver(row: Award, records: Records) -> Value:
    return Value(row.giver.name, _trace(row))


@award.value("day")
def given(row: Award, records: Records) -> Value:
    text = day(row.decided_date, records.language) if row.decided_date else ""
    return Value(text, _trace(row))
