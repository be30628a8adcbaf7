"""Injuries in a real browser: a fall card on a phone, the month in a sentence, an alert to its end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from safecommunity.library import watches
from safecommunity.surveillance import actions
from safecommunity.web.clock import today
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.surveillance.test_figures import put
from tests.surveillance.test_hotspots import CODES, CORNER, hurt, street_of


@pytest.mark.requirement("R162")
def test_a_fall_is_entered_on_a_phone(visit: Visit) -> None:
    unit = make.unit()
    page = visit(f"/{unit.slug}/injuries/", person=make.member(unit), width=390)
    check_page(page, "injuries-empty-390")
    page.get_by_role("link", name="填一张卡").first.click()
    expect(page.locator("[data-branch=fall]")).to_be_hidden()
    choices = {
        "place": "home", "cause": "fall", "activity": "vital", "fall_type": "stairs", "sex": "female",
        "nature": "fracture", "body_part": "leg", "severity": "moderate", "outcome": "admitted",
    }  # fmt: skip
    for name, code in choices.items():
        page.locator(f"#id_{name}").select_option(code)
    assert page.locator("[data-branch=fall]").is_visible()
    expect(page.locator("[data-branch=traffic]")).to_be_hidden()
    check_page(page, "injuries-form-390")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("必填").first.wait_for()
    assert page.locator("#id_fall_type").input_value() == "stairs"
    page.locator("#id_age").fill("72")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("heading", name="跌倒、坠落").wait_for()
    check_page(page, "injuries-card-390", expected=("status of 422",))


@pytest.mark.requirement("R164")
def test_the_overview_is_read_and_an_alert_followed_to_its_end(visit: Visit) -> None:
    unit = make.unit()
    lin = make.member(unit)
    day = today()
    monday = day - timedelta(days=day.weekday())
    for back in range(60):
        put(unit, monday - timedelta(days=7 * back + 5), 1, today=day)
    put(unit, monday - timedelta(days=3), 12, today=day)
    actions.look(unit=unit, watch=watches["weekly"], today=day, by=None)
    page = visit(f"/{unit.slug}/injuries/?month={monday - timedelta(days=3):%Y-%m}", person=lin)
    check_page(page, "injuries-overview")
    page.locator("#story a").first.click()
    page.locator("table tbody tr").first.wait_for()
    page.go_back()
    page.get_by_role("link", name="人群、地点、时间、原因").click()
    page.get_by_role("heading", name="谁：年龄和性别").wait_for()
    check_page(page, "injuries-explore")
    page.get_by_role("link", name="比较", exact=True).click()
    check_page(page, "injuries-compare")
    page.get_by_role("link", name="预警", exact=True).click()
    check_page(page, "injuries-alerts")
    page.get_by_role("link", name="家中 · 跌倒、坠落").click()
    page.get_by_text("往常平均约").wait_for()
    check_page(page, "injuries-alert")
    page.get_by_label("已采取措施").check()
    page.locator("#id_note").fill("楼道装扶手")
    page.get_by_role("button", name="保存", exact=True).click()
    page.locator("h1 .badge", has_text="已采取措施").wait_for()
    page.get_by_role("button", name="提出促进项目").click()
    expect(page.locator("#id_name")).to_have_value("家中 · 跌倒、坠落 干预项目")
    expect(page.locator("#id_background")).to_have_value(re.compile("往常平均约"))
    page.go_back()
    page.get_by_role("link", name="据此做了什么").click()
    check_page(page, "injuries-lead")
    page.get_by_role("link", name="看这些记录").click()
    page.locator("table tbody tr").first.wait_for()


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "light")])
def test_pages_of_injuries_hold_in_every_width_and_theme(visit: Visit, width: int, theme: str) -> None:
    unit = make.unit()
    lin = make.member(unit)
    put(unit, today() - timedelta(days=40), 30, today=today())
    names = (
        "explore/", "findings/", "places/", "compare/", "effect/", "alerts/", "cards/", "doubles/",
        "quality/", "imports/", "public/", "methods/",
    )  # fmt: skip
    for name in ("", *names):
        page = visit(f"/{unit.slug}/injuries/{name}", person=lin, width=width, theme=theme)
        check_page(page, f"injuries-{name.strip('/') or 'overview'}-{width}-{theme}")
    for name in ("", "add/"):
        page = visit(f"/{unit.slug}/accidents/{name}", person=lin, width=width, theme=theme)
        check_page(page, f"accidents-{name.strip('/') or 'list'}-{width}-{theme}")


@pytest.mark.requirement("R102")
@pytest.mark.parametrize("width", [1440, 390])
def test_places_that_lie_together_are_on_the_map_and_open_their_records(visit: Visit, width: int) -> None:
    street = street_of(CODES)
    for code in CODES:
        hurt(street, code, 40 if code in CORNER else 11)
    lin = make.member(street)
    page = visit(f"/{street.slug}/injuries/places/?from=2026-01-01&to=2026-12-31", person=lin, width=width)
    page.get_by_text("相邻的 2 处合计 80 起").wait_for()
    expect(page.locator(".risk-mark[data-tone=red]")).to_have_count(2)
    expect(page.locator(".risk-mark")).to_have_count(len(CODES))
    check_page(page, f"injuries-places-together-{width}")
    page.locator(".risk-mark[data-tone=red]").last.click()
    page.locator(".leaflet-popup-content a").click()
    page.get_by_text("40 张").first.wait_for()
