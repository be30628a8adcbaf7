"""Start an installed `safecommunity` with fresh demo data and fetch its sign-in page.

python tools/smoke.py COMMAND FOLDER
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

READY_SECONDS = 90


def main(command: str, folder: str) -> None:
    subprocess.run([command, "demo", "--no-serve", "--data", folder], check=True, cwd=Path(folder).parent)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [command, "demo", "--port", str(port), "--data", folder], cwd=Path(folder).parent
    )
    try:
        page = fetch(f"http://127.0.0.1:{port}/", server)
        assert "安全社区" in page, page[:500]
        assert "<form" in page, page[:500]
        print("smoke: 登录页已打开 / the sign-in page answered")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def fetch(address: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.URLError:
            time.sleep(0.2)
    raise SystemExit(f"no answer from {address}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
