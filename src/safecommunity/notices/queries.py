"""Reads of notices, and who is to be told."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.notices.models import Notice
from safecommunity.units.models import RoleHolding, Unit
from safecommunity.units.permissions import ROLES, Permission, current_holdings


def told(user: User) -> QuerySet[Notice]:
    """Everything this person was told, the latest first."""
    return Notice.objects.filter(to=user).select_related("unit")


def unread(user: User) -> int:
    return Notice.objects.filter(to=user, read_at=None).count()


def holders(unit: Unit, permission: Permission) -> list[User]:
    """Who holds a role with this permission on this very unit, administrators of the system left out."""
    return _people(_held(permission).filter(unit=unit))


def nearest_holders(unit: Unit, permission: Permission) -> list[User]:
    """The holders on this unit, or on the next one above that has any."""
    way = [int(part) for part in unit.path.strip("/").split("/")]
    held = list(_held(permission).filter(unit__in=way))
    return _people(one for one in held if one.unit_id == held[0].unit_id)


def _held(permission: Permission) -> QuerySet[RoleHolding]:
    """The roles with this permission that people hold today, those on the lowest units first."""
    roles = [
        code for code, role in ROLES.items() if permission in role.permissions and not role.administrator
    ]
    held: QuerySet[RoleHolding] = current_holdings(timezone.localdate())
    held = held.filter(role__in=roles, user__is_active=True).select_related("user")
    return held.order_by("-unit__path", "user_id")


def _people(held: Iterable[RoleHolding]) -> list[User]:
    return list({one.user_id: one.user for one in held}.values())
