"""A risk point."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core.messages import Words
from safecommunity.core.papers import Column, Trace
from safecommunity.core.reports import Call, Value
from safecommunity.library import codes
from safecommunity.reports.blocks.registry import Made, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.subjects.registry import subject
from safecommunity.reports.values import day, plain
from safecommunity.risks import queries
from safecommunity.risks.models import Evaluation, RiskPoint
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission


@subject(
    "risk-point",
    name=gettext_lazy("风险点"),
    permission=Permission.RISK_VIEW,
    page=lambda row: ("risks:detail", (row.uuid,)),
)
def risk_point(unit: Unit, uid: UUID) -> RiskPoint | None:
    return queries.point(unit, uid)


def _trace(row: RiskPoint) -> Trace:
    return risk_point.trace(row, f"{row.code} {row.name}")


def _text(row: RiskPoint, text: str) -> Value:
    return Value(text, _trace(row))


def _day(row: RiskPoint, records: Records, value: date | None) -> Value:
    return _text(row, day(value, records.language) if value else "")


risk_point.value("name")(lambda row, records: _text(row, row.name))
risk_point.value("number")(lambda row, records: _text(row, row.code))
risk_point.value("place")(lambda row, records: _text(row, f"{row.address}{row.building}"))
risk_point.value("organ")(lambda row, records: _text(row, row.organ))
risk_point.value("responsible")(lambda row, records: _text(row, row.responsible))
risk_point.value("evaluated")(lambda row, records: _day(row, records, row.evaluated_date))
risk_point.value("review")(lambda row, records: _day(row, records, row.review_date))


@risk_point.value("grade")
def grade(row: RiskPoint, records: Records) -> Value:
    return _text(row, records.named(codes["risk-grades"][row.grade]) if row.grade else "")


@risk_point.value("colour")
def colour(row: RiskPoint, records: Records) -> Value:
    return _text(row, records.say(COLOURS[queries.colour(row.grade)]) if row.grade else "")


@risk_point.value("level")
def level(row: RiskPoint, records: Records) -> Value:
    return _text(row, records.say(queries.level(row.grade)) if row.grade else "")


@risk_point.value("events")
def events(row: RiskPoint, records: Records) -> Value:
    return _text(row, "、".join(records.named(codes["risk-events"][code]) for code in row.events))


@risk_point.part("dangers")
def dangers(row: RiskPoint, records: Records, call: Call) -> Made:
    """What may happen, why, to whom, when."""
    groups = "、".join(records.named(codes["vulnerable-kinds"][code]) for code in row.groups)
    people = "" if row.people is None else plain(row.people)
    shown = [
        (_("部位或作业内容"), row.activity),
        (_("可能发生的事故"), events(row, records).text),
        (_("危险有害因素"), row.causes),
        (_("受影响人员"), row.exposed),
        (_("受影响人数"), people),
        (_("涉及的高危人群"), groups),
        (_("高发时段"), row.times),
    ]
    return _facts(row, _("危险有害因素"), [(word, text) for word, text in shown if text])


@risk_point.part("controls")
def controls(row: RiskPoint, records: Records, call: Call) -> Made:
    """What is done against it, without the response to an emergency."""
    held, kinds = queries.evaluations(row).first(), codes["risk-controls"]
    given = held.controls_in_order if held else ()
    rows = [(records.named(kinds[code]), text) for code, text in given if code != "emergency"]
    return _facts(row, _("管控措施"), rows)


@risk_point.part("emergency")
def emergency(row: RiskPoint, records: Records, call: Call) -> Made:
    """What to do when it happens: the steps, one a line."""
    held = queries.evaluations(row).first()
    steps = held.controls.get("emergency", "").splitlines() if held else []
    rows = [(str(number), step) for number, step in enumerate(filter(None, map(str.strip, steps)), 1)]
    return table(_("应急处置"), [Column(_("步骤"), 0.6), Column(_("做什么"), 5)], rows, _trace(row))


@risk_point.part("evaluations")
def evaluations(row: RiskPoint, records: Records, call: Call) -> Made:
    """Every evaluation with its figures before and after the controls."""
    columns = [
        Column(_("评价日期"), 1.2),
        Column(_("方法"), 1.6),
        Column(_("控制前"), 1.8),
        Column(_("控制后"), 1.8),
        Column(_("风险等级"), 1),
    ]
    rows = [
        (
            one.on_date.isoformat(),
            records.say(queries.method_of(one).name),
            _sum(one, "before"),
            _sum(one, "after"),
            records.named(codes["risk-grades"][one.grade]),
        )
        for one in queries.evaluations(row)
    ]
    return table(_("风险评价"), columns, rows, _trace(row))


@risk_point.part("signs")
def signs(row: RiskPoint, records: Records, call: Call) -> Made:
    """The safety signs set up for it."""
    kinds = codes["sign-kinds"]
    rows = [
        (sign.data["number"], records.named(kinds[sign.data["kind"]]), sign.data["content"])
        for sign in queries.signs(row)
    ]
    columns = [Column(_("编号"), 1.4), Column(_("种类"), 1.4), Column(_("内容"), 2.4)]
    return table(_("安全标识"), columns, rows, _trace(row))


COLOURS = {
    "red": Words("红色", "red"), "orange": Words("橙色", "orange"), "yellow": Words("黄色", "yellow"),
    "blue": Words("蓝色", "blue"),
}  # fmt: skip


def _facts(row: RiskPoint, title: str, rows: list[tuple[str, str]]) -> Made:
    return table(title, [Column(_("项目"), 1.4), Column(_("内容"), 4)], rows, _trace(row))


def _sum(one: Evaluation, when: str) -> str:
    """`D = 3 × 6 × 15 = 270`."""
    method = queries.method_of(one)
    chosen = queries.chosen_values(method, getattr(one, when))
    figures = " × ".join(str(value) for _factor, value in chosen)
    return f"{method.symbol} = {figures} = {plain(getattr(one, f'{when}_product'))}"
