"""Assessments beside one another: two of them, those of many units, two versions of a scheme; findings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError
from ninja.responses import Status

from safecommunity.api.access import unit_for
from safecommunity.api.assessment import assessment_of, person, tried
from safecommunity.assessment import actions, queries
from safecommunity.assessment.models import Assessment, Finding
from safecommunity.core.scoring import Mark
from safecommunity.library import schemes
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission

router = Router(tags=["assessment"])


class DifferenceOut(Schema):
    indicator: str
    one: dict[str, str] | None
    other: dict[str, str] | None
    one_points: Decimal | None
    other_points: Decimal | None
    change: Decimal


class StandingOut(Schema):
    unit: str
    assessment: int
    points: Decimal
    full: Decimal
    band: str
    zeros: list[str]
    vetoes: list[str]
    elements: dict[str, list[Any]]


class UpgradeOut(Schema):
    """What moving to the newest version of the scheme would do; indicators by code."""

    version: int
    added: list[str]
    removed: list[str]
    reworded: list[str]
    revalued: list[str]
    reopened: list[str]
    points_before: Decimal
    points_after: Decimal
    band_before: str
    band_after: str


class NonConformityOut(Schema):
    id: int
    indicator: str
    text: str
    severity: str
    owner: str
    due_date: dt.date | None
    verification: str
    closed_at: dt.datetime | None
    version: int


class NonConformityIn(Schema):
    indicator: str
    text: str
    severity: str = Finding.Severity.MINOR
    owner: str = ""
    due_date: dt.date | None = None


class CloseIn(Schema):
    version: int
    verification: str


@router.get(
    "/units/{slug}/assessments-compared",
    response=list[DifferenceOut],
    summary="Two assessments of the unit or of units beneath, indicator by indicator",
)
def compare(request: HttpRequest, slug: str, one: int, other: int) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.ASSESSMENT_VIEW)
    left, right = _beneath(unit, one), _beneath(unit, other)
    if left.scheme != right.scheme:
        raise HttpError(422, _("两次评定用的不是同一个方案，请选同一方案的评定。"))
    return [
        {
            "indicator": found.indicator,
            "one": _answers(found.one),
            "other": _answers(found.other),
            "one_points": found.one_points,
            "other_points": found.other_points,
            "change": found.change,
        }
        for found in queries.differences(left, right)
    ]


@router.get(
    "/units/{slug}/overview",
    response=list[StandingOut],
    summary="The newest figures of every unit at or beneath this one, for a scheme and a year",
)
def overview(request: HttpRequest, slug: str, scheme: str, period: str) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.ASSESSMENT_VIEW)
    if scheme not in schemes:
        raise HttpError(404, _("没有这个评定方案。"))
    same = ("points", "full", "band", "zeros", "vetoes", "elements")
    return [
        {name: getattr(row, name) for name in same} | {"unit": row.unit.slug, "assessment": row.pk}
        for row in queries.newest_below(unit, scheme, period)
    ]


@router.get(
    "/units/{slug}/assessments/{pk}/upgrade-preview",
    response={200: UpgradeOut, 204: None},
    summary="What an upgrade would change; 204 when there is no newer version",
)
def upgrade_preview(request: HttpRequest, slug: str, pk: int) -> Any:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_VIEW), pk)
    found = queries.upgrade_preview(row)
    if found is None:
        return Status(204, None)
    same = ("version", "added", "removed", "reworded", "revalued", "reopened")
    return {name: getattr(found, name) for name in same} | {
        "points_before": found.before.points,
        "points_after": found.after.points,
        "band_before": found.before.band.code,
        "band_after": found.after.band.code,
    }


@router.get(
    "/units/{slug}/assessments/{pk}/findings",
    response=list[NonConformityOut],
    summary="Non-conformities that assessors wrote down",
)
def findings(request: HttpRequest, slug: str, pk: int) -> Any:
    return queries.findings_of(assessment_of(unit_for(request, slug, Permission.ASSESSMENT_VIEW), pk))


@router.post(
    "/units/{slug}/assessments/{pk}/findings",
    response={201: NonConformityOut},
    summary="Write a non-conformity down",
)
def add_finding(request: HttpRequest, slug: str, pk: int, given: NonConformityIn) -> Status[Finding]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_SCORE), pk)
    if given.severity not in Finding.Severity.values or not given.text.strip():
        raise HttpError(422, _("请写明不符合事实；程度只有 minor 和 major。"))
    facts = {**given.dict(), "text": given.text.strip()[:1000], "owner": given.owner[:60]}
    return Status(201, tried(actions.add_finding, assessment=row, by=person(request), **facts))


@router.post(
    "/units/{slug}/assessments/{pk}/findings/{number}/close",
    response=NonConformityOut,
    summary="Close a non-conformity once its correction is verified",
)
def close_finding(request: HttpRequest, slug: str, pk: int, number: int, given: CloseIn) -> Finding:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_CONFIRM), pk)
    found = queries.findings_of(row).filter(pk=number).first()
    if found is None:
        raise HttpError(404, _("没有这条不符合项。"))
    closed: Finding = tried(
        actions.close_finding,
        finding=found,
        verification=given.verification[:1000],
        by=person(request),
        now=timezone.now(),
        version=given.version,
    )
    return closed


def _beneath(unit: Unit, pk: int) -> Assessment:
    row = Assessment.objects.below(unit).select_related("unit").filter(pk=pk).first()
    if row is None:
        raise HttpError(404, _("没有这次评定。"))
    return row


def _answers(mark: Mark | None) -> dict[str, str] | None:
    return None if mark is None else dict(mark.answers)
