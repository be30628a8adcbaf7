"""Blocks about the open risks of a unit: the register by grade, the notice board, the counts."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.utils.translation import gettext as _

from safecommunity.core.papers import Column, Trace
from safecommunity.core.reports import Call, Scope
from safecommunity.library import codes
from safecommunity.reports.blocks.registry import MOST_ROWS, Made, block, rest, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.values import plain
from safecommunity.risks import queries
from safecommunity.risks.models import Evaluation

ON_BOARD = ("major", "larger")


@block("risks.counts")
def counts(records: Records, call: Call, scope: Scope) -> Made:
    """How many open points have each grade on the last day of the period, and who controls that grade."""
    found = Counter(dict(queries.graded_counts(queries.standing(records.unit, _day(records)))))
    rows = [
        (records.named(one), records.say(queries.level(grade)), plain(found[grade]))
        for grade, one in codes["risk-grades"].items()
    ]
    columns = [Column(_("风险等级"), 1), Column(_("管控层级"), 3), Column(_("数量（处）"), 1, "right")]
    return table(_("风险分级情况"), columns, rows if found else [], _trace(records, found.total()))


@block("risks.register")
def register(records: Records, call: Call, scope: Scope) -> Made:
    """Every open point, the highest grades first, with its controls and who is responsible."""
    columns = [
        Column(_("编号"), 1),
        Column(_("风险点"), 1.6),
        Column(_("位置"), 1.6),
        Column(_("可能发生的事故"), 1.3),
        Column(_("评价值"), 1),
        Column(_("控制前"), 0.7),
        Column(_("风险等级"), 0.8),
        Column(_("管控措施"), 3.2),
        Column(_("管控层级"), 1.3),
        Column(_("责任部门和责任人"), 1.5),
        Column(_("复评期限"), 1.1),
    ]
    rows = _standing(records, tuple(codes["risk-grades"]))
    listed = [_line(records, one) for one in rows[:MOST_ROWS]]
    made = table(_("风险分级管控清单"), columns, listed, _trace(records, len(rows)))
    return (*made, *rest(len(rows), MOST_ROWS))


@block("risks.board")
def board(records: Records, call: Call, scope: Scope) -> Made:
    """The major and larger risks as a notice board names them."""
    columns = [
        Column(_("风险等级"), 0.8),
        Column(_("风险点"), 1.5),
        Column(_("位置"), 1.5),
        Column(_("可能发生的事故"), 1.2),
        Column(_("管控和应急措施"), 3.4),
        Column(_("责任人"), 1),
    ]
    rows = _standing(records, ON_BOARD)
    listed = [
        (
            records.named(codes["risk-grades"][one.grade]), one.point.name, one.point.address,
            _events(records, one), "；".join(one.controls.values()) or _("尚未落实"), one.point.responsible,
        )
        for one in rows[:MOST_ROWS]
    ]  # fmt: skip
    made = table(_("重大和较大风险"), columns, listed, _trace(records, len(rows)))
    return (*made, *rest(len(rows), MOST_ROWS))


def _standing(records: Records, grades: tuple[str, ...]) -> list[Evaluation]:
    day = _day(records)
    return [one for grade in grades for one in queries.of_grade(records.unit, day, grade)]


def _line(records: Records, one: Evaluation) -> tuple[str, ...]:
    grades, kinds = codes["risk-grades"], codes["risk-controls"]
    controls = (f"{records.named(kinds[code])}：{text}" for code, text in one.controls_in_order)
    review = one.point.review_date
    return (
        one.point.code, one.point.name, one.point.address, _events(records, one),
        f"{queries.method_of(one).symbol} {plain(one.after_product)}",
        records.named(grades[one.before_grade]), records.named(grades[one.grade]),
        "；".join(controls) or _("尚未落实"), records.say(queries.level(one.grade)),
        f"{one.point.organ} {one.point.responsible}", review.isoformat() if review else "",
    )  # fmt: skip


def _events(records: Records, one: Evaluation) -> str:
    return "、".join(records.named(codes["risk-events"][code]) for code in one.point.events)


def _day(records: Records) -> date:
    return min(records.period.end, records.today)


def _trace(records: Records, count: int) -> Trace:
    return Trace("page", "risks:index", _("风险点"), records.period.code, count)
