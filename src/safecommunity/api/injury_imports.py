"""Sheets of other offices into injury cards, and the matched columns that are remembered of them."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.api.injuries import tried
from safecommunity.api.versions import asked_version
from safecommunity.core.messages import RefusedError
from safecommunity.ledgers.wording import told
from safecommunity.library import card_sheets, codes
from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.models import CardImport
from safecommunity.units.permissions import Permission

router = Router(tags=["injuries"])
MOST = 200


class CardImportOut(Schema):
    """`sheet`: the mapping file, "" where the headings are matched by hand; `columns`: field → heading."""

    id: int
    state: str
    name: str
    sheet: str
    source: str
    headings: list[str]
    columns: dict[str, str]
    added: int
    known: int
    skipped: int
    refused: int
    refusals: list[tuple[int, str]]
    reason: str
    created_at: dt.datetime
    finished_at: dt.datetime | None
    version: int


class ColumnsIn(Schema):
    """Field of the card → heading of the sheet."""

    columns: dict[str, str]


class MappingOut(Schema):
    """`columns`: field → heading, as they are proposed for the next sheet of this source."""

    source: str
    columns: dict[str, str]


@router.get("/units/{slug}/injury-imports", response=list[CardImportOut], summary="Sheets, the newest first")
def imports(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[CardImport]:
    rows, start = queries.card_imports(unit_for(request, slug, Permission.INJURY_ENTER)), max(offset, 0)
    return list(rows[start : start + min(max(limit, 1), MOST)])


@router.post("/units/{slug}/injury-imports", response={201: CardImportOut}, summary="Upload a sheet")
def upload(
    request: HttpRequest, slug: str, source: Form[str], file: File[UploadedFile], sheet: Form[str] = ""
) -> Status[CardImport]:
    """`sheet`: a mapping file, taken in at once; without one the headings wait to be matched."""
    unit = unit_for(request, slug, Permission.INJURY_ENTER)
    if source not in codes["data-sources"] or (sheet and sheet not in card_sheets):
        raise HttpError(422, _("没有这个信息来源，或者没有这份对应表。"))
    try:
        row = actions.upload_cards(
            chunks=file.chunks(), name=file.name or "", unit=unit, sheet=sheet, source=source,
            by=cast("User", request.user),
        )  # fmt: skip
    except RefusedError as refusal:
        raise HttpError(422, told(refusal.message)) from refusal
    return Status(201, row)


@router.get("/units/{slug}/injury-imports/{pk}", response=CardImportOut, summary="How far a sheet is")
def detail(request: HttpRequest, slug: str, pk: int) -> CardImport:
    row = queries.card_import(unit_for(request, slug, Permission.INJURY_ENTER), pk)
    if row is None:
        raise HttpError(404, _("没有这次导入，或者您看不到它。"))
    return row


@router.post(
    "/units/{slug}/injury-imports/{pk}/match",
    response=CardImportOut,
    summary="Say which heading is which field",
)
def match(request: HttpRequest, slug: str, pk: int, given: ColumnsIn) -> CardImport:
    row, fields = detail(request, slug, pk), {column.key for column in queries.form().columns}
    if not fields.issuperset(given.columns) or not {*row.headings, ""}.issuperset(given.columns.values()):
        raise HttpError(422, _("有的栏目不在伤害卡里，或者有的列不在表里。"))
    common = {"row": row, "version": asked_version(request), "by": cast("User", request.user)}
    tried(actions.match_columns, **common, columns=given.columns)
    return row


@router.get(
    "/units/{slug}/injury-mappings", response=list[MappingOut], summary="Columns remembered of each source"
)
def mappings(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    kept = queries.remembered_columns(unit_for(request, slug, Permission.INJURY_ENTER))
    return [{"source": source, "columns": columns} for source, columns in sorted(kept.items())]
