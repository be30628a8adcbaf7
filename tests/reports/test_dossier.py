"""The dossier of an application: one volume, issued again with what changed, packed with its evidence."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from safecommunity.core.papers import Heading, Table
from safecommunity.jobs import worker
from safecommunity.jobs.models import Job
from safecommunity.library import documents
from safecommunity.reports import actions, queries, store
from safecommunity.reports.models import Paper
from safecommunity.units.models import Unit
from tests import make
from tests.reports import made

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R193", "R194")]
CODE = "application-dossier"


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Any:
    return make.member(unit)


@pytest.fixture
def dossier(unit: Unit, lin: Any) -> Paper:
    return made.paper(unit, lin, CODE, assessment=made.furnished(unit, lin))


def package(paper: Paper, by: Any) -> zipfile.ZipFile:
    job = actions.package(paper=paper, by=by)
    worker.drain()
    done = Job.objects.in_unit(paper.unit).get(pk=job.pk)
    assert done.state == Job.State.DONE, done.error
    return zipfile.ZipFile(Path(settings.RESULTS) / done.file)


def test_one_volume_holds_every_paper_of_the_application_in_its_order(dossier: Paper) -> None:
    content = queries.content_of(dossier)
    titles = [
        part.text
        for part in content.parts
        if isinstance(part, Heading) and part.level == 1 and part.number[0].isdigit()
    ]
    assert len(titles) == len(documents[CODE].bundle) == 5
    assert titles[0] == "阳光街道关于申请安全社区评定的报告"
    assert "自评报告" in titles[1]
    assert content.contents
    tables = [part.number for part in content.parts if type(part).__name__ == "Table"]
    assert tables == list(range(1, len(tables) + 1))


def test_every_line_of_the_index_has_the_page_on_which_its_evidence_is_listed(dossier: Paper) -> None:
    content = queries.content_of(dossier)
    index = next(part for part in content.parts if isinstance(part, Table) and part.refers)
    numbers = [row[0] for row in index.rows]
    assert len(numbers) == len(index.refers) > 10
    document = Document(str(store.verified(dossier.docx_sha256)))
    kept = document.element.body.findall(f".//{qn('w:bookmarkStart')}")
    listed = {one.get(qn("w:name")): one.getparent().find(f".//{qn('w:t')}").text for one in kept}
    (table,) = [one for one in document.tables if one.rows[0].cells[-1].text == "页码"]
    fields = [row.find(f".//{qn('w:instrText')}").text.split() for row in table._tbl.tr_lst[1:]]
    assert [(kind, listed[name]) for kind, name, _link in fields] == [("PAGEREF", one) for one in numbers]
    if shutil.which("pdftotext") is None:
        return
    command = ("pdftotext", "-layout", str(store.verified(dossier.pdf_sha256)), "-")
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pages = text.replace("\u200b", "").split("\f")
    first = next(
        place for place, page in enumerate(pages) if "页码" in page and "档号" in page and "材料名称" in page
    )
    shown = dict(re.findall(r"(?m)^ *(\d+\.\d+-\d+) .* (\d+)$", "\n".join(pages[first:])))
    assert list(shown) == numbers, "\n".join(pages[first:])
    for number, page in shown.items():
        assert re.search(rf"(?m)^ *{re.escape(number)} ", pages[int(page) - 1]), (number, page)


def test_progress_counts_every_section_of_the_volume(unit: Unit, lin: Any) -> None:
    assessment = made.furnished(unit, lin)
    row = actions.make(document=CODE, period=made.YEAR, unit=unit, by=lin, assessment=assessment)
    seen: list[tuple[int, int]] = []
    actions.complete(paper=row, today=made.TODAY, step=lambda done, total: seen.append((done, total)), by=lin)
    assert seen == sorted(seen)
    assert {total for _done, total in seen} == {seen[-1][0]}
    assert len(seen) > 20


def test_the_next_issue_lists_what_changed_and_the_package_holds_the_list(dossier: Paper, lin: Any) -> None:
    actions.freeze(paper=dossier, version=dossier.version, by=lin)
    made.meeting(dossier.unit, "2025-09-09", "防汛例会")
    row = actions.reissue(paper=dossier, by=lin)
    worker.drain()
    again = queries.paper(dossier.unit, row.pk)
    assert again is not None
    assert again.changes
    with package(again, lin) as packed:
        names = packed.namelist()
        sheet = load_workbook(BytesIO(packed.read("00 与上一版的变化.xlsx")), read_only=True).active
        rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("位置", "原来", "现在")
    assert len(rows) == len(again.changes) + 1
    title = "00 阳光街道安全社区申报材料"
    assert {f"{title}.pdf", f"{title}.docx", "00 档案目录.xlsx"} <= set(names)
    photos = [name for name in names if name.endswith(".jpg")]
    assert photos
    assert all(name.startswith("07 应急预案和响应/7.4/") for name in photos)


def test_a_first_issue_has_no_list_and_a_paper_without_assessment_no_package(
    dossier: Paper, unit: Unit, lin: Any
) -> None:
    with package(dossier, lin) as packed:
        assert "00 与上一版的变化.xlsx" not in packed.namelist()
        assert packed.testzip() is None
    plain = made.paper(unit, lin, "ledger-print", ledger="meetings")
    with pytest.raises(actions.Refused, match="依据评定"):
        actions.package(paper=plain, by=lin)


def test_a_volume_whose_paper_is_gone_is_refused_in_words(unit: Unit, lin: Any, monkeypatch: Any) -> None:
    assessment = made.furnished(unit, lin)
    monkeypatch.setitem(documents._all, "work-report", None)
    monkeypatch.delitem(documents._all, "work-report")
    with pytest.raises(actions.Refused, match="work-report"):
        actions.make(document=CODE, period=made.YEAR, unit=unit, by=lin, assessment=assessment)
