"""`check`: does everything still stand as it was written? The log, its checkpoints, files, database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from safecommunity.audit import checkpoints
from safecommunity.audit.models import Line
from safecommunity.audit.queries import Break, verify
from safecommunity.evidence.queries import damaged
from safecommunity.evidence.store import kept
from safecommunity.reports import queries as reports
from safecommunity.safekeeping.backup import checkpoint_file


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how much of it, and what is wrong with it (nothing, if all is well)."""

    name: str
    count: int
    problems: tuple[str, ...]


def findings() -> list[Finding]:
    """Everything that `check` looks at, in the order in which it is told."""
    return [
        Finding(_("审计链"), Line.objects.count(), tuple(map(_told, verify()))),
        Finding(_("审计存证"), 1, tuple(_checkpoints())),
        Finding(_("佐证文件"), *_evidence()),
        Finding(_("文书"), *_papers()),
        Finding(_("数据库"), 1, tuple(_database())),
    ]


def _told(broken: Break) -> str:
    reasons = {
        "altered": _("内容被改动"),
        "missing": _("记录缺失"),
        "order": _("次序被改动"),
        "tail": _("末尾的记录缺失"),
    }
    return _("链 %(chain)s 第 %(seq)s 条：%(reason)s") % {
        "chain": broken.chain,
        "seq": broken.seq,
        "reason": reasons[broken.reason],
    }


def _checkpoints() -> Iterator[str]:
    path = checkpoint_file()
    for point in checkpoints.broken(path) if path else []:
        yield _told(Break(point.chain, point.seq, "tail"))


def _evidence() -> tuple[int, tuple[str, ...]]:
    problems = tuple(_("%(file)s：不在了或被改动") % {"file": sha256} for sha256 in damaged())
    return sum(1 for _sha256 in kept()), problems


def _papers() -> tuple[int, tuple[str, ...]]:
    problems = tuple(_("%(file)s：不在了或被改动") % {"file": sha256} for sha256 in reports.damaged_files())
    return reports.made_count(), problems


def _database() -> Iterator[str]:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        yield from (row[0] for row in cursor.fetchall() if row[0] != "ok")
        cursor.execute("PRAGMA foreign_key_check")
        yield from (f"{table} {row}: → {parent}" for table, row, parent, _key in cursor.fetchall())
