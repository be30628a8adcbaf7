"""Sheets into ledgers and lists out of them: the steps of the pages, one call each."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from safecommunity.api.access import ledger_for, unit_for
from safecommunity.core.messages import RefusedError
from safecommunity.jobs import queries as jobs
from safecommunity.jobs.models import Job
from safecommunity.ledgers.wording import local, told
from safecommunity.sheets import actions, queries
from safecommunity.sheets.models import ImportBatch
from safecommunity.sheets.packing import message_of
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord

router = Router(tags=["sheets"])
MOST = 200
P = Permission


class ImportOut(Schema):
    id: int
    ledger: str
    name: str
    state: str
    version: int
    mode: str
    sheets: list[str]
    sheet: str
    heading_row: int
    headings: list[str]
    columns: list[str]
    new: int
    changed: int
    unchanged: int
    refused: int
    unusual: int
    kept: int
    reason: str
    created_at: dt.datetime
    finished_at: dt.datetime | None


class LineOut(Schema):
    label: str
    cell: str
    before: str
    after: str
    remark: str


class RowOut(Schema):
    number: int
    title: str
    lines: list[LineOut]


class SheetIn(Schema):
    version: int
    sheet: str = ""
    heading_row: int


class MatchIn(Schema):
    version: int
    columns: list[str]


class ConfirmIn(Schema):
    version: int
    mode: str


class VersionIn(Schema):
    version: int


class ExportIn(Schema):
    query: str = ""
    columns: str = "all"
    kind: str = "xlsx"
    in_full: bool = False
    reason: str = ""


class JobOut(Schema):
    id: int
    kind: str
    title: str
    state: str
    done: int
    total: int
    error: str
    file_name: str


@router.get("/units/{slug}/imports", response=list[ImportOut], summary="Imports of a unit, newest first")
def index(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, P.LEDGER_IMPORT)
    start = max(offset, 0)
    return [_out(batch) for batch in queries.imports(unit)[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/imports", response={201: ImportOut}, summary="Upload a sheet")
def upload(
    request: HttpRequest, slug: str, ledger: Form[str], file: File[UploadedFile]
) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, P.LEDGER_IMPORT)
    try:
        batch = actions.upload(
            chunks=file.chunks(),
            name=file.name or "",
            ledger=ledger_for(request, unit, ledger),
            unit=unit,
            by=request.user,  # type: ignore[arg-type]
        )
    except RefusedError as refusal:
        raise HttpError(422, told(refusal.message)) from refusal
    return Status(201, _out(batch))


@router.get("/units/{slug}/imports/{pk}", response=ImportOut, summary="How far an import is")
def detail(request: HttpRequest, slug: str, pk: int) -> dict[str, Any]:
    return _out(_batch(request, slug, pk))


@router.get("/units/{slug}/imports/{pk}/rows", response=list[RowOut], summary="Checked rows of one outcome")
def rows(
    request: HttpRequest, slug: str, pk: int, outcome: str = "refused", offset: int = 0, limit: int = 50
) -> list[dict[str, Any]]:
    batch, start = _batch(request, slug, pk), max(offset, 0)
    found = queries.staged(batch, outcome)[start : start + min(max(limit, 1), MOST)]
    masked = not can(request.user, P.LEDGER_PERSONAL, batch.unit)  # type: ignore[arg-type]
    return [_row(row) for row in queries.shown_rows(batch, found, masked=masked)]


@router.post(
    "/units/{slug}/imports/{pk}/sheet", response=ImportOut, summary="Open another sheet or heading row"
)
def sheet(request: HttpRequest, slug: str, pk: int, given: SheetIn) -> dict[str, Any]:
    return _act(request, slug, pk, actions.look_again, **given.dict())


@router.post(
    "/units/{slug}/imports/{pk}/match", response=ImportOut, summary="Say which heading is which column"
)
def match(request: HttpRequest, slug: str, pk: int, given: MatchIn) -> dict[str, Any]:
    return _act(request, slug, pk, actions.match, version=given.version, keys=given.columns)


@router.post(
    "/units/{slug}/imports/{pk}/run", response=ImportOut, summary="Take the checked rows in (all, good)"
)
def run(request: HttpRequest, slug: str, pk: int, given: ConfirmIn) -> dict[str, Any]:
    if given.mode not in ImportBatch.Mode.values:
        raise HttpError(422, _("方式只有 all 和 good。"))
    return _act(request, slug, pk, actions.confirm, **given.dict())


@router.post("/units/{slug}/imports/{pk}/drop", response=ImportOut, summary="Give the file up")
def drop(request: HttpRequest, slug: str, pk: int, given: VersionIn) -> dict[str, Any]:
    return _act(request, slug, pk, actions.drop, **given.dict())


@router.post("/units/{slug}/imports/{pk}/undo", response=ImportOut, summary="Put back what the import did")
def undo(request: HttpRequest, slug: str, pk: int, given: VersionIn) -> dict[str, Any]:
    return _act(request, slug, pk, actions.undo, **given.dict())


@router.post("/units/{slug}/imports/{pk}/refusals", response={201: JobOut}, summary="Refused rows as a file")
def refusals(request: HttpRequest, slug: str, pk: int) -> Status[Job]:
    batch = _batch(request, slug, pk)
    return Status(201, actions.ask_for_refusals(batch=batch, by=request.user))  # type: ignore[arg-type]


@router.post("/units/{slug}/exports/{code}", response={201: JobOut}, summary="Export a list as a file")
def export(request: HttpRequest, slug: str, code: str, given: ExportIn) -> Status[Job]:
    unit = unit_for(request, slug, P.LEDGER_EXPORT)
    ledger = ledger_for(request, unit, code)
    if given.columns not in ("shown", "all") or given.kind not in ("xlsx", "csv"):
        raise HttpError(422, _("columns 只有 shown 和 all，kind 只有 xlsx 和 csv。"))
    if given.in_full:
        unit_for(request, slug, P.LEDGER_PERSONAL)
    try:
        job = actions.ask_for_export(ledger=ledger, unit=unit, by=request.user, **given.dict())  # type: ignore[arg-type]
    except RefusedError as refusal:
        raise HttpError(422, told(refusal.message)) from refusal
    return Status(201, job)


@router.get("/units/{slug}/jobs/{pk}", response=JobOut, summary="How far later work is")
def job(request: HttpRequest, slug: str, pk: int) -> Job:
    return _job(request, unit_for(request, slug, P.UNIT_VIEW), pk)


@router.get("/units/{slug}/jobs/{pk}/file", summary="The file that later work made")
def job_file(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    found = _job(request, unit_for(request, slug, P.UNIT_VIEW), pk)
    path = Path(settings.RESULTS) / found.file
    if found.state != Job.State.DONE or not found.file or not path.is_file():
        raise HttpError(404, _("这个文件还没有做好，或者已过保存期。请重新导出。"))
    return FileResponse(path.open("rb"), as_attachment=True, filename=found.file_name)


def _act(request: HttpRequest, slug: str, pk: int, action: Any, **values: Any) -> dict[str, Any]:
    batch = _batch(request, slug, pk)
    try:
        action(batch=batch, by=request.user, **values)
    except RefusedError as refusal:
        raise HttpError(422, told(refusal.message)) from refusal
    except StaleRecord as stale:
        raise HttpError(409, _("这次导入刚刚有了变化，请看清后再操作。")) from stale
    return _out(batch)


def _batch(request: HttpRequest, slug: str, pk: int) -> ImportBatch:
    unit = unit_for(request, slug, P.LEDGER_IMPORT)
    batch = queries.imports(unit).select_related("unit").filter(pk=pk).first()
    if batch is None:
        raise HttpError(404, _("没有这次导入。"))
    ledger_for(request, batch.unit, batch.ledger)
    return batch


def _job(request: HttpRequest, unit: Unit, pk: int) -> Job:
    found = jobs.mine(request.user, unit).filter(pk=pk).first()  # type: ignore[arg-type]
    if found is None:
        raise HttpError(404, _("没有这个任务。"))
    return found


def _out(batch: ImportBatch) -> dict[str, Any]:
    values = {name: getattr(batch, name) for name in ImportOut.model_fields if name != "reason"}
    return {**values, "reason": told(message_of(batch.reason)) if batch.reason else ""}


def _row(row: queries.ShownRow) -> dict[str, Any]:
    lines = [
        {
            "label": local(line.label),
            "cell": line.cell,
            "before": local(line.before),
            "after": local(line.after),
            "remark": told(line.remark) if line.remark else "",
        }
        for line in row.lines
    ]
    return {"number": row.number, "title": row.title, "lines": lines}
