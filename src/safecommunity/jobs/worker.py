"""The worker: claims a job, runs its task, writes down what came of it."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.jobs import actions
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import LEASE, NEEDS, TASKS, Cancelled, Progress, held
from safecommunity.units.permissions import can

log = logging.getLogger(__name__)
IDLE_SECONDS = 0.3


class Refused(Exception):
    """A task says in words why it cannot be done; it is not tried again."""


def run_one() -> bool:
    """Run the next job; False when none waits."""
    job = actions.claim()
    if job is None:
        return False
    progress = Progress(job)
    with KeptAlive(job):
        try:
            _ask_again(job)
            result = TASKS[job.kind](job, progress)
        except Cancelled:
            return True
        except Refused as reason:
            actions.fail(job, error=str(reason), retry_at=None)
        except Exception as error:
            log.exception("job %s %s", job.pk, job.kind)
            retry_at = timezone.now() + timedelta(seconds=5 * 4**job.attempts)
            actions.fail(job, error=f"{type(error).__name__}: {error}"[:2000], retry_at=retry_at)
        else:
            actions.finish(job, result=result)
    return True


def drain() -> int:
    """Run jobs until none waits; how many ran."""
    load_tasks()
    count = 0
    while run_one():
        count += 1
    return count


def run_forever() -> None:
    """Serve jobs until SIGTERM or SIGINT; a job under way is finished first."""
    load_tasks()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        close_old_connections()
        if not _tried(run_one):
            stop.wait(IDLE_SECONDS)


def load_tasks() -> None:
    """Import `tasks.py` of every app, which registers its tasks."""
    for config in apps.get_app_configs():
        if config.name.startswith("safecommunity.") and find_spec(f"{config.name}.tasks"):
            import_module(f"{config.name}.tasks")


def _ask_again(job: Job) -> None:
    if job.kind in NEEDS and (job.by is None or not can(job.by, NEEDS[job.kind], job.unit)):
        raise Refused(_("您已没有办理此事的权限。"))


def _tried(step: Callable[[], bool]) -> bool:
    try:
        return step()
    except OperationalError:
        log.exception("the database does not answer")
        return False


class KeptAlive:
    """Renews the lease of a job from a thread while a task is busy in one long step."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self.thread.join()

    def _renew(self) -> None:
        while not self.over.wait(LEASE.total_seconds() / 3):
            held(self.job).update(lease_until=timezone.now() + LEASE)
            connection.close()
