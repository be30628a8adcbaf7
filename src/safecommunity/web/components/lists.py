"""What lists share: sorted by the head that was clicked, and taken along as a sheet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import F, Model, QuerySet
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from safecommunity.documents.media import KINDS
from safecommunity.documents.sheet_writer import SheetColumn, write_xlsx

Row = TypeVar("Row", bound=Model)


def ordered(rows: QuerySet[Row], sort: str, sorts: Mapping[str, str]) -> QuerySet[Row]:
    """Sorted as `sort_header` asks (`key`, `-key`); nothing last, and the order as it is for no such key."""
    order = sorts.get(sort.removeprefix("-"))
    if order is None:
        return rows
    by = F(order)
    return rows.order_by(by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True), "-id")


def sheet(
    *, name: str, title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """A list as an .xlsx file called `name`; `columns`: head and width in characters."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        write_xlsx(path, name=title, columns=[SheetColumn(*one) for one in columns], rows=rows)
        response = HttpResponse(path.read_bytes(), content_type=KINDS["xlsx"].mime)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return response
