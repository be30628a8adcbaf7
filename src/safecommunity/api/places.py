"""Divisions (public facts), and the grids, outlines and population of a unit's divisions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity import library
from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_tag, asked_version, stale
from safecommunity.core import geometry
from safecommunity.places import actions, queries
from safecommunity.places.models import Boundary, Division, Grid
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.queries import covers, division_codes

router = Router(tags=["places"])
MOST = 500
HIGHEST = 99_999_999


class DivisionOut(Schema):
    code: str
    name: str
    level: int
    urban_rural: str
    source_version: str


class GridFacts(Schema):
    name: str = Field(min_length=1, max_length=100)
    households: int | None = Field(None, ge=0, le=100_000)
    member: str = Field("", max_length=60)


class NewGrid(GridFacts):
    division: str


class GridOut(GridFacts):
    id: int
    code: str
    version: int


class OutlineIn(Schema):
    geometry: dict[str, Any]
    source: str = Field(min_length=1, max_length=100)
    approval_number: str = Field("", max_length=60)


class OutlineOut(Schema):
    code: str
    geometry: dict[str, Any]
    source: str
    approval_number: str
    square_km: float


class FigureIO(Schema):
    """`sex` 1 male, 2 female, 0 both; `age_to` null: and older; `residence` resident, floating or all."""

    sex: str = Field(pattern="^[012]$")
    age_from: int = Field(0, ge=0, le=150)
    age_to: int | None = Field(None, ge=0, le=150)
    residence: str = Field(pattern="^(resident|floating|all)$")
    count: int = Field(ge=0, le=HIGHEST)


class PopulationIO(Schema):
    figures: list[FigureIO]
    vulnerable: dict[str, int] = {}


@router.get(
    "/divisions", response=list[DivisionOut], summary="Divisions one level below, or found by name or code"
)
def divisions(
    request: HttpRequest, parent: str = "", q: str = "", offset: int = 0, limit: int = 100
) -> list[Division]:
    if parent and not Division.objects.filter(code=parent).exists():
        raise HttpError(404, _("没有这个区划。"))
    rows = queries.search(q, within=parent) if q else queries.children(parent)
    begin, most = max(offset, 0), max(1, min(limit, MOST))
    return list(rows.order_by("code")[begin : begin + most])


@router.get("/divisions/{code}", response=DivisionOut, summary="One division")
def division(request: HttpRequest, code: str) -> Division:
    return _division(code)


@router.get("/units/{slug}/grids", response=list[GridOut], summary="Grids in the unit's neighbourhoods")
def grids(request: HttpRequest, slug: str, offset: int = 0, limit: int = 100) -> list[Grid]:
    rows = queries.grids(division_codes(unit_for(request, slug, Permission.UNIT_VIEW)))
    begin, most = max(offset, 0), max(1, min(limit, MOST))
    return list(rows[begin : begin + most])


@router.post("/units/{slug}/grids", response={201: GridOut}, summary="A grid with the next serial")
def add_grid(request: HttpRequest, response: HttpResponse, slug: str, given: NewGrid) -> Any:
    unit = unit_for(request, slug, Permission.PLACE_EDIT)
    facts = {**given.dict(), "division": _own(unit, given.division)}
    try:
        grid = actions.add_grid(by=_user(request), unit=unit, **facts)
    except actions.Refused as refused:
        raise HttpError(422, str(refused)) from refused
    response["ETag"] = f'"{grid.version}"'
    return Status(201, grid)


@router.put("/units/{slug}/grids/{pk}", response=GridOut, summary="Replace the facts of a grid")
def change_grid(request: HttpRequest, response: HttpResponse, slug: str, pk: int, given: GridFacts) -> Grid:
    unit = unit_for(request, slug, Permission.PLACE_EDIT)
    grid, version = _grid(unit, pk), asked_version(request)
    try:
        actions.change_grid(grid=grid, version=version, by=_user(request), unit=unit, **given.dict())
    except actions.Stale as error:
        raise stale() from error
    response["ETag"] = f'"{grid.version}"'
    return grid


@router.delete("/units/{slug}/grids/{pk}", response={204: None}, summary="Remove a grid and its outline")
def remove_grid(request: HttpRequest, slug: str, pk: int) -> Any:
    unit = unit_for(request, slug, Permission.PLACE_EDIT)
    grid, version = _grid(unit, pk), asked_version(request)
    try:
        actions.remove_grid(grid=grid, version=version, by=_user(request), unit=unit)
    except actions.Stale as error:
        raise stale() from error
    return Status(204, None)


@router.get(
    "/units/{slug}/boundaries", response=list[OutlineOut], summary="Outlines inside the unit's divisions"
)
def boundaries(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    codes = division_codes(unit_for(request, slug, Permission.UNIT_VIEW))
    return [_outline(row) for row in queries.boundaries(codes)[:MOST]]


@router.put(
    "/units/{slug}/boundaries/{code}", response=OutlineOut, summary="Keep the outline of a division or grid"
)
def set_boundary(request: HttpRequest, slug: str, code: str, given: OutlineIn) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.PLACE_EDIT)
    known = Division.objects.filter(code=code).exists() or Grid.objects.filter(code=code).exists()
    if not (known and covers(unit, code)):
        raise HttpError(404, _("这个区划不在本单位范围内。"))
    try:
        shape = geometry.from_geojson(given.geometry)
    except geometry.GeometryError as error:
        raise HttpError(422, _(error.message.text) % error.message.params) from error
    row = actions.set_boundary(
        code=code,
        shape=shape,
        source=given.source,
        approval_number=given.approval_number,
        by=_user(request),
        unit=unit,
    )
    return _outline(row)


@router.get(
    "/units/{slug}/population/{code}/{year}",
    response=PopulationIO,
    summary="Figures entered for one division and year; ETag says which",
)
def population(
    request: HttpRequest, response: HttpResponse, slug: str, code: str, year: int
) -> dict[str, Any]:
    found = _own(unit_for(request, slug, Permission.UNIT_VIEW), code)
    return _population(response, found, year)


@router.put(
    "/units/{slug}/population/{code}/{year}",
    response=PopulationIO,
    summary="Replace the figures of one division and year; If-Match names those read",
)
def set_population(
    request: HttpRequest, response: HttpResponse, slug: str, code: str, year: int, given: PopulationIO
) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.PLACE_EDIT)
    found, seen = _own(unit, code), asked_tag(request)
    if not 1990 <= year <= 2100:
        raise HttpError(422, _("年份 %(year)s 应在 1990 至 2100 之间。") % {"year": year})
    groups = library.codes["vulnerable-kinds"]
    if wrong := [
        group for group, count in given.vulnerable.items() if group not in groups or not 0 <= count <= HIGHEST
    ]:
        raise HttpError(422, _("脆弱人群 %(groups)s 不能保存。") % {"groups": "、".join(wrong)})
    try:
        actions.set_population(
            division=found,
            year=year,
            figures=[(one.sex, one.age_from, one.age_to, one.residence, one.count) for one in given.figures],
            vulnerable=given.vulnerable,
            seen=seen,
            by=_user(request),
            unit=unit,
        )
    except actions.Refused as refused:
        raise HttpError(422, str(refused)) from refused
    except actions.Stale as error:
        raise stale() from error
    return _population(response, found, year)


def _population(response: HttpResponse, found: Division, year: int) -> dict[str, Any]:
    response["ETag"] = f'"{queries.digest(found, year)}"'
    names = ("sex", "age_from", "age_to", "residence", "count")
    rows = [dict(zip(names, figure, strict=True)) for figure in queries.figures(found, year)]
    return {"figures": rows, "vulnerable": queries.vulnerable(found, year)}


def _division(code: str) -> Division:
    found = Division.objects.filter(code=code).first()
    if found is None:
        raise HttpError(404, _("没有这个区划。"))
    return found


def _own(unit: Unit, code: str) -> Division:
    if not covers(unit, code):
        raise HttpError(404, _("这个区划不在本单位范围内。"))
    return _division(code)


def _grid(unit: Unit, pk: int) -> Grid:
    found = queries.grids(division_codes(unit)).filter(pk=pk).first()
    if found is None:
        raise HttpError(404, _("没有这条记录，或者您看不到它。"))
    return found


def _outline(row: Boundary) -> dict[str, Any]:
    return {
        "code": row.code,
        "geometry": row.geometry,
        "source": row.source,
        "approval_number": row.approval_number,
        "square_km": round(geometry.area(geometry.from_geojson(row.geometry)), 3),
    }


def _user(request: HttpRequest) -> Any:
    return request.user
