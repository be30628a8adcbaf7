"""Counts tries at secrets: five of an account or thirty of an address, then a pause that doubles.

A try is counted before the secret is looked at, under the lock of its row, so that however many arrive at
once no more than the limit are ever evaluated. Whether the account exists plays no part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from safecommunity.accounts.models import Attempts
from safecommunity.accounts.sealing import blind_index

WINDOW = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)
LONGEST_LOCK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Guard:
    """What is counted (`account`, `address`, `factor`), how often it may fail, and whose it is."""

    kind: str
    tries: int
    whose: str

    @property
    def key(self) -> str:
        return blind_index(f"{self.kind}|{self.whose}", "attempts")


def account(username: str) -> Guard:
    return Guard("account", 5, username.strip().casefold())


def address(ip: str) -> Guard:
    return Guard("address", 30, ip)


def factor(user_id: int) -> Guard:
    return Guard("factor", 5, str(user_id))


@transaction.atomic
def take(guard: Guard, now: datetime) -> datetime | None:
    """Counts one try. None: it may be evaluated; otherwise until when it may not.

    Tries less than 15 minutes apart add up; the last one allowed begins the lock, which a success lifts.
    """
    row = _locked(guard, now)
    if row.locked_until and row.locked_until > now:
        return row.locked_until
    if row.since + WINDOW <= now:
        row.count = 0
    if row.since + FORGOTTEN <= now:
        row.locks = 0
    row.count, row.since, row.locked_until = row.count + 1, now, None
    if row.count >= guard.tries:
        row.locked_until = now + min(WINDOW * 2**row.locks, LONGEST_LOCK)
        row.count, row.locks = 0, row.locks + 1
    row.save()
    return None


def forget(guard: Guard) -> None:
    """The secret was right: nothing is held against the account any more."""
    Attempts.objects.filter(key=guard.key).delete()


@transaction.atomic
def give_back(guard: Guard, now: datetime) -> None:
    """The secret was right: this try of an address does not count, earlier failures still do."""
    row = _locked(guard, now)
    if row.locked_until and row.since == now:
        row.count, row.locks, row.locked_until = guard.tries - 1, row.locks - 1, None
    elif row.count:
        row.count -= 1
    row.save()


def _locked(guard: Guard, now: datetime) -> Attempts:
    rows = Attempts.objects.select_for_update().filter(key=guard.key)
    if row := rows.first():
        return row
    Attempts.objects.bulk_create([Attempts(key=guard.key, since=now)], ignore_conflicts=True)
    return rows.get()
