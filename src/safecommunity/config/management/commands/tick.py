from __future__ import annotations

from datetime import timedelta
from time import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from safecommunity.accounts.actions import close_unused
from safecommunity.accounts.replays import forget
from safecommunity.accounts.sessions import SessionStore
from safecommunity.evidence import queries, store
from safecommunity.safekeeping.backup import note_heads

ANSWERS_KEPT = timedelta(days=30)


class Command(BaseCommand):
    help = "到点的事：由 cron 每几分钟运行一次 / what is due; run by cron every few minutes"

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        note_heads(now)
        SessionStore.clear_expired()
        close_unused(now=now, by=None)
        forget(now - ANSWERS_KEPT)
        store.sweep(queries.is_known, time())
