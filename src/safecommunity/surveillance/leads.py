"""What is kept of a finding or an alert that somebody takes up: the facts that `actions.take_up` is given."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.surveillance import queries, wording
from safecommunity.surveillance.models import Alert, Followed
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can

if TYPE_CHECKING:
    from safecommunity.surveillance.findings import Findings, Raised

MAKES = {
    Followed.Kind.PROJECT: Permission.LEDGER_EDIT,
    Followed.Kind.TARGET: Permission.TARGET_EDIT,
    Followed.Kind.INSPECTION: Permission.HAZARD_MANAGE,
}


def offered(user: User, unit: Unit) -> list[Followed.Kind]:
    """What this person may make of a lead; nobody takes up what they can make nothing of."""
    return [kind for kind, permission in MAKES.items() if can(user, permission, unit)]


def finding_facts(unit: Unit, found: Findings, one: Raised) -> dict[str, Any]:
    """Its words, what its cards have in common, its figures and those of all cards of its cause."""
    names, span = queries.areas(unit), (found.first, found.last)
    said = {"first": found.first, "last": found.last, "sentence": wording.finding(one, names)}
    around = queries.open_cases(unit, queries.of_cause(one.key).between(*span)).count()
    return {
        "title": wording.named(one.key, names), "key": one.key, "first": found.first, "last": found.last,
        "sentence": _("%(first)s至%(last)s，%(sentence)s") % said,
        "figures": {"count": one.count, "expected": round(one.expected, 2), "around": around},
    }  # fmt: skip


def alert_facts(row: Alert) -> dict[str, Any]:
    """Its words, its cards, the figures of its last week."""
    is_event = row.method == "event"
    last = {} if is_event else row.weeks[-1]
    monday = row.week if is_event else date.fromisoformat(last["week"])
    said = {"name": wording.alert_name(row, queries.areas(row.unit)), "why": wording.alert_why(row)}
    return {
        "title": said["name"], "key": () if is_event else queries.series_key(row.series), "first": monday,
        "last": monday + timedelta(days=6), "sentence": _("%(name)s：%(why)s") % said,
        "figures": {name: last[name] for name in ("count", "expected") if name in last},
    }  # fmt: skip
