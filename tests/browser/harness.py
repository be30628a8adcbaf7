"""A real Chromium for the journeys, and what every page must hold in it.

`SAFECOMMUNITY_REQUIRE_BROWSER=1` makes a missing browser a failure; `SAFECOMMUNITY_SHOTS=folder` keeps a
picture of every checked page.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from playwright.sync_api import ConsoleMessage, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
VIOLATIONS = """
window.brokenRules = [];
document.addEventListener("securitypolicyviolation", (at) =>
  window.brokenRules.push(`${at.violatedDirective} ${at.blockedURI} ${at.sourceFile}:${at.lineNumber}`));
"""
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
SERIOUS = {"serious", "critical"}


def executable() -> str | None:
    """The first Chromium on this machine, or the one named in SAFECOMMUNITY_CHROMIUM."""
    named = os.environ.get("SAFECOMMUNITY_CHROMIUM", "")
    return next((found for name in (named, *NAMES) if name and (found := shutil.which(name))), None)


def watch(page: Page) -> Page:
    """Keep what the page complains about, from its first request on."""
    page.complaints = []  # type: ignore[attr-defined]

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            page.complaints.append(message.text)  # type: ignore[attr-defined]

    page.on("console", heard)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.add_init_script(VIOLATIONS)
    return page


def check_page(page: Page, name: str = "", expected: tuple[str, ...] = ()) -> None:
    """No complaint, no breach of the content policy, nothing wider than the window, nothing serious from axe.

    `expected` names the complaints a test provokes, for instance "status of 422".
    """
    page.wait_for_load_state("networkidle")
    shoot(page, name)
    said: list[str] = page.complaints  # type: ignore[attr-defined]
    findings = {
        "complaints": [line for line in said if not any(part in line for part in expected)],
        "content policy": page.evaluate("window.brokenRules"),
        "too wide": too_wide(page),
        "axe": serious_findings(page),
    }
    found = {kind: lines for kind, lines in findings.items() if lines}
    assert not found, f"{page.url}: {found}"


def too_wide(page: Page) -> list[str]:
    """Elements that make the page scroll sideways; [] when it does not."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => {
          const wide = document.documentElement.scrollWidth;
          if (wide <= innerWidth + 1) return [];
          return [...document.querySelectorAll("body *")]
            .map((one) => [one, Math.round(one.getBoundingClientRect().right)])
            .filter(([, right]) => right > innerWidth + 1)
            .map(([one, right]) => `${one.tagName.toLowerCase()}.${one.className} ${right}`)
            .slice(0, 8)
            .concat(`page ${wide} > ${innerWidth}`);
        }"""
    )


def serious_findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical, each with its first places."""
    found: dict[str, Any] = page.evaluate(f"{AXE}; axe.run(document, {{resultTypes: ['violations']}})")
    return [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes'][:3]]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


def shoot(page: Page, name: str) -> None:
    folder = os.environ.get("SAFECOMMUNITY_SHOTS")
    if folder and name:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def one_at_a_time(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the threads of the test server share one connection, so they take turns."""
    turn = Lock()

    def middleware(request: HttpRequest) -> HttpResponse:
        with turn:
            return answer(request)

    return middleware


class Program:
    """The real web server as a program of its own, on a port and in a data folder that outlive it."""

    def __init__(self, data: Path) -> None:
        """Begins with a copy of what the test has made so far."""
        if connection.vendor != "sqlite":
            pytest.skip("the data of a test is copied as one SQLite file")
        self.file = data / "safecommunity.sqlite3"
        self.file.write_bytes(connection.connection.serialize())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.bind = f"127.0.0.1:{free.getsockname()[1]}"
        strong = os.environ["SAFECOMMUNITY_SECRET_KEY"]
        self.environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "safecommunity.config.settings",
            "SAFECOMMUNITY_DATA": str(data), "SAFECOMMUNITY_DATABASE_URL": "",
            "SAFECOMMUNITY_AUDIT_KEY": strong, "SAFECOMMUNITY_DATA_KEY": strong,
            "SAFECOMMUNITY_TRUSTED_PROXIES": "0",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://{self.bind}"

    def start(self) -> None:
        """Returns when it answers."""
        command = [sys.executable, "-m", "safecommunity", "web", "--bind", self.bind, "--workers", "1"]
        self.process = subprocess.Popen(command, env=self.environment, start_new_session=True)
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            asked = http.client.HTTPConnection(self.bind, timeout=10)
            try:
                asked.request("GET", "/phone/app.webmanifest")
                asked.getresponse().read()
                return
            except OSError:
                time.sleep(0.05)
            finally:
                asked.close()
        raise TimeoutError(self.bind)

    def freeze(self) -> None:
        """It still takes connections, and answers none."""
        self._tell(signal.SIGSTOP)

    def thaw(self) -> None:
        self._tell(signal.SIGCONT)

    def kill(self) -> None:
        """All its processes at once: one left over would keep the port open and answer nothing."""
        if self.process is not None:
            self._tell(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def rows(self, question: str) -> list[Any]:
        """What its data answers to an SQL question."""
        with sqlite3.connect(self.file) as data:
            return data.execute(question).fetchall()

    def _tell(self, number: int) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, number)
