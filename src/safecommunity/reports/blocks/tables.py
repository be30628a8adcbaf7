"""Blocks about the unit and its ledgers: bodies, metrics, records as tables and drawings, the signature."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from safecommunity.core.papers import Column, Figure, Paragraph, Run, Trace
from safecommunity.core.reports import Call, Scope
from safecommunity.library import ledgers
from safecommunity.reports.blocks.registry import MOST_ROWS, Made, block, chart, kind, rest, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.values import day, plain

MOST_ROWS_OF_A_LEDGER = 5000
MOST_COLUMNS, MOST_COLUMNS_ACROSS = 6, 9  # of an upright page, of a landscape one
SHARES = {  # widths relative to one another, so that a date or an amount stays on one line
    **dict.fromkeys(("long-text", "place"), 3.0),
    **dict.fromkeys(("date", "expiry-date", "money", "phone"), 2.0),
    **dict.fromkeys(("integer", "decimal", "percentage", "year", "month", "yes-no"), 1.2),
    "person-id": 2.6,
}


@block("bodies.chart")
def bodies_chart(records: Records, call: Call, scope: Scope) -> Made:
    rows = [
        {
            "id": body.pk,
            "parent": body.parent_id,
            "name": body.name,
            "members": [_member(person) for person in records.appointments.get(body.pk, ())][:6],
        }
        for body in records.bodies
    ]
    if not rows:
        return ()
    words = _("共 %(count)s 个机构：%(names)s。") % {
        "count": len(rows),
        "names": "、".join(body.name for body in records.bodies),
    }
    return (Figure("organisation", "", _("创建组织机构图"), words, tuple(rows), _bodies_trace(records)),)


@block("bodies.table")
def bodies_table(records: Records, call: Call, scope: Scope) -> Made:
    columns = [Column(_("机构"), 2), Column(_("成员"), 3), Column(_("职责"), 3), Column(_("成立文件"), 1.4)]
    rows = [
        (
            body.name,
            "、".join(_member(person) for person in records.appointments.get(body.pk, ())),
            body.duties,
            body.document,
        )
        for body in records.bodies
    ]
    return table(_("创建机构及成员"), columns, rows, _bodies_trace(records))


def _member(person: Any) -> str:
    return f"{person.post}：{person.person}"


def _bodies_trace(records: Records) -> Trace:
    return Trace("bodies", records.unit.slug, _("创建机构"), records.period.code, len(records.bodies))


@block("metrics.table")
def metrics_table(records: Records, call: Call, scope: Scope) -> Made:
    columns = [Column(_("指标"), 2), Column(_("数值"), 1, "right"), Column(_("说明"), 4)]
    rows = [
        (
            records.named(reading.metric),
            f"{plain(round(reading.value, 2))}{records.named(reading.metric, 'unit')}",
            reading.say(records.language),
        )
        for reading in records.readings
        if reading.value is not None
    ]
    trace = Trace("metrics", "", _("统计指标"), records.period.code, len(rows))
    return table(_("主要统计指标"), columns, rows, trace)


@block("ledger")
def chosen_ledger(records: Records, call: Call, scope: Scope) -> Made:
    return _ledger(records, records.ledger, {"limit": MOST_ROWS_OF_A_LEDGER}, MOST_COLUMNS_ACROSS)


@kind("ledger")
def ledger_table(records: Records, call: Call, scope: Scope) -> Made:
    return _ledger(records, call.argument, call.options, MOST_COLUMNS)


def _ledger(records: Records, code: str, options: Mapping[str, Any], most_columns: int) -> Made:
    ledger, most = ledgers[code], options.get("limit", MOST_ROWS)
    listed = [field.code for field in ledger.list_fields if field.kind != "attachment"]
    fields = [ledger.fields[name] for name in options.get("columns", listed[:most_columns])]
    count = records.entries(code, within_period=options.get("within")).count()
    found = list(records.entries(code, within_period=options.get("within"))[:most])
    columns = [Column(_("序号"), 0.6, "center")]
    columns += [
        Column(records.named(field, "label"), SHARES.get(field.kind, 1.6), _align(field.kind))
        for field in fields
    ]
    rows = [
        (str(number), *(records.shown(ledger, entry.data, field.code) for field in fields))
        for number, entry in enumerate(found, 1)
    ]
    inside = options.get("within")
    trace = records.ledger_trace(code, count, [entry.pk for entry in found], inside=inside)
    title = (
        f"{_titled(records, options) or records.named(ledger)}（{records.days(code, within_period=inside)}）"
    )
    return [*table(title, columns, rows, trace), *rest(count, most)]


def _align(kind: str) -> Any:
    if kind in {"integer", "decimal", "money", "percentage"}:
        return "right"
    return "center" if kind in {"date", "expiry-date", "month", "year", "yes-no"} else "left"


def _titled(records: Records, options: Mapping[str, Any]) -> str:
    return str(options.get("title_en" if records.language == "en" else "title", ""))


@kind("by-month")
def by_month(records: Records, call: Call, scope: Scope) -> Made:
    months = {month.code: Decimal(0) for month in records.period.months()}
    entries = list(records.entries(call.argument, within_period=True))
    for entry in entries:
        if entry.record_date and (key := f"{entry.record_date:%Y-%m}") in months:
            months[key] += _amount(entry.data, call.options)
    if not entries or len(months) < 2:
        return ()
    rows = [{"month": _month(code), "value": float(value)} for code, value in months.items()]
    words = _("合计 %(total)s，最多的是%(month)s。") % {
        "total": plain(sum(months.values(), Decimal(0))),
        "month": _month(max(months, key=lambda code: months[code])),
    }
    title = _titled(records, call.options) or records.named(ledgers[call.argument])
    trace = records.ledger_trace(call.argument, len(entries), inside=True)
    return chart("bars-by-month", title, words, rows, trace)


def _month(code: str) -> str:
    return _("%(month)s月") % {"month": int(code[5:])}


def _amount(data: Mapping[str, Any], options: Mapping[str, Any]) -> Decimal:
    return Decimal(str(data.get(options["sum"]) or 0)) if "sum" in options else Decimal(1)


@kind("by-name")
def by_name(records: Records, call: Call, scope: Scope) -> Made:
    ledger, field = ledgers[call.argument], str(call.options["field"])
    entries = list(records.entries(call.argument))
    found: dict[str, Decimal] = {}
    for entry in entries:
        name = records.shown(ledger, entry.data, field) or _("未填")
        found[name] = found.get(name, Decimal(0)) + _amount(entry.data, call.options)
    rows = [
        {"name": name, "value": float(value)}
        for name, value in sorted(found.items(), key=lambda pair: -pair[1])
        if value
    ]
    if not rows:
        return ()
    words = _("最多的是%(name)s，%(value)s。") % {
        "name": rows[0]["name"],
        "value": plain(max(found.values())),
    }
    title = _titled(records, call.options) or records.named(ledger)
    return chart("bars-by-name", title, words, rows, records.ledger_trace(call.argument, len(entries)))


@block("signature")
def signature(records: Records, call: Call, scope: Scope) -> Made:
    text = f"{records.unit.name}\n{day(records.today, records.language)}"
    return (Paragraph((Run(text),), "signature"),)
