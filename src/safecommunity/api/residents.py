"""Residents' reports for programs of staff: the list, one, writing down for a caller, the steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from secrets import token_hex
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, stale
from safecommunity.core.form_tokens import receipt
from safecommunity.core.identity import phone
from safecommunity.core.messages import RefusedError
from safecommunity.ledgers.wording import told
from safecommunity.library import codes
from safecommunity.residents import actions, queries
from safecommunity.residents.actions import Said
from safecommunity.residents.models import Report
from safecommunity.residents.queries import Spot
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord

router = Router(tags=["residents"])
MOST = 200
FACTS = (
    "uuid", "kind", "field", "area", "spot", "longitude", "latitude", "source", "received_at", "is_held",
    "state", "subject", "due_date", "responded_date", "answered_date", "verdict", "version",
)  # fmt: skip
SHELVES = {"kind": "report-kinds", "source": "opinion-sources", "field": "promotion-fields"}
PLAIN: dict[str, Callable[..., Report]] = {
    "begin": actions.begin,
    "solve": actions.solve,
}
DATED: dict[str, Callable[..., Report]] = {
    "answer": actions.answer,
    "decline": actions.decline,
    "reopen": actions.reopen,
}


class ReportOut(Schema):
    uuid: UUID
    unit: str
    kind: str
    field: str
    area: str
    spot: str
    longitude: float | None
    latitude: float | None
    source: str
    received_at: dt.datetime
    is_held: bool
    state: str
    subject: str
    body: str
    due_date: dt.date | None
    responded_date: dt.date | None
    answered_date: dt.date | None
    verdict: str
    version: int


class ReportDetail(ReportOut):
    words: str
    reply: str
    photos: list[int]
    followers: int


class Received(Schema):
    uuid: UUID
    receipt: str


class CallerIn(Schema):
    kind: str
    words: str
    source: str = "phone"
    field: str = ""
    area: str = Field("", max_length=15)
    spot: str = Field("", max_length=120)
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)
    phone: str = Field("", max_length=30)


class StepIn(Schema):
    """`subject`, `field`, `due_date`: for accepting; `into`: for merging."""

    act: str
    reply: str = Field("", max_length=2000)
    subject: str = Field("", max_length=120)
    field: str = "general"
    due_date: dt.date | None = None
    into: UUID | None = None


@router.get("/units/{slug}/resident-reports", response=list[ReportOut], summary="Reports of residents")
def index(
    request: HttpRequest, slug: str, state: str = "", kind: str = "", field: str = "", offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:  # fmt: skip
    unit = unit_for(request, slug, Permission.RESIDENT_VIEW)
    rows = queries.found(unit, state=state, kind=kind, field=field)
    start = max(offset, 0)
    return [_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/resident-reports", response={201: Received}, summary="Write down for a caller")
def add(request: HttpRequest, slug: str, given: CallerIn) -> Status[dict[str, Any]]:
    """The receipt is told once, for the caller."""
    unit = unit_for(request, slug, Permission.RESIDENT_HANDLE)
    for name, shelf in SHELVES.items():
        if (value := getattr(given, name)) and value not in codes[shelf]:
            raise HttpError(422, _("“%(name)s”没有“%(value)s”这个代码。") % {"name": name, "value": value})
    try:
        number = phone(given.phone) if given.phone else ""
    except RefusedError as error:
        raise HttpError(422, told(error.message)) from error
    whole = given.longitude is not None and given.latitude is not None
    spot = Spot(given.area, given.longitude if whole else None, given.latitude if whole else None)
    said = Said(given.kind, given.words, given.field, spot, given.spot, number, given.source)
    made = receipt(settings.SECRET_KEY, token_hex(16))
    by: Any = request.user
    try:
        row = actions.receive(unit=unit, said=said, receipt=made, now=timezone.now(), by=by)
    except actions.Refused as error:
        raise HttpError(422, str(error)) from error
    return Status(201, {"uuid": row.uuid, "receipt": made})


@router.get("/units/{slug}/resident-reports/{uuid}", response=ReportDetail, summary="A report")
def detail(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _report(unit_for(request, slug, Permission.RESIDENT_VIEW), uuid)
    response["ETag"] = f'"{row.version}"'
    return _detail(row)


@router.post("/units/{slug}/resident-reports/{uuid}/steps", response=ReportDetail, summary="Take a step")
def step(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: StepIn
) -> dict[str, Any]:
    """accept, begin, solve, answer, decline, merge or reopen; If-Match carries the version seen."""
    unit = unit_for(request, slug, Permission.RESIDENT_HANDLE)
    row, version = _report(unit, uuid), asked_version(request)
    try:
        _take(row, given, {"version": version, "by": request.user, "reply": given.reply})
    except StaleRecord as error:
        raise stale() from error
    except actions.Refused as error:
        raise HttpError(422, str(error)) from error
    response["ETag"] = f'"{row.version}"'
    return _detail(_report(unit, uuid))


def _take(row: Report, given: StepIn, said: dict[str, Any]) -> None:
    if given.act in PLAIN:
        PLAIN[given.act](row=row, **said)
    elif given.act in DATED:
        DATED[given.act](row=row, today=timezone.localdate(), **said)
    elif given.act == "accept" and given.field in codes["promotion-fields"]:
        actions.accept(
            row=row, subject=given.subject, field=given.field, body=None, due_date=given.due_date,
            today=timezone.localdate(), **said,
        )  # fmt: skip
    elif given.act == "merge" and given.into:
        actions.merge(row=row, into=given.into, **said)
    else:
        raise HttpError(422, _("没有这个办理环节。"))


def _report(unit: Unit, uuid: UUID) -> Report:
    row = queries.report(unit, uuid)
    if row is None:
        raise HttpError(404, _("没有这件反映。"))
    return row


def _out(row: Report) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in FACTS}
    return {**facts, "unit": row.unit.slug, "body": row.body.name if row.body else ""}


def _detail(row: Report) -> dict[str, Any]:
    photos = [one.file_id for one in queries.photos(row)]
    return {
        **_out(row), "words": row.words, "reply": row.reply, "photos": photos,
        "followers": queries.followers(row),
    }  # fmt: skip
