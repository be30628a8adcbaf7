"""Papers on the pages: who may, who may not, who does not even see them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from safecommunity.core.papers import Trace
from safecommunity.jobs import worker
from safecommunity.reports import actions, store
from safecommunity.reports.models import Paper
from safecommunity.units.models import Unit
from safecommunity.web.pages.reports.display import link
from tests import make
from tests.reports import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Any:
    return make.client(make.member(unit))


@pytest.fixture
def zhou(unit: Unit) -> Any:
    return make.client(make.member(unit, "viewer", "zhou"))


@pytest.fixture
def wu() -> Any:
    return make.client(make.member(make.unit("彩虹街道"), username="wu"))


@pytest.fixture
def paper(unit: Unit) -> Paper:
    made.meeting(unit, "2025-03-03")
    return made.paper(unit, make.member(unit), "ledger-print", ledger="meetings")


@pytest.fixture
def report(unit: Unit) -> Paper:
    lin = make.member(unit)
    return made.paper(unit, lin, assessment=made.furnished(unit, lin))


def url(name: str, paper: Paper, *more: str) -> str:
    return reverse(f"reports:{name}", args=[paper.unit.slug, paper.pk, *more])


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_papers_are_listed_for_those_who_may_see_them(
    unit: Unit, paper: Paper, lin: Any, zhou: Any, wu: Any
) -> None:
    address = reverse("reports:index", args=[unit.slug])
    assert paper.title in text(lin.get(address))
    assert paper.title in text(zhou.get(address))
    assert reverse("reports:make", args=[unit.slug]) in text(lin.get(address))
    assert reverse("reports:make", args=[unit.slug]) not in text(zhou.get(address))
    assert wu.get(address).status_code == 404


def test_the_list_asks_the_same_number_of_questions_for_one_and_three_papers(
    unit: Unit, paper: Paper, lin: Any, django_assert_num_queries: Any
) -> None:
    address = reverse("reports:index", args=[unit.slug])
    lin.get(address)
    with CaptureQueriesContext(connection) as one:
        lin.get(address)
    for _number in range(2):
        made.paper(unit, make.member(unit), "ledger-print", ledger="rules")
    with django_assert_num_queries(len(one)):
        lin.get(address)


def test_the_list_can_be_narrowed_to_one_kind(unit: Unit, paper: Paper, lin: Any) -> None:
    address = reverse("reports:index", args=[unit.slug])
    assert paper.title not in text(lin.get(address, {"document": "work-report"}))
    assert paper.title in text(lin.get(address, {"document": "ledger-print"}))


def test_a_paper_is_made_from_the_form(unit: Unit, lin: Any, zhou: Any, wu: Any) -> None:
    address = reverse("reports:make", args=[unit.slug])
    given = {"document": "ledger-print", "period": "2025", "ledger": "meetings", "language": "zh"}
    assert lin.get(address).status_code == 200
    assert zhou.post(address, given).status_code == 403
    assert wu.post(address, given).status_code == 404
    answer = lin.post(address, {**given, "request_key": "k1"})
    row = Paper.objects.in_unit(unit).get()
    assert answer.headers["Location"] == url("detail", row)
    assert lin.post(address, {**given, "request_key": "k1"}).headers["Location"] == url("detail", row)
    assert Paper.objects.in_unit(unit).count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": "25年度"}, "不是报告期"),
        ({"document": "work-report"}, "这种文书要依据一次评定"),
        ({"ledger": ""}, "请选择要打印的台账"),
        ({"document": "poem"}, "poem"),
    ],
)
def test_a_wrong_form_is_shown_again_with_what_was_typed(
    unit: Unit, lin: Any, change: dict[str, str], said: str
) -> None:
    given = {
        "document": "ledger-print",
        "period": "2025-Q1",
        "ledger": "meetings",
        "language": "zh",
        **change,
    }
    answer = lin.post(reverse("reports:make", args=[unit.slug]), given)
    assert answer.status_code == 422
    assert said in text(answer)
    assert f'value="{given["period"]}"' in text(answer)


def test_an_assessment_of_another_unit_cannot_be_chosen(unit: Unit, lin: Any) -> None:
    other = make.unit("彩虹街道")
    foreign = made.assessment(other, make.member(other, username="wu"))
    given = {"document": "work-report", "period": "2025", "assessment": foreign.pk, "language": "zh"}
    assert lin.post(reverse("reports:make", args=[unit.slug]), given).status_code == 422
    assert not Paper.objects.in_unit(unit).exists()


def test_while_a_paper_is_made_its_page_shows_progress_and_then_the_paper(unit: Unit, lin: Any) -> None:
    person = make.member(unit)
    row = actions.make(document="ledger-print", period=made.YEAR, unit=unit, by=person, ledger="meetings")
    assert url("progress", row) in text(lin.get(url("detail", row)))
    waiting = lin.get(url("progress", row))
    assert "HX-Refresh" not in waiting.headers
    worker.drain()
    assert lin.get(url("progress", row)).headers["HX-Refresh"] == "true"
    assert url("file", row, "docx") in text(lin.get(url("detail", row)))


def test_a_failed_paper_says_so_and_offers_to_try_again(unit: Unit, lin: Any) -> None:
    person = make.member(unit)
    row = actions.make(document="ledger-print", period=made.YEAR, unit=unit, by=person, ledger="meetings")
    assert row.job
    row.job.state = "failed"
    row.job.save(update_fields=["state"])
    page = text(lin.get(url("detail", row)))
    assert "没有生成成功" in page
    assert url("remake", row) in page


@pytest.mark.requirement("R193")
def test_the_preview_shows_the_paper_with_links_to_the_records(
    report: Paper, lin: Any, zhou: Any, wu: Any
) -> None:
    page = text(lin.get(url("detail", report)))
    assert "一、自评工作概况" in page
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
    assert "var(--accent)" in page
    assert f'href="/{report.unit.slug}/ledgers/area-facts/?from=2025-01-01&amp;to=2025-12-31"' in page
    assert "演练照片1" in page
    assert "style=" not in page
    assert zhou.get(url("detail", report)).status_code == 200
    assert url("freeze", report) not in text(zhou.get(url("detail", report)))
    assert wu.get(url("detail", report)).status_code == 404


def test_missing_fonts_are_said_on_the_page(paper: Paper, lin: Any) -> None:
    paper.missing_fonts = ["仿宋"]
    paper.save(update_fields=["missing_fonts"])
    assert "缺少规定字体：仿宋" in text(lin.get(url("detail", paper)))


def test_every_figure_is_listed_with_its_records(report: Paper, lin: Any, wu: Any) -> None:
    page = text(lin.get(url("figures", report)))
    assert "辖区概况（2025-01-01至2025-12-31）" in page
    assert wu.get(url("figures", report)).status_code == 404


def test_hostile_words_stay_words_in_the_preview(unit: Unit, lin: Any) -> None:
    made.meeting(unit, "2025-03-03", "<script>alert(1)</script>")
    row = made.paper(unit, make.member(unit), "ledger-print", ledger="meetings")
    page = text(lin.get(url("detail", row)))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_files_are_given_to_those_who_may_and_noted(paper: Paper, lin: Any, zhou: Any, wu: Any) -> None:
    from safecommunity.audit.models import Line

    answer = lin.get(url("file", paper, "docx"))
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert Line.objects.filter(act="paper.exported").count() == 1
    assert b"".join(zhou.get(url("file", paper, "pdf")).streaming_content).startswith(b"%PDF")
    assert wu.get(url("file", paper, "pdf")).status_code == 404
    assert lin.get(url("file", paper, "exe")).status_code == 404


def test_a_damaged_file_is_not_handed_out(paper: Paper, lin: Any) -> None:
    store.path_of(paper.pdf_sha256).write_bytes(b"forged")
    assert lin.get(url("file", paper, "pdf")).status_code == 404


def test_only_photos_of_the_paper_itself_are_shown(report: Paper, lin: Any, wu: Any) -> None:
    inside = report.content["parts"]
    (sha256,) = {item["sha256"] for part in inside if part["part"] == "photos" for item in part["items"]}
    other = made.photo(report.unit, "1.1", 7, "2020-01-01")
    assert lin.get(url("photo", report, sha256)).headers["Content-Type"] == "image/jpeg"
    assert lin.get(url("photo", report, other.sha256)).status_code == 404
    assert wu.get(url("photo", report, sha256)).status_code == 404


@pytest.mark.parametrize("name", ["freeze", "remake", "reissue", "discard"])
def test_only_those_who_may_make_papers_change_them(
    paper: Paper, zhou: Any, wu: Any, lin: Any, name: str
) -> None:
    given = {"version": paper.version}
    assert zhou.post(url(name, paper), given).status_code == 403
    assert wu.post(url(name, paper), given).status_code == 404
    assert lin.post(url(name, paper), given).status_code == 302
    assert lin.get(url(name, paper)).status_code == 405


def test_a_frozen_paper_is_issued_again_and_shows_its_changes_first(paper: Paper, lin: Any, wu: Any) -> None:
    lin.post(url("freeze", paper), {"version": paper.version})
    made.meeting(paper.unit, "2025-04-04", "消防专题会")
    lin.post(url("reissue", paper))
    newer = Paper.objects.in_unit(paper.unit).get(replaces=paper)
    actions.complete(paper=newer, today=made.TODAY, step=lambda done, total: None, by=None)
    page = text(lin.get(url("detail", newer)))
    assert page.index("与第 1 版相比") < page.index("打印日期")
    assert "<ins>2 | 消防专题会" in page
    assert "消防专题会" in text(lin.get(url("changes", newer)))
    assert wu.get(url("changes", newer)).status_code == 404
    assert "已有第 2 版" in text(lin.get(url("detail", paper)))


def test_a_paper_changed_meanwhile_is_not_frozen(paper: Paper, lin: Any) -> None:
    answer = lin.post(url("freeze", paper), {"version": paper.version - 1}, follow=True)
    assert "刚刚被别人改动过" in text(answer)
    assert Paper.objects.in_unit(paper.unit).get().is_ready


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("ledger", "meetings"),
        ("ledgers", "meetings,rules"),
        ("metric", "meetings"),
        ("metrics", ""),
        ("assessment", "1"),
        ("plan", "1"),
        ("indicator", "1/1.1"),
        ("evidence", ""),
        ("file", "1"),
        ("bodies", "x"),
        ("unit", "x"),
        ("population", "x"),
    ],
)
def test_every_kind_of_figure_leads_to_a_page(unit: Unit, kind: str, code: str) -> None:
    assert link(unit, Trace(kind, code, "", "2025")).startswith(f"/{unit.slug}/")


def test_a_paper_on_an_assessment_is_packed_with_its_evidence(
    report: Paper, lin: Any, zhou: Any, wu: Any
) -> None:
    assert "连同佐证打包" in lin.get(url("detail", report)).content.decode()
    answer = lin.post(url("package", report), {"request_key": "p"}, follow=True)
    assert "正在打包" in answer.content.decode()
    assert zhou.post(url("package", report), {"request_key": "p"}).status_code == 403
    assert wu.post(url("package", report), {"request_key": "p"}).status_code == 404
