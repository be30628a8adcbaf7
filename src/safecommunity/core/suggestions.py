"""What grade the records themselves suggest for an indicator, and why.

`suggest` looks at plain facts (what was recorded, cited and measured) and returns answers with reasons. A
reason is a code and values, never a sentence, so that pages can say it in any language. Thresholds come
from the scheme file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from .schemes import (
    Bonus,
    Deduct,
    Evidence,
    Fault,
    Grade,
    Indicator,
    Part,
    Parts,
    Proportion,
    Scheme,
    Steps,
    Target,
    Veto,
)
from .scoring import Mark

ONE = Decimal(1)
ZERO = Decimal(0)
Value: TypeAlias = str | int | list[str]


@dataclass(frozen=True, slots=True)
class Records:
    """The entries of one ledger: all that stand, those of the period by month ("2026-03"), the latest."""

    standing: int = 0
    months: Mapping[str, int] = field(default_factory=dict)
    latest: dt.date | None = None

    @property
    def within(self) -> int:
        return sum(self.months.values())


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about one unit in one period.

    `ledgers`: key of an `Evidence` → Records; `cited`: indicator code → Records cited by hand;
    `metrics`: metric code → value in the metric's own unit; `months`: months of the period begun.
    """

    today: dt.date
    months: int
    ledgers: Mapping[str, Records]
    cited: Mapping[str, Records]
    metrics: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a part got its grade. `code` names the sentence, `values` fill it."""

    code: str
    part: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Suggested answers; empty when the facts say nothing about this indicator."""

    answers: Mapping[str, str]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Basis:
    """How much of what is asked was found, as a share of 1, and why. `share` None: nothing measures it."""

    share: Decimal | None
    reasons: tuple[Reason, ...]
    is_old: bool = False


NO_RECORDS = Records()


def suggest_all(scheme: Scheme, facts: Facts) -> dict[str, Suggestion]:
    return {code: suggest(scheme, indicator, facts) for code, indicator in scheme.indicators.items()}


def marks(suggestions: Mapping[str, Suggestion]) -> dict[str, Mark]:
    """Suggestions as marks, to be scored: what the verdict would be if all were confirmed."""
    return {code: Mark(each.answers) for code, each in suggestions.items() if each.answers}


def suggest(scheme: Scheme, indicator: Indicator, facts: Facts) -> Suggestion:
    """The answers the facts suggest for one indicator, with their reasons."""
    rule = indicator.rule
    if isinstance(rule, Parts):
        return _graded(scheme, indicator, rule, facts)
    if isinstance(rule, Steps | Proportion):
        return _measured(rule, facts)
    if isinstance(rule, Deduct):
        return _deducted(rule, facts)
    if isinstance(rule, Veto):
        return _vetoed(indicator, facts)
    if isinstance(rule, Bonus):
        return _counted(indicator, facts)
    return _decided(indicator, facts)


def _graded(scheme: Scheme, indicator: Indicator, rule: Parts, facts: Facts) -> Suggestion:
    bases = {
        "papers": _papers(indicator, facts),
        "records": _records(scheme, indicator, facts),
        "metrics": _metrics(indicator.metrics, facts),
    }
    worst = rule.grades[-1].code
    if bases["papers"].share == 0:
        answers = {part.code: worst for part in rule.parts}
        reasons = [_for_part(rule, "papers", reason) for reason in bases["papers"].reasons]
        return Suggestion(answers, tuple(reasons))
    answers = {}
    reasons = []
    for part in rule.parts:
        answers[part.code], found = _grade(scheme, rule, part, bases)
        reasons += found
    return Suggestion(answers, tuple(reasons))


def _grade(scheme: Scheme, rule: Parts, part: Part, bases: Mapping[str, _Basis]) -> tuple[str, list[Reason]]:
    basis = bases[part.basis]
    reasons = [Reason(each.code, part.code, each.values) for each in basis.reasons]
    if basis.share is None:
        share = bases["records"].share or ZERO
        grade = _worse(rule.grades, _reached(rule.grades, part, share), scheme.effect_without_metric)
        return grade, [*reasons, Reason("no-metric", part.code, {"most": scheme.effect_without_metric})]
    grade = _reached(rule.grades, part, basis.share)
    if basis.is_old:
        grade = _lower(rule.grades, grade)
    return grade, reasons


def _reached(grades: Sequence[Grade], part: Part, share: Decimal) -> str:
    return next((code for code, least in part.thresholds if share >= least), grades[-1].code)


def _lower(grades: Sequence[Grade], grade: str) -> str:
    """One grade down, but never to the last: something was found."""
    codes = [each.code for each in grades]
    return codes[max(min(codes.index(grade) + 1, len(codes) - 2), codes.index(grade))]


def _worse(grades: Sequence[Grade], one: str, other: str) -> str:
    codes = [each.code for each in grades]
    return max(one, other or one, key=codes.index)


def _for_part(rule: Parts, basis: str, reason: Reason) -> Reason:
    part = next((each.code for each in rule.parts if each.basis == basis), rule.parts[0].code)
    return Reason(reason.code, part, reason.values)


def _papers(indicator: Indicator, facts: Facts) -> _Basis:
    """Share of the papers asked for that were found; a file cited by hand stands in for one missing paper."""
    cited = facts.cited.get(indicator.code, NO_RECORDS).standing
    missing = [need for need in indicator.evidence if not is_found(need, facts)]
    spare = cited if indicator.evidence else min(cited, 1)
    asked = max(len(indicator.evidence), 1)
    found = min(len(indicator.evidence) - len(missing) + spare, asked)
    values: dict[str, Value] = {"found": found, "asked": asked, "cited": cited}
    if missing and found < asked:
        values |= {
            "missing": [need.label for need in missing],
            "missing_en": [need.label_en for need in missing],
        }
    code = "papers" if found < asked else "papers-all"
    return _Basis(Decimal(found) / asked, (Reason(code, "", values),))


def is_found(need: Evidence, facts: Facts) -> bool:
    return bool(need.ledger) and _count(need, facts) > 0


def _count(need: Evidence, facts: Facts) -> int:
    records = facts.ledgers.get(need.key, NO_RECORDS)
    return records.standing if need.standing else records.within


def _records(scheme: Scheme, indicator: Indicator, facts: Facts) -> _Basis:
    """Number of records against the number asked, months covered against months asked; the smaller counts."""
    needs = [need for need in indicator.evidence if need.ledger]
    cited = facts.cited.get(indicator.code, NO_RECORDS)
    if not needs:
        number = min(Decimal(cited.standing) / max(len(indicator.evidence), 1), ONE)
        reason = Reason("records-cited", "", {"found": cited.standing})
        return _Basis(number, (reason,), _is_old(scheme, [cited], facts))
    number = _mean(_number_share(need, cited, facts) for need in needs)
    spread = _mean(_spread_share(need, cited, facts) for need in needs)
    found = sum(_count(need, facts) for need in needs)
    reasons = [
        Reason("records", "", {"found": found, "asked": sum(_asked(need, facts) for need in needs)}),
        *_spread_reasons(needs, cited, facts),
    ]
    dated = [need for need in needs if not need.standing]
    sources = [facts.ledgers.get(need.key, NO_RECORDS) for need in dated]
    is_old = bool(dated) and _is_old(scheme, [*sources, cited], facts)
    if is_old:
        reasons.append(Reason("records-old", "", {"days": scheme.recent_days}))
    return _Basis(min(number, spread), tuple(reasons), is_old)


def _asked(need: Evidence, facts: Facts) -> int:
    """How many records are due by now: what a year asks for, in proportion to the months begun."""
    if need.standing or not need.months:
        return need.at_least
    return max(1, -(-need.at_least * facts.months // 12))


def _number_share(need: Evidence, cited: Records, facts: Facts) -> Decimal:
    found = _count(need, facts) or min(cited.standing, 1)
    return min(Decimal(found) / max(_asked(need, facts), 1), ONE)


def _spread_share(need: Evidence, cited: Records, facts: Facts) -> Decimal:
    due = _months_due(need, facts)
    if not due:
        return ONE
    covered = facts.ledgers.get(need.key, NO_RECORDS).months.keys() | cited.months.keys()
    return min(Decimal(len(covered)) / due, ONE)


def _months_due(need: Evidence, facts: Facts) -> int:
    if need.standing or not need.months:
        return 0
    return max(1, need.months * facts.months // 12)


def _spread_reasons(needs: Iterable[Evidence], cited: Records, facts: Facts) -> list[Reason]:
    dated = [(need, _months_due(need, facts)) for need in needs]
    asked = max((due for _, due in dated), default=0)
    if not asked:
        return []
    covered = set(cited.months).union(
        *(facts.ledgers.get(need.key, NO_RECORDS).months for need, due in dated if due)
    )
    return [Reason("spread", "", {"found": len(covered), "asked": asked})]


def _is_old(scheme: Scheme, sources: Iterable[Records], facts: Facts) -> bool:
    latest = max((each.latest for each in sources if each.latest), default=None)
    return latest is not None and (facts.today - latest).days > scheme.recent_days


def _metrics(targets: Sequence[Target], facts: Facts) -> _Basis:
    """Share of the metrics that reach their targets; a metric without a value reaches nothing."""
    if not targets:
        return _Basis(None, ())
    reasons = []
    met = 0
    for target in targets:
        value = facts.metrics.get(target.metric)
        is_met = value is not None and target.is_met(value)
        met += is_met
        reasons.append(_metric_reason(target, value, is_met))
    return _Basis(Decimal(met) / len(targets), tuple(reasons))


def _metric_reason(target: Target, value: Decimal | None, is_met: bool) -> Reason:
    bound = target.at_least if target.at_least is not None else target.at_most
    values: dict[str, Value] = {
        "metric": target.metric,
        "target": str(bound),
        "side": "at-least" if target.at_least is not None else "at-most",
    }
    if value is None:
        return Reason("metric-unknown", "", values)
    return Reason("metric-met" if is_met else "metric-missed", "", {**values, "value": _plain(value)})


def _measured(rule: Steps | Proportion, facts: Facts) -> Suggestion:
    value = facts.metrics.get(rule.metric)
    if not rule.metric or value is None:
        return Suggestion({}, (Reason("metric-unknown", "value", {"metric": rule.metric}),))
    reason = Reason("metric-value", "value", {"metric": rule.metric, "value": _plain(value)})
    return Suggestion({"value": _plain(value)}, (reason,))


def _deducted(rule: Deduct, facts: Facts) -> Suggestion:
    """Counts the faults that records can show; those only seen on site are suggested as none."""
    answers = {}
    reasons = []
    for fault in rule.faults:
        count = _fault_count(fault, facts)
        answers[fault.code] = str(count or 0)
        values: dict[str, Value] = {"fault": fault.label, "fault_en": fault.label_en, "found": count or 0}
        reasons.append(Reason("fault-by-hand" if count is None else "fault", fault.code, values))
    return Suggestion(answers, tuple(reasons))


def _fault_count(fault: Fault, facts: Facts) -> int | None:
    if fault.metric:
        value = facts.metrics.get(fault.metric)
        return None if value is None else int(value)
    if fault.ledger:
        return 0 if facts.ledgers.get(fault.ledger, NO_RECORDS).standing else 1
    return None


def _vetoed(indicator: Indicator, facts: Facts) -> Suggestion:
    basis = _metrics(indicator.metrics, facts)
    if basis.share is None or any(reason.code == "metric-unknown" for reason in basis.reasons):
        return Suggestion({}, (*basis.reasons, Reason("by-hand", "value", {})))
    return Suggestion({"value": "0" if basis.share == 1 else "1"}, basis.reasons)


def _counted(indicator: Indicator, facts: Facts) -> Suggestion:
    found = sum(_count(need, facts) for need in indicator.evidence if need.ledger)
    found = found or facts.cited.get(indicator.code, NO_RECORDS).standing
    return Suggestion({"value": str(found)}, (Reason("records-cited", "value", {"found": found}),))


def _decided(indicator: Indicator, facts: Facts) -> Suggestion:
    """Yes when all papers are there in number and all metrics reach their targets."""
    papers = _papers(indicator, facts)
    metrics = _metrics(indicator.metrics, facts)
    cited = facts.cited.get(indicator.code, NO_RECORDS)
    short = [
        Reason(
            "records-few",
            "value",
            {
                "label": need.label,
                "label_en": need.label_en,
                "found": _count(need, facts),
                "asked": _asked(need, facts),
            },
        )
        for need in indicator.evidence
        if need.ledger and 0 < _count(need, facts) < _asked(need, facts) and not cited.standing
    ]
    is_yes = papers.share == 1 and not short and metrics.share in (None, ONE)
    reasons = (*papers.reasons, *metrics.reasons, *short)
    return Suggestion(
        {"value": "1" if is_yes else "0"}, tuple(Reason(each.code, "value", each.values) for each in reasons)
    )


def _mean(shares: Iterable[Decimal]) -> Decimal:
    found = list(shares)
    return sum(found, ZERO) / len(found) if found else ZERO


def _plain(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"
