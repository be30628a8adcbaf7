"""Risks in a real browser: registered, evaluated with the figure in sight, seen on a map of the past."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from safecommunity.web.clock import today
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.risks.made import GENERAL, LOW, MAJOR, evaluation, graded

HERE = {"longitude": 114.466, "latitude": 38.03}


@pytest.mark.requirement("R158")
def test_a_risk_is_registered_and_its_grade_follows_what_is_chosen(visit: Visit) -> None:
    unit = make.unit()
    page = visit(f"/{unit.slug}/risks/", person=make.member(unit))
    check_page(page, "risks-empty")
    page.get_by_role("link", name="登记风险点").first.click()
    for label, text in (("风险点名称", "充电棚"), ("位置", "幸福里3号楼旁"), ("责任人", "王建国")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("危险有害因素").fill("线路老化")
    page.get_by_label("责任部门或单位").fill("物业公司")
    check_page(page, "risks-form")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/evaluate/")
    for when, likelihood in (("before", "6"), ("after", "3")):
        for factor, value in (("likelihood", likelihood), ("exposure", "6"), ("consequence", "15")):
            page.locator(f"#id_{when}-{factor}").select_option(value)
    outcome = page.locator(".outcome")
    expect(outcome).to_contain_text("6 × 6 × 15 = 540")
    expect(outcome).to_contain_text("3 × 6 × 15 = 270")
    expect(outcome).to_contain_text("街道（乡镇）分管部门")
    page.get_by_label("同一时间聚集").check()
    expect(outcome).to_contain_text("街道（乡镇）主要负责人")
    page.get_by_label("管理措施").fill("每周巡查")
    check_page(page, "risks-evaluate")
    page.get_by_role("button", name="保存评价").click()
    page.locator("h1 .badge", has_text="重大风险").wait_for()
    check_page(page, "risks-detail")


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_the_map_draws_marks_and_goes_back_in_time(visit: Visit, width: int, theme: str) -> None:
    unit = make.unit()
    now = today()
    row = graded(unit, MAJOR, now - timedelta(days=100), name="加油站", building="1号楼", **HERE)
    evaluation(row, LOW, on_date=now, today=now)
    graded(unit, GENERAL, now, name="水池", longitude=114.48, latitude=38.04)
    page = visit(f"/{unit.slug}/risks/map/", person=make.member(unit), width=width, theme=theme)
    expect(page.locator(".risk-mark")).to_have_count(2)
    expect(page.locator('.risk-mark[data-tone="blue"]')).to_have_count(1)
    check_page(page, f"risks-map-{width}-{theme}")
    page.locator("#back").fill("1")
    page.wait_for_url("**back=1**")
    expect(page.locator('.risk-mark[data-tone="red"]')).to_have_count(1)
    expect(page.locator(".risk-mark")).to_have_count(1)
    page.locator('.risk-mark[data-tone="red"]').click()
    page.get_by_role("link", name="加油站：重大 1").wait_for()
    page.locator("#level").select_option("building")
    page.wait_for_url("**level=building**")
    check_page(page, f"risks-buildings-{width}-{theme}")
    check_page(visit(f"/{unit.slug}/risks/statistics/", person=make.member(unit), width=width, theme=theme))
    check_page(visit(f"/{unit.slug}/risks/", person=make.member(unit), width=width, theme=theme))
    check_page(
        visit(f"/{unit.slug}/risks/{row.uuid}/", person=make.member(unit), width=width, theme=theme),
        f"risks-detail-{width}-{theme}",
    )
