from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from safecommunity.config import keys

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.xdist_group("processes")
PATIENCE = 120.0  # seconds, for a machine with other work


@pytest.fixture
def serving(tmp_path):
    """`serve` on an empty SQLite database: the supervisor's process."""
    keys.create(tmp_path / "keys")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SAFECOMMUNITY_")},
        "PYTHONPATH": str(ROOT / "src"),
        "SAFECOMMUNITY_DATA": str(tmp_path / "data"),
        "SAFECOMMUNITY_KEYS": str(tmp_path / "keys"),
        "SAFECOMMUNITY_PLAIN_HTTP": "1",
    }
    (tmp_path / "data").mkdir()
    command = [sys.executable, "-m", "safecommunity"]
    subprocess.run([*command, "migrate", "--verbosity", "0"], env=environment, check=True)
    bind = f"unix:{tmp_path / 'socket'}"
    process = subprocess.Popen(
        [*command, "serve", "--bind", bind, "--workers", "1"], env=environment, start_new_session=True
    )
    try:
        until(lambda: (tmp_path / "socket").exists() and len(children(process.pid)) == 2)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def children(pid: int) -> dict[int, str]:
    """The living children of a process with what they run."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    rows = [line.split(maxsplit=2) for line in listed]
    return {int(number): said for number, state, said in rows if "Z" not in state}


def until(holds, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def worker_of(pid: int) -> int | None:
    return next((number for number, said in children(pid).items() if said.endswith(" worker")), None)


def test_a_killed_worker_is_started_again_and_ctrl_c_ends_all(serving):
    first = worker_of(serving.pid)
    os.kill(first, signal.SIGKILL)
    until(lambda: worker_of(serving.pid) not in (None, first))
    everyone = list(children(serving.pid))
    serving.send_signal(signal.SIGINT)
    assert serving.wait(timeout=PATIENCE) == 0
    until(lambda: not any(Path(f"/proc/{number}").exists() for number in everyone))


def test_when_the_server_ends_the_worker_ends_and_the_exit_code_tells(serving):
    worker = worker_of(serving.pid)
    (web,) = (number for number in children(serving.pid) if number != worker)
    os.kill(web, signal.SIGKILL)
    assert serving.wait(timeout=PATIENCE) != 0
    until(lambda: not Path(f"/proc/{worker}").exists())
