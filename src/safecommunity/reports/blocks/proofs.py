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
    columns = [Column(_("材料"), 3), Column(_("台账"), 2), Column(_("记录数"), 1, "right")]
    found = {one.key: one for item in indicators_of(records, scope) for one in records.kept[item.code]}
    rows = [(one.label, records.named(ledgers[one.ledger]), str(one.count)) for one in found.values()]
    count = sum(one.count for one in found.values())
    codes = ",".join(dict.fromkeys(one.ledger for one in found.values()))
    trace = Trace("ledgers", codes, _("相关台账"), records.period.code, count)
    return table(_("相关台账记录"), columns, rows, trace)


@block("element.evidence")
def element_evidence(records: Records, call: Call, scope: Scope) -> Made:
    rows = [
        (item.code, row) for item in indicators_of(records, scope) for row in records.cited.get(item.code, ())
    ]
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
    columns = [
        Column(_("档号"), 1.2, "center"),
        Column(_("佐证材料"), 4),
        Column(_("来源"), 2),
        Column(_("日期或数量"), 1.6, "center"),
    ]
    every = _filed(records, code)
    rows = every[: _listed(records, code)]
    key = f"{records.scheme.code}/{code}" if records.scheme else code
    trace = Trace("evidence", key, _("佐证材料"), records.period.code, len(every))
    title, anchors = _("佐证材料（%(code)s）") % {"code": code}, (row[0] for row in rows)
    return [*table(title, columns, rows, trace, anchors=anchors), *rest(len(every), len(rows))]


def _filed(records: Records, code: str) -> list[tuple[str, str, str, str]]:
    """What an indicator has: a line for each kind of record, one for each thing cited, under its number."""
    lines = [(one.label, records.named(ledgers[one.ledger]), str(one.count)) for one in records.kept[code]]
    lines += [(_title(row), _source(records, row), _date(row)) for row in records.cited.get(code, ())]
    return [(f"{code}-{number}", *line) for number, line in enumerate(lines, 1)]


def _listed(records: Records, code: str) -> int:
    """How many of them a report lists under the indicator."""
    return len(records.kept[code]) + min(len(records.cited.get(code, ())), MOST_ROWS)


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


def _cited_table(records: Records, rows: Sequence[tuple[str, Citation]]) -> Made:
    columns = [
        Column(_("评定指标"), 0.8, "center"),
        Column(_("名称"), 4),
        Column(_("来源"), 1.6),
        Column(_("日期"), 1.2, "center"),
    ]
    lines = [(code, _title(row), _source(records, row), _date(row)) for code, row in rows[:MOST_ROWS]]
    trace = Trace("evidence", "", _("佐证材料"), records.period.code, len(rows))
    return [*table(_("佐证材料"), columns, lines, trace), *rest(len(rows), MOST_ROWS)]


@block("photos")
def photos(records: Records, call: Call, scope: Scope) -> Made:
    return _photos(records, _pictures(records, (row for rows in records.cited.values() for row in rows)))


@block("archive.catalogue")
def archive_catalogue(records: Records, call: Call, scope: Scope) -> Made:
    """Everything by indicator, each with the page of the volume on which a report lists it."""
    columns = [
        Column(_("档号"), 1.2, "center"),
        Column(_("一级指标"), 2),
        Column(_("材料名称"), 4),
        Column(_("来源"), 1.6),
        Column(_("日期或数量"), 1.3, "center"),
    ]
    rows, refers = [], []
    for element in records.scheme.elements if records.scheme else ():
        for item in element.indicators:
            found, listed = _filed(records, item.code), _listed(records, item.code)
            rows += [(number, records.named(element), *line) for number, *line in found]
            refers += [found[min(place, listed - 1)][0] for place in range(len(found))]
    trace = Trace("evidence", "", _("档案目录"), records.period.code, len(rows))
    return table(_("档案目录"), columns, rows, trace, refers=refers)


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
    return bool(records.found(need) if need.ledger else records.cited.get(item.code))
