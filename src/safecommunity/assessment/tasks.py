"""Suggestions follow the records and metrics, a moment later."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from safecommunity.assessment import actions
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.units import queries as units
from safecommunity.units.models import Unit


@task("assessment.suggest")
def suggest(job: Job, progress: Progress) -> dict[str, Any]:
    """The job's unit, and every unit above it since their figures count what lies below.

    With the argument `below`, also everything beneath: a whole city after a scheme or metric file changed.
    """
    now, today = timezone.now(), timezone.localdate()
    above = list(units.above(job.unit))
    changed = 0
    for unit in above[:-1]:
        changed += actions.suggest(root=unit, units=[unit], by=job.by, today=today, now=now)
    own = _own(job)
    changed += actions.suggest(root=job.unit, units=own, by=job.by, today=today, now=now)
    progress.step(1, 1)
    return {"changed": changed}


def _own(job: Job) -> list[Unit]:
    return list(units.below(job.unit)) if job.arguments.get("below") else [job.unit]
