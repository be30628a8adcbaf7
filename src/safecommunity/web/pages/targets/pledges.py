"""Letters of responsibility: signed by the side above, acknowledged by the unit itself."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.correspondence import actions as correspondence
from safecommunity.correspondence import queries as documents
from safecommunity.targets import actions, queries
from safecommunity.targets.models import Pledge
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.pages.targets import display


@require_POST
@requires(Permission.TARGET_EDIT)
@exactly_once
def sign(request: PersonRequest, unit: Unit) -> HttpResponse:
    year = request.POST.get("year", "")
    try:
        row = actions.sign(
            unit=unit, year=int(year) if year.isdecimal() else 0, by=request.user, today=today()
        )
    except actions.Refused as error:
        messages.error(request, str(error))
        return redirect("targets:index", unit.slug)
    messages.success(request, _("责任书已签发，等责任单位签收。"))
    return redirect("targets:pledge", unit.slug, row.uuid)


@requires(Permission.PROGRAMME_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _pledge(unit, uid)
    all_of_year = list(queries.earlier(row))
    before = next((one for one in all_of_year if one.number == row.number - 1), None)
    parent = unit.parent
    may_see = parent is not None and can(request.user, Permission.DOCUMENT_VIEW, parent)
    context = {
        "row": row,
        "rows": display.pledge_rows(row, before),
        "strip": [
            (_("签发"), "done", row.signed_date.isoformat()),
            (_("签收"), "done", row.acknowledged_date.isoformat())
            if row.acknowledged_date
            else (_("签收"), "todo"),
        ],
        "is_current": queries.is_current(row),
        "others": [one for one in all_of_year if one != row],
        "may_acknowledge": queries.may_acknowledge(request.user, row),
        "may_sign": queries.is_above(request.user, unit),
        "may_draft": parent is not None and can(request.user, Permission.DOCUMENT_DRAFT, parent),
        "paper": documents.document(parent, row.uuid) if parent is not None and may_see else None,
    }
    return render(request, "targets/pledge.html", context)


@require_POST
@requires(Permission.TARGET_EDIT)
@exactly_once
def acknowledge(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _pledge(unit, uid)
    version = request.POST.get("version", "")
    try:
        actions.acknowledge(
            pledge=row, version=int(version) if version.isdecimal() else 0, by=request.user, today=today()
        )
    except actions.Refused as error:
        messages.error(request, str(error))
    except StaleRecord:
        messages.error(request, _("责任书刚刚被别人办理过，请看过现在的情况再办。"))
    else:
        messages.success(request, _("已签收。"))
    return redirect("targets:pledge", unit.slug, uid)


@require_POST
@requires(Permission.PROGRAMME_VIEW)
@exactly_once
def document(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """The letter as an official document of the unit above; the same one however often it is asked for."""
    row = _pledge(unit, uid)
    if unit.parent is None or not can(request.user, Permission.DOCUMENT_DRAFT, unit.parent):
        raise PermissionDenied(_("责任书的公文由上级单位起草。"))
    made = correspondence.draft(
        kind="pledge", unit=unit.parent, by=request.user, today=today(), uuid=row.uuid,
        words=documents.pledged(row),
    )  # fmt: skip
    return redirect("correspondence:detail", unit.parent.slug, made.uuid)


def _pledge(unit: Unit, uid: UUID) -> Pledge:
    row = queries.pledge(unit, uid)
    if row is None:
        raise Http404(_("没有这份责任书。"))
    return row
