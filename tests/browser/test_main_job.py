"""The main job in one real browser: a sheet becomes records, figures, grades, a plan and a report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import docx
import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook
from playwright.sync_api import Locator, Page, expect

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User
from safecommunity.jobs import worker
from safecommunity.library import shelf
from safecommunity.units.models import Unit
from safecommunity.web.clock import today
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.evidence.test_evidence import attach, photo
from tests.web.pages.ledgers.test_pages import GAS

HEAD = ["单位名称", "社会信用代码", "类别", "地址", "经营状态", "是否普查", "普查日期", "风险等级"]
SURVEY = "生产经营单位安全普查率"
NATIONAL = "全国安全社区现场评定表"
CHONGQING = "重庆市"
SENTENCE = f"截至{today():%Y年%-m月%-d日}，在册经营中的生产经营单位 8 家，已普查 6 家，普查率 75.0%。"
WRONG = GAS.replace('kind = "date"', 'kind = "day"')


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA, settings.EVIDENCE, settings.LIBRARY = tmp_path, tmp_path / "evidence", tmp_path / "library"
    monkeypatch.setattr(shelf, "_folders", [settings.LIBRARY])


@pytest.fixture
def unit(db: None) -> Unit:
    city = make.unit("石家庄市创建办", kind="city-office", slug="city")
    return make.unit("阳光街道", parent=city, slug="ygjd")


def survey(path: Path) -> Path:
    """Nine good rows, eight of them in business, six of these surveyed; and three that must be refused."""
    day = f"{today().year}-01-15"
    rows = [
        *([f"阳光商店{n}", "", "商店市场", f"阳光路{n}号", "经营中", "是", day, "一般"] for n in range(1, 7)),
        ["阳光旅馆", "91130102MA0A1B2C3Y", "宾馆旅店", "阳光路9号", "经营中", "是", day, "低"],
        ["阳光饭店", "", "餐饮", "阳光路10号", "经营中", "否", "", ""],
        ["阳光仓库", "", "仓储物流", "", "经营中", "否", "", ""],
        ["阳光网吧", "", "文化娱乐场所", "阳光路12号", "经营中", "否", "", ""],
        ["阳光工厂", "", "工业企业", "阳光路13号", "经营中", "是", "2026年2月30日", "较大"],
        ["阳光旧厂", "", "工业企业", "阳光路14号", "已关闭", "否", "", ""],
    ]
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "普查"
    for row in [HEAD, *rows]:
        sheet.append(row)
    book.save(path)
    return path


@pytest.mark.requirement("R60", "R61", "R99", "R137", "R192", "R193")
def test_the_main_job_of_a_sub_district(visit: Visit, unit: Unit, tmp_path: Path) -> None:
    lin = make.member(unit)
    page = visit("/")
    sign_in(page)
    national, chongqing = (start_assessment(page, scheme) for scheme in (NATIONAL, CHONGQING))
    before = [suggested(page, national, "5.3"), suggested(page, chongqing, "3.1"), metric(page, SURVEY)]
    assert before == ["D D D", "—", "—"]
    done = import_the_survey(page, survey(tmp_path / "普查台账.xlsx"))
    after = [suggested(page, national, "5.3"), suggested(page, chongqing, "3.1"), metric(page, SURVEY)]
    assert after == ["C C D", "75", "75"]
    page.goto("/ygjd/metrics/")
    check_page(page, "job-08-metrics")
    open_the_number(page)
    confirm_as_suggested(page, national)
    confirm_otherwise(page, national)
    plan_the_gap(page, national)
    report = make_the_report(page, national, tmp_path)
    sheet = fetch_the_refused_rows(page, done)
    record = first_record(page)
    file = attach(unit, photo(), "安全检查.jpg", indicators=["national-2006/5.3"]).file
    addresses = [
        "/ygjd/", "/ygjd/ledgers/", "/ygjd/ledgers/premises/", record, f"{record}edit/", done,
        "/ygjd/metrics/of/unit-survey-rate/records/", national, f"{national}items/5.3/", f"{national}gap/",
        "/ygjd/assessment/tasks/", "/ygjd/reports/", report, f"{report}file/docx/", f"{report}file/pdf/",
        sheet, f"/ygjd/evidence/files/{file.pk}/", f"/ygjd/evidence/files/{file.pk}/content/",
        "/ygjd/jobs/", "/ygjd/audit/", "/ygjd/people/",
    ]  # fmt: skip
    assert refusals(visit("/", person=lin), addresses) == {}
    strangers_are_refused(visit, addresses)


def sign_in(page: Page) -> None:
    page.set_default_timeout(10_000)
    page.get_by_label("用户名").fill("lin")
    page.get_by_label("密码").fill(make.PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("h1")).to_contain_text("工作台")
    check_page(page, "job-01-home")


def start_assessment(page: Page, scheme: str) -> str:
    """The path of the new assessment."""
    page.goto("/ygjd/assessment/")
    page.locator(".page-actions").get_by_role("link", name="开始评定").click()
    choice = page.get_by_label("评定方案").locator("option", has_text=scheme).first
    page.get_by_label("评定方案").select_option(choice.get_attribute("value"))
    page.get_by_role("button", name="开始", exact=True).click()
    page.wait_for_url(re.compile(r"/assessment/\d+/$"))
    worker.drain()
    return path_of(page)


def path_of(page: Page) -> str:
    return "/" + page.url.split("/", 3)[3]


def line(page: Page, assessment: str, code: str) -> Locator:
    """The row of an indicator on the page of its assessment."""
    page.goto(assessment)
    return page.locator("tr", has=page.get_by_role("link", name=re.compile(rf"^{re.escape(code)} ")))


def suggested(page: Page, assessment: str, code: str) -> str:
    return line(page, assessment, code).locator("td[data-label=建议]").inner_text().strip()


def metric(page: Page, name: str) -> str:
    page.goto("/ygjd/metrics/")
    row = page.locator("tr", has=page.get_by_role("link", name=name, exact=True))
    return row.locator("td[data-label=值]").inner_text()


def import_the_survey(page: Page, sheet: Path) -> str:
    """From the empty ledger to its nine rows; the path of the import."""
    page.goto("/ygjd/ledgers/premises/")
    check_page(page, "job-02-empty-ledger")
    page.get_by_role("link", name="导入", exact=True).click()
    page.set_input_files("input[type=file]", sheet)
    check_page(page, "job-03-upload")
    page.get_by_role("button", name="上传").click()
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    worker.drain()
    page.get_by_role("button", name="核对每一行").wait_for()
    expect(page.locator("h1")).to_contain_text("待核对列")
    check_page(page, "job-04-match")
    page.get_by_role("button", name="核对每一行").click()
    page.get_by_role("button", name="核对每一行").wait_for(state="detached")
    worker.drain()
    page.get_by_role("heading", name="确认导入").wait_for()
    check_page(page, "job-05-preview")
    assert counts(page) == {"新增": "9行", "变更": "0行", "无变化": "0行", "拒绝": "3行", "异常值": "0行"}
    assert [" ".join(row.split()) for row in page.locator("#rows tbody tr").all_inner_texts()] == [
        "8 阳光旅馆 普查!B8 统一社会信用代码 91130102MA0A1B2C3Y 统一社会信用代码校验位不符，请核对是否抄错",
        "10 阳光仓库 普查!D10 地址 必填",
        "12 阳光工厂 普查!G12 普查日期 2026年2月30日 日历上没有这一天",
    ]
    page.get_by_label("只导入正确的行").check()
    page.get_by_role("button", name="导入", exact=True).click()
    page.get_by_role("heading", name="确认导入").wait_for(state="detached")
    worker.drain()
    page.get_by_role("link", name="打开台账").wait_for()
    check_page(page, "job-06-imported")
    assert counts(page) == {"新增": "9行", "变更": "0行", "无变化": "0行", "拒绝": "3行"}
    done = path_of(page)
    page.get_by_role("link", name="打开台账").click()
    page.wait_for_url("**/ledgers/premises/")
    check_page(page, "job-07-ledger")
    assert page.locator("main tbody tr").count() == 9
    return done


def counts(page: Page) -> dict[str, str]:
    names = page.locator("main .tile-label").all_inner_texts()
    values = page.locator("main .tile-value").all_inner_texts()
    return dict(zip(names, values, strict=True))


def open_the_number(page: Page) -> None:
    """From the rate to the six businesses it counts."""
    row = page.locator("tr", has=page.get_by_role("link", name=SURVEY, exact=True))
    assert SENTENCE in row.inner_text()
    row.locator("td[data-label=值] a").click()
    page.wait_for_url("**/records/*")
    check_page(page, "job-09-behind-the-number")
    names = page.locator("main tbody th").all_inner_texts()
    assert sorted(names) == [f"阳光商店{n}" for n in range(1, 7)]


def confirm_as_suggested(page: Page, assessment: str) -> None:
    row = line(page, assessment, "5.3")
    assert "要求 3 类材料，有 1 类，缺：工作场所安全项目方案与进展、特种作业证书台账" in row.inner_text()
    check_page(page, "job-10-assessment")
    row.get_by_role("link").first.click()
    page.wait_for_url("**/items/5.3/")
    check_page(page, "job-11-indicator")
    assert f"{SURVEY}" in page.locator("main").inner_text()
    line(page, assessment, "5.3").get_by_role("button", name="按建议确认 5.3").click()
    expect(page.get_by_text("已按建议确认 1 项。")).to_be_visible()
    cell = line(page, assessment, "5.3").locator("td[data-label=确认]")
    assert cell.inner_text().split("\n")[0].strip() == "C C D"


def confirm_otherwise(page: Page, assessment: str) -> None:
    """3.1 is graded higher than the records suggest: refused without a reason, kept with one."""
    page.goto(f"{assessment}items/3.1/")
    for part, grade in (("有无", "B"), ("痕迹", "B"), ("效果", "C")):
        page.get_by_role("group", name=part).get_by_label(f"{grade} · ").check()
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.locator(".error-summary")).to_be_visible()
    check_page(page, "job-12-reason-wanted", expected=("status of 422",))
    page.complaints.clear()  # type: ignore[attr-defined] -- provoked just now
    page.get_by_label("理由", exact=False).first.fill("已委托第三方完成诊断，报告在印")
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.get_by_text("指标 3.1 已确认。")).to_be_visible()
    cell = line(page, assessment, "3.1").locator("td[data-label=确认]").inner_text()
    assert (cell.split("\n")[0].strip(), "林晓 · 已委托第三方完成诊断，报告在印" in cell) == ("B B C", True)


def plan_the_gap(page: Page, assessment: str) -> None:
    """To the passing band in two years: a plan, two others, its actions as tasks, mine on the home page."""
    page.goto(f"{assessment}gap/")
    page.get_by_label("目标结论").select_option("pass")
    page.get_by_label("完成期限").fill(f"{today().year + 2}-12-31")
    page.get_by_role("button", name="算方案").click()
    page.wait_for_url("**/gap/?*")
    check_page(page, "job-13-gap")
    assert page.locator("h2", has_text="最优方案").count() == 1
    assert page.locator("h2", has_text="备选方案").count() == 2
    best = page.locator("#plan-1")
    first = best.locator("tbody tr").first
    text = first.locator("th").inner_text().split("\n")[0]
    first.get_by_label("责任人").fill("林晓")
    steps = best.locator("tbody tr").count()
    best.get_by_role("button", name="采纳，生成任务").click()
    page.wait_for_url("**/assessment/tasks/")
    expect(page.get_by_text(f"已生成 {steps} 项任务。")).to_be_visible()
    check_page(page, "job-14-tasks")
    mine = page.locator("main tbody tr", has_text="林晓")
    assert mine.locator("th").inner_text().split("\n")[0] == text
    page.goto("/ygjd/")
    check_page(page, "job-15-home")
    expect(page.locator("#todo").get_by_role("link", name=text)).to_be_visible()


def make_the_report(page: Page, assessment: str, folder: Path) -> str:
    """Made, read, a figure followed to its records, and the Word file opened; the path of the paper."""
    page.goto("/ygjd/reports/")
    page.locator(".page-actions").get_by_role("link", name="生成文书").click()
    page.get_by_label("文书类型").select_option("self-assessment-report")
    page.get_by_label("依据的评定").select_option(assessment.rstrip("/").rsplit("/", 1)[1])
    page.get_by_role("button", name="生成", exact=True).click()
    page.wait_for_selector("#paper-progress")
    worker.drain()
    page.wait_for_selector(".paper-title")
    check_page(page, "job-16-report")
    report = path_of(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").click()
    download.value.save_as(folder / "report.docx")
    document = docx.Document(str(folder / "report.docx"))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    shown = {row[0]: row for row in rows}
    assert [shown["5.3"][2:], shown["3.1"][2:]] == [["C / C / D", "3", "0.54"], ["B / B / C", "3", "1.62"]]
    assert shown[SURVEY][1:] == ["75%", SENTENCE]
    page.get_by_role("link", name="逐个查看").click()
    page.wait_for_url("**/figures/")
    check_page(page, "job-17-figures")
    page.locator("main").get_by_role("link", name="统计指标").first.click()
    page.wait_for_url("**/ygjd/metrics/?period=*")
    open_the_number(page)
    return report


def fetch_the_refused_rows(page: Page, done: str) -> str:
    """The path of the file that a job left."""
    page.goto(done)
    page.get_by_role("button", name="下载被拒绝的行和原因").click()
    page.wait_for_url("**/ygjd/jobs/")
    worker.drain()
    page.reload()
    check_page(page, "job-18-jobs")
    return page.locator("main a[href$='/file/']").first.get_attribute("href") or ""


def first_record(page: Page) -> str:
    page.goto("/ygjd/ledgers/premises/")
    page.get_by_role("link", name="阳光商店1").click()
    page.wait_for_url(re.compile(r"/premises/\d+/$"))
    check_page(page, "job-19-record")
    return path_of(page)


def refusals(page: Page, addresses: list[str]) -> dict[str, int]:
    """What this person is not given, each with its status."""
    answers = {address: page.request.get(address).status for address in addresses}
    return {address: status for address, status in answers.items() if status != 200}


def strangers_are_refused(visit: Visit, addresses: list[str]) -> None:
    """404 for somebody of another unit, the sign-in page for somebody unknown."""
    make.member(make.unit("月光街道", slug="moon"), username="wu")
    stranger = visit("/", person=User.objects.get(username="wu"))
    assert refusals(stranger, addresses) == dict.fromkeys(addresses, 404)
    stranger.goto(addresses[2])
    check_page(stranger, "job-20-stranger", expected=("status of 404",))
    assert "阳光" not in stranger.locator("main").inner_text()
    unknown = visit("/")
    led = {address: unknown.request.get(address).url for address in addresses}
    assert [address for address, url in led.items() if "/account/sign-in/" not in url] == []


def test_a_ledger_put_in_as_a_file_works_at_once(visit: Visit, unit: Unit, tmp_path: Path) -> None:
    he = make.member(Unit.objects.get(slug="city"), "city-office", "he")
    make.member(unit)
    page = visit("/city/ledgers/", person=he)
    page.get_by_role("link", name="自定义台账和检查表").click()
    page.wait_for_url("**/all/files/")
    put_in(page, tmp_path, WRONG)
    expect(page.locator(".error-summary")).to_be_visible()
    check_page(page, "own-ledger-wrong", expected=("status of 422",))
    told = page.locator(".error-summary").inner_text()
    assert "fields.checked_date.kind" in told
    put_in(page, tmp_path, GAS)
    expect(page.get_by_text("已发布台账“燃气用户台账”")).to_be_visible()
    check_page(page, "own-ledger-published", expected=("status of 422",))
    lin = visit("/ygjd/ledgers/", person=User.objects.get(username="lin"))
    lin.get_by_role("link", name="燃气用户台账").first.click()
    lin.get_by_role("link", name="新增记录").first.click()
    lin.get_by_label("用户名称").fill("阳光饭店")
    check_page(lin, "own-ledger-form")
    lin.get_by_role("button", name="保存", exact=True).first.click()
    lin.wait_for_url(re.compile(r"/gas-users/\d+/$"))
    lin.goto("/ygjd/ledgers/gas-users/")
    assert lin.locator("main tbody th").all_inner_texts() == ["阳光饭店"]
    check_page(lin, "own-ledger-list")
    lin.get_by_role("link", name="导入", exact=True).click()
    with lin.expect_download() as download:
        lin.get_by_role("link", name="下载模板").click()
    assert download.value.suggested_filename == "燃气用户台账模板.xlsx"
    assert [row["values"]["name"] for row in by_api(he, "/api/units/ygjd/ledgers/gas-users/entries")] == [
        "阳光饭店"
    ]


def put_in(page: Page, folder: Path, content: str) -> None:
    file = folder / "gas-users.toml"
    file.write_text(content, encoding="utf-8")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="检查并发布").click()


def by_api(person: User, address: str) -> list[dict[str, Any]]:
    _token, secret = make_token(user=person, name="核对", days=1, now=timezone.now(), by=person)
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get(address).json()
    return answer["entries"]  # type: ignore[no-any-return]
