"""The form of the monthly return (月报) as data, its figures, its deadline, and what is unusual in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any, Literal

from safecommunity.core import metrics
from safecommunity.core.messages import Words
from safecommunity.core.metrics import Metric

TASKS = ("due", "done", "late")
FEWEST_MONTHS = 6
WIDTH = 3
_WORDINGS = ("found", "remembered", "ours")

Verdict = Literal["usual", "high", "low", "unknown"]


class FormError(ValueError):
    """A form that cannot be used: which key, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the form: counted from ledgers by `metric`, or from planned tasks (`tasks`).

    `overdue`: it says what is overdue, and so is told for units that filed nothing as well.
    """

    code: str
    name: Words
    unit: Words
    metric: Metric | None
    tasks: str = ""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    label: Words
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a person writes beside the figures."""

    code: str
    label: Words
    required: bool


@dataclass(frozen=True, slots=True)
class Form:
    """`kinds`: the kinds of unit that file; `due_workday`: by which working day after the month."""

    code: str
    name: Words
    source: str
    wording: str
    kinds: tuple[str, ...]
    due_workday: int
    sections: tuple[Section, ...]
    words: tuple[Question, ...]

    @property
    def figures(self) -> dict[str, Figure]:
        return {one.code: one for section in self.sections for one in section.figures}


def parse(code: str, data: Mapping[str, Any]) -> Form:
    """A `Form` from the parsed TOML of `returns/<code>.toml`. Raises FormError or MetricError."""
    sections = tuple(_section(one) for one in data["section"])
    codes = [figure.code for section in sections for figure in section.figures]
    doubled = sorted({one for one in codes if codes.count(one) > 1})
    if doubled:
        raise FormError(doubled[0], "数据项代码重复")
    if data["wording"] not in _WORDINGS:
        raise FormError("wording", "应为 found、remembered 或 ours")
    if not 1 <= int(data["due_workday"]) <= 20:
        raise FormError("due_workday", "应为 1 到 20")
    return Form(
        code=code,
        name=_words(data, "name"),
        source=str(data["source"]),
        wording=str(data["wording"]),
        kinds=tuple(data["kinds"]),
        due_workday=int(data["due_workday"]),
        sections=sections,
        words=tuple(
            Question(one["code"], _words(one, "label"), bool(one.get("required"))) for one in data["words"]
        ),
    )


def effective(
    figures: Mapping[str, str | None], corrections: Mapping[str, Mapping[str, Any]]
) -> dict[str, Decimal | None]:
    """Figure code → what counts: the corrected value where there is one, else the compiled one."""
    merged = {**figures, **{code: one["value"] for code, one in corrections.items()}}
    return {code: None if value is None else Decimal(value) for code, value in merged.items()}


def summed(parts: Sequence[Mapping[str, Decimal | None]]) -> dict[str, Decimal | None]:
    """The parts added up by code; None where no part knows the figure."""
    total: dict[str, Decimal | None] = {}
    for part in parts:
        for code, value in part.items():
            known = total.get(code)
            total[code] = known if value is None else value + (known or 0)
    return total


def judge(history: Sequence[Decimal], value: Decimal) -> Verdict:
    """Whether a month's figure is unusual for this unit, so that somebody should ask.

    The unit's own months are the measure: the limits are the median ± 3 spreads, the spread being the larger
    of 1.4826 × median absolute deviation (a robust standard deviation) and √(median, at least 1), the spread
    of a count that only varies by chance; so small counts do not raise a question over one or two events.
    Fewer than 6 earlier months: "unknown". Our own rule; nothing is refused by it.
    """
    if len(history) < FEWEST_MONTHS:
        return "unknown"
    middle = Decimal(median(history))
    by_chance = max(middle, Decimal(1)).sqrt()
    if abs(value - middle) <= WIDTH * by_chance:
        return "usual"
    deviation = Decimal(median([abs(one - middle) for one in history])) * Decimal("1.4826")
    spread = max(deviation, by_chance)
    if value > middle + WIDTH * spread:
        return "high"
    return "low" if value < middle - WIDTH * spread else "usual"


def _section(data: Mapping[str, Any]) -> Section:
    return Section(data["code"], _words(data, "label"), tuple(_figure(one) for one in data["figure"]))


def _figure(data: Mapping[str, Any]) -> Figure:
    code, name, unit = data["code"], _words(data, "name"), _words(data, "unit")
    overdue = bool(data.get("overdue"))
    if "tasks" in data:
        if data["tasks"] not in TASKS:
            raise FormError(f"{code}.tasks", f"应为 {'、'.join(TASKS)}")
        return Figure(code, name, unit, None, data["tasks"], overdue)
    term = {key: value for key, value in data.items() if key not in {"code", "overdue"}}
    fixed = {
        "sentence": "{start}{end}{numerator}", "sentence_en": "{start}{end}{numerator}",
        "group": "returns", "better": "higher", "source": "ours", "wording": "ours", "roll_up": "sum",
    }  # fmt: skip
    return Figure(code, name, unit, metrics.parse(code, {**fixed, **term}), overdue=overdue)


def _words(data: Mapping[str, Any], key: str) -> Words:
    zh, en = data.get(key), data.get(f"{key}_en")
    if not zh or not en:
        raise FormError(key, f"需要 {key} 和 {key}_en")
    return Words(str(zh), str(en))
