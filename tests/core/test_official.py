from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity import library
from safecommunity.core.official import (
    Attachment,
    Official,
    OfficialError,
    attachment_lines,
    blanks,
    day_text,
    drafted,
    from_data,
    number_text,
    outline,
    parse,
    seal_of,
    section_words,
    signature_indents,
    title_lines,
    to_data,
    width,
)


def plain(**more: Any) -> dict[str, Any]:
    return {
        "name": "通知", "name_en": "Notice", "source": "x", "wording": "ours", "form": "document",
        "direction": "down", "addressee": "many", "signed_by": "负责人", "signed_by_en": "head",
        "body": "根据{basis}。", **more,
    }  # fmt: skip


def test_the_kinds_are_there_with_both_names() -> None:
    names = {kind.name.zh for kind in library.official.values()}
    assert names == {
        "方案",
        "通知",
        "请示",
        "报告",
        "批复",
        "函",
        "纪要",
        "通报",
        "督办通知",
        "表彰决定",
        "督查通报",
        "意见",
        "责任书",
        "聘用协议",
    }
    assert all(kind.name.en for kind in library.official.values())


def test_documents_sent_upward_are_the_request_and_the_report() -> None:
    assert {code for code, kind in library.official.items() if kind.direction == "up"} == {
        "request",
        "report",
    }


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"form": "x"}, "form"),
        ({"body": "{none}"}, "body"),
        ({"colour": "red"}, "colour"),
        ({"name": ""}, "name"),
    ],
)
def test_a_bad_kind_is_refused_by_key(change: dict[str, Any], key: str) -> None:
    with pytest.raises(OfficialError) as caught:
        parse("x", plain(**change))
    assert caught.value.key == key


def test_what_nobody_recorded_stays_a_blank() -> None:
    kind = parse("x", plain())
    assert drafted(kind, {"basis": "《意见》"}) == "根据《意见》。"
    assert blanks(drafted(kind, {})) == ("［填写依据文件的名称和文号］",)


def test_typed_numbers_are_made_anew_at_every_level() -> None:
    typed = "五、目标\n# 机构\n（三）领导。要加强\n## 办公室\n7、甲\n(9)乙\n2. 丙\n三、保障\n1.甲\n正文"
    assert [line.words for line in outline(typed)] == [
        "一、目标", "二、机构", "（一）领导。要加强", "（二）办公室", "1.甲", "（1）乙", "2.丙", "三、保障",
        "1.甲", "正文",
    ]  # fmt: skip


def test_a_heading_that_runs_on_is_split_at_its_first_full_stop() -> None:
    (line,) = outline("（一）加强领导。要明确分管领导。要落实到人。")
    assert (line.head, line.text) == ("加强领导。", "要明确分管领导。要落实到人。")


@pytest.mark.parametrize("words", ["1.5平方公里", "2026年完成", "一个单位", "（注）说明"])
def test_words_that_only_look_like_a_number_are_plain(words: str) -> None:
    assert [(line.level, line.text) for line in outline(words)] == [(0, words)]


@given(st.lists(st.sampled_from(["一、甲", "（一）乙", "1.丙", "（1）丁", "戊。己", "# 庚"]), max_size=30))
def test_numbering_what_is_numbered_changes_nothing(typed: list[str]) -> None:
    once = [line.words for line in outline("\n".join(typed))]
    assert [line.words for line in outline("\n".join(once))] == once


def test_the_words_of_a_section_end_where_the_next_begins() -> None:
    lines = outline("一、工作目标\n到2027年建成。\n（一）指标\n二、主要任务\n排查")
    assert section_words(lines, "目标") == "到2027年建成。\n（一）指标"
    assert section_words(lines, "任务") == "排查"
    assert section_words(lines, "经费") == ""


def test_numbers_and_days_are_written_without_leading_zeros() -> None:
    assert number_text("石安创", 2026, 5) == "石安创〔2026〕5号"
    assert (day_text("2026-03-05"), day_text("")) == ("2026年3月5日", "")


@given(st.integers(1, 30), st.sampled_from(["2026年3月5日", "2026年12月31日"]))
def test_with_a_seal_the_agency_is_centred_on_the_date(length: int, day: str) -> None:
    name = "街" * length
    name_right, day_right = signature_indents(name, day, seal=True)
    assert name_right + width(name) / 2 == day_right + width(day) / 2
    assert min(name_right, day_right) >= 0


@given(st.integers(1, 20), st.sampled_from(["2026年3月5日", "2026年12月31日"]))
def test_without_a_seal_the_date_begins_two_characters_after_the_agency(length: int, day: str) -> None:
    name = "街" * length
    name_right, day_right = signature_indents(name, day, seal=False)
    assert name_right + width(name) - 2 == day_right + width(day)
    assert min(name_right, day_right) >= 2


@given(st.text("关于印发创建街道社区工作《》的通知实施方案", min_size=1, max_size=60))
def test_a_title_loses_nothing_when_it_is_broken(title: str) -> None:
    assert "".join(title_lines(title)) == title


def test_a_title_is_broken_where_its_writer_broke_it() -> None:
    assert title_lines("关于印发方案\n的通知") == ("关于印发方案", "的通知")
    assert title_lines("东里街道办事处关于印发安全社区创建工作实施方案的通知")[0].endswith(
        ("关于", "印发", "街道", "社区", "创建", "办事处")
    )


def test_attachments_are_numbered_unless_there_is_one() -> None:
    made = [Attachment("名单。", ()), Attachment("自查表", ())]
    assert attachment_lines(made[:1]) == ("附件：名单",)
    assert attachment_lines(made) == ("附件：1.名单", "　　　2.自查表")


def test_a_document_survives_being_kept_and_its_seal_knows_its_words() -> None:
    made = Official(
        kind="notice", form="document", title="标题", lines=outline("一、甲"),
        attachments=(Attachment("表", outline("乙")),), attendance=(("出席", "王"),), signatures=("街道",),
    )  # fmt: skip
    assert from_data(to_data(made)) == made
    assert seal_of(dataclasses.replace(made, number="街〔2026〕1号", date="2026-01-01")) == seal_of(made)
    assert seal_of(dataclasses.replace(made, title="别题")) != seal_of(made)
