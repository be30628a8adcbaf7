"""Checklists as data files: what is looked at, how it is answered, and what a failing item suggests."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safecommunity.core.codes import CodeList
from safecommunity.core.messages import Message, Words

ANSWERS = ("judge", "number", "choice", "photo")
SEVERITIES = ("high", "medium", "low")
GRADES = ("general", "major")
FREQUENCIES = ("day", "week", "month", "quarter", "half-year", "year")
WORDINGS = ("official", "found", "seed", "remembered", "ours")
RESULTS = ("pass", "fail", "na")
CODE = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
LONGEST = 500
ITEM_KEYS = frozenset(
    {
        "code", "section", "text", "text_en", "answer", "severity", "grade", "kind", "cause", "basis",
        "source", "frequency", "unit", "unit_en", "min", "max", "choices",
    }
)  # fmt: skip


class ChecklistFileError(ValueError):
    """A checklist file that cannot be used: which key, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of an item that offers several; `result` is pass, fail or na."""

    code: str
    label: Words
    result: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at. `answer`: judge (pass, fail or na), number (passes from `least` to `most`, both
    included, None without a limit), choice, or photo (judge that needs a picture unless it is na).

    `severity` high, medium or low, `grade` general or major, `kind` (of `hazard-kinds`) and `cause` (of
    `hazard-causes`) are what a hidden hazard opened from it begins with. `basis`: the rule it rests on;
    `source`: where the item was found.
    """

    code: str
    section: str
    text: Words
    answer: str
    severity: str
    grade: str
    kind: str
    cause: str
    basis: str
    source: str
    frequency: str
    unit: Words
    least: float | None
    most: float | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist of a promotion field. `premises`: the kinds of premises it is for, () for all of them."""

    code: str
    name: Words
    field: str
    source: str
    wording: str
    premises: tuple[str, ...]
    sections: Mapping[str, Words]
    items: Mapping[str, Item]

    @property
    def words(self) -> Words:
        return self.name


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found at one item: `value` as given ("pass", "12.5", a choice's code), and its result."""

    value: str
    result: str
    remark: str = ""


def parse(code: str, data: Mapping[str, Any], codes: Mapping[str, CodeList]) -> Checklist:
    """A `Checklist` from the parsed TOML; `codes` are the code lists it names.

    Raises ChecklistFileError; a missing key raises KeyError.
    """
    if not CODE.fullmatch(code):
        raise ChecklistFileError(code, "文件名只能用小写字母、数字和连字符")
    _one_of("field", data["field"], codes["promotion-fields"])
    _one_of("wording", data["wording"], WORDINGS)
    for kind in data.get("premises", ()):
        _one_of("premises", kind, codes["premises-kinds"])
    sections = {row["key"]: Words(row["label"], row["label_en"]) for row in data["sections"]}
    items = [_item(row, data, codes) for row in data["items"]]
    for own, times in Counter(item.code for item in items).items():
        if times > 1:
            raise ChecklistFileError(own, "检查项代码重复")
    for item in items:
        if item.section not in sections:
            raise ChecklistFileError(item.code, f"没有分组 {item.section}")
    if not items:
        raise ChecklistFileError("items", "至少要有一个检查项")
    return Checklist(
        code=code,
        name=Words(_text("name", data["name"]), _text("name_en", data["name_en"])),
        field=data["field"],
        source=_text("source", data["source"]),
        wording=data["wording"],
        premises=tuple(data.get("premises", ())),
        sections=sections,
        items={item.code: item for item in items},
    )


def judged(item: Item, value: str) -> str | Message:
    """The result of an answer, pass, fail or na; a `Message` that says why it cannot be taken."""
    text = value.strip()
    if text == "na":
        return "na"
    if item.answer == "number":
        return _judged_number(item, text)
    if item.answer == "choice":
        found = next((one.result for one in item.choices if one.code == text), None)
        return found or Message("“%(item)s”请从列出的答案里选。", {"item": item.text})
    return text if text in RESULTS else Message("“%(item)s”请选合格、不合格或不适用。", {"item": item.text})


def suggested(item: Item) -> dict[str, str]:
    """What a hidden hazard opened from a failing item begins with."""
    return {
        "kind": item.kind,
        "cause": item.cause,
        "grade": item.grade,
        "severity": item.severity,
        "basis": item.basis,
    }


def _judged_number(item: Item, text: str) -> str | Message:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        return Message("“%(item)s”请填写数字。", {"item": item.text})
    is_low = item.least is not None and number < item.least
    is_high = item.most is not None and number > item.most
    return "fail" if is_low or is_high else "pass"


def _item(row: Mapping[str, Any], data: Mapping[str, Any], codes: Mapping[str, CodeList]) -> Item:
    code = str(row["code"])
    if not CODE.fullmatch(code):
        raise ChecklistFileError(code, "检查项代码只用小写字母、数字、点和连字符")
    if unknown := sorted(set(row) - ITEM_KEYS):
        raise ChecklistFileError(code, f"不认识的键 {unknown[0]}")
    try:
        return _made(code, row, data, codes)
    except KeyError as error:
        raise ChecklistFileError(code, f"缺少键 {error.args[0]}") from error
    except ChecklistFileError as error:
        raise ChecklistFileError(f"{code}.{error.key}", error.reason) from error


def _made(code: str, row: Mapping[str, Any], data: Mapping[str, Any], codes: Mapping[str, CodeList]) -> Item:
    item = Item(
        code=code,
        section=row["section"],
        text=Words(_text("text", row["text"]), _text("text_en", row["text_en"])),
        answer=_one_of("answer", row.get("answer", "judge"), ANSWERS),
        severity=_one_of("severity", row["severity"], SEVERITIES),
        grade=_one_of("grade", row.get("grade", "general"), GRADES),
        kind=_one_of("kind", row["kind"], codes["hazard-kinds"]),
        cause=_one_of("cause", row["cause"], codes["hazard-causes"]),
        basis=_text("basis", row["basis"]),
        source=row.get("source", data["source"]),
        frequency=_one_of("frequency", row["frequency"], FREQUENCIES),
        unit=Words(row.get("unit", ""), row.get("unit_en", "")),
        least=_number("min", row.get("min")),
        most=_number("max", row.get("max")),
        choices=tuple(_choice(one) for one in row.get("choices", ())),
    )
    _check(item)
    return item


def _check(item: Item) -> None:
    if item.answer == "number":
        if item.least is None and item.most is None:
            raise ChecklistFileError("min", "数字项要写 min 或 max，超出即不合格")
        if item.least is not None and item.most is not None and item.least > item.most:
            raise ChecklistFileError("min", "min 大于 max")
        if not all(item.unit):
            raise ChecklistFileError("unit", "数字项要写 unit 和 unit_en")
    elif item.least is not None or item.most is not None:
        raise ChecklistFileError("min", "只有数字项有 min 和 max")
    if item.answer == "choice":
        results = {one.result for one in item.choices}
        if not {"pass", "fail"} <= results:
            raise ChecklistFileError("choices", "选择项至少要有一个合格和一个不合格的答案")
        if len({one.code for one in item.choices}) < len(item.choices):
            raise ChecklistFileError("choices", "答案代码重复")
    elif item.choices:
        raise ChecklistFileError("choices", "只有选择项有 choices")


def _choice(row: Any) -> Choice:
    if not isinstance(row, list) or len(row) != 4 or not all(isinstance(part, str) and part for part in row):
        raise ChecklistFileError("choices", "每个答案写作 [代码, 中文, English, pass/fail/na]")
    code, label, label_en, result = row
    if code == "na":
        raise ChecklistFileError("choices", "na（不适用）总可以选，不用写进 choices")
    return Choice(code, Words(label, label_en), _one_of("choices", result, RESULTS))


def _one_of(key: str, value: Any, known: Any) -> str:
    if not isinstance(value, str) or value not in known:
        raise ChecklistFileError(key, f"“{value}”不在 {'、'.join(known)} 里")
    return value


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        raise ChecklistFileError(key, f"应为 1 到 {LONGEST} 个字")
    return value


def _number(key: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ChecklistFileError(key, "应为数字")
    return float(value)
