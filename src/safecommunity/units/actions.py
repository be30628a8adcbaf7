"""Writing units and the roles held on them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.units.models import RoleHolding, Unit
from safecommunity.units.permissions import ADMINISTRATORS
from safecommunity.units.scope import change as change_row

OFFICE_LEVEL = {"province-office": 1, "city-office": 2, "county-office": 3, "county": 3}
UNIT_LEVEL = 4
NEIGHBOURHOOD_LEVEL = 5


class RolesExclude(Exception):
    """An administrator's role goes with no other role."""


@transaction.atomic
def create(*, name: str, kind: str, slug: str, parent: Unit | None, by: User | None, **facts: Any) -> Unit:
    """A unit under its parent; `path` is settled once and for all."""
    level = OFFICE_LEVEL.get(kind, NEIGHBOURHOOD_LEVEL if kind == "neighbourhood" else UNIT_LEVEL)
    divisions = facts.pop("divisions", ())
    unit = Unit.objects.create(name=name, kind=kind, slug=slug, parent=parent, level=level, path="", **facts)
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    unit.divisions.set(divisions)
    record("unit.created", unit, by=by, unit=unit, after={"name": name, "kind": kind, "slug": slug})
    return unit


@transaction.atomic
def change(*, unit: Unit, version: int, by: User, **facts: Any) -> Unit:
    """Change facts of a unit; a stale version raises `StaleRecord`."""
    divisions = facts.pop("divisions", None)
    before = {name: getattr(unit, name) for name in facts}
    change_row(unit, version=version, **facts)
    if divisions is not None:
        unit.divisions.set(divisions)
    record("unit.changed", unit, by=by, unit=unit, before=before, after=facts)
    return unit


@transaction.atomic
def grant(
    *,
    user: User,
    unit: Unit,
    role: str,
    by: User | None,
    from_date: date | None = None,
    to_date: date | None = None,
) -> RoleHolding:
    """Give a person a role on a unit; administrators hold one role and no other."""
    User.objects.select_for_update().get(pk=user.pk)
    others = list(
        RoleHolding.objects.filter(user=user).exclude(unit=unit, role=role).values_list("role", flat=True)
    )
    if others and (role in ADMINISTRATORS or ADMINISTRATORS.intersection(others)):
        raise RolesExclude(role)
    term: dict[str, Any] = {"to_date": to_date, "granted_by": by.username if by else ""}
    if from_date:
        term["from_date"] = from_date
    holding, _made = RoleHolding.objects.update_or_create(user=user, unit=unit, role=role, defaults=term)
    record("role.granted", user, by=by, unit=unit, after={"role": role, "to": to_date})
    return holding


@transaction.atomic
def withdraw(*, holding: RoleHolding, by: User) -> None:
    """Take a role away."""
    record("role.withdrawn", holding.user, by=by, unit=holding.unit, before={"role": holding.role})
    holding.delete()
