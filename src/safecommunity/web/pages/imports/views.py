"""A sheet on its way into a ledger: upload, match the columns, look at what will happen, take in, undo."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.core.messages import RefusedError
from safecommunity.jobs.models import Job
from safecommunity.ledgers.wording import local, told
from safecommunity.library import ledgers
from safecommunity.sheets import actions, queries, templates
from safecommunity.sheets.models import ImportBatch, StagedRow
from safecommunity.sheets.packing import message_of
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import exactly_once, open_ledger, requires
from safecommunity.web.pages.imports.forms import ConfirmForm, MatchForm, SheetForm, UploadForm, VersionForm

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
State = ImportBatch.State
OPEN = (Job.State.QUEUED, Job.State.RUNNING)
BUSY = (State.LOOKING, State.CHECKING, State.RUNNING, State.UNDOING)
TABS = ("refused", "changed", "new", "unchanged")


@requires(Permission.LEDGER_IMPORT)
def index(request: HttpRequest, unit: Unit) -> HttpResponse:
    page = Paginator(queries.imports(unit), PAGE).get_page(request.GET.get("page"))
    rows = [
        (batch, local(ledgers[batch.ledger].words) if batch.ledger in ledgers else batch.ledger)
        for batch in page
    ]
    return render(request, "imports/index.html", {"page": page, "rows": rows})


@requires(Permission.LEDGER_IMPORT)
@exactly_once
def start(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    ledger = open_ledger(request, unit, code)
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    if is_sent and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            batch = actions.upload(
                chunks=sent.chunks(),
                name=sent.name,
                ledger=ledger,
                unit=unit,
                by=request.user,  # type: ignore[arg-type]
            )
            return redirect("imports:detail", unit.slug, batch.pk)
        except RefusedError as refusal:
            form.add_error("file", told(refusal.message))
    recent = queries.imports(unit, code)[:10]
    context = {"form": form, "ledger": ledger, "name": local(ledger.words), "recent": recent}
    return render(request, "imports/start.html", context, status=422 if form.errors else 200)


@requires(Permission.LEDGER_IMPORT)
def template(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    ledger = open_ledger(request, unit, code)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        templates.write(path, ledger)
        content = path.read_bytes()
    name = _("%(ledger)s模板.xlsx") % {"ledger": local(ledger.words)}
    attached = {"Content-Disposition": str(content_disposition_header(True, name))}
    return HttpResponse(content, content_type=XLSX, headers=attached)


@requires(Permission.LEDGER_IMPORT)
def detail(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """Whatever step the import is at; asks for itself every second while something is going on."""
    return _page(request, _batch(request, unit, pk))


@require_POST
@requires(Permission.LEDGER_IMPORT)
@exactly_once
def sheet(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    batch = _batch(request, unit, pk)
    form = SheetForm(request.POST, batch=batch)
    if not form.is_valid():
        return _page(request, batch, sheet_form=form, status=422)
    values = {"sheet": "", **form.cleaned_data}
    return _done(request, batch, actions.look_again, **values)


@require_POST
@requires(Permission.LEDGER_IMPORT)
@exactly_once
def match(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    batch = _batch(request, unit, pk)
    form = MatchForm(request.POST, batch=batch)
    if not form.is_valid():
        return _page(request, batch, match_form=form, status=422)
    return _done(request, batch, actions.match, version=form.cleaned_data["version"], keys=form.keys)


@requires(Permission.LEDGER_IMPORT)
def preview(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """The rows of one outcome, page by page."""
    batch = _batch(request, unit, pk)
    return render(request, "imports/rows.html", _rows(request, batch))


@require_POST
@requires(Permission.LEDGER_IMPORT)
def refusals(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """The refused rows as a sheet with the reasons in its last column; it waits in the tray."""
    actions.ask_for_refusals(batch=_batch(request, unit, pk), by=request.user)  # type: ignore[arg-type]
    return redirect("jobs:index", unit.slug)


@require_POST
@requires(Permission.LEDGER_IMPORT)
@exactly_once
def run(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    batch = _batch(request, unit, pk)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, batch, confirm_form=form, status=422)
    return _done(request, batch, actions.confirm, **form.cleaned_data)


@require_POST
@requires(Permission.LEDGER_IMPORT)
@exactly_once
def drop(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    return _stepped(request, unit, pk, actions.drop)


@require_POST
@requires(Permission.LEDGER_IMPORT)
@exactly_once
def undo(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    return _stepped(request, unit, pk, actions.undo)


@require_POST
@requires(Permission.LEDGER_IMPORT)
@exactly_once
def resume(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    return _stepped(request, unit, pk, actions.resume)


def _stepped(request: HttpRequest, unit: Unit, pk: int, action: Any) -> HttpResponse:
    batch = _batch(request, unit, pk)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    return _done(request, batch, action, version=version)


def _done(request: HttpRequest, batch: ImportBatch, action: Any, **values: Any) -> HttpResponse:
    try:
        action(batch=batch, by=request.user, **values)
    except RefusedError as refusal:
        messages.error(request, told(refusal.message))
    except StaleRecord:
        messages.error(request, _("这次导入刚刚有了变化，请看清后再操作。"))
    return redirect("imports:detail", batch.unit.slug, batch.pk)


def _page(request: HttpRequest, batch: ImportBatch, status: int = 200, **forms: Any) -> HttpResponse:
    ledger, is_busy = ledgers[batch.ledger], batch.state in BUSY
    job = queries.job(batch) if is_busy else None
    context = {
        "batch": batch,
        "ledger": ledger,
        "name": local(ledger.words),
        "is_busy": is_busy,
        "is_waiting": job is not None and job.state in OPEN,
        "job": job,
        "reason": told(message_of(batch.reason)) if batch.reason else "",
    }
    if batch.state in (State.MATCHING, State.CHECKED):
        match_form = forms.get("match_form") or MatchForm(batch=batch)
        context |= {"match_form": match_form, "headings": _headings(batch, match_form)}
    if batch.state == State.MATCHING:
        context["sheet_form"] = forms.get("sheet_form") or SheetForm(batch=batch)
    if batch.state == State.CHECKED:
        context |= {
            "confirm_form": forms.get("confirm_form") or ConfirmForm(initial={"version": batch.version}),
            "earlier": queries.taken_in_before(batch),
            **_rows(request, batch),
        }
    return render(request, "imports/detail.html", context, status=status)


def _headings(batch: ImportBatch, form: MatchForm) -> list[dict[str, Any]]:
    rows = queries.sample(batch)
    return [
        {
            "heading": heading,
            "field": form[f"column-{index}"],
            "sample": [str(row[index]) for row in rows if index < len(row) and row[index] not in (None, "")],
        }
        for index, heading in enumerate(batch.headings)
    ]


def _rows(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """The chosen tab, or the first that holds a row; "unusual" is the tab of rows to be looked at again."""
    counts = {name: getattr(batch, name) for name in TABS}
    tab = request.GET.get("tab", "") or next((name for name in TABS if counts[name]), "new")
    found = queries.starred(batch) if tab == "unusual" else queries.staged(batch, tab)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    masked = not can(request.user, Permission.LEDGER_PERSONAL, batch.unit)  # type: ignore[arg-type]
    rows = [
        {"number": row.number, "title": row.title, "lines": [_line(line) for line in row.lines]}
        for row in queries.shown_rows(batch, page, masked=masked)
    ]
    tabs = [(name, StagedRow.Outcome(name).label, counts[name]) for name in TABS]
    return {
        "batch": batch,
        "tab": tab,
        "tabs": [*tabs, ("unusual", _("异常值"), batch.unusual)],
        "page": page,
        "rows": rows,
    }


def _line(line: queries.Line) -> dict[str, str]:
    return {
        "label": local(line.label),
        "cell": line.cell,
        "before": local(line.before),
        "after": local(line.after),
        "remark": told(line.remark) if line.remark else "",
    }


def _batch(request: HttpRequest, unit: Unit, pk: int) -> ImportBatch:
    batch = get_object_or_404(queries.imports(unit).select_related("unit"), pk=pk)
    open_ledger(request, batch.unit, batch.ledger)
    return batch
