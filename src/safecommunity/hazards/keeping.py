"""The lines that ledgers hold of hazards and inspections: what figures, schemes and papers read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.hazards import queries
from safecommunity.hazards.models import HiddenHazard, Inspection, Kind, Visit
from safecommunity.ledgers.actions import keep, keep_new
from safecommunity.units.models import Unit

STANDING = {"closed": "closed", "void": "void", "duplicate": "void"}
LEDGER_KINDS = {Kind.COMPREHENSIVE: "comprehensive", Kind.SPECIAL: "special", Kind.RANDOM: "irregular"}
NAMED = 20


def keep_new_hazards(unit: Unit, rows: Sequence[HiddenHazard], by: User | None) -> None:
    """The lines of what has just been registered in a unit, as `keep_hazard` keeps them."""
    things = {row.client_uuid: _hazard(row) for row in rows}
    keep_new(ledger="hazards", unit=unit, things=things, by=by)
    for row in rows:
        _keep_round(row, by)


def keep_hazard(row: HiddenHazard, by: User | None) -> None:
    """The fifteen columns of the ledger of hidden hazards; and the round that found it follows."""
    keep(ledger="hazards", unit=row.unit, client_uuid=row.client_uuid, values=_hazard(row), by=by)
    _keep_round(row, by)


def move_hazard(row: HiddenHazard, by: User | None) -> None:
    """The line in the ledger of the unit that gives the hazard away no longer counts there."""
    values = {**_hazard(row), "state": "moved"}
    keep(ledger="hazards", unit=row.unit, client_uuid=row.client_uuid, values=values, by=by)


def keep_inspection(row: Inspection, by: User | None) -> None:
    """A round that is done, in the ledger of inspections or of patrols."""
    if row.kind == Kind.PATROL:
        keep(ledger="patrols", unit=row.unit, client_uuid=row.client_uuid, values=_patrol(row), by=by)
    else:
        values = _inspection(row)
        keep(
            ledger="inspections-comprehensive",
            unit=row.unit,
            client_uuid=row.client_uuid,
            values=values,
            by=by,
        )


def _keep_round(row: HiddenHazard, by: User | None) -> None:
    if row.visit is not None and row.visit.inspection.state == Inspection.State.DONE:
        keep_inspection(row.visit.inspection, by)


def _hazard(row: HiddenHazard) -> dict[str, Any]:
    overseer = row.overseer or row.handler
    values: dict[str, Any] = {
        "number": row.number,
        "place": row.place,
        "problem": row.text,
        "grade": row.grade,
        "kind": row.kind,
        "cause": row.cause,
        "field": row.field,
        "found_date": _day(row.found_at),
        "found_by": row.found_by,
        "measures": row.measures,
        "due_date": _day(row.due_at),
        "funds": row.funds,
        "responsible_unit": row.responsible_unit,
        "responsible_person": row.responsible_person,
        "done_date": _day(row.fixed_at),
        "on_time": _yes_no(row.fixed_at <= row.due_at) if row.fixed_at and row.due_at else "",
        "accepted_by": row.checked_by.display_name
        if row.checked_by and row.state in ("passed", "closed")
        else "",
        "overseer": overseer.name,
        "supervisor": row.supervisor,
        "closed_date": _day(row.closed_at),
        "state": STANDING.get(row.state, "open"),
        "is_repeat": _yes_no(row.is_repeat),
        "is_listed": _yes_no(row.is_listed),
    }
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


def _inspection(row: Inspection) -> dict[str, Any]:
    done = list(queries.visits(row).filter(state=Visit.State.DONE))
    found = queries.hazards_of(row)
    figures = found.aggregate(
        n=Count("id"),
        major=Count("id", filter=Q(grade="major")),
        fixed=Count("id", filter=Q(state__in=["passed", "closed"])),
        notices=Count("id", filter=Q(due_at__isnull=False)),
        due=Max("due_at"),
        checked=Max("checked_at"),
    )
    values: dict[str, Any] = {
        "name": row.name,
        "kind": LEDGER_KINDS[Kind(row.kind)],
        "field": row.field,
        "held_date": _day(row.finished_at),
        "leader": row.leader,
        "members": row.members[:200],
        "scope": _named([visit.place for visit in done]),
        "places_checked": len(done),
        "key_posts": _yes_no(any(_is_key(visit) for visit in done)),
        "hazards_found": figures["n"],
        "hazards_major": figures["major"],
        "hazards_fixed": figures["fixed"],
        "notices": figures["notices"],
        "fix_due_date": _day(figures["due"]),
        "recheck_date": _day(figures["checked"]),
        "findings": _named([one.text.splitlines()[0] for one in found[:NAMED]]),
        "opinion": row.opinion,
    }
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


def _patrol(row: Inspection) -> dict[str, Any]:
    found = list(queries.hazards_of(row))
    members = [one for one in row.members.replace("，", "、").split("、") if one.strip()]
    values: dict[str, Any] = {
        "patrol_date": _day(row.finished_at),
        "team": row.unit.name,
        "leader": row.leader,
        "members": len(members) + 1,
        "route": _named([visit.place for visit in queries.visits(row).filter(state=Visit.State.DONE)])[:200],
        "begins": _clock(row.started_at),
        "ends": _clock(row.finished_at),
        "normal": _yes_no(not found),
        "findings": _named([one.text.splitlines()[0] for one in found[:NAMED]]),
        "handled": "、".join(f"{one.number} {one.get_state_display()}" for one in found[:NAMED]),
        "reported_up": _yes_no(any(one.handler_id != one.unit_id for one in found)) if found else "",
    }
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


def _is_key(visit: Visit) -> bool:
    return visit.premises is not None and visit.premises.data.get("risk_grade") in queries.KEY_GRADES


def _named(names: list[str]) -> str:
    shown = "、".join(names[:NAMED])
    return f"{shown}…" if len(names) > NAMED else shown


def _day(moment: datetime | None) -> str:
    return timezone.localdate(moment).isoformat() if moment else ""


def _clock(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%H:%M") if moment else ""


def _yes_no(value: object) -> str:
    return "true" if value else "false"
