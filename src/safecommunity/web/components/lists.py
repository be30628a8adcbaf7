"""What lists share: being taken along as a sheet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from safecommunity.documents.media import KINDS
from safecommunity.documents.sheet_writer import SheetColumn, write_xlsx


def sheet(
    *,
    name: str,
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[tuple[str, Any]] = (),
) -> HttpResponse:
    """A list as an .xlsx file called `name`; `columns`: head and width in characters; `notes` stand below."""
    below = ([*one, *[""] * len(columns)][: len(columns)] for one in (("", ""), *notes)) if notes else ()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        heads = [SheetColumn(*one) for one in columns]
        write_xlsx(path, name=title, columns=heads, rows=chain(rows, below))
        response = HttpResponse(path.read_bytes(), content_type=KINDS["xlsx"].mime)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return response
