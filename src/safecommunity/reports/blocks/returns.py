"""Blocks about the monthly return of the period: its figures and words, who filed and who did not."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.core.messages import Words
from safecommunity.core.papers import Column, Paragraph, Run, Trace
from safecommunity.core.reports import Call, Scope
from safecommunity.reports.blocks.registry import MOST_ROWS, Made, block, rest, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.values import plain
from safecommunity.returns import queries
from safecommunity.returns.models import Return
from safecommunity.returns.wording import standing_words


@block("returns.figures")
def figures(records: Records, call: Call, scope: Scope) -> Made:
    """Every figure of the unit's own return of the month, the correction's reason beside it."""
    row = _row(records)
    if row is None:
        return ()
    values = row.values
    rows = [
        (
            _said(records, section.label),
            _said(records, one.name),
            "—" if (value := values.get(one.code)) is None else f"{plain(value)} {_said(records, one.unit)}",
            row.corrections.get(one.code, {}).get("reason", ""),
        )
        for section in row.rules.sections
        for one in section.figures
    ]
    columns = [Column(_("类别"), 1.4), Column(_("项目"), 2), Column(_("数据"), 1.4), Column(_("说明"), 2)]
    return table(_("月报数据"), columns, rows, _trace(records, len(row.sources)))


@block("returns.words")
def words(records: Records, call: Call, scope: Scope) -> Made:
    """What was written beside the figures."""
    row = _row(records)
    if row is None:
        return ()
    return tuple(
        Paragraph((Run(f"{_said(records, one.label)}：{row.words[one.code]}"),))
        for one in row.rules.words
        if row.words.get(one.code)
    )


@block("returns.board")
def board(records: Records, call: Call, scope: Scope) -> Made:
    """Who filed the month and how it stands, on the day the paper is made."""
    if records.period.kind != "month":
        return ()
    lines = queries.board(records.unit, records.period, timezone.localdate())
    names = standing_words()
    rows = [
        (
            one.unit.name,
            names[one.standing],
            "" if one.row is None or one.row.first_submitted_date is None
            else one.row.first_submitted_date.isoformat(),
        )
        for one in lines[:MOST_ROWS]
    ]  # fmt: skip
    columns = [Column(_("单位"), 2), Column(_("报送情况"), 1.2), Column(_("首次报送"), 1.2)]
    made = table(_("月报报送情况"), columns, rows, _trace(records, len(lines)))
    return (*made, *rest(len(lines), MOST_ROWS))


@block("returns.left-out")
def left_out(records: Records, call: Call, scope: Scope) -> Made:
    """Who is not in the summary of the month, and what is overdue there by the records, on that day."""
    row, today = _row(records), timezone.localdate()
    if row is None or not row.is_summary:
        return ()
    absent = queries.left_out(row, queries.board(records.unit, records.period, today))
    names = standing_words()
    rows = [
        (one.unit.name, names[one.standing], *("—" if value is None else plain(value) for value in values))
        for one, values in queries.overdue(records.unit, absent[:MOST_ROWS], records.period, today)
    ]
    columns = [Column(_("单位"), 2), Column(_("报送情况"), 1.2)]
    columns += [Column(_said(records, one.name), 1.4) for one in queries.overdue_figures().values()]
    made = table(_("未计入汇总的单位，逾期数按其工作记录"), columns, rows, _trace(records, len(absent)))
    return (*made, *rest(len(absent), MOST_ROWS))


def _row(records: Records) -> Return | None:
    return queries.month_return(records.unit, records.period) if records.period.kind == "month" else None


def _said(records: Records, words: Words) -> str:
    return words.en if records.language == "en" else words.zh


def _trace(records: Records, count: int) -> Trace:
    return Trace("returns", records.unit.slug, _("月报"), records.period.code, count)
