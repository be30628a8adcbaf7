"""Monthly returns: compiled, written, filed, checked or sent back, summed up; who filed and who did not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, attempt
from safecommunity.core.periods import Period
from safecommunity.returns import actions, queries
from safecommunity.returns.models import Return
from safecommunity.units.permissions import Permission

MOST = 120
_tried = partial(attempt, actions.Refused)
router = Router(tags=["returns"])


class CorrectionIn(Schema):
    value: Decimal
    reason: str = Field(min_length=1, max_length=300)


class WritingIn(Schema):
    """`words`, `corrections`: by the codes of the form; what is left out is emptied."""

    words: dict[str, str] = {}
    corrections: dict[str, CorrectionIn] = {}
    is_zero: bool = False


class StepIn(Schema):
    reason: str = Field("", max_length=500)


class CorrectionOut(Schema):
    value: Decimal
    reason: str
    by: str


class ReturnOut(Schema):
    """`figures`: what counts, null without a record; `sources`: of a summary, the returns it adds up."""

    uuid: UUID
    unit: str
    month: str
    state: str
    is_summary: bool
    is_zero: bool
    is_late: bool
    due_date: dt.date
    figures: dict[str, Decimal | None]
    corrections: dict[str, CorrectionOut]
    words: dict[str, str]
    sources: list[UUID]
    version: int


class StandingOut(Schema):
    """`standing`: figures, zero, late, returned, missing, not-due, or not-asked before it began."""

    unit: str
    standing: str
    state: str | None


@router.get("/units/{slug}/returns", response=list[ReturnOut], summary="A unit's returns, the latest first")
def index(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.RETURN_VIEW)
    return [_out(row) for row in queries.own(unit).select_related("unit")[:MOST]]


@router.get("/units/{slug}/returns-board", response=list[StandingOut], summary="Who filed a month here")
def board(request: HttpRequest, slug: str, month: str) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.RETURN_VIEW)
    lines = queries.board(unit, _month(month), timezone.localdate())
    return [
        {"unit": one.unit.slug, "standing": one.standing, "state": one.row.state if one.row else None}
        for one in lines
    ]


@router.post("/units/{slug}/returns/{month}", response={201: ReturnOut}, summary="Compile it from records")
def compile_month(
    request: HttpRequest, response: HttpResponse, slug: str, month: str
) -> Status[dict[str, Any]]:
    unit, asked = unit_for(request, slug, Permission.RETURN_SUBMIT), _month(month)
    today = timezone.localdate()
    _tried(actions.compile_returns, root=unit, units=[unit], month=asked, today=today, by=_person(request))
    return Status(201, _shown(response, _return(request, slug, month, Permission.RETURN_VIEW)))


@router.get("/units/{slug}/returns/{month}", response=ReturnOut, summary="A return")
def detail(request: HttpRequest, response: HttpResponse, slug: str, month: str) -> dict[str, Any]:
    return _shown(response, _return(request, slug, month, Permission.RETURN_VIEW))


@router.put("/units/{slug}/returns/{month}", response=ReturnOut, summary="Write in it")
def write(
    request: HttpRequest, response: HttpResponse, slug: str, month: str, given: WritingIn
) -> dict[str, Any]:
    row = _return(request, slug, month, Permission.RETURN_SUBMIT)
    known = {*row.rules.figures, *(one.code for one in row.rules.words)}
    if unknown := sorted({*given.corrections, *given.words} - known):
        raise HttpError(422, _("月报里没有：%(codes)s。") % {"codes": "、".join(unknown)})
    corrections = {code: (f"{one.value:f}", one.reason) for code, one in given.corrections.items()}
    facts = {"words": given.words, "corrections": corrections, "is_zero": given.is_zero}
    version = asked_version(request)
    return _shown(response, _tried(actions.write, row=row, version=version, by=_person(request), **facts))


@router.post("/units/{slug}/returns/{month}/submit", response=ReturnOut, summary="File it with those above")
def submit(request: HttpRequest, response: HttpResponse, slug: str, month: str) -> dict[str, Any]:
    row = _return(request, slug, month, Permission.RETURN_SUBMIT)
    common = {"version": asked_version(request), "by": _person(request), "today": timezone.localdate()}
    return _shown(response, _tried(actions.submit, row=row, **common))


@router.post("/units/{slug}/returns/{month}/summarise", response=ReturnOut, summary="Add up what was checked")
def summarise(request: HttpRequest, response: HttpResponse, slug: str, month: str) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.RETURN_CHECK)
    row = _tried(actions.summarise, unit=unit, month=_month(month), by=_person(request))
    return _shown(response, row)


@router.post("/units/{slug}/returns/{month}/{act}", response=ReturnOut, summary="A step of the level above")
def step(
    request: HttpRequest,
    response: HttpResponse,
    slug: str,
    month: str,
    act: Literal["check", "send-back", "reopen"],
    given: StepIn,
) -> dict[str, Any]:
    row = _return(request, slug, month, Permission.RETURN_CHECK)
    common = {"version": asked_version(request), "by": _person(request)}
    if act == "check":
        return _shown(response, _tried(actions.check, row=row, **common))
    acted = actions.send_back if act == "send-back" else actions.reopen
    return _shown(response, _tried(acted, row=row, reason=given.reason, **common))


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _month(code: str) -> Period:
    month = queries.month(code)
    if month is None:
        raise HttpError(404, _("没有这个月份。"))
    return month


def _return(request: HttpRequest, slug: str, month: str, permission: Permission) -> Return:
    row = queries.month_return(unit_for(request, slug, permission), _month(month))
    if row is None:
        raise HttpError(404, _("这个月的月报还没有编制。"))
    return row


def _shown(response: HttpResponse, row: Return) -> dict[str, Any]:
    response["ETag"] = f'"{row.version}"'
    return _out(row)


def _out(row: Return) -> dict[str, Any]:
    names = (
        "uuid", "month", "state", "is_summary", "is_zero", "is_late", "due_date", "corrections", "words",
        "sources", "version",
    )  # fmt: skip
    return {"unit": row.unit.slug, "figures": row.values, **{name: getattr(row, name) for name in names}}
