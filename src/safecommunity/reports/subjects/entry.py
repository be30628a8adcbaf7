"""A record of a ledger."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core.papers import Column, Trace
from safecommunity.core.reports import Call, Value
from safecommunity.ledgers.models import Entry
from safecommunity.reports.blocks.registry import Made, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.subjects.registry import subject
from safecommunity.reports.values import day
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission


@subject(
    "entry",
    name=gettext_lazy("台账记录"),
    permission=Permission.LEDGER_VIEW,
    page=lambda row: ("ledgers:entry", (row.ledger, row.pk)),
)
def entry(unit: Unit, uid: UUID) -> Entry | None:
    return Entry.objects.in_unit(unit).filter(client_uuid=uid, withdrawn_at=None).first()


def _trace(row: Entry, records: Records) -> Trace:
    return entry.trace(row, f"{records.named(row.type)}：{row.title}")


@entry.value("title")
def title(row: Entry, records: Records) -> Value:
    return Value(row.title, _trace(row, records))


@entry.value("ledger")
def ledger(row: Entry, records: Records) -> Value:
    return Value(records.named(row.type), _trace(row, records))


@entry.value("day")
def recorded(row: Entry, records: Records) -> Value:
    text = day(row.record_date, records.language) if row.record_date else ""
    return Value(text, _trace(row, records))


@entry.part("fields")
def fields(row: Entry, records: Records, call: Call) -> Made:
    """Every field of the record that is filled in; restricted ones masked."""
    shown = [
        (records.named(one, "label"), records.shown(row.type, row.data, code))
        for code, one in row.type.fields.items()
        if row.data.get(code) not in (None, "", [])
    ]
    columns = [Column(_("项目"), 1.2), Column(_("内容"), 4)]
    return table(row.title, columns, shown, _trace(row, records))
