"""What waits for a person in a unit: planned actions, mine first, with one switch my groups' as well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, QuerySet, Value, When

from safecommunity.accounts.models import User
from safecommunity.assessment import queries as assessment
from safecommunity.assessment.models import PlannedAction
from safecommunity.jobs import queries as jobs
from safecommunity.units.models import Appointment, Unit
from safecommunity.units.permissions import Permission, can

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Todos:
    """The nearest dates first; `overdue` of `total` are past their date, `others` wait for other people."""

    rows: list[PlannedAction]
    total: int
    overdue: int
    others: int


def todos(user: User, unit: Unit, today: date, *, with_group: bool) -> Todos:
    """Four counts and the first rows, in two queries (three with the groups)."""
    if not can(user, Permission.ASSESSMENT_VIEW, unit):
        return Todos([], 0, 0, 0)
    everybody = assessment.open_actions(unit)
    rows = _of(everybody, user, unit, with_group=with_group)
    dates = list(rows.values_list("due_date", flat=True))
    first = rows.annotate(theirs=Case(When(owner=user.display_name, then=Value(0)), default=Value(1)))
    return Todos(
        rows=list(first.order_by("theirs", "due_date", "id")[:SHOWN]),
        total=len(dates),
        overdue=sum(due < today for due in dates),
        others=everybody.count() - len(dates),
    )


def count(user: User, unit: Unit) -> int:
    """How many wait for this person here."""
    if not can(user, Permission.ASSESSMENT_VIEW, unit):
        return 0
    return _of(assessment.open_actions(unit), user, unit, with_group=False).count()


def jobs_running(user: User, unit: Unit) -> int:
    return jobs.mine(user, unit).filter(jobs.OPEN).count()


def _of(
    rows: QuerySet[PlannedAction], user: User, unit: Unit, *, with_group: bool
) -> QuerySet[PlannedAction]:
    return rows.filter(owner__in={user.display_name, *(_group(user, unit) if with_group else ())})


def _group(user: User, unit: Unit) -> set[str]:
    """The bodies this person is appointed to here and beneath, and who else is in them."""
    mine = Appointment.objects.below(unit).filter(user=user, to_date=None).values("body")
    names = Appointment.objects.below(unit).filter(body__in=mine, to_date=None)
    return {name for pair in names.values_list("body__name", "person") for name in pair}
