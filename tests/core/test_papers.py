import json

from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.papers import (
    Change,
    Column,
    Figure,
    Heading,
    Note,
    PageBreak,
    Paper,
    Paragraph,
    Photo,
    Photos,
    Run,
    Table,
    Trace,
    bound,
    caption,
    changes,
    digest,
    from_data,
    numbered,
    numbers,
    photo_hashes,
    printable,
    to_data,
)

TRACE = Trace("ledger", "meetings", "2025年的会议", "2025", 2, ("ledgers.Entry:1", "ledgers.Entry:2"))


def paper(*parts: object, title: str = "自评报告") -> Paper:
    return Paper("x", "1", title, "阳光街道", "2025", numbered(parts))  # type: ignore[arg-type]


def full(count: str = "12") -> Paper:
    return paper(
        Heading(1, "一、", "基本情况"),
        Paragraph((Run("召开会议"), Run(count, "count:meetings", TRACE), Run("次。"))),
        Table("得分", (Column("项", 2, "center"), Column("分")), (("1", "2.4"), ("2", "3")), TRACE),
        Figure("chart", "bars-by-month", "各月会议", "一月最多", ({"month": "1月", "value": 3},), TRACE),
        Photos((Photo("ab" * 32, "演练", TRACE), Photo("ab" * 32, "演练"))),
        PageBreak(),
        Note("说明"),
    )


def test_a_paper_comes_back_from_its_json_unchanged() -> None:
    made = full()
    assert from_data(json.loads(json.dumps(to_data(made)))) == made


def test_every_figure_is_listed_with_its_place_and_its_trace() -> None:
    found = numbers(full())
    assert [(line.place, line.text) for line in found] == [
        ("一、基本情况", "12"),
        ("一、基本情况", "得分"),
        ("一、基本情况", "各月会议"),
        ("一、基本情况", "演练"),
        ("一、基本情况", "演练"),
    ]
    assert [line.trace for line in found] == [TRACE, TRACE, TRACE, TRACE, None]


def test_a_photo_used_twice_is_fetched_once() -> None:
    assert photo_hashes(full()) == ("ab" * 32,)


def test_equal_papers_have_no_changes() -> None:
    assert changes(full(), full()) == ()


def test_a_changed_sentence_shows_before_and_after_at_its_place() -> None:
    assert changes(full("12"), full("13")) == (Change("一、基本情况", "召开会议12次。", "召开会议13次。"),)


def test_what_is_new_and_what_is_gone_stand_alone() -> None:
    old = paper(Heading(1, "一、", "甲"), Note("旧"))
    new = paper(Heading(1, "一、", "甲"), Heading(2, "（一）", "乙"), Note("新"))
    assert set(changes(old, new)) == {
        Change("一、甲", "旧", ""),
        Change("一、甲 › （一）乙", "", "乙"),
        Change("一、甲 › （一）乙", "", "新"),
    }


def test_tables_and_drawings_are_counted_apart() -> None:
    table = Table("甲", (Column("项"),), ())
    figure = Figure("chart", "x", "乙", "", ())
    parts = numbered((table, figure, table))
    assert [caption(part) for part in parts if isinstance(part, Table | Figure)] == [
        "表1\u3000甲",
        "图1\u3000乙",
        "表2\u3000甲",
    ]
    assert [caption(part, "en") for part in parts if isinstance(part, Table | Figure)] == [
        "Table 1  甲",
        "Figure 1  乙",
        "Table 2  甲",
    ]


def test_control_characters_surrogates_and_direction_overrides_are_not_printed() -> None:
    assert printable("安\x00全\x0b\ud800社\u202e区\ufffe\r\n😀\t") == "安全社区\n😀\t"


@given(st.text())
def test_printable_text_stays_printable_and_can_be_encoded(text: str) -> None:
    once = printable(text)
    assert printable(once) == once
    assert once.encode("utf-8").decode("utf-8") == once


@given(st.dictionaries(st.text(), st.integers()))
def test_the_digest_does_not_depend_on_the_order_of_keys(values: dict[str, int]) -> None:
    assert digest(values) == digest(dict(reversed(values.items())))


def test_papers_are_bound_under_their_titles_with_everything_counted_through() -> None:
    one = Paper(
        "a", "1", "申请\n报告", "街道", "2025",
        (Heading(1, "一、", "情况"), Table("甲", (Column("列"),), (("1",),), number=1)), notes=("缺一",),
    )  # fmt: skip
    other = Paper(
        "b", "1", "自评表", "街道", "2025",
        (Heading(4, "1.", "项"), Table("乙", (Column("列"),), (("2",),), number=1)), notes=("缺一", "缺二"),
    )  # fmt: skip
    cover = Paper("c", "1", "汇编", "街道", "2025", (Paragraph((Run("说明"),)),))
    made = bound(cover, [one, other])
    headings = [(part.level, part.number, part.text) for part in made.parts if isinstance(part, Heading)]
    assert headings == [
        (1, "1. ", "申请报告"), (2, "一、", "情况"), (1, "2. ", "自评表"), (4, "1.", "项"),
    ]  # fmt: skip
    assert [part.number for part in made.parts if isinstance(part, Table)] == [1, 2]
    assert (made.title, made.contents, made.notes) == ("汇编", True, ("缺一", "缺二"))
    assert sum(isinstance(part, PageBreak) for part in made.parts) == 2
