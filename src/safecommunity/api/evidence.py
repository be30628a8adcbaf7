"""Evidence: files with what is known of them, their bytes, and what files and records are cited for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File as Sent
from ninja import Form, Router, Schema, Status, UploadedFile
from ninja.errors import HttpError

from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence import actions, queries, store
from safecommunity.evidence.models import Citation, File
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.wording import told
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord

router = Router(tags=["evidence"])
MOST = 200


class FileOut(Schema):
    id: int
    unit: str
    title: str
    name: str
    kind: str
    size: int
    sha256: str
    proof_date: dt.date | None
    taken_at: dt.datetime | None
    longitude: float | None
    latitude: float | None
    remark: str
    entry: int | None
    earlier: int | None
    version: int
    created_at: dt.datetime


class FilesOut(Schema):
    count: int
    files: list[FileOut]


class AttachIn(Schema):
    """`indicators`: "scheme/code", several separated by spaces; `entry`: the record the file belongs to."""

    title: str = ""
    proof_date: dt.date | None = None
    remark: str = ""
    keep_place: bool = True
    entry: int | None = None
    indicators: str = ""


class DescribeIn(Schema):
    title: str
    proof_date: dt.date | None = None
    remark: str = ""


class WhyIn(Schema):
    reason: str


class CiteIn(Schema):
    """Either `file` or `entry`."""

    indicator: str
    file: int | None = None
    entry: int | None = None
    period: str = ""
    note: str = ""


class CitationOut(Schema):
    id: int
    unit: str
    indicator: str
    file: int | None
    entry: int | None
    period: str
    note: str


class Problem(Schema):
    detail: str


@router.get("/units/{slug}/files", response=FilesOut, summary="Files of a unit and of those beneath")
def files(
    request: HttpRequest,
    slug: str,
    text: str = "",
    year: int | None = None,
    indicator: str = "",
    offset: int = 0,
    limit: int = 50,
) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.EVIDENCE_VIEW)
    rows = queries.found(unit, text=text, year=year, indicator=indicator)
    begin, most = max(offset, 0), max(1, min(limit, MOST))
    return {"count": rows.count(), "files": [_out(row) for row in rows[begin : begin + most]]}


@router.post(
    "/units/{slug}/files",
    response={200: FileOut, 201: FileOut, 422: Problem},
    summary="Attach a file; the same bytes again give the file that is there (200)",
)
def attach(request: HttpRequest, slug: str, given: Form[AttachIn], file: Sent[UploadedFile]) -> Any:
    unit = unit_for(request, slug, Permission.EVIDENCE_ATTACH)
    said = given.dict()
    said["entry"] = None if given.entry is None else _entry(unit, given.entry)
    indicators = said.pop("indicators").split()
    try:
        attached = actions.attach(
            chunks=file.chunks(),
            name=file.name or "",
            unit=unit,
            by=_user(request),
            indicators=indicators,
            **said,
        )
    except MediaRefused as refusal:
        return Status(422, {"detail": told(refusal.message)})
    except (actions.QuotaReached, actions.UnknownIndicator) as refusal:
        return Status(422, {"detail": str(refusal)})
    return Status(201 if attached.is_new else 200, _out(attached.file))


@router.get("/units/{slug}/files/{pk}", response=FileOut, summary="One file; ETag is its version")
def detail(request: HttpRequest, response: HttpResponse, slug: str, pk: int) -> dict[str, Any]:
    return _tagged(_file(unit_for(request, slug, Permission.EVIDENCE_VIEW), pk), response)


@router.get("/units/{slug}/files/{pk}/content", summary="The bytes, after hashing them again")
def content(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    file = _file(unit_for(request, slug, Permission.EVIDENCE_VIEW), pk)
    try:
        path = store.verified(file.sha256)
    except store.Damaged as damaged:
        raise HttpError(410, _("存放的文件缺失或已被改动，没有打开。请系统管理员从备份恢复。")) from damaged
    name = f"{file.title}{file.media.extensions[0]}"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=file.media.mime)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


@router.put(
    "/units/{slug}/files/{pk}",
    response={200: FileOut, 412: Problem},
    summary="Describe a file anew; If-Match names the version it was made from",
)
def describe(request: HttpRequest, response: HttpResponse, slug: str, pk: int, given: DescribeIn) -> Any:
    file = _file(unit_for(request, slug, Permission.EVIDENCE_ATTACH), pk)
    said = {**given.dict(), "title": given.title[:120]}
    try:
        actions.describe(file=file, version=asked_version(request), **said, by=_user(request))
    except StaleRecord:
        return _stale()
    return Status(200, _tagged(file, response))


@router.post(
    "/units/{slug}/files/{pk}/withdraw",
    response={204: None, 412: Problem},
    summary="Withdraw a file; it stays, but is evidence for nothing",
)
def withdraw(request: HttpRequest, slug: str, pk: int, given: WhyIn) -> Any:
    file = _file(unit_for(request, slug, Permission.EVIDENCE_ATTACH), pk)
    try:
        actions.withdraw(
            file=file, version=asked_version(request), reason=given.reason[:200], by=_user(request)
        )
    except StaleRecord:
        return _stale()
    return Status(204, None)


@router.get("/units/{slug}/citations", response=list[CitationOut], summary="What is cited for an indicator")
def citations(request: HttpRequest, slug: str, indicator: str, limit: int = MOST) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.EVIDENCE_VIEW)
    rows = queries.citations(unit).filter(indicator=indicator).select_related("unit")
    return [_citation(row) for row in rows[: max(1, min(limit, MOST))]]


@router.post(
    "/units/{slug}/citations",
    response={201: CitationOut, 409: Problem, 422: Problem},
    summary="Cite a file or a record for an indicator",
)
def cite(request: HttpRequest, slug: str, given: CiteIn) -> Any:
    unit = unit_for(request, slug, Permission.EVIDENCE_ATTACH)
    if (given.file is None) == (given.entry is None):
        return Status(422, {"detail": _("请写明 file 或 entry 其中之一。")})
    file = None if given.file is None else _file(unit, given.file)
    entry = None if given.entry is None else _entry(unit, given.entry)
    said = {"indicator": given.indicator, "period": given.period[:7], "note": given.note[:200]}
    try:
        citation = actions.cite(file=file, entry=entry, **said, unit=unit, by=_user(request))
    except actions.AlreadyCited as refusal:
        return Status(409, {"detail": str(refusal)})
    except actions.UnknownIndicator as refusal:
        return Status(422, {"detail": str(refusal)})
    return Status(201, _citation(citation))


@router.delete("/units/{slug}/citations/{pk}", response={204: None}, summary="Take a citation back")
def uncite(request: HttpRequest, slug: str, pk: int) -> Any:
    unit = unit_for(request, slug, Permission.EVIDENCE_ATTACH)
    rows = Citation.objects.in_unit(unit).select_related("file", "entry", "unit")
    citation = rows.filter(pk=pk).first()
    if citation is None:
        raise HttpError(404, _("没有这条引用，或者您看不到它。"))
    actions.uncite(citation=citation, by=_user(request))
    return Status(204, None)


def _file(unit: Unit, pk: int) -> File:
    row = queries.files_below(unit).filter(pk=pk).first()
    if row is None:
        raise HttpError(404, _("没有这个文件，或者您看不到它。"))
    return row


def _entry(unit: Unit, pk: int) -> Entry:
    row = Entry.objects.below(unit).filter(pk=pk, withdrawn_at=None).first()
    if row is None:
        raise HttpError(404, _("没有这条台账记录，或者您看不到它。请核对编号。"))
    return row


def _stale() -> Status[dict[str, Any]]:
    return Status(412, {"detail": _("这个文件的说明已被别人改过，请重新读取后再改。")})


def _tagged(row: File, response: HttpResponse) -> dict[str, Any]:
    response["ETag"] = f'"{row.version}"'
    return _out(row)


def _out(row: File) -> dict[str, Any]:
    names = set(FileOut.model_fields) - {"unit", "entry", "earlier"}
    linked = {"unit": row.unit.slug, "entry": row.entry_id, "earlier": row.earlier_id}
    return {name: getattr(row, name) for name in names} | linked


def _citation(row: Citation) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ("id", "indicator", "period", "note")}
    return said | {"unit": row.unit.slug, "file": row.file_id, "entry": row.entry_id}


def _user(request: HttpRequest) -> Any:
    return request.user
