"""Blocks about injuries and accidents: counts that hide the small ones, findings, what was made of them.

Restricted cards are in none of them: a paper is read by more people than the cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from safecommunity.core.papers import Column, Note, Paragraph, Run, Trace
from safecommunity.core.privacy import small_count, suppressed
from safecommunity.core.reports import Call, Scope
from safecommunity.library import codes
from safecommunity.reports.blocks.registry import MOST_ROWS, Made, block, kind, rest, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.values import plain
from safecommunity.surveillance import queries, wording

MOST_FINDINGS = 10
SUMMED = ("deaths", "serious", "slight")


@block("injuries.sentence")
def sentence(records: Records, call: Call, scope: Scope) -> Made:
    """How many cards there are, and how many of them were severe, admitted, dead."""
    rows = queries.open_cases(records.unit, _ask(records)).order_by()
    total = rows.count()
    parts = [
        rows.filter(severity="severe").count(),
        rows.filter(outcome__in=["admitted", "transferred"]).count(),
        rows.filter(outcome="died").count(),
    ]
    if not total:
        return ()
    severe, admitted, died = map(small_count, parts)
    said = {"total": total, "severe": severe, "admitted": admitted, "died": died}
    text = (
        _("登记伤害 %(total)s 起，其中重度 %(severe)s 起，住院或转院 %(admitted)s 起，死亡 %(died)s 人。")
        % said
    )
    return (Paragraph((Run(text, "injuries.sentence", _trace(records, total)),)),)


@kind("injuries")
def counted(records: Records, call: Call, scope: Scope) -> Made:
    """Cards by the values of a counted field, or by month; counts of one to four are hidden."""
    by_month = call.argument == "month"
    rows = queries.open_cases(records.unit, _ask(records)).order_by()
    if by_month:
        rows = rows.annotate(month=TruncMonth("injured_date"))
    found = dict(rows.values_list(call.argument).annotate(n=Count("id")))
    order = sorted(found, key=lambda one: one if by_month else (-found[one], one))
    total = sum(found.values())
    told = suppressed([found[one] for one in order])
    listed = [
        (_label(call.argument, one), text, f"{found[one] / total:.0%}" if text.isdecimal() else "—")
        for one, text in zip(order, told, strict=True)
    ]
    heads = Column(_labels()[call.argument], 3), Column(_("起数"), 1, "right"), Column(_("占比"), 1, "right")
    title = _("按%(what)s") % {"what": _labels()[call.argument]}
    return table(title, heads, listed, _trace(records, total))


@kind("findings")
def raised(records: Records, call: Call, scope: Scope) -> Made:
    """The findings of a kind, each a sentence, with their figures below."""
    found = records.findings
    rows = [one for one in found.rows if call.argument in one.kinds]
    if not rows:
        return ()
    areas, shown = queries.areas(records.unit), rows[:MOST_FINDINGS]
    trace = Trace(
        "page", "injuries:findings", wording.kind(call.argument), records.period.code, len(rows),
        since=found.first.isoformat(), until=found.last.isoformat(),
    )  # fmt: skip
    said = [
        Paragraph((Run(wording.finding(one, areas) + wording.rate(one), "findings", trace),)) for one in shown
    ]
    columns = [
        Column(_("高在哪里"), 3), Column(_("起数"), 0.8, "right"),
        Column(_("与其余一样时应有"), 1.2, "right"),
        Column(_("倍数"), 0.8, "right"), Column(_("大致范围"), 1.2, "right"), Column(_("多出"), 0.8, "right"),
    ]  # fmt: skip
    lines = [
        (
            wording.named(one.key, areas), str(one.count), wording.number(one.expected),
            wording.times(one.ratio), f"{wording.times(one.lower)}—{wording.times(one.upper)}",
            wording.number(one.excess),
        )
        for one in shown
    ]  # fmt: skip
    made = table(wording.kind(call.argument), columns, lines, trace)
    return (*said, *made, *rest(len(rows), MOST_FINDINGS))


@block("injuries.method")
def method(records: Records, call: Call, scope: Scope) -> Made:
    """What was looked for, how, and what it cannot tell."""
    texts = (wording.about(records.findings), wording.basis(records.findings))
    said = (Paragraph((Run(text),)) for text in texts)
    return (*said, Note(wording.method()), Note(wording.limits()))


@block("injuries.followed")
def followed(records: Records, call: Call, scope: Scope) -> Made:
    """What was taken up in the period and what was made of it."""
    first, last = records.span
    rows = queries.leads(records.unit).filter(created_at__date__gte=first, created_at__date__lte=last)
    shown = list(rows[:MOST_ROWS])
    made = queries.followed_of(records.unit, shown)
    listed = [
        (one.title, one.created_at.date().isoformat(), "、".join(made.get(one.pk, ())) or "—")
        for one in shown
    ]
    columns = [Column(_("由来"), 3), Column(_("日期"), 1.2), Column(_("据此做了什么"), 4)]
    trace = Trace("page", "injuries:findings", _("已经着手的"), records.period.code, len(listed))
    return (*table(_("已经着手的"), columns, listed, trace), *rest(rows.count(), MOST_ROWS))


@block("accidents.counts")
def accidents(records: Records, call: Call, scope: Scope) -> Made:
    """Accidents by class with the dead, the injured and the loss."""
    first, last = records.span
    rows = queries.accidents(records.unit).filter(happened_at__date__gte=first, happened_at__date__lte=last)
    sums: dict[str, list[float]] = {}
    for kind_code, data in rows.order_by().values_list("kind", "data"):
        line = sums.setdefault(kind_code, [0.0] * (len(SUMMED) + 2))
        line[0] += 1
        for place, name in enumerate(SUMMED, start=1):
            line[place] += data.get(name) or 0
        line[-1] += float(data.get("loss") or 0)
    kinds = codes["accident-classes"]
    listed = [
        (records.named(one), *(plain(value) for value in sums[code]))
        for code, one in kinds.items()
        if code in sums
    ]
    columns = [
        Column(_("类别"), 2), Column(_("起数"), 1, "right"), Column(_("死亡"), 1, "right"),
        Column(_("重伤"), 1, "right"), Column(_("轻伤"), 1, "right"),
        Column(_("直接经济损失（元）"), 1.6, "right"),
    ]  # fmt: skip
    trace = Trace("page", "accidents:index", _("事故事件"), records.period.code, rows.count())
    return table(_("事故事件"), columns, listed, trace)


def _ask(records: Records) -> queries.Ask:
    return queries.Ask().between(*records.span)


def _label(name: str, value: object) -> str:
    return f"{value:%Y-%m}" if isinstance(value, date) else wording.word(name, str(value))


def _labels() -> Mapping[str, str]:
    return {
        "cause": _("伤害原因"), "place": _("发生地点"), "activity": _("活动"), "band": _("年龄组"),
        "sex": _("性别"), "severity": _("严重程度"), "outcome": _("结局"), "source": _("信息来源"),
        "month": _("月份"),
    }  # fmt: skip


def _trace(records: Records, count: int) -> Trace:
    first, last = records.span
    return Trace(
        "page", "injuries:index", _("伤害卡"), records.period.code, count, since=first.isoformat(),
        until=last.isoformat(),
    )  # fmt: skip
