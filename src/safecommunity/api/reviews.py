"""Reviews: the list, the conditions, the steps a unit and the levels above take up to the document review."""

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
from safecommunity.assessment import queries as assessments
from safecommunity.core.periods import FIRST, LAST
from safecommunity.evidence import queries as evidence
from safecommunity.reviews import actions, asking, queries
from safecommunity.reviews.models import Review
from safecommunity.reviews.wording import condition_words
from safecommunity.units.permissions import Permission

tried = partial(attempt, actions.Refused)
router = Router(tags=["reviews"])
MOST = 200
Text = Field("", max_length=1000)


class ConditionOut(Schema):
    code: str
    is_met: bool
    words: str


class ReviewOut(Schema):
    """`level`: the unit whose turn it is; `conditions`: of the application, while it is not sent."""

    uuid: UUID
    unit: str
    scheme: str
    kind: str
    state: str
    level: str
    begun_date: dt.date
    building_date: dt.date | None
    applied_date: dt.date | None
    answer_by: dt.date | None
    version: int


class DetailOut(ReviewOut):
    """`on_site`: the assessment on site, with its sheets under `assessments`; `title`: what it came to."""

    conditions: list[ConditionOut]
    papers: dict[str, int | None]
    on_site: int | None
    opinion: str
    decision: str
    decided_date: dt.date | None
    title: UUID | None


class BeginIn(Schema):
    scheme: str
    leader: str = Field(min_length=1, max_length=60)
    contact: str = Field(min_length=1, max_length=60)
    phone: str = Field(min_length=1, max_length=30)
    plan: str = Field(min_length=1, max_length=2000)
    begun_date: dt.date = Field(ge=FIRST, le=LAST)


class FileIn(Schema):
    """`filed`: centre → day."""

    filed: dict[str, dt.date]


class ReceiveIn(Schema):
    centre: str
    number: str = Field(max_length=60)
    receipt_date: dt.date = Field(ge=FIRST, le=LAST)


class SelfAssessIn(Schema):
    assessment: int


class PaperIn(Schema):
    """`file`: the id of a file of the unit's archive."""

    code: str
    file: int


class CheckIn(Schema):
    checked: list[str]
    words: str = Text


class WordsIn(Schema):
    words: str = Text


class ReasonIn(Schema):
    reason: str = Text


@router.get("/units/{slug}/reviews", response=list[ReviewOut], summary="Reviews here and beneath")
def index(
    request: HttpRequest,
    slug: str,
    text: str = "",
    scheme: str = "",
    kind: str = "",
    state: str = "all",
    sort: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.REVIEW_VIEW)
    asked = {"text": text, "scheme": scheme, "kind": kind, "state": state, "sort": sort}
    rows = asking.reviews(unit, asking.reviews_asked(asked))
    start = max(offset, 0)
    return [review_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/reviews", response={201: ReviewOut}, summary="Declare the intent")
def begin(request: HttpRequest, slug: str, given: BeginIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.REVIEW_APPLY)
    if given.scheme not in library.schemes:
        raise HttpError(422, _("没有评定方案“%(code)s”。") % {"code": given.scheme})
    today = timezone.localdate()
    row = tried(actions.begin, unit=unit, by=person(request), today=today, **given.dict())
    return Status(201, review_out(row))


@router.get("/units/{slug}/reviews/{uuid}", response=DetailOut, summary="A review and its conditions")
def detail(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = review_for(request, slug, uuid, Permission.REVIEW_VIEW)
    response["ETag"] = f'"{row.version}"'
    found = queries.checklist(row, timezone.localdate()) if row.state in queries.WRITABLE else []
    given = queries.papers(row)
    papers = {
        one.code: given[one.code].file_id if one.code in given else None for one in row.procedure.papers
    }
    conditions = [
        {"code": one.code, "is_met": one.is_met, "words": condition_words(row, one)} for one in found
    ]
    names = ("opinion", "decision", "decided_date")
    more = {"on_site": row.on_site_id, "title": row.title.uuid if row.title else None}
    told = {name: getattr(row, name) for name in names}
    return {**review_out(row), "conditions": conditions, "papers": papers, **more, **told}


@router.post("/units/{slug}/reviews/{uuid}/file", response=ReviewOut, summary="File the start")
def file(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: FileIn
) -> dict[str, Any]:
    return stepped(request, response, slug, uuid, Permission.REVIEW_APPLY, actions.file, filed=given.filed)


@router.post("/units/{slug}/reviews/{uuid}/receive", response=ReviewOut, summary="Write a receipt down")
def receive(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: ReceiveIn
) -> dict[str, Any]:
    return stepped(request, response, slug, uuid, Permission.REVIEW_APPLY, actions.receive, **given.dict())


@router.post(
    "/units/{slug}/reviews/{uuid}/self-assess", response=ReviewOut, summary="Choose the self-assessment"
)
def self_assess(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: SelfAssessIn
) -> dict[str, Any]:
    found = assessments.assessment(unit_for(request, slug, Permission.REVIEW_APPLY), given.assessment)
    if found is None:
        raise HttpError(404, _("没有这次评定。"))
    return stepped(
        request, response, slug, uuid, Permission.REVIEW_APPLY, actions.self_assess, assessment=found
    )


@router.put("/units/{slug}/reviews/{uuid}/papers", response=ReviewOut, summary="Hand a paper in")
def attach(request: HttpRequest, slug: str, uuid: UUID, given: PaperIn) -> dict[str, Any]:
    row = review_for(request, slug, uuid, Permission.REVIEW_APPLY)
    found = evidence.files(row.unit).filter(pk=given.file).first()
    if found is None:
        raise HttpError(404, _("没有这份文件。"))
    tried(actions.attach, row=row, code=given.code, file=found, by=person(request))
    return review_out(row)


@router.post("/units/{slug}/reviews/{uuid}/apply", response=ReviewOut, summary="Apply to the level above")
def apply(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    return stepped(request, response, slug, uuid, Permission.REVIEW_APPLY, actions.apply)


@router.post(
    "/units/{slug}/reviews/{uuid}/pass-up", response=ReviewOut, summary="Checked; on to the next level"
)
def pass_up(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: CheckIn
) -> dict[str, Any]:
    return stepped(request, response, slug, uuid, Permission.REVIEW_CHECK, actions.pass_up, **given.dict())


@router.post("/units/{slug}/reviews/{uuid}/send-back", response=ReviewOut, summary="Back to the unit")
def send_back(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: ReasonIn
) -> dict[str, Any]:
    return stepped(request, response, slug, uuid, Permission.REVIEW_CHECK, actions.send_back, **given.dict())


@router.post("/units/{slug}/reviews/{uuid}/accept", response=ReviewOut, summary="Document review passed")
def accept(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: WordsIn
) -> dict[str, Any]:
    return stepped(request, response, slug, uuid, Permission.REVIEW_CHECK, actions.accept, **given.dict())


@router.post("/units/{slug}/reviews/{uuid}/give-up", response=ReviewOut, summary="Take it back")
def give_up(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: ReasonIn
) -> dict[str, Any]:
    return stepped(request, response, slug, uuid, Permission.REVIEW_APPLY, actions.give_up, **given.dict())


def stepped(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, permission: Permission, act: Any,
    **given: Any,
) -> dict[str, Any]:  # fmt: skip
    """One step made from the version in If-Match; the answer carries the new one."""
    row = review_for(request, slug, uuid, permission)
    told = {"version": asked_version(request), "by": person(request), "today": timezone.localdate()}
    return told_anew(response, tried(act, row=row, **told, **given))


def told_anew(response: HttpResponse, row: Review) -> dict[str, Any]:
    """A review after a step, with its new version as the ETag."""
    response["ETag"] = f'"{row.version}"'
    return review_out(row)


def review_for(request: HttpRequest, slug: str, uuid: UUID, permission: Permission) -> Review:
    """The review of the address for somebody with the permission; 404 when it is not the unit's."""
    row = queries.review(unit_for(request, slug, permission), uuid)
    if row is None:
        raise HttpError(404, _("没有这件评审。"))
    return row


def person(request: HttpRequest) -> User:
    return cast("User", request.user)


def review_out(row: Review) -> dict[str, Any]:
    names = (
        "uuid", "scheme", "kind", "state", "begun_date", "building_date", "applied_date", "answer_by",
        "version",
    )  # fmt: skip
    level = row.level.slug if row.level and row.is_open else ""
    return {**{name: getattr(row, name) for name in names}, "unit": row.unit.slug, "level": level}
