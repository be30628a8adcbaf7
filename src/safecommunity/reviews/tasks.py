"""Later work of reviews and titles."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.reviews import actions


@task("reviews.remind")
def remind(job: Job, progress: Progress) -> dict[str, Any]:
    """Once a day: which titles run out, what falls due while they last."""
    return {"told": actions.remind(root=job.unit, today=timezone.localdate(), by=None)}
