"""Putting work off, taking it up, ending it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.jobs.models import Job
from safecommunity.jobs.queries import OPEN
from safecommunity.jobs.registry import LEASE, held
from safecommunity.units.models import Unit

ATTEMPTS = 5


@transaction.atomic(savepoint=False)
def enqueue(
    kind: str,
    *,
    unit: Unit,
    arguments: dict[str, Any],
    by: User | None,
    unique: str = "",
    title: str = "",
    due_at: datetime | None = None,
) -> Job:
    """A job in the caller's transaction. With `unique`, one that still waits takes the new arguments in."""
    if unique:
        waiting = Job.objects.in_unit(unit).filter(kind=kind, unique=unique, state=Job.State.QUEUED)
        if job := waiting.select_for_update().first():
            both = merged(job.arguments, arguments)
            if both != job.arguments:
                job.arguments = both
                job.save(update_fields=["arguments"])
            return job
    return Job.objects.create(
        unit=unit,
        path=unit.path,
        kind=kind,
        arguments=arguments,
        by=by,
        unique=unique,
        title=title,
        due_at=due_at,
    )


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Lists grow together, everything else takes the newer value."""
    both = {**old, **new}
    for name, value in new.items():
        if isinstance(value, list) and isinstance(old.get(name), list):
            both[name] = sorted({*old[name], *value})
    return both


@transaction.atomic
def cancel(*, job: Job, by: User) -> None:
    """End a job that has not finished; a running one notices at its next step."""
    open_ones = Job.objects.in_unit(job.unit).filter(OPEN, pk=job.pk)
    if open_ones.update(state=Job.State.CANCELLED, finished_at=timezone.now(), lease_until=None):
        record("job.cancelled", job, by=by, unit=job.unit)


@transaction.atomic
def claim() -> Job | None:
    """The oldest job that waits, or whose worker has let its lease run out, now leased to the caller."""
    now = timezone.now()
    waiting = models.Q(state=Job.State.QUEUED) & (models.Q(due_at=None) | models.Q(due_at__lte=now))
    left = models.Q(state=Job.State.RUNNING, lease_until__lt=now)
    rows = Job.objects.everything(reason="the worker serves all units").filter(waiting | left).order_by("id")
    skip = connection.features.has_select_for_update_skip_locked
    job = rows.select_for_update(skip_locked=skip, of=("self",) if skip else ()).first()
    if job is None:
        return None
    if job.attempts >= ATTEMPTS:
        _ended(job, Job.State.FAILED, error="worker was lost too often")
        return None
    job.state, job.attempts, job.lease_until = Job.State.RUNNING, job.attempts + 1, now + LEASE
    job.save(update_fields=["state", "attempts", "lease_until"])
    return job


@transaction.atomic
def finish(job: Job, *, result: dict[str, Any]) -> None:
    """Done; the result file, if any, is complete now."""
    if held(job).select_for_update().exists():
        _ended(job, Job.State.DONE, result=result)


@transaction.atomic
def fail(job: Job, *, error: str, retry_at: datetime | None) -> None:
    """Failed; with `retry_at` it waits for another attempt, else it is over."""
    if not held(job).select_for_update().exists():
        return
    if retry_at and job.attempts < ATTEMPTS:
        job.state, job.due_at, job.lease_until, job.error, job.unique = (
            Job.State.QUEUED,
            retry_at,
            None,
            error,
            "",
        )
        job.save(update_fields=["state", "due_at", "lease_until", "error", "unique"])
    else:
        _ended(job, Job.State.FAILED, error=error)


def forget_results(*, before: datetime) -> int:
    """Remove the files that jobs made before a moment; the jobs stay. How many."""
    folder, oldest = Path(settings.RESULTS), before.timestamp()
    old = [path for path in folder.glob("*") if path.is_file() and path.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _ended(job: Job, state: str, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    job.state, job.result, job.error, job.finished_at, job.lease_until = (
        state,
        result or {},
        error,
        timezone.now(),
        None,
    )
    job.save(update_fields=["state", "result", "error", "finished_at", "lease_until", "file", "file_name"])
