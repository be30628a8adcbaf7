"""`safecommunity demo`: make the demonstration's place, fill it, serve it, say how to sign in.

Standard library only: Django starts in the children, with the settings made here.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safecommunity.config import supervisor
from safecommunity.config.keys import create

HOST = "127.0.0.1"
FILLED = "filled"


def main(arguments: list[str]) -> None:
    wanted = _parser().parse_args(arguments)
    place = wanted.data.resolve()
    if wanted.codes:
        os.environ.update(environment(place))
        _run("sign_ins")
        return
    if not wanted.no_serve and _taken(wanted.port):
        sys.exit(
            f"端口 {wanted.port} 已被占用。请先结束占用它的程序，或用 --port 换一个端口。\n"
            f"Port {wanted.port} is in use. End the program that uses it, or choose another with --port."
        )
    os.environ.update(environment(place))
    if wanted.reset and (place / "data").exists():
        shutil.rmtree(place / "data")
    if not (place / "data" / FILLED).exists():
        fill(place)
    if wanted.no_serve:
        print(f"演示数据已就绪 / demo data is ready: {place}")
        return
    serve(wanted.port)


def environment(place: Path) -> dict[str, str]:
    """The settings of a demonstration: this machine only, plain http, keys beside the data and not in it."""
    create(place / "keys")
    return {
        "SAFECOMMUNITY_DATA": str(place / "data"),
        "SAFECOMMUNITY_KEYS": str(place / "keys"),
        "SAFECOMMUNITY_DEMO": "1",
        "SAFECOMMUNITY_PLAIN_HTTP": "1",
        "SAFECOMMUNITY_HOSTS": "127.0.0.1 localhost",
        "SAFECOMMUNITY_DATABASE_URL": "",
    }


def fill(place: Path) -> None:
    """A half-made database is never served: it is made anew until the last step has succeeded."""
    shutil.rmtree(place / "data", ignore_errors=True)
    (place / "data").mkdir(parents=True)
    print("正在准备演示数据，约需一分钟…… / Preparing the demo data, about a minute …", flush=True)
    started = time.monotonic()
    with _kernels_beside(place):
        _run("migrate", "--verbosity", "0")
        _run("load_demo")
    (place / "data" / FILLED).touch()
    print(f"用时 {time.monotonic() - started:.0f} 秒 / took {time.monotonic() - started:.0f} s", flush=True)


@contextmanager
def _kernels_beside(place: Path) -> Iterator[None]:
    """The inner loops of the statistics are compiled meanwhile, not when the server is to answer."""
    compiling = subprocess.Popen(
        [sys.executable, "-c", "from safecommunity.analysis import kernels; kernels.prepare()"],
        env={"NUMBA_CACHE_DIR": str(place / "data" / "kernels"), **os.environ},
    )
    try:
        yield
        compiling.wait()
    finally:
        compiling.kill()


def serve(port: int) -> None:
    """Print the sign-ins as soon as the first page has answered, then keep both programs running."""
    sys.exit(supervisor.main(["--bind", f"{HOST}:{port}"], ready=lambda: _announce(port)))


def _announce(port: int) -> bool:
    """Whether the first page has answered; if so, how to sign in is on the screen."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=5):
            pass
    except urllib.error.HTTPError:
        pass
    except OSError:
        return False
    _run("sign_ins", f"http://{HOST}:{port}/")
    return True


def _run(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", "safecommunity", *command], check=False)  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="safecommunity demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="端口 / port (8000)")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("SAFECOMMUNITY_DEMO_FOLDER", ".demo")),
        help="放数据的文件夹 / folder for the data (.demo)",
    )
    parser.add_argument("--reset", action="store_true", help="丢弃旧的演示数据 / discard the old demo data")
    parser.add_argument(
        "--codes", action="store_true", help="显示账号和当前验证码 / show the sign-ins and codes"
    )
    parser.add_argument("--no-serve", action="store_true", help="只准备数据 / only prepare the data")
    return parser
