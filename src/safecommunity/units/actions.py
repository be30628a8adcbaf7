"""Writing units, their bodies, who is appointed to them, and the roles held on units."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from safecommunity.accounts.actions import close_sessions
from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.bodies import BodySet
from safecommunity.core.privacy import mask_name, mask_phone
from safecommunity.units.models import Appointment, Body, RoleHolding, Unit
from safecommunity.units.permissions import ADMINISTRATORS
from safecommunity.units.queries import last_security_administrator, matched
from safecommunity.units.scope import change as change_row
from safecommunity.units.scope import hold

OFFICE_LEVEL = {"province-office": 1, "city-office": 2, "county-office": 3, "county": 3}
UNIT_LEVEL = 4
NEIGHBOURHOOD_LEVEL = 5


MASKED = {"contact": mask_name, "phone": mask_phone, "person": mask_name}


class RolesExclude(Exception):
    """An administrator's role goes with no other role."""


class LastAdministrator(Exception):
    """Without this security administrator nobody could grant a role any more."""


class InUse(Exception):
    """The body still has members or bodies beneath it."""


class GoesRound(ValueError):
    """A body cannot stand beneath itself."""


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
        facts["divisions"] = [division.code for division in divisions]
    record("unit.changed", unit, by=by, unit=unit, before=_told(before), after=_told(facts))
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
    hold(user)
    others = list(
        RoleHolding.objects.filter(user=user).exclude(unit=unit, role=role).values_list("role", flat=True)
    )
    if others and (role in ADMINISTRATORS or ADMINISTRATORS.intersection(others)):
        raise RolesExclude(role)
    term: dict[str, Any] = {"to_date": to_date, "granted_by": by.username if by else ""}
    if from_date:
        term["from_date"] = from_date
    holding, _made = RoleHolding.objects.update_or_create(user=user, unit=unit, role=role, defaults=term)
    if by:
        close_sessions(user=user, by=by)
    record("role.granted", user, by=by, unit=unit, after={"role": role, "to": to_date})
    return holding


@transaction.atomic
def withdraw(*, holding: RoleHolding, by: User) -> None:
    """Take a role away; the last security administrator stays. Raises LastAdministrator."""
    if last_security_administrator(holding):
        raise LastAdministrator
    close_sessions(user=holding.user, by=by)
    record("role.withdrawn", holding.user, by=by, unit=holding.unit, before={"role": holding.role})
    holding.delete()


@transaction.atomic
def add_body(*, unit: Unit, by: User | None, **facts: Any) -> Body:
    """A body of the unit, behind those it has."""
    position = facts.pop("position", Body.objects.in_unit(unit).count())
    values: dict[str, Any] = {**facts, "unit": unit, "path": unit.path, "position": position}
    body = Body.objects.create(**values)
    record("body.added", body, by=by, unit=unit, after=_told(facts))
    return body


@transaction.atomic
def change_body(*, body: Body, version: int, by: User, **facts: Any) -> Body:
    """Change facts of a body. Raises StaleRecord and GoesRound."""
    above = facts.get("parent")
    while above is not None:
        if above.pk == body.pk:
            raise GoesRound
        above = Body.objects.in_unit(body.unit).filter(pk=above.parent_id).first()
    before = {name: getattr(body, name) for name in facts}
    change_row(body, version=version, **facts)
    record("body.changed", body, by=by, unit=body.unit, before=_told(before), after=_told(facts))
    return body


@transaction.atomic
def remove_body(*, body: Body, version: int, by: User) -> None:
    """Remove a body that is empty and has none beneath it. Raises StaleRecord and InUse."""
    change_row(body, version=version)
    beneath = Body.objects.in_unit(body.unit).filter(parent=body)
    if beneath.exists() or Appointment.objects.in_unit(body.unit).filter(body=body).exists():
        raise InUse
    record("body.removed", body, by=by, unit=body.unit, before={"kind": body.kind, "name": body.name})
    Body.objects.in_unit(body.unit).filter(pk=body.pk).delete()


@transaction.atomic
def apply_bodies(*, unit: Unit, plan: BodySet, by: User | None) -> list[Body]:
    """Add the bodies of a set that the unit lacks, with their duties and vacant posts; the rest stays."""
    hold(unit)
    here = matched(unit, plan)
    made = []
    for item in plan.bodies:
        if item.key in here:
            continue
        here[item.key] = body = add_body(
            unit=unit,
            by=by,
            kind=item.kind,
            name=item.name.zh,
            field=item.field,
            parent=here.get(item.parent),
            seat=item.seat.zh,
            duties="\n".join(duty.text.zh for duty in item.duties),
        )
        made.append(body)
        for position, post in enumerate(item.posts):
            appoint(body=body, by=by, person="", post=post.post.zh, organ=post.who.zh, position=position)
    return made


@transaction.atomic
def appoint(*, body: Body, by: User | None, **facts: Any) -> Appointment:
    """A person, or a vacant post, in a body."""
    values: dict[str, Any] = {**facts, "unit": body.unit, "path": body.unit.path, "body": body}
    appointment = Appointment.objects.create(**values)
    record("appointment.made", appointment, by=by, unit=body.unit, after=_told(facts))
    return appointment


@transaction.atomic
def change_appointment(*, appointment: Appointment, version: int, by: User, **facts: Any) -> Appointment:
    """Change an appointment; a stale version raises StaleRecord."""
    before = {name: getattr(appointment, name) for name in facts}
    change_row(appointment, version=version, **facts)
    record(
        "appointment.changed",
        appointment,
        by=by,
        unit=appointment.unit,
        before=_told(before),
        after=_told(facts),
    )
    return appointment


@transaction.atomic
def remove_appointment(*, appointment: Appointment, version: int, by: User) -> None:
    """Remove an entry made by mistake; who leaves gets an end date instead. Raises StaleRecord."""
    change_row(appointment, version=version)
    record(
        "appointment.removed", appointment, by=by, unit=appointment.unit, before={"post": appointment.post}
    )
    Appointment.objects.in_unit(appointment.unit).filter(pk=appointment.pk).delete()


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as the log may hold them: names and telephone numbers masked."""
    return {name: MASKED[name](value or "") if name in MASKED else value for name, value in facts.items()}
