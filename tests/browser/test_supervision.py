"""Supervision in a real browser: plan, draw, visit, finding, answer, accept; a veto and its appeal."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from safecommunity.jobs.worker import drain
from safecommunity.supervision.queries import appraisals as queries
from safecommunity.web.clock import today
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.supervision import made
from tests.supervision.test_appraisals import POINTS, settled


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"


def confirm(page: Any, name: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


@pytest.mark.requirement("R204")
def test_a_round_is_drawn_a_unit_visited_its_answer_accepted(visit: Visit) -> None:
    city, (street,) = made.city(1)
    chen, ding = made.inspectors(city, "chen", "ding")
    lin = make.member(street)
    page = visit(f"/{city.slug}/supervision/rounds/", person=chen)
    check_page(page, "rounds-empty")
    page.get_by_role("link", name="新建一轮").first.click()
    page.get_by_label("名称").fill("三季度联合督查")
    page.get_by_label("城市型（街道）").fill("1")
    for name in ("chen", "ding"):
        page.get_by_label(name, exact=True).check()
    check_page(page, "round-new")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="固定名单").click()
    check_page(page, "round-planning")
    confirm(page, "固定")
    page.get_by_label("种子", exact=True).fill(made.SEED)
    page.get_by_label("种子来源").fill(made.SOURCE)
    check_page(page, "round-fixed")
    page.get_by_role("button", name="抽签", exact=True).click()
    confirm(page, "抽签")
    page.get_by_role("link", name="核对抽签").click()
    page.get_by_text("督查安排与抽签一致").wait_for()
    check_page(page, "round-verify")
    public = visit(f"/draws/{page.url.split('/')[-3]}/")
    public.get_by_text("名单与摘要一致").wait_for()
    check_page(public, "draw-record")

    page = visit(f"/{city.slug}/supervision/visits/", person=ding, width=390)
    check_page(page, "visits-390")
    page.get_by_role("link", name="街道1").click()
    page.get_by_label("督查日期").fill(today().isoformat())
    page.get_by_role("button", name="保存").click()
    page.locator("#id_text").fill("消防通道堆放杂物")
    page.locator("#id_basis").fill("《消防法》第二十八条")
    page.get_by_label("严重问题").check()
    check_page(page, "visit-390")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_label("总体情况").fill("个别通道不畅")
    page.get_by_role("button", name="结束督查").click()
    confirm(page, "结束")
    page.locator("h1 .badge", has_text="已督查").wait_for()

    unit = visit(f"/{street.slug}/supervision/findings/", person=lin, width=390)
    check_page(unit, "findings-390")
    unit.get_by_role("link", name="消防通道堆放杂物").click()
    unit.get_by_label("整改情况").fill("已清理并安排巡查")
    check_page(unit, "visit-answer-390")
    unit.get_by_role("button", name="反馈").click()
    unit.get_by_text("已反馈，等督查单位确认。").wait_for()

    page.reload()
    page.get_by_label("认可，问题办结").check()
    check_page(page, "visit-decide-390")
    page.get_by_role("button", name="提交意见").click()
    page.locator(".card-head .badge", has_text="已确认").wait_for()
    check_page(page, "visit-accepted-390")


@pytest.mark.requirement("R204")
def test_more_time_is_asked_for_on_a_phone_and_granted(visit: Visit) -> None:
    city, (street,) = made.city(1)
    chen, ding = made.inspectors(city, "chen", "ding")
    lin = make.member(street)
    row = made.arranged(city, street, [chen, ding])
    made.found(row, chen)
    made.finished(row, chen)
    address = f"/{street.slug}/supervision/visits/{row.uuid}/"
    unit = visit(address, person=lin, width=390)
    unit.get_by_text("申请延期").first.click()
    later = (made.DAY + timedelta(days=20)).isoformat()
    unit.get_by_label("申请延至").fill(later)
    unit.get_by_label("延期理由").fill("等施工单位进场")
    check_page(unit, "visit-more-time-390")
    unit.get_by_role("button", name="申请延期").click()
    unit.locator(".said .badge", has_text="待审批").wait_for()
    assert unit.get_by_label("申请延至").count() == 0

    page = visit(address, person=ding)
    page.get_by_label("同意延期", exact=True).check()
    page.get_by_label("审批意见").fill("同意，七日内先设警示")
    check_page(page, "visit-time-asked")
    page.get_by_role("button", name="提交审批").click()
    page.locator(".said .badge", has_text="已同意").wait_for()
    unit.reload()
    unit.locator(".facts dd", has_text=later).wait_for()
    check_page(unit, "visit-more-time-given-390")


@pytest.mark.requirement("R205")
def test_a_veto_is_proposed_decided_and_appealed(visit: Visit) -> None:
    city, (street,) = made.city(1)
    chen, ding = made.inspectors(city, "chen", "ding")
    lin = make.member(street)
    page = visit(f"/{street.slug}/supervision/propose/", person=chen)
    page.get_by_label("事实和理由").fill("年度任务没有完成")
    page.get_by_label("依据材料").fill("年度考核记录")
    page.get_by_role("button", name="提出").click()
    page.wait_for_url(re.compile(r"supervision/[0-9a-f-]{36}/$"))
    address = page.url.partition("/supervision/")[2]
    page = visit(f"/{street.slug}/supervision/{address}", person=ding)
    page.get_by_label("予以否决").check()
    page.get_by_label("决定意见").fill("予以否决")
    page.get_by_label("申诉截止").fill((today() + timedelta(days=15)).isoformat())
    page.get_by_role("button", name="决定").click()
    page.locator("h1 .badge", has_text="已决定").wait_for()
    unit = visit(f"/{street.slug}/supervision/{address}", person=lin, width=390)
    unit.get_by_label("申诉理由").fill("任务已经完成")
    check_page(unit, "veto-appeal-390")
    unit.get_by_role("button", name="申诉").click()
    unit.locator("h1 .badge", has_text="申诉中").wait_for()


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "dark")])
def test_pages_of_supervision_hold_in_every_width_and_theme(visit: Visit, width: int, theme: str) -> None:
    city, streets = made.city(3)
    people = made.inspectors(city)
    row = made.drawn(city, people)
    planned = made.planned(city, people)
    seen = made.arranged(city, streets[0], people[:2])
    made.found(seen, people[0])
    made.finished(seen, people[0])
    base = f"/{city.slug}/supervision"
    for path in (
        f"{base}/rounds/",
        f"{base}/rounds/new/",
        f"{base}/rounds/{row.uuid}/",
        f"{base}/rounds/{planned.uuid}/",
        f"{base}/rounds/{row.uuid}/verify/",
        f"{base}/visits/",
        f"{base}/visits/new/",
        f"{base}/findings/",
        f"/{streets[0].slug}/supervision/visits/{seen.uuid}/",
        f"/draws/{row.uuid}/",
    ):
        page = visit(path, person=people[0], width=width, theme=theme)
        check_page(page, f"supervision-{path.strip('/').replace('/', '-')[-40:]}-{width}")


@pytest.mark.requirement("R137", "R167", "R201")
def test_a_year_is_appraised_and_published_and_a_unit_honoured(visit: Visit) -> None:
    city, streets = made.city(4)
    people = made.inspectors(city)
    lin = make.member(streets[0])
    page = visit(f"/{city.slug}/supervision/appraisals/", person=people[0])
    check_page(page, "appraisals-empty")
    page.get_by_role("link", name="开始年度考核").first.click()
    page.get_by_label("考核年度").fill(str(today().year))
    page.get_by_label("城市型（街道）（4）").check()
    check_page(page, "appraisal-new")
    page.get_by_role("button", name="开始", exact=True).click()
    page.wait_for_url(re.compile(r"appraisals/[0-9a-f-]{36}/$"))
    drain()
    row = queries.appraisals(city)[0]
    settled(row, people[0], POINTS)
    page.reload()
    page.get_by_text("1–2").first.wait_for()
    check_page(page, "appraisal-open")
    page.get_by_role("button", name="公布结果").click()
    confirm(page, "公布")
    page.locator("h1 .badge", has_text="已公布").wait_for()
    page.get_by_role("link", name="第 1 次").click()
    check_page(page, "appraisal-edition")
    check_page(visit(f"/{city.slug}/supervision/appraisals/{row.uuid}/rates/", person=people[0]), "rates")
    unit = visit(f"/{streets[0].slug}/supervision/appraisals/", person=lin, width=390)
    unit.get_by_text("本单位的考核结果").wait_for()
    check_page(unit, "appraisal-told-390")

    page = visit(f"/{city.slug}/supervision/awards/", person=people[0], theme="dark")
    page.get_by_role("link", name="提名表彰").click()
    page.get_by_label("荣誉名称").fill("安全社区创建先进单位")
    page.get_by_label("级别").select_option("municipal")
    page.get_by_label("单位", exact=True).first.check()
    page.locator("#id_unit").select_option(streets[0].slug)
    page.get_by_label("事迹").fill("年度考核第一档")
    check_page(page, "award-new-dark")
    page.get_by_role("button", name="提名", exact=True).click()
    page.locator("h1 .badge", has_text="已提名").wait_for()
    other = visit(page.url, person=people[1], width=390, theme="dark")
    other.get_by_label("予以表彰").check()
    check_page(other, "award-decide-390-dark")
    other.get_by_role("button", name="决定").click()
    other.locator("h1 .badge", has_text="已表彰").wait_for()
    check_page(visit(f"/{city.slug}/supervision/awards/", person=people[0], width=390), "awards-390")
