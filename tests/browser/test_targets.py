"""Targets in a real browser: set, broken down, handed down, moved, signed by both sides."""

from __future__ import annotations

import pytest

from safecommunity.web.clock import today
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.targets import made


@pytest.mark.requirement("R173", "R174")
def test_targets_are_broken_down_handed_down_and_signed_by_both_sides(visit: Visit) -> None:
    city = make.unit("广安市", kind="city-office")
    boss = make.member(city, "city-office", "boss")
    _first, lin = made.county(city)
    made.county(city, "岳池县", "chen")
    page = visit(f"/{city.slug}/targets/", person=boss)
    check_page(page, "targets-empty")
    page.get_by_role("link", name="设定目标").first.click()
    page.locator("#id_metric").select_option(made.STARTS)
    page.locator("#id_amount").fill("15")
    page.locator("#id_basis").fill("川安办〔2013〕31号")
    check_page(page, "targets-new")
    page.get_by_role("button", name="设定", exact=True).click()
    page.get_by_label("前锋区").fill("7")
    page.get_by_label("岳池县").fill("7")
    page.get_by_role("button", name="保存分解").click()
    page.get_by_text("分解合计少 1").wait_for()
    page.locator("#id_explanation").fill("另1个由市直园区承担")
    page.get_by_role("button", name="保存分解").click()
    page.get_by_text("分解已保存").wait_for()
    page.get_by_role("button", name="下达", exact=True).click()
    page.locator("dialog").get_by_role("button", name="下达").click()
    page.get_by_text("各单位已收到通知").wait_for()
    page.get_by_label("前锋区").fill("6")
    page.get_by_label("岳池县").fill("8")
    page.locator("#id_reason").fill("前锋区一个镇改由岳池县承担")
    page.get_by_role("button", name="保存分解").click()
    page.locator("aside del", has_text="7").first.wait_for()
    check_page(page, "targets-detail")
    page.goto(page.url.split("/targets/")[0] + "/targets/")
    page.get_by_role("row", name="前锋区").get_by_role("button", name="签发").click()
    page.locator("dialog").get_by_role("button", name="签发").click()
    page.get_by_text("等责任单位签收").wait_for()
    address = page.url
    below = visit(address[address.index("/", 8) :], person=lin, width=390)
    below.get_by_role("button", name="签收").click()
    below.locator("dialog").get_by_role("button", name="签收").click()
    below.locator("h1 .badge", has_text="已签收").wait_for()
    check_page(below, "targets-pledge-390")


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "light")])
def test_pages_of_targets_hold_in_every_width_and_theme(visit: Visit, width: int, theme: str) -> None:
    city = make.unit("广安市", kind="city-office")
    boss = make.member(city, "city-office", "boss")
    county, _lin = made.county(city)
    year = today().year
    row = made.target(city, boss, year=year, due_date=today().replace(month=12, day=31))
    made.issued(row, boss, {county: 6})
    for name in ("", f"{row.uuid}/", f"{row.uuid}/change/", "map/"):
        page = visit(f"/{city.slug}/targets/{name}", person=boss, width=width, theme=theme)
        check_page(page, f"targets-{name.strip('/')[-6:] or 'index'}-{width}-{theme}")
