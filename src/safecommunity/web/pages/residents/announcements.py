"""What a unit tells the public: the list, publishing, taking back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.residents import actions, queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.pages.residents.forms import AnnouncementForm


@requires(Permission.RESIDENT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    return _page(request, unit, AnnouncementForm())


@require_POST
@requires(Permission.RESIDENT_HANDLE)
@exactly_once
def publish(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = AnnouncementForm(request.POST)
    if not form.is_valid():
        return _page(request, unit, form, 422)
    actions.publish(unit=unit, by=request.user, today=today(), **form.cleaned_data)
    messages.success(request, _("已发布，公众页面上可以看到。"))
    return redirect("residents:announcements", unit.slug)


@require_POST
@requires(Permission.RESIDENT_HANDLE)
@exactly_once
def withdraw(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = queries.announcement(unit, uid)
    if row is None:
        raise Http404(_("没有这条公告，或者已经撤下。"))
    try:
        actions.take_back(row=row, version=row.version, by=request.user)
    except StaleRecord:
        messages.error(request, _("这条公告刚刚被别人改过，请再看一眼。"))
    else:
        messages.success(request, _("已撤下。"))
    return redirect("residents:announcements", unit.slug)


def _page(request: PersonRequest, unit: Unit, form: AnnouncementForm, status: int = 200) -> HttpResponse:
    context = {
        "rows": queries.announcements(unit), "form": form, "is_open": queries.is_open(unit),
        "may_handle": can(request.user, Permission.RESIDENT_HANDLE, unit), "here": "announcements",
    }  # fmt: skip
    return render(request, "residents/announcements.html", context, status=status)
