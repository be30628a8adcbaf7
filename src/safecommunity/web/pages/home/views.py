"""The home of a unit, the search that Ctrl-K opens, and the two counters of the top bar."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from safecommunity.notices import queries as notices
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import PersonRequest, requires
from safecommunity.web.clock import today
from safecommunity.web.last_unit import remember
from safecommunity.web.pages.home import cards, finds, todos


@requires(Permission.UNIT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    """To-dos and scores at once; the parts below are fetched when scrolled to."""
    remember(request, unit)
    with_group = request.GET.get("with") == "group"
    context = {
        "todos": todos.todos(request.user, unit, today(), with_group=with_group),
        "with_group": with_group,
        "begin": cards.begin(request.user, unit),
        "scores": cards.scores(request.user, unit),
        "expiring": cards.expiring(request.user, unit, today()),
    }
    return render(request, "home/index.html", context)


@requires(Permission.UNIT_VIEW)
def alerts(request: PersonRequest, unit: Unit) -> HttpResponse:
    found = cards.alerts(request.user, unit, today())
    return render(request, "home/parts.html#alerts", {"alerts": found})


@requires(Permission.UNIT_VIEW)
def months(request: PersonRequest, unit: Unit) -> HttpResponse:
    found = cards.strips(request.user, unit, today())
    return render(request, "home/parts.html#months", {"strips": found, "year": today().year})


@requires(Permission.UNIT_VIEW)
def search(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The palette's answers; opened as a page of its own where there is no script."""
    wanted = request.GET.get("q", "").strip()
    template = "home/search.html#results" if request.htmx else "home/search.html"  # type: ignore[attr-defined]
    return render(request, template, {"wanted": wanted, "groups": finds.groups(request.user, unit, wanted)})


@requires(Permission.UNIT_VIEW)
def tray(request: PersonRequest, unit: Unit) -> HttpResponse:
    counts = {
        "here": unit,
        "todo_count": todos.count(request.user, unit),
        "jobs_running": todos.jobs_running(request.user, unit),
        "notices_unread": notices.unread(request.user),
    }
    return render(request, "components/tray.html", counts)
