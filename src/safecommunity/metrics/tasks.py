"""Metrics follow the records, a moment later."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from safecommunity.jobs.actions import enqueue
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.metrics import actions

YEARS_BACK = 3


@task("metrics.refresh")
def refresh(job: Job, progress: Progress) -> dict[str, Any]:
    """After records changed: arguments `ledger` and `years` (those the changed records are dated in).

    What stood at the end of a year depends on records of any year before: the years since are done too.
    """
    today = timezone.localdate()
    oldest = min([*job.arguments["years"], today.year])
    years = {*job.arguments["years"], *range(max(oldest, today.year - YEARS_BACK), today.year + 1)}
    with transaction.atomic():
        changed = actions.refresh(unit=job.unit, today=today, years=years, ledgers=[job.arguments["ledger"]])
        enqueue("assessment.suggest", unit=job.unit, arguments={}, by=job.by, unique="metrics")
    progress.step(1, 1)
    return {"changed": changed}


@task("metrics.refresh-all")
def refresh_all(job: Job, progress: Progress) -> dict[str, Any]:
    """Every unit anew for this year: daily, because certificates expire without anybody saving anything."""
    today = timezone.localdate()
    changed = actions.refresh_all(today=today, years=job.arguments.get("years") or [today.year])
    progress.step(1, 1)
    return {"changed": changed}
