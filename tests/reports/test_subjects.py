"""Papers about one thing: a record of a ledger stands for all kinds."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from safecommunity import library
from safecommunity.core.reports import parse
from safecommunity.reports import actions, queries
from safecommunity.reports.models import Paper
from safecommunity.reports.subjects import SUBJECTS, SubjectGone
from safecommunity.units.models import Unit
from safecommunity.web.pages.reports.display import link
from tests import make
from tests.reports import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


def sheet(unit: Unit, by: Any, entry: Any) -> Paper:
    return made.paper(unit, by, "record-sheet", subject=entry.client_uuid)


def text_of(row: Paper) -> str:
    return str(queries.content_of(row))


def test_a_paper_about_a_record_says_what_the_record_says(unit: Unit) -> None:
    meeting = made.meeting(unit, "2025-03-03", "第一次例会")
    row = sheet(unit, make.member(unit), meeting)
    content = queries.content_of(row)
    assert (row.subject_kind, row.subject) == ("entry", meeting.client_uuid)
    assert content.title == "阳光街道会议台账记录单"
    assert content.parts[0].text == f"名称：{meeting.title}；日期：2025年3月3日。"  # type: ignore[union-attr]
    assert "第一次例会" in text_of(row)


def test_every_value_of_the_thing_opens_the_thing(unit: Unit) -> None:
    meeting = made.meeting(unit, "2025-03-03")
    row = sheet(unit, make.member(unit), meeting)
    runs = [run for run in queries.content_of(row).parts[0].runs if run.name]  # type: ignore[union-attr]
    address = reverse("ledgers:entry", args=[unit.slug, "meetings", meeting.pk])
    assert [link(unit, run.trace) for run in runs] == [address, address]


def test_the_thing_of_another_unit_is_not_found(unit: Unit) -> None:
    foreign = made.meeting(make.unit("别处街道"), "2025-03-03")
    with pytest.raises(actions.Refused, match="事项"):
        sheet(unit, make.member(unit), foreign)


@pytest.mark.parametrize("subject", [None, uuid4()])
def test_a_paper_about_a_thing_needs_one_that_exists(unit: Unit, subject: Any) -> None:
    with pytest.raises(actions.Refused, match="事项"):
        actions.make(
            document="record-sheet", period=made.YEAR, unit=unit, by=make.member(unit), subject=subject
        )


def test_who_may_not_see_the_thing_makes_no_paper_of_it(unit: Unit) -> None:
    meeting = made.meeting(unit, "2025-03-03")
    with pytest.raises(actions.Refused, match="看不到"):
        actions.make(
            document="record-sheet",
            period=made.YEAR,
            unit=unit,
            by=make.member(unit, "system-admin", "root"),
            subject=meeting.client_uuid,
        )


def test_the_next_issue_says_what_changed_of_the_thing(unit: Unit) -> None:
    lin, meeting = make.member(unit), made.meeting(unit, "2025-03-03", "旧名称")
    row = sheet(unit, lin, meeting)
    actions.freeze(paper=row, version=row.version, by=lin)
    meeting.data["name"] = "新名称"
    meeting.save()
    again = actions.reissue(paper=row, by=lin)
    actions.complete(paper=again, today=made.TODAY, step=lambda done, total: None, by=None)
    assert [(one.before, one.after) for one in queries.changes_of(again)] == [
        ("会议名称 | 旧名称", "会议名称 | 新名称")
    ]
    about = queries.papers_about(unit, "entry", meeting.client_uuid)
    assert [one.issue for one in about] == [2, 1]


def test_a_paper_about_a_thing_that_is_gone_is_not_composed(unit: Unit) -> None:
    lin, meeting = make.member(unit), made.meeting(unit, "2025-03-03")
    row = actions.make(
        document="record-sheet", period=made.YEAR, unit=unit, by=lin, subject=meeting.client_uuid
    )
    meeting.withdrawn_at = made.NOW
    meeting.save()
    with pytest.raises(SubjectGone):
        actions.complete(paper=row, today=made.TODAY, step=lambda done, total: None, by=None)


def test_the_documents_about_a_thing_ask_only_what_it_has() -> None:
    about = [one for one in library.documents.values() if one.subject]
    assert {one.code: SUBJECTS[one.subject].lacks(one) for one in about} == {one.code: () for one in about}


def test_what_a_kind_does_not_have_is_named() -> None:
    said = {"text": "{subject.title}{subject.colour}", "text_en": "{subject.title}{subject.colour}"}
    words = {"name": "单", "name_en": "x", "title": "单", "title_en": "x", "source": "x", "wording": "ours"}
    blocks = [said, {"block": "subject:pages"}]
    report = parse("x", {**words, "subject": "entry", "section": [{"blocks": blocks}]})
    assert SUBJECTS["entry"].lacks(report) == ("colour", "pages")


def test_the_page_of_a_record_offers_its_papers(unit: Unit) -> None:
    lin, meeting = make.member(unit), made.meeting(unit, "2025-03-03")
    row = sheet(unit, lin, meeting)
    page = make.client(lin).get(reverse("ledgers:entry", args=[unit.slug, "meetings", meeting.pk]))
    assert reverse("reports:detail", args=[unit.slug, row.pk]) in page.content.decode()
    asked = f"{reverse('reports:make', args=[unit.slug])}?about=entry&amp;subject={meeting.client_uuid}"
    assert asked in page.content.decode()


def test_one_is_made_from_that_address(unit: Unit) -> None:
    client, meeting = make.client(make.member(unit)), made.meeting(unit, "2025-03-03")
    address = f"{reverse('reports:make', args=[unit.slug])}?about=entry&subject={meeting.client_uuid}"
    assert str(meeting.client_uuid) in client.get(address).content.decode()
    sent = {"document": "record-sheet", "period": "2025", "language": "zh", "subject": meeting.client_uuid}
    answer = client.post(address, sent)
    row = Paper.objects.in_unit(unit).get()
    assert answer["Location"] == reverse("reports:detail", args=[unit.slug, row.pk])
    assert row.subject == meeting.client_uuid
