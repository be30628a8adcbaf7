"""Telling people, once, and their ticking off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.jobs.actions import enqueue
from safecommunity.notices.models import Notice
from safecommunity.units.models import Unit


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell: `key` is told once to each, `address` is where to go, a path of this site."""

    title: str
    key: str
    address: str = ""


def notify(
    *,
    unit: Unit,
    to: Iterable[User],
    kind: str,
    title: str,
    key: str,
    address: str = "",
    by: User | None = None,
) -> int:
    """Tell each of these people one thing, as `notify_all`. Returns how many were told now."""
    return notify_all(unit=unit, to=to, kind=kind, news=[News(title, key, address)], by=by)


@transaction.atomic(savepoint=False)
def notify_all(
    *, unit: Unit, to: Iterable[User], kind: str, news: Sequence[News], by: User | None = None
) -> int:
    """Tell each of these people these things, in the application and by e-mail where that is set up.

    Returns how many notices were made now: what somebody was told before is passed over.
    """
    people = {one.pk: one for one in to}
    if not people:
        return 0
    told = Notice.objects.filter(key__in=[one.key for one in news]).order_by()
    known = set(told.values_list("key", "to_id"))
    fresh = {one: [pk for pk in people if (one.key, pk) not in known] for one in news}
    Notice.objects.bulk_create(
        [
            Notice(to_id=pk, unit=unit, kind=kind, title=one.title[:250], key=one.key, address=one.address)
            for one, pks in fresh.items()
            for pk in pks
        ],
        ignore_conflicts=True,
    )
    for one, pks in fresh.items():
        if pks:
            _sent(unit, kind, one.key, len(pks), by)
    return sum(map(len, fresh.values()))


def _sent(unit: Unit, kind: str, key: str, count: int, by: User | None) -> None:
    record("notice.sent", f"notices.{kind}", by=by, unit=unit, after={"key": key, "to": count})
    if settings.EMAIL_HOST:
        enqueue("notices.mail", unit=unit, arguments={"key": key}, by=None, unique=key[:120])


def read(*, by: User, now: datetime, pk: int | None = None) -> int:
    """Tick one notice off, or all of one's own."""
    mine = Notice.objects.filter(to=by, read_at=None)
    return (mine if pk is None else mine.filter(pk=pk)).update(read_at=now)


def forget(*, before: datetime) -> int:
    """Remove what was read before a moment."""
    return Notice.objects.filter(read_at__lt=before).delete()[0]
