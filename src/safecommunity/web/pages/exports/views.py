"""A list as a file: what is on the screen, made in the background, fetched from the tray."""

from __future__ import annotations

from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from safecommunity.ledgers import asking
from safecommunity.ledgers.wording import local
from safecommunity.sheets import actions
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.web import clock
from safecommunity.web.access import exactly_once, open_ledger, requires
from safecommunity.web.pages.exports.forms import ExportForm


@requires(Permission.LEDGER_EXPORT)
@exactly_once
def start(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    """The address carries the same questions as the list (`q show own from to sort f_…`)."""
    ledger, query = open_ledger(request, unit, code), request.GET.urlencode()
    may_in_full = ledger.knows_persons and can(request.user, Permission.LEDGER_PERSONAL, unit)  # type: ignore[arg-type]
    form = ExportForm(request.POST if request.method == "POST" else None, may_in_full=may_in_full)
    if form.is_valid():
        actions.ask_for_export(ledger=ledger, query=query, unit=unit, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        return redirect("jobs:index", unit.slug)
    ask = asking.parse(ledger, parse_qs(query))
    count = asking.found(unit, ledger, ask, clock.today()).count()
    context = {"form": form, "ledger": ledger, "name": local(ledger.words), "ask": ask, "count": count}
    return render(request, "exports/start.html", context, status=422 if form.errors else 200)
