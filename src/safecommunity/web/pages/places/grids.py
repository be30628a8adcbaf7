"""The division tree to look things up in, and the grids of a unit's neighbourhoods."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.core.divisions import LEVELS, URBAN_RURAL, Level, ancestors_of
from safecommunity.places import actions, queries
from safecommunity.places.models import Division, Grid
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.queries import division_codes
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.places.forms import GridFacts, NewGrid

ROWS = 100


@requires(Permission.UNIT_VIEW)
def divisions(request: PersonRequest, unit: Unit) -> HttpResponse:
    """One level of the tree, or what a search finds; public facts, the same for everybody."""
    code, wanted = _known_code(request.GET.get("code", "")), request.GET.get("q", "").strip()
    rows = queries.search(wanted, within=code) if wanted else queries.children(code)
    page = Paginator(rows.order_by("code"), ROWS).get_page(request.GET.get("page"))
    above = [*ancestors_of(code), code] if code else []
    context = {
        "page": page,
        "wanted": wanted,
        "code": code,
        "above": [(one, name) for one, name in sorted(queries.names(above).items())],
        "counts": [(LEVEL_NAMES[level](), count) for level, count in sorted(queries.counts(code).items())],
        "classes": {key: zh for key, (zh, _en) in URBAN_RURAL.items()},
        "lowest": Level.NEIGHBOURHOOD,
    }
    return render(request, "places/divisions.html", context)


@requires(Permission.UNIT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    rows = queries.grids(division_codes(unit))
    context = {
        "page": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "households": rows.aggregate(total=Sum("households"))["total"],
        "may_edit": can(request.user, Permission.PLACE_EDIT, unit),
        "has_neighbourhoods": _neighbourhoods(unit).exists(),
    }
    return render(request, "places/grids.html", context)


@requires(Permission.PLACE_EDIT)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = NewGrid(request.POST or None, choices=_neighbourhoods(unit))
    if request.method == "POST" and form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            grid = actions.add_grid(by=request.user, unit=unit, **facts)
        except actions.Refused as refused:
            form.add_error("division", str(refused))
        else:
            messages.success(request, _("已新增网格 %(code)s。") % {"code": grid.code})
            return redirect("places:grids", unit.slug)
    return _form(request, form)


@requires(Permission.PLACE_EDIT)
@exactly_once
def edit(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    grid = _grid(unit, pk)
    seen = {name: getattr(grid, name) for name in ("name", "households", "member", "version")}
    form = GridFacts(request.POST or None, initial=seen)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_grid(grid=grid, by=request.user, unit=unit, **form.cleaned_data)
        except actions.Stale as stale:
            return stale_page(request, form, StaleRecord(stale.current))
        messages.success(request, _("已保存。"))
        return redirect("places:grids", unit.slug)
    return _form(request, form, grid=grid)


@require_POST
@requires(Permission.PLACE_EDIT)
@exactly_once
def remove(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    grid = _grid(unit, pk)
    try:
        actions.remove_grid(
            grid=grid, version=int(request.POST.get("version") or 0), by=request.user, unit=unit
        )
    except (actions.Stale, ValueError):
        messages.error(request, _("别人刚刚改过它，请看过新的内容再决定。"))
        return redirect("places:grid", unit.slug, pk)
    messages.success(request, _("已删除网格 %(code)s。") % {"code": grid.code})
    return redirect("places:grids", unit.slug)


LEVEL_NAMES = {
    1: lambda: _("省级"),
    2: lambda: _("地级"),
    3: lambda: _("县级"),
    4: lambda: _("乡级"),
    5: lambda: _("村级"),
}


def _neighbourhoods(unit: Unit) -> QuerySet[Division]:
    return queries.inside(division_codes(unit), Level.NEIGHBOURHOOD)


def _known_code(text: str) -> str:
    is_code = text.isascii() and text.isdigit() and len(text) in LEVELS and not text.startswith("0")
    return text if is_code and Division.objects.filter(code=text).exists() else ""


def _grid(unit: Unit, pk: int) -> Grid:
    return get_object_or_404(queries.grids(division_codes(unit)), pk=pk)


def _form(request: PersonRequest, form: Any, **more: Any) -> HttpResponse:
    return render(
        request, "places/grid_form.html", {"form": form, **more}, status=422 if form.errors else 200
    )
