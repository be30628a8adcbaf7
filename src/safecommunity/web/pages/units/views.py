"""A programme unit: its facts, what lies beneath it, and new units under it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core.privacy import mask_phone
from safecommunity.places.queries import full_name
from safecommunity.units import actions, queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.acts import lines_of
from safecommunity.web.clock import today
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.units.forms import NewUnit, UnitFacts

ROWS, LINES = 50, 10
LEVELS = {
    1: gettext_lazy("省"), 2: gettext_lazy("市"), 3: gettext_lazy("区县"), 4: gettext_lazy("街道、乡镇"),
    5: gettext_lazy("社区、村"),
}  # fmt: skip


@requires(Permission.UNIT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    beneath = Unit.objects.filter(parent=unit, is_active=True).order_by("path")
    context = {
        "full_name": full_name(unit.division.code) if unit.division else "",
        "divisions": unit.divisions.order_by("code"),
        "page": Paginator(beneath, ROWS).get_page(request.GET.get("page")),
        "above": [
            (one, can(request.user, Permission.UNIT_VIEW, one))
            for one in queries.above(unit).exclude(pk=unit.pk)
        ],
        "network": [(LEVELS.get(one["level"], ""), one) for one in queries.network(unit, today())],
        "lacking": queries.without_body(unit, today())[:LINES],
        "body_count": queries.bodies(unit).count(),
        "serving": queries.serving(unit, today()).exclude(person="").count(),
        "phone": unit.phone if can(request.user, Permission.BODY_EDIT, unit) else mask_phone(unit.phone),
        "lines": lines_of(unit, LINES) if can(request.user, Permission.AUDIT_VIEW, unit) else None,
        **_rights(request, unit),
    }
    return render(request, "units/index.html", context)


@requires(Permission.UNIT_EDIT)
@exactly_once
def edit(request: PersonRequest, unit: Unit) -> HttpResponse:
    seen = {"divisions": list(unit.divisions.order_by("code")), "version": unit.version}
    form = UnitFacts(request.POST or None, instance=Unit.objects.get(pk=unit.pk), initial=seen)
    if request.method == "POST" and form.is_valid():
        facts = {**form.cleaned_data}
        version = facts.pop("version")
        if not facts["divisions"] or len(facts["divisions"]) == 1:
            facts["division"] = next(iter(facts["divisions"]), unit.division)
        try:
            actions.change(unit=unit, version=version, by=request.user, **facts)
        except StaleRecord as error:
            return stale_page(request, form, error, _now(error.current))
        messages.success(request, _("已保存。"))
        return redirect("units:index", unit.slug)
    status = 422 if form.errors else 200
    return render(request, "units/unit_form.html", {"form": form, "here": unit}, status=status)


@requires(Permission.UNIT_EDIT)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = NewUnit(request.POST or None, parent=unit)
    if request.method == "POST" and form.is_valid():
        facts = {**form.cleaned_data}
        del facts["version"]
        made = actions.create(
            parent=unit, by=request.user, division=next(iter(facts["divisions"]), None), **facts
        )
        messages.success(request, _("已建立“%(name)s”。") % {"name": made.name})
        return redirect("units:index", made.slug)
    status = 422 if form.errors else 200
    return render(request, "units/unit_form.html", {"form": form, "here": None}, status=status)


def _rights(request: PersonRequest, unit: Unit) -> dict[str, Any]:
    return {
        "may_edit": can(request.user, Permission.UNIT_EDIT, unit),
        "may_edit_places": can(request.user, Permission.PLACE_EDIT, unit),
    }


def _now(current: Any) -> dict[str, Any]:
    values = {name: getattr(current, name) for name in UnitFacts.Meta.fields}
    return {
        **values,
        "divisions": "\n".join(current.divisions.order_by("code").values_list("code", flat=True)),
    }
