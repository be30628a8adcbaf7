"""Targets: of a unit and a year with where they stand, broken down, handed down, answered for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, attempt
from safecommunity.targets import actions, queries
from safecommunity.targets.models import Pledge, Target
from safecommunity.targets.queries import Line
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission

_tried = partial(attempt, actions.Refused)
router = Router(tags=["targets"])


class TargetIn(Schema):
    metric: str
    year: int = Field(ge=1990, le=2200)
    amount: Decimal = Field(max_digits=14, decimal_places=2)
    due_date: dt.date
    basis: str = Field("", max_length=300)


class TargetOut(Schema):
    """`value`: as it is now, null where nothing is recorded. `given_by`: the unit that handed it down."""

    uuid: UUID
    unit: str
    metric: str
    year: int
    amount: Decimal
    due_date: dt.date
    basis: str
    given_by: str
    issued_date: dt.date | None
    explanation: str
    value: Decimal | None
    standing: str
    version: int


class SharesIn(Schema):
    """`shares`: address of a unit directly below → its amount, null for none."""

    shares: dict[str, Decimal | None]
    explanation: str = Field("", max_length=500)
    reason: str = Field("", max_length=300)


class ShareOut(Schema):
    unit: str
    amount: Decimal | None
    value: Decimal | None
    standing: str


class SharesOut(Schema):
    """`gap`: by how much the shares exceed the target, below zero where they fall short."""

    shares: list[ShareOut]
    gap: Decimal


class PledgeOut(Schema):
    uuid: UUID
    unit: str
    year: int
    number: int
    lines: list[dict[str, str]]
    signed_date: dt.date
    acknowledged_date: dt.date | None
    is_current: bool
    version: int


@router.get("/units/{slug}/targets", response=list[TargetOut], summary="Targets of a unit in a year")
def index(request: HttpRequest, slug: str, year: int) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.PROGRAMME_VIEW)
    return [_out(line) for line in queries.standings(list(queries.targets(unit, year)), timezone.localdate())]


@router.post("/units/{slug}/targets", response={201: TargetOut}, summary="Set one")
def set_target(request: HttpRequest, slug: str, given: TargetIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.TARGET_EDIT)
    return Status(201, _shown(_tried(actions.set_target, unit=unit, by=_person(request), **given.dict())))


@router.get("/units/{slug}/targets/{uuid}/shares", response=SharesOut, summary="How it is broken down")
def shares(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _target(request, slug, uuid, Permission.PROGRAMME_VIEW)
    response["ETag"] = f'"{row.version}"'
    return _shares(row)


@router.put("/units/{slug}/targets/{uuid}/shares", response=SharesOut, summary="Break it down")
def allocate(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: SharesIn
) -> dict[str, Any]:
    row = _target(request, slug, uuid, Permission.TARGET_EDIT)
    known = {unit.slug: unit.pk for unit in queries.beneath(row.unit)}
    if unknown := sorted(set(given.shares) - set(known)):
        raise HttpError(422, _("本单位没有直接下级“%(slug)s”。") % {"slug": unknown[0]})
    amounts = {known[one]: amount for one, amount in given.shares.items()}
    said = {"explanation": given.explanation, "reason": given.reason}
    changed = _tried(
        actions.allocate,
        target=row,
        version=asked_version(request),
        shares=amounts,
        by=_person(request),
        **said,
    )
    response["ETag"] = f'"{changed.version}"'
    return _shares(changed)


@router.post("/units/{slug}/targets/{uuid}/issue", response=TargetOut, summary="Hand the shares down")
def issue(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _target(request, slug, uuid, Permission.TARGET_EDIT)
    common = {"version": asked_version(request), "by": _person(request), "today": timezone.localdate()}
    return _shown(_tried(actions.issue, target=row, **common))


@router.get("/units/{slug}/pledges", response=list[PledgeOut], summary="Letters of responsibility in force")
def pledges(request: HttpRequest, slug: str, year: int) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.PROGRAMME_VIEW)
    found = queries.letters(unit, year, [unit, *queries.beneath(unit)])
    return [_letter(one.row, one.is_current) for one in found.values()]


@router.post("/units/{slug}/pledges", response={201: PledgeOut}, summary="Sign the unit's letter, from above")
def sign(request: HttpRequest, slug: str, year: int) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.TARGET_EDIT)
    common = {"by": _person(request), "today": timezone.localdate()}
    return Status(201, _letter(_tried(actions.sign, unit=unit, year=year, **common), True))


@router.post("/units/{slug}/pledges/{uuid}/acknowledge", response=PledgeOut, summary="Take the letter on")
def acknowledge(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.TARGET_EDIT)
    row = queries.pledge(unit, uuid)
    if row is None:
        raise HttpError(404, _("没有这份责任书。"))
    common = {"version": asked_version(request), "by": _person(request), "today": timezone.localdate()}
    return _letter(_tried(actions.acknowledge, pledge=row, **common), True)


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _target(request: HttpRequest, slug: str, uuid: UUID, permission: Permission) -> Target:
    unit: Unit = unit_for(request, slug, permission)
    row = queries.target(unit, uuid)
    if row is None:
        raise HttpError(404, _("没有这个目标，或者它还没有下达。"))
    return row


def _shown(row: Target) -> dict[str, Any]:
    return _out(queries.standings([row], timezone.localdate())[0])


def _out(line: Line) -> dict[str, Any]:
    row = line.target
    names = ("uuid", "metric", "year", "amount", "due_date", "basis", "issued_date", "explanation", "version")
    given_by = row.above.unit.slug if row.above else ""
    told = {"unit": row.unit.slug, "given_by": given_by, "value": line.value, "standing": line.standing}
    return {**{name: getattr(row, name) for name in names}, **told}


def _shares(row: Target) -> dict[str, Any]:
    found = queries.shares(row, timezone.localdate())
    given = [one.amount for one in found if one.amount is not None]
    listed = [
        {
            "unit": one.unit.slug,
            "amount": one.amount,
            "value": one.line.value if one.line else None,
            "standing": one.line.standing if one.line else "unknown",
        }
        for one in found
    ]
    return {"shares": listed, "gap": queries.gap(row, given)}


def _letter(row: Pledge, is_current: bool) -> dict[str, Any]:
    names = ("uuid", "year", "number", "lines", "signed_date", "acknowledged_date", "version")
    facts = {name: getattr(row, name) for name in names}
    return {**facts, "unit": row.unit.slug, "is_current": is_current}
