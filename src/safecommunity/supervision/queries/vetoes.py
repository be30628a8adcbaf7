"""Reads of vetoes, and who may act on one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from safecommunity.accounts.models import User
from safecommunity.supervision.models.vetoes import State, Veto
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can

APPEAL_DAYS = timedelta(days=15)
IN_FORCE = (State.DECIDED, State.APPEALED, State.UPHELD)


def vetoes(unit: Unit) -> QuerySet[Veto]:
    """Those of this unit and of the units below it, the latest year first."""
    return Veto.objects.below(unit).select_related("unit")


def veto(unit: Unit, uid: UUID) -> Veto | None:
    people = ("unit__parent", "proposed_by", "decided_by", "appealed_by", "settled_by")
    return Veto.objects.in_unit(unit).filter(uuid=uid).select_related(*people).first()


def is_above(user: User, unit: Unit) -> bool:
    """Whether this person appraises for the level above the unit."""
    return unit.parent is not None and can(user, Permission.APPRAISE, unit.parent)


def may_decide(user: User, row: Veto) -> bool:
    return row.state == State.PROPOSED and user.pk != row.proposed_by_id and is_above(user, row.unit)


def may_appeal(user: User, row: Veto, today: date) -> bool:
    """The unit itself, until the day the decision names."""
    return (
        row.state == State.DECIDED
        and row.appeal_until is not None
        and today <= row.appeal_until
        and can(user, Permission.RETURN_SUBMIT, row.unit)
        and not is_above(user, row.unit)
    )


def may_settle(user: User, row: Veto) -> bool:
    """Someone above who neither proposed nor decided it."""
    return (
        row.state == State.APPEALED
        and user.pk not in (row.proposed_by_id, row.decided_by_id)
        and is_above(user, row.unit)
    )
