"""Reading units: which ones a person sees, what lies below, which bodies and people they have."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from safecommunity.accounts.models import User
from safecommunity.core.bodies import BodySet
from safecommunity.units.models import Appointment, Body, RoleHolding, Unit
from safecommunity.units.permissions import Permission, current_holdings, reach
from safecommunity.units.scope import within

# What may be made under a unit; under kinds that are not named here only what is lowest.
PROGRAMME_KINDS = ("sub-district", "township", "park", "enterprise", "department")
KINDS_BELOW = {
    "province-office": ("city-office", "county-office", "county", *PROGRAMME_KINDS),
    "city-office": ("county-office", "county", *PROGRAMME_KINDS),
    "county-office": PROGRAMME_KINDS,
    "county": PROGRAMME_KINDS,
}
LOWEST_KINDS = ("neighbourhood", "committee", "enterprise", "department")
# Addresses that belong to pages without a unit.
TAKEN_SLUGS = frozenset(
    {"account", "api", "csp", "language", "letters", "phone", "report", "static", "style", "units"}
)


def kinds_below(unit: Unit) -> tuple[str, ...]:
    """The kinds of unit that may stand under this one."""
    return KINDS_BELOW.get(unit.kind, LOWEST_KINDS)


def is_free(slug: str) -> bool:
    """Whether a new unit may have this address."""
    return slug not in TAKEN_SLUGS and not Unit.objects.filter(slug=slug).exists()


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


def division_codes(unit: Unit) -> tuple[str, ...]:
    """The divisions the unit works in: those it covers, else the one it sits in."""
    covered = tuple(unit.divisions.order_by("code").values_list("code", flat=True))
    return covered or ((unit.division.code,) if unit.division else ())


def covers(unit: Unit, code: str) -> bool:
    """Whether a division or a grid lies in one of the unit's divisions."""
    return any(code.startswith(own) for own in division_codes(unit))


def bodies(unit: Unit) -> QuerySet[Body]:
    """The bodies of this unit in their order, with the one above each."""
    return Body.objects.in_unit(unit).select_related("parent").order_by("position", "id")


def _organised(unit: Unit, day: date) -> Exists:
    standing = Body.objects.below(unit).filter(Q(to_date=None) | Q(to_date__gte=day))
    return Exists(standing.filter(unit=OuterRef("pk")))


def network(unit: Unit, day: date) -> list[Any]:
    """Level by level from this unit down: how many units there are, how many of them have a body."""
    organised = Count("pk", filter=_organised(unit, day))
    rows = below(unit).order_by("level").values("level")
    return list(rows.annotate(units=Count("pk"), organised=organised))


def without_body(unit: Unit, day: date) -> QuerySet[Unit]:
    """The units from this one down where no body stands on a day."""
    return below(unit).exclude(_organised(unit, day)).order_by("level", "path")


def appointments(body: Body) -> QuerySet[Appointment]:
    """Everybody who is or was in a body, in the order of posts."""
    return Appointment.objects.in_unit(body.unit).filter(body=body).order_by("position", "id")


def serving(unit: Unit, day: date) -> QuerySet[Appointment]:
    """Who is in a body of the unit on a day, vacant posts too."""
    begun = Q(from_date=None) | Q(from_date__lte=day)
    rows = Appointment.objects.in_unit(unit).filter(begun, Q(to_date=None) | Q(to_date__gte=day))
    return rows.order_by("body_id", "position", "id")


def chart_rows(unit: Unit, day: date) -> list[dict[str, Any]]:
    """The unit's bodies as rows of an organisation chart, with who serves on the day."""
    members: dict[int, list[str]] = {}
    for one in serving(unit, day):
        members.setdefault(one.body_id, []).append(f"{one.post}：{one.person or one.organ}")
    rows = Body.objects.in_unit(unit).filter(Q(to_date=None) | Q(to_date__gte=day)).order_by("position", "id")
    return [
        {"id": body.pk, "parent": body.parent_id, "name": body.name, "members": members.get(body.pk, [])}
        for body in rows
    ]


def matched(unit: Unit, plan: BodySet) -> dict[str, Body]:
    """Which bodies of a set the unit already has: by kind and name."""
    here = {(body.kind, body.name): body for body in Body.objects.in_unit(unit).filter(to_date=None)}
    return {
        item.key: here[item.kind, item.name.zh] for item in plan.bodies if (item.kind, item.name.zh) in here
    }


def holders(unit: Unit, day: date) -> QuerySet[User]:
    """Everybody who holds a role on this unit or beneath it, with these roles."""
    inside = current_holdings(day).filter(within([unit.path], "unit__path")).select_related("unit")
    held = Prefetch("holdings", queryset=inside.order_by("unit__path", "role"), to_attr="held_here")
    return User.objects.filter(pk__in=inside.values("user")).prefetch_related(held).order_by("username")


def holdings_below(unit: Unit) -> QuerySet[RoleHolding]:
    """The roles held on this unit and beneath it, past and future ones too."""
    rows = RoleHolding.objects.filter(within([unit.path], "unit__path")).select_related("unit")
    return rows.order_by("unit__path", "role")


def last_security_administrator(holding: RoleHolding) -> bool:
    """Whether this is the only security administrator who can still sign in."""
    if holding.role != "security-admin":
        return False
    others = RoleHolding.objects.filter(role="security-admin", user__is_active=True).exclude(pk=holding.pk)
    return not others.filter(Q(to_date=None)).exists()
