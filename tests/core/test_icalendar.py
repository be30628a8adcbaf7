from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.icalendar import LONGEST, Entry, escaped, folded, written

NOW = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)


def unfolded(text: str) -> str:
    return text.replace("\r\n ", "")


def test_a_day_is_written_as_the_standard_asks() -> None:
    entry = Entry(
        "task-1", date(2026, 12, 31), "综合检查；第4次,年度", "东里街道\n计划", "https://example.org/t"
    )
    lines = unfolded(written("任务", [entry], host="example.org", now=NOW)).split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines[lines.index("BEGIN:VEVENT") : lines.index("END:VEVENT")] == [
        "BEGIN:VEVENT",
        "UID:task-1@example.org",
        "DTSTAMP:20260302T010203Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "TRANSP:TRANSPARENT",
        "SUMMARY:综合检查；第4次\\,年度",
        "DESCRIPTION:东里街道\\n计划",
        "URL:https://example.org/t",
    ]


def test_nothing_typed_can_begin_a_line_of_its_own() -> None:
    assert escaped("a\r\nEND:VEVENT\rb\x00;\\") == "a\\nEND:VEVENT\\nb\\;\\\\"


@given(TEXT)
def test_lines_are_folded_at_seventy_five_bytes_and_unfold_to_what_they_were(line: str) -> None:
    made = folded(line)
    assert all(len(piece.encode()) <= LONGEST for piece in made.split("\r\n"))
    assert unfolded(made) == line
