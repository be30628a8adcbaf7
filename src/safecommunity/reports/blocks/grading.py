"""Blocks about the assessment: points, grades, what loses points, what is planned."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from safecommunity.core.papers import Column, Paragraph, Run, Trace
from safecommunity.core.reports import Call, Scope
from safecommunity.core.schemes import Indicator, Parts
from safecommunity.reports.blocks.registry import Made, block, chart, table
from safecommunity.reports.gathering import Graded, Records
from safecommunity.reports.values import plain

WEAKEST = 15


def _assessment_trace(records: Records, count: int = 0) -> Trace:
    assessment = records.assessment
    code, what = (str(assessment.pk), assessment.title) if assessment else ("", "")
    return Trace("assessment", code, what, records.period.code, count)


def standing(records: Records, item: Graded) -> str:
    """The answer in short: 有无A 痕迹B 效果C, a number, or that it does not apply."""
    if item.mark.not_applicable:
        return _("不适用")
    if not item.mark.is_given:
        return _("未评")
    rule = item.indicator.rule
    if isinstance(rule, Parts):
        return " ".join(
            f"{records.named(part)}{item.mark.answers.get(part.code, '—')}" for part in rule.parts
        )
    return " ".join(item.mark.answers.values())


def short(records: Records, item: Graded) -> str:
    """`standing` for a narrow column, whose head says which parts there are: A / B / C."""
    rule = item.indicator.rule
    if not isinstance(rule, Parts) or item.mark.not_applicable or not item.mark.is_given:
        return standing(records, item)
    return " / ".join(item.mark.answers.get(part.code, "—") for part in rule.parts)


def grades_head(records: Records) -> str:
    """The head of that column: the parts, where all indicators are graded by the same ones."""
    rules = [item.indicator.rule for item in records.graded.values()]
    parts = {rule.parts if isinstance(rule, Parts) else () for rule in rules}
    (only,) = parts if len(parts) == 1 else ((),)
    return " / ".join(records.named(part) for part in only) or _("等级")


def reason_of(item: Graded) -> str:
    said = [] if item.is_confirmed or not item.mark.is_given else [_("系统建议，尚未确认")]
    return "；".join([*said, *(text for text in (item.mark.reason, item.remark) if text)])


@block("assessment.table")
def assessment_table(records: Records, call: Call, scope: Scope) -> Made:
    columns = [
        Column(_("序号"), 0.6, "center"),
        Column(_("一级指标"), 1.6),
        Column(_("二级指标"), 4),
        Column(grades_head(records), 1.9, "center"),
        Column(_("满分"), 0.7, "right"),
        Column(_("得分"), 0.7, "right"),
        Column(_("说明"), 2),
    ]
    rows = [
        (
            code,
            records.named(records.element(item.indicator.element)),
            records.named(item.indicator, "text"),
            short(records, item),
            plain(item.indicator.points),
            plain(item.points) or "—",
            reason_of(item),
        )
        for code, item in records.graded.items()
    ]
    return table(_("逐项自评"), columns, rows, _assessment_trace(records, len(rows)))


def _by_element(records: Records) -> list[tuple[str, Decimal, Decimal, int]]:
    """(name, points, full points, zeros) of every element."""
    found = []
    for element in records.scheme.elements if records.scheme else ():
        scored = [records.graded[item.code].points for item in element.indicators]
        given = [each for each in scored if each is not None]
        zeros = sum(each == 0 for each in given)
        found.append((records.named(element), sum(given, Decimal(0)), element.points, zeros))
    return found


@block("assessment.elements")
def assessment_elements(records: Records, call: Call, scope: Scope) -> Made:
    columns = [
        Column(_("一级指标"), 4),
        Column(_("满分"), 1, "right"),
        Column(_("得分"), 1, "right"),
        Column(_("得分率"), 1, "right"),
        Column(_("零分项"), 1, "right"),
    ]
    rows = [
        (name, plain(full), plain(points), f"{points / full:.0%}" if full else "—", str(zeros))
        for name, points, full, zeros in _by_element(records)
    ]
    return table(_("各一级指标得分"), columns, rows, _assessment_trace(records))


@block("assessment.chart")
def assessment_chart(records: Records, call: Call, scope: Scope) -> Made:
    found = _by_element(records)
    if not found:
        return ()
    rows = [
        {"element": name, "points": float(points), "full": float(full)}
        for name, points, full, _zeros in found
    ]
    weakest = min(found, key=lambda row: row[1] / row[2] if row[2] else Decimal(1))
    words = _("得分率最低的是“%(name)s”，%(points)s 分，满分 %(full)s 分。") % {
        "name": weakest[0],
        "points": plain(weakest[1]),
        "full": plain(weakest[2]),
    }
    return chart("score-by-element", _("各一级指标得分"), words, rows, _assessment_trace(records))


@block("assessment.ring")
def assessment_ring(records: Records, call: Call, scope: Scope) -> Made:
    assessment = records.assessment
    if assessment is None:
        return ()
    rows = [
        {"part": "1-got", "points": float(assessment.points)},
        {"part": "2-lost", "points": float(max(assessment.full - assessment.points, Decimal(0)))},
    ]
    words = _("得 %(points)s 分，满分 %(full)s 分。") % {
        "points": plain(assessment.points),
        "full": plain(assessment.full),
    }
    return chart("score-ring", _("自评得分"), words, rows, _assessment_trace(records))


@block("assessment.weak")
def assessment_weak(records: Records, call: Call, scope: Scope) -> Made:
    columns = [
        Column(_("序号"), 0.7, "center"),
        Column(_("二级指标"), 4),
        Column(grades_head(records), 2, "center"),
        Column(_("失分"), 0.8, "right"),
    ]
    losing = sorted((item for item in records.graded.values() if item.lost), key=lambda item: -item.lost)
    rows = [
        (item.indicator.code, records.named(item.indicator, "text"), short(records, item), plain(item.lost))
        for item in losing[:WEAKEST]
    ]
    return table(_("失分较多的指标"), columns, rows, _assessment_trace(records, len(losing)))


@block("assessment.findings")
def assessment_findings(records: Records, call: Call, scope: Scope) -> Made:
    columns = [Column(_("问题"), 3), Column(_("处数"), 0.7, "right"), Column(_("评定指标"), 4)]
    found: dict[str, dict[str, None]] = {}
    for finding in records.inconsistencies:
        found.setdefault(finding.kind, {})[finding.indicator] = None
    rows = [(finding_words(kind), str(len(codes)), "、".join(codes)) for kind, codes in found.items()]
    return table(_("一致性检查"), columns, rows, _assessment_trace(records, len(records.inconsistencies)))


def finding_words(kind: str) -> str:
    """What a finding of the consistency check says, in short."""
    known = {
        "vetoed": _("发生否决事项"),
        "zero": _("零分项"),
        "without-evidence": _("已得分但没有佐证"),
        "evidence-too-old": _("佐证早于评定期间"),
        "presence-below-trace": _("“有无”低于“痕迹”或“效果”"),
        "metric-contradicts": _("统计指标未达标却得满分"),
        "certificates-expired": _("所用证照已过期"),
        "above-suggestion": _("确认等级高于系统建议"),
        "not-assessed": _("尚未评定"),
    }
    return known.get(kind, kind)


@block("plan.table")
def plan_table(records: Records, call: Call, scope: Scope) -> Made:
    columns = [
        Column(_("措施"), 4),
        Column(_("责任人"), 1.2),
        Column(_("完成期限"), 1.4, "center"),
        Column(_("可提高分值"), 1, "right"),
        Column(_("状态"), 0.9, "center"),
    ]
    rows = [
        (row.text, row.owner, row.due_date.isoformat(), plain(row.gain), row.get_state_display())
        for row in records.planned
    ]
    return table(_("下一步措施"), columns, rows, _plan_trace(records))


@block("plan.chart")
def plan_chart(records: Records, call: Call, scope: Scope) -> Made:
    assessment = records.assessment
    open_ones = [row for row in records.planned if row.state != row.State.DONE]
    if assessment is None or not open_ones:
        return ()
    reached = float(assessment.points)
    rows: list[dict[str, Any]] = [{"step": _("当前得分"), "start": 0, "end": reached, "kind": "now"}]
    for row in open_ones:
        rows.append(
            {"step": row.text[:24], "start": reached, "end": reached + float(row.gain), "kind": "gain"}
        )
        reached += float(row.gain)
    rows.append({"step": _("完成后"), "start": 0, "end": reached, "kind": "target"})
    words = _("全部措施完成后预计 %(points)s 分。") % {"points": plain(round(Decimal(reached), 2))}
    return chart("gap-waterfall", _("差距和措施"), words, rows, _plan_trace(records))


def _plan_trace(records: Records) -> Trace:
    code = str(records.assessment.pk) if records.assessment else ""
    return Trace("plan", code, _("措施任务"), records.period.code, len(records.planned))


def indicators_of(records: Records, scope: Scope) -> Sequence[Indicator]:
    return records.element(scope["element"]).indicators


@block("element.indicators")
def element_indicators(records: Records, call: Call, scope: Scope) -> Made:
    columns = [
        Column(_("序号"), 0.7, "center"),
        Column(_("二级指标"), 4),
        Column(grades_head(records), 2, "center"),
        Column(_("满分"), 0.7, "right"),
        Column(_("得分"), 0.7, "right"),
    ]
    found = [records.graded[item.code] for item in indicators_of(records, scope)]
    rows = [
        (
            item.indicator.code,
            records.named(item.indicator, "text"),
            short(records, item),
            plain(item.indicator.points),
            plain(item.points) or "—",
        )
        for item in found
    ]
    return table(_("二级指标得分"), columns, rows, _assessment_trace(records, len(rows)))


@block("indicator.statement")
def indicator_statement(records: Records, call: Call, scope: Scope) -> Made:
    item = records.graded[scope["indicator"]]
    code = str(records.assessment.pk) if records.assessment else ""
    trace = Trace("indicator", f"{code}/{item.indicator.code}", item.indicator.text, records.period.code)
    said = _("自评：%(standing)s，得 %(points)s 分，满分 %(full)s 分。") % {
        "standing": standing(records, item),
        "points": plain(item.points) or "—",
        "full": plain(item.indicator.points),
    }
    method = records.named(item.indicator, "method")
    more = [_("查证方式：%(method)s。") % {"method": method}] if method else []
    more += [f"{reason_of(item)}。"] if reason_of(item) else []
    return (Paragraph((Run(said, "indicator.points", trace), Run("".join(more)))),)
