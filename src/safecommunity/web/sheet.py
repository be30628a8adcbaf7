"""A table on the screen as an .xlsx file to take along."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from safecommunity.documents.media import KINDS
from safecommunity.documents.sheet_writer import SheetColumn, write_xlsx


def sheet_answer(
    *, name: str, file: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """One sheet called `name` in a file called `file`; `heads`: (heading, width in characters)."""
    columns = [SheetColumn(head, width) for head, width in heads]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write_xlsx(path, name=name, columns=columns, rows=rows)
        answer = HttpResponse(path.read_bytes(), content_type=KINDS["xlsx"].mime)
    answer["Content-Disposition"] = content_disposition_header(True, file) or "attachment"
    return answer
