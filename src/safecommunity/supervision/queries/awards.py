"""Reads of awards, and who may act on one."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from safecommunity.accounts.models import User
from safecommunity.core.official import day_text
from safecommunity.supervision.models.awards import Award, AwardState, HolderKind
from safecommunity.supervision.models.vetoes import Scope, Veto
from safecommunity.supervision.queries.vetoes import IN_FORCE
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can, reach
from safecommunity.units.scope import within


def awards(unit: Unit, user: User) -> QuerySet[Award]:
    """The awards of this unit and those beneath; what is not decided, for those who decide alone."""
    decides = within(reach(user, Permission.APPRAISE), "giver__path")
    rows = Award.objects.below(unit).filter(Q(state=AwardState.DECIDED) | decides)
    return rows.select_related("unit", "giver").order_by("-year", "-id")


def award(unit: Unit, user: User, uid: UUID) -> Award | None:
    people = ("unit", "giver", "proposed_by", "decided_by")
    decides = within(reach(user, Permission.APPRAISE), "giver__path")
    rows = Award.objects.in_unit(unit).filter(Q(state=AwardState.DECIDED) | decides)
    return rows.select_related(*people).filter(uuid=uid).first()


def may_decide(user: User, row: Award) -> bool:
    """Somebody who appraises for the giver, but did not propose it."""
    return (
        row.state == AwardState.PROPOSED
        and user.pk != row.proposed_by_id
        and can(user, Permission.APPRAISE, row.giver)
    )


def is_barred(unit: Unit, year: int) -> bool:
    """Whether a veto in force keeps the unit from awards of the year."""
    rows = Veto.objects.in_unit(unit).filter(year=year, state__in=IN_FORCE)
    return rows.filter(scope__in=(Scope.TITLE, Scope.BOTH)).exists()


def decided(giver: Unit, year: int) -> list[Award]:
    """What a unit has given for a year, by honour, units first."""
    rows = Award.objects.below(giver).filter(giver=giver, year=year, state=AwardState.DECIDED)
    return sorted(
        rows.select_related("unit"),
        key=lambda one: (one.honour, one.holder_kind != HolderKind.UNIT, one.unit.path, one.pk),
    )


def decision_places(giver: Unit, year: int) -> dict[str, str]:
    """What a decision says of a year's awards: each honour with those who get it."""
    honours: dict[str, list[str]] = {}
    for one in decided(giver, year):
        of = one.holder if one.holder_kind == HolderKind.UNIT else f"{one.unit.name}{one.holder}"
        honours.setdefault(one.honour, []).append(of)
    return {
        "honoured": "\n".join(f"（一）{name}。{'、'.join(holders)}。" for name, holders in honours.items())
    }


def years(giver: Unit) -> list[int]:
    """The years for which the unit has given awards, the latest first."""
    rows = Award.objects.below(giver).filter(giver=giver, state=AwardState.DECIDED)
    return sorted(set(rows.values_list("year", flat=True)), reverse=True)


def day_of(row: Award) -> str:
    day: date | None = row.decided_date
    return day_text(day) if day else ""
