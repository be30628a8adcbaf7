"""Yearly appraisals with their ranks, and awards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, stale
from safecommunity.supervision.actions import Refused
from safecommunity.supervision.actions import appraisals as actions
from safecommunity.supervision.actions import awards as award_actions
from safecommunity.supervision.models.appraisals import Appraisal
from safecommunity.supervision.models.awards import Award, HolderKind
from safecommunity.supervision.queries import appraisals as queries
from safecommunity.supervision.queries import awards as award_queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord

router = Router(tags=["appraisals"])
MOST = 200


class OpenIn(Schema):
    year: int = Field(ge=1990, le=2200)
    scheme: str
    kinds: list[str]
    margin: Decimal = Field(Decimal(2), ge=0, le=50, decimal_places=2)
    least_group: int = Field(3, ge=2, le=100)
    least_cases: int = Field(20, ge=1, le=100_000)


class AppraisalOut(Schema):
    uuid: UUID
    year: int
    scheme: str
    state: str
    edition: int
    version: int


class RankOut(Schema):
    """`ranks`: from–to, shared by those who cannot be told apart; null with the reason in `why`."""

    unit: str
    group: str
    points: Decimal
    full: Decimal
    low: Decimal
    high: Decimal
    band: str
    ranks: list[int] | None
    why: str
    vetoes: list[str]


class AppraisalDetail(AppraisalOut):
    ranks: list[RankOut]


class AwardIn(Schema):
    """`unit`: the unit honoured, or that of the person."""

    unit: str
    year: int = Field(ge=1990, le=2200)
    honour: str = Field(min_length=1, max_length=80)
    level: str
    holder_kind: HolderKind
    holder: str = Field("", max_length=100)
    reason: str = Field(min_length=1, max_length=1000)
    money: Decimal | None = Field(None, ge=0, max_digits=10, decimal_places=2)


class DecideIn(Schema):
    accept: bool
    words: str = Field("", max_length=500)


class AwardOut(Schema):
    uuid: UUID
    unit: str
    giver: str
    year: int
    honour: str
    level: str
    holder_kind: str
    holder: str
    money: Decimal | None
    state: str
    decided_date: dt.date | None
    version: int


@router.get("/units/{slug}/appraisals", response=list[AppraisalOut], summary="Yearly appraisals of a unit")
def index(request: HttpRequest, slug: str) -> list[Appraisal]:
    return list(queries.appraisals(unit_for(request, slug, Permission.SUPERVISION_VIEW))[:MOST])


@router.post("/units/{slug}/appraisals", response={201: AppraisalOut}, summary="Begin a yearly appraisal")
def begin(request: HttpRequest, slug: str, given: OpenIn) -> Status[Appraisal]:
    unit, today = unit_for(request, slug, Permission.APPRAISE), timezone.localdate()
    return Status(
        201, _done(lambda: actions.open_appraisal(unit=unit, by=_by(request), today=today, **given.dict()))
    )


@router.get("/units/{slug}/appraisals/{uuid}", response=AppraisalDetail, summary="An appraisal, its ranks")
def detail(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _appraisal(unit_for(request, slug, Permission.SUPERVISION_VIEW), uuid)
    names = ("uuid", "year", "scheme", "state", "edition", "version")
    ranks = [_rank_out(one) for one in queries.ranked(row, queries.standings(row))]
    return {**{name: getattr(row, name) for name in names}, "ranks": ranks}


@router.post("/units/{slug}/appraisals/{uuid}/publish", response=AppraisalOut, summary="Publish the results")
def publish(request: HttpRequest, slug: str, uuid: UUID) -> Appraisal:
    row, version = _appraisal(unit_for(request, slug, Permission.APPRAISE), uuid), asked_version(request)
    _done(lambda: actions.publish(row=row, version=version, by=_by(request), now=timezone.now()))
    return row


@router.get("/units/{slug}/awards", response=list[AwardOut], summary="Awards of this unit and those beneath")
def awards(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    rows = award_queries.awards(unit_for(request, slug, Permission.SUPERVISION_VIEW), _by(request))
    start = max(offset, 0)
    return [_award_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/awards", response={201: AwardOut}, summary="Propose an award")
def propose(request: HttpRequest, slug: str, given: AwardIn) -> Status[dict[str, Any]]:
    giver = unit_for(request, slug, Permission.APPRAISE)
    unit, today = unit_for(request, given.unit, Permission.SUPERVISION_VIEW), timezone.localdate()
    said = given.dict(exclude={"unit"})
    row = _done(lambda: award_actions.propose(giver=giver, unit=unit, by=_by(request), today=today, **said))
    return Status(201, _award_out(row))


@router.post("/units/{slug}/awards/{uuid}/decide", response=AwardOut, summary="Give or drop a proposal")
def decide(request: HttpRequest, slug: str, uuid: UUID, given: DecideIn) -> dict[str, Any]:
    unit, version = unit_for(request, slug, Permission.APPRAISE), asked_version(request)
    row = award_queries.award(unit, _by(request), uuid)
    if row is None:
        raise HttpError(404, _("没有这项表彰。"))
    today = timezone.localdate()
    _done(
        lambda: award_actions.decide(row=row, version=version, by=_by(request), today=today, **given.dict())
    )
    return _award_out(row)


def _done(act: Callable[[], Any]) -> Any:
    """What the action gives, its refusals as answers."""
    try:
        return act()
    except StaleRecord as error:
        raise stale() from error
    except Refused as error:
        raise HttpError(422, str(error)) from error


def _by(request: HttpRequest) -> User:
    return cast("User", request.user)


def _appraisal(unit: Unit, uid: UUID) -> Appraisal:
    row = queries.appraisal(unit, uid)
    if row is None:
        raise HttpError(404, _("没有这次考核。"))
    return row


def _rank_out(one: queries.Ranked) -> dict[str, Any]:
    row, place = one.row, one.place
    names = ("group", "points", "full", "band", "vetoes")
    return {
        **{name: getattr(row, name) for name in names}, "unit": row.unit.slug, "low": one.low,
        "high": one.high, "ranks": [place.first, place.last] if place else None, "why": one.why,
    }  # fmt: skip


def _award_out(row: Award) -> dict[str, Any]:
    names = (
        "uuid", "year", "honour", "level", "holder_kind", "holder", "money", "state", "decided_date",
        "version",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names}, "unit": row.unit.slug, "giver": row.giver.slug
    }  # fmt: skip
