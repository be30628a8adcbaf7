"""What waits for a person in a unit: tasks and measures, mine first, with one switch my groups' as well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from safecommunity.accounts.models import User
from safecommunity.jobs import queries as jobs
from safecommunity.programmes import queries as programmes
from safecommunity.programmes.queries import Todo
from safecommunity.units.models import Appointment, Unit
from safecommunity.units.permissions import Permission, can

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Todos:
    """The nearest dates first; `overdue` of `total` are past their date, `others` wait for other people."""

    rows: list[Todo]
    total: int
    overdue: int
    others: int


def todos(user: User, unit: Unit, today: date, *, with_group: bool) -> Todos:
    """All that is open and the first rows, in a few queries however many there are."""
    rows = programmes.todos(unit, user, _group(user, unit) if with_group else ())
    first = sorted(rows, key=lambda row: row.owner != user.display_name)
    may_see_others = can(user, Permission.ASSESSMENT_VIEW, unit)
    return Todos(
        rows=first[:SHOWN],
        total=len(rows),
        overdue=sum(row.due_date < today for row in rows),
        others=programmes.open_total(unit) - len(rows) if may_see_others else 0,
    )


def count(user: User, unit: Unit) -> int:
    """How many wait for this person here."""
    return programmes.todo_count(unit, user)


def jobs_running(user: User, unit: Unit) -> int:
    return jobs.mine(user, unit).filter(jobs.OPEN).count()


def _group(user: User, unit: Unit) -> set[str]:
    """The bodies this person is appointed to here and beneath, and who else is in them."""
    mine = Appointment.objects.below(unit).filter(user=user, to_date=None).values("body")
    names = Appointment.objects.below(unit).filter(body__in=mine, to_date=None)
    return {name for pair in names.values_list("body__name", "person") for name in pair}
