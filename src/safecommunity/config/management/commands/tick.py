from __future__ import annotations

from datetime import date, datetime, timedelta
from time import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import QuerySet
from django.utils import timezone

from safecommunity.accounts.actions import close_unused
from safecommunity.accounts.replays import forget
from safecommunity.accounts.sessions import SessionStore
from safecommunity.evidence import queries, store
from safecommunity.evidence.actions import remove_withdrawn
from safecommunity.jobs.actions import enqueue, forget_results
from safecommunity.jobs.models import Job
from safecommunity.notices.actions import forget as forget_notices
from safecommunity.safekeeping.backup import note_heads
from safecommunity.sheets.actions import drop_abandoned
from safecommunity.units.models import Unit

ANSWERS_KEPT = timedelta(days=30)
READ_NOTICES_KEPT = timedelta(days=180)
RESULTS_KEPT = timedelta(days=30)
IMPORTS_KEPT = timedelta(days=7)
WITHDRAWN_KEPT = timedelta(days=30)


class Command(BaseCommand):
    help = "到点的事：由 cron 每几分钟运行一次 / what is due; run by cron every few minutes"

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        note_heads(now)
        SessionStore.clear_expired()
        close_unused(now=now, by=None)
        forget(now - ANSWERS_KEPT)
        forget_notices(before=now - READ_NOTICES_KEPT)
        forget_results(before=now - RESULTS_KEPT)
        drop_abandoned(before=now - IMPORTS_KEPT, by=None)
        remove_withdrawn(before=now - WITHDRAWN_KEPT, now=now, by=None)
        store.sweep(queries.is_known, time())
        _enqueue_daily(timezone.localdate(now))
        _enqueue_hourly(timezone.localtime(now))


def _enqueue_daily(today: date) -> None:
    """Certificates expire without anybody saving anything: once a day every figure and suggestion anew."""
    for number, root in enumerate(_roots()):
        wanted: list[tuple[str, dict[str, Any]]] = [
            ("assessment.suggest", {"below": True}),
            ("programmes.remind", {}),
            ("returns.remind", {}),
            ("reviews.remind", {}),
            ("risks.remind", {}),
            ("residents.daily", {}),
            ("visits.remind", {}),
            ("surveillance.look", {}),
            ("hazards.rounds", {}),
        ]
        if number == 0:
            wanted.insert(0, ("metrics.refresh-all", {"years": [today.year]}))
        for kind, arguments in wanted:
            _enqueue_once(kind, root, arguments, f"daily {today}")


def _enqueue_hourly(now: datetime) -> None:
    """Deadlines of a day are not left to the next day."""
    for root in _roots():
        _enqueue_once("hazards.remind", root, {}, f"hourly {now:%Y-%m-%d %H}")


def _roots() -> QuerySet[Unit]:
    return Unit.objects.filter(parent=None, is_active=True).order_by("id")


def _enqueue_once(kind: str, root: Unit, arguments: dict[str, Any], unique: str) -> None:
    if not Job.objects.in_unit(root).filter(kind=kind, unique=unique).exists():
        enqueue(kind, unit=root, arguments=arguments, by=None, unique=unique)
