"""Reading jobs."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from safecommunity.accounts.models import User
from safecommunity.jobs.models import Job
from safecommunity.units.models import Unit

OPEN = Q(state__in=[Job.State.QUEUED, Job.State.RUNNING])


def mine(user: User, unit: Unit) -> QuerySet[Job]:
    """What this person started in this unit and beneath, newest first."""
    return Job.objects.below(unit).filter(by=user)


def pending(unit: Unit, *kinds: str) -> bool:
    """Is later work of one of these kinds still open for the unit?"""
    return Job.objects.in_unit(unit).filter(OPEN, kind__in=kinds).exists()
