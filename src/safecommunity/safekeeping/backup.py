"""Make a backup that can be trusted: the database at one moment, every evidence file it names, signed."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from safecommunity.audit import checkpoints
from safecommunity.audit.actions import record
from safecommunity.evidence.store import path_of
from safecommunity.safekeeping.database import copy_to
from safecommunity.safekeeping.manifest import Manifest, sha256_of, write

STORE = "evidence"
LEFT_OUT = {"static", "evidence", "previews"}


def backup(destination: Path, now: datetime) -> Path:
    """A new folder under `destination`, named after the moment; all backups there share one evidence store.

    The folder gets its final name only when everything in it is complete and on the disk.
    """
    record("backup.made", str(destination.name), by=None)
    note_heads(now)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    folder, unfinished = destination / stamp, destination / f"{stamp}.unfinished"
    unfinished.mkdir(parents=True)
    database, facts = copy_to(unfinished)
    for digest in facts.evidence:
        _keep_evidence(digest, destination / STORE)
    files = {name: _keep_file(name, unfinished / "files") for name in _other_files()}
    manifest = Manifest(
        made_at=now.isoformat(),
        engine=connection.vendor,
        database=sha256_of(database),
        facts=facts,
        files=files,
    )
    write(manifest, unfinished, settings.AUDIT_KEY)
    os.sync()
    unfinished.rename(folder)
    return folder


def checkpoint_file() -> Path | None:
    """Where the signed heads of the log are noted: beside the keys, not in the data folder."""
    return settings.KEYS / "checkpoints.jsonl" if settings.KEYS else None


def note_heads(now: datetime) -> None:
    if path := checkpoint_file():
        checkpoints.write(path, now)


def evidence_path(root: Path, digest: str) -> Path:
    return root / digest[:2] / digest[2:]


def _keep_evidence(digest: str, store: Path) -> None:
    """Content-addressed: a file that is there already, whole, is not copied again."""
    kept = evidence_path(store, digest)
    if kept.exists() and sha256_of(kept) == digest:
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished = kept.with_suffix(".unfinished")
    shutil.copyfile(path_of(digest), unfinished)
    unfinished.rename(kept)


def _other_files() -> list[str]:
    """Relative paths of what else lies in the data folder: uploaded data files, finished papers, results."""
    root, database = settings.DATA, Path(connection.settings_dict["NAME"]).name
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(
        str(path) for path in found if path.parts[0] not in LEFT_OUT and not path.name.startswith(database)
    )


def _keep_file(name: str, folder: Path) -> str:
    copy = folder / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(settings.DATA / name, copy)
    return sha256_of(copy)
