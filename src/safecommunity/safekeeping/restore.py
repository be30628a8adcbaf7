"""Bring a backup back: verify all of it, restore into an empty place, check that, only then put it in use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from safecommunity.audit.actions import record
from safecommunity.audit.queries import verify
from safecommunity.safekeeping.backup import STORE, checkpoint_file, evidence_path, note_heads
from safecommunity.safekeeping.database import FILES, facts_of, other_database, run_program, working_in
from safecommunity.safekeeping.manifest import Damaged, Manifest, read, sha256_of

MAINTENANCE = "postgres"


class Occupied(Exception):
    """The place to restore into already holds data."""


def restore(folder: Path, now: datetime, *, replace: bool) -> Path | None:
    """Put the backup in `folder` in use; where what was there before is kept, if there was anything.

    Raises `Damaged` before anything is touched, `Occupied` when there is data and `replace` is not asked for.
    Nothing may be using the database meanwhile.
    """
    manifest = verified(folder)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    if not replace and _filled():
        raise Occupied(str(settings.DATA))
    unfinished = settings.DATA.with_name(f"{settings.DATA.name}.restoring-{stamp}")
    name = _restored(manifest, folder, unfinished, stamp)
    kept = _put_in_use(unfinished, name, stamp)
    record("data.restored", folder.name, by=None, after={"made": manifest.made_at})
    _begin_new_checkpoints(now, stamp)
    return kept


def drill(folder: Path, place: Path, now: datetime) -> Manifest:
    """Restore into a temporary place beside the real one, check it, throw it away. Raises `Damaged`."""
    manifest = verified(folder)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    name = _restored(manifest, folder, place / "data", f"drill_{stamp}")
    if connection.vendor == "postgresql":
        with other_database(MAINTENANCE) as cursor:
            cursor.execute(f'drop database "{name}"')
    return manifest


def verified(folder: Path) -> Manifest:
    """The manifest, after every part of the backup was found to be what it says. Raises `Damaged`."""
    manifest = read(folder, settings.AUDIT_KEY)
    if manifest.engine != connection.vendor:
        raise Damaged(f"{folder}: {manifest.engine} ≠ {connection.vendor}")
    known = {
        f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    }
    if unknown := sorted(set(manifest.facts.migrations) - known):
        raise Damaged(f"{folder}: 由更新的版本备份 / made by a newer release ({unknown[0]})")
    expected = {
        folder / FILES[manifest.engine]: manifest.database,
        **{folder / "files" / name: digest for name, digest in manifest.files.items()},
        **{evidence_path(folder.parent / STORE, digest): digest for digest in manifest.facts.evidence},
    }
    for path, digest in expected.items():
        if not path.is_file():
            raise Damaged(f"{path}: 缺失")
        if sha256_of(path) != digest:
            raise Damaged(f"{path}: 内容与清单不符")
    return manifest


def _restored(manifest: Manifest, folder: Path, data: Path, stamp: str) -> str:
    """The backup laid out in `data`, checked; the name of its database."""
    data.mkdir(parents=True)
    for name in manifest.files:
        _copy(folder / "files" / name, data / name)
    for digest in manifest.facts.evidence:
        _copy(evidence_path(folder.parent / STORE, digest), evidence_path(data / "evidence", digest))
    copied = folder / FILES[manifest.engine]
    with _cleared_on_failure(data):
        name = (
            _database_file(copied, data)
            if manifest.engine == "sqlite"
            else _database_on_server(copied, stamp)
        )
        if facts_of(name) != manifest.facts:
            raise Damaged(f"{folder}: 恢复出的数据与清单不符")
        with working_in(name):
            if broken := verify():
                raise Damaged(f"{folder}: {broken}")
    return name


def _database_file(copied: Path, data: Path) -> str:
    path = data / Path(settings.DATABASES["default"]["NAME"]).name
    _copy(copied, path)
    return str(path)


def _database_on_server(copied: Path, stamp: str) -> str:
    name = f"{connection.settings_dict['NAME']}_{stamp}".lower()
    with other_database(MAINTENANCE) as cursor:
        cursor.execute(f'create database "{name}"')
    run_program("pg_restore", "--no-owner", "--exit-on-error", "-d", name, str(copied))
    return name


@contextmanager
def _cleared_on_failure(data: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(data)
        raise


def _filled() -> bool:
    if settings.DATA.exists() and any(settings.DATA.iterdir()):
        return True
    return connection.vendor == "postgresql" and bool(connection.introspection.table_names())


def _put_in_use(unfinished: Path, name: str, stamp: str) -> Path | None:
    """Swap by renaming, so that there is never half of one and half of the other."""
    connection.close()
    if connection.vendor == "postgresql":
        usual = connection.settings_dict["NAME"]
        with other_database(MAINTENANCE) as cursor:
            cursor.execute(f'alter database "{usual}" rename to "{usual}_before_{stamp.lower()}"')
            cursor.execute(f'alter database "{name}" rename to "{usual}"')
    kept = None
    if settings.DATA.exists():
        kept = settings.DATA.with_name(f"{settings.DATA.name}.before-{stamp}")
        settings.DATA.rename(kept)
    unfinished.rename(settings.DATA)
    return kept


def _begin_new_checkpoints(now: datetime, stamp: str) -> None:
    """The log is shorter now, on purpose: the former notes are kept beside, and noting begins anew."""
    path = checkpoint_file()
    if path and path.exists():
        path.rename(path.with_name(f"{path.stem}.before-{stamp}{path.suffix}"))
    note_heads(now)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
