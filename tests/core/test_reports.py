from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.papers import Heading, Note, Paper, Paragraph, Part, Trace, numbers
from safecommunity.core.reports import (
    Call,
    ReportError,
    Scope,
    Value,
    chinese,
    compose,
    heading_number,
    names_used,
    parse,
)


def plain(**fields: Any) -> dict[str, Any]:
    section = {
        "heading": "基本情况",
        "heading_en": "Facts",
        "blocks": [{"text": "{unit.name}开会{count:meetings}次。", "text_en": "{unit.name} met."}],
    }
    return {
        "name": "自评报告",
        "name_en": "Self-assessment report",
        "source": "domain.md 11.2",
        "wording": "ours",
        "title": "{unit.name}自评报告",
        "title_en": "Report of {unit.name}",
        "section": [section],
        **fields,
    }


class Given:
    """A source that answers from dictionaries."""

    def __init__(self, values: Mapping[str, str], blocks: Mapping[str, Sequence[Part]] | None = None) -> None:
        self.values, self.blocks = values, blocks or {}

    def value(self, name: str, argument: str, scope: Scope) -> Value:
        key = f"{name}:{argument}" if argument else name
        text = self.values.get(key, "").format(**scope)
        return Value(text, Trace("unit", key, key))

    def block(self, call: Call, scope: Scope) -> Sequence[Part]:
        return self.blocks.get(call.name, ())

    def each(self, kind: str, scope: Scope) -> Sequence[Scope]:
        return [{**scope, kind: str(n)} for n in (1, 2)]


def made(data: dict[str, Any], values: Mapping[str, str], **fields: Any) -> Paper:
    return compose(parse("x", data), Given(values), unit="阳光街道", period="2025", **fields)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"colour": "red"}, "colour"),
        ({"name_en": ""}, "name_en"),
        ({"wording": "certain"}, "wording"),
        ({"orientation": "round"}, "orientation"),
        ({"asks": ["weather"]}, "asks"),
        ({"section": []}, "section"),
        ({"section": "x"}, "section"),
        ({"bundle": "work-report"}, "bundle"),
        ({"bundle": ["a", "a"]}, "bundle"),
        ({"title": "{unit.secret}", "title_en": "x"}, "title"),
        ({"title": "{", "title_en": "x"}, "title"),
        ({"title": "{0}", "title_en": "x"}, "title"),
        ({"title": "{unit.name.__class__}", "title_en": "x"}, "title"),
        ({"title": "{secret:meetings}", "title_en": "x"}, "title"),
    ],
)
def test_a_wrong_document_file_is_refused_with_its_key(change: dict[str, Any], key: str) -> None:
    with pytest.raises(ReportError) as error:
        parse("x", plain(**change))
    assert error.value.key == key
    assert error.value.reason


@pytest.mark.parametrize(
    ("block", "key"),
    [
        ({"block": "secrets"}, "section[1].blocks[1].block"),
        ({"block": "secrets:meetings"}, "section[1].blocks[1].block"),
        ({"block": "ledger", "order": "x"}, "section[1].blocks[1].order"),
        ({"text": "有字"}, "section[1].blocks[1].text_en"),
        ({}, "section[1].blocks[1].block"),
    ],
)
def test_a_wrong_block_is_refused_with_its_place(block: dict[str, Any], key: str) -> None:
    section = {"heading": "甲", "heading_en": "A", "blocks": [block]}
    with pytest.raises(ReportError) as error:
        parse("x", plain(section=[section]))
    assert error.value.key == key


def test_sections_go_four_levels_deep_and_no_deeper() -> None:
    section: dict[str, Any] = {"heading": "甲", "heading_en": "A"}
    for _ in range(3):
        section = {"heading": "甲", "heading_en": "A", "section": [section]}
    assert parse("x", plain(section=[section])).sections[0].sections[0].sections[0].sections
    with pytest.raises(ReportError, match="最多4层"):
        parse("x", plain(section=[{"heading": "甲", "heading_en": "A", "section": [section]}]))


def test_a_sentence_carries_the_trace_of_each_of_its_figures() -> None:
    paper = made(plain(), {"unit.name": "阳光街道", "count:meetings": "12"})
    assert paper.title == "阳光街道自评报告"
    assert [part.text for part in paper.parts if isinstance(part, Paragraph)] == ["阳光街道开会12次。"]
    assert [(line.text, line.trace and line.trace.code) for line in numbers(paper)] == [
        ("阳光街道", "unit.name"),
        ("12", "count:meetings"),
    ]


def test_a_value_nobody_recorded_is_left_blank_and_named_in_the_notes() -> None:
    paper = made(plain(), {"unit.name": "阳光街道"})
    assert [part.text for part in paper.parts if isinstance(part, Paragraph)] == ["阳光街道开会［未填］次。"]
    assert paper.notes == ("有1处数值尚未记录，文中留空：count:meetings",)


def test_braces_typed_by_a_person_are_not_names() -> None:
    paper = made(plain(), {"unit.name": "{{count:meetings}}", "count:meetings": "12"})
    assert paper.title == "{count:meetings}自评报告"


def test_an_english_paper_takes_the_english_texts_and_numbers() -> None:
    paper = made(plain(), {"unit.name": "Sunshine"}, language="en")
    assert paper.title == "Report of Sunshine"
    assert [(part.number, part.text) for part in paper.parts if isinstance(part, Heading)] == [
        ("1 ", "Facts")
    ]


def test_repeated_sections_are_numbered_by_their_level() -> None:
    inner = {"heading": "指标{indicator.number}", "heading_en": "I{indicator.number}", "each": "indicator"}
    outer = {
        "heading": "要素{element.number}",
        "heading_en": "E{element.number}",
        "each": "element",
        "section": [inner],
    }
    top = {"heading": "工作情况", "heading_en": "Work", "section": [outer]}
    values = {"element.number": "{element}", "indicator.number": "{element}.{indicator}"}
    paper = made(plain(title="甲", title_en="A", section=[top]), values)
    assert [part.number + part.text for part in paper.parts if isinstance(part, Heading)] == [
        "一、工作情况",
        "（一）要素1",
        "1.指标1.1",
        "2.指标1.2",
        "（二）要素2",
        "1.指标2.1",
        "2.指标2.2",
    ]


def test_a_block_without_records_says_so_and_leaves_its_input() -> None:
    block = {"block": "ledger:meetings", "empty": "没有会议记录。", "empty_en": "No meetings."}
    section = {"heading": "甲", "heading_en": "A", "blocks": [block]}
    paper = made(plain(section=[section]), {"unit.name": "甲"})
    assert [part for part in paper.parts if isinstance(part, Note)] == [Note("没有会议记录。")]
    assert [item.name for item in paper.inputs] == ["ledger:meetings"]


def test_equal_records_give_equal_input_hashes() -> None:
    report = parse(
        "x", plain(section=[{"heading": "甲", "heading_en": "A", "blocks": [{"block": "photos"}]}])
    )

    def inputs(text: str) -> Any:
        source = Given({}, {"photos": (Note(text),)})
        return compose(report, source, unit="甲", period="2025").inputs

    assert inputs("一") == inputs("一")
    assert inputs("一") != inputs("二")


def test_progress_is_told_after_every_top_section() -> None:
    section = {"heading": "甲", "heading_en": "A"}
    seen: list[tuple[int, int]] = []
    made(plain(section=[section] * 3), {}, step=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_the_names_a_document_uses_are_listed() -> None:
    assert names_used(parse("x", plain())) == (("unit.name", ""), ("count", "meetings"))


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (45, "四十五"), (99, "九十九"), (100, "100")],
)
def test_chinese_numerals(number: int, text: str) -> None:
    assert chinese(number) == text


def test_heading_numbers_follow_the_standard() -> None:
    assert [heading_number((2,) * depth) for depth in (1, 2, 3, 4)] == ["二、", "（二）", "2.", "（2）"]
    assert heading_number((2, 1, 3), "en") == "2.1.3 "


@given(st.text(min_size=1, max_size=50))
def test_a_title_with_a_stray_brace_is_refused(text: str) -> None:
    stray = text.replace("}", "") + "{"
    with pytest.raises(ReportError):
        parse("x", plain(title=stray, title_en=stray))


def test_a_block_for_one_element_is_left_out_under_the_others() -> None:
    block = {"text": "机构", "text_en": "Bodies", "only": ["national/1"]}
    section = {"heading": "甲", "heading_en": "A", "each": "element", "blocks": [block]}
    paper = made(plain(title="甲", title_en="A", section=[section]), {}, scope={"scheme": "national"})
    assert [type(part).__name__ for part in paper.parts] == ["Heading", "Paragraph", "Heading"]
