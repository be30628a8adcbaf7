"""Rounds of inspection: the list, the way from place to place, the checklist of a place, the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.audit.actions import refused
from safecommunity.core import draws
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence import actions as evidence
from safecommunity.hazards import actions, queries
from safecommunity.hazards.models import Inspection, Kind, Visit
from safecommunity.ledgers.wording import told
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import now, today
from safecommunity.web.components.words import local
from safecommunity.web.pages.hazards import display
from safecommunity.web.pages.hazards.forms import InspectionForm, PlaceFields
from safecommunity.web.pages.hazards.views import pictures, served

PAGE = 50
A_WEEK = timedelta(days=7)


class VersionForm(forms.Form):
    """The version the person saw, and what they say with it."""

    version = forms.IntegerField(max_value=10**9)
    words = forms.CharField(max_length=2000, required=False)


@requires(Permission.HAZARD_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ("state", "kind")}
    rows = queries.inspections(unit)
    for name, value in asked.items():
        rows = rows.filter(**{name: value}) if value else rows
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    figures = queries.progress(unit, [row.pk for row in page])
    context = {
        "page": page, "asked": asked, "here": "inspections", "kinds": Kind.choices,
        "states": Inspection.State.choices, "may_report": can(request.user, Permission.HAZARD_REPORT, unit),
        "rows": [(row, *_badge(row), figures[row.pk]) for row in page],
    }  # fmt: skip
    return render(request, "hazards/inspections.html", context)


@requires(Permission.HAZARD_REPORT)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    """A round outside any plan."""
    initial = {
        "client_uuid": uuid4(), "field": "general", "kind": Kind.PATROL, "due_date": today(),
        "leader": request.user.display_name,
    }  # fmt: skip
    form = InspectionForm(request.POST if request.method == "POST" else None, unit=unit, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.start_round(unit=unit, by=request.user, today=today(), **form.said())
        except actions.Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect("hazards:inspection", unit.slug, row.client_uuid)
    return render(request, "hazards/new_inspection.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.HAZARD_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _inspection(unit, uid)
    visits = list(queries.visits(row))
    is_open = row.state in (Inspection.State.PLANNED, Inspection.State.RUNNING)
    hazards = queries.hazards_of(row)
    context = {
        "row": row, "badge": _badge(row), "checklists": [local(one.name) for one in row.lists],
        "visits": [(one, display.VISIT_BADGES[one.state], _results(one)) for one in visits],
        "next": next((one for one in visits if one.state == Visit.State.TODO), None),
        "done": sum(one.state == Visit.State.DONE for one in visits), "total": len(visits),
        "hazards": [(one, *display.badge(one, now())) for one in hazards],
        "left_out": [one for one in visits if one.state != Visit.State.DONE] if not is_open else [],
        "drum": _drum(row), "is_open": is_open,
        "may_report": is_open and queries.may_inspect(request.user, row),
        "may_manage": is_open and can(request.user, Permission.HAZARD_MANAGE, row.unit),
        "is_part": row.whole_id is not None, "team": queries.team_of(row),
    }  # fmt: skip
    return render(request, "hazards/inspection.html", context)


@require_POST
@requires(Permission.HAZARD_REPORT)
@exactly_once
def add_place(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, place = _inspection(unit, uid), request.POST.get("place", "").strip()[:200]
    try:
        if not place:
            raise actions.Refused(_("请写明地点。"))
        actions.add_visit(inspection=row, place=place, by=request.user)
    except actions.Refused as error:
        messages.error(request, str(error))
    return redirect("hazards:inspection", row.unit.slug, uid)


@require_POST
@requires(Permission.HAZARD_MANAGE)
@exactly_once
def draw(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _inspection(unit, uid), VersionForm(request.POST)
    _try(request, form, lambda given: actions.draw(
        inspection=row, version=given["version"], seed=given["words"], by=request.user
    ), _("已抽取检查对象。"))  # fmt: skip
    return redirect("hazards:inspection", row.unit.slug, uid)


@requires(Permission.HAZARD_VIEW)
def program(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """A program of its own that repeats the draw, for whoever wants to check it."""
    row = _inspection(unit, uid)
    if not row.seed:
        raise Http404(_("还没有抽取。"))
    text = draws.program(draws.read_list(row.drum), row.seed)
    response = HttpResponse(text, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="draw-{row.period}.py"'
    return response


@require_POST
@requires(Permission.HAZARD_REPORT)
@exactly_once
def end(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """Finish the round, or cancel it with a reason."""
    row, form = _inspection(unit, uid), VersionForm(request.POST)
    if "cancel" in request.POST:
        _try(request, form, lambda given: actions.cancel(
            inspection=row, version=given["version"], reason=given["words"], by=request.user
        ), _("已取消这次检查。"))  # fmt: skip
    else:
        _try(request, form, lambda given: actions.finish(
            inspection=row, version=given["version"], opinion=given["words"], by=request.user, now=now()
        ), _("检查已完成，并登记到台账。"))  # fmt: skip
    return redirect("hazards:inspection", row.unit.slug, uid)


@requires(Permission.HAZARD_REPORT)
@exactly_once
def visit(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """The checklist of one place; what fails offers to open a hazard."""
    row = _visit(unit, uid)
    if not queries.may_inspect(request.user, row.inspection):
        refused(Permission.HAZARD_REPORT, request.path, by=request.user, unit=row.unit)
        raise PermissionDenied(_("您不在这次检查的队伍里，不能登记结果。"))
    if request.method != "POST":
        return _form(request, row)
    form, version = PlaceFields(request.POST), VersionForm(request.POST)
    if not form.is_valid() or not version.is_valid():
        return _form(request, row, [*form.non_field_errors(), _("请刷新页面再试。")], 422)
    given, items = form.cleaned_data, queries.items_of(row.inspection)
    answers = {
        code: (value, request.POST.get(f"remark:{code}", ""))
        for code in items if (value := request.POST.get(f"value:{code}", "").strip())
    }  # fmt: skip
    try:
        sent = {code: request.FILES.getlist(f"photo:{code}") for code in items}
        some = {code: pictures(files, row.unit, request.user) for code, files in sent.items() if files}
        actions.answer(
            visit=row, version=version.cleaned_data["version"], answers=answers, by=request.user, now=now(),
            at=given["device_at"], sent_at=given["sent_at"], longitude=given["longitude"],
            latitude=given["latitude"], pictures=some,
        )  # fmt: skip
    except (actions.Refused, MediaRefused, evidence.QuotaReached) as error:
        said = told(error.message) if isinstance(error, MediaRefused) else str(error)
        return _form(request, row, [said], 422)
    except StaleRecord:
        row = _visit(unit, uid)
        return _form(request, row, [_("这处刚刚被别人检查过，请看过再保存。您填写的内容还在。")], 409)
    failed = sum(one["result"] == "fail" for one in row.answers.values())
    words = _("已保存，有 %(n)s 项不合格，可在下面一键登记隐患。") if failed else _("已保存，全部合格。")
    messages.success(request, words % {"n": failed})
    return redirect("hazards:visit", row.unit.slug, uid)


@require_POST
@requires(Permission.HAZARD_REPORT)
@exactly_once
def skip(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _visit(unit, uid), VersionForm(request.POST)
    _try(request, form, lambda given: actions.skip(
        visit=row, version=given["version"], why=given["words"][:200], by=request.user
    ), _("已登记为未检查。"))  # fmt: skip
    return redirect("hazards:inspection", row.unit.slug, row.inspection.client_uuid)


@require_POST
@requires(Permission.HAZARD_REPORT)
@exactly_once
def open_hazard(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """One tap: a hazard from a failing item."""
    row = _visit(unit, uid)
    try:
        made = actions.open_from(visit=row, item=request.POST.get("item", ""), by=request.user, now=now())
    except actions.Refused as error:
        messages.error(request, str(error))
        return redirect("hazards:visit", row.unit.slug, uid)
    if made.is_new:
        messages.success(request, _("已登记隐患 %(number)s。") % {"number": made.hazard.number})
    return redirect("hazards:detail", row.unit.slug, made.hazard.client_uuid)


@requires(Permission.HAZARD_VIEW)
def photo(request: PersonRequest, unit: Unit, uid: UUID, pk: int) -> HttpResponseBase:
    found = queries.visit_photos(_visit(unit, uid)).filter(pk=pk, file__isnull=False).first()
    if found is None:
        raise Http404(_("没有这张照片，或者还没有传到。"))
    return served(found)


def _form(
    request: PersonRequest, row: Visit, errors: list[str] | None = None, status: int = 200
) -> HttpResponse:
    """The items by section, with what was answered or typed so far."""
    typed = request.POST if request.method == "POST" else {}
    opened = {one.item: one for one in queries.hazards_of(row.inspection) if one.visit_id == row.pk}
    taken: dict[str, list[Any]] = {}
    for one in queries.visit_photos(row):
        taken.setdefault(one.item, []).append(one)
    sections = []
    for checklist in row.inspection.lists:
        for key, name in checklist.sections.items():
            lines = [
                _line(row, f"{checklist.code}/{code}", item, typed, opened, taken)
                for code, item in checklist.items.items() if item.section == key
            ]  # fmt: skip
            sections.append((local(name), lines))
    is_open = row.inspection.state in (Inspection.State.PLANNED, Inspection.State.RUNNING)
    failed = [line for _name, lines in sections for line in lines if line["result"] == "fail"]
    context = {
        "row": row, "inspection": row.inspection, "sections": sections, "errors": errors or [],
        "failed": failed, "is_open": is_open, "badge": display.VISIT_BADGES[row.state],
    }  # fmt: skip
    return render(request, "hazards/visit.html", context, status=status)


def _line(
    row: Visit, code: str, item: Any, typed: Any, opened: dict[str, Any], taken: dict[str, list[Any]]
) -> dict[str, Any]:
    known = row.answers.get(code, {})
    return {
        "code": code, "item": item, "text": local(item.text), "unit": local(item.unit),
        "value": typed.get(f"value:{code}", known.get("value", "")),
        "remark": typed.get(f"remark:{code}", known.get("remark", "")), "result": known.get("result", ""),
        "choices": [(one.code, local(one.label)) for one in item.choices], "hazard": opened.get(code),
        "photos": taken.get(code, []),
    }  # fmt: skip


def _results(row: Visit) -> dict[str, int]:
    results = [one["result"] for one in row.answers.values()]
    return {name: results.count(name) for name in ("pass", "fail", "na")}


def _badge(row: Inspection) -> tuple[str, str]:
    if row.state in (Inspection.State.PLANNED, Inspection.State.RUNNING) and row.due_date < today():
        return "overdue", _("已逾期")
    return display.ROUND_BADGES[row.state], row.get_state_display()


def _drum(row: Inspection) -> dict[str, Any] | None:
    """Of a random round, what anyone needs to repeat the draw."""
    if not row.drum:
        return None
    drum = draws.read_list(row.drum)
    return {
        "count": len(drum.candidates), "draw": sum(drum.counts.values()), "mark": draws.fingerprint(drum),
    }  # fmt: skip


def _try(request: PersonRequest, form: VersionForm, act: Any, done: str) -> None:
    try:
        if not form.is_valid():
            raise actions.Refused(_("页面已过期，请刷新后重试。"))
        act(form.cleaned_data)
    except actions.Refused as error:
        messages.error(request, str(error))
    except StaleRecord:
        messages.error(request, _("刚刚被别人办理过，请看过现在的情况再办。"))
    else:
        messages.success(request, done)


def _inspection(unit: Unit, uid: UUID) -> Inspection:
    row = queries.inspection(unit, uid)
    if row is None:
        raise Http404(_("没有这次检查。"))
    return row


def _visit(unit: Unit, uid: UUID) -> Visit:
    row = queries.visit(unit, uid)
    if row is None:
        raise Http404(_("没有这处检查。"))
    return row
