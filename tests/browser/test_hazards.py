"""A hidden hazard in a real browser at the width of a phone: from a failing item to its closing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from safecommunity.hazards import actions, queries
from safecommunity.hazards.models import HiddenHazard
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.hazards import made
from tests.hazards.made import Town

PHONE = 390


@pytest.fixture
def here() -> Town:
    return made.town()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "现场.jpg"
    path.write_bytes(made.picture())
    return path


def address(here: Town, row: HiddenHazard) -> str:
    return f"/{here.block.slug}/hazards/{row.client_uuid}/"


def act(page: Page, name: str, **typed: str) -> None:
    """Open the form of an act if it is folded, fill it in and send it."""
    form = page.locator("details", has=page.locator("summary", has_text=name)).first
    if form.get_attribute("open") is None:
        form.locator("summary").first.click()
    for label, text in typed.items():
        form.get_by_label(label).first.fill(text)
    form.get_by_role("button", name=name, exact=True).click()
    if page.locator("dialog[open]").count():
        page.locator("dialog[open]").get_by_role("button", name=name, exact=True).click()
    page.get_by_text("已办理").first.wait_for()


@pytest.mark.requirement("R94", "R161")
def test_from_a_failing_item_to_the_closing_on_a_phone(visit: Visit, here: Town, photo: Path) -> None:
    made.shop(here.block, "阳光饭店")
    assert here.keeper
    page = visit(f"/{here.block.slug}/hazards/inspections/new/", person=here.officer, width=PHONE)
    check_page(page, "round-new-390")
    page.get_by_label("检查名称").fill("夜间巡查")
    page.get_by_label("工作场所安全检查表").check()
    page.locator("#id_premises").select_option(label="阳光饭店")
    page.get_by_role("button", name="开始检查").click()
    page.get_by_role("link", name="下一处").click()
    for one in page.locator("input[type=radio][value=na]").all():
        one.check(force=True)
    page.locator("[name='value:workplace/4.2'][type=text]").fill("91")
    check_page(page, "visit-390")
    page.get_by_role("button", name="保存检查结果").click()
    page.get_by_text("有 1 项不合格").wait_for()
    check_page(page, "visit-failed-390")
    page.get_by_role("button", name="登记隐患").click()
    page.get_by_text("已登记隐患").first.wait_for()
    check_page(page, "hazard-registered-390")
    row = queries.hazards(here.block).get()

    office = visit(address(here, row), person=here.lin, width=PHONE)
    act(office, "核定等级")
    act(office, "派发整改", 责任人="赵强", 整改措施="加隔声罩")
    check_page(office, "hazard-assigned-390")
    answer(visit, page, office, here, row, photo, "加了隔声罩")
    page.goto(address(here, row))
    act(page, "复查不通过", 还有什么问题="还是超标")
    answer(visit, page, office, here, row, photo, "又换了机器", again=True)
    page.goto(address(here, row))
    act(page, "复查通过")
    office.goto(address(here, row))
    act(office, "销号")
    expect(office.locator("h1 .badge").first).to_contain_text("已销号")
    check_page(office, "hazard-closed-390")


def answer(
    visit: Visit,
    officer: Page,
    office: Page,
    here: Town,
    row: HiddenHazard,
    photo: Path,
    text: str,
    *,
    again: bool = False,
) -> None:
    """The contact without an account opens the link that the office made, and answers with a picture."""
    office.goto(address(here, row))
    office.locator("summary", has_text="发整改链接").click()
    office.get_by_role("button", name="生成链接").click()
    link = office.locator("code.hash").first.inner_text()
    check_page(office, "hazard-link-390")
    contact = visit("/" + link.split("/", 3)[3], width=PHONE)
    if again:
        contact.get_by_text("还是超标").wait_for()
    contact.get_by_label("整改情况").fill(text)
    contact.locator("input[type=file]").set_input_files(str(photo))
    check_page(contact, "notice-390")
    contact.get_by_role("button", name="提交整改结果").click()
    contact.get_by_text("等待复查。复查结果").wait_for()
    check_page(contact, "notice-sent-390")


def test_what_is_overdue_goes_up_and_a_listed_one_is_taken_off(visit: Visit, here: Town) -> None:
    now = timezone.localtime()
    late = made.assigned(here, place="逾期处", now=now - timedelta(days=3))
    assert here.mayor
    actions.remind(root=here.city, now=now, by=None)
    page = visit(address(here, late), person=here.lin, width=PHONE)
    expect(page.locator("h1 .badge").first).to_contain_text("已逾期")
    page.get_by_text("逾期提级督办").first.wait_for()
    check_page(page, "hazard-overdue-390")
    row = made.guaranteed(here, place="重大处", now=now)
    mayor = visit(address(here, row), person=here.mayor, width=PHONE)
    act(mayor, "挂牌督办")
    mayor.locator(".notice", has_text="还有").first.wait_for()
    check_page(mayor, "hazard-listed-390")
    row.refresh_from_db()
    row = actions.begin(hazard=row, version=row.version, by=here.keeper, now=now)
    row = actions.fix(hazard=row, version=row.version, text="已拆除", by=here.keeper, now=now)
    row = actions.check(hazard=row, version=row.version, passed=True, opinion="", by=here.officer, now=now)
    mayor.goto(address(here, row))
    act(mayor, "批准摘牌")
    act(mayor, "销号")
    expect(mayor.locator("h1 .badge").first).to_contain_text("已销号")


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (PHONE, "light")])
def test_pages_of_hazards_hold_in_every_width_and_theme(
    visit: Visit, here: Town, width: int, theme: str
) -> None:
    made.shop(here.block, "阳光饭店")
    made.assigned(here)
    base = f"/{here.street.slug}/hazards/"
    for name in (
        "",
        "board/",
        "map/",
        "new/",
        "statistics/",
        "plans/",
        "plans/new/",
        "coverage/",
        "checklists/fire/",
    ):
        page = visit(f"{base}{name}", person=here.lin, width=width, theme=theme)
        check_page(page, f"hazards-{name.replace('/', '-') or 'list'}{width}-{theme}")
