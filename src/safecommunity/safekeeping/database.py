"""Copying a database as it is at one moment, and reading what the copy holds.

SQLite by its online backup (a copied file loses what a writer has acknowledged), PostgreSQL by pg_dump
from an exported snapshot.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections

from safecommunity.audit.models import Head
from safecommunity.evidence.models import File
from safecommunity.safekeeping.manifest import Facts

FILES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


def copy_to(folder: Path) -> tuple[Path, Facts]:
    """Write the database into `folder`; the path of the copy, and the facts of exactly that moment."""
    path = folder / FILES[connection.vendor]
    return path, _copy_sqlite(path) if connection.vendor == "sqlite" else _copy_postgresql(path)


def facts_of(name: str) -> Facts:
    """What a database of our engine holds: a file's path on SQLite, a database's name on PostgreSQL."""
    if connection.vendor == "sqlite":
        return facts_of_sqlite(Path(name))
    with other_database(name) as cursor:
        return facts_of_postgresql(cursor)


def facts_of_sqlite(path: Path) -> Facts:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
        return _facts(
            copy.cursor(), "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
        )


def facts_of_postgresql(cursor: Any) -> Facts:
    return _facts(cursor, "select tablename from pg_tables where schemaname = 'public'")


@contextmanager
def working_in(name: str) -> Iterator[None]:
    """Let the default connection be another database for a while: a restored one, to check it."""
    usual = connections["default"]
    other = usual.copy()
    other.settings_dict = {**usual.settings_dict, "NAME": name}
    connections["default"] = other
    try:
        yield
    finally:
        other.close()
        connections["default"] = usual


@contextmanager
def other_database(name: str) -> Iterator[Any]:
    """A cursor on another database of the same PostgreSQL server, outside any transaction."""
    import psycopg  # slow import

    parameters = {**connection.get_connection_params(), "dbname": name, "autocommit": True}
    plain = {key: value for key, value in parameters.items() if key not in {"cursor_factory", "context"}}
    with closing(psycopg.connect(**plain)) as server, server.cursor() as cursor:
        yield cursor


def run_program(name: str, *arguments: str) -> None:
    """pg_dump or pg_restore on our server; the password travels in the environment, never in `ps`."""
    parameters = connection.get_connection_params()
    told = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    given = {variable: str(parameters[key]) for variable, key in told.items() if parameters.get(key)}
    subprocess.run([name, *arguments], check=True, env={**os.environ, **given})  # noqa: S603 - PostgreSQL's own


def _copy_sqlite(path: Path) -> Facts:
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    return facts_of_sqlite(path)


def _copy_postgresql(path: Path) -> Facts:
    with other_database(connection.settings_dict["NAME"]) as cursor:
        cursor.execute("begin isolation level repeatable read")
        cursor.execute("select pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        name = connection.settings_dict["NAME"]
        run_program("pg_dump", "-Fc", "--no-owner", f"--snapshot={snapshot}", "-f", str(path), name)
        return facts_of_postgresql(cursor)


def _facts(cursor: Any, tables_query: str) -> Facts:
    cursor.execute(tables_query)
    names = sorted(str(row[0]) for row in cursor.fetchall())
    return Facts(
        tables={name: _rows(cursor, f'select count(*) from "{name}"')[0][0] for name in names},  # noqa: S608
        migrations=[
            f"{app}.{name}" for app, name in _rows(cursor, "select app, name from django_migrations")
        ],
        heads={
            chain: [seq, mac]
            for chain, seq, mac in _rows(cursor, f"select chain, seq, mac from {Head._meta.db_table}")  # noqa: S608
        },
        evidence=[
            row[0]
            for row in _rows(
                cursor,
                f"select distinct sha256 from {File._meta.db_table} where removed_at is null order by 1",  # noqa: S608
            )
        ],
    )


def _rows(cursor: Any, query: str) -> list[Any]:
    cursor.execute(query)
    return list(cursor.fetchall())
