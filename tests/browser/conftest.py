"""`visit` opens a page of the live server in a fresh profile, signed in or not, in a width and a theme."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.utils import override_settings
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser import harness

Visit = Callable[..., Page]
MISSING = "NO CHROMIUM ON THIS MACHINE: THE BROWSER JOURNEYS DID NOT RUN"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))  # one Chromium, one server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = harness.executable()
    if found is None:
        if os.environ.get("SAFECOMMUNITY_REQUIRE_BROWSER") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's loop lives in the thread of the tests
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(harness.FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[LiveServer]:
    """Shares the in-memory database of the test, whose transaction takes everything back afterwards."""
    with override_settings(MIDDLEWARE=["tests.browser.harness.one_at_a_time", *settings.MIDDLEWARE]):
        live = LiveServer("127.0.0.1")
    yield live
    live.stop()


@pytest.fixture
def visit(chromium: Browser, server: LiveServer, db: None) -> Iterator[Visit]:
    contexts = []

    def open_page(
        path: str, *, person: Any = None, width: int = 1440, theme: str = "light", language: str = "zh-hans",
        address: str = "", session: str = "",
    ) -> Page:  # fmt: skip
        """`address` of another server than the one of the tests; `session` made before, for `person`."""
        context = chromium.new_context(
            viewport={"width": width, "height": 844 if width < 720 else 900},
            base_url=address or server.url,
            locale="zh-CN",
            has_touch=width < 720,
            accept_downloads=True,
        )
        contexts.append(context)
        cookies = {"theme": theme, settings.LANGUAGE_COOKIE_NAME: language}
        if session or person is not None:
            cookies[settings.SESSION_COOKIE_NAME] = session or session_of(person)
        where = address or server.url
        context.add_cookies([{"name": n, "value": v, "url": where} for n, v in cookies.items()])
        page = harness.watch(context.new_page())
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def session_of(person: Any) -> str:
    """The cookie of a person who has just signed in."""
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
