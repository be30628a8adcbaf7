"""Later work of surveillance."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.library import watches
from safecommunity.surveillance import actions
from safecommunity.units.queries import below


@task("surveillance.look")
def look(job: Job, progress: Progress) -> dict[str, Any]:
    """Every unit of a watched kind is looked at; a unit looked at this week already is passed over."""
    watch = watches["weekly"]
    units = list(below(job.unit).filter(kind__in=watch.kinds))
    for done, unit in enumerate(units, start=1):
        actions.look(unit=unit, watch=watch, today=timezone.localdate(), by=None)
        progress.step(done, len(units))
    return {"units": len(units)}
