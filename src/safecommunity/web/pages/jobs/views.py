"""The download tray: what a person put off to later, how far it is, and what came of it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.jobs import actions, queries
from safecommunity.jobs.models import Job
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import requires

PAGE = 30
OPEN = (Job.State.QUEUED, Job.State.RUNNING)
SHOWN_ON = {
    "sheets.look": ("imports:detail", "batch"),
    "sheets.check": ("imports:detail", "batch"),
    "sheets.run": ("imports:detail", "batch"),
    "sheets.undo": ("imports:detail", "batch"),
}


@requires(Permission.UNIT_VIEW)
def index(request: HttpRequest, unit: Unit) -> HttpResponse:
    jobs = queries.mine(request.user, unit).select_related("unit")  # type: ignore[arg-type]
    page = Paginator(jobs, PAGE).get_page(request.GET.get("page"))
    return render(request, "jobs/index.html", {"page": page, "rows": [_row(job) for job in page]})


@requires(Permission.UNIT_VIEW)
def row(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """One line of the tray, asked for every second while the job is open."""
    return render(request, "jobs/index.html#row", {"row": _row(_mine(request, unit, pk))})


@require_POST
@requires(Permission.UNIT_VIEW)
def cancel(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    actions.cancel(job=_mine(request, unit, pk), by=request.user)  # type: ignore[arg-type]
    return redirect("jobs:index", unit.slug)


@requires(Permission.UNIT_VIEW)
def file(request: HttpRequest, unit: Unit, pk: int) -> FileResponse:
    job = _mine(request, unit, pk)
    path = Path(settings.RESULTS) / job.file
    if job.state != Job.State.DONE or not job.file or not path.is_file():
        raise Http404(_("这个文件还没有做好，或者已过保存期。请重新导出。"))
    response = FileResponse(path.open("rb"), as_attachment=True, filename=job.file_name)
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _mine(request: HttpRequest, unit: Unit, pk: int) -> Job:
    return get_object_or_404(queries.mine(request.user, unit).select_related("unit"), pk=pk)  # type: ignore[arg-type]


def _row(job: Job) -> dict[str, object]:
    name, argument = SHOWN_ON.get(job.kind, ("", ""))
    shown_on = reverse(name, args=[job.unit.slug, job.arguments[argument]]) if name else ""
    is_kept = bool(job.file) and (Path(settings.RESULTS) / job.file).is_file()
    return {"job": job, "is_open": job.state in OPEN, "is_kept": is_kept, "page": shown_on}
