"""Each of the four source plans, started in a real browser on its own day, its own dates on the page."""

from __future__ import annotations

from datetime import date

import pytest

from safecommunity import library
from safecommunity.programmes import queries
from safecommunity.web.pages.programmes import starting, views
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.library.test_programmes import REPLAYED

# A step whose day the plan itself states, and the latest it may be done.
STATED = {
    "city-pilot": ("officers", date(2008, 4, 20)),
    "sub-district": ("unit-plans", date(2013, 3, 31)),
    "prefecture-city": ("filing", date(2013, 7, 30)),
    "four-years": ("title", date(2012, 12, 15)),
}


@pytest.mark.parametrize("code", REPLAYED)
def test_a_plan_is_started_on_its_own_day(visit: Visit, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    start, goal = REPLAYED[code]
    for module in (starting, views):
        monkeypatch.setattr(module, "today", lambda: start)
    template = library.programmes[code]
    unit = make.unit("石家庄", kind=template.unit_kinds[0])
    page = visit(f"/{unit.slug}/programmes/new/", person=make.member(unit))
    page.locator("section", has_text=template.name.zh).get_by_role("button", name="用这个方案").click()
    page.wait_for_url("**/prepare/")
    page.locator("#id_goal_date").fill(goal.isoformat())
    page.get_by_role("button", name="保存并预览").click()
    page.wait_for_url("**/preview/")
    check_page(page, f"replay-{code}-preview")
    page.get_by_role("button", name="开始", exact=True).click()
    page.locator("h1 .badge", has_text="进行中").wait_for()
    check_page(page, f"replay-{code}-timeline")
    step, latest = STATED[code]
    (row,) = queries.programmes(unit)
    task = queries.tasks(row).get(step=step)
    assert task.due_date <= latest
    page.goto(f"{page.url}tasks/{task.uuid}/")
    page.get_by_text(task.due_date.isoformat()).first.wait_for()
    check_page(page, f"replay-{code}-task")
