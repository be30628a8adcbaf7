"""A paper as plain data: what the Word writer, the PDF writer and the preview page all render.

Nothing here knows how a paper is made or drawn. Texts are plain text, never markup.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any, Literal

Align = Literal["left", "center", "right"]
ORIENTATIONS = ("portrait", "landscape")
LANGUAGES = ("zh", "en")

_DIRECTION_MARKS = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_KEPT_CONTROLS = {"\n", "\t"}


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a figure came from.

    `kind` and `code` name the source ("ledger", "meetings"), `what` says in one sentence what was counted and
    from when to when, `count` is the number of records behind it, `records` names them where they are few.
    `since` and `until` are the first and the last day looked at, as ISO days; empty where there is none.
    """

    kind: str
    code: str
    what: str
    period: str = ""
    count: int = 0
    records: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a paragraph; a piece that is a figure carries its name and trace."""

    text: str
    name: str = ""
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    level: int  # 1 to DEEPEST
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]
    kind: Literal["body", "flush", "signature"] = "body"

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    share: float = 1.0  # of the width of the type area, relative to the other columns
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading row that repeats on every page.

    `anchors`: a name for each row, under which another table may refer to it; `refers`: such a name for each
    row, beside which the page of what it names is printed. Both are () where nothing is named.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    trace: Trace | None = None
    number: int = 0  # of the tables of a paper, given when it is composed
    anchors: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing made from rows: a chart of the shelf `charts`, or an organisation chart.

    `words` says in a sentence what is to be seen; it is the text for those who cannot see the drawing.
    """

    kind: Literal["chart", "organisation"]
    code: str
    title: str
    words: str
    rows: tuple[Mapping[str, Any], ...]
    trace: Trace | None = None
    number: int = 0  # of the drawings of a paper, given when it is composed


@dataclass(frozen=True, slots=True)
class Photo:
    sha256: str
    caption: str
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Photos:
    items: tuple[Photo, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


@dataclass(frozen=True, slots=True)
class Note:
    """A remark in small type: what is missing, how a number is meant."""

    text: str


Part = Heading | Paragraph | Table | Figure | Photos | PageBreak | Note
DEEPEST = 4
_PARTS: dict[str, type[Part]] = {
    kind.__name__.lower(): kind for kind in (Heading, Paragraph, Table, Figure, Photos, PageBreak, Note)
}


@dataclass(frozen=True, slots=True)
class Input:
    """What one block was given, by hash: two issues with equal inputs say the same."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Paper:
    code: str
    version: str
    title: str
    unit: str
    period: str
    parts: tuple[Part, ...]
    subtitle: str = ""
    language: Literal["zh", "en"] = "zh"
    orientation: Literal["portrait", "landscape"] = "portrait"
    contents: bool = False
    notes: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberLine:
    """One figure of a paper: where it stands, what it says, where it came from."""

    place: str
    text: str
    trace: Trace | None


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between two issues; `before` is empty for what is new, `after` for what is gone."""

    place: str
    before: str
    after: str


def printable(text: str) -> str:
    """`text` without what no paper can show: control characters, lone surrogates, direction overrides."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if _is_printable(letter))


def _is_printable(letter: str) -> bool:
    if letter in _KEPT_CONTROLS:
        return True
    point = ord(letter)
    if point in _DIRECTION_MARKS or point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF:
        return False
    return unicodedata.category(letter) not in {"Cc", "Cs"}


def caption(part: Table | Figure, language: str = "zh") -> str:
    """表1　自评得分; a part without a number has its title alone."""
    if not part.number:
        return part.title
    if language == "en":
        return f"{'Table' if isinstance(part, Table) else 'Figure'} {part.number}  {part.title}"
    return f"{'表' if isinstance(part, Table) else '图'}{part.number}\u3000{part.title}"


def numbered(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts with tables and drawings counted from 1."""
    tables, figures = count(1), count(1)
    return tuple(
        replace(part, number=next(tables if isinstance(part, Table) else figures))
        if isinstance(part, Table | Figure)
        else part
        for part in parts
    )


def marks(paper: Paper) -> dict[str, int]:
    """The rows another table refers to: name → number, from 1 in reading order."""
    tables = [part for part in paper.parts if isinstance(part, Table)]
    wanted = {name for one in tables for name in one.refers}
    held = (name for one in tables for name in one.anchors if name in wanted)
    return {name: number for number, name in enumerate(dict.fromkeys(held), start=1)}


def paged(table: Table, known: Mapping[str, int], language: str = "zh") -> Table:
    """The table with a last column for pages, empty as yet, where it refers to anything known."""
    if not any(name in known for name in table.refers):
        return table
    column = Column("Page" if language == "en" else "页码", 0.8, "center")
    return replace(table, columns=(*table.columns, column), rows=tuple((*row, "") for row in table.rows))


def bound(cover: Paper, papers: Sequence[Paper]) -> Paper:
    """Several papers in one volume with a table of contents.

    Each begins on a page of its own under its title, one level above its own headings; tables and drawings
    are counted through the volume.
    """
    parts = list(cover.parts)
    for number, one in enumerate(papers, start=1):
        parts += [PageBreak(), Heading(1, f"{number}. ", one.title.replace("\n", ""))]
        parts += (_lowered(part) for part in one.parts)
    return replace(
        cover,
        parts=numbered(parts),
        contents=True,
        notes=tuple(dict.fromkeys(note for one in (cover, *papers) for note in one.notes)),
        inputs=tuple(given for one in (cover, *papers) for given in one.inputs),
    )


def _lowered(part: Part) -> Part:
    return replace(part, level=min(part.level + 1, DEEPEST)) if isinstance(part, Heading) else part


def to_data(paper: Paper) -> dict[str, Any]:
    """The paper as JSON values; `from_data` gives it back."""
    data = asdict(paper)
    data["parts"] = [
        {"part": type(part).__name__.lower(), **plain}
        for part, plain in zip(paper.parts, data["parts"], strict=True)
    ]
    return data


def from_data(data: Mapping[str, Any]) -> Paper:
    """The paper kept as JSON values by `to_data`."""
    return Paper(
        **{key: value for key, value in data.items() if key not in {"parts", "inputs", "notes"}},
        parts=tuple(part_from_data(item) for item in data["parts"]),
        notes=tuple(data["notes"]),
        inputs=tuple(Input(**item) for item in data["inputs"]),
    )


def part_from_data(item: Mapping[str, Any]) -> Part:
    """One part of `to_data(...)["parts"]`."""
    fields = {key: value for key, value in item.items() if key != "part"}
    if fields.get("trace"):
        fields["trace"] = _trace(fields["trace"])
    if "runs" in fields:
        fields["runs"] = tuple(Run(**{**run, "trace": _trace(run["trace"])}) for run in fields["runs"])
    if "columns" in fields:
        fields["columns"] = tuple(Column(**column) for column in fields["columns"])
        fields["rows"] = tuple(tuple(row) for row in fields["rows"])
        fields |= {name: tuple(fields.get(name, ())) for name in ("anchors", "refers")}
    elif "rows" in fields:
        fields["rows"] = tuple(fields["rows"])
    if "items" in fields:
        fields["items"] = tuple(
            Photo(**{**photo, "trace": _trace(photo["trace"])}) for photo in fields["items"]
        )
    return _PARTS[item["part"]](**fields)


def _trace(data: Mapping[str, Any] | None) -> Trace | None:
    return Trace(**{**data, "records": tuple(data["records"])}) if data else None


def digest(value: Any) -> str:
    """SHA-256 (hex) of JSON values, independent of key order."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def numbers(paper: Paper) -> tuple[NumberLine, ...]:
    """Every figure of the paper in reading order: values in sentences, tables, drawings, photos."""
    return tuple(
        NumberLine(place, text, trace) for place, part in _placed(paper) for text, trace in _numbers_of(part)
    )


def _numbers_of(part: Part) -> Iterator[tuple[str, Trace | None]]:
    if isinstance(part, Paragraph):
        yield from ((run.text, run.trace) for run in part.runs if run.name)
    elif isinstance(part, Table | Figure):
        yield part.title, part.trace
    elif isinstance(part, Photos):
        yield from ((photo.caption, photo.trace) for photo in part.items)


def photo_hashes(paper: Paper) -> tuple[str, ...]:
    """SHA-256 of every photo, each once, in reading order."""
    found = (photo.sha256 for part in paper.parts if isinstance(part, Photos) for photo in part.items)
    return tuple(dict.fromkeys(found))


def changes(old: Paper, new: Paper) -> tuple[Change, ...]:
    """What differs between two issues, line by line, in the order of the new one."""
    before, after = tuple(_lines(old)), tuple(_lines(new))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    found: list[Change] = []
    for kind, start, end, begin, stop in matcher.get_opcodes():
        if kind != "equal":
            found.extend(_paired(before[start:end], after[begin:stop]))
    return tuple(found)


def _paired(before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...]) -> Iterator[Change]:
    """Lines of one place are set beside each other: the first gone with the first new."""
    left = list(before)
    for place, text in after:
        same = next((line for line in left if line[0] == place), None)
        if same:
            left.remove(same)
        yield Change(place, same[1] if same else "", text)
    yield from (Change(place, text, "") for place, text in left)


def _lines(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "", paper.title
    for place, part in _placed(paper):
        yield from ((place, line) for line in _text_of(part))


def _text_of(part: Part) -> Iterator[str]:
    match part:
        case Heading():
            yield part.text
        case Paragraph() | Note():
            yield part.text
        case Table():
            yield part.title
            yield from (" | ".join(row) for row in part.rows)
        case Figure():
            yield part.title
            yield from (json.dumps(dict(row), ensure_ascii=False, default=str) for row in part.rows)
        case Photos():
            yield from (f"{photo.caption} {photo.sha256[:12]}" for photo in part.items)


def _placed(paper: Paper) -> Iterator[tuple[str, Part]]:
    """Each part with the headings above it: "一、 › （二）"."""
    above: list[str] = []
    for part in paper.parts:
        if isinstance(part, Heading):
            above = [*above[: part.level - 1], re.sub(r"\s+", " ", f"{part.number}{part.text}")]
        yield " › ".join(above), part
