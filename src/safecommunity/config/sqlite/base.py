"""SQLite as Django speaks to it, but for how a transaction waits for its turn to write."""

from __future__ import annotations

import time
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

STEP = 0.001


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks for the turn every millisecond.

    SQLite itself asks in ever longer steps, up to a tenth of a second apart: whoever comes later overtakes,
    again and again, and the turn lies idle between.
    """

    def _start_transaction_under_autocommit(self) -> None:
        connection: Any = self.connection
        patience: int = self.settings_dict["OPTIONS"]["timeout"]
        until = time.monotonic() + patience
        connection.execute("PRAGMA busy_timeout=0")
        try:
            while not self._is_begun(may_fail=time.monotonic() >= until):
                time.sleep(STEP)
        finally:
            connection.execute(f"PRAGMA busy_timeout={patience * 1000}")

    def _is_begun(self, *, may_fail: bool) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs lack it
        except OperationalError as error:
            if may_fail or not _is_busy(error):
                raise
            return False
        return True


def _is_busy(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlite_errorname", "").startswith("SQLITE_BUSY")
