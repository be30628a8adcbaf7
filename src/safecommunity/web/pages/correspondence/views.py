"""Official documents: the list, drafting with a live preview, the steps, the register of numbers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.audit.actions import record
from safecommunity.core.official import attachment_lines, day_text, title_lines
from safecommunity.correspondence import actions, queries
from safecommunity.correspondence.models import OfficialDocument, State, Step
from safecommunity.documents import fonts, official_docx, official_pdf
from safecommunity.evidence import store
from safecommunity.ledgers.wording import local
from safecommunity.library import official
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord, ordered
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.components.lists import sheet
from safecommunity.web.conflicts import given_back, stale_page
from safecommunity.web.pages.correspondence.forms import DocumentForm, NewForm, initial

PAGE = 30
ASKED = ("state", "kind", "year")
SORTS = {"title": "title", "state": "state", "unit": "path", "issued": "issued_date"}
FILES = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", official_docx.write),
    "pdf": ("application/pdf", official_pdf.write),
}
WAY = ("draft", "checking", "countersigning", "signing", "signed", "numbered", "issued", "archived")
BADGES = {"draft": "draft", "issued": "done", "archived": "frozen", "cancelled": "cancelled"}


@requires(Permission.DOCUMENT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ASKED}
    page = Paginator(_documents(request, unit), PAGE).get_page(request.GET.get("page"))
    year = today().year
    context = {
        "page": page,
        "rows": [(row, _kind(row), _badge(row)) for row in page],
        "asked": asked,
        "states": State.choices,
        "kinds": [(code, local(kind.name)) for code, kind in official.items()],
        "years": [str(one) for one in range(year, year - 5, -1)],
        "may_draft": can(request.user, Permission.DOCUMENT_DRAFT, unit),
        "without_plan": queries.without_plan(unit, year),
        "due": day_text(today().replace(month=queries.PLANS_DUE[0], day=queries.PLANS_DUE[1])),
        "year": year,
    }
    return render(request, "correspondence/index.html", context)


@require_POST
@requires(Permission.DOCUMENT_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The documents on the screen, with its filters and in its order."""
    columns = [
        (_("标题"), 48), (_("文种"), 12), (_("发文字号"), 22), (_("状态"), 10), (_("单位"), 24),
        (_("起草人"), 12), (_("印发日期"), 12),
    ]  # fmt: skip
    rows = (
        [
            row.title, _kind(row), row.number, row.get_state_display(), row.unit.name, str(row.drafter),
            row.issued_date,
        ]
        for row in _documents(request, unit).iterator(500)
    )  # fmt: skip
    asked = {"asked": request.GET.urlencode()[:300]}
    record("documents.exported", unit, by=request.user, unit=unit, after=asked)
    title = _("公文")
    return sheet(name=f"{unit.name}{title} {today()}", title=title, columns=columns, rows=rows)


@requires(Permission.DOCUMENT_DRAFT)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = NewForm(request.POST or None, unit=unit, initial={"kind": request.GET.get("kind", "notice")})
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "correspondence/new.html", {"form": form}, status=status)
    given = form.cleaned_data
    row = actions.draft(kind=given["kind"], unit=unit, by=request.user, today=today(), group=given["group"])
    return redirect("correspondence:edit", unit.slug, row.uuid)


@requires(Permission.DOCUMENT_DRAFT)
@exactly_once
def edit(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    row = _document(unit, uuid)
    if request.method != "POST" and row.state != State.DRAFT:
        messages.error(request, _("已送核稿的公文不能直接修改，请先退回。"))
        return redirect("correspondence:detail", unit.slug, uuid)
    if request.method != "POST":
        return _edit_page(request, row, DocumentForm(initial=initial(row), document=row))
    form = DocumentForm(request.POST, document=row)
    if not form.is_valid():
        return _edit_page(request, row, form, 422)
    try:
        actions.edit(
            document=row, version=form.cleaned_data["version"], values=form.values(), by=request.user
        )
    except StaleRecord as error:
        return stale_page(request, form, error, initial(_document(unit, uuid)))
    except actions.Refused as error:
        form.add_error(None, str(error))
        return _edit_page(request, row, form, 422)
    messages.success(request, _("已保存。"))
    return redirect("correspondence:detail", unit.slug, uuid)


@require_POST
@requires(Permission.DOCUMENT_DRAFT)
def preview(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    """The structure of what is typed so far; nothing is saved."""
    row = _document(unit, uuid)
    if not row.is_frozen:
        form = DocumentForm(request.POST, document=row)
        form.is_valid()
        for name, value in form.values().items():
            setattr(row, name, value)
    return render(request, "correspondence/sheet.html", {"sheet": _sheet(row)})


@requires(Permission.DOCUMENT_VIEW)
def detail(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    row = _document(unit, uuid)
    taken = queries.steps(row)
    language = "en" if (get_language() or "").startswith("en") else "zh"
    context = {
        "document": row,
        "kind": _kind(row),
        "badge": _badge(row),
        "steps": _steps(row, taken),
        "taken": [(actions.ACTS[one.act].label, one) for one in taken],
        "acts": _acts(request, row),
        "may_edit": row.state == State.DRAFT and can(request.user, Permission.DOCUMENT_DRAFT, unit),
        "may_cancel": row.state in actions.UNISSUED and can(request.user, Permission.DOCUMENT_DRAFT, unit),
        "blanks": queries.open_blanks(row) if row.state == State.DRAFT else (),
        "lacking": fonts.note(fonts.missing(), language),
        "is_altered": row.is_frozen and not queries.is_unaltered(row),
        "sheet": _sheet(row),
        "is_waiting": row.state == State.ISSUED and not row.pdf_id,
    }
    return render(request, "correspondence/detail.html", context)


@require_POST
@requires(Permission.DOCUMENT_DRAFT)
@exactly_once
def step(request: PersonRequest, unit: Unit, uuid: UUID, act: str) -> HttpResponse:
    """One step on; `advance` also asks for the permission of that very step."""
    row = _document(unit, uuid)
    version, opinion = request.POST.get("version", ""), request.POST.get("opinion", "")
    if act not in actions.ACTS:
        raise Http404(_("没有这个办理环节。"))
    try:
        if not version.isdecimal() or len(version) > 9:
            raise actions.Refused(_("页面已过期，请刷新后重试。"))
        actions.advance(
            document=row, act=act, version=int(version), by=request.user, today=today(), opinion=opinion
        )
        messages.success(request, _("已办理：%(act)s。") % {"act": actions.ACTS[act].label})
    except actions.Refused as error:
        messages.error(request, given_back(str(error), opinion))
    except StaleRecord:
        why = _("这份公文刚刚被别人办理过，请看过现在的内容再操作。")
        messages.error(request, given_back(why, opinion))
    return redirect("correspondence:detail", unit.slug, uuid)


@requires(Permission.DOCUMENT_VIEW)
def file(request: PersonRequest, unit: Unit, uuid: UUID, kind: str) -> HttpResponse:
    """The Word or PDF file: of an issued document the one that was kept, else made now."""
    row = _document(unit, uuid)
    if kind not in FILES:
        raise Http404(_("公文只有 Word 和 PDF 两种文件。"))
    content_type, write = FILES[kind]
    kept = row.pdf if kind == "pdf" else row.docx
    made = queries.opened(row)
    try:
        content = store.verified(kept.sha256).read_bytes() if kept else write(made)
    except store.Damaged as error:
        raise Http404(_("文件缺失或已损坏，请联系系统管理员从备份恢复。")) from error
    record("document.exported", row, by=request.user, unit=unit, after={"kind": kind})
    name = "".join(one for one in made.title if one not in '\\/:*?"<>|\n\r\t')[:80]
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = _disposition(f"{made.number}{name}.{kind}")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@requires(Permission.DOCUMENT_VIEW)
def numbers(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The register: every number given, voided ones too."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else None
    page = Paginator(queries.numbers(unit, year), 100).get_page(request.GET.get("page"))
    years = [str(one) for one in range(today().year, today().year - 5, -1)]
    context = {"page": page, "years": years, "asked": asked}
    return render(request, "correspondence/numbers.html", context)


def _disposition(name: str) -> str:
    return content_disposition_header(True, name) or "attachment"


def _edit_page(
    request: PersonRequest, row: OfficialDocument, form: DocumentForm, status: int = 200
) -> HttpResponse:
    context = {"form": form, "document": row, "kind": _kind(row), "sheet": _sheet(row)}
    return render(request, "correspondence/edit.html", context, status=status)


def _document(unit: Unit, uuid: UUID) -> OfficialDocument:
    row = queries.document(unit, uuid)
    if row is None or row.kind not in official:
        raise Http404(_("没有这份公文。"))
    return row


def _documents(request: PersonRequest, unit: Unit) -> QuerySet[OfficialDocument]:
    """The documents that the filters of the page leave, in the order that was clicked."""
    asked = {name: request.GET.get(name, "") for name in ASKED}
    rows = queries.chosen(queries.documents(unit), **asked)
    return ordered(rows, request.GET.get("sort", ""), SORTS)


def _kind(row: OfficialDocument) -> str:
    return local(official[row.kind].name) if row.kind in official else row.kind


def _badge(row: OfficialDocument) -> str:
    return BADGES.get(row.state, "waiting")


def _steps(row: OfficialDocument, steps: list[Step]) -> list[tuple[str, str, str]]:
    """The life of the document for the strip, each step with who took it and when."""
    at = WAY.index(row.state) if row.state in WAY else -1
    last = {one.before: one for one in steps}
    found = []
    for number, state in enumerate(WAY):
        taken = last.get(state) if number < at else None
        note = f"{taken.by} {timezone.localtime(taken.at):%m-%d %H:%M}" if taken else ""
        stands = (
            "done"
            if number < at or state == row.state == State.ARCHIVED
            else "now"
            if number == at
            else "todo"
        )
        found.append((str(State(state).label), stands, note))
    return found


def _acts(request: PersonRequest, row: OfficialDocument) -> list[tuple[str, Any, bool]]:
    """The steps this person may take now: code, label, whether it is the way forward."""
    return [
        (code, act.label, code != "send_back")
        for code, act in actions.ACTS.items()
        if code != "cancel"
        and row.state in act.before
        and can(request.user, act.permission, row.unit)
        and not (act.by_other and request.user.pk == row.drafter_id)
    ]


def _sheet(row: OfficialDocument) -> dict[str, Any]:
    """The document for the preview."""
    made = queries.opened(row)
    return {
        "made": made,
        "title": title_lines(made.title),
        "attached": attachment_lines(made.attachments) if made.attachments else (),
        "day": day_text(made.date),
        "issued": day_text(made.issued),
        "red": made.form in ("document", "letter", "minutes"),
    }
