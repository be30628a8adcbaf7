"""A server of its own that is killed while the phone is sending: nothing is lost, nothing comes twice."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Request

from safecommunity.config import keys
from tests.browser.harness import watch
from tests.browser.test_phone import nothing_left, ready, register
from tests.residents import made

ROOT = Path(__file__).resolve().parents[2]
MADE = """
import django; django.setup()
from django.test import Client
from tests import make
unit = make.unit("和平社区", kind="neighbourhood", slug="heping")
client = make.client(make.member(unit, "officer", "officer"))
print(client.cookies["session"].value)
"""
KEPT = """
import json, django; django.setup()
from safecommunity.hazards.models import HiddenHazard, Photo
from safecommunity.units.models import Unit
unit = Unit.objects.get(slug="heping")
texts = list(HiddenHazard.objects.in_unit(unit).order_by("id").values_list("text", flat=True))
photos = Photo.objects.in_unit(unit)
print(json.dumps([texts, photos.count(), photos.filter(file=None).count()]))
"""


class Server:
    """The web server on a free port of this machine, in a process group of its own."""

    def __init__(self, folder: Path) -> None:
        keys.create(folder / "keys")
        (folder / "data").mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.bind = f"127.0.0.1:{free.getsockname()[1]}"
        usual = {name: value for name, value in os.environ.items() if not name.startswith("SAFECOMMUNITY_")}
        self.environment = {
            **usual, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "safecommunity.config.settings",
            "SAFECOMMUNITY_DATA": str(folder / "data"), "SAFECOMMUNITY_KEYS": str(folder / "keys"),
            "SAFECOMMUNITY_PLAIN_HTTP": "1",
        }  # fmt: skip
        self.run("-m", "safecommunity", "migrate", "--verbosity", "0")
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip().rpartition("\n")[2]

    def start(self) -> None:
        command = [sys.executable, "-m", "safecommunity", "web", "--bind", self.bind, "--workers", "1"]
        self.process = subprocess.Popen(command, env=self.environment, start_new_session=True)
        deadline = time.monotonic() + 60
        while not self.answers():
            assert time.monotonic() < deadline, "the server did not come up"
            time.sleep(0.2)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.bind}/phone/", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """All of it at once, as when the power goes."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def server_of_its_own(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.kill()


def test_a_server_killed_while_the_phone_sends_loses_nothing_and_doubles_nothing(
    chromium: Browser, server_of_its_own: Server, tmp_path: Path
) -> None:
    server = server_of_its_own
    session = server.run("-c", MADE)
    server.start()
    base = f"http://{server.bind}"
    context = chromium.new_context(base_url=base, viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.add_cookies([{"name": "session", "value": session, "url": base}])
    page = watch(context.new_page())
    page.goto("/phone/")
    ready(page)
    context.set_offline(True)
    for number in range(3):
        photo = tmp_path / f"{number}.jpg"
        photo.write_bytes(next(iter(made.photo(shade=40 * number + 40).chunks)))
        register(page, f"隐患{number}", photo)
    killed: list[str] = []

    def kill(request: Request) -> None:
        """When the record has been answered and its photo is on the way, then in the next record."""
        if "/hazards" in request.url and len(killed) < 2 and ("/pictures/" in request.url) != bool(killed):
            killed.append(request.url)
            server.kill()

    page.on("request", kill)
    context.set_offline(False)
    for _time in range(2):
        page.get_by_text("没有网络").wait_for()
        while server.answers():
            page.wait_for_timeout(200)
        server.start()
        page.get_by_role("button", name="现在发送").click()
        page.wait_for_timeout(2000)
    page.get_by_role("button", name="现在发送").click()
    nothing_left(page)
    kept: list[Any] = json.loads(server.run("-c", KEPT))
    assert (len(killed), kept) == (2, [["隐患0", "隐患1", "隐患2"], 3, 0])
    context.close()
