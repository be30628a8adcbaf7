"""Reads of notices, and who is to be told."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.notices.models import Notice
from safecommunity.units.models import Unit
from safecommunity.units.permissions import ROLES, Permission, current_holdings


def told(user: User) -> QuerySet[Notice]:
    """Everything this person was told, the latest first."""
    return Notice.objects.filter(to=user).select_related("unit")


def unread(user: User) -> int:
    return Notice.objects.filter(to=user, read_at=None).count()


def holders(unit: Unit, permission: Permission) -> list[User]:
    """Who holds a role with this permission on this very unit, administrators of the system left out."""
    roles = [
        code for code, role in ROLES.items() if permission in role.permissions and not role.administrator
    ]
    held = current_holdings(timezone.localdate()).filter(unit=unit, role__in=roles)
    return list(User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("pk"))


def nearest_holders(unit: Unit, permission: Permission) -> list[User]:
    """The holders on this unit, or on the next one above that has any."""
    at: Unit | None = unit
    while at is not None:
        if found := holders(at, permission):
            return found
        at = at.parent
    return []
