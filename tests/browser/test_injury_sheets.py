"""A sheet of road casualties comes in while its page tells how far it is; the diagnosis report is printed."""

from __future__ import annotations

import io
import zipfile
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from safecommunity.jobs import registry, worker
from safecommunity.surveillance import actions, tasks
from safecommunity.web.clock import today
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.core.test_card_sheets import FRENCH
from tests.surveillance.test_figures import put

CASUALTIES = 50_000


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"


def casualties(count: int) -> str:
    """So many lines of the French table: every third unhurt."""
    first = date(2012, 1, 1)
    lines = (
        f"2012{number:08},1,{first + timedelta(days=number % 3000)},{number % 24:02}:10,45.7,4.8,"
        f"{number % 90},{number % 2 + 1},{(1, 3, 4)[number % 3]},1,5,7"
        for number in range(count)
    )
    return "\n".join([FRENCH.splitlines()[0], *lines])


def watched(page: Page, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the page says of the progress after each step of the import, which tells all of them."""
    said: list[str] = []
    step = registry.Progress.step

    def told(self: registry.Progress, done: int, total: int, message: str = "") -> None:
        self._told_at -= timedelta(seconds=1)
        step(self, done, total, message)
        if self.job.kind == "surveillance.import-run":
            said.append(f"{done} / {total}")
            page.locator("#step .meter", has_text=said[-1]).wait_for()

    monkeypatch.setattr(registry.Progress, "step", told)
    monkeypatch.setattr(worker, "KeptAlive", nullcontext)  # no other thread in the database of the test
    return said


@pytest.mark.requirement("R162")
def test_a_sheet_of_road_casualties_comes_in_while_the_page_tells_how_far_it_is(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "CHUNK", 10_000)
    unit = make.unit()
    page = visit(f"/{unit.slug}/injuries/imports/", person=make.member(unit))
    check_page(page, "injuries-imports")
    file = {"name": "baac.csv", "mimeType": "text/csv", "buffer": casualties(CASUALTIES).encode()}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    page.locator("#id_sheet").select_option("fr-onisr-persons")
    page.get_by_role("button", name="上传", exact=True).click()
    page.locator("#step progress").wait_for()
    check_page(page, "injuries-import-waiting")
    said = watched(page, monkeypatch)
    worker.drain()
    assert said == [f"{tenth}0001 / 50001" for tenth in range(1, 6)]
    page.get_by_role("link", name="看这些卡").wait_for()
    expect(page.locator("#import-state")).to_contain_text("已导入")
    check_page(page, "injuries-import-done")
    expect(page.locator(".tile", has_text="新增")).to_contain_text("33,333")
    expect(page.locator(".tile", has_text="不是伤害")).to_contain_text("16,667")
    page.get_by_role("link", name="看这些卡").click()
    page.get_by_text("33,333 张").first.wait_for()
    page.goto(f"/{unit.slug}/injuries/explore/?from=2012-01-01&to=2020-12-31&outcome=admitted")
    page.get_by_text("16,667 起").first.wait_for()
    check_page(page, "injuries-explore-casualties")


@pytest.mark.requirement("R123")
def test_the_diagnosis_report_is_made_and_printed(visit: Visit) -> None:
    unit = make.unit()
    day = today()
    put(unit, day.replace(day=1) - timedelta(days=40), 30, today=day)
    put(unit, day.replace(day=1) - timedelta(days=70), 12, today=day, cause="burn")
    actions.pack(unit=unit)
    page = visit(f"/{unit.slug}/reports/make/", person=make.member(unit))
    page.locator("#id_document").select_option("community-diagnosis")
    page.get_by_role("button", name="生成", exact=True).click()
    page.wait_for_selector("#paper-progress")
    worker.drain()
    page.wait_for_selector(".paper-title")
    check_page(page, "injury-diagnosis")
    page.get_by_role("heading", name="重点问题").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        assert "跌倒、坠落" in archive.read("word/document.xml").decode()
