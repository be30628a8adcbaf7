"""A standard as data: elements, indicators, scoring rules, verdict bands.

`parse` turns the mapping read from a scheme file into a `Scheme`, checks everything that can be checked
without other files, and names key and reason when something is wrong. Numbers are `Decimal` throughout.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, TypeAlias, TypeVar

from safecommunity.core.messages import Words
from safecommunity.core.periods import months_later
from safecommunity.core.reviews import Limit, Named, Procedure

WORDINGS = ("official", "found", "seed", "remembered", "ours")
POLICIES = ("refuse", "scale", "full")
BASES = ("papers", "records", "metrics")
MOST_ACTIONS = 8
MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")

Item = TypeVar("Item")


class SchemeError(ValueError):
    """A scheme file says something that cannot be: `key` names where, `reason` says why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Grade:
    code: str
    name: str
    name_en: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an item; `thresholds` are (grade, least share of the basis) in falling order."""

    code: str
    name: str
    name_en: str
    points: Decimal
    basis: str
    thresholds: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Parts:
    points: Decimal
    parts: tuple[Part, ...]
    grades: tuple[Grade, ...]


@dataclass(frozen=True, slots=True)
class Step:
    at_least: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Steps:
    """Points by bands of one value, the highest band first."""

    points: Decimal
    metric: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Proportion:
    """Points in proportion to a value: all of them at `full_at`, none under `nothing_below`."""

    points: Decimal
    metric: str
    full_at: Decimal
    nothing_below: Decimal


@dataclass(frozen=True, slots=True)
class Fault:
    """What is deducted for, `points` each; counted by `metric`, by a missing `ledger`, else by hand."""

    code: str
    label: str
    label_en: str
    points: Decimal
    metric: str
    ledger: str


@dataclass(frozen=True, slots=True)
class Deduct:
    points: Decimal
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class YesNo:
    points: Decimal


@dataclass(frozen=True, slots=True)
class Bonus:
    """Points on top of the full score: `each` for every one counted, at most `points`."""

    points: Decimal
    each: Decimal


@dataclass(frozen=True, slots=True)
class Veto:
    """No points; when it happened the assessment fails whatever the points."""

    points: Decimal = Decimal(0)


Rule: TypeAlias = Parts | Steps | Proportion | Deduct | YesNo | Bonus | Veto


@dataclass(frozen=True, slots=True)
class Evidence:
    """One kind of paper an indicator asks for. `ledger` empty means a cited file.

    `field` and `values`: only entries of the ledger with one of these values there; empty means all.

    `standing`: counted whenever it was written (lists and rules), else only inside the period.
    `months`: in how many months of a year there should be one.
    """

    ledger: str
    label: str
    label_en: str
    at_least: int
    months: int
    standing: bool
    field: str
    values: tuple[str, ...]

    @property
    def key(self) -> str:
        """Names the entries that count: "drills", or "drills?field=fire,school"."""
        return f"{self.ledger}?{self.field}={','.join(self.values)}" if self.field else self.ledger


@dataclass(frozen=True, slots=True)
class Target:
    metric: str
    at_least: Decimal | None
    at_most: Decimal | None

    def is_met(self, value: Decimal) -> bool:
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )


@dataclass(frozen=True, slots=True)
class Action:
    """A candidate action. `gain`: indicator → question → answer reached; person-days, yuan, days."""

    code: str
    text: str
    text_en: str
    gain: Mapping[str, Mapping[str, str]]
    effort: Decimal
    cost: Decimal
    days: int
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    code: str
    element: str
    text: str
    text_en: str
    rule: Rule
    source: str
    wording: str
    method: str
    method_en: str
    evidence: tuple[Evidence, ...]
    metrics: tuple[Target, ...]
    actions: tuple[Action, ...]

    @property
    def points(self) -> Decimal:
        return self.rule.points

    @property
    def is_counted(self) -> bool:
        """Whether its points belong to the full score, so that a zero here is a zero item."""
        return not isinstance(self.rule, Bonus | Veto)


@dataclass(frozen=True, slots=True)
class Element:
    code: str
    name: str
    name_en: str
    indicators: tuple[Indicator, ...]

    @property
    def points(self) -> Decimal:
        return sum((item.points for item in self.indicators if item.is_counted), Decimal(0))


@dataclass(frozen=True, slots=True)
class Band:
    code: str
    name: str
    name_en: str
    at_least: Decimal
    is_passing: bool
    meaning: str
    meaning_en: str


@dataclass(frozen=True, slots=True)
class Review:
    """Something due after naming: a spot check, a yearly report, the re-assessment.

    `every_months`: due again at this distance while the title lasts, 0 for once.
    """

    code: str
    name: str
    name_en: str
    within_months: int
    every_months: int = 0


@dataclass(frozen=True, slots=True)
class Title:
    """The title a scheme grants. `ends`: "day-before" the anniversary of naming, or on the "anniversary"."""

    name: str
    name_en: str
    years: int
    ends: str
    wording: str
    reviews: tuple[Review, ...]

    def end_date(self, named: dt.date) -> dt.date:
        """Last day on which a title granted on `named` is valid."""
        anniversary = months_later(named, 12 * self.years)
        return anniversary if self.ends == "anniversary" else anniversary - dt.timedelta(days=1)

    def review_dates(self, named: dt.date) -> list[tuple[str, dt.date]]:
        """(code, day by which it is due) of all that falls due while a title granted on `named` lasts."""
        found: list[tuple[str, dt.date]] = []
        for review in self.reviews:
            months = review.within_months
            found.append((review.code, months_later(named, months)))
            while review.every_months and (months := months + review.every_months) < 12 * self.years:
                found.append((review.code, months_later(named, months)))
        return sorted(found, key=lambda due: due[1])


@dataclass(frozen=True, slots=True)
class Scheme:
    code: str
    name: str
    name_en: str
    version: str
    level: str
    issuer: str
    issuer_en: str
    source: str
    note: str
    note_en: str
    effective_from: dt.date | None
    effective_to: dt.date | None
    points: Decimal
    any_zero_fails: bool
    not_applicable: str
    min_months: int
    recent_days: int
    effect_without_metric: str
    title: Title | None
    procedure: Procedure | None
    bands: tuple[Band, ...]
    elements: tuple[Element, ...]
    indicators: Mapping[str, Indicator] = field(repr=False)
    actions: Mapping[str, Action] = field(repr=False)

    @property
    def failing(self) -> Band:
        return self.bands[-1]

    def element_of(self, indicator: str) -> Element:
        code = self.indicators[indicator].element
        return next(element for element in self.elements if element.code == code)


def parse(code: str, data: Mapping[str, Any]) -> Scheme:
    """Read the scheme `code` from the mapping of its file. Raises `SchemeError`."""
    top = _Node(data, "")
    grades = tuple(_grade(node) for node in top.nodes("grades"))
    parts = tuple(_part(node, grades) for node in top.nodes("parts"))
    elements = tuple(_element(node, parts, grades) for node in top.nodes("elements"))
    indicators = {item.code: item for element in elements for item in element.indicators}
    actions = {action.code: action for item in indicators.values() for action in item.actions}
    scheme = Scheme(
        code=code,
        name=top.text("name"),
        name_en=top.text("name_en"),
        version=top.text("version"),
        level=top.text("level"),
        issuer=top.text("issuer"),
        issuer_en=top.text("issuer_en"),
        source=top.text("source"),
        note=top.text("note"),
        note_en=top.text("note_en"),
        effective_from=top.date("effective_from"),
        effective_to=top.date("effective_to"),
        points=top.number("points"),
        any_zero_fails=top.flag("any_zero_fails", False),
        not_applicable=top.choice("not_applicable", POLICIES),
        min_months=top.whole("min_months", 0),
        recent_days=top.whole("recent_days", 365),
        effect_without_metric=top.text("effect_without_metric", ""),
        title=_title(top.node("title")) if "title" in data else None,
        procedure=_procedure(top.node("review")) if "review" in data else None,
        bands=tuple(_band(node) for node in top.nodes("bands")),
        elements=elements,
        indicators=indicators,
        actions=actions,
    )
    _check(scheme, grades)
    return scheme


class _Node:
    """A mapping with the path that leads to it, so that an error can name its place."""

    def __init__(self, data: Any, path: str) -> None:
        if not isinstance(data, Mapping):
            raise SchemeError(path, "应为一个表")
        self.data = data
        self.path = path

    def key(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def fail(self, name: str, reason: str) -> SchemeError:
        return SchemeError(self.key(name), reason)

    def raw(self, name: str, default: Any = None) -> Any:
        value = self.data.get(name, default)
        if value is None:
            raise self.fail(name, "缺少这一项")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        value = self.raw(name, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.fail(name, "应为非空文字")
        return value.strip()

    def number(self, name: str, default: str | None = None) -> Decimal:
        value = self.raw(name, default)
        try:
            if isinstance(value, bool):
                raise InvalidOperation
            return Decimal(str(value))
        except InvalidOperation:
            raise self.fail(name, f"应为数字, 而不是 {value!r}") from None

    def positive(self, name: str, default: str | None = None) -> Decimal:
        value = self.number(name, default)
        if value < 0:
            raise self.fail(name, "不能小于 0")
        return value

    def whole(self, name: str, default: int) -> int:
        value = self.raw(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fail(name, f"应为不小于 0 的整数, 而不是 {value!r}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise self.fail(name, "应为一组文字")
        return tuple(value)

    def wholes(self, name: str) -> tuple[int, ...]:
        value = self.data.get(name, [])
        if not isinstance(value, list) or not all(type(each) is int and each >= 0 for each in value):
            raise self.fail(name, "应为一组不小于 0 的整数")
        return tuple(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self.raw(name, default)
        if not isinstance(value, bool):
            raise self.fail(name, "应为 true 或 false")
        return value

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise self.fail(name, f"应为 {'、'.join(choices)} 之一, 而不是 {value!r}")
        return value

    def date(self, name: str) -> dt.date | None:
        value = self.data.get(name)
        if value is not None and not isinstance(value, dt.date):
            raise self.fail(name, "应为日期")
        return value

    def node(self, name: str) -> _Node:
        return _Node(self.raw(name), self.key(name))

    def nodes(self, name: str) -> list[_Node]:
        value = self.data.get(name, [])
        if not isinstance(value, list):
            raise self.fail(name, "应为一组表")
        return [_Node(item, f"{self.key(name)}[{index}]") for index, item in enumerate(value)]


def _grade(node: _Node) -> Grade:
    share = node.positive("share")
    if share > 1:
        raise node.fail("share", "不能大于 1")
    return Grade(node.text("code"), node.text("name"), node.text("name_en"), share)


def _part(node: _Node, grades: Sequence[Grade]) -> Part:
    thresholds = node.node("thresholds")
    known = [grade.code for grade in grades]
    for code in thresholds.data:
        if code not in known:
            raise thresholds.fail(code, f"没有等级 {code!r}")
    pairs = sorted(
        ((code, thresholds.positive(code)) for code in thresholds.data), key=lambda pair: known.index(pair[0])
    )
    return Part(
        code=node.text("code"),
        name=node.text("name"),
        name_en=node.text("name_en"),
        points=node.positive("points"),
        basis=node.choice("basis", BASES),
        thresholds=tuple(pairs),
    )


def _band(node: _Node) -> Band:
    return Band(
        code=node.text("code"),
        name=node.text("name"),
        name_en=node.text("name_en"),
        at_least=node.positive("at_least"),
        is_passing=node.flag("is_passing", False),
        meaning=node.text("meaning"),
        meaning_en=node.text("meaning_en"),
    )


def _title(node: _Node) -> Title:
    return Title(
        name=node.text("name"),
        name_en=node.text("name_en"),
        years=node.whole("years", 0),
        ends=node.choice("ends", ("day-before", "anniversary")),
        wording=node.choice("wording", WORDINGS),
        reviews=tuple(
            Review(
                each.text("code"),
                each.text("name"),
                each.text("name_en"),
                each.whole("within_months", 0),
                each.whole("every_months", 0),
            )
            for each in node.nodes("reviews")
        ),
    )


def _procedure(node: _Node) -> Procedure:
    """The `[review]` table: how the scheme takes a unit from intent to title."""
    window = node.texts("window")
    if window and (len(window) != 2 or not all(MONTH_DAY.fullmatch(day) for day in window)):
        raise node.fail("window", '应为受理的首日和末日, 如 ["01-01", "03-31"]')
    procedure = Procedure(
        source=node.text("source"),
        wording=node.choice("wording", WORDINGS),
        centres=tuple(_named(each) for each in node.nodes("centres")),
        assessor=node.text("assessor"),
        after=node.text("after", ""),
        window=window,
        document_days=node.whole("document_days", 0),
        rectify_days=node.whole("rectify_days", 0),
        experts=node.whole("experts", 1),
        titled=node.texts("titled"),
        again=node.texts("again"),
        limits=tuple(Limit(each.text("metric"), each.number("at_most")) for each in node.nodes("limits")),
        papers=tuple(_named(each) for each in node.nodes("papers")),
        agenda=tuple(Words(each.text("name"), each.text("name_en")) for each in node.nodes("agenda")),
        remind_days=node.wholes("remind_days"),
    )
    _unique(node.key("centres"), (each.code for each in procedure.centres))
    _unique(node.key("papers"), (each.code for each in procedure.papers))
    if not procedure.experts:
        raise node.fail("experts", "至少要有一位专家")
    if not procedure.agenda:
        raise node.fail("agenda", "至少要有一项议程")
    return procedure


def _named(node: _Node) -> Named:
    return Named(node.text("code"), Words(node.text("name"), node.text("name_en")))


def _element(node: _Node, parts: tuple[Part, ...], grades: tuple[Grade, ...]) -> Element:
    code = node.text("code")
    items = tuple(_indicator(each, code, parts, grades) for each in node.nodes("indicators"))
    if not items:
        raise node.fail("indicators", "至少要有一项指标")
    return Element(code, node.text("name"), node.text("name_en"), items)


def _indicator(node: _Node, element: str, parts: tuple[Part, ...], grades: tuple[Grade, ...]) -> Indicator:
    code = node.text("code")
    actions = tuple(_action(each, code) for each in node.nodes("actions"))
    if len(actions) > MOST_ACTIONS:
        raise node.fail("actions", f"一项指标最多 {MOST_ACTIONS} 个候选措施")
    return Indicator(
        code=code,
        element=element,
        text=node.text("text"),
        text_en=node.text("text_en"),
        rule=_rule(node.node("rule"), parts, grades),
        source=node.text("source"),
        wording=node.choice("wording", WORDINGS),
        method=node.text("method", ""),
        method_en=node.text("method_en", ""),
        evidence=tuple(_evidence(each) for each in node.nodes("evidence")),
        metrics=tuple(_target(each) for each in node.nodes("metrics")),
        actions=actions,
    )


def _rule(node: _Node, parts: tuple[Part, ...], grades: tuple[Grade, ...]) -> Rule:
    kind = node.choice("kind", tuple(_RULES))
    return _RULES[kind](node, parts, grades)


def _parts(node: _Node, parts: tuple[Part, ...], grades: tuple[Grade, ...]) -> Rule:
    if not parts or not grades:
        raise node.fail("kind", "方案没有写 parts 和 grades")
    return Parts(node.positive("points", str(sum(part.points for part in parts))), parts, grades)


def _steps(node: _Node, *_: object) -> Rule:
    steps = tuple(Step(each.number("at_least"), each.positive("points")) for each in node.nodes("steps"))
    if not steps:
        raise node.fail("steps", "至少要有一档")
    if any(high.at_least <= low.at_least or high.points < low.points for high, low in _pairs(steps)):
        raise node.fail("steps", "各档应从高到低排列")
    return Steps(max(step.points for step in steps), node.text("metric", ""), steps)


def _proportion(node: _Node, *_: object) -> Rule:
    full_at = node.positive("full_at", "100")
    nothing_below = node.positive("nothing_below", "0")
    if not nothing_below < full_at:
        raise node.fail("nothing_below", "应小于 full_at")
    return Proportion(node.positive("points"), node.text("metric", ""), full_at, nothing_below)


def _deduct(node: _Node, *_: object) -> Rule:
    faults = tuple(
        Fault(
            code=each.text("code"),
            label=each.text("label"),
            label_en=each.text("label_en"),
            points=each.positive("points"),
            metric=each.text("metric", ""),
            ledger=each.text("ledger", ""),
        )
        for each in node.nodes("faults")
    )
    if not faults:
        raise node.fail("faults", "至少要有一种扣分情形")
    _unique(node.key("faults"), (fault.code for fault in faults))
    return Deduct(node.positive("points"), faults)


_RULES: dict[str, Callable[[_Node, tuple[Part, ...], tuple[Grade, ...]], Rule]] = {
    "parts": _parts,
    "bands": _steps,
    "proportion": _proportion,
    "deduct": _deduct,
    "yes-no": lambda node, *_: YesNo(node.positive("points")),
    "bonus": lambda node, *_: Bonus(node.positive("points"), node.positive("each")),
    "veto": lambda *_: Veto(),
}


def _evidence(node: _Node) -> Evidence:
    months = node.whole("months", 0)
    if months > 12:
        raise node.fail("months", "一年最多 12 个月")
    where = node.node("where").data if "where" in node.data else {}
    if len(where) > 1:
        raise node.fail("where", "只能按一个字段筛选")
    field, values = next(iter(where.items()), ("", ()))
    return Evidence(
        field=field,
        values=(values,) if isinstance(values, str) else tuple(values),
        ledger=node.text("ledger", ""),
        label=node.text("label"),
        label_en=node.text("label_en"),
        at_least=node.whole("at_least", 1),
        months=months,
        standing=node.flag("standing", False),
    )


def _target(node: _Node) -> Target:
    target = Target(
        metric=node.text("metric"),
        at_least=node.number("at_least") if "at_least" in node.data else None,
        at_most=node.number("at_most") if "at_most" in node.data else None,
    )
    if target.at_least is None and target.at_most is None:
        raise node.fail("at_least", "至少写 at_least 与 at_most 之一")
    return target


def _action(node: _Node, indicator: str) -> Action:
    effort, cost = node.positive("effort"), node.positive("cost", "0")
    if effort % Decimal("0.1") or cost % Decimal("0.01"):
        raise node.fail("effort", "人日最多一位小数, 元最多两位小数")
    also = node.node("also") if "also" in node.data else _Node({}, node.key("also"))
    gain = {indicator: _answers(node.node("gain"))}
    gain |= {code: _answers(also.node(code)) for code in also.data}
    return Action(
        code=node.text("code"),
        text=node.text("text"),
        text_en=node.text("text_en"),
        gain=gain,
        effort=effort,
        cost=cost,
        days=node.whole("days", 0),
        after=tuple(str(code) for code in node.data.get("after", ())),
    )


def _answers(node: _Node) -> dict[str, str]:
    return {question: str(answer) for question, answer in node.data.items()}


def _check(scheme: Scheme, grades: Sequence[Grade]) -> None:
    if not scheme.elements:
        raise SchemeError("elements", "至少要有一个要素")
    _unique("grades", (grade.code for grade in grades))
    _unique("elements", (element.code for element in scheme.elements))
    _unique("indicators", (item.code for element in scheme.elements for item in element.indicators))
    _unique("actions", (each.code for item in scheme.indicators.values() for each in item.actions))
    _check_grades(grades)
    _check_points(scheme)
    _check_bands(scheme.bands)
    for action in scheme.actions.values():
        _check_action(scheme, action)
    _check_procedure(scheme)
    if scheme.effect_without_metric and scheme.effect_without_metric not in {grade.code for grade in grades}:
        raise SchemeError("effect_without_metric", f"没有等级 {scheme.effect_without_metric!r}")


def _check_grades(grades: Sequence[Grade]) -> None:
    if any(high.share <= low.share for high, low in _pairs(grades)):
        raise SchemeError("grades", "等级应从高到低排列")


def _check_points(scheme: Scheme) -> None:
    total = sum((element.points for element in scheme.elements), Decimal(0))
    if total != scheme.points:
        raise SchemeError("points", f"各项分值合计 {total}, 与总分 {scheme.points} 不符")


def _check_bands(bands: Sequence[Band]) -> None:
    if not bands:
        raise SchemeError("bands", "至少要有一档结论")
    _unique("bands", (band.code for band in bands))
    if any(high.at_least <= low.at_least for high, low in _pairs(bands)):
        raise SchemeError("bands", "结论各档应从高到低排列")
    if bands[-1].at_least != 0:
        raise SchemeError("bands", "最低一档应从 0 分起")


def _check_procedure(scheme: Scheme) -> None:
    procedure = scheme.procedure
    if procedure is None:
        return
    passing = {band.code: band.is_passing for band in scheme.bands}
    for key, codes in (("titled", procedure.titled), ("again", procedure.again)):
        for code in codes:
            if code not in passing:
                raise SchemeError(f"review.{key}", f"没有结论 {code!r}")
            if passing[code] != (key == "titled"):
                raise SchemeError(f"review.{key}", f"结论 {code!r} 是否通过与此不符")
    if bool(procedure.titled) != (scheme.title is not None):
        raise SchemeError("review.titled", "有称号的方案应写明哪一档授予称号, 没有称号的不写")


def _check_action(scheme: Scheme, action: Action) -> None:
    for code in action.after:
        if code not in scheme.actions:
            raise SchemeError(f"actions.{action.code}.after", f"没有措施 {code!r}")
    for indicator, answers in action.gain.items():
        if indicator not in scheme.indicators:
            raise SchemeError(f"actions.{action.code}.also", f"没有指标 {indicator!r}")
        known = question_codes(scheme.indicators[indicator].rule)
        for question in answers:
            if question not in known:
                raise SchemeError(f"actions.{action.code}.gain", f"指标 {indicator} 没有 {question!r} 这一问")


def question_codes(rule: Rule) -> tuple[str, ...]:
    """What has to be answered to score an indicator: its parts, its faults, or one value."""
    if isinstance(rule, Parts):
        return tuple(part.code for part in rule.parts)
    if isinstance(rule, Deduct):
        return tuple(fault.code for fault in rule.faults)
    return ("value",)


def _unique(key: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise SchemeError(key, f"代码 {code!r} 重复")
        seen.add(code)


def _pairs(items: Sequence[Item]) -> list[tuple[Item, Item]]:
    return list(pairwise(items))
