"""The look itself: the style page and the frame in both widths and both themes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from safecommunity.assessment import actions as assessments
from safecommunity.assessment.models import PlannedAction
from safecommunity.ledgers.models import Entry
from safecommunity.web.clock import now, today
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page

WIDTHS = [1440, 1000, 390]
THEMES = ["light", "dark"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_style_page_holds_in_every_width_and_theme(visit: Visit, width: int, theme: str) -> None:
    check_page(visit("/style/", width=width, theme=theme), f"style-{theme}-{width}")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1440, 390])
def test_the_choice_of_unit_holds(visit: Visit, width: int, theme: str) -> None:
    lin = make.member(make.unit())
    check_page(visit("/units/", person=lin, width=width, theme=theme), f"units-{theme}-{width}")


def test_the_theme_switch_repaints_at_once_and_is_remembered(visit: Visit) -> None:
    page = visit("/style/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(245, 247, 249)"
    page.locator("main [data-theme-switch] button[value=dark]").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 22, 29)"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_dangerous_button_asks_first_and_escape_says_no(visit: Visit) -> None:
    page = visit("/style/")
    page.get_by_role("button", name="先看再做").click()
    dialog = page.locator("#confirm")
    assert dialog.locator("h2").inner_text() == "重新计算 1,000 个单位的分数？"
    assert dialog.locator("[value=yes]").inner_text() == "重新计算"
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.url.endswith("/style/")


def test_choosing_rows_shows_how_many_and_shift_takes_a_stretch(visit: Visit) -> None:
    page = visit("/style/")
    bar = page.locator(".bulk")
    assert not bar.is_visible()
    rows = page.locator("input[data-row]")
    rows.nth(0).click()
    rows.nth(2).click(modifiers=["Shift"])
    assert bar.locator("[data-chosen]").inner_text() == "3"
    assert page.locator("input[data-all]").is_checked()
    bar.get_by_role("button", name="取消选择").click()
    assert not bar.is_visible()


def test_a_menu_closes_on_escape_and_gives_the_focus_back(visit: Visit) -> None:
    page = visit("/style/")
    summary = page.locator("main details[data-menu] summary")
    summary.click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.locator("main details[data-menu]").get_attribute("open") is None


def test_an_unsaved_change_is_said_beside_the_save_button(visit: Visit) -> None:
    page = visit("/style/")
    note = page.locator("#sample-form [data-save-state]")
    assert not note.is_visible()
    page.locator("#sample-form [name=name]").fill("新名称")
    assert note.is_visible()


def test_ctrl_k_finds_a_unit_by_its_pinyin_initials_and_enter_opens_it(visit: Visit) -> None:
    city = make.unit(name="石家庄市创建办", kind="city-office", slug="1301")
    make.unit(name="阳光街道", parent=city, slug="130102001")
    lin = make.member(city)
    page = visit("/1301/", person=lin)
    page.keyboard.press("Control+k")
    page.keyboard.type("ygjd")
    page.locator("#palette-results").get_by_text("阳光街道").wait_for()
    # A search that the next letter overtakes is given up, which htmx reports.
    check_page(page, "palette", expected=("htmx:sendAbort", "htmx:afterRequest"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/130102001/")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_home_page_holds_in_every_width_and_theme(visit: Visit, width: int, theme: str) -> None:
    unit = make.unit(name="阳光街道", slug="ygjd")
    lin = make.member(unit)
    for scheme in ("national-2006", "chongqing-2009", "shijiazhuang"):
        assessment = assessments.start(
            unit=unit, scheme=scheme, period=f"{today().year}", by=lin, today=today(), now=now()
        )
    for days, text in ((-3, "补齐第二季度演练记录"), (4, "完成特种作业持证复核"), (30, "公布年度评审结论")):
        PlannedAction.objects.create(
            unit=unit, path=unit.path, assessment=assessment, action=text, indicator="1.1", text=text,
            owner=lin.display_name, due_date=today() + timedelta(days=days), effort=1, cost=0, gain=1, by=lin,
        )  # fmt: skip
        Entry.objects.create(
            unit=unit, path=unit.path, ledger="special-operation-certificates", title=f"焊接作业 · {days}",
            expires_date=today() + timedelta(days=days),
        )  # fmt: skip
    page = visit("/ygjd/", person=lin, width=width, theme=theme)
    page.locator(".later").last.scroll_into_view_if_needed()
    expect(page.locator(".later")).to_have_count(0, timeout=20_000)
    check_page(page, f"home-{theme}-{width}")
