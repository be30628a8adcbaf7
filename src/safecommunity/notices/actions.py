"""Telling people, once, and their ticking off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.jobs.actions import enqueue
from safecommunity.notices.models import Notice
from safecommunity.units.models import Unit


@transaction.atomic(savepoint=False)
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
    """Tell each of these people, in the application and by e-mail where that is set up; `key` is told once.

    `address`: where to go, a path of this site. Returns how many were told now.
    """
    people = {one.pk: one for one in to}
    known = set(Notice.objects.filter(key=key).values_list("to_id", flat=True)) if people else set()
    fresh = [person for pk, person in people.items() if pk not in known]
    if not fresh:
        return 0
    Notice.objects.bulk_create(
        [
            Notice(to=person, unit=unit, kind=kind, title=title[:250], key=key, address=address)
            for person in fresh
        ],
        ignore_conflicts=True,
    )
    record("notice.sent", f"notices.{kind}", by=by, unit=unit, after={"key": key, "to": len(fresh)})
    if settings.EMAIL_HOST:
        enqueue("notices.mail", unit=unit, arguments={"key": key}, by=None, unique=key[:120])
    return len(fresh)


def read(*, by: User, now: datetime, pk: int | None = None) -> int:
    """Tick one notice off, or all of one's own."""
    mine = Notice.objects.filter(to=by, read_at=None)
    return (mine if pk is None else mine.filter(pk=pk)).update(read_at=now)


def forget(*, before: datetime) -> int:
    """Remove what was read before a moment."""
    return Notice.objects.filter(read_at__lt=before).delete()[0]
