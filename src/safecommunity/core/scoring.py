"""Points and verdicts, computed as the papers say.

An indicator is scored from `answers`: question code → answer. A parts rule asks one grade per part, a
deduct rule the number of each fault, every other rule one number called `value` (yes and a veto that happened
are 1).
All points are `Decimal`, rounded half up to two decimals per indicator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, InvalidOperation

from .schemes import (
    Band,
    Bonus,
    Deduct,
    Indicator,
    Parts,
    Proportion,
    Rule,
    Scheme,
    Steps,
    Veto,
    YesNo,
    question_codes,
)

CENT = Decimal("0.01")
ZERO = Decimal(0)


class AnswerError(ValueError):
    """An answer does not fit its question; `question` is its code, empty when it is about the whole item."""

    def __init__(self, indicator: str, question: str, reason: str) -> None:
        super().__init__(f"{indicator} {question}: {reason}".replace(" :", ":"))
        self.indicator = indicator
        self.question = question
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Mark:
    """What was decided for one indicator. An empty mark is an item nobody has looked at yet."""

    answers: Mapping[str, str] = field(default_factory=dict)
    not_applicable: bool = False
    reason: str = ""

    @property
    def is_given(self) -> bool:
        return self.not_applicable or bool(self.answers)


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a band is: `points` missing (0 when reached) out of `at_least` after the N/A rule."""

    band: Band
    at_least: Decimal
    points: Decimal
    is_blocked: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict of one assessment; read vetoes and zeros first, then points."""

    points: Decimal
    full: Decimal
    scored: Mapping[str, Decimal]
    vetoes: tuple[str, ...]
    zeros: tuple[str, ...]
    missing: tuple[str, ...]
    band: Band
    distances: tuple[Distance, ...]

    @property
    def is_final(self) -> bool:
        return not self.missing


def check(scheme: Scheme, indicator: Indicator, mark: Mark) -> None:
    """Raise `AnswerError` when a mark does not fit the indicator or the scheme's rule for N/A."""
    if mark.not_applicable:
        if scheme.not_applicable == "refuse":
            raise AnswerError(indicator.code, "", f"{scheme.name}不允许把指标标为不适用")
        if not mark.reason.strip():
            raise AnswerError(indicator.code, "", "标为不适用必须写明理由")
        return
    known = question_codes(indicator.rule)
    for question in mark.answers:
        if question not in known:
            raise AnswerError(indicator.code, question, "没有这一问")
    for question in known:
        _check_answer(indicator, question, mark.answers.get(question))


def _check_answer(indicator: Indicator, question: str, answer: str | None) -> None:
    rule = indicator.rule
    if answer is None:
        raise AnswerError(indicator.code, question, "还没有评定")
    if isinstance(rule, Parts):
        if answer not in {grade.code for grade in rule.grades}:
            raise AnswerError(indicator.code, question, f"没有等级 {answer!r}")
        return
    try:
        number = Decimal(answer)
    except InvalidOperation:
        raise AnswerError(indicator.code, question, f"应为数字, 而不是 {answer!r}") from None
    if not number.is_finite() or number < 0:
        raise AnswerError(indicator.code, question, "应为不小于 0 的数")
    if isinstance(rule, YesNo | Veto) and number not in (0, 1):
        raise AnswerError(indicator.code, question, "应为 0 或 1")
    if isinstance(rule, Deduct | Bonus) and number != number.to_integral_value():
        raise AnswerError(indicator.code, question, "应为整数")


def points(rule: Rule, answers: Mapping[str, str]) -> Decimal:
    """Points of one item; a question without an answer counts as the worst answer."""
    return _POINTS[type(rule)](rule, answers).quantize(CENT, ROUND_HALF_UP)


def is_vetoed(rule: Rule, answers: Mapping[str, str]) -> bool:
    return isinstance(rule, Veto) and _number(answers, "value") > 0


def rank(rule: Rule, question: str, answer: str) -> Decimal:
    """A number that grows with how good an answer is, to compare two answers to one question."""
    if isinstance(rule, Parts):
        return _share(rule, answer)
    return -Decimal(answer) if isinstance(rule, Deduct | Veto) else Decimal(answer)


def better(rule: Rule, answers: Mapping[str, str], gain: Mapping[str, str]) -> dict[str, str]:
    """The answers after an action: each question keeps the better of what it has and what is gained."""
    merged = dict(answers)
    for question, answer in gain.items():
        if question not in merged or rank(rule, question, answer) > rank(rule, question, merged[question]):
            merged[question] = answer
    return merged


def score(scheme: Scheme, marks: Mapping[str, Mark]) -> Outcome:
    """Points, zeros, vetoes, verdict and the distance to every band. Missing items count nothing."""
    scored: dict[str, Decimal] = {}
    vetoes, zeros, missing = [], [], []
    skipped = ZERO
    for code, indicator in scheme.indicators.items():
        mark = marks.get(code, NO_MARK)
        if mark.not_applicable:
            if scheme.not_applicable == "full" and indicator.is_counted:
                scored[code] = indicator.points
            elif indicator.is_counted:
                skipped += indicator.points
            continue
        if not mark.answers:
            missing.append(code)
            continue
        scored[code] = points(indicator.rule, mark.answers)
        if is_vetoed(indicator.rule, mark.answers):
            vetoes.append(code)
        if indicator.is_counted and scored[code] == 0:
            zeros.append(code)
    return _outcome(scheme, scored, skipped, vetoes, zeros, missing)


NO_MARK = Mark()


def _outcome(
    scheme: Scheme,
    scored: Mapping[str, Decimal],
    skipped: Decimal,
    vetoes: list[str],
    zeros: list[str],
    missing: list[str],
) -> Outcome:
    total = sum(scored.values(), ZERO)
    is_blocked = is_stopped(scheme, vetoes, zeros, missing)
    distances = tuple(_distance(scheme, band, total, skipped, is_blocked) for band in scheme.bands)
    reached = next(each.band for each in distances if each.points == 0 and not each.is_blocked)
    return Outcome(
        points=total,
        full=(scheme.points - skipped).quantize(CENT),
        scored=scored,
        vetoes=tuple(vetoes),
        zeros=tuple(zeros),
        missing=tuple(missing),
        band=reached,
        distances=distances,
    )


def is_stopped(scheme: Scheme, vetoes: list[str], zeros: list[str], missing: list[str]) -> bool:
    """Whether only the lowest band is left: a veto, or a zero or blank counted item where any zero fails."""
    blank = [code for code in missing if scheme.indicators[code].is_counted]
    return bool(vetoes) or (scheme.any_zero_fails and bool(zeros or blank))


def _distance(scheme: Scheme, band: Band, total: Decimal, skipped: Decimal, is_blocked: bool) -> Distance:
    needed = needed_points(scheme, band, skipped)
    return Distance(band, needed, max(needed - total, ZERO), is_blocked and band is not scheme.failing)


def needed_points(scheme: Scheme, band: Band, skipped: Decimal) -> Decimal:
    """Points a band asks for when items worth `skipped` are not applicable; rounded up, never down."""
    if scheme.points == 0:
        return band.at_least
    needed = band.at_least * (scheme.points - skipped) / scheme.points
    return needed.quantize(CENT, ROUND_CEILING)


def _share(rule: Parts, grade: str) -> Decimal:
    return next((each.share for each in rule.grades if each.code == grade), ZERO)


def _number(answers: Mapping[str, str], question: str) -> Decimal:
    return Decimal(answers.get(question, "0"))


def _parts(rule: Parts, answers: Mapping[str, str]) -> Decimal:
    whole = sum((part.points for part in rule.parts), ZERO)
    earned = sum((part.points * _share(rule, answers.get(part.code, "")) for part in rule.parts), ZERO)
    return earned * rule.points / whole if whole else ZERO


def _steps(rule: Steps, answers: Mapping[str, str]) -> Decimal:
    if "value" not in answers:
        return ZERO
    value = Decimal(answers["value"])
    return next((step.points for step in rule.steps if value >= step.at_least), ZERO)


def _proportion(rule: Proportion, answers: Mapping[str, str]) -> Decimal:
    value = _number(answers, "value")
    return ZERO if value < rule.nothing_below else rule.points * min(value / rule.full_at, Decimal(1))


def _deduct(rule: Deduct, answers: Mapping[str, str]) -> Decimal:
    if not answers:
        return ZERO
    lost = sum((fault.points * _number(answers, fault.code) for fault in rule.faults), ZERO)
    return max(rule.points - lost, ZERO)


def _yes_no(rule: YesNo, answers: Mapping[str, str]) -> Decimal:
    return rule.points if _number(answers, "value") else ZERO


def _bonus(rule: Bonus, answers: Mapping[str, str]) -> Decimal:
    return min(rule.each * _number(answers, "value"), rule.points)


_POINTS: dict[type, Callable[..., Decimal]] = {
    Parts: _parts,
    Steps: _steps,
    Proportion: _proportion,
    Deduct: _deduct,
    YesNo: _yes_no,
    Bonus: _bonus,
    Veto: lambda rule, answers: ZERO,
}
