"""The way in, the choice of unit, the style page, the language."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from safecommunity.config.checks import every_page_is_guarded
from tests import make

pytestmark = pytest.mark.django_db


def test_every_page_is_guarded() -> None:
    assert every_page_is_guarded(None) == []


def test_the_root_leads_to_the_unit_last_opened() -> None:
    city = make.unit(name="市创建办", kind="city-office", slug="1301")
    make.unit(name="阳光街道", parent=city, slug="130102001")
    client = make.client(make.member(city))
    assert client.get("/").url == "/1301/"
    client.get("/130102001/")
    assert client.get("/").url == "/130102001/"


def test_the_frame_of_a_page_without_a_unit_shows_the_one_last_opened() -> None:
    city = make.unit(name="市创建办", kind="city-office", slug="1301")
    make.unit(name="阳光街道", parent=city, slug="130102001")
    client = make.client(make.member(city))
    client.get("/130102001/")
    assert 'href="/130102001/search/"' in client.get("/units/").content.decode()


def test_who_holds_no_role_is_told_whom_to_ask() -> None:
    page = make.client(make.user("new")).get("/")
    assert "请联系安全管理员为您授权" in page.content.decode()


def test_nobody_gets_in_unsigned() -> None:
    assert Client().get("/").status_code == 302
    assert Client().get("/units/").status_code == 302


def test_the_choice_shows_visible_units_only() -> None:
    make.unit(name="别处街道")
    lin = make.member(make.unit(name="阳光街道"))
    page = make.client(lin).get("/units/").content.decode()
    assert "阳光街道" in page
    assert "别处街道" not in page


def test_the_list_of_units_costs_the_same_for_one_and_for_three(django_assert_num_queries: Any) -> None:
    city = make.unit(name="市创建办", kind="city-office")
    client = make.client(make.member(city))
    client.get("/units/")
    with django_assert_num_queries(queries := 7):
        client.get("/units/")
    for name in ("甲街道", "乙街道"):
        make.unit(name=name, parent=city)
    with django_assert_num_queries(queries):
        assert client.get("/units/").content.decode().count("<tr>") == 4


def test_the_style_page_is_open_and_whole() -> None:
    page = Client().get("/style/")
    assert page.status_code == 200
    assert "样式页" in page.content.decode()


def test_the_language_switch_keeps_the_choice_in_a_cookie() -> None:
    client = Client()
    answer = client.post("/language/", {"language": "en", "next": "/style/"})
    assert (answer.status_code, answer.url) == (302, "/style/")
    assert client.cookies["language"].value == "en"
    assert '<html lang="en">' in client.get("/style/").content.decode()


def test_the_theme_cookie_is_drawn_by_the_server_and_nothing_else_is() -> None:
    client = Client()
    client.cookies["theme"] = "dark"
    assert '<html lang="zh-hans" data-theme="dark">' in client.get("/style/").content.decode()
    client.cookies["theme"] = '"><script>'
    assert '<html lang="zh-hans">' in client.get("/style/").content.decode()
