"""Letting old lines go: whole stretches from the start of a chain, written to a file first.

What stays behind is a signed note of where the chain goes on. Who holds the database but not the key cannot
shorten a chain unseen, nor write such a note.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.db.models import QuerySet

from safecommunity.audit import checkpoints, queries
from safecommunity.audit.actions import SYSTEM, record
from safecommunity.audit.chain import COLUMNS
from safecommunity.audit.models import Head, Line, Segment

# Network security law of 2017, article 21: logs are kept for at least six months.
LEAST = timedelta(days=183)


class Refused(Exception):
    """The lines stay; the message says why."""


def expire(*, before: datetime, folder: Path, now: datetime) -> list[Segment]:
    """Move the lines older than a moment from each chain into a file each of `folder`; the newest line stays.

    Nothing is moved unless every chain holds. Raises Refused.
    """
    if before > now - LEAST:
        raise Refused("日志至少保存六个月 / the log is kept for six months at least")
    if broken := queries.verify():
        raise Refused(f"{broken[0].chain}#{broken[0].seq}: 审计链不完整，先查明 / the chain does not hold")
    folder.mkdir(parents=True, exist_ok=True)
    with transaction.atomic():
        heads = Head.objects.select_for_update().order_by("chain")
        return [made for head in heads if (made := _let_go(head, before, folder, now))]


def _let_go(head: Head, before: datetime, folder: Path, now: datetime) -> Segment | None:
    start = queries.start(head.chain)
    lines = Line.objects.filter(chain=head.chain)
    young = lines.filter(at__gte=before).order_by("seq").values_list("seq", flat=True).first()
    last = min(young or head.seq, head.seq) - 1
    if last <= start.seq:
        return None
    old = lines.filter(seq__lte=last)
    path = folder / f"{head.chain}-{start.seq + 1}-{last}.jsonl"
    made = Segment(
        chain=head.chain, first=start.seq + 1, seq=last, mac=old.get(seq=last).mac,
        digest=_written(old.order_by("seq"), path), removed_at=now,
    )  # fmt: skip
    made.signature = checkpoints.sign(checkpoints.noted(made))
    made.save()
    with _unlocked():
        old.delete()
    told = {"chain": made.chain, "first": made.first, "last": made.seq, "digest": made.digest}
    record("audit.expired", f"{SYSTEM}.log", by=None, after=told)
    return made


def _written(lines: QuerySet[Line], path: Path) -> str:
    """The lines as JSON, one a line, safe on disk; the digest of the file."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for line in lines.values(*COLUMNS, "mac").iterator(chunk_size=5000):
            text = json.dumps(line, ensure_ascii=False, default=str).encode() + b"\n"
            digest.update(text)
            file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


@contextmanager
def _unlocked() -> Iterator[None]:
    """The trigger that keeps lines is off inside, for this transaction alone."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_line_no_delete'")
            (made,) = cursor.fetchone()
            off, on = "DROP TRIGGER audit_line_no_delete", made
        else:
            name = "TRIGGER audit_line_append_only"
            off, on = f"ALTER TABLE audit_line DISABLE {name}", f"ALTER TABLE audit_line ENABLE {name}"
        cursor.execute(off)
        yield
        cursor.execute(on)
