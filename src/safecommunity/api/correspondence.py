"""Official documents: drafting, changing, their steps, their files, the register of numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, stale
from safecommunity.audit.actions import record
from safecommunity.correspondence import actions, queries
from safecommunity.correspondence.models import OfficialDocument
from safecommunity.documents import official_docx, official_pdf
from safecommunity.evidence import store
from safecommunity.library import official
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord

router = Router(tags=["official documents"])
MOST = 200


class KindOut(Schema):
    code: str
    name: str
    name_en: str
    form: str
    direction: str
    source: str
    wording: str


class DraftIn(Schema):
    kind: str
    title: str = Field("", max_length=200)
    uuid: UUID | None = None


class AttachmentIn(Schema):
    title: str = Field(max_length=120)
    text: str = ""


class DocumentIn(Schema):
    title: str | None = Field(None, min_length=1, max_length=200)
    body: str | None = Field(None, min_length=1, max_length=60_000)
    addressee: str | None = Field(None, max_length=300)
    agency: str | None = Field(None, max_length=20)
    head: str | None = Field(None, max_length=60)
    signature: str | None = Field(None, max_length=120)
    signer: str | None = Field(None, max_length=60)
    note: str | None = Field(None, max_length=200)
    copies_to: str | None = Field(None, max_length=300)
    issuer: str | None = Field(None, max_length=120)
    attachments: list[AttachmentIn] | None = None


class StepIn(Schema):
    act: str
    opinion: str = Field("", max_length=500)


class DocumentOut(Schema):
    uuid: UUID
    unit: str
    kind: str
    state: str
    year: int
    title: str
    number: str
    drafter: str
    signed_date: dt.date | None
    issued_date: dt.date | None
    seal: str
    version: int


class StepOut(Schema):
    act: str
    by: str
    at: dt.datetime
    opinion: str


class DocumentDetail(DocumentOut):
    body: str
    addressee: str
    agency: str
    attachments: list[dict[str, str]]
    steps: list[StepOut]


class NumberOut(Schema):
    number: str
    year: int
    serial: int
    document: UUID
    title: str
    voided_at: dt.datetime | None
    voided_reason: str


@router.get("/official-kinds", response=list[KindOut], summary="Kinds of official document")
def kinds(request: HttpRequest) -> list[dict[str, Any]]:
    names = ("code", "form", "direction", "source", "wording")
    return [
        {**{name: getattr(kind, name) for name in names}, "name": kind.name.zh, "name_en": kind.name.en}
        for kind in official.values()
    ]


@router.get("/units/{slug}/official", response=list[DocumentOut], summary="Official documents of a unit")
def index(
    request: HttpRequest,
    slug: str,
    state: str = "",
    kind: str = "",
    year: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.DOCUMENT_VIEW)
    rows = queries.chosen(queries.documents(unit), state=state, kind=kind, year=year)
    start = max(offset, 0)
    return [_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.get("/units/{slug}/official/numbers", response=list[NumberOut], summary="The register of numbers")
def numbers(request: HttpRequest, slug: str, year: int | None = None) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.DOCUMENT_VIEW)
    return [
        {
            "number": row.document.number,
            "year": row.series.year,
            "serial": row.serial,
            "document": row.document.uuid,
            "title": row.document.title,
            "voided_at": row.voided_at,
            "voided_reason": row.voided_reason,
        }
        for row in queries.numbers(unit, year)[:5000]
    ]


@router.post("/units/{slug}/official", response={201: DocumentDetail}, summary="Draft an official document")
def draft(request: HttpRequest, slug: str, given: DraftIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.DOCUMENT_DRAFT)
    try:
        row = actions.draft(
            kind=given.kind,
            unit=unit,
            by=request.user,  # type: ignore[arg-type]
            today=timezone.localdate(),
            title=given.title,
            uuid=given.uuid,
        )
    except actions.Refused as error:
        raise HttpError(422, str(error)) from error
    return Status(201, _detail(_document(unit, row.uuid)))


@router.get("/units/{slug}/official/{uuid}", response=DocumentDetail, summary="An official document")
def detail(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _document(unit_for(request, slug, Permission.DOCUMENT_VIEW), uuid)
    response["ETag"] = f'"{row.version}"'
    return _detail(row)


@router.patch("/units/{slug}/official/{uuid}", response=DocumentDetail, summary="Change a draft")
def edit(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: DocumentIn
) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.DOCUMENT_DRAFT)
    row, version = _document(unit, uuid), asked_version(request)
    values = given.dict(exclude_none=True)
    try:
        actions.edit(document=row, version=version, values=values, by=request.user)  # type: ignore[arg-type]
    except StaleRecord as error:
        raise stale() from error
    except actions.Refused as error:
        raise HttpError(422, str(error)) from error
    response["ETag"] = f'"{row.version}"'
    return _detail(_document(unit, uuid))


@router.post("/units/{slug}/official/{uuid}/steps", response=DocumentDetail, summary="Take the next step")
def step(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: StepIn
) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.DOCUMENT_DRAFT)
    if given.act not in actions.ACTS:
        raise HttpError(422, _("没有这个办理环节。"))
    row, version = _document(unit, uuid), asked_version(request)
    try:
        actions.advance(
            document=row,
            act=given.act,
            version=version,
            by=request.user,  # type: ignore[arg-type]
            today=timezone.localdate(),
            opinion=given.opinion,
        )
    except StaleRecord as error:
        raise stale() from error
    except actions.Refused as error:
        raise HttpError(422, str(error)) from error
    response["ETag"] = f'"{row.version}"'
    return _detail(_document(unit, uuid))


@router.get("/units/{slug}/official/{uuid}/files/{kind}", summary="The Word (docx) or PDF (pdf) file")
def file(request: HttpRequest, slug: str, uuid: UUID, kind: str) -> HttpResponse:
    unit = unit_for(request, slug, Permission.DOCUMENT_VIEW)
    row, write = _document(unit, uuid), {"docx": official_docx.write, "pdf": official_pdf.write}.get(kind)
    if write is None:
        raise HttpError(404, _("公文只有 Word 和 PDF 两种文件。"))
    kept = row.pdf if kind == "pdf" else row.docx
    try:
        content = store.verified(kept.sha256).read_bytes() if kept else write(queries.opened(row))
    except store.Damaged as error:
        raise HttpError(404, _("文件缺失或已损坏，请联系系统管理员从备份恢复。")) from error
    record("document.exported", row, by=request.user, unit=unit, after={"kind": kind})  # type: ignore[arg-type]
    return HttpResponse(content, content_type="application/octet-stream")


def _document(unit: Unit, uuid: UUID) -> OfficialDocument:
    row = queries.document(unit, uuid)
    if row is None:
        raise HttpError(404, _("没有这份公文。"))
    return row


def _out(row: OfficialDocument) -> dict[str, Any]:
    names = (
        "uuid",
        "kind",
        "state",
        "year",
        "title",
        "number",
        "signed_date",
        "issued_date",
        "seal",
        "version",
    )
    return {
        **{name: getattr(row, name) for name in names}, "unit": row.unit.slug, "drafter": str(row.drafter),
    }  # fmt: skip


def _detail(row: OfficialDocument) -> dict[str, Any]:
    steps = [
        {"act": one.act, "by": str(one.by), "at": one.at, "opinion": one.opinion}
        for one in queries.steps(row)
    ]
    names = ("body", "addressee", "agency", "attachments")
    return {**_out(row), **{name: getattr(row, name) for name in names}, "steps": steps}
