"""An assessment in words: grades, reasons, findings, bands, as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity import library
from safecommunity.assessment.models import Assessment, Grade
from safecommunity.core.consistency import Finding
from safecommunity.core.schemes import (
    Band,
    Bonus,
    Deduct,
    Element,
    Evidence,
    Indicator,
    Parts,
    Proportion,
    Rule,
    Scheme,
    Steps,
    Veto,
    YesNo,
)
from safecommunity.core.scoring import Mark, Outcome, points
from safecommunity.core.suggestions import NO_RECORDS, Facts, Reason, Suggestion
from safecommunity.units.models import Unit
from safecommunity.web.components.words import language, local

REASONS = {
    "papers-all": gettext_lazy("要求的 %(asked)s 类材料都有"),
    "papers": gettext_lazy("要求 %(asked)s 类材料，有 %(found)s 类，缺：%(missing)s"),
    "records": gettext_lazy("记录 %(found)s 条，到目前应有 %(asked)s 条"),
    "records-cited": gettext_lazy("记录或引用的佐证 %(found)s 件"),
    "records-few": gettext_lazy("%(label)s只有 %(found)s 条，应有 %(asked)s 条"),
    "records-old": gettext_lazy("最近 %(days)s 天没有新的记录，降一级"),
    "spread": gettext_lazy("分布在 %(found)s 个月，到目前应分布在 %(asked)s 个月"),
    "no-metric": gettext_lazy("没有衡量效果的指标，按痕迹给出，最高为 %(most)s"),
    "metric-unknown": gettext_lazy("指标“%(metric)s”还没有数据"),
    "metric-met": gettext_lazy("%(metric)s为 %(value)s，达到%(bound)s"),
    "metric-missed": gettext_lazy("%(metric)s为 %(value)s，没有达到%(bound)s"),
    "metric-value": gettext_lazy("%(metric)s为 %(value)s"),
    "fault": gettext_lazy("%(fault)s：查到 %(found)s 次"),
    "fault-by-hand": gettext_lazy("%(fault)s：由检查人现场填写，暂按 0 次"),
    "by-hand": gettext_lazy("没有可以判断的数据，请人工确认"),
}
FINDINGS = {
    "vetoed": (gettext_lazy("发生了一票否决的情形"), "veto"),
    "zero": (gettext_lazy("零分项，整个评定因此不通过"), "zero-item"),
    "without-evidence": (gettext_lazy("给了分，但要求的材料一件也没有"), "missing"),
    "evidence-too-old": (gettext_lazy("佐证都早于评定年度"), "late"),
    "presence-below-trace": (gettext_lazy("“有无”为最低等级，其他部分却高于它"), "invalid"),
    "metric-contradicts": (gettext_lazy("给了满分，但指标没有达到要求"), "invalid"),
    "certificates-expired": (gettext_lazy("作为佐证的证照已经过期"), "expired"),
    "above-suggestion": (gettext_lazy("高于系统建议，但没有写理由"), "remark"),
    "not-assessed": (gettext_lazy("还没有人确认"), "todo"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A mark as the tree shows it: (short label, answer, title) for each question, and its points."""

    cells: tuple[tuple[str, str, str], ...]
    points: Decimal | None
    not_applicable: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of the tree."""

    item: Indicator
    text: str
    grade: Grade
    suggested: Shown | None
    confirmed: Shown | None
    counted: Decimal | None
    why: str
    is_zero: bool
    is_vetoed: bool

    @property
    def differs(self) -> bool:
        return bool(self.suggested and self.confirmed and self.suggested != self.confirmed)


@dataclass(frozen=True, slots=True)
class Branch:
    """One element with its indicators and its sums."""

    element: Element
    name: str
    lines: tuple[Line, ...]
    points: Decimal
    full: Decimal
    confirmed: int

    @property
    def open_suggestions(self) -> int:
        return sum(line.suggested is not None and line.confirmed is None for line in self.lines)


@dataclass(frozen=True, slots=True)
class Step:
    """One band and how far it is."""

    band: Band
    name: str
    meaning: str
    at_least: Decimal
    missing: Decimal
    is_blocked: bool
    is_reached: bool


def question_labels(rule: Rule) -> list[tuple[str, str]]:
    """(question, label) of a rule in the reader's language."""
    if isinstance(rule, Parts):
        return [(part.code, local(part)) for part in rule.parts]
    if isinstance(rule, Deduct):
        return [(fault.code, local(fault, "label")) for fault in rule.faults]
    return [("value", str(VALUE_LABELS[type(rule)]))]


VALUE_LABELS: dict[type, Any] = {
    Steps: gettext_lazy("数值"),
    Proportion: gettext_lazy("数值"),
    YesNo: gettext_lazy("是否达到"),
    Bonus: gettext_lazy("件数"),
    Veto: gettext_lazy("是否发生"),
}


def answer_text(rule: Rule, question: str, answer: str) -> str:
    """An answer as people read it: grade (its name where the code is a word), number, yes or no."""
    if isinstance(rule, YesNo | Veto):
        return _("是") if answer not in ("0", "") else _("否")
    if isinstance(rule, Parts) and len(answer) > 1:
        return next((local(grade) for grade in rule.grades if grade.code == answer), answer)
    return answer


def shown(item: Indicator, mark: Mark | None) -> Shown | None:
    if mark is None or not mark.is_given:
        return None
    if mark.not_applicable:
        return Shown((), None, True)
    cells = tuple(
        (label, answer_text(item.rule, question, mark.answers[question]), _title(item.rule, mark, question))
        for question, label in question_labels(item.rule)
        if question in mark.answers
    )
    return Shown(cells, points(item.rule, mark.answers))


def _title(rule: Rule, mark: Mark, question: str) -> str:
    if isinstance(rule, Parts):
        grade = next((each for each in rule.grades if each.code == mark.answers[question]), None)
        return local(grade) if grade else ""
    return ""


def branches(
    assessment: Assessment,
    rows: Mapping[str, Grade],
    suggestions: Mapping[str, Suggestion],
    outcome: Outcome,
) -> list[Branch]:
    """The indicator tree."""
    return [
        _branch(element, [_line(item, rows[item.code], suggestions, outcome) for item in element.indicators])
        for element in assessment.rules.elements
    ]


def _branch(element: Element, lines: list[Line]) -> Branch:
    return Branch(
        element=element,
        name=local(element),
        lines=tuple(lines),
        points=sum((line.counted or Decimal(0) for line in lines), Decimal(0)),
        full=element.points,
        confirmed=sum(line.confirmed is not None for line in lines),
    )


def _line(item: Indicator, grade: Grade, suggestions: Mapping[str, Suggestion], outcome: Outcome) -> Line:
    suggestion = suggestions.get(item.code)
    return Line(
        item=item,
        text=local(item, "text"),
        grade=grade,
        suggested=shown(item, Mark(suggestion.answers)) if suggestion else None,
        confirmed=shown(item, grade.mark),
        counted=outcome.scored.get(item.code),
        why=main_reason(suggestion) if suggestion else "",
        is_zero=item.code in outcome.zeros,
        is_vetoed=item.code in outcome.vetoes,
    )


def steps(outcome: Outcome) -> list[Step]:
    return [
        Step(
            band=each.band,
            name=local(each.band),
            meaning=local(each.band, "meaning"),
            at_least=each.at_least,
            missing=each.points,
            is_blocked=each.is_blocked,
            is_reached=each.points == 0 and not each.is_blocked,
        )
        for each in outcome.distances
    ]


def band_of(scheme: Scheme, code: str) -> Band:
    return next((band for band in scheme.bands if band.code == code), scheme.failing)


def verdict_state(scheme: Scheme, code: str) -> str:
    """The state whose icon and tone a band takes."""
    band = band_of(scheme, code)
    if band.is_passing:
        return "pass"
    return "fail" if band is scheme.failing else "rectify"


def ring_marks(outcome: Outcome) -> list[tuple[str, str]]:
    return [(str(each.at_least), local(each.band)) for each in outcome.distances if each.at_least]


def sentence(reason: Reason) -> str:
    """A reason in words."""
    values = dict(reason.values)
    if "metric" in values:
        values["metric"] = metric_name(str(values["metric"]))
    if "target" in values:
        bound = _("不低于 %(value)s") if values.get("side") == "at-least" else _("不高于 %(value)s")
        values["bound"] = bound % {"value": values["target"]}
    for name in ("missing", "fault", "label"):
        if name in values and language() == "en":
            values[name] = values[f"{name}_en"]
    if "missing" in values:
        values["missing"] = _("、").join(values["missing"])  # type: ignore[arg-type]
    return str(REASONS[reason.code]) % values


def metric_name(code: str) -> str:
    metric = library.metrics.get(code)
    return local(metric) if metric else code


def main_reason(suggestion: Suggestion) -> str:
    """The reason that says most in one line: what is missing first, else what was found."""
    order = ("papers", "metric-missed", "metric-unknown", "records-old", "spread", "records")
    found = {reason.code: reason for reason in reversed(suggestion.reasons)}
    code = next((code for code in order if code in found), "")
    chosen = found.get(code) or next(iter(suggestion.reasons), None)
    return sentence(chosen) if chosen else ""


def reasons_by_question(item: Indicator, suggestion: Suggestion | None) -> list[tuple[str, str, list[str]]]:
    """(label, suggested answer, sentences) for each question."""
    if suggestion is None:
        return []
    return [
        (
            label,
            answer_text(item.rule, question, suggestion.answers.get(question, "")),
            [sentence(reason) for reason in suggestion.reasons if reason.part == question],
        )
        for question, label in question_labels(item.rule)
    ]


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of paper an indicator asks for, how many there are, and where to see or add them."""

    label: str
    found: int
    asked: int
    months: int
    list_url: str
    add_url: str

    @property
    def is_enough(self) -> bool:
        return self.found >= self.asked


def papers(unit: Unit, assessment: Assessment, item: Indicator, facts: Facts) -> list[Paper]:
    return [_paper(unit, assessment, item, need, facts) for need in item.evidence]


def _paper(unit: Unit, assessment: Assessment, item: Indicator, need: Evidence, facts: Facts) -> Paper:
    if not need.ledger:
        cited = facts.cited.get(item.code, NO_RECORDS)
        url = evidence_url(unit, assessment, item.code)
        return Paper(local(need, "label"), cited.standing, need.at_least, need.months, url, url)
    records = facts.ledgers.get(need.key, NO_RECORDS)
    found = records.standing if need.standing else records.within
    return Paper(
        local(need, "label"),
        found,
        need.at_least,
        need.months,
        ledger_url(unit, need, assessment),
        f"{reverse('ledgers:add', args=[unit.slug, need.ledger])}{_preset(need)}",
    )


def _preset(need: Evidence) -> str:
    return f"?{need.field}={need.values[0]}" if need.field else ""


def ledger_url(unit: Unit, need: Evidence, assessment: Assessment) -> str:
    """The list of the very entries that were counted."""
    asked: list[tuple[str, str]] = [(f"f_{need.field}", value) for value in need.values]
    if not need.standing:
        year = assessment.year
        asked += [("from", year.start.isoformat()), ("to", year.end.isoformat())]
    query = f"?{urlencode(asked)}" if asked else ""
    return f"{reverse('ledgers:list', args=[unit.slug, need.ledger])}{query}"


def evidence_url(unit: Unit, assessment: Assessment, indicator: str) -> str:
    """The archive, at what is cited for this indicator."""
    query = urlencode({"indicator": f"{assessment.scheme}/{indicator}"})
    return f"{reverse('evidence:index', args=[unit.slug])}?{query}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Findings of one kind: (indicator code, text, note, url of the form that mends it)."""

    kind: str
    title: str
    state: str
    rows: tuple[tuple[str, str, str, str], ...]


def problems(unit: Unit, assessment: Assessment, findings: Iterable[Finding]) -> list[Problem]:
    """Findings grouped by kind, in the order of the checks."""
    grouped: dict[str, list[tuple[str, str, str, str]]] = {}
    for finding in findings:
        item = assessment.rules.indicators[finding.indicator]
        row = (finding.indicator, local(item, "text"), _note(finding), _mend_url(unit, assessment, finding))
        grouped.setdefault(finding.kind, []).append(row)
    return [
        Problem(kind, str(FINDINGS[kind][0]), FINDINGS[kind][1], tuple(rows))
        for kind, rows in grouped.items()
    ]


def _note(finding: Finding) -> str:
    if finding.kind == "metric-contradicts":
        return metric_name(finding.subject)
    if finding.subject:
        name = local(library.ledgers[finding.subject])
        return _("%(ledger)s，%(count)s 条") % {"ledger": name, "count": finding.count}
    return ""


def _mend_url(unit: Unit, assessment: Assessment, finding: Finding) -> str:
    if finding.kind == "certificates-expired":
        return f"{reverse('ledgers:list', args=[unit.slug, finding.subject])}?show=expired"
    if finding.kind == "evidence-too-old":
        return reverse("ledgers:add", args=[unit.slug, finding.subject])
    return reverse("assessment:indicator", args=[unit.slug, assessment.pk, finding.indicator])


def light(scheme: Scheme, cell: list[Any] | None) -> tuple[str, str]:
    """State and text of one element on the overview: good when its share reaches the passing share."""
    if not cell:
        return "none", ""
    earned, full, stopped = Decimal(cell[0]), Decimal(cell[1]), cell[2]
    if stopped:
        return "poor", f"{earned:f}"
    if not full:
        return "none", ""
    pass_share = scheme.bands[0].at_least / scheme.points if scheme.points else Decimal(1)
    share = earned / full
    return ("good" if share >= pass_share else "part" if share >= pass_share / 2 else "poor"), f"{earned:f}"


def due_state(due: date, state: str, today: date) -> str:
    return "overdue" if state in ("todo", "doing") and due < today else state
