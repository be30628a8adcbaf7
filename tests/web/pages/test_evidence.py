"""The pages of evidence and archive, seen by three people."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from safecommunity.evidence import actions, queries, store
from safecommunity.evidence.models import Citation, File
from safecommunity.jobs import worker
from safecommunity.jobs.models import Job
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from tests import make
from tests.evidence.test_evidence import PDF, photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EVIDENCE, settings.RESULTS = tmp_path, tmp_path / "evidence", tmp_path / "results"


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Any:
    return make.client(make.member(unit))


def sent(name: str = "预案.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def put(unit: Unit, content: bytes = PDF, name: str = "预案.pdf", **facts: Any) -> File:
    by = make.member(unit, username="lin")
    return actions.attach(chunks=[content], name=name, unit=unit, by=by, **facts).file


def status(client: Any, address: str) -> int:
    response = client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)
    return int(response.status_code)


def record(unit: Unit, ledger: str = "drills", day: str = "2026-03-01", **data: Any) -> Entry:
    return Entry.objects.create(
        unit=unit, path=unit.path, ledger=ledger, title=f"{ledger} {day}", record_date=day, data=data
    )


PAGES = ["", "files/", "archive/national-2006/2026/7/"]


@pytest.mark.parametrize("page", PAGES)
def test_who_may_sees_who_may_not_is_told_and_a_stranger_finds_nothing(
    unit: Unit, lin: Any, page: str
) -> None:
    put(unit, indicators=["national-2006/7.1"], proof_date=date(2026, 5, 1))
    record(unit)
    contact = make.client(make.member(unit, "contact", "zhou"))
    wu = make.client(make.member(make.unit("月光街道"), username="wu"))
    address = f"/{unit.slug}/evidence/{page}"
    assert [client.get(address).status_code for client in (lin, contact, wu)] == [200, 403, 404]


def test_one_file_its_bytes_and_its_preview_are_for_those_who_may(unit: Unit, lin: Any) -> None:
    file = put(unit, photo(), "巡查.jpg")
    contact = make.client(make.member(unit, "contact", "zhou"))
    wu = make.client(make.member(make.unit("月光街道"), username="wu"))
    for page in ("", "content/", "preview/"):
        address = f"/{unit.slug}/evidence/files/{file.pk}/{page}"
        assert [status(client, address) for client in (lin, contact, wu)] == [200, 403, 404]


def test_a_file_of_another_unit_is_not_reached_through_ones_own(unit: Unit, lin: Any) -> None:
    theirs = make.unit("月光街道")
    file = put(theirs)
    for page in ("", "content/", "preview/"):
        assert lin.get(f"/{unit.slug}/evidence/files/{file.pk}/{page}").status_code == 404


@pytest.mark.requirement("R188")
def test_several_files_go_up_at_once_and_are_cited(unit: Unit, lin: Any) -> None:
    said = {
        "upload": [sent(), sent("巡查.jpg", photo())], "keep_place": "on",
        "indicators": ["national-2006/7.1", "national-2006/10.1"],
    }  # fmt: skip
    response = lin.post(f"/{unit.slug}/evidence/files/attach/", said)
    assert (response.status_code, response.url) == (302, f"/{unit.slug}/evidence/files/")
    assert sorted(queries.files(unit).values_list("title", "kind")) == [("巡查", "jpeg"), ("预案", "pdf")]
    assert queries.citations(unit).count() == 4


def test_a_bad_file_is_named_with_its_reason_and_the_good_one_is_kept(unit: Unit, lin: Any) -> None:
    said = {"upload": [sent(), sent("病毒.jpg", b"MZ\x90")], "remark": "春季检查"}
    response = lin.post(f"/{unit.slug}/evidence/files/attach/", said)
    page = response.content.decode()
    assert response.status_code == 422
    assert "病毒.jpg：认不出这个文件的格式" in page
    assert "春季检查" in page
    assert queries.files(unit).count() == 1


def test_nothing_chosen_is_said(unit: Unit, lin: Any) -> None:
    response = lin.post(f"/{unit.slug}/evidence/files/attach/", {"title": "无"})
    assert response.status_code == 422
    assert "请选择至少一个文件" in response.content.decode()


def test_a_viewer_may_look_but_not_attach_cite_describe_or_withdraw(unit: Unit) -> None:
    file = put(unit)
    zhou = make.client(make.member(unit, "viewer", "zhou"))
    page = zhou.get(f"/{unit.slug}/evidence/files/{file.pk}/").content.decode()
    assert "撤回这个文件" not in page
    base = f"/{unit.slug}/evidence/files"
    own = f"{base}/{file.pk}"
    for address in (f"{base}/attach/", f"{own}/describe/", f"{own}/withdraw/", f"{own}/cite/"):
        assert zhou.post(address, {}).status_code == 403


def test_bytes_are_served_so_that_a_browser_runs_nothing_of_them(unit: Unit, lin: Any) -> None:
    pdf, picture = put(unit), put(unit, photo(), "巡查.jpg")
    document = lin.get(f"/{unit.slug}/evidence/files/{pdf.pk}/content/")
    assert document["Content-Disposition"].startswith("attachment")
    assert document["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert document["X-Content-Type-Options"] == "nosniff"
    assert document["Cache-Control"] == "private, no-store"
    assert b"".join(document.streaming_content) == PDF
    address = f"/{unit.slug}/evidence/files/{picture.pk}/content/"
    for question, said in (("", "inline"), ("?download", "attachment")):
        shown = lin.get(address + question)
        assert shown["Content-Disposition"].startswith(said)
        assert b"".join(shown.streaming_content)


def test_a_proxy_may_send_the_bytes(unit: Unit, lin: Any, settings: Any) -> None:
    settings.ACCEL_REDIRECT = "/kept/"
    file = put(unit)
    response = lin.get(f"/{unit.slug}/evidence/files/{file.pk}/content/")
    assert response["X-Accel-Redirect"] == f"/kept/evidence/{file.sha256[:2]}/{file.sha256[2:]}"
    assert response["Content-Disposition"].startswith("attachment")
    assert response.content == b""


def test_altered_bytes_are_not_served(unit: Unit, lin: Any) -> None:
    file = put(unit)
    store.path_of(file.sha256).write_bytes(b"%PDF-other")
    response = lin.get(f"/{unit.slug}/evidence/files/{file.pk}/content/")
    assert response.status_code == 410
    assert "已被改动" in response.content.decode()


def test_describing_withdrawing_and_stale_saves(unit: Unit, lin: Any) -> None:
    file = put(unit)
    base = f"/{unit.slug}/evidence/files/{file.pk}"
    said = {"title": "防汛预案", "proof_date": "2026-05-01", "remark": "第三版", "version": 1}
    assert lin.post(f"{base}/describe/", said).status_code == 302
    stale = lin.post(f"{base}/describe/", {**said, "title": "另一个标题"})
    assert stale.status_code == 409
    assert "另一个标题" in stale.content.decode()
    assert lin.post(f"{base}/withdraw/", {"reason": "", "version": 2}).status_code == 422
    assert lin.post(f"{base}/withdraw/", {"reason": "传错了", "version": 2}).status_code == 302
    assert lin.get(f"{base}/").status_code == 404


def test_citing_a_file_shows_where_it_is_used_and_can_be_taken_back(unit: Unit, lin: Any) -> None:
    file = put(unit)
    base = f"/{unit.slug}/evidence/files/{file.pk}"
    assert lin.post(f"{base}/cite/", {"indicator": "national-2006/7.1", "period": "2026"}).status_code == 302
    again = lin.post(f"{base}/cite/", {"indicator": "national-2006/7.1"})
    assert again.status_code == 422
    assert "已经引用到这个指标" in again.content.decode()
    citation = Citation.objects.in_unit(unit).get()
    assert "取消引用" in lin.get(f"{base}/").content.decode()
    assert lin.post(f"/{unit.slug}/evidence/citations/{citation.pk}/remove/").status_code == 302
    assert queries.citations(unit).count() == 0


def test_a_ledger_record_is_cited_by_its_number(unit: Unit, lin: Any) -> None:
    entry = record(unit)
    address = f"/{unit.slug}/evidence/records/cite/"
    assert entry.title in lin.get(f"{address}?entry={entry.pk}").content.decode()
    said = {"entry": entry.pk, "indicator": "national-2006/12.1", "period": "", "note": ""}
    assert lin.post(address, said).status_code == 302
    foreign = record(make.unit("月光街道"), day="2024-12-12")
    refused = lin.post(address, {**said, "entry": foreign.pk})
    assert refused.status_code == 422
    assert foreign.title not in refused.content.decode()


def test_files_of_a_record_are_listed_with_it(unit: Unit, lin: Any) -> None:
    entry = record(unit)
    said = {"upload": [sent()], "entry": entry.pk}
    lin.post(f"/{unit.slug}/evidence/files/attach/", said)
    put(unit, photo(), "别的.jpg")
    assert (
        lin.get(f"/{unit.slug}/evidence/?entry={entry.pk}").url
        == f"/{unit.slug}/evidence/files/?entry={entry.pk}"
    )
    page = lin.get(f"/{unit.slug}/evidence/files/?entry={entry.pk}").content.decode()
    assert ("预案" in page, "别的" in page) == (True, False)
    assert queries.files(unit).get(entry=entry).proof_date == date(2026, 3, 1)


def test_the_list_costs_the_same_with_one_file_and_with_three(unit: Unit, lin: Any) -> None:
    put(unit, indicators=["national-2006/7.1"])
    address = f"/{unit.slug}/evidence/files/"
    lin.get(address)
    one = make.questions(lambda: lin.get(address))
    for number in range(2):
        put(unit, PDF + b"\n%%EOF" * (number + 1), f"{number}.pdf", indicators=["national-2006/7.1"])
    assert make.questions(lambda: lin.get(address)) == one


@pytest.mark.requirement("R47", "R149", "R190")
def test_the_archive_files_records_by_themselves_and_says_what_is_missing(unit: Unit, lin: Any) -> None:
    neighbourhood = make.unit("东社区", parent=unit, kind="neighbourhood")
    record(neighbourhood)
    record(neighbourhood, day="2025-03-01")
    put(unit, photo(), "演练.jpg", indicators=["national-2006/7.4"])
    response = lin.get(f"/{unit.slug}/evidence/?year=2026&scheme=national-2006")
    row = next(row for row in response.context["rows"] if row.element.code == "7")
    assert (row.records, row.kinds, row.total) == (1, (1, 0, 0, 0, 0), 2)
    assert 0 < row.found < row.asked
    page = lin.get(f"/{unit.slug}/evidence/archive/national-2006/2026/7/").content.decode()
    assert "drills 2026-03-01" in page
    assert "drills 2025-03-01" not in page
    assert "演练" in page


@pytest.mark.requirement("R189")
def test_questionnaires_and_training_records_are_classified(unit: Unit, lin: Any) -> None:
    record(unit, "diagnoses", name="居民问卷", kind="kap", started_date="2026-02-01")
    record(unit, "activities", name="消防讲座", kind="lecture", held_date="2026-03-01", field="fire")
    rows = {row.element.code: row for row in lin.get(f"/{unit.slug}/evidence/?year=2026").context["rows"]}
    assert (rows["3"].records, rows["6"].records) == (1, 1)
    assert (rows["3"].found > 0, rows["6"].found > 0) == (True, True)


def test_files_of_a_record_are_filed_with_it(unit: Unit, lin: Any) -> None:
    put(unit, photo(), "演练照片.jpg", entry=record(unit))
    response = lin.get(f"/{unit.slug}/evidence/?year=2026")
    row = next(row for row in response.context["rows"] if row.element.code == "7")
    assert (row.records, row.kinds) == (1, (1, 0, 0, 0, 0))
    assert "演练照片" in lin.get(f"/{unit.slug}/evidence/archive/national-2006/2026/7/").content.decode()
    lin.post(
        f"/{unit.slug}/evidence/archive/export/",
        {"scheme": "national-2006", "year": "2026", "what": "archive"},
    )
    with zipfile.ZipFile(io.BytesIO(taken(lin, unit))) as package:
        (place,) = [name for name in package.namelist() if name.endswith(".jpg")]
    assert not place.startswith("99 ")


def test_what_is_cited_under_one_scheme_is_filed_under_another(unit: Unit, lin: Any) -> None:
    put(unit, proof_date=date(2026, 5, 1), indicators=["national-2006/7.1"])
    response = lin.get(f"/{unit.slug}/evidence/?year=2026&scheme=municipal-45")
    assert sum(row.total for row in response.context["rows"]) > 0


def test_the_archive_costs_the_same_with_one_record_and_with_three(unit: Unit, lin: Any) -> None:
    address = f"/{unit.slug}/evidence/?year=2026"
    shelf = f"/{unit.slug}/evidence/archive/national-2006/2026/7/"
    record(unit)
    lin.get(address)
    one = [make.questions(lambda: lin.get(page)) for page in (address, shelf)]  # noqa: B023
    record(unit, day="2026-04-01")
    record(unit, day="2026-05-01")
    assert [make.questions(lambda: lin.get(page)) for page in (address, shelf)] == one  # noqa: B023


def test_an_unknown_shelf_is_not_there(unit: Unit, lin: Any) -> None:
    for shelf in ("no-scheme/2026/1", "national-2006/2026/99", "national-2006/20266/1"):
        assert lin.get(f"/{unit.slug}/evidence/archive/{shelf}/").status_code == 404


@pytest.mark.requirement("R47", "R149", "R188", "R190")
def test_the_whole_archive_comes_as_one_zip_with_numbered_folders_and_an_index(unit: Unit, lin: Any) -> None:
    record(unit, name="防汛演练", kind="flood", held_date="2026-03-01", persons=60)
    put(unit, indicators=["national-2006/7.1", "national-2006/10.1"], proof_date=date(2026, 5, 1))
    put(unit, photo(), "未引用.jpg")
    said = {"scheme": "national-2006", "year": "2026", "what": "archive"}
    assert lin.post(f"/{unit.slug}/evidence/archive/export/", said).url == f"/{unit.slug}/jobs/"
    job = done(unit)
    response = lin.get(f"/{unit.slug}/jobs/{job.pk}/file/")
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as package:
        names = package.namelist()
        assert package.testzip() is None
        index = rows_of(package.read("00 档案目录.xlsx"))
        plan = next(name for name in names if name.startswith("07 ") and name.endswith(".pdf"))
        assert package.read(plan) == PDF
    assert [name for name in names if name.endswith(".pdf")] == [plan]
    assert any(name.startswith("99 未归类/") and name.endswith(".jpg") for name in names)
    assert any(name.startswith("07 ") and name.endswith("应急演练台账.xlsx") for name in names)
    cited = [row for row in index if row[4] == "预案"]
    assert [row[7] for row in cited] == [plan, plan]
    assert {row[8] for row in cited} == {queries.files(unit).get(kind="pdf").sha256}


def test_the_catalogue_alone_comes_as_a_sheet(unit: Unit, lin: Any) -> None:
    record(unit)
    said = {"scheme": "national-2006", "year": "2026", "what": "catalogue"}
    lin.post(f"/{unit.slug}/evidence/archive/export/", said)
    job = done(unit)
    content = b"".join(lin.get(f"/{unit.slug}/jobs/{job.pk}/file/").streaming_content)
    rows = rows_of(content)
    assert rows[0][:5] == ["要素", "评定指标", "序号", "类别", "名称"]
    assert any(row[4] == "drills 2026-03-01" for row in rows)


def test_an_archive_with_a_damaged_file_is_refused_in_words(unit: Unit, lin: Any) -> None:
    file = put(unit, indicators=["national-2006/7.1"], proof_date=date(2026, 5, 1))
    store.path_of(file.sha256).unlink()
    lin.post(
        f"/{unit.slug}/evidence/archive/export/",
        {"scheme": "national-2006", "year": "2026", "what": "archive"},
    )
    job = done(unit)
    assert job.state == "failed"
    assert "缺失或已被改动" in job.error


def taken(lin: Any, unit: Unit) -> bytes:
    return b"".join(lin.get(f"/{unit.slug}/jobs/{done(unit).pk}/file/").streaming_content)


def done(unit: Unit) -> Job:
    worker.load_tasks()
    while worker.run_one():
        pass
    return Job.objects.in_unit(unit).filter(kind="evidence.archive").get()


def rows_of(content: bytes) -> list[list[Any]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.active is not None
    return [list(row) for row in book.active.iter_rows(values_only=True)]
