"""Reading units: which ones a person sees, and what lies below."""

from __future__ import annotations

from django.db.models import QuerySet

from safecommunity.accounts.models import User
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, reach
from safecommunity.units.scope import within


def visible(user: User, permission: Permission = Permission.UNIT_VIEW) -> QuerySet[Unit]:
    """The units that a role of this person reaches, in the order of the tree."""
    return Unit.objects.filter(within(reach(user, permission)), is_active=True).order_by("path")


def below(unit: Unit) -> QuerySet[Unit]:
    """The unit and every active unit beneath it, in the order of the tree."""
    return Unit.objects.filter(within([unit.path]), is_active=True).order_by("path")


def above(unit: Unit) -> QuerySet[Unit]:
    """The units from the top down to this one."""
    ids = [int(part) for part in unit.path.strip("/").split("/")]
    return Unit.objects.filter(pk__in=ids).order_by("path")
