"""A paper as PDF, laid out like the Word file.

Everything a person wrote goes to the typesetter as JSON and is set as text; the layout file beside this one
is the only markup. No packages are used and nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from safecommunity.core.papers import (
    Figure,
    Heading,
    Note,
    PageBreak,
    Paper,
    Paragraph,
    Part,
    Photo,
    Photos,
    Table,
    caption,
    marks,
    paged,
    printable,
)
from safecommunity.documents import fonts
from safecommunity.documents.docx import (
    MARGINS,
    PHOTO_HEIGHT,
    PHOTO_WIDTH,
    column_widths,
    fitted,
    is_kept_whole,
    type_area,
)

PX = 25.4 / 96  # mm
_SIGNS = re.compile(r"([-/._@:,])(?=[0-9A-Za-z])")
_LONG = re.compile(r"[0-9A-Za-z]{13,}")
_SIZE = re.compile(r'<svg[^>]* width="([0-9.]+)" height="([0-9.]+)"')


def write(paper: Paper, *, drawing: Callable[[Figure], str], photo: Callable[[str], bytes | None]) -> bytes:
    """The paper as a PDF file; `drawing` and `photo` as for the Word file."""
    import typst  # slow import

    with tempfile.TemporaryDirectory(prefix="paper-") as name:
        folder = Path(name)
        data = _paper(paper, folder, drawing, photo)
        (folder / "paper.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        layout = files("safecommunity.documents").joinpath("paper.typ").read_text("utf-8")
        (folder / "paper.typ").write_text(layout, "utf-8")
        source, faces = str(folder / "paper.typ"), fonts.all_faces()
        made: bytes = typst.compile(source, root=str(folder), font_paths=faces, format="pdf")
        return made


def _paper(
    paper: Paper, folder: Path, drawing: Callable[[Figure], str], photo: Callable[[str], bytes | None]
) -> dict[str, Any]:
    width, height = type_area(paper.orientation)
    room = (width, height - 30)
    known = marks(paper)
    parts = [
        _part(part, index, paper, known, folder, room, drawing, photo)
        for index, part in enumerate(paper.parts)
    ]
    _name_rows(paper, parts, known)
    have = {family.lower(): family for family in fonts.installed()}
    return {
        "faces": {
            role: [have[name.lower()] for name in fonts.families(role) if name.lower() in have]
            for role in fonts.FACES
        },
        "language": paper.language,
        "orientation": paper.orientation,
        "margins": dict(zip(("top", "bottom", "left", "right"), MARGINS[paper.orientation], strict=True)),
        "title": printable(paper.title),
        "subtitle": printable(paper.subtitle),
        "unit": printable(paper.unit),
        "contents": paper.contents,
        "notes": [printable(note) for note in paper.notes],
        "parts": parts,
    }


def _part(
    part: Part,
    index: int,
    paper: Paper,
    known: Mapping[str, int],
    folder: Path,
    room: tuple[float, float],
    drawing: Callable[[Figure], str],
    photo: Callable[[str], bytes | None],
) -> dict[str, Any]:
    match part:
        case Heading():
            words = printable(part.number + part.text).replace("\n", " ")
            return {"part": "heading", "level": part.level, "text": words}
        case Paragraph():
            return {"part": "paragraph", "kind": part.kind, "text": printable(part.text)}
        case Note():
            return {"part": "note", "text": printable(part.text)}
        case PageBreak():
            return {"part": "pagebreak"}
        case Table():
            return _table(paged(part, known, paper.language), paper.language, room[0])
        case Figure():
            return _figure(part, index, paper.language, folder, room, drawing)
        case Photos():
            return {"part": "photos", "items": [_photo(item, paper, folder, photo) for item in part.items]}


def _table(table: Table, language: str, width: float) -> dict[str, Any]:
    widths = column_widths(table.columns, width)
    return {
        "part": "table",
        "caption": printable(caption(table, language)),
        "columns": [
            {"label": printable(column.label), "share": column.share, "align": column.align}
            for column in table.columns
        ],
        "rows": [
            {
                "cells": [breakable(printable(cell)) for cell in row],
                "whole": is_kept_whole(row, widths),
                "mark": None,
                "page": None,
            }
            for row in table.rows
        ],
    }


def _name_rows(paper: Paper, parts: list[dict[str, Any]], known: Mapping[str, int]) -> None:
    """Number the rows others refer to (`mark`), each once, and say which a row refers to (`page`)."""
    left = set(known)
    for part, made in zip(paper.parts, parts, strict=True):
        if not isinstance(part, Table):
            continue
        for name, row in zip(part.anchors, made["rows"], strict=False):
            if name in left:
                left.remove(name)
                row["mark"] = known[name]
        for name, row in zip(part.refers, made["rows"], strict=False):
            row["page"] = known.get(name)


def breakable(text: str) -> str:
    """`text` with places to break it in a narrow cell: after signs inside numbers, within very long words."""
    return _LONG.sub(lambda word: "\u200b".join(word[0]), _SIGNS.sub("\\1\u200b", text))


def _figure(
    figure: Figure,
    index: int,
    language: str,
    folder: Path,
    room: tuple[float, float],
    drawing: Callable[[Figure], str],
) -> dict[str, Any]:
    drawn = drawing(figure)
    file = folder / f"figure-{index}.svg"
    file.write_text(drawn, "utf-8")
    return {
        "part": "figure",
        "file": file.name,
        "width": _drawing_width(drawn, room),
        "words": printable(figure.words or figure.title),
        "caption": printable(caption(figure, language)),
    }


def _drawing_width(drawn: str, room: tuple[float, float]) -> float:
    """mm: the drawing's own size at 96 px per inch, or what fits."""
    size = _SIZE.search(drawn)
    if not size:
        raise ValueError("a drawing must say its width and height")
    wide, high = float(size[1]) * PX, float(size[2]) * PX
    return wide * min(1.0, room[0] / wide, room[1] / high)


def _photo(item: Photo, paper: Paper, folder: Path, photo: Callable[[str], bytes | None]) -> dict[str, Any]:
    absent = "[photo not found]" if paper.language == "en" else "［照片文件缺失］"
    picture = photo(item.sha256)
    plain = {"caption": printable(item.caption), "absent": absent, "file": None, "width": 0}
    if picture is None:
        return plain
    kind = "png" if picture.startswith(b"\x89PNG") else "jpg"
    file = folder / f"{hashlib.sha256(picture).hexdigest()}.{kind}"
    file.write_bytes(picture)
    return {**plain, "file": file.name, "width": fitted(picture, PHOTO_WIDTH, PHOTO_HEIGHT)[0]}
