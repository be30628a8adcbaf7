"""Titles: who holds which until when, taking down, what falls due meanwhile, withdrawing."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.api.access import unit_for
from safecommunity.api.reviews import MOST, Text, person, tried
from safecommunity.api.versions import asked_version
from safecommunity.core.periods import FIRST, LAST
from safecommunity.reviews import actions, asking, queries
from safecommunity.reviews.models import Duty, Title
from safecommunity.reviews.wording import duty_name
from safecommunity.units.permissions import Permission

router = Router(tags=["reviews"])
TITLE = "/units/{slug}/titles/{uuid}"


class TitleOut(Schema):
    uuid: UUID
    unit: str
    scheme: str
    level: str
    name: str
    number: str
    named_date: dt.date
    valid_until: dt.date
    standing: str
    version: int


class DutyOut(Schema):
    """A yearly report, a spot check, the re-assessment; `outcome` is "" until it is done."""

    uuid: UUID
    code: str
    name: str
    due_date: dt.date
    done_date: dt.date | None
    outcome: str
    words: str
    version: int


class DetailOut(TitleOut):
    plaque: str
    granted_by: str
    ended_date: dt.date | None
    ended_reason: str
    duties: list[DutyOut]


class RegisterIn(Schema):
    scheme: str
    number: str = Field(min_length=1, max_length=60)
    plaque: str = Field("", max_length=60)
    granted_by: str = Field(min_length=1, max_length=100)
    named_date: dt.date = Field(ge=FIRST, le=LAST)


class DutyIn(Schema):
    done_date: dt.date
    outcome: Literal["passed", "failed"]
    words: str = Text


class WithdrawIn(Schema):
    reason: str = Field(max_length=500)


@router.get("/units/{slug}/titles", response=list[TitleOut], summary="Titles held here and beneath")
def index(
    request: HttpRequest,
    slug: str,
    text: str = "",
    scheme: str = "",
    level: str = "",
    standing: str = "",
    year: str = "",
    sort: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.REVIEW_VIEW)
    asked = {"text": text, "scheme": scheme, "level": level, "standing": standing, "year": year, "sort": sort}
    rows = asking.titles(unit, asking.titles_asked(asked), timezone.localdate())
    start = max(offset, 0)
    return [_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/titles", response={201: TitleOut}, summary="Take a title of elsewhere down")
def register(request: HttpRequest, slug: str, given: RegisterIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.REVIEW_CHECK)
    if given.scheme not in queries.titled_schemes():
        raise HttpError(422, _("没有评定方案“%(code)s”。") % {"code": given.scheme})
    today = timezone.localdate()
    row = tried(actions.register_title, unit=unit, by=person(request), today=today, **given.dict())
    return Status(201, _out(row))


@router.get(TITLE, response=DetailOut, summary="A title and what falls due while it lasts")
def detail(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    return _detail(response, _title(request, slug, uuid, Permission.REVIEW_VIEW))


@router.post(TITLE + "/duties/{duty}", response=DetailOut, summary="How it went (If-Match: the duty's)")
def do_duty(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, duty: UUID, given: DutyIn
) -> dict[str, Any]:
    row = _title(request, slug, uuid, Permission.REVIEW_CHECK)
    one = queries.duties(row).filter(uuid=duty).first()
    if one is None:
        raise HttpError(404, _("没有这一项。"))
    one.title = row
    told = {"version": asked_version(request), "by": person(request), "today": timezone.localdate()}
    tried(actions.do_duty, duty=one, **told, **given.dict())
    return _detail(response, row)


@router.post(f"{TITLE}/withdraw", response=DetailOut, summary="Take a title away, with the reason")
def withdraw(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: WithdrawIn
) -> dict[str, Any]:
    row = _title(request, slug, uuid, Permission.REVIEW_CHECK)
    told = {"version": asked_version(request), "by": person(request), "today": timezone.localdate()}
    return _detail(response, tried(actions.withdraw_title, row=row, reason=given.reason, **told))


def _title(request: HttpRequest, slug: str, uuid: UUID, permission: Permission) -> Title:
    row = queries.title(unit_for(request, slug, permission), uuid)
    if row is None:
        raise HttpError(404, _("没有这个称号。"))
    return row


def _out(row: Title) -> dict[str, Any]:
    names = ("uuid", "scheme", "level", "name", "number", "named_date", "valid_until", "version")
    standing = queries.standing(row, timezone.localdate())
    return {**{name: getattr(row, name) for name in names}, "unit": row.unit.slug, "standing": standing}


def _detail(response: HttpResponse, row: Title) -> dict[str, Any]:
    response["ETag"] = f'"{row.version}"'
    names = ("plaque", "granted_by", "ended_date", "ended_reason")
    duties = list(queries.duties(row))
    for one in duties:
        one.title = row
    told = {name: getattr(row, name) for name in names}
    return {**_out(row), **told, "duties": [_duty_out(one) for one in duties]}


def _duty_out(one: Duty) -> dict[str, Any]:
    names = ("uuid", "code", "due_date", "done_date", "outcome", "words", "version")
    return {**{name: getattr(one, name) for name in names}, "name": duty_name(one)}
