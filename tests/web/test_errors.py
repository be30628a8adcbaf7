"""What went wrong is said in words, with what to do next; the pages need neither database nor sign-in."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from safecommunity.config.urls import urlpatterns as site
from safecommunity.web import errors
from safecommunity.web.access import public

FAILURES: dict[str, Exception] = {
    "400": SuspiciousOperation("bad"),
    "403": PermissionDenied("您在“阳光街道”没有此项权限。"),
    "404": Http404(),
    "413": RequestDataTooBig("big"),
    "500": ZeroDivisionError(),
    "503": OperationalError("no database"),
}


@public("a test")
def fail(request: HttpRequest, code: str) -> HttpResponse:
    raise FAILURES[code]


urlpatterns = [path("fail/<code>/", fail), *site]
handler400 = errors.rejected
handler403 = errors.forbidden
handler404 = errors.missing
handler500 = errors.broken


@pytest.fixture
def client(settings: object) -> Iterator[Client]:
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("400", "请返回上一页"),
        ("403", "您在“阳光街道”没有此项权限。"),
        ("404", "没有这个页面"),
        ("413", "一次最多上传"),
        ("500", "请把下面的编号读给管理员"),
        ("503", "数据库暂时连不上"),
    ],
)
def test_each_failure_has_its_page_and_its_status(client: Client, code: str, words: str) -> None:
    page = client.get(f"/fail/{code}/")
    assert page.status_code == int(code)
    assert words in page.content.decode()


@pytest.mark.parametrize("code", ["500", "503"])
def test_the_code_on_the_page_is_the_code_in_the_log(
    client: Client, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="safecommunity.web.errors"):
        page = client.get(f"/fail/{code}/").content.decode()
    said = next(line.split()[2] for line in caplog.messages if line.startswith("error code"))
    assert f'<p class="error-code">{said}</p>' in page


def test_who_meets_a_closed_system_is_told_when_to_come_back(client: Client) -> None:
    page = client.get("/fail/503/")
    assert page.headers["Retry-After"] == "60"
    assert '<meta http-equiv="refresh" content="60">' in page.content.decode()
