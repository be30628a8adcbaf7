"""Later work of residents' reports."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.residents import actions, brakes


@task("residents.daily")
def daily(job: Job, progress: Progress) -> dict[str, Any]:
    """Once a day: whom to ask, which contacts to let go of, which counts are over."""
    now, today = timezone.now(), timezone.localdate()
    return {
        "asked": actions.ask(root=job.unit, today=today, by=None),
        "erased": actions.erase_contacts(root=job.unit, today=today, by=None),
        "forgotten": brakes.forget(before=now),
    }
