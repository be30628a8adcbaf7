"""Later work of supervision."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.supervision.actions import visits


@task("visits.remind")
def remind(job: Job, progress: Progress) -> dict[str, Any]:
    """Once a day: who has to answer what a visit found."""
    return {"told": visits.remind(root=job.unit, today=timezone.localdate(), by=None)}
