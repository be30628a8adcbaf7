"""Papers: what kinds there are, making one, its content and files, freezing, issuing again."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.api.access import unit_for
from safecommunity.audit.actions import record
from safecommunity.core.periods import Period, UnknownPeriod
from safecommunity.library import documents
from safecommunity.reports import actions, queries, store
from safecommunity.reports.models import Paper
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord

router = Router(tags=["reports"])
MOST = 200


class DocumentOut(Schema):
    code: str
    name: str
    name_en: str
    asks: list[str]
    subject: str
    source: str
    wording: str


class PaperIn(Schema):
    document: str
    period: str
    assessment: int | None = None
    ledger: str = ""
    language: str = "zh"
    subject: UUID | None = None


class PaperOut(Schema):
    id: int
    unit: str
    document: str
    period: str
    language: str
    title: str
    state: str
    issue: int
    version: int
    replaces: int | None
    subject_kind: str
    subject: UUID | None
    digest: str
    docx_sha256: str
    pdf_sha256: str
    missing_fonts: list[str]
    made_at: dt.datetime | None
    frozen_at: dt.datetime | None


class PaperDetail(PaperOut):
    content: dict[str, Any]
    changes: list[dict[str, str]]


class VersionIn(Schema):
    version: int


@router.get("/documents", response=list[DocumentOut], summary="Kinds of paper")
def kinds(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": one.name.zh,
            "name_en": one.name.en,
            "asks": list(one.asks),
            "subject": one.subject,
            "source": one.source,
            "wording": one.wording,
        }
        for code, one in documents.items()
    ]


@router.get("/units/{slug}/papers", response=list[PaperOut], summary="Papers of a unit and of those beneath")
def index(
    request: HttpRequest, slug: str, offset: int = 0, limit: int = 50, subject: UUID | None = None
) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.REPORT_VIEW)
    start = max(offset, 0)
    rows = queries.papers(unit).exclude(subject_kind__in=queries.closed_kinds(request.user, unit))  # type: ignore[arg-type]
    rows = rows.filter(subject=subject) if subject else rows
    return [_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/papers", response={201: PaperOut}, summary="Make a paper")
def make(request: HttpRequest, slug: str, given: PaperIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.REPORT_MAKE)
    assessment = queries.assessments(unit).filter(pk=given.assessment).first() if given.assessment else None
    if given.language not in ("zh", "en"):
        raise HttpError(422, _("语言只有 zh 和 en。"))
    try:
        row = actions.make(
            document=given.document,
            period=Period.parse(given.period),
            unit=unit,
            by=request.user,  # type: ignore[arg-type]
            assessment=assessment,
            ledger=given.ledger,
            language=given.language,
            subject=given.subject,
        )
    except UnknownPeriod as error:
        message = _("“%(code)s”不是报告期，请写成 2026、2026-Q1 或 2026-03。") % {"code": error.code}
        raise HttpError(422, message) from error
    except actions.Refused as error:
        raise HttpError(422, str(error)) from error
    return Status(201, _out(row))


@router.get("/units/{slug}/papers/{pk}", response=PaperDetail, summary="A paper with its content and changes")
def detail(request: HttpRequest, slug: str, pk: int) -> dict[str, Any]:
    row = _paper(request, unit_for(request, slug, Permission.REPORT_VIEW), pk)
    return {**_out(row), "content": row.content, "changes": row.changes}


@router.get("/units/{slug}/papers/{pk}/files/{kind}", summary="The Word (docx) or PDF (pdf) file of a paper")
def file(request: HttpRequest, slug: str, pk: int, kind: str) -> FileResponse:
    unit = unit_for(request, slug, Permission.REPORT_VIEW)
    row = _paper(request, unit, pk)
    sha256 = {"docx": row.docx_sha256, "pdf": row.pdf_sha256}.get(kind, "")
    if not sha256:
        raise HttpError(404, _("这份文书还没有生成完，或者没有这种文件。"))
    try:
        path = store.verified(sha256)
    except store.Damaged as error:
        raise HttpError(404, _("文件缺失或已损坏，请联系系统管理员。")) from error
    record("paper.exported", row, by=request.user, unit=unit, after={"kind": kind})  # type: ignore[arg-type]
    return FileResponse(path.open("rb"), as_attachment=True, filename=queries.file_name(row, kind))


@router.post("/units/{slug}/papers/{pk}/freeze", response=PaperOut, summary="Freeze a paper")
def freeze(request: HttpRequest, slug: str, pk: int, given: VersionIn) -> dict[str, Any]:
    row = _paper(request, unit_for(request, slug, Permission.REPORT_MAKE), pk)
    try:
        return _out(actions.freeze(paper=row, version=given.version, by=request.user))  # type: ignore[arg-type]
    except StaleRecord as error:
        raise HttpError(409, _("这份文书刚刚被别人改动过，请看过现在的内容再操作。")) from error
    except store.Damaged as error:
        raise HttpError(409, _("文件缺失或已损坏，不能定稿，请先重新生成。")) from error
    except actions.Refused as error:
        raise HttpError(422, str(error)) from error


@router.post(
    "/units/{slug}/papers/{pk}/reissue", response={201: PaperOut}, summary="Issue a frozen paper again"
)
def reissue(request: HttpRequest, slug: str, pk: int) -> Status[dict[str, Any]]:
    row = _paper(request, unit_for(request, slug, Permission.REPORT_MAKE), pk)
    try:
        return Status(201, _out(actions.reissue(paper=row, by=request.user)))  # type: ignore[arg-type]
    except actions.Refused as error:
        raise HttpError(422, str(error)) from error


def _paper(request: HttpRequest, unit: Unit, pk: int) -> Paper:
    row = queries.paper(unit, pk)
    closed = queries.closed_kinds(request.user, unit)  # type: ignore[arg-type]
    if row is None or row.subject_kind in closed:
        raise HttpError(404, _("没有这份文书，或者它已被删除。"))
    return row


def _out(row: Paper) -> dict[str, Any]:
    names = (
        "subject_kind",
        "subject",
        "id",
        "document",
        "period",
        "language",
        "title",
        "state",
        "issue",
        "version",
        "digest",
    )
    files = ("docx_sha256", "pdf_sha256", "missing_fonts", "made_at", "frozen_at")
    plain = {name: getattr(row, name) for name in (*names, *files)}
    return {**plain, "unit": row.unit.slug, "replaces": row.replaces_id}
