"""An official document in a real browser: two people take it from the draft to its issue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from safecommunity.jobs import worker
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.correspondence import made


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"


def test_two_people_take_a_notice_from_the_draft_to_its_issue(visit: Visit) -> None:
    unit = make.unit()
    lin, wang = made.people(unit)
    mine = visit(f"/{unit.slug}/documents/new/", person=lin)
    check_page(mine, "official-new")
    mine.get_by_role("button", name="起草", exact=True).click()
    mine.wait_for_url("**/edit/")
    check_page(mine, "official-edit")
    for name in ("title", "body", "addressee", "agency", "copies_to"):
        mine.locator(f"#id_{name}").fill(made.WRITTEN[name])
    mine.locator("#preview .paper-title", has_text="自查").wait_for()
    assert "一、总体要求" in mine.locator("#preview").inner_text()
    mine.get_by_role("button", name="保存").click()
    mine.get_by_role("button", name="送核稿").click()
    mine.locator(".badge", has_text="待核稿").first.wait_for()
    theirs = visit(mine.url.removeprefix(mine.evaluate("location.origin")), person=wang)
    theirs.locator("#opinion").fill("文字通顺，同意")
    for act, state in (("核稿通过", "待会签"), ("会签", "待签发"), ("签发", "待编号")):
        theirs.get_by_role("button", name=act, exact=True).click()
        theirs.locator("h1 .badge", has_text=state).wait_for()
    check_page(theirs, "official-signed")
    mine.reload()
    for act, state in (("编号", "待印发"), ("印发", "已印发")):
        mine.get_by_role("button", name=act, exact=True).click()
        mine.locator("h1 .badge", has_text=state).wait_for()
    worker.drain()
    mine.reload()
    check_page(mine, "official-issued")
    assert "文字通顺，同意" in mine.locator("aside").last.inner_text()
    with mine.expect_download() as download:
        mine.get_by_role("link", name="PDF").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_official_documents_hold_in_every_width_and_theme(
    visit: Visit, width: int, theme: str
) -> None:
    unit = make.unit()
    lin, wang = made.people(unit)
    row = made.until("number", unit, lin, wang)
    made.draft(unit, lin)
    page = visit(f"/{unit.slug}/documents/", person=lin, width=width, theme=theme)
    check_page(page, f"official-list-{width}-{theme}")
    for address in ("numbers/", f"{row.uuid}/"):
        page.goto(f"/{unit.slug}/documents/{address}")
        check_page(page, f"official-{address.strip('/')[:7]}-{width}-{theme}")
