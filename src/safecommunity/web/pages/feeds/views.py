"""One's tasks as a calendar: a secret address of one's own, made, renewed and ended on this page."""

from __future__ import annotations

from datetime import UTC

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_POST

from safecommunity.core.icalendar import Entry, written
from safecommunity.programmes import actions, queries
from safecommunity.programmes.queries import Todo
from safecommunity.units.permissions import seen
from safecommunity.units.wall import narrow
from safecommunity.web.access import PersonRequest, public, signed_in
from safecommunity.web.clock import now


@signed_in
def index(request: PersonRequest) -> HttpResponse:
    return render(request, "feeds/index.html", {"feed": queries.feed(request.user)})


@require_POST
@signed_in
def make(request: PersonRequest) -> HttpResponse:
    """The address is shown in this answer and never again: only its hash is kept."""
    token = actions.make_feed(by=request.user)
    address = request.build_absolute_uri(reverse("feeds:feed", args=[token]))
    response = render(request, "feeds/index.html", {"feed": queries.feed(request.user), "address": address})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@signed_in
def end(request: PersonRequest) -> HttpResponse:
    actions.end_feed(by=request.user)
    messages.success(request, _("日历地址已停用。"))
    return redirect("feeds:index")


@require_GET
@public("a calendar program cannot sign in; the long secret address stands for one person's own tasks")
def feed(request: HttpRequest, token: str) -> HttpResponse:
    user = queries.feed_user(token)
    if user is None:
        raise Http404(_("没有这个日历。"))
    narrow(seen(user))
    with override(user.language):
        entries = [_entry(request, todo) for todo in queries.todos_of(user)]
        content = written(
            _("安全社区任务"), entries, host=request.get_host().partition(":")[0], now=now().astimezone(UTC)
        )
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _entry(request: HttpRequest, todo: Todo) -> Entry:
    return Entry(
        uid=todo.uid,
        day=todo.due_date,
        title=todo.text,
        text=f"{todo.unit.name} · {todo.about}",
        address=request.build_absolute_uri(todo.address),
    )
