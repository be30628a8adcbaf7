"""Findings and alerts that were taken up, and what was made of them."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.api.injuries import tried
from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.leads import alert_facts, finding_facts, offered
from safecommunity.surveillance.models import Lead
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission

router = Router(tags=["injuries"])
MOST = 200


class LeadOut(Schema):
    """`key`: what its cards have in common; `figures`: of the period, or of the last week of an alert."""

    uuid: UUID
    unit: str
    title: str
    sentence: str
    key: dict[str, str]
    from_date: dt.date
    to_date: dt.date
    figures: dict[str, float]
    made: int


class MadeOut(Schema):
    """`kind`: project, target or inspection; `thing`: its key there."""

    kind: str
    thing: str
    title: str


class WholeLeadOut(LeadOut):
    things: list[MadeOut]


class FindingIn(Schema):
    """The `key` of a finding, as the list of findings gives it."""

    key: dict[str, str]


@router.get("/units/{slug}/injury-leads", response=list[LeadOut], summary="What was taken up, newest first")
def leads(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    rows, start = queries.leads(unit_for(request, slug, Permission.INJURY_VIEW)), max(offset, 0)
    return [_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.get("/units/{slug}/injury-leads/{uuid}", response=WholeLeadOut, summary="What was taken up")
def lead(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, Any]:
    row = queries.lead(unit_for(request, slug, Permission.INJURY_VIEW), uuid)
    if row is None:
        raise HttpError(404, _("没有这条线索，或者您看不到它。"))
    names = MadeOut.model_fields
    things = [{name: getattr(one, name) for name in names} for one in queries.followed(row)]
    return {**_out(row), "things": things}


@router.post("/units/{slug}/injury-findings/lead", response={201: LeadOut}, summary="Take a finding up")
def of_a_finding(request: HttpRequest, slug: str, given: FindingIn) -> Status[dict[str, Any]]:
    """Asked as the list of findings is; the same again gives the first one."""
    from safecommunity.surveillance.findings import findings  # slow import

    unit = _making(request, unit_for(request, slug, Permission.INJURY_VIEW))
    ask = queries.parse(dict(request.GET.lists()))
    found = findings(unit, ask, *ask.days(timezone.localdate()))
    one = next((row for row in found.rows if dict(row.key) == given.key), None)
    if one is None:
        raise HttpError(404, _("这条发现已经不在了：记录有了变化。请看现在的发现。"))
    return _taken_up(request, unit, finding_facts(unit, found, one))


@router.post("/units/{slug}/injury-alerts/{uuid}/lead", response={201: LeadOut}, summary="Take an alert up")
def of_an_alert(request: HttpRequest, slug: str, uuid: UUID) -> Status[dict[str, Any]]:
    """The same again gives the first one."""
    unit = _making(request, unit_for(request, slug, Permission.INJURY_VIEW))
    row = queries.alert(unit, cast("User", request.user), uuid)
    if row is None:
        raise HttpError(404, _("没有这条预警，或者您看不到它。"))
    return _taken_up(request, row.unit, {**alert_facts(row), "alert": row})


def _making(request: HttpRequest, unit: Unit) -> Unit:
    if not offered(cast("User", request.user), unit):
        raise HttpError(403, _("不能由此建立这一项，或者您没有这项权限。"))
    return unit


def _taken_up(request: HttpRequest, unit: Unit, facts: dict[str, Any]) -> Status[dict[str, Any]]:
    row = tried(actions.take_up, unit=unit, by=cast("User", request.user), **facts)
    return Status(201, _out(queries.leads(unit).get(pk=row.pk)))


def _out(row: Lead) -> dict[str, Any]:
    names = ("uuid", "title", "sentence", "from_date", "to_date", "figures", "made")
    own = {name: getattr(row, name) for name in names}
    return {**own, "unit": row.unit.slug, "key": dict(row.key)}
