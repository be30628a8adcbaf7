"""A review from the team on: who is on it, the visit, scoring, opinion, rectification, decision.

The sheets of the scoring are those of the assessment `on_site`: sealed, one for each member, under
`assessments/{pk}/sheets`. `{person}` is a user name.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.api.reviews import ReviewOut, WordsIn, person, review_for, stepped, told_anew, tried
from safecommunity.api.versions import asked_version
from safecommunity.assessment.models import Finding
from safecommunity.evidence import queries as evidence
from safecommunity.reviews import actions, queries
from safecommunity.reviews.models import Correction, Expert, Review
from safecommunity.reviews.wording import unready_words
from safecommunity.units.permissions import Permission, can

router = Router(tags=["reviews"])
REVIEW = "/units/{slug}/reviews/{uuid}"
CLOCK = r"^([01]?\d|2[0-3]):[0-5]\d$"


class MemberOut(Schema):
    """`is_free`: as the member declared; null before that."""

    person: str
    name: str
    is_lead: bool
    is_free: bool | None
    declared: str
    version: int


class AgendaItem(Schema):
    day: dt.date
    time: str = Field(pattern=CLOCK)
    what: str = Field(min_length=1, max_length=200)


class VisitIn(Schema):
    visit_from: dt.date
    visit_to: dt.date
    agenda: list[AgendaItem] = Field(max_length=100)


class TeamOut(Schema):
    """`unready`: in words, what is missing before the scoring may begin."""

    members: list[MemberOut]
    candidates: list[str]
    unready: list[str]
    visit_from: dt.date | None
    visit_to: dt.date | None
    agenda: list[AgendaItem]


class AppointIn(Schema):
    person: str
    is_lead: bool = False


class DeclareIn(Schema):
    is_free: bool
    words: str = Field("", max_length=500)


class OpinionIn(Schema):
    opinion: str = Field(max_length=4000)


class CorrectionOut(Schema):
    text: str
    file: int
    at: dt.datetime


class FindingOut(Schema):
    id: int
    indicator: str
    text: str
    severity: str
    verification: str
    closed_at: dt.datetime | None
    correction: CorrectionOut | None
    version: int


class CorrectIn(Schema):
    """`file`: the id of a file of the unit's archive that shows it."""

    text: str = Field(max_length=1000)
    file: int


class VerifyIn(Schema):
    verification: str = Field(max_length=1000)


class DecideIn(Schema):
    """`number`, `named_date`: asked for where a title is granted."""

    outcome: Literal["named", "qualified", "refused"]
    words: str = Field(max_length=2000)
    number: str = Field("", max_length=60)
    plaque: str = Field("", max_length=60)
    named_date: dt.date | None = None


@router.get(f"{REVIEW}/team", response=TeamOut, summary="The team, its visit and what is still missing")
def team(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, Any]:
    row = review_for(request, slug, uuid, Permission.REVIEW_VIEW)
    day = timezone.localdate()
    asked = queries.candidates(row, day) if queries.may_arrange(person(request), row) else []
    return {
        "members": [_member(one) for one in queries.team(row)],
        "candidates": [one.username for one in asked],
        "unready": [unready_words(row, code) for code in queries.unready(row, day)],
        "visit_from": row.visit_from,
        "visit_to": row.visit_to,
        "agenda": [dict(zip(("day", "time", "what"), one, strict=True)) for one in row.agenda],
    }


@router.post(f"{REVIEW}/team", response={201: MemberOut}, summary="Ask an expert onto the team")
def appoint(request: HttpRequest, slug: str, uuid: UUID, given: AppointIn) -> Status[dict[str, Any]]:
    row, day = review_for(request, slug, uuid, Permission.REVIEW_CHECK), timezone.localdate()
    asked = queries.candidates(row, day).filter(username=given.person).first()
    if asked is None:
        raise HttpError(422, _("“%(name)s”不是可以请的专家，或者已在评定组里。") % {"name": given.person})
    made = tried(actions.appoint, row=row, person=asked, is_lead=given.is_lead, by=person(request), today=day)
    return Status(201, _member(made))


@router.delete(REVIEW + "/team/{member}", response={204: None}, summary="Take somebody off the team")
def dismiss(request: HttpRequest, slug: str, uuid: UUID, member: str) -> Status[None]:
    row = review_for(request, slug, uuid, Permission.REVIEW_CHECK)
    found = next((one for one in queries.team(row) if one.person.username == member), None)
    tried(actions.dismiss, expert=_of(row, found), by=person(request))
    return Status(204, None)


@router.post(f"{REVIEW}/declare", response=MemberOut, summary="Declare (If-Match: the member's)")
def declare(request: HttpRequest, slug: str, uuid: UUID, given: DeclareIn) -> dict[str, Any]:
    row = review_for(request, slug, uuid, Permission.ASSESSMENT_SCORE)
    expert = _of(row, queries.membership(person(request), row))
    told = {"version": asked_version(request), "by": person(request), "now": timezone.now()}
    return _member(tried(actions.declare, expert=expert, **told, **given.dict()))


@router.post(f"{REVIEW}/arrange", response=ReviewOut, summary="Days of the visit and its agenda")
def arrange(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: VisitIn
) -> dict[str, Any]:
    row = review_for(request, slug, uuid, Permission.REVIEW_CHECK)
    agenda = [[one.day.isoformat(), one.time, one.what] for one in given.agenda]
    told = {"version": asked_version(request), "by": person(request), "agenda": agenda}
    days = {"visit_from": given.visit_from, "visit_to": given.visit_to}
    return told_anew(response, tried(actions.arrange, row=row, **told, **days))


@router.post(f"{REVIEW}/open-scoring", response=ReviewOut, summary="A sealed sheet for every member")
def open_scoring(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = review_for(request, slug, uuid, Permission.REVIEW_VIEW)
    if not can(person(request), Permission.ASSESSMENT_SCORE, row.unit):
        row = review_for(request, slug, uuid, Permission.REVIEW_CHECK)
    told = {"version": asked_version(request), "by": person(request)}
    tried(actions.open_scoring, row=row, today=timezone.localdate(), now=timezone.now(), **told)
    return told_anew(response, row)


@router.post(f"{REVIEW}/consensus", response=ReviewOut, summary="The team's own sheet, by its lead")
def consensus(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = review_for(request, slug, uuid, Permission.ASSESSMENT_SCORE)
    tried(actions.open_consensus, row=row, by=person(request))
    return told_anew(response, row)


@router.post(f"{REVIEW}/conclude", response=ReviewOut, summary="The team's opinion; scores are frozen")
def conclude(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: OpinionIn
) -> dict[str, Any]:
    more = {"opinion": given.opinion, "now": timezone.now()}
    return stepped(request, response, slug, uuid, Permission.ASSESSMENT_SCORE, actions.conclude, **more)


@router.get(f"{REVIEW}/findings", response=list[FindingOut], summary="Findings on site, what became of them")
def findings(request: HttpRequest, slug: str, uuid: UUID) -> list[dict[str, Any]]:
    row = review_for(request, slug, uuid, Permission.REVIEW_VIEW)
    corrected = {one.finding_id: one for one in queries.corrections(row)}
    return [_finding_out(one, corrected.get(one.pk)) for one in queries.findings(row)]


@router.put(REVIEW + "/findings/{number}/correction", response=FindingOut, summary="What was done about it")
def correct(request: HttpRequest, slug: str, uuid: UUID, number: int, given: CorrectIn) -> dict[str, Any]:
    row = review_for(request, slug, uuid, Permission.REVIEW_APPLY)
    found, file = _finding(row, number), evidence.files(row.unit).filter(pk=given.file).first()
    if file is None:
        raise HttpError(404, _("没有这份文件。"))
    told = {"text": given.text, "file": file, "by": person(request), "now": timezone.now()}
    return _finding_out(found, tried(actions.correct, row=row, finding=found, **told))


@router.post(
    REVIEW + "/findings/{number}/verify", response=FindingOut, summary="Close it (If-Match: the finding's)"
)
def verify(request: HttpRequest, slug: str, uuid: UUID, number: int, given: VerifyIn) -> dict[str, Any]:
    row = review_for(request, slug, uuid, Permission.ASSESSMENT_SCORE)
    found, told = _finding(row, number), {"by": person(request), "now": timezone.now()}
    tried(actions.verify, row=row, finding=found, version=asked_version(request), **told, **given.dict())
    corrected = {one.finding_id: one for one in queries.corrections(row)}
    return _finding_out(found, corrected.get(found.pk))


@router.post(f"{REVIEW}/rectify", response=ReviewOut, summary="All findings closed; on to the decision")
def rectify(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: WordsIn
) -> dict[str, Any]:
    return stepped(request, response, slug, uuid, Permission.REVIEW_CHECK, actions.rectify, **given.dict())


@router.post(f"{REVIEW}/revisit", response=ReviewOut, summary="The site is assessed once more")
def revisit(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: WordsIn
) -> dict[str, Any]:
    return stepped(request, response, slug, uuid, Permission.REVIEW_CHECK, actions.revisit, **given.dict())


@router.post(f"{REVIEW}/decide", response=ReviewOut, summary="Decide; a title begins to hold at once")
def decide(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: DecideIn
) -> dict[str, Any]:
    return stepped(request, response, slug, uuid, Permission.REVIEW_CHECK, actions.decide, **given.dict())


def _of(row: Review, found: Expert | None) -> Expert:
    if found is None:
        raise HttpError(404, _("评定组里没有这个人。"))
    found.review = row
    return found


def _finding(row: Review, number: int) -> Finding:
    found = queries.finding_rows(row).filter(pk=number).select_related("assessment", "unit").first()
    if found is None:
        raise HttpError(404, _("没有这一项不符合。"))
    return found


def _member(one: Expert) -> dict[str, Any]:
    names = ("is_lead", "is_free", "declared", "version")
    told = {name: getattr(one, name) for name in names}
    return {**told, "person": one.person.username, "name": one.person.display_name}


def _finding_out(row: Finding, corrected: Correction | None) -> dict[str, Any]:
    names = ("id", "indicator", "text", "severity", "verification", "closed_at", "version")
    told = {name: getattr(row, name) for name in names}
    done = {"text": corrected.text, "file": corrected.file_id, "at": corrected.at} if corrected else None
    return {**told, "correction": done}
