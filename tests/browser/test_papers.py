"""Papers in a real browser: asked for, made, read with the way to the records, frozen, issued again."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from safecommunity.jobs import worker
from safecommunity.reports import actions
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.reports import made


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"


@pytest.mark.requirement("R193")
def test_the_self_assessment_report_is_made_read_frozen_and_downloaded(visit: Visit) -> None:
    unit = make.unit()
    lin = make.member(unit)
    made.furnished(unit, lin)
    page = visit(f"/{unit.slug}/reports/make/", person=lin)
    check_page(page, "paper-make")
    page.get_by_role("button", name="生成", exact=True).click()
    page.wait_for_selector("#paper-progress")
    worker.drain()
    page.wait_for_selector(".paper-title")
    check_page(page, "paper")
    assert page.locator(".paper-title").inner_text() == "阳光街道安全社区创建自评报告"
    assert page.locator(".paper svg[role=img]").count() == 2
    page.locator(".paper-photos img").first.scroll_into_view_if_needed()
    width = "image => image.decode().then(() => image.naturalWidth)"
    assert page.locator(".paper-photos img").first.evaluate(width) > 100
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        assert "word/document.xml" in archive.namelist()
    page.get_by_role("link", name="812", exact=True).click()
    page.wait_for_url("**/ledgers/area-facts/?*")
    page.go_back()
    page.get_by_role("button", name="定稿").click()
    page.locator("#confirm").get_by_role("button", name="定稿").click()
    page.get_by_role("button", name="另发新版").wait_for()
    check_page(page, "paper-frozen")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_papers_hold_in_every_width_and_theme(visit: Visit, width: int, theme: str) -> None:
    unit = make.unit()
    lin = make.member(unit)
    old = made.paper(unit, lin, assessment=made.furnished(unit, lin))
    actions.freeze(paper=old, version=old.version, by=lin)
    made.meeting(unit, "2025-10-10")
    new = actions.reissue(paper=old, by=lin)
    actions.complete(paper=new, today=made.TODAY, step=lambda done, total: None, by=lin)
    for name, address in {
        "papers": "",
        "paper-changed": f"{new.pk}/",
        "paper-figures": f"{new.pk}/figures/",
        "paper-changes": f"{new.pk}/changes/",
    }.items():
        page = visit(f"/{unit.slug}/reports/{address}", person=lin, width=width, theme=theme)
        check_page(page, f"{name}-{width}-{theme}")
