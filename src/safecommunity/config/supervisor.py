"""Keeps the web server and the job worker running beside each other, and ends both together.

Standard library only: this process waits, it does not serve.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

PAUSE_SECONDS = 0.2
RESTART_SECONDS = 2.0
GRACE_SECONDS = 25.0


def main(arguments: list[str], ready: Callable[[], bool] = lambda: True) -> int:
    """`serve [--no-worker] [--bind …] [--workers …]`: exit code of the web server.

    `ready` is asked again and again until it says that the server has answered.
    """
    wanted = [argument for argument in arguments if argument != "--no-worker"]
    commands = [["web", *wanted], *([] if "--no-worker" in arguments else [["worker"]])]
    stop = Stop()
    children = [start(command) for command in commands]
    told = False
    try:
        while not stop.asked and children[0].poll() is None:
            told = told or ready()
            for number, command in enumerate(commands[1:], 1):
                children[number] = kept_running(children[number], command)
            time.sleep(PAUSE_SECONDS)
    finally:
        end(children)
    return 0 if stop.asked else children[0].returncode


class Stop:
    """Remembers that somebody wants us to end."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """In a process group of its own: Ctrl-C reaches only the supervisor, which ends the children in order."""
    program = [sys.executable, "-m", "safecommunity", *command]
    return subprocess.Popen(program, process_group=0)  # noqa: S603 - our own program


def kept_running(child: subprocess.Popen[bytes], command: list[str]) -> subprocess.Popen[bytes]:
    if child.poll() is None:
        return child
    time.sleep(RESTART_SECONDS)
    return start(command)


def end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask all to finish what they are doing; who has not after a while is ended."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
