"""The launcher without a network: what it says, and when it makes its environment anew."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("sh", "dirname", "cat", "cmp", "rm", "find", "mkdir", "env", "id")
PYTHON = """#!/bin/sh
# Stands for a Python: answers what the launcher asks, and makes an environment out of itself.
case "$*" in
*version_info*) exit 0 ;;
"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
"-m pip "*) echo "pip $*" >>"{log}"; exit {pip} ;;
*) echo "ran $*" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path):
    """A copy of the launcher with lock files, and a PATH with hardly anything in it."""
    place = tmp_path / "a checkout"
    place.mkdir()
    shutil.copy(ROOT / "safecommunity", place)
    for name in ("requirements.txt", "requirements-test.txt", "pyproject.toml", "CHANGELOG.md"):
        (place / name).write_text(name)
    (tmp_path / "bin").mkdir()
    for tool in (*TOOLS, "cp"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    return place


def run(checkout: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout.parent / "bin"), "LANG": "C.UTF-8"}
    command = [str(checkout / "safecommunity"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=cwd, check=False)


def python(checkout: Path, *, pip: int = 0) -> Path:
    log = checkout.parent / "log"
    script = checkout.parent / "bin" / "python3"
    script.write_text(PYTHON.format(log=log, pip=pip))
    script.chmod(0o755)
    return log


def test_a_machine_without_a_new_enough_python_is_told_so_in_both_languages(checkout):
    done = run(checkout, "demo")
    assert done.returncode == 1
    assert "没有找到 Python 3.11" in done.stderr
    assert "No Python 3.11 or newer was found" in done.stderr


def test_an_unreachable_index_is_told_in_both_languages_and_nothing_counts_as_installed(checkout):
    python(checkout, pip=1)
    done = run(checkout, "demo")
    assert done.returncode == 1
    assert "软件包源连不上" in done.stderr
    assert "package index cannot be reached" in done.stderr
    assert not (checkout / ".venv" / "running").exists()


def test_it_installs_once_from_the_lock_with_hashes_and_works_from_any_folder(checkout, tmp_path):
    log = python(checkout)
    for _time in range(2):
        done = run(checkout, "check", "--deploy", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, "ran -m safecommunity check --deploy\n")
    first, second = log.read_text().splitlines()
    assert "--require-hashes -r" in first
    assert first.endswith("requirements.txt")
    assert "--no-build-isolation" in second


def test_a_changed_lock_is_installed_anew(checkout):
    log = python(checkout)
    run(checkout, "help")
    (checkout / "requirements.txt").write_text("other")
    run(checkout, "help")
    assert len(log.read_text().splitlines()) == 4


def test_an_environment_made_for_tests_also_serves(checkout):
    log = python(checkout)
    (checkout / "tests").mkdir()
    assert "tests/run.py -k one" in run(checkout, "test", "-k", "one").stdout
    run(checkout, "demo", "--no-serve")
    assert [line.split()[-1].rpartition("/")[2] for line in log.read_text().splitlines()][::2] == [
        "requirements-test.txt"
    ]


def test_a_moved_checkout_makes_its_environment_anew(checkout, tmp_path):
    log = python(checkout)
    run(checkout, "help")
    moved = checkout.rename(tmp_path / "moved")
    run(moved, "help")
    assert len(log.read_text().splitlines()) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="the shell of the machines we support")
def test_the_launcher_is_plain_shell():
    shell = shutil.which("dash") or shutil.which("sh")
    assert subprocess.run([shell, "-n", str(ROOT / "safecommunity")], check=False).returncode == 0
