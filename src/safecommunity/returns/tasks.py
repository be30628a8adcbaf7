"""Later work of the returns."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.returns import actions


@task("returns.remind")
def remind(job: Job, progress: Progress) -> dict[str, Any]:
    """Once a day: who has not filed."""
    return {"told": actions.remind(root=job.unit, today=timezone.localdate(), by=None)}
