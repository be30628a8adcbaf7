"""What a contact of a unit was told to put right: the list, the answer with pictures, the result."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.core.hazards import refusal
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence import actions as evidence
from safecommunity.hazards import actions, queries
from safecommunity.hazards.models import HiddenHazard
from safecommunity.ledgers.wording import told
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import now
from safecommunity.web.pages.hazards import display
from safecommunity.web.pages.hazards.forms import AskForm, FixForm
from safecommunity.web.pages.hazards.views import pictures, served

PAGE = 50


@requires(Permission.HAZARD_ANSWER)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    page = Paginator(queries.of_contact(unit, request.user), PAGE).get_page(request.GET.get("page"))
    moment = now()
    rows = [(row, *display.badge(row, moment)) for row in page]
    return render(request, "hazards/mine.html", {"page": page, "rows": rows})


@requires(Permission.HAZARD_ANSWER)
@exactly_once
def answer(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _hazard(request, unit, uid)
    if request.method != "POST":
        return _page(request, row)
    form = FixForm(request.POST, hazard=row, by=request.user, now=now())
    if not form.is_valid():
        return _page(request, row, fix=form, status=422)
    try:
        some = pictures(request.FILES.getlist("photos"), row.unit, request.user)
        actions.fix(hazard=row, by=request.user, now=now(), pictures=some, **form.said())
    except (actions.Refused, MediaRefused, evidence.QuotaReached) as error:
        form.add_error(None, told(error.message) if isinstance(error, MediaRefused) else str(error))
        return _page(request, row, fix=form, status=422)
    except StaleRecord:
        return _stale(request, unit, uid)
    messages.success(request, _("已提交，等待复查。"))
    return redirect("hazards:answer", row.unit.slug, uid)


@require_POST
@requires(Permission.HAZARD_ANSWER)
@exactly_once
def ask(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _hazard(request, unit, uid)
    form = AskForm(request.POST, hazard=row, by=request.user, now=now(), auto_id="ask_%s")
    if not form.is_valid():
        return _page(request, row, ask=form, status=422)
    try:
        actions.ask(hazard=row, by=request.user, now=now(), **form.said())
    except actions.Refused as error:
        form.add_error(None, str(error))
        return _page(request, row, ask=form, status=422)
    except StaleRecord:
        return _stale(request, unit, uid)
    messages.success(request, _("已申请延期，等待审批。"))
    return redirect("hazards:answer", row.unit.slug, uid)


@requires(Permission.HAZARD_ANSWER)
def photo(request: PersonRequest, unit: Unit, uid: UUID, pk: int) -> HttpResponseBase:
    found = queries.photo(_hazard(request, unit, uid), pk)
    if found is None:
        raise Http404(_("没有这张照片，或者还没有传到。"))
    return served(found)


def _page(
    request: PersonRequest,
    row: HiddenHazard,
    *,
    fix: FixForm | None = None,
    ask: AskForm | None = None,
    status: int = 200,
) -> HttpResponse:
    moment = now()
    common: dict[str, Any] = {"hazard": row, "by": request.user, "now": moment}
    context = {
        "row": row, "badge": display.badge(row, moment), "kind": display.word("hazard-kinds", row.kind),
        "strip": display.strip(row, list(queries.steps(row))), "sides": display.sides(queries.photos(row)),
        "rectifications": queries.rectifications(row), "why_not": refusal(row.facts, "fix"),
        "fix": fix or (None if refusal(row.facts, "fix") else FixForm(**common)),
        "ask": ask or (None if refusal(row.facts, "ask") else AskForm(**common, auto_id="ask_%s")),
    }  # fmt: skip
    return render(request, "hazards/answer.html", context, status=status)


def _stale(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    messages.error(request, _("这处隐患刚刚被别人办理过，请看过现在的情况再办。"))
    return _page(request, _hazard(request, unit, uid), status=409)


def _hazard(request: PersonRequest, unit: Unit, uid: UUID) -> HiddenHazard:
    row = queries.hazard(unit, uid)
    if row is None or row.contact_id != request.user.pk:
        raise Http404(_("没有这处隐患，或者不是派给您的。"))
    return row
