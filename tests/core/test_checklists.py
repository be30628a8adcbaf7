"""Checklist files: what they may say, what is refused by name, how answers are judged."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from safecommunity import library
from safecommunity.core.checklists import RESULTS, Checklist, Item, judged, parse, suggested
from safecommunity.library.shelf import LibraryError

FILE = """
name = "燃气检查表"
name_en = "Gas checklist"
field = "home"
wording = "ours"
source = "ours"
sections = [{ key = "gas", label = "燃气", label_en = "Gas" }]

[[items]]
code = "1.1"
section = "gas"
text = "软管完好"
text_en = "The hose is sound"
severity = "high"
kind = "gas"
cause = "state"
basis = "城镇燃气管理条例（所记）"
frequency = "year"

[[items]]
code = "1.2"
section = "gas"
text = "软管长度"
text_en = "Length of the hose"
answer = "number"
unit = "m"
unit_en = "m"
max = 2
severity = "low"
kind = "gas"
cause = "state"
basis = "ours"
frequency = "year"

[[items]]
code = "1.3"
section = "gas"
text = "报警器"
text_en = "Alarm"
answer = "choice"
choices = [["works", "正常", "Works", "pass"], ["none", "没有", "None", "fail"]]
severity = "medium"
grade = "major"
kind = "gas"
cause = "management"
basis = "ours"
frequency = "year"
"""


def made(text: str = FILE) -> Checklist:
    return parse("gas", tomllib.loads(text), library.codes)


@pytest.fixture
def items() -> dict[str, Item]:
    return dict(made().items)


def test_an_item_says_what_a_hazard_opened_from_it_begins_with(items: dict[str, Item]) -> None:
    assert suggested(items["1.3"]) == {
        "kind": "gas", "cause": "management", "grade": "major", "severity": "medium", "basis": "ours",
    }  # fmt: skip
    assert items["1.1"].source == "ours"


@pytest.mark.parametrize(
    ("code", "value", "result"),
    [
        ("1.1", "pass", "pass"), ("1.1", "fail", "fail"), ("1.1", "na", "na"), ("1.2", "2", "pass"),
        ("1.2", " 2.01 ", "fail"), ("1.2", "na", "na"), ("1.3", "works", "pass"), ("1.3", "none", "fail"),
    ],
)  # fmt: skip
def test_answers_are_judged(items: dict[str, Item], code: str, value: str, result: str) -> None:
    assert judged(items[code], value) == result


@pytest.mark.parametrize(
    ("code", "value", "told"),
    [
        ("1.1", "ok", "请选合格、不合格或不适用"), ("1.2", "two", "请填写数字"), ("1.2", "nan", "请填写数字"),
        ("1.2", "inf", "请填写数字"), ("1.3", "pass", "请从列出的答案里选"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_refused_in_words(
    items: dict[str, Item], code: str, value: str, told: str
) -> None:
    assert told in str(judged(items[code], value))


@given(some.text())
def test_any_text_is_a_result_or_a_refusal(value: str) -> None:
    for item in made().items.values():
        found = judged(item, value)
        assert found in RESULTS or item.text.zh in str(found)


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('field = "home"', 'field = "house"', "field", "house"),
        ('severity = "high"', 'severity = "grave"', "1.1.severity", "grave"),
        ('kind = "gas"', 'kind = "gaz"', "1.1.kind", "gaz"),
        ('basis = "城镇燃气管理条例（所记）"\n', "", "1.1", "缺少键 basis"),
        ("max = 2\n", "", "1.2.min", "min 或 max"),
        ("max = 2\n", "max = 2\nmin = 3\n", "1.2.min", "min 大于 max"),
        ("max = 2\n", 'max = "2"\n', "1.2.max", "应为数字"),
        ('unit = "m"\n', "", "1.2.unit", "unit"),
        (', ["none", "没有", "None", "fail"]', "", "1.3.choices", "一个不合格"),
        ('["works", ', '["na", ', "1.3.choices", "不适用"),
        ('"pass"]', '"good"]', "1.3.choices", "good"),
        ('answer = "choice"', 'answer = "photo"', "1.3.choices", "只有选择项"),
        ('code = "1.2"', 'code = "1.1"', "1.1", "重复"),
        ('code = "1.2"', 'code = "1.2"\nweight = 3', "1.2", "不认识的键 weight"),
        ('section = "gas"', 'section = "water"', "1.1", "没有分组 water"),
        ('text = "软管完好"', 'text = ""', "1.1.text", "个字"),
        ('name = "燃气检查表"\n', "", "name", "缺少此键"),
    ],
)
def test_a_bad_file_is_refused_by_file_key_and_reason(old: str, new: str, key: str, reason: str) -> None:
    assert old in FILE
    with pytest.raises(LibraryError) as caught:
        library.checklists.parse("gas.toml", FILE.replace(old, new, 1).encode())
    assert (caught.value.file, caught.value.key) == ("gas.toml", key)
    assert reason in caught.value.reason


@pytest.mark.parametrize("broken", ["[[items]]", "items = 3", 'sections = "x"'])
def test_a_file_of_another_shape_is_refused(broken: str) -> None:
    with pytest.raises(LibraryError):
        library.checklists.parse("gas.toml", broken.encode())


def as_data() -> Any:
    return tomllib.loads(FILE)


def test_a_checklist_without_items_is_none() -> None:
    with pytest.raises(ValueError, match="至少要有一个检查项"):
        parse("gas", {**as_data(), "items": []}, library.codes)
