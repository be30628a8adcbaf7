from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from django.db import connection

from safecommunity.safekeeping import manifest
from safecommunity.safekeeping.database import FILES
from tests.safekeeping.conftest import Deployment

pytestmark = pytest.mark.xdist_group("safekeeping")

COUNTS = """
from safecommunity.audit.models import Line
from safecommunity.evidence.models import File
from safecommunity.units.models import Unit
lines = Line.objects.exclude(act__startswith="backup").exclude(act__startswith="data.")
print(Unit.objects.count(), File.objects.everything(reason="test").count(), lines.count())
"""
WRITER = """
from safecommunity.audit.actions import record
for number in range(100000):
    record("thing.done", f"thing {number}", by=None)
    print(number, flush=True)
"""
WRITTEN = """
from safecommunity.audit.models import Line
targets = Line.objects.filter(act="thing.done").values_list("target", flat=True)
print(*sorted(int(target.split()[1]) for target in targets))
"""
DATABASES = """
from django.db import connection
cursor = connection.cursor()
cursor.execute("select datname from pg_database where datname like '%drill%'")
print(*[name for (name,) in cursor.fetchall()])
"""


def backed_up(deployment: Deployment, to: Path) -> Path:
    done = deployment.run("backup", "--to", str(to))
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.splitlines()[0])


def emptied(deployment: Deployment) -> None:
    """As after a lost disk: no data, an empty database, the keys still there."""
    shutil.rmtree(deployment.data)
    if deployment.database:
        deployment.python(
            "from django.db import connection\n"
            "connection.cursor().execute('drop schema public cascade; create schema public')"
        )


@pytest.mark.django_db
def test_a_lost_deployment_comes_back_whole(deployment, tmp_path):
    before = deployment.python(COUNTS)
    folder = backed_up(deployment, tmp_path / "backups")
    evidence = {
        path.name: path.read_bytes() for path in (deployment.data / "evidence").rglob("*") if path.is_file()
    }
    emptied(deployment)
    done = deployment.run("restore", "--from", str(folder))
    assert done.returncode == 0, done.stderr
    assert deployment.python(COUNTS) == before
    restored = deployment.data / "evidence"
    assert {path.name: path.read_bytes() for path in restored.rglob("*") if path.is_file()} == evidence
    assert (deployment.data / "library" / "ledgers" / "own.toml").read_text() == "name = 'own'"
    checked = deployment.run("check")
    assert checked.returncode == 0, checked.stdout


@pytest.mark.django_db
def test_a_filled_place_is_refused_and_with_replace_the_old_is_kept_beside(deployment, tmp_path):
    folder = backed_up(deployment, tmp_path / "backups")
    deployment.python("from tests import make\nmake.unit('后来的街道', slug='later')")
    later = deployment.python(COUNTS)
    refused = deployment.run("restore", "--from", str(folder))
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert deployment.python(COUNTS) == later
    done = deployment.run("restore", "--from", str(folder), "--replace")
    assert done.returncode == 0, done.stderr
    assert deployment.python(COUNTS).split()[0] == "1"
    kept = next(deployment.folder.glob("data.before-*"))
    assert (kept / "library" / "ledgers" / "own.toml").exists()
    if deployment.database:
        name = f"{deployment.database}_before_{kept.name.partition('-')[2].lower()}"
        assert Deployment(deployment.folder, name).python(COUNTS) == later
    assert deployment.run("check").returncode == 0


@pytest.mark.django_db
def test_what_was_acknowledged_before_a_backup_is_in_it_though_others_write_meanwhile(deployment, tmp_path):
    writer = deployment.start(WRITER)
    acknowledged = [int(writer.stdout.readline()) for _ in range(30)]
    folder = backed_up(deployment, tmp_path / "backups")
    assert writer.poll() is None
    writer.kill()
    writer.communicate()
    emptied(deployment)
    assert deployment.run("restore", "--from", str(folder)).returncode == 0
    written = [int(number) for number in deployment.python(WRITTEN).split()]
    assert written == list(range(len(written)))
    assert set(acknowledged) <= set(written)
    assert deployment.run("check").returncode == 0


@pytest.mark.django_db
def test_a_second_backup_copies_only_new_evidence(deployment, tmp_path):
    backed_up(deployment, tmp_path / "backups")
    kept = next(path for path in (tmp_path / "backups" / "evidence").rglob("*") if path.is_file())
    first = kept.stat().st_mtime_ns
    time.sleep(1.1)
    second = backed_up(deployment, tmp_path / "backups")
    assert kept.stat().st_mtime_ns == first
    assert len(list((tmp_path / "backups").glob("2*"))) == 2
    assert json.loads((second / manifest.NAME).read_text())["facts"]["evidence"] == [
        kept.parent.name + kept.name
    ]


@pytest.mark.django_db
def test_a_drill_restores_elsewhere_and_leaves_nothing_behind(deployment, tmp_path):
    before = deployment.python(COUNTS)
    done = deployment.run("drill")
    assert done.returncode == 0, done.stderr
    assert "演练成功" in done.stdout
    assert deployment.python(COUNTS) == before
    assert sorted(path.name for path in deployment.folder.iterdir()) == ["data", "keys"]
    if deployment.database:
        assert deployment.python(DATABASES).strip() == ""


def spoil_database(folder: Path) -> None:
    path = folder / FILES[connection.vendor]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def spoil_evidence(folder: Path) -> None:
    next(path for path in (folder.parent / "evidence").rglob("*") if path.is_file()).write_bytes(b"other")


def lose_evidence(folder: Path) -> None:
    next(path for path in (folder.parent / "evidence").rglob("*") if path.is_file()).unlink()


def spoil_other_file(folder: Path) -> None:
    (folder / "files" / "library" / "ledgers" / "own.toml").write_text("name = 'other'")


def spoil_manifest(folder: Path) -> None:
    path = folder / manifest.NAME
    content = json.loads(path.read_text())
    content["facts"]["tables"]["audit_line"] += 1
    path.write_text(json.dumps(content))


def cut_manifest(folder: Path) -> None:
    path = folder / manifest.NAME
    path.write_text(path.read_text()[:-40])


@pytest.mark.django_db
def test_a_damaged_archive_is_refused_before_anything_is_touched(deployment, tmp_path):
    whole = backed_up(deployment, tmp_path / "whole")
    before = deployment.python(COUNTS)
    spoilers = (spoil_database, spoil_evidence, lose_evidence, spoil_other_file, spoil_manifest, cut_manifest)
    for spoil in spoilers:
        copy = tmp_path / spoil.__name__
        shutil.copytree(whole.parent, copy)
        spoil(copy / whole.name)
        done = deployment.run("restore", "--from", str(copy / whole.name), "--replace")
        assert (spoil.__name__, done.returncode) == (spoil.__name__, 1)
        assert "备份不可用" in done.stderr
    assert deployment.python(COUNTS) == before
    assert not list(deployment.folder.glob("data.*"))


@pytest.mark.django_db
def test_an_archive_signed_with_another_key_is_refused(deployment, tmp_path):
    folder = backed_up(deployment, tmp_path / "backups")
    (deployment.folder / "keys" / "audit_key").write_text("x" * 60 + "another key")
    done = deployment.run("restore", "--from", str(folder), "--replace")
    assert done.returncode == 1
    assert "签名不符" in done.stderr
