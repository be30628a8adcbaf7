"""Reads of titles and what falls due, and who may act on them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from safecommunity.accounts.models import User
from safecommunity.library import schemes
from safecommunity.reviews.models import Duty, Title
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can

EXPIRING_DAYS = 180


def titles(unit: Unit, *, level: str = "", year: int | None = None) -> QuerySet[Title]:
    """Titles of this unit and of those beneath it, the first to run out first; withdrawn ones too.

    `level`: "provincial", "national" …; `year`: of naming.
    """
    rows = Title.objects.below(unit).select_related("unit")
    if level:
        rows = rows.filter(level=level)
    return rows.filter(named_date__year=year) if year else rows


def valid_titles(unit: Unit, day: date) -> QuerySet[Title]:
    """The titles at and beneath this unit that are valid on a day; one withdrawn later still was."""
    held = titles(unit).filter(named_date__lte=day, valid_until__gte=day)
    return held.exclude(ended_date__lte=day)


def title(unit: Unit, uid: UUID) -> Title | None:
    rows = Title.objects.in_unit(unit).select_related("unit", "unit__parent", "by", "renews")
    return rows.filter(uuid=uid).first()


def standing(row: Title, day: date) -> str:
    """One of valid, expiring, expired, renewed, withdrawn."""
    if row.state != Title.State.GRANTED:
        return row.state
    left = (row.valid_until - day).days
    return "expired" if left < 0 else "expiring" if left <= EXPIRING_DAYS else "valid"


def duties(row: Title) -> QuerySet[Duty]:
    return Duty.objects.in_unit(row.unit).filter(title=row).select_related("by", "unit")


def open_duties(unit: Unit) -> QuerySet[Duty]:
    """What is still to be done for the titles held at and beneath this unit."""
    rows = Duty.objects.below(unit).filter(done_date=None, title__state=Title.State.GRANTED)
    return rows.select_related("title", "unit", "unit__parent")


def titled_schemes() -> list[str]:
    """The schemes that grant a title."""
    return [code for code, scheme in schemes.items() if scheme.title is not None]


def is_above(user: User, unit: Unit) -> bool:
    """Whether this person checks for the level above the unit."""
    return unit.parent is not None and can(user, Permission.REVIEW_CHECK, unit.parent)
