import datetime as dt
from typing import Any

import pytest

from safecommunity.audit.models import Line
from safecommunity.core.papers import digest, photo_hashes
from safecommunity.jobs import worker
from safecommunity.jobs.models import Job
from safecommunity.reports import actions, queries, store
from safecommunity.reports.models import Paper
from safecommunity.units.models import Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.reports import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> Any:
    return make.member(unit)


@pytest.fixture
def paper(unit: Unit, lin: Any) -> Paper:
    return made.paper(unit, lin, assessment=made.furnished(unit, lin))


@pytest.mark.requirement("R193")
def test_a_paper_is_made_in_the_background_with_its_two_files(unit: Unit, lin: Any) -> None:
    assessment = made.furnished(unit, lin)
    row = actions.make(
        document="self-assessment-report", period=made.YEAR, unit=unit, by=lin, assessment=assessment
    )
    assert row.state == Paper.State.MAKING
    assert row.job
    worker.drain()
    found = queries.paper(unit, row.pk)
    assert found
    assert (found.state, found.title) == (Paper.State.READY, "阳光街道安全社区创建自评报告")
    assert store.verified(found.docx_sha256).read_bytes().startswith(b"PK")
    assert store.verified(found.pdf_sha256).read_bytes().startswith(b"%PDF")
    assert found.digest == digest(found.content)
    job = Job.objects.in_unit(unit).get(pk=row.job.pk)
    assert (job.state, job.result) == ("done", {"paper": row.pk})


def test_the_task_may_run_twice(paper: Paper) -> None:
    before = (paper.docx_sha256, paper.version)
    assert actions.complete(paper=paper, today=made.TODAY, step=lambda done, total: None, by=None) is False
    assert (paper.docx_sha256, paper.version) == before


def test_progress_ends_where_it_said_it_would(unit: Unit, lin: Any) -> None:
    row = actions.make(document="ledger-print", period=made.YEAR, unit=unit, by=lin, ledger="meetings")
    seen: list[tuple[int, int]] = []
    actions.complete(
        paper=row, today=made.TODAY, step=lambda done, total: seen.append((done, total)), by=None
    )
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_photos_of_the_paper_are_in_its_content_and_in_the_word_file(paper: Paper) -> None:
    import zipfile

    assert len(photo_hashes(queries.content_of(paper))) == 1
    with zipfile.ZipFile(store.path_of(paper.docx_sha256)) as archive:
        assert [name for name in archive.namelist() if name.endswith(".jpg")] == ["word/media/image3.jpg"]


def test_a_paper_that_needs_an_assessment_is_refused_without_one(unit: Unit, lin: Any) -> None:
    with pytest.raises(actions.Refused, match="评定"):
        actions.make(document="work-report", period=made.YEAR, unit=unit, by=lin)


def test_an_assessment_of_another_unit_is_refused(unit: Unit, lin: Any) -> None:
    foreign = made.assessment(make.unit("别处街道"), lin)
    with pytest.raises(actions.Refused, match="评定"):
        actions.make(document="work-report", period=made.YEAR, unit=unit, by=lin, assessment=foreign)


def test_a_ledger_that_does_not_exist_is_refused(unit: Unit, lin: Any) -> None:
    with pytest.raises(actions.Refused, match="台账"):
        actions.make(document="ledger-print", period=made.YEAR, unit=unit, by=lin, ledger="nothing")
    with pytest.raises(actions.Refused, match="受限台账不印成文书"):
        actions.make(document="ledger-print", period=made.YEAR, unit=unit, by=lin, ledger="vulnerable-people")


def test_a_frozen_paper_keeps_its_hashes_and_cannot_be_changed(paper: Paper, lin: Any) -> None:
    actions.freeze(paper=paper, version=paper.version, by=lin)
    assert paper.is_frozen
    line = Line.objects.order_by("seq").last()
    assert line
    assert (line.act, paper.docx_sha256 in str(line.after)) == ("paper.frozen", True)
    with pytest.raises(actions.Refused):
        actions.remake(paper=paper, version=paper.version, by=lin)
    with pytest.raises(actions.Refused):
        actions.discard(paper=paper, by=lin)
    with pytest.raises(actions.Refused):
        actions.freeze(paper=paper, version=paper.version, by=lin)


def test_a_paper_seen_in_an_older_version_is_not_frozen(paper: Paper, lin: Any) -> None:
    with pytest.raises(StaleRecord):
        actions.freeze(paper=paper, version=paper.version - 1, by=lin)


def test_a_paper_whose_file_was_altered_is_not_frozen_and_is_found_by_the_check(
    paper: Paper, lin: Any
) -> None:
    store.path_of(paper.pdf_sha256).write_bytes(b"%PDF-forged")
    with pytest.raises(store.Damaged):
        actions.freeze(paper=paper, version=paper.version, by=lin)
    assert list(queries.damaged_files()) == [paper.pdf_sha256]


def test_a_damaged_file_is_replaced_when_the_same_content_is_kept_again(lin: Any) -> None:
    sha256 = store.keep(b"%PDF-whole")
    store.path_of(sha256).write_bytes(b"%PDF-forged")
    assert store.keep(b"%PDF-whole") == sha256
    assert store.verified(sha256).read_bytes() == b"%PDF-whole"


def test_a_new_issue_lists_what_changed_since_the_frozen_one(paper: Paper, lin: Any) -> None:
    actions.freeze(paper=paper, version=paper.version, by=lin)
    made.meeting(paper.unit, "2025-10-10")
    newer = actions.reissue(paper=paper, by=lin)
    actions.complete(paper=newer, today=made.TODAY, step=lambda done, total: None, by=None)
    assert (newer.issue, newer.replaces_id) == (2, paper.pk)
    changed = [(change.before, change.after) for change in queries.changes_of(newer)]
    grown = [pair for pair in changed if "会议台账 | 3" in pair[0]]
    assert grown
    assert all(after == before.replace("会议台账 | 3", "会议台账 | 4") for before, after in grown)
    assert queries.successors(paper.unit, [paper]) == {paper.pk: newer}


def test_a_new_issue_from_equal_records_has_no_changes(paper: Paper, lin: Any) -> None:
    actions.freeze(paper=paper, version=paper.version, by=lin)
    newer = actions.reissue(paper=paper, by=lin)
    actions.complete(paper=newer, today=made.TODAY, step=lambda done, total: None, by=None)
    assert newer.changes == []
    assert newer.digest == paper.digest


def test_only_a_frozen_paper_without_a_successor_is_issued_again(paper: Paper, lin: Any) -> None:
    with pytest.raises(actions.Refused):
        actions.reissue(paper=paper, by=lin)
    actions.freeze(paper=paper, version=paper.version, by=lin)
    actions.reissue(paper=paper, by=lin)
    with pytest.raises(actions.Refused):
        actions.reissue(paper=paper, by=lin)


def test_an_unfrozen_paper_is_made_again_from_the_newest_records(paper: Paper, lin: Any) -> None:
    before = paper.digest
    made.meeting(paper.unit, "2025-10-10")
    actions.remake(paper=paper, version=paper.version, by=lin)
    actions.complete(paper=paper, today=made.TODAY, step=lambda done, total: None, by=None)
    assert paper.state == Paper.State.READY
    assert paper.digest != before


def test_a_paper_thrown_away_while_it_waits_is_not_made(unit: Unit, lin: Any) -> None:
    row = actions.make(document="ledger-print", period=made.YEAR, unit=unit, by=lin, ledger="meetings")
    actions.discard(paper=row, by=lin)
    worker.drain()
    assert [job.state for job in Job.objects.in_unit(unit).filter(kind="reports.make")] == ["done"]


def test_a_paper_says_which_fonts_were_missing(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    from safecommunity.documents import fonts

    monkeypatch.setattr(fonts, "missing", lambda: ("仿宋",))
    again = made.paper(paper.unit, paper.by, assessment=paper.assessment)  # type: ignore[arg-type]
    assert again.missing_fonts == ["仿宋"]
    assert "仿宋" in queries.content_of(again).notes[-1]


def test_an_english_paper_is_english(unit: Unit, lin: Any) -> None:
    row = made.paper(unit, lin, "ledger-print", ledger="meetings", language="en")
    assert row.title == "阳光街道: Meetings"


@pytest.mark.parametrize("document", ["work-report", "self-assessment-table", "archive-catalogue"])
def test_every_paper_about_an_assessment_can_be_made(unit: Unit, lin: Any, document: str) -> None:
    row = made.paper(unit, lin, document, assessment=made.furnished(unit, lin))
    assert row.state == Paper.State.READY


@pytest.mark.requirement("R193")
def test_the_application_names_the_title_and_the_result(unit: Unit, lin: Any) -> None:
    row = made.paper(unit, lin, "grade-application", assessment=made.furnished(unit, lin))
    text = str(row.content)
    assert row.title == "阳光街道关于申请安全社区评定的报告"
    assert row.assessment
    title = row.assessment.rules.title
    assert title
    assert title.name in text
    assert "召开会议" in text


def test_the_work_report_has_twelve_chapters_that_quote_every_indicator(unit: Unit, lin: Any) -> None:
    from safecommunity.core.papers import Heading

    row = made.paper(unit, lin, "work-report", assessment=made.furnished(unit, lin))
    parts = queries.content_of(row).parts
    chapters = [part.number for part in parts if isinstance(part, Heading) and part.level == 2][5:]
    assert chapters[0] == "（一）"
    assert chapters[-1] == "（十二）"
    assert len([part for part in parts if isinstance(part, Heading) and part.level == 3]) == 50


def test_a_photo_is_shrunk_once_and_kept(unit: Unit) -> None:
    from safecommunity.evidence import store as evidence

    file = made.photo(unit, "7.4")
    evidence.preview_of(file.sha256).unlink()
    first = queries.photo(file.sha256)
    assert first
    assert evidence.preview_of(file.sha256).read_bytes() == first
    assert queries.photo("0" * 64) is None


def test_the_file_name_is_one_that_every_system_takes(paper: Paper) -> None:
    paper.title, paper.issue = 'a/b\\c:"d"\n2025', 2
    assert queries.file_name(paper, "docx") == "abcd2025-2.docx"


def test_a_paper_made_on_another_day_is_dated_that_day(unit: Unit, lin: Any) -> None:
    row = actions.make(document="ledger-print", period=made.YEAR, unit=unit, by=lin, ledger="meetings")
    actions.complete(paper=row, today=dt.date(2026, 2, 3), step=lambda done, total: None, by=None)
    assert "2026年2月3日" in str(row.content)
