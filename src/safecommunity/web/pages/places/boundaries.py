"""Outlines of a unit's divisions and grids: a map, the list behind it, uploads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.core import geometry
from safecommunity.places import actions, queries
from safecommunity.places.models import Boundary
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.queries import division_codes
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.pages.places.forms import OutlineUpload


@requires(Permission.UNIT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    return _page(request, unit, OutlineUpload(choices=_choices(unit)))


@require_POST
@requires(Permission.PLACE_EDIT)
@exactly_once
def upload(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = OutlineUpload(request.POST, request.FILES, choices=_choices(unit))
    if not form.is_valid():
        return _page(request, unit, form, status=422)
    facts = {**form.cleaned_data}
    shape = facts.pop("file")
    actions.set_boundary(shape=shape, by=request.user, unit=unit, **facts)
    size = f"{geometry.area(shape):.2f}"
    messages.success(request, _("已保存边界，面积 %(size)s 平方千米。") % {"size": size})
    return redirect("places:boundaries", unit.slug)


@require_POST
@requires(Permission.PLACE_EDIT)
@exactly_once
def remove(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    boundary = get_object_or_404(queries.boundaries(division_codes(unit)), pk=pk)
    actions.remove_boundary(boundary=boundary, by=request.user, unit=unit)
    messages.success(request, _("已删除边界。"))
    return redirect("places:boundaries", unit.slug)


def _page(request: PersonRequest, unit: Unit, form: OutlineUpload, status: int = 200) -> HttpResponse:
    rows = list(queries.boundaries(division_codes(unit)))
    known = dict(_choices(unit))
    context = {
        "form": form,
        "table": [(row, known.get(row.code, row.code), _area(row)) for row in rows],
        "map": _map(rows, known) if rows else None,
        "approval": "、".join(sorted({row.approval_number for row in rows if row.approval_number})),
        "may_edit": can(request.user, Permission.PLACE_EDIT, unit),
    }
    return render(request, "places/boundaries.html", context, status=status)


def _choices(unit: Unit) -> list[tuple[str, str]]:
    codes = division_codes(unit)
    places = [(row.code, f"{row.name}（{row.code}）") for row in queries.with_children(codes)]
    return places + [(grid.code, f"{grid.name}（{grid.code}）") for grid in queries.grids(codes)]


def _map(rows: list[Boundary], known: dict[str, str]) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": {"name": known.get(row.code, row.code)}, "geometry": row.geometry}
        for row in rows
    ]
    return {
        "tiles": settings.MAP_TILES,
        "attribution": settings.MAP_ATTRIBUTION,
        "areas": {"type": "FeatureCollection", "features": features},
    }


def _area(row: Boundary) -> float:
    return round(geometry.area(geometry.from_geojson(row.geometry)), 3)
