"""An official document as PDF, laid out like the Word file by `official.typ`; texts are never markup."""

from __future__ import annotations

import json
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from safecommunity.core.official import (
    Line,
    Official,
    attachment_lines,
    day_text,
    signature_indents,
    title_lines,
)
from safecommunity.core.papers import printable
from safecommunity.documents import fonts
from safecommunity.documents.docx import MARGINS
from safecommunity.documents.official_docx import head_size


def write(document: Official) -> bytes:
    """The document as a PDF file."""
    import typst  # slow import

    with tempfile.TemporaryDirectory(prefix="official-") as name:
        folder = Path(name)
        (folder / "document.json").write_text(json.dumps(_data(document), ensure_ascii=False), "utf-8")
        layout = files("safecommunity.documents").joinpath("official.typ").read_text("utf-8")
        (folder / "official.typ").write_text(layout, "utf-8")
        source, faces = str(folder / "official.typ"), fonts.all_faces()
        made: bytes = typst.compile(source, root=str(folder), font_paths=faces, format="pdf")
        return made


def _data(document: Official) -> dict[str, Any]:
    have = {family.lower(): family for family in fonts.installed()}
    day = day_text(document.date)
    count = len(document.attachments)
    plain = ("form", "head", "number", "signer", "copy_number", "secrecy", "urgency", "seal", "issuer")
    return {
        **{name: getattr(document, name) for name in plain},
        "faces": {
            role: [have[name.lower()] for name in fonts.families(role) if name.lower() in have]
            for role in fonts.FACES
        },
        "margins": dict(zip(("top", "bottom", "left", "right"), MARGINS["portrait"], strict=True)),
        "head_size": head_size(document.head),
        "title": [printable(line) for line in title_lines(document.title)],
        "addressee": printable(document.addressee),
        "lines": [_line(line) for line in document.lines],
        "attached": [printable(line) for line in attachment_lines(document.attachments)] if count else [],
        "attachments": [
            {
                "word": "附件" if count == 1 else f"附件{number}",
                "title": [printable(line) for line in title_lines(one.title)],
                "lines": [_line(line) for line in one.lines],
            }
            for number, one in enumerate(document.attachments, 1)
        ],
        "attendance": [{"label": label, "text": printable(text)} for label, text in document.attendance],
        "signatures": [_signature(name, day, document.seal) for name in document.signatures],
        "day": day,
        "note": printable(document.note),
        "copies_to": printable(document.copies_to).rstrip("。"),
        "issued": day_text(document.issued),
    }


def _signature(name: str, day: str, seal: bool) -> dict[str, Any]:
    name_right, day_right = signature_indents(name, day or "2026年10月10日", seal=seal)
    return {"name": printable(name), "name_right": name_right, "day_right": day_right}


def _line(line: Line) -> dict[str, Any]:
    return {"level": line.level, "head": line.number + line.head, "text": line.text}
