"""Rounds of visits and their draws, visits, findings and answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, stale
from safecommunity.core.periods import FIRST, LAST
from safecommunity.evidence import queries as evidence
from safecommunity.evidence.models import File
from safecommunity.supervision.actions import Refused
from safecommunity.supervision.actions import visits as actions
from safecommunity.supervision.models.visits import Extension, Finding, Kind, Reply, Round, Visit, VisitState
from safecommunity.supervision.queries import visits as queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord

router = Router(tags=["supervision"])
MOST = 200


class RoundIn(Schema):
    """`counts`: kind of unit → how many are drawn; `inspectors`: user names."""

    title: str = Field(min_length=1, max_length=120)
    kind: Kind
    topics: list[str] = []
    basis: str = Field("", max_length=2000)
    starts_date: dt.date = Field(ge=FIRST, le=LAST)
    ends_date: dt.date = Field(ge=FIRST, le=LAST)
    counts: dict[str, int]
    inspectors: list[str]
    team: int = Field(ge=1, le=20)


class SeedIn(Schema):
    seed: str = Field(min_length=1, max_length=100)
    source: str = Field(min_length=1, max_length=200)


class RoundOut(Schema):
    uuid: UUID
    title: str
    kind: str
    state: str
    starts_date: dt.date
    ends_date: dt.date
    counts: dict[str, int]
    digest: str
    version: int


class DrawOut(Schema):
    """`text` is the list; it and `program` let anyone repeat the draw; `drawn`: unit → team."""

    digest: str
    text: str
    seed: str
    seed_source: str
    digest_holds: bool
    drawn: dict[str, list[str]]
    program: str


class FindingIn(Schema):
    """`due_date` null: no answer is asked for. `files`: numbers of evidence files of the supervising unit."""

    text: str = Field(min_length=1, max_length=1000)
    basis: str = Field(min_length=1, max_length=300)
    severity: str
    due_date: dt.date | None = Field(None, ge=FIRST, le=LAST)
    files: list[int] = []


class ScheduleIn(Schema):
    day: dt.date = Field(ge=FIRST, le=LAST)
    team: list[str]
    reason: str = Field("", max_length=300)


class FinishIn(Schema):
    summary: str = Field(min_length=1, max_length=2000)


class AnswerIn(Schema):
    """`files`: numbers of evidence files of the unit."""

    words: str = Field(min_length=1, max_length=2000)
    files: list[int] = []


class DecideIn(Schema):
    accept: bool
    reason: str = Field("", max_length=500)
    due_date: dt.date | None = Field(None, ge=FIRST, le=LAST)


class AskIn(Schema):
    until: dt.date = Field(ge=FIRST, le=LAST)
    why: str = Field(min_length=1, max_length=500)


class ExtendIn(Schema):
    grant: bool
    reason: str = Field(min_length=1, max_length=500)


class ExtensionOut(Schema):
    """More time that the unit asked for: asked, granted, refused, or lapsed because it answered."""

    from_date: dt.date
    to_date: dt.date
    why: str
    by: str
    at: dt.datetime
    state: str
    reason: str


class ReplyOut(Schema):
    words: str
    by: str
    at: dt.datetime
    is_late: bool
    accepted: bool | None
    reason: str


class FindingOut(Schema):
    uuid: UUID
    text: str
    basis: str
    severity: str
    due_date: dt.date | None
    state: str
    version: int
    replies: list[ReplyOut]
    extensions: list[ExtensionOut]


class VisitOut(Schema):
    uuid: UUID
    unit: str
    supervisor: str
    title: str
    kind: str
    state: str
    day: dt.date | None
    version: int


class VisitDetail(VisitOut):
    team: list[str]
    summary: str
    findings: list[FindingOut]


@router.get("/units/{slug}/rounds", response=list[RoundOut], summary="Rounds of visits")
def rounds(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    rows = queries.rounds(unit_for(request, slug, Permission.SUPERVISION_VIEW))
    start = max(offset, 0)
    return [_round_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/rounds", response={201: RoundOut}, summary="Plan a round")
def plan(request: HttpRequest, slug: str, given: RoundIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.SUPERVISE)
    values = given.dict(exclude={"inspectors"})
    people = _people(given.inspectors)
    row = _done(
        lambda: actions.plan_round(
            unit=unit, values=values, inspectors=people, by=_by(request), today=timezone.localdate()
        )
    )
    return Status(201, _round_out(row))


@router.post(
    "/units/{slug}/rounds/{uuid}/fix", response=RoundOut, summary="Fix the list; its digest is public"
)
def fix(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, Any]:
    row, version = _round(unit_for(request, slug, Permission.SUPERVISE), uuid), asked_version(request)
    now, today = timezone.now(), timezone.localdate()
    _done(lambda: actions.fix(row=row, version=version, by=_by(request), now=now, today=today))
    return _round_out(row)


@router.post(
    "/units/{slug}/rounds/{uuid}/seed", response=list[VisitOut], summary="Enter the seed, once, and draw"
)
def seed(request: HttpRequest, slug: str, uuid: UUID, given: SeedIn) -> list[dict[str, Any]]:
    row, version = _round(unit_for(request, slug, Permission.SUPERVISE), uuid), asked_version(request)
    made = _done(
        lambda: actions.enter_seed(
            row=row, version=version, by=_by(request), now=timezone.now(), **given.dict()
        )
    )
    return [_visit_out(one) for one in made]


@router.get("/units/{slug}/rounds/{uuid}/draw", response=DrawOut, summary="The draw, done once more")
def repeated(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _round(unit_for(request, slug, Permission.SUPERVISION_VIEW), uuid)
    again = queries.repeated(row) if queries.may_see_draw(_by(request), row) else None
    if again is None:
        raise HttpError(404, _("还没有抽签，或者这一轮暗访还没有结束。"))
    return {
        "digest": row.digest, "text": row.list_text, "seed": row.seed, "seed_source": row.seed_source,
        "digest_holds": again.digest_holds, "drawn": {one.code: list(one.team) for one in again.drawn},
        "program": queries.program_of(row.list_text, row.seed),
    }  # fmt: skip


@router.get("/units/{slug}/visits", response=list[VisitOut], summary="Visits to this unit and those beneath")
def visits(
    request: HttpRequest, slug: str, state: str = "", offset: int = 0, limit: int = 50
) -> list[dict[str, Any]]:
    rows = queries.visits(unit_for(request, slug, Permission.SUPERVISION_VIEW), _by(request))
    if state in VisitState.values:
        rows = rows.filter(state=state)
    start = max(offset, 0)
    return [_visit_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.get("/units/{slug}/visits/{uuid}", response=VisitDetail, summary="A visit with what it found")
def detail(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _visit(request, unit_for(request, slug, Permission.SUPERVISION_VIEW), uuid)
    response["ETag"] = f'"{row.version}"'
    return _detail(request, row)


@router.post("/units/{slug}/visits/{uuid}/schedule", response=VisitOut, summary="Set the day and the team")
def schedule(request: HttpRequest, slug: str, uuid: UUID, given: ScheduleIn) -> dict[str, Any]:
    row = _visit(request, unit_for(request, slug, Permission.SUPERVISE), uuid)
    version, team, today = asked_version(request), _people(given.team), timezone.localdate()
    _done(
        lambda: actions.schedule(
            row=row,
            version=version,
            day=given.day,
            team=team,
            reason=given.reason,
            by=_by(request),
            today=today,
        )
    )
    return _visit_out(row)


@router.post(
    "/units/{slug}/visits/{uuid}/findings", response={201: FindingOut}, summary="Write down a finding"
)
def found(request: HttpRequest, slug: str, uuid: UUID, given: FindingIn) -> Status[dict[str, Any]]:
    row = _visit(request, unit_for(request, slug, Permission.SUPERVISE), uuid)
    files = _files(row.supervisor, given.files) if queries.may_visit(_by(request), row) else []
    values = given.dict(exclude={"files"})
    made = _done(
        lambda: actions.add_finding(
            row=row, files=files, by=_by(request), today=timezone.localdate(), **values
        )
    )
    return Status(201, _finding_out(made, [], []))


@router.post("/units/{slug}/visits/{uuid}/finish", response=VisitOut, summary="End a visit; the unit is told")
def finish(request: HttpRequest, slug: str, uuid: UUID, given: FinishIn) -> dict[str, Any]:
    row = _visit(request, unit_for(request, slug, Permission.SUPERVISE), uuid)
    version, now, today = asked_version(request), timezone.now(), timezone.localdate()
    _done(
        lambda: actions.finish(
            row=row, version=version, summary=given.summary, by=_by(request), now=now, today=today
        )
    )
    return _visit_out(row)


@router.post("/units/{slug}/visits/{uuid}/findings/{finding}/answer", response=FindingOut, summary="Answer")
def answer(request: HttpRequest, slug: str, uuid: UUID, finding: UUID, given: AnswerIn) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.TASK_DO)
    row = _finding(_visit(request, unit, uuid), finding)
    version, files = asked_version(request), _files(unit, given.files)
    now, today = timezone.now(), timezone.localdate()
    _done(
        lambda: actions.answer(
            finding=row,
            version=version,
            words=given.words,
            files=files,
            by=_by(request),
            now=now,
            today=today,
        )
    )
    return _finding_out(row, _replies(row), queries.extensions(row.visit)[row.pk])


@router.post(
    "/units/{slug}/visits/{uuid}/findings/{finding}/decide",
    response=FindingOut,
    summary="Accept or send back",
)
def decide(request: HttpRequest, slug: str, uuid: UUID, finding: UUID, given: DecideIn) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.SUPERVISE)
    return _timed(request, _finding(_visit(request, unit, uuid), finding), actions.decide, given)


@router.post(
    "/units/{slug}/visits/{uuid}/findings/{finding}/ask", response=FindingOut, summary="Ask for more time"
)
def ask(request: HttpRequest, slug: str, uuid: UUID, finding: UUID, given: AskIn) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.TASK_DO)
    return _timed(request, _finding(_visit(request, unit, uuid), finding), actions.ask_for_time, given)


@router.post(
    "/units/{slug}/visits/{uuid}/findings/{finding}/extend",
    response=FindingOut,
    summary="Grant more time or refuse it",
)
def extend(request: HttpRequest, slug: str, uuid: UUID, finding: UUID, given: ExtendIn) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.SUPERVISE)
    return _timed(request, _finding(_visit(request, unit, uuid), finding), actions.decide_time, given)


def _timed(request: HttpRequest, row: Finding, act: Callable[..., object], given: Schema) -> dict[str, Any]:
    version, now, today = asked_version(request), timezone.now(), timezone.localdate()
    said = given.dict()
    _done(lambda: act(finding=row, version=version, by=_by(request), now=now, today=today, **said))
    return _finding_out(row, _replies(row), queries.extensions(row.visit)[row.pk])


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


def _people(names: list[str]) -> list[User]:
    found = {one.username: one for one in User.objects.filter(username__in=names)}
    if unknown := sorted(set(names) - set(found)):
        raise HttpError(422, _("没有用户“%(name)s”。") % {"name": unknown[0]})
    return list(found.values())


def _files(unit: Unit, numbers: list[int]) -> list[File]:
    found = {one.pk: one for one in evidence.files(unit).filter(pk__in=numbers)}
    if unknown := sorted(set(numbers) - set(found)):
        raise HttpError(422, _("没有佐证文件 %(number)s。") % {"number": unknown[0]})
    return list(found.values())


def _round(unit: Unit, uid: UUID) -> Round:
    row = queries.one_round(unit, uid)
    if row is None:
        raise HttpError(404, _("没有这一轮督查。"))
    return row


def _visit(request: HttpRequest, unit: Unit, uid: UUID) -> Visit:
    row = queries.visit(unit, _by(request), uid)
    if row is None:
        raise HttpError(404, _("没有这次督查。"))
    return row


def _finding(row: Visit, uid: UUID) -> Finding:
    found = queries.finding(row, uid)
    if found is None:
        raise HttpError(404, _("没有这个问题。"))
    return found


def _replies(row: Finding) -> list[Reply]:
    return next(replies for one, replies in queries.findings(row.visit) if one.pk == row.pk)


def _round_out(row: Round) -> dict[str, Any]:
    names = ("uuid", "title", "kind", "state", "starts_date", "ends_date", "counts", "digest", "version")
    return {name: getattr(row, name) for name in names}


def _visit_out(row: Visit) -> dict[str, Any]:
    names = ("uuid", "title", "kind", "state", "day", "version")
    own = {name: getattr(row, name) for name in names}
    return {**own, "unit": row.unit.slug, "supervisor": row.supervisor.slug}


def _detail(request: HttpRequest, row: Visit) -> dict[str, Any]:
    is_told = row.state == VisitState.DONE or queries.may_visit(_by(request), row)
    found = queries.findings(row) if is_told else []
    extensions = queries.extensions(row) if found else {}
    return {
        **_visit_out(row),
        "team": [one.username for one in row.team.order_by("pk")],
        "summary": row.summary,
        "findings": [_finding_out(one, replies, extensions.get(one.pk, [])) for one, replies in found],
    }


def _finding_out(row: Finding, replies: list[Reply], asked: list[Extension]) -> dict[str, Any]:
    names = ("uuid", "text", "basis", "severity", "due_date", "state", "version")
    said = ("words", "at", "is_late", "accepted", "reason")
    told = [{**{name: getattr(one, name) for name in said}, "by": str(one.by)} for one in replies]
    more = ("from_date", "to_date", "why", "at", "state", "reason")
    times = [{**{name: getattr(one, name) for name in more}, "by": str(one.by)} for one in asked]
    return {**{name: getattr(row, name) for name in names}, "replies": told, "extensions": times}
