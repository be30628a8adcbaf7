"""`check`: does everything still stand as it was written? The log, its checkpoints, files, database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from safecommunity.audit.models import Line
from safecommunity.audit.queries import Break, verify
from safecommunity.evidence.models import StoredFile
from safecommunity.safekeeping import checkpoints
from safecommunity.safekeeping.backup import evidence_path
from safecommunity.safekeeping.manifest import Damaged, sha256_of


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how much of it, and what is wrong with it (nothing, if all is well)."""

    name: str
    count: int
    problems: tuple[str, ...]


def findings(evidence: Path, *, with_checkpoints: bool = True) -> list[Finding]:
    """Everything that `check` looks at, in the order in which it is told."""
    looked_at = [
        Finding(_("审计链"), Line.objects.count(), tuple(map(_told, verify()))),
        Finding(_("佐证文件"), *_evidence(evidence)),
        Finding(_("数据库"), 1, tuple(_database())),
    ]
    return looked_at + ([Finding(_("审计存证"), 1, tuple(_checkpoints()))] if with_checkpoints else [])


def _told(broken: Break) -> str:
    reasons = {
        "altered": _("内容被改动"),
        "missing": _("记录缺失"),
        "order": _("次序被改动"),
        "tail": _("末尾的记录缺失"),
    }
    return _("链 %(chain)s 第 %(seq)s 条:%(reason)s") % {
        "chain": broken.chain,
        "seq": broken.seq,
        "reason": reasons[broken.reason],
    }


def _checkpoints() -> Iterator[str]:
    try:
        yield from map(_told, checkpoints.verify())
    except Damaged as damage:
        yield str(damage)


def _evidence(root: Path) -> tuple[int, tuple[str, ...]]:
    digests = StoredFile.objects.values_list("sha256", flat=True).distinct().order_by("sha256")
    problems = [problem for digest in digests.iterator() if (problem := _file_problem(root, digest))]
    return digests.count(), tuple(problems)


def _file_problem(root: Path, digest: str) -> str:
    path = evidence_path(root, digest)
    if not path.exists():
        return _("%(file)s:文件不在了") % {"file": digest}
    return "" if sha256_of(path) == digest else _("%(file)s:内容被改动") % {"file": digest}


def _database() -> Iterator[str]:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        yield from (row[0] for row in cursor.fetchall() if row[0] != "ok")
        cursor.execute("PRAGMA foreign_key_check")
        yield from (f"{table} {row}: → {parent}" for table, row, parent, _key in cursor.fetchall())
