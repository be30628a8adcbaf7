"""Pages without a unit of their own: the way in, the choice of unit, the style page, the language."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from safecommunity.units.queries import visible
from safecommunity.web.access import PersonRequest, public, signed_in
from safecommunity.web.last_unit import last_unit
from safecommunity.web.pages.front.samples import samples
from safecommunity.web.search import units_like

ROWS = 50
YEAR = 365 * 24 * 3600


@signed_in
def root(request: PersonRequest) -> HttpResponse:
    """Home of the unit last opened; who holds no role yet is told so."""
    unit = last_unit(request)
    return redirect("home:index", unit.slug) if unit else render(request, "front/no_unit.html")


@signed_in
def units(request: PersonRequest) -> HttpResponse:
    """Every unit the person sees, to choose the one that scopes the application."""
    wanted = request.GET.get("q", "").strip()
    found = units_like(request.user, wanted) if wanted else visible(request.user)
    page = Paginator(found.select_related("parent"), ROWS).get_page(request.GET.get("page"))
    return render(request, "front/units.html", {"page": page, "wanted": wanted})


@public("every component in one place, with made-up content only")
def style(request: HttpRequest) -> HttpResponse:
    return render(request, "front/style.html", samples())


@require_POST
@public("large letters are for whoever reads, signed in or not")
def letters(request: HttpRequest) -> HttpResponse:
    """Large letters on every page of this browser, or the usual ones again."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    response = redirect(wanted if is_ours else "/")
    if request.POST.get("letters") == "large":
        response.set_cookie("letters", "large", max_age=YEAR, secure=request.is_secure(), samesite="Lax")
    else:
        response.delete_cookie("letters", samesite="Lax")
    return response


@require_POST
@public("the sign-in page has the language switch too")
def language(request: HttpRequest) -> HttpResponse:
    return set_language(request)
