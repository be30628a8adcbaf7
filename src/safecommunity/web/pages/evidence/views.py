"""Files handed in as evidence: the list, one file, taking in, citing, serving the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from safecommunity.audit.models import Line
from safecommunity.audit.queries import history
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence import actions, archive, queries, store
from safecommunity.evidence.models import Citation, File
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.wording import told
from safecommunity.library import schemes
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.components.words import local
from safecommunity.web.conflicts import stale_page
from safecommunity.web.fields import ACCEPTED
from safecommunity.web.pages.evidence.forms import (
    AttachForm,
    CiteEntryForm,
    CiteForm,
    DescribeForm,
    SearchForm,
    WithdrawForm,
)

PAGE = 48


@dataclass(frozen=True, slots=True)
class Shown:
    """A citation in words."""

    citation: Citation
    scheme: str
    code: str
    text: str


@requires(Permission.EVIDENCE_VIEW)
def files(request: HttpRequest, unit: Unit) -> HttpResponse:
    form = SearchForm(request.GET, years=archive.years(unit, today()))
    asked = form.cleaned_data if form.is_valid() else {}
    page = Paginator(queries.found(unit, **asked), PAGE).get_page(request.GET.get("page"))
    cited = queries.citations_of_files(unit, page)
    rows = [(file, [show(one) for one in cited.get(file.pk, [])]) for file in page]
    indicator = asked.get("indicator", "")
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "indicator": words_of(indicator) if indicator else None,
        "entry": _entry(unit, asked.get("entry")),
        "used": queries.used_bytes(unit),
        "quota": settings.UNIT_QUOTA_BYTES,
        "may_attach": can(request.user, Permission.EVIDENCE_ATTACH, unit),  # type: ignore[arg-type]
    }
    return render(request, "evidence/files.html", context)


@requires(Permission.EVIDENCE_ATTACH)
def attach(request: HttpRequest, unit: Unit) -> HttpResponse:
    """Several files at once, each taken or refused for itself; its hash makes a replay harmless."""
    if request.method != "POST":
        asked = {"indicators": request.GET.getlist("indicator"), "entry": request.GET.get("entry")}
        return _attach_page(request, unit, AttachForm(initial=asked))
    form = AttachForm(request.POST, request.FILES)
    if not form.is_valid():
        return _attach_page(request, unit, form, status=422)
    taken, refused = _take_all(form.cleaned_data, unit, request.user)
    _tell(request, taken)
    for name, reason in refused:
        form.add_error("upload", f"{name}：{reason}")
    if refused:
        return _attach_page(request, unit, form, taken=[one.file for one in taken], status=422)
    if len(taken) == 1:
        return redirect("evidence:detail", unit.slug, taken[0].file.pk)
    return redirect("evidence:files", unit.slug)


@requires(Permission.EVIDENCE_VIEW)
def detail(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    return _detail_page(request, unit, _file(unit, pk))


@require_POST
@requires(Permission.EVIDENCE_ATTACH)
@exactly_once
def describe(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    file = _file(unit, pk)
    form = DescribeForm(request.POST)
    if not form.is_valid():
        return _detail_page(request, unit, file, describe=form, status=422)
    try:
        actions.describe(file=file, **form.cleaned_data, by=request.user)  # type: ignore[arg-type]
    except StaleRecord as error:
        return stale_page(request, form, error)
    messages.success(request, _("已保存。"))
    return redirect("evidence:detail", unit.slug, pk)


@require_POST
@requires(Permission.EVIDENCE_ATTACH)
@exactly_once
def withdraw(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    file = _file(unit, pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _detail_page(request, unit, file, withdraw=form, status=422)
    try:
        actions.withdraw(file=file, **form.cleaned_data, by=request.user)  # type: ignore[arg-type]
    except StaleRecord as error:
        return stale_page(request, form, error)
    messages.success(request, _("已撤回“%(title)s”，它不再作为任何指标的佐证。") % {"title": file.title})
    return redirect("evidence:files", unit.slug)


@require_POST
@requires(Permission.EVIDENCE_ATTACH)
@exactly_once
def cite(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    file = _file(unit, pk)
    form = CiteForm(request.POST)
    if form.is_valid() and _cited(form, unit, request, file=file):
        messages.success(request, _("已引用。"))
        return redirect("evidence:detail", unit.slug, pk)
    return _detail_page(request, unit, file, cite=form, status=422)


@requires(Permission.EVIDENCE_ATTACH)
@exactly_once
def cite_record(request: HttpRequest, unit: Unit) -> HttpResponse:
    """Cite a ledger record that does not file itself under the indicator."""
    form = CiteEntryForm(
        request.POST or None,
        initial={"entry": request.GET.get("entry"), "indicator": request.GET.get("indicator")},
    )
    entry = _entry(unit, form["entry"].value())
    if request.method == "POST" and form.is_valid():
        if entry is None:
            form.add_error("entry", _("没有这条台账记录，或者您看不到它。请核对编号。"))
        elif _cited(form, unit, request, entry=entry):
            messages.success(request, _("已引用“%(title)s”。") % {"title": entry.title})
            return redirect("ledgers:entry", entry.unit.slug, entry.ledger, entry.pk)
    context = {"form": form, "entry": entry}
    return render(request, "evidence/cite_record.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.EVIDENCE_ATTACH)
@exactly_once
def uncite(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    rows = Citation.objects.in_unit(unit).select_related("file", "entry__unit", "unit")
    citation = get_object_or_404(rows, pk=pk)
    actions.uncite(citation=citation, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("已取消引用，文件或记录仍在。"))
    if citation.file:
        return redirect("evidence:detail", unit.slug, citation.file.pk)
    entry = citation.entry
    assert entry is not None  # by a constraint of the table
    return redirect("ledgers:entry", entry.unit.slug, entry.ledger, entry.pk)


@requires(Permission.EVIDENCE_VIEW)
def content(request: HttpRequest, unit: Unit, pk: int) -> HttpResponseBase:
    """The bytes, after hashing them again; shown in the page only for kinds that run nothing."""
    file = _file(unit, pk)
    inline = file.media.inline and "download" not in request.GET
    name = f"{file.title}{file.media.extensions[0]}"
    try:
        path = store.verified(file.sha256)
    except store.Damaged:
        return render(request, "evidence/damaged.html", {"file": file}, status=410)
    return _served(path, file.media.mime, name, inline=inline)


@requires(Permission.EVIDENCE_VIEW)
def preview(request: HttpRequest, unit: Unit, pk: int) -> HttpResponseBase:
    file = _file(unit, pk)
    path = store.preview_of(file.sha256)
    if not file.has_preview or not path.is_file():
        raise Http404(_("这个文件没有预览图。"))
    return _served(path, "image/jpeg", "preview.jpg", inline=True)


ACTS = {
    "file.attached": gettext_lazy("上传"),
    "file.described": gettext_lazy("修改说明"),
    "file.withdrawn": gettext_lazy("撤回"),
    "evidence.cited": gettext_lazy("引用到指标"),
    "evidence.uncited": gettext_lazy("取消引用"),
}


def show(citation: Citation) -> Shown:
    words = words_of(citation.indicator)
    return Shown(citation, words["scheme"], words["code"], words["text"])


def words_of(indicator: str) -> dict[str, str]:
    """ "scheme/code" in the words of its scheme; the plain code when the scheme has gone."""
    code, _sign, item = indicator.partition("/")
    scheme = schemes.get(code)
    known = scheme.indicators.get(item) if scheme else None
    return {
        "scheme": local(scheme) if scheme else code,
        "code": item,
        "text": local(known, "text") if known else "",
    }


def _take_all(
    said: dict[str, Any], unit: Unit, by: Any
) -> tuple[list[actions.Attached], list[tuple[str, str]]]:
    taken, refused = [], []
    sent = said["upload"]
    for number, one in enumerate(sent, start=1):
        title = f"{said['title']} {number}" if said["title"] and len(sent) > 1 else said["title"]
        try:
            taken.append(
                actions.attach(
                    chunks=one.chunks(),
                    name=one.name,
                    unit=unit,
                    by=by,
                    title=title[:120],
                    proof_date=said["proof_date"],
                    remark=said["remark"],
                    keep_place=said["keep_place"],
                    entry=_entry(unit, said["entry"]),
                    indicators=said["indicators"],
                )
            )
        except MediaRefused as refusal:
            refused.append((one.name, told(refusal.message)))
        except actions.QuotaReached as refusal:
            refused.append((one.name, str(refusal)))
    return taken, refused


def _tell(request: HttpRequest, taken: list[actions.Attached]) -> None:
    new = [one.file for one in taken if one.is_new]
    if new:
        messages.success(
            request,
            ngettext("已收下 %(count)s 个文件。", "已收下 %(count)s 个文件。", len(new))
            % {"count": len(new)},
        )
    for one in taken:
        if not one.is_new:
            messages.info(request, _("“%(title)s”已经在档，没有重复保存。") % {"title": one.file.title})
    for file in new:
        if file.earlier:
            words = {
                "title": file.title,
                "earlier": file.earlier.title,
                "day": file.earlier.proof_date or "—",
            }
            messages.warning(
                request, _("“%(title)s”与已有的“%(earlier)s”（%(day)s）几乎相同，请确认不是旧照片。") % words
            )


def _attach_page(
    request: HttpRequest, unit: Unit, form: AttachForm, taken: list[File] | None = None, status: int = 200
) -> HttpResponse:
    entry = _entry(unit, form["entry"].value())
    context = {"form": form, "accepted": ACCEPTED, "taken": taken or [], "entry": entry}
    return render(request, "evidence/attach.html", context, status=status)


def _detail_page(
    request: HttpRequest,
    unit: Unit,
    file: File,
    *,
    describe: DescribeForm | None = None,
    withdraw: WithdrawForm | None = None,
    cite: CiteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    said = {
        "title": file.title,
        "proof_date": file.proof_date,
        "remark": file.remark,
        "version": file.version,
    }
    cited = [show(one) for one in queries.citations_of_files(unit, [file]).get(file.pk, [])]
    may_edit = file.unit == unit and can(request.user, Permission.EVIDENCE_ATTACH, unit)  # type: ignore[arg-type]
    context = {
        "file": file,
        "cited": {name: list(group) for name, group in groupby(cited, key=lambda one: one.scheme)},
        "may_edit": may_edit,
        "may_cite": can(request.user, Permission.EVIDENCE_ATTACH, unit),  # type: ignore[arg-type]
        "describe": describe or DescribeForm(initial=said),
        "withdraw": withdraw or WithdrawForm(initial={"version": file.version}),
        "cite": cite or CiteForm(initial={"indicator": request.GET.get("indicator")}),
        "history": [_past(line) for line in history(file)[:50]],
    }
    return render(request, "evidence/detail.html", context, status=status)


def _cited(form: CiteForm, unit: Unit, request: HttpRequest, **what: Any) -> bool:
    said = {name: form.cleaned_data[name] for name in ("indicator", "period", "note")}
    try:
        with transaction.atomic():
            actions.cite(**what, **said, unit=unit, by=request.user)  # type: ignore[arg-type]
    except (actions.AlreadyCited, actions.UnknownIndicator) as refusal:
        form.add_error("indicator", str(refusal))
    return not form.errors


def _past(line: Line) -> dict[str, Any]:
    about = line.after.get("indicator") or line.before.get("indicator") or line.reason
    who = line.actor_name or line.actor
    return {"at": line.at, "who": who, "what": ACTS.get(line.act, line.act), "note": about}


def _file(unit: Unit, pk: int) -> File:
    return get_object_or_404(queries.files_below(unit).select_related("earlier"), pk=pk)


def _entry(unit: Unit, pk: Any) -> Entry | None:
    if not str(pk or "").isdigit():
        return None
    rows = Entry.objects.below(unit).filter(withdrawn_at=None).select_related("unit")
    return rows.filter(pk=int(str(pk)[:18])).first()


def _served(path: Path, mime: str, name: str, *, inline: bool) -> HttpResponseBase:
    response: HttpResponseBase
    if settings.ACCEL_REDIRECT:
        response = HttpResponse(content_type=mime)
        response["X-Accel-Redirect"] = (
            f"{settings.ACCEL_REDIRECT.rstrip('/')}/{path.relative_to(settings.DATA)}"
        )
    else:
        response = FileResponse(path.open("rb"), content_type=mime)
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
