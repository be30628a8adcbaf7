"""What does not fit together in an assessment: each check is a small function that returns findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .schemes import Indicator, Parts, Scheme, Veto
from .scoring import ZERO, Mark, is_vetoed, points, rank
from .suggestions import NO_RECORDS, Facts, Suggestion, is_found


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` names the sentence and the form that mends it; `subject` is a ledger or a metric."""

    kind: str
    indicator: str
    count: int = 1
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What the checks look at. `expired`: ledger code → entries whose certificate has run out."""

    scheme: Scheme
    marks: Mapping[str, Mark]
    suggestions: Mapping[str, Suggestion]
    facts: Facts
    expired: Mapping[str, int] = field(default_factory=dict)


def findings(case: Case) -> list[Finding]:
    """All findings, kind by kind, each in the order of the scheme."""
    return [
        finding
        for check in CHECKS
        for indicator in case.scheme.indicators.values()
        for finding in check(case, indicator)
    ]


def _mark(case: Case, indicator: Indicator) -> Mark:
    return case.marks.get(indicator.code, Mark())


def _earns(indicator: Indicator, mark: Mark) -> bool:
    return bool(mark.answers) and indicator.is_counted and points(indicator.rule, mark.answers) > 0


def vetoed(case: Case, indicator: Indicator) -> Iterable[Finding]:
    """A veto item that happened: nothing else matters until it is dealt with."""
    if is_vetoed(indicator.rule, _mark(case, indicator).answers):
        yield Finding("vetoed", indicator.code)


def zero(case: Case, indicator: Indicator) -> Iterable[Finding]:
    """An item at zero where the scheme fails everything for it."""
    mark = _mark(case, indicator)
    if case.scheme.any_zero_fails and mark.answers and indicator.is_counted and not _earns(indicator, mark):
        yield Finding("zero", indicator.code)


def without_evidence(case: Case, indicator: Indicator) -> Iterable[Finding]:
    """Points claimed though not one paper asked for is there and nothing was cited."""
    is_shown = any(is_found(need, case.facts) for need in indicator.evidence)
    is_shown = is_shown or case.facts.cited.get(indicator.code, NO_RECORDS).standing > 0
    if _earns(indicator, _mark(case, indicator)) and indicator.evidence and not is_shown:
        yield Finding("without-evidence", indicator.code, len(indicator.evidence))


def evidence_too_old(case: Case, indicator: Indicator) -> Iterable[Finding]:
    """There are papers of the kind asked for, but none from the period assessed."""
    if not _earns(indicator, _mark(case, indicator)):
        return
    for need in indicator.evidence:
        records = case.facts.ledgers.get(need.key, NO_RECORDS)
        if need.ledger and not need.standing and records.standing and not records.within:
            yield Finding("evidence-too-old", indicator.code, records.standing, need.ledger)


def presence_below_trace(case: Case, indicator: Indicator) -> Iterable[Finding]:
    """A part graded worst while a later part of the same item is graded better."""
    rule = indicator.rule
    answers = _mark(case, indicator).answers
    if not isinstance(rule, Parts) or not answers:
        return
    ranks = [rank(rule, part.code, answers.get(part.code, "")) for part in rule.parts]
    if ranks[0] == 0 and any(each > 0 for each in ranks[1:]):
        yield Finding("presence-below-trace", indicator.code)


def metric_contradicts(case: Case, indicator: Indicator) -> Iterable[Finding]:
    """Full points claimed though a metric misses its target."""
    mark = _mark(case, indicator)
    is_full = _earns(indicator, mark) and points(indicator.rule, mark.answers) == indicator.points
    if not is_full:
        return
    for target in indicator.metrics:
        value = case.facts.metrics.get(target.metric)
        if value is not None and not target.is_met(value):
            yield Finding("metric-contradicts", indicator.code, 1, target.metric)


def certificates_expired(case: Case, indicator: Indicator) -> Iterable[Finding]:
    """Papers that count for this item have run out."""
    for need in indicator.evidence:
        if case.expired.get(need.ledger):
            yield Finding("certificates-expired", indicator.code, case.expired[need.ledger], need.ledger)


def above_suggestion(case: Case, indicator: Indicator) -> Iterable[Finding]:
    """Confirmed higher than the records suggest, and nobody said why."""
    mark = _mark(case, indicator)
    suggested = case.suggestions.get(indicator.code)
    if not mark.answers or suggested is None or not suggested.answers or mark.reason:
        return
    if _worth(indicator, mark.answers) > _worth(indicator, suggested.answers):
        yield Finding("above-suggestion", indicator.code)


def not_assessed(case: Case, indicator: Indicator) -> Iterable[Finding]:
    """Nobody has confirmed anything yet."""
    if not _mark(case, indicator).is_given:
        yield Finding("not-assessed", indicator.code)


def _worth(indicator: Indicator, answers: Mapping[str, str]) -> Decimal:
    if isinstance(indicator.rule, Veto):
        return ZERO - is_vetoed(indicator.rule, answers)
    return points(indicator.rule, answers)


CHECKS: tuple[Callable[[Case, Indicator], Iterable[Finding]], ...] = (
    vetoed,
    zero,
    without_evidence,
    evidence_too_old,
    presence_below_trace,
    metric_contradicts,
    certificates_expired,
    above_suggestion,
    not_assessed,
)
