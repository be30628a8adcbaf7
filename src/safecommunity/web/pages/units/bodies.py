"""Bodies of a unit: sets to begin from, duties, members, the organisation chart."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity import library
from safecommunity.core.privacy import mask_phone
from safecommunity.ledgers import queries as ledgers
from safecommunity.units import actions, queries
from safecommunity.units.models import Appointment, Body, Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.components.words import local
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.units.forms import AppointmentFacts, BodyFacts, named


@requires(Permission.UNIT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Every body as a branch of one tree, with who serves today, and the same as a drawing."""
    rows = queries.chart_rows(unit, today())
    members = {row["id"]: row["members"] for row in rows}
    kinds = dict(named("body-kinds"))
    table = [
        (body, depth, kinds.get(body.kind, body.kind), members.get(body.pk, []))
        for body, depth in _tree(unit)
    ]
    context = {"table": table, "chart": _chart(unit, rows), "may_edit": _may(request, unit)}
    return render(request, "units/bodies.html", context)


@requires(Permission.UNIT_VIEW)
def body(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    found = _body(unit, pk)
    may_edit = _may(request, unit)
    members = [(one, one.phone if may_edit else mask_phone(one.phone)) for one in queries.appointments(found)]
    context = {
        "body": found,
        "kind": dict(named("body-kinds")).get(found.kind, found.kind),
        "field": dict(named("promotion-fields")).get(found.field, ""),
        "duties": [line for line in found.duties.splitlines() if line.strip()],
        "members": members,
        "beneath": queries.bodies(unit).filter(parent=found),
        "work": _work(request, unit, found),
        "may_edit": may_edit,
    }
    return render(request, "units/body.html", context)


@requires(Permission.BODY_EDIT)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = BodyFacts(request.POST or None, unit=unit, initial={"position": queries.bodies(unit).count()})
    if request.method == "POST" and form.is_valid():
        facts = _facts(form)
        made = actions.add_body(unit=unit, by=request.user, **facts)
        return redirect("units:body", unit.slug, made.pk)
    return _form(request, "units/body_form.html", form)


@requires(Permission.BODY_EDIT)
@exactly_once
def edit(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    found = _body(unit, pk)
    form = BodyFacts(
        request.POST or None, unit=unit, instance=_body(unit, pk), initial={"version": found.version}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_body(
                body=found, version=form.cleaned_data["version"], by=request.user, **_facts(form)
            )
        except StaleRecord as error:
            return stale_page(request, form, error)
        except actions.GoesRound:
            form.add_error("parent", _("上级机构不能是它自己或它的下级。"))
        else:
            messages.success(request, _("已保存。"))
            return redirect("units:body", unit.slug, pk)
    return _form(request, "units/body_form.html", form, body=found)


@require_POST
@requires(Permission.BODY_EDIT)
@exactly_once
def remove(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    found = _body(unit, pk)
    try:
        actions.remove_body(body=found, version=_version(request), by=request.user)
    except actions.InUse:
        messages.error(
            request, _("“%(name)s”还有成员或下级机构，先移走它们，或填写撤销日期。") % {"name": found.name}
        )
        return redirect("units:body", unit.slug, pk)
    except StaleRecord:
        messages.error(request, _("别人刚刚改过它，请看过新的内容再决定。"))
        return redirect("units:body", unit.slug, pk)
    messages.success(request, _("已删除“%(name)s”。") % {"name": found.name})
    return redirect("units:bodies", unit.slug)


@requires(Permission.UNIT_VIEW)
def sets(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The group sets of the plans, those for this kind of unit first."""
    rows = sorted(library.bodies.values(), key=lambda one: (unit.kind not in one.unit_kinds, one.code))
    table = [(one, said(one.name), said(one.note), unit.kind in one.unit_kinds) for one in rows]
    return render(request, "units/body_sets.html", {"table": table, "may_edit": _may(request, unit)})


@requires(Permission.BODY_EDIT)
@exactly_once
def apply(request: PersonRequest, unit: Unit, code: str) -> HttpResponse:
    """First what would be added and what is there already; then, on confirmation, the adding."""
    plan = library.bodies.get(code)
    if plan is None:
        raise Http404
    if request.method == "POST":
        made = actions.apply_bodies(unit=unit, plan=plan, by=request.user)
        messages.success(request, _("已新增 %(count)s 个机构。") % {"count": len(made)})
        return redirect("units:bodies", unit.slug)
    here, kinds = queries.matched(unit, plan), dict(named("body-kinds"))
    table = [
        (
            said(item.name),
            kinds.get(item.kind, item.kind),
            len(item.duties),
            len(item.posts),
            here.get(item.key),
        )
        for item in plan.bodies
    ]
    context = {"plan": plan, "name": said(plan.name), "note": said(plan.note), "table": table}
    context["new_count"] = len(plan.bodies) - len(here)
    return render(request, "units/apply_bodies.html", context)


@requires(Permission.BODY_EDIT)
@exactly_once
def appoint(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    found = _body(unit, pk)
    form = AppointmentFacts(
        request.POST or None, initial={"position": queries.appointments(found).count(), "from_date": today()}
    )
    if request.method == "POST" and form.is_valid():
        actions.appoint(body=found, by=request.user, **_facts(form))
        messages.success(request, _("已保存。"))
        return redirect("units:body", unit.slug, pk)
    return _form(request, "units/appointment_form.html", form, body=found)


@requires(Permission.BODY_EDIT)
@exactly_once
def appointment(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    found = _appointment(unit, pk)
    form = AppointmentFacts(
        request.POST or None, instance=_appointment(unit, pk), initial={"version": found.version}
    )
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.change_appointment(appointment=found, version=version, by=request.user, **_facts(form))
        except StaleRecord as error:
            return stale_page(request, form, error)
        messages.success(request, _("已保存。"))
        return redirect("units:body", unit.slug, found.body_id)
    return _form(request, "units/appointment_form.html", form, body=found.body, appointment=found)


@require_POST
@requires(Permission.BODY_EDIT)
@exactly_once
def remove_appointment(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    found = _appointment(unit, pk)
    try:
        actions.remove_appointment(appointment=found, version=_version(request), by=request.user)
    except StaleRecord:
        messages.error(request, _("别人刚刚改过它，请看过新的内容再决定。"))
    return redirect("units:body", unit.slug, found.body_id)


def said(words: Any) -> str:
    """Words of a data file in the language of the page."""
    return str(words.en if (get_language() or "").startswith("en") else words.zh)


def _tree(unit: Unit) -> list[tuple[Body, int]]:
    """Bodies below one another with their depth; one that goes round stands at the top."""
    rows = list(queries.bodies(unit))
    beneath: dict[int | None, list[Body]] = {}
    known = {row.pk for row in rows}
    for row in rows:
        beneath.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)

    def walk(parent: int | None, depth: int) -> list[tuple[Body, int]]:
        return [pair for row in beneath.get(parent, []) for pair in [(row, depth), *walk(row.pk, depth + 1)]]

    return walk(None, 0)


def _chart(unit: Unit, rows: list[dict[str, Any]]) -> str:
    from safecommunity.documents import orgchart

    if not rows:
        return ""
    words = _("%(count)s 个机构") % {"count": len(rows)}
    drawn = orgchart.svg(rows, title=_("%(unit)s组织机构图") % {"unit": unit.name}, words=words, theme="page")
    return mark_safe(drawn)  # noqa: S308 -- our own drawing, its texts are escaped


def _form(request: PersonRequest, template: str, form: Any, **more: Any) -> HttpResponse:
    return render(request, template, {"form": form, **more}, status=422 if form.errors else 200)


def _facts(form: Any) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}


def _version(request: PersonRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _body(unit: Unit, pk: int) -> Body:
    return get_object_or_404(queries.bodies(unit), pk=pk)


def _appointment(unit: Unit, pk: int) -> Appointment:
    return get_object_or_404(Appointment.objects.in_unit(unit).select_related("body", "unit"), pk=pk)


def _work(request: PersonRequest, unit: Unit, body: Body) -> list[dict[str, Any]]:
    """The duties every project group has, and what is recorded of each in its field."""
    if not body.field or not can(request.user, Permission.LEDGER_VIEW, unit):
        return []
    duties = library.codes["group-duties"].values()
    found = ledgers.of_field(unit, [duty.extra["ledger"] for duty in duties], body.field)
    rows = []
    for duty in duties:
        count, latest = found.get(duty.extra["ledger"], (0, None))
        page = "ledgers:list" if count else "ledgers:add"
        asked = f"f_field={body.field}" if count else f"field={body.field}"
        address = f"{reverse(page, args=[unit.slug, duty.extra['ledger']])}?{asked}"
        rows.append({"name": local(duty), "count": count, "latest": latest, "address": address})
    return rows


def _may(request: PersonRequest, unit: Unit) -> bool:
    return can(request.user, Permission.BODY_EDIT, unit)
