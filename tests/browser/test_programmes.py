"""A programme in a real browser: from the choice of a plan to a re-plan, in every width and theme."""

from __future__ import annotations

import pytest

from safecommunity.web.clock import today
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.programmes import made


@pytest.mark.requirement("R179")
def test_a_plan_is_chosen_previewed_started_worked_on_and_laid_anew(visit: Visit) -> None:
    unit = make.unit()
    lin = make.member(unit)
    page = visit(f"/{unit.slug}/programmes/", person=lin)
    check_page(page, "programmes-empty")
    page.get_by_role("link", name="新建计划").first.click()
    check_page(page, "programmes-new")
    page.locator("section", has_text="街道安全社区创建").get_by_role("button", name="用这个方案").click()
    page.wait_for_url("**/prepare/")
    check_page(page, "programmes-prepare")
    year = today().year
    page.locator("#id_goal_date").fill(f"{year + 1}-12-17")
    page.get_by_role("button", name="保存并预览").click()
    page.wait_for_url("**/preview/")
    check_page(page, "programmes-preview")
    page.get_by_role("button", name="开始", exact=True).click()
    page.locator("h1 .badge", has_text="进行中").wait_for()
    check_page(page, "programmes-timeline")
    page.locator(".gantt-names a").first.click()
    page.locator("#id_state").select_option("doing")
    page.get_by_role("button", name="保存").click()
    page.locator("h1 .badge", has_text="进行中").wait_for()
    check_page(page, "programmes-task")
    page.get_by_role("link", name="调整日期").click()
    page.locator("#id_goal").fill(f"{year + 1}-12-24")
    page.locator("#id_days").fill("20")
    page.get_by_role("button", name="预览", exact=True).click()
    page.get_by_role("heading", name="会移动的任务").wait_for()
    check_page(page, "programmes-replan")
    page.locator("#reason").fill("评审改期")
    page.get_by_role("button", name="按预览调整").click()
    page.get_by_text("现在是第 2 版计划").wait_for()
    page.get_by_role("link", name="历次调整").click()
    page.get_by_text("评审改期").wait_for()
    check_page(page, "programmes-history")


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "light")])
def test_pages_of_programmes_hold_in_every_width_and_theme(visit: Visit, width: int, theme: str) -> None:
    unit = make.unit()
    lin = make.member(unit)
    row = made.started(unit, lin, keep=())
    base = f"/{unit.slug}/programmes/{row.uuid}"
    for name in ("", "calendar/?month=2026-12", "list/", "replan/?goal=2026-12-01"):
        page = visit(f"{base}/{name}", person=lin, width=width, theme=theme)
        check_page(page, f"programme-{name.partition('/')[0] or 'timeline'}-{width}-{theme}")
    check_page(visit(f"/{unit.slug}/programmes/mine/", person=lin, width=width, theme=theme))
    check_page(visit("/account/calendar/", person=lin, width=width, theme=theme))
