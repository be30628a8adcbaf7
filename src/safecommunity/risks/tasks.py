"""Later work of risks."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.risks import actions


@task("risks.remind")
def remind(job: Job, progress: Progress) -> dict[str, Any]:
    """Once a day: which points must be evaluated again."""
    return {"done": actions.remind(root=job.unit, today=timezone.localdate(), by=None)}
