"""Sessions kept in our own table: idle and absolute limits, listed and closable one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from safecommunity.accounts.models import Session

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(minutes=30)
ADMINISTRATOR_IDLE = timedelta(minutes=15)
TOUCH = timedelta(minutes=1)
OPENED, IDLE_SECONDS, IP, AGENT = "opened", "idle", "ip", "agent"


class SessionStore(DatabaseStore):
    """Keeps the columns of `Session` beside the data and refuses a session that was left alone too long."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        now = timezone.now()
        opened = data.setdefault(OPENED, now.timestamp())
        row = cast(Session, super().create_model_instance(data))
        row.user_id = int(user) if (user := data.get("_auth_user_id")) else None
        row.opened_at = datetime.fromtimestamp(opened, UTC)
        row.expire_date = row.opened_at + ABSOLUTE
        row.seen_at = now
        row.idle_seconds = data.get(IDLE_SECONDS, int(IDLE.total_seconds()))
        row.ip, row.agent = data.get(IP, ""), data.get(AGENT, "")
        return row

    def _get_session_from_db(self) -> Session | None:
        row = cast(Session | None, super()._get_session_from_db())  # type: ignore[misc]
        now = timezone.now()
        if row is None:
            return None
        if row.seen_at + timedelta(seconds=row.idle_seconds) < now:
            Session.objects.filter(pk=row.pk).delete()
            self._session_key = None
            return None
        if row.seen_at + TOUCH < now:
            Session.objects.filter(pk=row.pk).update(seen_at=now)
        return row
