"""Risk points: reading, registering, evaluating, closing, and what the four-colour map shows."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, attempt
from safecommunity.ledgers.models import Entry
from safecommunity.risks import actions, queries
from safecommunity.risks.models import Evaluation, Kind, Reason, RiskPoint
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission

_tried = partial(attempt, actions.Refused)
router = Router(tags=["risks"])
MOST = 200
FACTS = (
    "uuid", "name", "kind", "field", "activity", "events", "causes", "people", "exposed", "groups", "times",
    "address", "division", "grid", "building", "longitude", "latitude", "organ", "responsible", "grade",
    "evaluated_date", "review_date", "state", "closed_date", "closed_reason", "version",
)  # fmt: skip
EVALUATED = (
    "number", "on_date", "reason", "method", "before", "after", "before_grade", "after_grade", "direct",
    "grade", "controls", "note",
)  # fmt: skip


class PointIn(Schema):
    """The facts of a risk point; `premises`: a row of the ledger of that name."""

    name: str = Field(min_length=1, max_length=100)
    kind: Kind
    field: str
    activity: str = Field("", max_length=200)
    events: list[str] = []
    causes: str = Field(min_length=1, max_length=2000)
    people: int | None = Field(None, ge=0, le=10_000_000)
    exposed: str = Field("", max_length=200)
    groups: list[str] = []
    times: str = Field("", max_length=200)
    address: str = Field(min_length=1, max_length=200)
    division: str = Field("", max_length=12)
    grid: str = Field("", max_length=15)
    building: str = Field("", max_length=100)
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)
    premises: int | None = Field(None, ge=1)
    organ: str = Field(min_length=1, max_length=100)
    responsible: str = Field(min_length=1, max_length=50)


class PointOut(Schema):
    uuid: UUID
    unit: str
    code: str
    name: str
    kind: str
    field: str
    activity: str
    events: list[str]
    causes: str
    people: int | None
    exposed: str
    groups: list[str]
    times: str
    address: str
    division: str
    grid: str
    building: str
    longitude: float | None
    latitude: float | None
    premises: int | None
    organ: str
    responsible: str
    grade: str
    evaluated_date: dt.date | None
    review_date: dt.date | None
    state: str
    closed_date: dt.date | None
    closed_reason: str
    version: int


class EvaluationIn(Schema):
    """`before`, `after`: factor → value, as the method's table writes it; `controls`: kind → what is done."""

    method: str
    before: dict[str, str]
    after: dict[str, str]
    direct: list[str] = []
    controls: dict[str, str] = {}
    reason: Reason = Reason.PERIODIC
    note: str = Field("", max_length=2000)
    on_date: dt.date


class EvaluationOut(Schema):
    number: int
    on_date: dt.date
    reason: str
    method: str
    before: dict[str, str]
    after: dict[str, str]
    before_product: str
    after_product: str
    before_grade: str
    after_grade: str
    direct: list[str]
    grade: str
    controls: dict[str, str]
    note: str


class CloseIn(Schema):
    reason: str = Field(min_length=1, max_length=500)


class BandOut(Schema):
    lower: str
    grade: str
    name: str


class MethodOut(Schema):
    """`factors`: factor → the values it may have."""

    code: str
    name: str
    symbol: str
    edge: str
    factors: dict[str, list[str]]
    bands: list[BandOut]


class AreaOut(Schema):
    code: str
    name: str
    grade: str
    counts: dict[str, int]


@router.get("/risk-methods", response=list[MethodOut], summary="How risks may be evaluated")
def methods(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "code": code, "name": one.name.zh, "symbol": one.symbol, "edge": one.edge,
            "factors": {factor.code: [str(value) for value in factor.values] for factor in one.factors},
            "bands": [
                {"lower": str(band.lower), "grade": band.grade, "name": band.name.zh} for band in one.bands
            ],
        }
        for code, one in library.methods.items()
    ]  # fmt: skip


@router.get("/units/{slug}/risks", response=list[PointOut], summary="Risk points, those of units below too")
def index(
    request: HttpRequest,
    slug: str,
    text: str = "",
    grade: str = "",
    field: str = "",
    state: str = "open",
    due: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.RISK_VIEW)
    rows = queries.chosen(
        queries.points(unit), text=text, grade=grade, field=field, state=state, due="1" if due else "",
        today=timezone.localdate(),
    )  # fmt: skip
    start = max(offset, 0)
    return [_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/risks", response={201: PointOut}, summary="Register a risk point")
def add(request: HttpRequest, response: HttpResponse, slug: str, given: PointIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.RISK_EDIT)
    row = _tried(actions.add, unit=unit, values=_values(unit, given), by=_person(request))
    response["ETag"] = f'"{row.version}"'
    return Status(201, _out(row))


@router.get("/units/{slug}/risks/areas", response=list[AreaOut], summary="Places by their highest risk")
def areas(
    request: HttpRequest, slug: str, level: str = "neighbourhood", on: dt.date | None = None
) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.RISK_VIEW)
    if level not in queries.LEVELS[1:]:
        raise HttpError(422, _("level 应为 building、grid、neighbourhood 之一。"))
    found = queries.areas(unit, on or timezone.localdate(), level)
    return [
        {"code": area.code, "name": area.name, "grade": area.grade, "counts": dict(area.counts)}
        for area in found
    ]


@router.get("/units/{slug}/risks/{uuid}", response=PointOut, summary="A risk point")
def detail(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _point(request, slug, uuid, Permission.RISK_VIEW)
    response["ETag"] = f'"{row.version}"'
    return _out(row)


@router.put("/units/{slug}/risks/{uuid}", response=PointOut, summary="Change its facts")
def edit(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: PointIn
) -> dict[str, Any]:
    row = _point(request, slug, uuid, Permission.RISK_EDIT)
    _tried(
        actions.edit, point=row, version=asked_version(request), values=_values(row.unit, given),
        by=_person(request),
    )  # fmt: skip
    response["ETag"] = f'"{row.version}"'
    return _out(row)


@router.get("/units/{slug}/risks/{uuid}/evaluations", response=list[EvaluationOut], summary="Newest first")
def evaluations(request: HttpRequest, slug: str, uuid: UUID) -> list[dict[str, Any]]:
    row = _point(request, slug, uuid, Permission.RISK_VIEW)
    return [_evaluation_out(one) for one in queries.evaluations(row)[:MOST]]


@router.post("/units/{slug}/risks/{uuid}/evaluations", response={201: EvaluationOut}, summary="Evaluate it")
def evaluate(request: HttpRequest, slug: str, uuid: UUID, given: EvaluationIn) -> Status[dict[str, Any]]:
    row = _point(request, slug, uuid, Permission.RISK_EDIT)
    made = _tried(
        actions.evaluate, point=row, version=asked_version(request), by=_person(request),
        today=timezone.localdate(), **given.dict(),
    )  # fmt: skip
    return Status(201, _evaluation_out(made))


@router.post("/units/{slug}/risks/{uuid}/close", response=PointOut, summary="The risk is gone")
def close(request: HttpRequest, slug: str, uuid: UUID, given: CloseIn) -> dict[str, Any]:
    row = _point(request, slug, uuid, Permission.RISK_EDIT)
    closed = _tried(
        actions.close, point=row, version=asked_version(request), reason=given.reason, by=_person(request),
        today=timezone.localdate(),
    )  # fmt: skip
    return _out(closed)


@router.post("/units/{slug}/risks/{uuid}/reopen", response=PointOut, summary="The risk is back")
def reopen(request: HttpRequest, slug: str, uuid: UUID, given: CloseIn) -> dict[str, Any]:
    row = _point(request, slug, uuid, Permission.RISK_EDIT)
    opened = _tried(
        actions.reopen, point=row, version=asked_version(request), reason=given.reason, by=_person(request),
        today=timezone.localdate(),
    )  # fmt: skip
    return _out(opened)


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _point(request: HttpRequest, slug: str, uuid: UUID, permission: Permission) -> RiskPoint:
    row = queries.point(unit_for(request, slug, permission), uuid)
    if row is None:
        raise HttpError(404, _("没有这个风险点。"))
    return row


def _values(unit: Unit, given: PointIn) -> dict[str, Any]:
    values = given.dict()
    if given.premises is not None:
        found = Entry.objects.below(unit).filter(pk=given.premises, ledger="premises", withdrawn_at=None)
        values["premises"] = found.first()
        if values["premises"] is None:
            raise HttpError(422, _("所属单位要从本单位的生产经营单位台账里选。"))
    return values


def _out(row: RiskPoint) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in FACTS}
    return {**facts, "unit": row.unit.slug, "code": row.code, "premises": row.premises_id}


def _evaluation_out(row: Evaluation) -> dict[str, Any]:
    products = {name: f"{getattr(row, name).normalize():f}" for name in ("before_product", "after_product")}
    return {**{name: getattr(row, name) for name in EVALUATED}, **products}
