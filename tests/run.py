"""Run every test: on SQLite always, on PostgreSQL and in a browser where the machine has them.

What a machine lacks is said in one loud line; with --strict (or CI=true) it makes the run fail.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
# What never touches a database is not run a second time.
PURE = [f"--ignore=tests/{name}" for name in ("analysis", "core", "documents", "library")]
PARALLEL = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadgroup"]


@dataclass(frozen=True)
class Outcome:
    """What one run of pytest came to: its exit code and the names of the tests by what became of them."""

    code: int
    passed: frozenset[str]
    failed: frozenset[str]
    skipped: frozenset[str]


def main(arguments: list[str]) -> int:
    strict = "--strict" in arguments or os.environ.get("CI", "").lower() in {"1", "true"}
    chosen = [argument for argument in arguments if argument != "--strict"]
    started = time.monotonic()
    programs, browser = postgresql_programs(), chromium()
    missing = [
        *([] if programs else ["PostgreSQL(未找到 initdb 和 postgres / initdb and postgres not found)"]),
        *([] if browser else ["浏览器测试（未找到 Chromium / no Chromium found）"]),
    ]
    announce(missing)
    outcomes = [on_sqlite(chosen, with_browser=browser is not None)]
    if programs:
        outcomes.append(on_postgresql(programs, chosen))
    passed_somewhere = frozenset().union(*(one.passed for one in outcomes))
    never_run = sorted(frozenset().union(*(one.skipped for one in outcomes)) - passed_somewhere)
    for name in never_run:
        print(f"未运行 / not run: {name}")
    announce(missing)
    print(closing_line(outcomes, time.monotonic() - started))
    if strict and (missing or never_run):
        return 1
    return max(one.code for one in outcomes)


def announce(missing: list[str]) -> None:
    if missing:
        print(f"!!!!!!!! 未运行 / NOT RUN: {'; '.join(missing)} !!!!!!!!", flush=True)


def closing_line(outcomes: list[Outcome], seconds: float) -> str:
    """One line for all runs, in pytest's own words; a test that ran on both databases counts twice."""
    counts = {
        "failed": sum(len(one.failed) for one in outcomes),
        "passed": sum(len(one.passed) for one in outcomes),
        "skipped": sum(len(one.skipped) for one in outcomes),
    }
    words = ", ".join(f"{number} {word}" for word, number in counts.items() if number) or "no tests ran"
    return f" {words} in {seconds:.2f}s ".center(80, "=")


def on_sqlite(arguments: list[str], *, with_browser: bool) -> Outcome:
    print("======== SQLite ========", flush=True)
    selection = [] if with_browser else ["-m", "not browser"]
    return pytest([*selection, *arguments], {"SAFECOMMUNITY_DATABASE_URL": ""})


def on_postgresql(programs: Path, arguments: list[str]) -> Outcome:
    print("======== PostgreSQL ========", flush=True)
    with cluster(programs) as url:
        path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
        selection = ["-m", "not browser", *([] if arguments else PURE)]
        return pytest([*selection, *arguments], {"SAFECOMMUNITY_DATABASE_URL": url, "PATH": path})


def pytest(arguments: list[str], environment: dict[str, str]) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "results.xml")
        parallel = [] if {"-n", "--pdb", "-x"} & set(arguments) else PARALLEL
        code = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--junitxml={results}", *parallel, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            check=False,
        ).returncode
        return outcome(code, results)


def outcome(code: int, results: Path) -> Outcome:
    found: dict[str, set[str]] = {"passed": set(), "failed": set(), "skipped": set()}
    if results.exists():
        for case in ElementTree.parse(results).iter("testcase"):
            marks = {child.tag for child in case}
            kind = "failed" if marks & {"failure", "error"} else "skipped" if "skipped" in marks else "passed"
            found[kind].add(f"{case.get('classname')}::{case.get('name')}")
    return Outcome(code, *(frozenset(found[kind]) for kind in ("passed", "failed", "skipped")))


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


def postgresql_programs() -> Path | None:
    """The folder that holds initdb and postgres: in PATH, or where Debian keeps the newest version."""
    in_path = shutil.which("initdb")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    candidates = [*([Path(in_path).resolve().parent] if in_path else []), *reversed(versions)]
    needed = ("initdb", "postgres")
    return next((one for one in candidates if all((one / name).exists() for name in needed)), None)


@contextmanager
def cluster(programs: Path) -> Iterator[str]:
    """A throw-away PostgreSQL on a Unix socket; gives its address. Never as root: PostgreSQL refuses that."""
    account = ordinary_account()
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = Path(folder, "data")
        run_as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **run_as}
        make = ["-U", "tester", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run([programs / "initdb", "-D", data, *make], check=True, **quiet)
        options = ["listen_addresses=", f"unix_socket_directories={folder}", "fsync=off"]
        settings = [part for option in options for part in ("-c", option)]
        server = subprocess.Popen([programs / "postgres", "-D", data, *settings], **quiet)
        try:
            wait_for(Path(folder, ".s.PGSQL.5432"), server)
            yield f"postgresql://tester@/postgres?host={folder}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def ordinary_account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    known = {one.pw_name: one for one in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def wait_for(socket: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not socket.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("临时 PostgreSQL 没有启动 / the throw-away PostgreSQL did not start")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
