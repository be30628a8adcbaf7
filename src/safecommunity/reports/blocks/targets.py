"""Blocks about the targets of the year: the unit's own, and the table that breaks them down."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from safecommunity.core.papers import Column, Note, Trace
from safecommunity.core.reports import Call, Scope
from safecommunity.reports.blocks.registry import MOST_ROWS, Made, block, rest, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.values import day, plain
from safecommunity.targets import queries
from safecommunity.targets.queries import Board, Line

NAMED = 1.6  # widths of a paper's columns, relative to one another


@block("targets.table")
def own(records: Records, call: Call, scope: Scope) -> Made:
    """Each target of the unit with its value on the day of the paper."""
    lines = _board(records).own
    rows = [
        (
            records.named(line.target.rules),
            _amount(records, line),
            "—" if line.value is None else plain(line.value),
            day(line.target.due_date, records.language),
            line.target.basis,
        )
        for line in lines
    ]
    columns = [
        Column(_("指标"), 2), Column(_("目标值"), 1), Column(_("现在"), 0.8), Column(_("完成期限"), 1.2),
        Column(_("依据"), 2),
    ]  # fmt: skip
    return table(_("年度目标"), columns, rows, _trace(records, len(lines)))


@block("targets.breakdown")
def breakdown(records: Records, call: Call, scope: Scope) -> Made:
    """Units below × targets that were handed down, with the sum and what was said about a difference."""
    board = _board(records)
    shown = [at for at, line in enumerate(board.own) if line.target.issued_date]
    if not shown:
        return ()
    given = [(unit.name, [lines[at] for at in shown]) for unit, lines in board.rows]
    rows = [(name, *(plain(line.target.amount) if line else "—" for line in lines)) for name, lines in given]
    sums = [
        plain(sum((line.target.amount for _name, lines in given if (line := lines[at])), Decimal(0)))
        if board.own[shown[at]].target.adds_up
        else "—"
        for at in range(len(shown))
    ]
    aims = [_amount(records, board.own[at]) for at in shown]
    columns = [
        Column(_("单位"), NAMED),
        *(Column(records.named(board.own[at].target.rules), 1) for at in shown),
    ]
    body = [*rows[:MOST_ROWS], (_("合计"), *sums), (_("目标值"), *aims)]
    made = table(_("目标分解表"), columns, body, _trace(records, len(rows)))
    notes = [
        Note(_("%(metric)s：%(words)s") % {"metric": records.named(one.rules), "words": one.explanation})
        for at in shown
        if (one := board.own[at].target).explanation
    ]
    return (*made, *notes, *rest(len(rows), MOST_ROWS))


def _board(records: Records) -> Board:
    return queries.board(records.unit, records.period.start.year, records.today)


def _amount(records: Records, line: Line) -> str:
    metric = line.target.rules
    sign = "≤ " if metric.better == "lower" else ""
    return f"{sign}{plain(line.target.amount)} {metric.unit_en if records.language == 'en' else metric.unit}"


def _trace(records: Records, count: int) -> Trace:
    return Trace("targets", records.unit.slug, _("目标"), str(records.period.start.year), count)
