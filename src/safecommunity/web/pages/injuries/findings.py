"""Who and what is hurt more than the rest: the list of findings, its export, and what is made of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.surveillance import actions, queries, wording
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.web import leads
from safecommunity.web.access import PersonRequest, requires
from safecommunity.web.components.lists import sheet
from safecommunity.web.pages.injuries import display
from safecommunity.web.pages.injuries.analysis import period
from safecommunity.web.pages.injuries.sentences import records

if TYPE_CHECKING:
    from safecommunity.surveillance.findings import Findings, Raised

PAGE = 20
RECENT = 10
FILTERS = ("cause", "place", "activity")
SORTS = {"": "excess", "count": "count", "ratio": "ratio"}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words, with where its records are and what it is known by."""

    row: Raised
    name: str
    sentence: str
    rate: str
    silence: str
    kinds: str
    url: str
    key: str


@requires(Permission.INJURY_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    found, ask = searched(request, unit)
    names = queries.areas(unit)
    kind, sort = request.GET.get("kind", ""), request.GET.get("sort", "")
    rows = [one for one in found.rows if not kind or kind in one.kinds]
    rows.sort(key=lambda one: -getattr(one, SORTS.get(sort, "excess")))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "found": found,
        "about": wording.about(found),
        "basis": wording.basis(found),
        "page": page,
        "rows": [told(unit, found, one, names) for one in page],
        "ask": ask,
        "filters": display.filters(ask, FILTERS),
        "areas_offered": [(code, name, ask.area == code) for code, name in names.items()],
        "kinds": [(name, wording.kind(name)) for name in ("people", "environment", "vulnerable")],
        "kind": kind,
        "sorts": [("", _("多出的起数")), ("count", _("起数")), ("ratio", _("倍数"))],
        "sort": sort,
        "query": request.GET.urlencode(),
        "may_make": can(request.user, Permission.REPORT_MAKE, unit),
        "ways": leads.offered(request.user, unit),
        "taken_up": queries.leads(unit)[:RECENT],
        "here": "findings",
    }
    return render(request, "injuries/findings.html", context)


@require_POST
@requires(Permission.INJURY_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The findings as a sheet, their method below them."""
    found, _ask = searched(request, unit)
    names = queries.areas(unit)
    notes = [
        (_("时段"), f"{found.first}—{found.last}"), (_("结论"), wording.about(found)),
        (_("怎么比"), wording.basis(found)), (_("怎么算的"), wording.method()),
        (_("不能说明什么"), wording.limits()),
    ]  # fmt: skip
    rows = [wording.line(one, names) for one in found.rows]
    actions.note_findings(unit=unit, first=found.first, last=found.last, by=request.user)
    name = _("%(unit)s高危人群和环境 %(last)s") % {"unit": unit.name, "last": found.last}
    widths = (44, 18, 8, 16, 8, 8, 8, 8, 10, 10, 40)
    columns = list(zip(wording.heads(), widths, strict=True))
    return sheet(name=name, title=_("高危发现"), columns=columns, rows=rows, notes=notes)


def searched(request: PersonRequest, unit: Unit) -> tuple[Findings, queries.Ask]:
    """What the address asks for, found."""
    from safecommunity.surveillance import findings  # slow import

    ask, first, last = period(request)
    return findings.findings(unit, ask, first, last), ask


def told(unit: Unit, found: Findings, one: Raised, names: dict[str, str]) -> Told:
    return Told(
        one, wording.named(one.key, names), wording.finding(one, names), wording.rate(one),
        wording.silence(one), _("、").join(wording.kind(name) for name in one.kinds),
        records(unit, found.first, found.last, one.key, is_open=True), urlencode(one.key),
    )  # fmt: skip
