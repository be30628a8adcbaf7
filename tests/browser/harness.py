"""A real Chromium for the journeys, and what every page must hold in it.

`SAFECOMMUNITY_REQUIRE_BROWSER=1` makes a missing browser a failure; `SAFECOMMUNITY_SHOTS=folder` keeps a
picture of every checked page.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

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
