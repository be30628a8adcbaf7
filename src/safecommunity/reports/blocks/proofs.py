"""Blocks about evidence: what is cited and kept for an indicator, photos, the archive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from safecommunity.core.papers import Column, Photo, Photos, Trace
from safecommunity.core.reports import Call, Scope
from safecommunity.core.schemes import Indicator
from safecommunity.evidence.models import Citation, File
from safecommunity.library import ledgers
from safecommunity.reports.blocks.grading import indicators_of
from safecommunity.reports.blocks.registry import MOST_ROWS, Made, block, rest, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.values import day

MOST_PHOTOS = 4  # of one indicator
PICTURES = ("jpeg", "png", "webp", "gif")


@block("element.records")
def element_records(records: Records, call: Call, scope: Scope) -> Made:
    columns = [Column(_("台账"), 3), Column(_("起止"), 3), Column(_("记录数"), 1, "right")]
    codes = dict.fromkeys(
        code for item in indicators_of(records, scope) for code in records.feeding.get(item.code, ())
    )
    found = [(code, records.counts[code]) for code in codes if records.counts.get(code)]
    rows = [(records.named(ledgers[code]), records.days(code), str(count)) for code, count in found]
    trace = Trace(
        "ledgers", ",".join(codes), _("相关台账"), records.period.code, sum(count for _code, count in found)
    )
    return table(_("相关台账记录"), columns, rows, trace)


@block("element.evidence")
def element_evidence(records: Records, call: Call, scope: Scope) -> Made:
    rows = [row for item in indicators_of(records, scope) for row in records.cited.get(item.code, ())]
    return _cited_table(records, rows)


@block("element.photos")
def element_photos(records: Records, call: Call, scope: Scope) -> Made:
    rows = [
        row
        for item in indicators_of(records, scope)
        for row in _pictures(records, records.cited.get(item.code, ()))[:MOST_PHOTOS]
    ]
    return _photos(records, rows)


@block("indicator.evidence")
def indicator_evidence(records: Records, call: Call, scope: Scope) -> Made:
    code = scope["indicator"]
    columns = [Column(_("佐证材料"), 4), Column(_("来源"), 2), Column(_("日期或数量"), 1.6, "center")]
    rows = [
        (records.named(need, "label"), records.named(ledgers[need.ledger]), str(records.counts[need.ledger]))
        for need in records.graded[code].indicator.evidence
        if need.ledger in ledgers and records.counts.get(need.ledger)
    ]
    cited = records.cited.get(code, [])
    rows += [(_title(row), _source(records, row), _date(row)) for row in cited[:MOST_ROWS]]
    key = f"{records.scheme.code}/{code}" if records.scheme else code
    trace = Trace("evidence", key, _("佐证材料"), records.period.code, len(rows))
    return table(_("佐证材料（%(code)s）") % {"code": code}, columns, rows, trace)


@block("indicator.photos")
def indicator_photos(records: Records, call: Call, scope: Scope) -> Made:
    rows = _pictures(records, records.cited.get(scope["indicator"], ()))
    return _photos(records, rows[:MOST_PHOTOS])


def _title(row: Citation) -> str:
    return row.file.title if row.file else row.entry.title if row.entry else ""


def _source(records: Records, row: Citation) -> str:
    if row.entry and row.entry.ledger in ledgers:
        return records.named(ledgers[row.entry.ledger])
    return _("文件")


def _date(row: Citation) -> str:
    found = row.file.proof_date if row.file else row.entry.record_date if row.entry else None
    return found.isoformat() if found else ""


def _pictures(records: Records, rows: Iterable[Citation]) -> list[File]:
    """The pictures among what is cited that are proof of a day in the period, or of no day known."""
    pictures = [row.file for row in rows if row.file and row.file.kind in PICTURES]
    return [file for file in pictures if not file.proof_date or file.proof_date in records.period]


def _photos(records: Records, files: Iterable[File]) -> Made:
    items = tuple(_photo(records, file) for file in {file.pk: file for file in files}.values())
    return (Photos(items),) if items else ()


def _photo(records: Records, file: File) -> Photo:
    on = f"（{day(file.proof_date, records.language)}）" if file.proof_date else ""
    trace = Trace("file", str(file.pk), file.title, records.period.code, 1)
    return Photo(file.sha256, f"{file.title}{on}", trace)


def _cited_table(records: Records, rows: Sequence[Citation]) -> Made:
    columns = [
        Column(_("指标"), 0.8, "center"),
        Column(_("名称"), 4),
        Column(_("来源"), 1.6),
        Column(_("日期"), 1.2, "center"),
    ]
    lines = [
        (row.indicator.partition("/")[2], _title(row), _source(records, row), _date(row))
        for row in rows[:MOST_ROWS]
    ]
    trace = Trace("evidence", "", _("佐证材料"), records.period.code, len(rows))
    return [*table(_("佐证材料"), columns, lines, trace), *rest(len(rows), MOST_ROWS)]


@block("photos")
def photos(records: Records, call: Call, scope: Scope) -> Made:
    return _photos(records, _pictures(records, (row for rows in records.cited.values() for row in rows)))


@block("archive.catalogue")
def archive_catalogue(records: Records, call: Call, scope: Scope) -> Made:
    columns = [
        Column(_("档号"), 1.2, "center"),
        Column(_("一级指标"), 2),
        Column(_("材料名称"), 4),
        Column(_("来源"), 1.6),
        Column(_("日期或数量"), 1.3, "center"),
    ]
    rows = list(_catalogue(records))
    trace = Trace("evidence", "", _("档案目录"), records.period.code, len(rows))
    return table(_("档案目录"), columns, rows, trace)


def _catalogue(records: Records) -> Iterable[tuple[str, ...]]:
    """One line for a ledger kept for an indicator, one for each thing cited; numbered by indicator."""
    for element in records.scheme.elements if records.scheme else ():
        for item in element.indicators:
            kept = [code for code in records.feeding.get(item.code, ()) if records.counts.get(code)]
            lines = [
                (records.named(ledgers[code]), _("台账"), str(records.counts[code])) for code in kept
            ] + [(_title(row), _source(records, row), _date(row)) for row in records.cited.get(item.code, ())]
            for number, line in enumerate(lines, 1):
                yield f"{item.code}-{number}", records.named(element), *line


@block("archive.completeness")
def archive_completeness(records: Records, call: Call, scope: Scope) -> Made:
    columns = [
        Column(_("一级指标"), 3),
        Column(_("要求材料"), 1, "right"),
        Column(_("已有"), 1, "right"),
        Column(_("缺少的材料"), 4),
    ]
    rows = []
    for element in records.scheme.elements if records.scheme else ():
        asked = [(item, need) for item in element.indicators for need in item.evidence]
        absent = [records.named(need, "label") for item, need in asked if not _is_there(records, item, need)]
        rows.append(
            (records.named(element), str(len(asked)), str(len(asked) - len(absent)), "、".join(absent))
        )
    return table(
        _("各一级指标档案齐全情况"), columns, rows, Trace("evidence", "", _("归档要求"), records.period.code)
    )


def _is_there(records: Records, item: Indicator, need: Any) -> bool:
    return bool(records.counts.get(need.ledger) if need.ledger else records.cited.get(item.code))
