"""The two counters of the top bar."""

from __future__ import annotations

from safecommunity.accounts.models import User
from safecommunity.jobs import queries as jobs
from safecommunity.units.models import Unit


def jobs_running(user: User, unit: Unit) -> int:
    return jobs.mine(user, unit).filter(jobs.OPEN).count()


def count(user: User, unit: Unit) -> int:
    return 0
