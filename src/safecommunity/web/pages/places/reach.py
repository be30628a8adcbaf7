"""Which divisions a unit may keep: those it works in, and what lies inside them."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from safecommunity.places.models import Division
from safecommunity.units.models import Unit
from safecommunity.units.queries import covers


def own(unit: Unit, code: str) -> Division:
    """The division of this code if it lies in one of the unit's; 404 otherwise."""
    found = Division.objects.filter(code=code).first() if covers(unit, code) else None
    if found is None:
        raise Http404(_("这个区划不在本单位范围内。"))
    return found
