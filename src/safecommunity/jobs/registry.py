"""Which function does which kind of job, and how it tells its progress."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from safecommunity.jobs.models import Job
from safecommunity.units.permissions import Permission

LEASE = timedelta(seconds=60)
Task = Callable[[Job, "Progress"], dict[str, Any]]
TASKS: dict[str, Task] = {}
NEEDS: dict[str, Permission] = {}


class Cancelled(Exception):
    """A person cancelled the job, or another worker has taken it over."""


def task(kind: str, needs: Permission | None = None) -> Callable[[Task], Task]:
    """Register a function for a kind of job. It must be safe to run twice.

    With `needs`, who asked for the job must still have that permission on its unit when it runs.
    """

    def register(function: Task) -> Task:
        TASKS[kind] = function
        if needs:
            NEEDS[kind] = needs
        return function

    return register


def held(job: Job) -> models.QuerySet[Job]:
    """The job's row as long as this attempt holds it."""
    rows: models.QuerySet[Job] = models.QuerySet(Job)
    return rows.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


class Progress:
    """Handed to a task: says how far it is, renews its lease, and gives it a place for a result file."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._told_at = timezone.now()

    def step(self, done: int, total: int, message: str = "") -> None:
        """Written at most twice a second; raises `Cancelled` when the job is no longer ours."""
        now = timezone.now()
        if now - self._told_at < timedelta(seconds=0.5) and done < total:
            return
        self._told_at = now
        if not held(self.job).update(done=done, total=total, message=message[:200], lease_until=now + LEASE):
            raise Cancelled

    def file(self, name: str) -> Path:
        """A path to write the result file to; `name` is what the person will see."""
        folder = Path(settings.RESULTS)
        folder.mkdir(parents=True, exist_ok=True)
        self.job.file = f"{self.job.pk}-{uuid.uuid4().hex}"
        self.job.file_name = name
        return folder / self.job.file
