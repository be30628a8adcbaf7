"""Papers: the list, making one, its preview with the way to every record, freezing, issuing again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.audit.actions import record
from safecommunity.core.papers import photo_hashes
from safecommunity.core.periods import Period
from safecommunity.documents import fonts
from safecommunity.jobs.models import Job
from safecommunity.ledgers.wording import local
from safecommunity.library import documents
from safecommunity.reports import actions, queries, store
from safecommunity.reports.models import Paper
from safecommunity.reports.subjects import SUBJECTS
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.pages.reports import display
from safecommunity.web.pages.reports.forms import PaperForm

PAGE = 30
KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@requires(Permission.REPORT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    chosen = request.GET.get("document", "")
    found = queries.papers(unit).exclude(subject_kind__in=queries.closed_kinds(request.user, unit))
    page = Paginator(found.filter(document=chosen) if chosen else found, PAGE).get_page(
        request.GET.get("page")
    )
    newer = queries.successors(unit, page)
    context = {
        "page": page,
        "rows": [(row, display.kind_of(row), newer.get(row.pk)) for row in page],
        "documents": [(code, local(one.name)) for code, one in documents.items()],
        "chosen": chosen,
        "may_make": _may_make(request, unit),
    }
    return render(request, "reports/index.html", context)


@requires(Permission.REPORT_MAKE)
@exactly_once
def make(request: PersonRequest, unit: Unit) -> HttpResponse:
    about = _about(request.GET.get("about", ""))
    if request.method != "POST":
        initial = {**_first(unit, about), **request.GET.dict()}
        return _make_page(request, PaperForm(initial=initial, unit=unit, about=about))
    form = PaperForm(request.POST, unit=unit, about=about)
    if not form.is_valid():
        return _make_page(request, form, 422)
    try:
        paper = actions.make(**form.cleaned_data, unit=unit, by=request.user)
    except actions.Refused as error:
        form.add_error(None, str(error))
        return _make_page(request, form, 422)
    return redirect("reports:detail", unit.slug, paper.pk)


@requires(Permission.REPORT_VIEW)
def detail(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    paper = _paper(request, unit, pk)
    context = {
        "paper": paper,
        "kind": display.kind_of(paper),
        "steps": display.steps(paper),
        "about": display.about(paper),
        **_progress(paper),
    }
    if paper.content:
        content = queries.content_of(paper)
        context |= {
            "content": content,
            "parts": display.parts(paper, content),
            "changes": queries.changes_of(paper)[:200],
            "change_count": len(paper.changes),
            "lacking": fonts.note(
                paper.missing_fonts, "en" if (get_language() or "").startswith("en") else "zh"
            ),
            "figure_count": len(display.figures(unit, content)),
            "newer": queries.successors(unit, [paper]).get(paper.pk),
        }
    return render(request, "reports/detail.html", {**context, "may_make": _may_make(request, unit)})


@requires(Permission.REPORT_VIEW)
def progress(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    """Asked for every second while a paper is made; the page is loaded anew when it is there."""
    paper = _paper(request, unit, pk)
    response = render(
        request, "reports/detail.html#progress", {"paper": paper, "unit": unit, **_progress(paper)}
    )
    if paper.state != Paper.State.MAKING:
        response["HX-Refresh"] = "true"
    return response


@requires(Permission.REPORT_VIEW)
def figures(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    """Every figure of the paper with its records."""
    paper = _made(request, unit, pk)
    lines = display.figures(unit, queries.content_of(paper))
    page = Paginator(lines, 200).get_page(request.GET.get("page"))
    return render(request, "reports/figures.html", {"paper": paper, "page": page})


@requires(Permission.REPORT_VIEW)
def changes(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    """All that differs from the issue before."""
    paper = _made(request, unit, pk)
    page = Paginator(queries.changes_of(paper), 200).get_page(request.GET.get("page"))
    return render(request, "reports/changes.html", {"paper": paper, "page": page})


@requires(Permission.REPORT_VIEW)
def file(request: PersonRequest, unit: Unit, pk: int, kind: str) -> FileResponse:
    paper = _made(request, unit, pk)
    if kind not in KINDS:
        raise Http404(_("文书只有 Word 和 PDF 两种文件。"))
    try:
        path = store.verified(paper.docx_sha256 if kind == "docx" else paper.pdf_sha256)
    except store.Damaged as error:
        raise Http404(
            _("文件缺失或已损坏，请联系系统管理员从备份恢复；未定稿的文书可以重新生成。")
        ) from error
    record("paper.exported", paper, by=request.user, unit=unit, after={"kind": kind})
    name = queries.file_name(paper, kind)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=KINDS[kind])
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@requires(Permission.REPORT_VIEW)
def photo(request: PersonRequest, unit: Unit, pk: int, sha256: str) -> HttpResponse:
    """A photo of the paper, small."""
    paper = _made(request, unit, pk)
    picture = queries.photo(sha256) if sha256 in photo_hashes(queries.content_of(paper)) else None
    if picture is None:
        raise Http404(_("这份文书里没有这张照片，或者照片文件缺失。"))
    response = HttpResponse(picture, content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_POST
@requires(Permission.REPORT_MAKE)
@exactly_once
def remake(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    return _act(request, unit, pk, actions.remake, _("正在按最新记录重新生成。"))


@require_POST
@requires(Permission.REPORT_MAKE)
@exactly_once
def freeze(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    return _act(request, unit, pk, actions.freeze, _("已定稿。以后要改，请另发新版。"))


@require_POST
@requires(Permission.REPORT_MAKE)
@exactly_once
def reissue(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    try:
        paper = actions.reissue(paper=_paper(request, unit, pk), by=request.user)
    except actions.Refused as error:
        messages.error(request, str(error))
        return redirect("reports:detail", unit.slug, pk)
    return redirect("reports:detail", unit.slug, paper.pk)


@require_POST
@requires(Permission.REPORT_MAKE)
@exactly_once
def package(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    """The paper and the evidence of its year as one zip, made in the background."""
    try:
        actions.package(paper=_made(request, unit, pk), by=request.user)
    except actions.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("正在打包，做好后在右上角“任务”里下载。"))
    return redirect("reports:detail", unit.slug, pk)


@require_POST
@requires(Permission.REPORT_MAKE)
@exactly_once
def discard(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    try:
        actions.discard(paper=_paper(request, unit, pk), by=request.user)
    except actions.Refused as error:
        messages.error(request, str(error))
        return redirect("reports:detail", unit.slug, pk)
    messages.success(request, _("已删除这份未定稿的文书。"))
    return redirect("reports:index", unit.slug)


def _act(
    request: PersonRequest, unit: Unit, pk: int, action: Callable[..., Paper], done: str
) -> HttpResponse:
    """Do one thing to a paper as it was seen; say what happened on its page."""
    version = request.POST.get("version", "")
    try:
        if not version.isdecimal():
            raise actions.Refused(_("页面已过期，请刷新后重试。"))
        action(paper=_paper(request, unit, pk), version=int(version), by=request.user)
        messages.success(request, done)
    except actions.Refused as error:
        messages.error(request, str(error))
    except StaleRecord:
        messages.error(request, _("这份文书刚刚被别人改动过，请看过现在的内容再操作。"))
    except store.Damaged:
        messages.error(request, _("文件缺失或已损坏，不能定稿，请先重新生成。"))
    return redirect("reports:detail", unit.slug, pk)


def _make_page(request: PersonRequest, form: PaperForm, status: int = 200) -> HttpResponse:
    return render(request, "reports/make.html", {"form": form, "lacking": fonts.missing()}, status=status)


def _about(kind: str) -> str:
    if kind and kind not in SUBJECTS:
        raise Http404(_("没有这种事项。"))
    return kind


def _first(unit: Unit, about: str = "") -> dict[str, Any]:
    """What the form begins with: the report on the last assessment or this year; of a thing, this month."""
    if about:
        return {"period": str(Period.month_of(today())), "language": "zh"}
    newest = queries.assessments(unit).first()
    period = newest.period if newest else str(Period.year_of(today()))
    return {"document": "self-assessment-report", "assessment": newest, "period": period, "language": "zh"}


def _paper(request: PersonRequest, unit: Unit, pk: int) -> Paper:
    paper = queries.paper(unit, pk)
    if paper is None or paper.subject_kind in queries.closed_kinds(request.user, unit):
        raise Http404(_("没有这份文书，或者它已被删除。"))
    return paper


def _made(request: PersonRequest, unit: Unit, pk: int) -> Paper:
    paper = _paper(request, unit, pk)
    if not paper.content:
        raise Http404(_("这份文书还没有生成完。"))
    return paper


def _progress(paper: Paper) -> dict[str, Any]:
    job = paper.job
    waiting = paper.state == Paper.State.MAKING
    failed = waiting and (job is None or job.state in (Job.State.FAILED, Job.State.CANCELLED))
    return {"job": job, "is_waiting": waiting and not failed, "is_failed": failed}


def _may_make(request: PersonRequest, unit: Unit) -> bool:
    return can(request.user, Permission.REPORT_MAKE, unit)
