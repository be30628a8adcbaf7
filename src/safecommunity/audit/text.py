"""How things are named in the log: as text, never as a foreign key."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models


def identity(target: object) -> str:
    """`ledgers.entry:17` for a row, the text itself for a text."""
    return (
        f"{target._meta.label_lower}:{target.pk}" if isinstance(target, models.Model) else str(target)[:120]
    )


def plain(value: Any) -> Any:
    """What JSON can hold: decimals and days as text, rows by their identity."""
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, models.Model):
        return identity(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)
