"""What I was told: the list, following one to where it leads, ticking all off."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from safecommunity.notices import actions, queries
from safecommunity.web.access import PersonRequest, signed_in
from safecommunity.web.clock import now

PAGE = 50


@signed_in
def index(request: PersonRequest) -> HttpResponse:
    rows = queries.told(request.user)
    only_unread = request.GET.get("show") == "unread"
    page = Paginator(rows.filter(read_at=None) if only_unread else rows, PAGE).get_page(
        request.GET.get("page")
    )
    context = {"page": page, "only_unread": only_unread, "unread": queries.unread(request.user)}
    return render(request, "notices/index.html", context)


@require_POST
@signed_in
def follow(request: PersonRequest, pk: int) -> HttpResponse:
    """Ticks a notice off and goes where it leads."""
    notice = get_object_or_404(queries.told(request.user), pk=pk)
    actions.read(by=request.user, now=now(), pk=pk)
    return redirect(notice.address or "notices:index")


@require_POST
@signed_in
def read(request: PersonRequest) -> HttpResponse:
    actions.read(by=request.user, now=now())
    return redirect("notices:index")
