"""How a line is bound to the one before it: HMAC-SHA-256 over a canonical form of all its columns."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

COLUMNS = [
    "chain",
    "seq",
    "at",
    "actor",
    "actor_name",
    "ip",
    "unit",
    "path",
    "act",
    "target",
    "title",
    "before",
    "after",
    "reason",
    "outcome",
    "prev",
]


def canonical(line: dict[str, Any]) -> bytes:
    """Sorted keys, UTF-8 in NFC, no floats, times as whole microseconds UTC."""
    plain = {name: _plain(line[name]) for name in COLUMNS}
    return json.dumps(
        plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def mac(line: dict[str, Any], key: str) -> str:
    """`line` has every column of `COLUMNS`; 64 hexadecimal digits."""
    return hmac.new(key.encode(), canonical(line), hashlib.sha256).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        since = value.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return repr(value)
    return value
