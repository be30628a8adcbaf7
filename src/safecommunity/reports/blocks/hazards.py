"""Blocks of the statistics of hidden hazards: figures of the period, by kind, what is major and open."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.core.papers import Column, Trace
from safecommunity.core.reports import Call, Scope
from safecommunity.hazards import queries
from safecommunity.library import codes
from safecommunity.reports.blocks.registry import MOST_ROWS, Made, block, rest, table
from safecommunity.reports.gathering import Records


@block("hazards.figures")
def figures(records: Records, call: Call, scope: Scope) -> Made:
    """Found, closed, on time, repeated in the period; open, overdue, listed as of now."""
    period = records.period
    found = queries.statistics(records.unit, period.start, period.end, timezone.now())
    if not found.found and not found.open_now:
        return ()
    rows = [
        (_("发现隐患"), str(found.found)),
        (_("其中已销号"), str(found.closed)),
        (_("其中已整改"), str(found.fixed)),
        (_("其中按期整改"), str(found.on_time)),
        (_("其中反复出现"), str(found.repeated)),
        (_("现在未销号"), str(found.open_now)),
        (_("现在未销号的重大隐患"), str(found.open_major)),
        (_("现在逾期未整改"), str(found.overdue)),
        (_("现在挂牌督办"), str(found.listed)),
    ]
    columns = [Column(_("项目"), 3), Column(_("处数"), 1, "right")]
    return table(_("隐患排查治理情况"), columns, rows, _trace(records, found.found))


@block("hazards.kinds")
def kinds(records: Records, call: Call, scope: Scope) -> Made:
    """Found and closed in the period by kind."""
    period, names = records.period, codes["hazard-kinds"]
    counted = queries.counted_by(records.unit, "kind", period.start, period.end)
    rows = [
        (records.named(names[code]) if code in names else code, str(n), str(done))
        for code, n, done in counted
    ]
    columns = [
        Column(_("类型"), 3), Column(_("发现"), 1, "right"), Column(_("已销号"), 1, "right"),
    ]  # fmt: skip
    return table(_("隐患类型"), columns, rows, _trace(records, sum(n for _code, n, _done in counted)))


@block("hazards.major")
def major(records: Records, call: Call, scope: Scope) -> Made:
    """Major hazards that are open now, those due first on top."""
    asked = queries.Ask(grade="major", mark="open", sort="due")
    found = queries.found(records.unit, asked, timezone.now()).select_related("unit")
    shown = [
        (
            row.number, row.unit.name, row.place, row.text,
            timezone.localtime(row.due_at).strftime("%Y-%m-%d") if row.due_at else "—",
            row.get_state_display(),
        )
        for row in found[:MOST_ROWS]
    ]  # fmt: skip
    columns = [
        Column(_("编号"), 1), Column(_("单位"), 1.4), Column(_("地点"), 1.6), Column(_("存在问题"), 2.4),
        Column(_("整改期限"), 1.1), Column(_("状态"), 1),
    ]  # fmt: skip
    count = found.count()
    return (*table(_("未销号的重大隐患"), columns, shown, _trace(records, count)), *rest(count, MOST_ROWS))


def _trace(records: Records, count: int) -> Trace:
    return Trace("page", "hazards:statistics", _("隐患统计"), records.period.code, count)
