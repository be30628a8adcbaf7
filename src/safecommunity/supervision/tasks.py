"""Later work of supervision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.supervision.actions import appraisals, visits
from safecommunity.supervision.models.appraisals import AppraisalState
from safecommunity.supervision.queries import appraisals as queries
from safecommunity.units.permissions import Permission


@task("visits.remind")
def remind(job: Job, progress: Progress) -> dict[str, Any]:
    """Once a day: who has to answer what a visit found."""
    return {"told": visits.remind(root=job.unit, today=timezone.localdate(), by=None)}


@task("appraisals.gather", needs=Permission.APPRAISE)
def gather(job: Job, progress: Progress) -> dict[str, Any]:
    """The points of a year's appraisal; nothing where it was published meanwhile."""
    row = queries.appraisal(job.unit, UUID(job.arguments["appraisal"]))
    if row is None or job.by is None or row.state != AppraisalState.OPEN:
        return {"units": 0}
    now, today = timezone.now(), timezone.localdate()
    return {"units": appraisals.gather(row=row, by=job.by, today=today, now=now)}
