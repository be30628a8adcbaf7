"""The home of a unit, the search that Ctrl-K opens, and the two counters of the top bar."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import requires
from safecommunity.web.last_unit import remember
from safecommunity.web.pages.home import finds, todos


@requires(Permission.UNIT_VIEW)
def index(request: HttpRequest, unit: Unit) -> HttpResponse:
    remember(request, unit)
    return render(request, "home/index.html", {})


@requires(Permission.UNIT_VIEW)
def search(request: HttpRequest, unit: Unit) -> HttpResponse:
    """The palette's answers; opened as a page of its own where there is no script."""
    wanted = request.GET.get("q", "").strip()
    template = "home/search.html#results" if request.htmx else "home/search.html"  # type: ignore[attr-defined]
    return render(request, template, {"wanted": wanted, "groups": finds.groups(request.user, unit, wanted)})


@requires(Permission.UNIT_VIEW)
def tray(request: HttpRequest, unit: Unit) -> HttpResponse:
    counts = {
        "here": unit,
        "todo_count": todos.count(request.user, unit),
        "jobs_running": todos.jobs_running(request.user, unit),
    }
    return render(request, "components/tray.html", counts)
