"""Evidence, archive and metrics in a real browser, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from safecommunity.evidence import queries
from safecommunity.ledgers.models import Entry
from safecommunity.metrics import actions
from safecommunity.web.clock import today
from tests import make
from tests.browser.conftest import Visit
from tests.browser.harness import check_page
from tests.evidence.test_evidence import PDF, attach, photo


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EVIDENCE = tmp_path, tmp_path / "evidence"


def test_photos_are_dropped_cited_and_filed(visit: Visit, tmp_path: Path) -> None:
    unit = make.unit()
    lin = make.member(unit)
    (tmp_path / "巡查.jpg").write_bytes(photo())
    (tmp_path / "预案.pdf").write_bytes(PDF)
    page = visit(f"/{unit.slug}/evidence/files/attach/?indicator=national-2006/7.1", person=lin)
    check_page(page, "evidence-attach")
    page.set_input_files("input[type=file]", [tmp_path / "巡查.jpg", tmp_path / "预案.pdf"])
    assert page.locator(".drop-list li").count() == 2
    page.get_by_role("button", name="上传", exact=True).click()
    page.wait_for_url("**/evidence/files/")
    check_page(page, "evidence-files")
    assert page.locator(".gallery-item").count() == 2
    page.get_by_role("link", name="巡查").click()
    page.wait_for_load_state("networkidle")
    check_page(page, "evidence-file")
    width = "image => image.decode().then(() => image.naturalWidth)"
    assert page.locator(".evidence-view img").first.evaluate(width) == 300
    assert queries.citations(unit).count() == 2


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_archive_and_metrics_hold_in_every_width_and_theme(visit: Visit, width: int, theme: str) -> None:
    unit = make.unit()
    lin = make.member(unit)
    east = make.unit("东社区", parent=unit, kind="neighbourhood")
    year = today().year
    surveyed = {"state": "operating", "surveyed": True, "surveyed_date": f"{year}-01-02"}
    for number in range(3):
        Entry.objects.create(
            unit=east,
            path=east.path,
            ledger="premises",
            title=f"商店{number}",
            data=surveyed,
            record_date=f"{year}-01-02",
        )
        day = f"{year}-01-0{number + 1}"
        Entry.objects.create(
            unit=unit,
            path=unit.path,
            ledger="drills",
            title=f"演练{number}",
            data={"held_date": day},
            record_date=day,
        )
    attach(unit, photo(), "巡查.jpg", indicators=["national-2006/7.1"], proof_date=today())
    actions.refresh_all(today=today(), years=[year])
    for name, address in {
        "archive": "evidence/",
        "archive-element": f"evidence/archive/national-2006/{year}/7/",
        "metrics": "metrics/",
        "metrics-units": "metrics/units/",
        "metric": "metrics/of/unit-survey-rate/",
        "metric-records": "metrics/of/unit-survey-rate/records/",
    }.items():
        page = visit(f"/{unit.slug}/{address}", person=lin, width=width, theme=theme)
        page.wait_for_load_state("networkidle")
        check_page(page, f"{name}-{width}-{theme}")
