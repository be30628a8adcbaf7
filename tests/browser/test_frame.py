"""Signing in, and every section of the menu, on a wide and on a narrow screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from safecommunity.ledgers import actions as ledgers
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from safecommunity.units.permissions import ROLES
from safecommunity.web import nav
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page

SCREENS = [(1440, "light"), (390, "dark")]
DRILL = {
    "name": "消防疏散演练", "kind": "fire", "form": "full", "held_date": "2026-03-05", "organiser": "创建办",
    "persons": 40, "scenario": "三楼起火，疏散到广场",
}  # fmt: skip


@pytest.fixture
def unit(db: None) -> Unit:
    made = make.unit(name="阳光街道", slug="ygjd")
    ledgers.add(ledger="drills", unit=made, values=DRILL, by=None)
    return made


@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_the_sign_in_page_holds(visit: Visit, width: int, theme: str) -> None:
    check_page(visit("/account/sign-in/", width=width, theme=theme), f"sign-in-{theme}-{width}")


def test_a_wrong_password_is_said_and_the_right_one_leads_home(visit: Visit, unit: Unit) -> None:
    make.member(unit)
    page = visit("/")
    page.get_by_label("用户名").fill("lin")
    page.get_by_label("密码").fill("something else")
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".error-summary")).to_be_visible()
    check_page(page, expected=("status of 4",))
    page.get_by_label("密码").fill(make.PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/ygjd/")
    expect(page.locator("h1")).to_contain_text("工作台")


@pytest.mark.parametrize(("width", "theme"), SCREENS)
@pytest.mark.parametrize("section", [section.code for section in nav.SECTIONS])
def test_every_section_holds(visit: Visit, unit: Unit, section: str, width: int, theme: str) -> None:
    (permission,) = [one.permission for one in nav.SECTIONS if one.code == section]
    role = next(code for code in ("office", *ROLES) if permission in ROLES[code].permissions)
    lin = make.member(unit, role)
    (entry,) = [entry for entry in nav.entries(lin, unit, "") if entry.section.code == section]
    page = visit(entry.url, person=lin, width=width, theme=theme)
    check_page(page, f"section-{section}-{theme}-{width}")
    menu = page.locator(".bottombar" if width < 720 else ".sidebar")
    if width >= 720 or entry.phone:
        expect(menu.locator("[aria-current=page]")).to_have_text(entry.label)


def test_the_phone_reaches_every_section_through_more(visit: Visit, unit: Unit) -> None:
    lin = make.member(unit)
    page = visit("/ygjd/", person=lin, width=390)
    page.get_by_role("button", name="更多").click()
    shown = page.locator("#more a").all_inner_texts()
    assert shown == [entry.label for entry in nav.entries(lin, unit, "home")]
    check_page(page, "more-390")
    page.locator("#more").get_by_text("台账").click()
    page.wait_for_url("**/ygjd/ledgers/")


def test_signing_out_works_where_the_browser_keeps_nothing(visit: Visit, unit: Unit) -> None:
    page = visit("/ygjd/", person=make.member(unit))
    page.evaluate("() => { indexedDB.databases = () => Promise.reject(new Error('kept from pages')); }")
    page.locator(".topbar details[data-menu] summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/account/sign-in/**")


def test_signing_out_ends_the_session(visit: Visit, unit: Unit) -> None:
    page = visit("/ygjd/", person=make.member(unit))
    page.locator(".topbar details[data-menu] summary").click()
    check_page(page, "user-menu")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/account/sign-in/**")
    page.goto("/ygjd/")
    assert "/account/sign-in/" in page.url


@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_a_stale_save_shows_both_versions_and_mine_can_still_win(
    visit: Visit, unit: Unit, width: int, theme: str
) -> None:
    lin = make.member(unit)
    entry = Entry.objects.in_unit(unit).get()
    page = visit(f"/ygjd/ledgers/drills/{entry.pk}/edit/", person=lin, width=width, theme=theme)
    ledgers.change(entry=entry, version=entry.version, values={**DRILL, "persons": 55}, by=None)
    page.get_by_label("参演人数").fill("60")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_contain_text("别人刚刚改过同一条记录")
    check_page(page, f"stale-{theme}-{width}", expected=("status of 409",))
    differing = page.locator("tr[data-differs]")
    assert differing.count() == 1
    assert [differing.locator("td").nth(at).inner_text() for at in (0, 1)] == ["60", "55"]
    page.get_by_role("button", name="用我的覆盖").click()
    page.locator("#confirm [value=yes]").click()
    page.wait_for_url(f"**/ygjd/ledgers/drills/{entry.pk}/")
    assert Entry.objects.in_unit(unit).get().data["persons"] == 60
