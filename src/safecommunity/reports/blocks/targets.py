"""Blocks about the targets of the year: the unit's own, and the table that breaks them down."""

from __future__ import annotations

from django.utils.translation import gettext as _

from safecommunity.core.papers import Column, Note, Trace
from safecommunity.core.reports import Call, Scope
from safecommunity.reports.blocks.registry import MOST_ROWS, Made, block, rest, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.values import day, plain
from safecommunity.targets import queries
from safecommunity.targets.queries import Line

NAMED = 1.6  # widths of a paper's columns, relative to one another


@block("targets.table")
def own(records: Records, call: Call, scope: Scope) -> Made:
    """Each target of the unit with its value on the day of the paper."""
    lines = _own(records)
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
    lines = [line for line in _own(records) if line.target.issued_date]
    if not lines:
        return ()
    units = list(queries.sharing(lines, records.unit))
    board, given = queries.board(lines, units, records.today), queries.given(lines, records.unit)
    rows = [
        (unit.name, *(plain(line.target.amount) if line else "—" for line in shares))
        for unit, shares in board
    ]
    aims = [line.target for line in lines]
    sums = [plain(given[aim.pk][1]) if aim.adds_up and aim.pk in given else "—" for aim in aims]
    columns = [Column(_("单位"), NAMED), *(Column(records.named(aim.rules), 1) for aim in aims)]
    wanted = [_amount(records, line) for line in lines]
    body = [*rows[:MOST_ROWS], (_("合计"), *sums), (_("目标值"), *wanted)]
    made = table(_("目标分解表"), columns, body, _trace(records, len(rows)))
    notes = [
        Note(_("%(metric)s：%(words)s") % {"metric": records.named(aim.rules), "words": aim.explanation})
        for aim in aims
        if aim.explanation
    ]
    return (*made, *notes, *rest(len(rows), MOST_ROWS))


def _own(records: Records) -> list[Line]:
    return queries.own(records.unit, records.period.start.year, records.today)


def _amount(records: Records, line: Line) -> str:
    metric = line.target.rules
    sign = "≤ " if metric.better == "lower" else ""
    return f"{sign}{plain(line.target.amount)} {metric.unit_en if records.language == 'en' else metric.unit}"


def _trace(records: Records, count: int) -> Trace:
    return Trace("targets", records.unit.slug, _("目标"), str(records.period.start.year), count)
