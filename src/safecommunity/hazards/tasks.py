"""Later work of hazards and inspections."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from safecommunity.hazards import actions
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task


@task("hazards.remind")
def remind(job: Job, progress: Progress) -> dict[str, Any]:
    """Once an hour: what is due soon, what goes one level up."""
    return {"told": actions.remind(root=job.unit, now=timezone.now(), by=None)}


@task("hazards.rounds")
def rounds(job: Job, progress: Progress) -> dict[str, Any]:
    """Once a day: the rounds of running plans whose time has come."""
    return {"made": actions.make_rounds(root=job.unit, today=timezone.localdate(), by=None)}
