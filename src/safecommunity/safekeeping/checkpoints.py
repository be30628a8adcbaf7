"""Signed heads of the log, kept outside the data folder.

Who can write the database can cut the end off a chain and set its head back; what was noted here before
still names the line that is gone.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from safecommunity.audit.models import Head, Line
from safecommunity.audit.queries import Break
from safecommunity.safekeeping.manifest import Damaged, signature

NAME = "checkpoints.jsonl"


def note(now: datetime, *, restored: bool = False) -> bool:
    """Append the heads as they are now; False when the deployment has no keys folder to keep them in.

    `restored` says that the chains were set back on purpose: earlier notes no longer bind.
    """
    path = _path()
    if path is None:
        return False
    heads = {head.chain: [head.seq, head.mac] for head in Head.objects.order_by("chain")}
    content = {"at": now.isoformat(), "heads": heads, "restored": restored}
    with path.open("a", encoding="utf-8") as notes:
        notes.write(json.dumps({**content, "signature": signature(content, settings.AUDIT_KEY)}) + "\n")
    path.chmod(0o600)
    return True


def verify() -> list[Break]:
    """Lines that a note names and the log no longer has; raises `Damaged` on an altered note."""
    known: dict[str, list[Any]] = {}
    for content in _notes():
        known = content["heads"] if content["restored"] else {**known, **content["heads"]}
    return [
        Break(chain, seq, "tail")
        for chain, (seq, mac) in sorted(known.items())
        if seq and not Line.objects.filter(chain=chain, seq=seq, mac=mac).exists()
    ]


def _notes() -> list[dict[str, Any]]:
    path = _path()
    if path is None or not path.exists():
        return []
    return [_read(path, number, line) for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)]


def _read(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(line)
        given = content.pop("signature")
    except (ValueError, KeyError) as error:
        raise Damaged(f"{path}:{number}: {error}") from error
    if signature(content, settings.AUDIT_KEY) != given:
        raise Damaged(f"{path}:{number}: 签名不符")
    return content


def _path() -> Path | None:
    return settings.KEYS / NAME if settings.KEYS else None
