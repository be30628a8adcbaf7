"""Later work of programmes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.programmes import actions


@task("programmes.remind")
def remind(job: Job, progress: Progress) -> dict[str, Any]:
    """Once a day: what is due soon, what is overdue."""
    return {"told": actions.remind(root=job.unit, today=timezone.localdate(), by=None)}
