"""Injury cards and accidents: entering, changing, merging; personal values masked."""

from __future__ import annotations

import datetime as dt
from math import isinf
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, stale
from safecommunity.core.fields import mask
from safecommunity.ledgers.wording import told
from safecommunity.library import cards
from safecommunity.surveillance import actions, queries, wording
from safecommunity.surveillance.models import Accident, Alert, InjuryCase
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord

if TYPE_CHECKING:
    from safecommunity.analysis.usual import Usual
    from safecommunity.surveillance.findings import Raised

router = Router(tags=["injuries"])
MOST = 200


class CaseIn(Schema):
    """`values` by column of the card's form; `uuid` made by the sender makes it once."""

    values: dict[str, Any]
    uuid: UUID | None = None


class CaseOut(Schema):
    uuid: UUID
    unit: str
    state: str
    restricted: bool
    area: str
    remark: str
    values: dict[str, Any]
    version: int


class MergeIn(Schema):
    """The card that goes into the one of the address."""

    other: UUID


class AccidentOut(Schema):
    uuid: UUID
    unit: str
    state: str
    level: str
    report_by: dt.datetime
    reported_at: dt.datetime
    late: bool
    supplement_until: dt.date
    values: dict[str, Any]
    findings: dict[str, Any]
    version: int


class SupplementIn(Schema):
    values: dict[str, Any]
    note: str = Field("", max_length=300)


class FindingsIn(Schema):
    direct: str = Field(min_length=1, max_length=2000)
    indirect: str = Field(min_length=1, max_length=2000)
    conclusion: str = Field(min_length=1, max_length=2000)


class UsualOut(Schema):
    """The expected count and the range that 19 of 20 ordinary months lie in."""

    expected: float
    low: int
    high: int


class PartOut(Schema):
    """`asked`: the questions that find its cards."""

    asked: dict[str, list[str]]
    count: int
    usual: UsualOut


class MonthOut(Schema):
    first: dt.date
    count: int


class StoryOut(Schema):
    """`standing`: more, usual, fewer, or "" when one cannot tell."""

    first: dt.date
    last: dt.date
    count: int
    standing: str
    usual: UsualOut | None
    parts: list[PartOut]
    months: list[MonthOut]


class FindingOut(Schema):
    """`key`: what its cards have in common; `asked`: the questions that find them; `against`: whose other
    values are the rest.
    """

    key: dict[str, str]
    asked: dict[str, list[str]]
    kinds: list[str]
    sentence: str
    count: int
    expected: float
    ratio: float | None
    lower: float
    upper: float | None
    against: str
    by_people: bool
    people: int | None
    rate: float | None


class FindingsOut(Schema):
    """`looked`: combinations looked at; `base`: what was compared by people."""

    first: dt.date
    last: dt.date
    total: int
    looked: int
    base: list[str]
    findings: list[FindingOut]


class EffectMonthOut(Schema):
    """`elsewhere`: of the comparison; `without`: to be expected without the project."""

    first: dt.date
    count: int
    elsewhere: int | None
    without: float | None


class EffectOut(Schema):
    """A factor (0.8: one fifth fewer) with its limits, and the smallest reduction that could have been seen;
    null where `silence` says why: `before`, `after` (too short a time on that side), `few`.
    """

    factor: float | None
    lower: float | None
    upper: float | None
    least: float | None
    silence: str
    mean_before: float
    mean_after: float
    months: list[EffectMonthOut]


class AlertOut(Schema):
    uuid: UUID
    unit: str
    state: str
    series: str
    method: str
    week: dt.date
    last_week: dt.date
    weeks: list[dict[str, Any]]
    note: str
    version: int


class HandledIn(Schema):
    state: str
    note: str = Field("", max_length=2000)


@router.get("/units/{slug}/injuries", response=list[CaseOut], summary="Cards, the newest first")
def cases(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    """Asked as the page's list is: `cause place band sex … from to hour weekday area show`."""
    unit = unit_for(request, slug, Permission.INJURY_VIEW)
    rows = queries.cases(unit, _person(request), queries.parse(dict(request.GET.lists())))
    start = max(offset, 0)
    return [_case_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/injuries", response={201: CaseOut}, summary="Enter a card")
def add(request: HttpRequest, response: HttpResponse, slug: str, given: CaseIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.INJURY_ENTER)
    day = timezone.localdate()
    row = tried(
        actions.add_case, unit=unit, values=given.values, by=_person(request), today=day, uid=given.uuid
    )
    response["ETag"] = f'"{row.version}"'
    return Status(201, _case_out(row))


@router.get("/units/{slug}/injuries/{uuid}", response=CaseOut, summary="A card")
def case(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _case(request, slug, uuid, Permission.INJURY_VIEW)
    response["ETag"] = f'"{row.version}"'
    return _case_out(row)


@router.put("/units/{slug}/injuries/{uuid}", response=CaseOut, summary="Change a card")
def change(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: CaseIn
) -> dict[str, Any]:
    row = _case(request, slug, uuid, Permission.INJURY_ENTER)
    common = {"row": row, "version": asked_version(request), "by": _person(request)}
    tried(actions.change_case, **common, values=given.values, today=timezone.localdate())
    response["ETag"] = f'"{row.version}"'
    return _case_out(row)


@router.post("/units/{slug}/injuries/{uuid}/merge", response=CaseOut, summary="Two cards tell of one injury")
def merge(request: HttpRequest, slug: str, uuid: UUID, given: MergeIn) -> dict[str, Any]:
    row = _case(request, slug, uuid, Permission.INJURY_ENTER)
    other = _case(request, slug, given.other, Permission.INJURY_ENTER)
    common = {"row": row, "version": asked_version(request), "by": _person(request)}
    tried(actions.merge_cases, **common, other=other)
    return _case_out(row)


@router.post("/units/{slug}/injuries/{uuid}/unmerge", response=CaseOut, summary="Take a merge back")
def unmerge(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _case(request, slug, uuid, Permission.INJURY_ENTER)
    tried(actions.unmerge_case, row=row, version=asked_version(request), by=_person(request))
    return _case_out(row)


@router.get(
    "/units/{slug}/injuries-overview", response=StoryOut, summary="A month, what is usual, what explains it"
)
def overview(request: HttpRequest, slug: str, month: dt.date) -> dict[str, Any]:
    """`month`: any day of it."""
    from safecommunity.surveillance import figures  # slow import

    unit = unit_for(request, slug, Permission.INJURY_VIEW)
    found = figures.story(unit, _person(request), month)
    return {
        "first": found.first, "last": found.last, "count": found.count, "standing": found.standing,
        "usual": _usual(found.usual) if found.usual else None,
        "parts": [
            {"asked": queries.question(one.key), "count": one.count, "usual": _usual(one.usual)}
            for one in found.parts
        ],
        "months": [{"first": first, "count": count} for first, count in found.months],
    }  # fmt: skip


@router.get(
    "/units/{slug}/injury-findings", response=FindingsOut, summary="Who and what is hurt more than the rest"
)
def raised(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Asked as the page is: `from to cause place activity area`; the last 52 weeks where nothing is said."""
    from safecommunity.surveillance.findings import findings as search  # slow import

    unit = unit_for(request, slug, Permission.INJURY_VIEW)
    ask = queries.parse(dict(request.GET.lists()))
    first, last = ask.days(timezone.localdate())
    found, names = search(unit, ask, first, last), queries.areas(unit)
    whole = {name: getattr(found, name) for name in ("first", "last", "total", "looked", "base")}
    return {**whole, "findings": [_finding_out(one, names) for one in found.rows]}


@router.get("/units/{slug}/injury-effect", response=EffectOut, summary="Injuries before and after a day")
def effect(request: HttpRequest, slug: str, start: dt.date) -> dict[str, Any]:
    """Asked as the page is: `area group cause other`; `other`: an area to compare with, or `rest`."""
    from safecommunity.surveillance import effects  # slow import

    unit = unit_for(request, slug, Permission.INJURY_VIEW)
    question = effects.asked(start, request.GET.dict(), queries.areas(unit))
    found = effects.evaluated(unit, question, timezone.localdate())
    names = ("first", "count", "elsewhere", "without")
    return {
        **{name: getattr(found.effect, name, None) for name in ("factor", "lower", "upper", "least")},
        **{name: getattr(found, name) for name in ("silence", "mean_before", "mean_after")},
        "months": [dict(zip(names, row, strict=True)) for row in found.rows()],
    }


@router.get("/units/{slug}/injury-alerts", response=list[AlertOut], summary="Alerts, the latest first")
def alerts(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    rows = queries.alerts(unit_for(request, slug, Permission.INJURY_VIEW), _person(request))
    start = max(offset, 0)
    return [_alert_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/injury-alerts/{uuid}", response=AlertOut, summary="What became of an alert")
def handle(request: HttpRequest, slug: str, uuid: UUID, given: HandledIn) -> dict[str, Any]:
    row = queries.alert(unit_for(request, slug, Permission.INJURY_ENTER), _person(request), uuid)
    if row is None:
        raise HttpError(404, _("没有这条预警，或者您看不到它。"))
    common = {"row": row, "version": asked_version(request), "by": _person(request)}
    tried(actions.handle_alert, **common, state=given.state, note=given.note, today=timezone.localdate())
    return _alert_out(row)


@router.get("/units/{slug}/accidents", response=list[AccidentOut], summary="Accidents, the latest first")
def accidents(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    rows = queries.accidents(unit_for(request, slug, Permission.INJURY_VIEW))
    start = max(offset, 0)
    return [_accident_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/accidents", response={201: AccidentOut}, summary="Report an accident")
def report(request: HttpRequest, slug: str, given: CaseIn) -> Status[dict[str, Any]]:
    unit, person = unit_for(request, slug, Permission.INJURY_ENTER), _person(request)
    row = tried(
        actions.report_accident,
        unit=unit,
        values=given.values,
        by=person,
        now=timezone.now(),
        uid=given.uuid,
    )
    return Status(201, _accident_out(row))


@router.get("/units/{slug}/accidents/{uuid}", response=AccidentOut, summary="An accident")
def accident(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _accident(request, slug, uuid, Permission.INJURY_VIEW)
    response["ETag"] = f'"{row.version}"'
    return _accident_out(row)


@router.put("/units/{slug}/accidents/{uuid}", response=AccidentOut, summary="Supplement an accident")
def supplement(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: SupplementIn
) -> dict[str, Any]:
    row = _accident(request, slug, uuid, Permission.INJURY_ENTER)
    common = {"row": row, "version": asked_version(request), "by": _person(request)}
    tried(actions.supplement, **common, values=given.values, note=given.note, now=timezone.now())
    response["ETag"] = f'"{row.version}"'
    return _accident_out(row)


@router.post("/units/{slug}/accidents/{uuid}/findings", response=AccidentOut, summary="What was found out")
def findings(request: HttpRequest, slug: str, uuid: UUID, given: FindingsIn) -> dict[str, Any]:
    row = _accident(request, slug, uuid, Permission.INJURY_ENTER)
    common = {"row": row, "version": asked_version(request), "by": _person(request)}
    tried(actions.investigate, **common, today=timezone.localdate(), **given.dict())
    return _accident_out(row)


@router.post("/units/{slug}/accidents/{uuid}/close", response=AccidentOut, summary="Close an accident")
def close(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _accident(request, slug, uuid, Permission.INJURY_ENTER)
    tried(actions.close_accident, row=row, version=asked_version(request), by=_person(request))
    return _accident_out(row)


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _case(request: HttpRequest, slug: str, uuid: UUID, permission: Permission) -> InjuryCase:
    row = queries.case(unit_for(request, slug, permission), _person(request), uuid)
    if row is None:
        raise HttpError(404, _("没有这张卡，或者您看不到它。"))
    return row


def _accident(request: HttpRequest, slug: str, uuid: UUID, permission: Permission) -> Accident:
    row = queries.accident(unit_for(request, slug, permission), uuid)
    if row is None:
        raise HttpError(404, _("没有这起事故，或者您看不到它。"))
    return row


def tried(action: Any, **given: Any) -> Any:
    """The action done, or its refusal as an answer."""
    try:
        return action(**given)
    except StaleRecord as error:
        raise stale() from error
    except actions.InvalidCard as error:
        said = (f"{key}: {told(message)}" for key, message in error.errors.items())
        raise HttpError(422, "; ".join(said)) from error
    except actions.Refused as error:
        raise HttpError(422, str(error)) from error


def _masked(form: str, values: dict[str, Any]) -> dict[str, Any]:
    """Sealed values are masked where they are kept, the others here."""
    fields = cards[form].fields
    return {
        code: mask(fields[code], value) if fields[code].personal == "masked" else value
        for code, value in values.items()
    }


def _case_out(row: InjuryCase) -> dict[str, Any]:
    names = ("uuid", "state", "area", "remark", "version")
    own = {name: getattr(row, name) for name in names}
    return {
        **own,
        "unit": row.unit.slug,
        "restricted": row.is_restricted,
        "values": _masked("injury", row.data),
    }


def _accident_out(row: Accident) -> dict[str, Any]:
    names = ("uuid", "state", "level", "report_by", "reported_at", "supplement_until", "findings", "version")
    own = {name: getattr(row, name) for name in names}
    return {**own, "unit": row.unit.slug, "late": row.is_late, "values": _masked("accident", row.data)}


def _finding_out(one: Raised, names: dict[str, str]) -> dict[str, Any]:
    plain = ("kinds", "count", "expected", "lower", "against", "by_people", "people", "rate")
    ends = {name: None if isinf(getattr(one, name)) else getattr(one, name) for name in ("ratio", "upper")}
    return {
        **{name: getattr(one, name) for name in plain},
        **ends,
        "key": dict(one.key),
        "asked": queries.question(one.key),
        "sentence": wording.finding(one, names),
    }


def _usual(found: Usual) -> dict[str, Any]:
    return {"expected": found.expected, "low": found.low, "high": found.high}


def _alert_out(row: Alert) -> dict[str, Any]:
    names = ("uuid", "state", "series", "method", "week", "last_week", "weeks", "note", "version")
    return {**{name: getattr(row, name) for name in names}, "unit": row.unit.slug}
