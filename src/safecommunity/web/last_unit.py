"""The unit a person last opened: it scopes the frame of pages that have no unit of their own."""

from __future__ import annotations

from django.http import HttpRequest

from safecommunity.units.models import Unit
from safecommunity.units.queries import visible

KEY = "unit"


def remember(request: HttpRequest, unit: Unit) -> None:
    if request.session.get(KEY) != unit.slug:
        request.session[KEY] = unit.slug


def last_unit(request: HttpRequest) -> Unit | None:
    """The unit last opened, if it is still visible; else the topmost one the person sees."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    seen = visible(user)
    return seen.filter(slug=request.session.get(KEY, "")).first() or seen.first()
