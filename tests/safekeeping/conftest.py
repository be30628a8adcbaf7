"""A deployment of its own for each test: its data, its keys, its database, used only through the command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from safecommunity.config import keys

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "import django; django.setup()\n"


@dataclass(frozen=True)
class Deployment:
    folder: Path
    database: str

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("SAFECOMMUNITY_")}
        return {
            **ours,
            "DJANGO_SETTINGS_MODULE": "safecommunity.config.settings",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
            "SAFECOMMUNITY_DATA": str(self.data),
            "SAFECOMMUNITY_KEYS": str(self.folder / "keys"),
            "SAFECOMMUNITY_PLAIN_HTTP": "1",
            "SAFECOMMUNITY_DATABASE_URL": address(self.database),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "safecommunity", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def python(self, code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", SETTINGS + code],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, code: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SETTINGS + code]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)


def address(database: str) -> str:
    """The database's address in the settings' form; empty on SQLite, where it lies in the data folder."""
    if not database:
        return ""
    return urlunsplit(urlsplit(os.environ["SAFECOMMUNITY_DATABASE_URL"])._replace(path=f"/{database}"))


def server(statement: str, *parameters: str) -> list[tuple[str, ...]]:
    """Ask the PostgreSQL server itself; Django is not set up yet when this file is read."""
    from safecommunity.safekeeping.database import other_database

    with other_database("postgres") as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


RECORDS = """
from tests import make
from safecommunity.evidence.actions import attach
from django.conf import settings
unit = make.unit(); lin = make.member(unit)
plan = b"%PDF-1.4\\n1 0 obj<</Type/Catalog>>endobj\\ntrailer<</Root 1 0 R>>\\n%%EOF\\n"
attach(chunks=[plan], name="plan.pdf", unit=unit, by=lin)
(settings.LIBRARY / "ledgers").mkdir(parents=True)
(settings.LIBRARY / "ledgers" / "own.toml").write_text("name = 'own'")
"""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Deployment]:
    """Migrated, with a unit, a person, an evidence file and an uploaded data file."""
    postgresql = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    made = Deployment(tmp_path_factory.mktemp("template"), f"template_{os.getpid()}" if postgresql else "")
    keys.create(made.folder / "keys")
    made.data.mkdir()
    if made.database:
        server(f'create database "{made.database}"')
    done = made.run("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    made.python(RECORDS)
    yield made
    if made.database:
        server(f'drop database "{made.database}"')


@pytest.fixture
def deployment(template: Deployment, tmp_path: Path) -> Iterator[Deployment]:
    """A copy of the template that a test may write in, break and restore."""
    own = Deployment(tmp_path / "deployment", f"own_{os.getpid()}" if template.database else "")
    shutil.copytree(template.folder, own.folder)
    if own.database:
        server(f'create database "{own.database}" template "{template.database}"')
    yield own
    if own.database:
        for (name,) in server("select datname from pg_database where datname like %s", f"{own.database}%"):
            server(f'drop database "{name}" with (force)')


@pytest.fixture
def sqlite_only() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite's file")
