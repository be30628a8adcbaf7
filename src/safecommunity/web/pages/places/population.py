"""Population figures of a unit's divisions: the denominators of every rate."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from safecommunity.places import actions, queries
from safecommunity.places.models import Division
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.queries import division_codes
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.pages.places.forms import FiguresForm
from safecommunity.web.pages.places.reach import own

ROWS = 50
FIRST_YEAR = 1990


@requires(Permission.UNIT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    """One year: the whole, and what each division has of its own."""
    codes = division_codes(unit)
    years = sorted({*queries.population_years(codes), today().year, today().year - 1}, reverse=True)
    year = _year(request.GET.get("year", ""), years)
    people = queries.population(codes, year)
    page = Paginator(queries.with_children(codes), ROWS).get_page(request.GET.get("page"))
    own_totals = queries.totals([row.code for row in page], year)
    context = {
        "years": years,
        "year": year,
        "total": people.total if people.figures else None,
        "parts": _parts(people),
        "page": page,
        "table": [(row, own_totals.get(row.code), row.code in people.codes) for row in page],
        "may_edit": can(request.user, Permission.PLACE_EDIT, unit),
    }
    return render(request, "places/population.html", context)


@requires(Permission.PLACE_EDIT)
@exactly_once
def edit(request: PersonRequest, unit: Unit, code: str, year: int) -> HttpResponse:
    division = own(unit, code)
    if not FIRST_YEAR <= year <= today().year + 1:
        raise Http404
    figures, vulnerable = queries.figures(division, year), queries.vulnerable(division, year)
    form = FiguresForm(request.POST.dict() if request.method == "POST" else None, figures, vulnerable)
    seen = queries.digest(division, year)
    if request.method == "POST" and not form.errors:
        try:
            actions.set_population(
                division=division,
                year=year,
                figures=form.figures,
                vulnerable=form.vulnerable,
                seen=request.POST.get("seen", ""),
                by=request.user,
                unit=unit,
            )
        except actions.Refused as refused:
            form.errors.append(str(refused))
        except actions.Stale:
            form.errors.append(
                _(
                    "您打开之后别人保存过这些数字。您填的都还在下面；再按一次保存就以您的为准，重新打开则看到别人的。"
                )
            )
            return _page(request, form, division, year, seen, 409)
        else:
            messages.success(request, _("已保存。"))
            return redirect(f"{_index(unit)}?year={year}")
    return _page(request, form, division, year, request.POST.get("seen", seen), 422 if form.errors else 200)


def _page(
    request: PersonRequest, form: FiguresForm, division: Division, year: int, seen: str, status: int
) -> HttpResponse:
    context = {"form": form, "division": division, "year": year, "seen": seen}
    return render(request, "places/population_form.html", context, status=status)


def _index(unit: Unit) -> str:
    from django.urls import reverse

    return reverse("places:population", args=[unit.slug])


def _year(text: str, years: list[int]) -> int:
    return int(text) if text in {str(year) for year in years} else years[0]


def _parts(people: queries.Denominator) -> list[tuple[str, int]]:
    """The parts that the figures allow to tell."""
    parts = [
        (_("男"), people.of(sex="1")),
        (_("女"), people.of(sex="2")),
        (_("0–14 岁"), people.of(age_to=14)),
        (_("65 岁及以上"), people.of(age_from=65)),
    ]
    return [(label, count) for label, count in parts if count is not None and people.figures]
