"""Units a person sees, their bodies and who is appointed to them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity import library
from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, stale
from safecommunity.core.privacy import mask_phone
from safecommunity.places.models import Division
from safecommunity.units import actions, queries
from safecommunity.units.models import Appointment, Body, Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord

router = Router(tags=["units"])
MOST = 200


class UnitFacts(Schema):
    name: str = Field(min_length=1, max_length=100)
    short_name: str = Field("", max_length=30)
    start_date: dt.date | None = None
    filing_date: dt.date | None = None
    area: Decimal | None = Field(None, gt=0, max_digits=12, decimal_places=3)
    population: int | None = Field(None, ge=0, le=2_000_000_000)
    households: int | None = Field(None, ge=0, le=2_000_000_000)
    address: str = Field("", max_length=200)
    contact: str = Field("", max_length=60)
    phone: str = Field("", max_length=30)
    about: str = ""
    divisions: list[str] = []


class NewUnit(UnitFacts):
    kind: str
    slug: str = Field(pattern=r"^[-a-zA-Z0-9_]{1,40}$")


class UnitOut(Schema):
    slug: str
    name: str
    short_name: str
    kind: str
    level: int
    parent: str | None
    start_date: dt.date | None
    filing_date: dt.date | None
    area: Decimal | None
    population: int | None
    households: int | None
    address: str
    contact: str
    phone: str
    about: str
    divisions: list[str]
    version: int


class UnitsOut(Schema):
    count: int
    units: list[UnitOut]


class BodyFacts(Schema):
    name: str = Field(min_length=1, max_length=100)
    kind: str
    field: str = ""
    parent: int | None = None
    seat: str = Field("", max_length=100)
    duties: list[str] = []
    document: str = Field("", max_length=120)
    from_date: dt.date | None = None
    to_date: dt.date | None = None
    position: int = Field(0, ge=0, le=32_000)


class BodyOut(Schema):
    id: int
    name: str
    kind: str
    field: str
    parent: int | None
    seat: str
    duties: list[str]
    document: str
    from_date: dt.date | None
    to_date: dt.date | None
    position: int
    version: int


class AppointmentFacts(Schema):
    post: str = Field(min_length=1, max_length=40)
    person: str = Field("", max_length=60)
    organ: str = Field("", max_length=120)
    phone: str = Field("", max_length=30)
    from_date: dt.date | None = None
    to_date: dt.date | None = None
    document: str = Field("", max_length=120)
    position: int = Field(0, ge=0, le=32_000)


class AppointmentOut(AppointmentFacts):
    id: int
    body: int
    version: int


class BodySetOut(Schema):
    code: str
    name: str
    name_en: str
    note: str
    note_en: str
    source: str
    unit_kinds: list[str]
    bodies: list[str]


@router.get("/units", response=UnitsOut, summary="Units the caller sees, in the order of the tree")
def units(request: HttpRequest, parent: str = "", offset: int = 0, limit: int = 50) -> dict[str, Any]:
    user: Any = request.user
    rows = queries.visible(user).select_related("parent").prefetch_related("divisions")
    if parent:
        rows = rows.filter(parent=unit_for(request, parent, Permission.UNIT_VIEW))
    begin, most = max(offset, 0), max(1, min(limit, MOST))
    return {"count": rows.count(), "units": [_unit(row, user) for row in rows[begin : begin + most]]}


@router.get("/units/{slug}", response=UnitOut, summary="One unit; ETag is its version")
def unit(request: HttpRequest, response: HttpResponse, slug: str) -> dict[str, Any]:
    return _tagged_unit(request, response, unit_for(request, slug, Permission.UNIT_VIEW))


@router.put(
    "/units/{slug}", response=UnitOut, summary="Replace the facts of a unit; If-Match names their version"
)
def change_unit(request: HttpRequest, response: HttpResponse, slug: str, given: UnitFacts) -> dict[str, Any]:
    found, version = unit_for(request, slug, Permission.UNIT_EDIT), asked_version(request)
    facts = {**given.dict(), "divisions": _divisions(given.divisions)}
    try:
        actions.change(unit=found, version=version, by=_user(request), **facts)
    except StaleRecord as error:
        raise stale() from error
    return _tagged_unit(request, response, found)


@router.post("/units/{slug}/units", response={201: UnitOut}, summary="A new unit under this one")
def add_unit(request: HttpRequest, response: HttpResponse, slug: str, given: NewUnit) -> Any:
    parent = unit_for(request, slug, Permission.UNIT_EDIT)
    if given.kind not in queries.kinds_below(parent):
        raise HttpError(422, _("“%(kind)s”不能建在这个单位之下。") % {"kind": given.kind})
    if not queries.is_free(given.slug):
        raise HttpError(422, _("“%(slug)s”已被使用，请换一个。") % {"slug": given.slug})
    facts = {**given.dict(), "divisions": _divisions(given.divisions)}
    division = next(iter(facts["divisions"]), None)
    made = actions.create(parent=parent, by=_user(request), division=division, **facts)
    return Status(201, _tagged_unit(request, response, made))


@router.get("/body-sets", response=list[BodySetOut], summary="The bodies that the plans ask for")
def body_sets(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "name": one.name.zh,
            "name_en": one.name.en,
            "note": one.note.zh,
            "note_en": one.note.en,
            "source": one.source,
            "unit_kinds": list(one.unit_kinds),
            "bodies": [body.name.zh for body in one.bodies],
        }
        for one in library.bodies.values()
    ]


@router.post(
    "/units/{slug}/body-sets/{code}",
    response={201: list[BodyOut]},
    summary="Add the bodies of a set that are missing",
)
def apply_bodies(request: HttpRequest, slug: str, code: str) -> Any:
    found = unit_for(request, slug, Permission.BODY_EDIT)
    if code not in library.bodies:
        raise HttpError(404, _("没有这套机构。"))
    made = actions.apply_bodies(unit=found, plan=library.bodies[code], by=_user(request))
    return Status(201, [_body(row) for row in made])


@router.get("/units/{slug}/bodies", response=list[BodyOut], summary="The bodies of a unit in their order")
def bodies(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    return [_body(row) for row in queries.bodies(unit_for(request, slug, Permission.UNIT_VIEW))]


@router.post("/units/{slug}/bodies", response={201: BodyOut}, summary="A new body")
def add_body(request: HttpRequest, response: HttpResponse, slug: str, given: BodyFacts) -> Any:
    found = unit_for(request, slug, Permission.BODY_EDIT)
    made = actions.add_body(unit=found, by=_user(request), **_body_facts(found, given))
    return Status(201, _tagged(response, made, _body(made)))


@router.put("/units/{slug}/bodies/{pk}", response=BodyOut, summary="Replace the facts of a body")
def change_body(
    request: HttpRequest, response: HttpResponse, slug: str, pk: int, given: BodyFacts
) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.BODY_EDIT)
    row, version = _one_body(unit, pk), asked_version(request)
    try:
        actions.change_body(body=row, version=version, by=_user(request), **_body_facts(unit, given))
    except StaleRecord as error:
        raise stale() from error
    except actions.GoesRound as error:
        raise HttpError(422, _("上级机构不能是它自己或它的下级。")) from error
    return _tagged(response, row, _body(row))


@router.delete("/units/{slug}/bodies/{pk}", response={204: None}, summary="Remove an empty body")
def remove_body(request: HttpRequest, slug: str, pk: int) -> Any:
    row, version = _one_body(unit_for(request, slug, Permission.BODY_EDIT), pk), asked_version(request)
    try:
        actions.remove_body(body=row, version=version, by=_user(request))
    except StaleRecord as error:
        raise stale() from error
    except actions.InUse as error:
        raise HttpError(409, _("机构还有成员或下级机构，先移走它们，或填写撤销日期。")) from error
    return Status(204, None)


@router.get(
    "/units/{slug}/bodies/{pk}/appointments", response=list[AppointmentOut], summary="Who is or was in a body"
)
def appointments(request: HttpRequest, slug: str, pk: int) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.UNIT_VIEW)
    whole = can(_user(request), Permission.BODY_EDIT, unit)
    return [_appointment(row, whole=whole) for row in queries.appointments(_one_body(unit, pk))]


@router.post(
    "/units/{slug}/bodies/{pk}/appointments",
    response={201: AppointmentOut},
    summary="Appoint, or a vacant post",
)
def appoint(request: HttpRequest, response: HttpResponse, slug: str, pk: int, given: AppointmentFacts) -> Any:
    body = _one_body(unit_for(request, slug, Permission.BODY_EDIT), pk)
    made = actions.appoint(body=body, by=_user(request), **_term(given))
    return Status(201, _tagged(response, made, _appointment(made, whole=True)))


@router.put("/units/{slug}/appointments/{pk}", response=AppointmentOut, summary="Replace an appointment")
def change_appointment(
    request: HttpRequest, response: HttpResponse, slug: str, pk: int, given: AppointmentFacts
) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.BODY_EDIT)
    row = _one_appointment(unit, pk)
    try:
        actions.change_appointment(
            appointment=row, version=asked_version(request), by=_user(request), **_term(given)
        )
    except StaleRecord as error:
        raise stale() from error
    return _tagged(response, row, _appointment(row, whole=True))


@router.delete(
    "/units/{slug}/appointments/{pk}", response={204: None}, summary="Remove an appointment made by mistake"
)
def remove_appointment(request: HttpRequest, slug: str, pk: int) -> Status[None]:
    unit = unit_for(request, slug, Permission.BODY_EDIT)
    row = _one_appointment(unit, pk)
    try:
        actions.remove_appointment(appointment=row, version=asked_version(request), by=_user(request))
    except StaleRecord as error:
        raise stale() from error
    return Status(204, None)


def _divisions(codes: list[str]) -> list[Division]:
    known = {row.code: row for row in Division.objects.filter(code__in=codes, valid_to=None)}
    if missing := [code for code in codes if code not in known]:
        raise HttpError(422, _("区划表中没有 %(codes)s。") % {"codes": "、".join(missing)})
    return [known[code] for code in dict.fromkeys(codes)]


def _unit(row: Unit, user: Any) -> dict[str, Any]:
    same = set(UnitOut.model_fields) - {"parent", "divisions", "phone"}
    return {name: getattr(row, name) for name in same} | {
        "parent": row.parent.slug if row.parent else None,
        "divisions": sorted(division.code for division in row.divisions.all()),
        "phone": row.phone if can(user, Permission.BODY_EDIT, row) else mask_phone(row.phone),
    }


def _tagged_unit(request: HttpRequest, response: HttpResponse, row: Unit) -> dict[str, Any]:
    return _tagged(response, row, _unit(row, _user(request)))


def _tagged(response: HttpResponse, row: Any, values: dict[str, Any]) -> dict[str, Any]:
    response["ETag"] = f'"{row.version}"'
    return values


def _one_body(unit: Unit, pk: int) -> Body:
    row = queries.bodies(unit).select_related("unit").filter(pk=pk).first()
    if row is None:
        raise HttpError(404, _("没有这条记录，或者您看不到它。"))
    return row


def _one_appointment(unit: Unit, pk: int) -> Appointment:
    row = Appointment.objects.in_unit(unit).select_related("unit").filter(pk=pk).first()
    if row is None:
        raise HttpError(404, _("没有这条记录，或者您看不到它。"))
    return row


def _body_facts(unit: Unit, given: BodyFacts) -> dict[str, Any]:
    for value, codes in [
        (given.kind, library.codes["body-kinds"]),
        (given.field, library.codes["promotion-fields"]),
    ]:
        if value not in codes and (value or codes.code == "body-kinds"):
            raise HttpError(
                422, _("代码表“%(list)s”里没有“%(value)s”。") % {"list": codes.code, "value": value}
            )
    parent = _one_body(unit, given.parent) if given.parent is not None else None
    return {**_term(given), "parent": parent, "duties": "\n".join(given.duties)}


def _term(given: BodyFacts | AppointmentFacts) -> dict[str, Any]:
    if given.from_date and given.to_date and given.to_date < given.from_date:
        raise HttpError(422, _("结束日期不能早于开始日期。"))
    facts: dict[str, Any] = given.dict()
    return facts


def _body(row: Body) -> dict[str, Any]:
    same = set(BodyOut.model_fields) - {"parent", "duties"}
    duties = [line for line in row.duties.splitlines() if line.strip()]
    return {name: getattr(row, name) for name in same} | {"parent": row.parent_id, "duties": duties}


def _appointment(row: Appointment, *, whole: bool) -> dict[str, Any]:
    same = set(AppointmentOut.model_fields) - {"body", "phone"}
    phone = row.phone if whole else mask_phone(row.phone)
    return {name: getattr(row, name) for name in same} | {"body": row.body_id, "phone": phone}


def _user(request: HttpRequest) -> Any:
    return request.user
