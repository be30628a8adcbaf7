"""Official documents on the pages: who may, who may not, who does not even see them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.correspondence import actions, queries
from safecommunity.correspondence.models import OfficialDocument, State
from safecommunity.jobs import worker
from safecommunity.units.models import Unit
from tests import make
from tests.correspondence import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return made.people(unit)[0]


@pytest.fixture
def wang(unit: Unit) -> User:
    return made.people(unit)[1]


def url(name: str, row: OfficialDocument, *more: str) -> str:
    return reverse(f"correspondence:{name}", args=[row.unit.slug, row.uuid, *more])


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def sent(row: OfficialDocument, **more: Any) -> dict[str, Any]:
    return {**made.WRITTEN, "signature": row.signature, "version": row.version, **more}


def test_the_office_drafts_and_the_draft_opens_for_writing(unit: Unit, lin: User) -> None:
    answer = make.client(lin).post(reverse("correspondence:new", args=[unit.slug]), {"kind": "plan"})
    row = OfficialDocument.objects.in_unit(unit).get()
    assert answer["Location"] == url("edit", row)
    assert "二、工作目标" in page(make.client(lin), url("edit", row))


def test_a_viewer_reads_but_does_not_draft(unit: Unit, lin: User) -> None:
    row, zhou = made.draft(unit, lin), make.client(make.member(unit, "viewer", "zhou"))
    assert made.WRITTEN["title"] in page(zhou, url("detail", row))
    asked = [zhou.get(reverse("correspondence:new", args=[unit.slug])), zhou.get(url("edit", row))]
    asked.append(zhou.post(url("step", row, "submit"), {"version": row.version}))
    assert [one.status_code for one in asked] == [403, 403, 403]


def test_a_stranger_sees_nothing(unit: Unit, lin: User) -> None:
    row, wu = made.draft(unit, lin), make.client(make.member(make.unit("彩虹街道"), username="wu"))
    names = ("detail", "edit")
    assert [wu.get(url(name, row)).status_code for name in names] == [404, 404]
    assert wu.get(url("file", row, "pdf")).status_code == 404


def test_what_was_typed_is_kept_and_the_attachments_too(unit: Unit, lin: User) -> None:
    row = actions.draft(kind="notice", unit=unit, by=lin, today=made.TODAY)
    text = "=== 自查表\n一、填表\n说明\n=== 名单\n"
    answer = make.client(lin).post(url("edit", row), sent(row, attachments=text))
    assert answer["Location"] == url("detail", row)
    found = OfficialDocument.objects.in_unit(unit).get()
    assert [one["title"] for one in found.attachments] == ["自查表", "名单"]
    shown = page(make.client(lin), url("edit", found))
    assert "=== 自查表\n一、填表" in shown


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"attachments": "没有标题"}, "附件标题"),
        ({"copy_number": "12"}, "copy_number"),
        ({"body": ""}, "body"),
    ],
)
def test_a_bad_field_is_said_and_nothing_is_lost(
    unit: Unit, lin: User, values: dict[str, str], words: str
) -> None:
    row = made.draft(unit, lin)
    answer = make.client(lin).post(url("edit", row), sent(row, note="联系人李明", **values))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "联系人李明" in answer.content.decode()


def test_two_who_save_at_once_see_both(unit: Unit, lin: User) -> None:
    row = made.draft(unit, lin)
    old = sent(row, title="我的标题")
    actions.edit(document=row, version=row.version, values={"title": "别人的标题"}, by=lin)
    answer = make.client(lin).post(url("edit", row), old)
    assert answer.status_code == 409
    assert "我的标题" in answer.content.decode()
    assert "别人的标题" in answer.content.decode()


def test_who_still_writes_when_it_is_sent_on_keeps_every_word(unit: Unit, lin: User, wang: User) -> None:
    row = made.draft(unit, lin)
    old = sent(row, title="我的标题", body="还没有保存的长篇正文")
    made.step(row, "submit", lin, "")
    answer = make.client(wang).post(url("edit", row), old)
    assert answer.status_code == 422
    assert "还没有保存的长篇正文" in answer.content.decode()
    assert "已送核稿的公文不能直接修改" in answer.content.decode()
    assert make.client(wang).get(url("edit", row))["Location"] == url("detail", row)


def test_the_preview_numbers_what_is_typed_and_saves_nothing(unit: Unit, lin: User) -> None:
    row = made.draft(unit, lin)
    answer = make.client(lin).post(url("preview", row), sent(row, body="五、甲\n三、乙"))
    text = re.sub(r"<[^>]+>", "", answer.content.decode())
    assert "一、甲" in text
    assert "二、乙" in text
    assert OfficialDocument.objects.in_unit(unit).get().body == made.WRITTEN["body"]


def test_two_people_take_a_document_to_its_issue(unit: Unit, lin: User, wang: User) -> None:
    row = made.draft(unit, lin)
    for act in made.WAY[:6]:
        found = queries.document(unit, row.uuid)
        assert found
        person = wang if actions.ACTS[act].by_other else lin
        answer = make.client(person).post(url("step", row, act), {"version": found.version, "opinion": ""})
        assert answer["Location"] == url("detail", row)
    worker.drain()
    shown = page(make.client(lin), url("detail", row))
    assert "阳街〔20" in shown
    found = queries.document(unit, row.uuid)
    assert found
    assert found.state == State.ISSUED
    assert reverse("evidence:detail", args=[unit.slug, found.pdf_id]) in shown


def test_only_the_steps_of_this_person_are_offered(unit: Unit, lin: User, wang: User) -> None:
    row = made.until("submit", unit, lin, wang)
    check = url("step", row, "check")
    assert [check in page(make.client(one), url("detail", row)) for one in (lin, wang)] == [False, True]


def test_a_step_on_an_old_page_is_refused_in_words(unit: Unit, lin: User, wang: User) -> None:
    row = made.until("submit", unit, lin, wang)
    client = make.client(wang)
    client.post(url("step", row, "check"), {"version": row.version - 1, "opinion": "第三部分再核"})
    shown = page(client, url("detail", row))
    assert "刚刚被别人办理过" in shown
    assert "您写的是：第三部分再核" in shown


def test_the_same_step_sent_twice_is_taken_once(unit: Unit, lin: User, wang: User) -> None:
    row = made.until("sign", unit, lin, wang)
    client, form = make.client(lin), {"version": row.version, "request_key": "once-and-only"}
    answers = [client.post(url("step", row, "number"), form) for _n in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert queries.numbers(unit).count() == 1


@pytest.mark.parametrize(("kind", "begins"), [("pdf", b"%PDF"), ("docx", b"PK")])
def test_drafts_and_issued_documents_can_be_downloaded(
    unit: Unit, lin: User, wang: User, kind: str, begins: bytes
) -> None:
    client = make.client(lin)
    assert client.get(url("file", made.draft(unit, lin), kind)).content.startswith(begins)
    row = made.until("issue", unit, lin, wang)
    worker.drain()
    assert client.get(url("file", row, kind)).content.startswith(begins)
    assert client.get(url("file", row, "odt")).status_code == 404


def test_the_list_is_filtered_by_state_kind_and_year(unit: Unit, lin: User, wang: User) -> None:
    made.draft(unit, lin, title="待写的通知")
    made.until("sign", unit, lin, wang, title="签了的请示", kind="request", addressee="区政府")
    client, address = make.client(lin), reverse("correspondence:index", args=[unit.slug])
    asked = {"?state=draft": (True, False), "?kind=request": (False, True), "?year=2020": (False, False)}
    for query, expected in asked.items():
        shown = page(client, address + query)
        assert ("待写的通知" in shown, "签了的请示" in shown) == expected


def test_the_register_shows_voided_numbers(unit: Unit, lin: User, wang: User) -> None:
    made.step(made.until("number", unit, lin, wang), "cancel", lin, "内容有误")
    shown = page(make.client(lin), reverse("correspondence:numbers", args=[unit.slug]))
    assert "阳街〔2026〕1号" in shown
    assert "内容有误" in shown


def test_the_lists_ask_the_same_number_of_questions_for_more_rows(unit: Unit, lin: User, wang: User) -> None:
    client = make.client(lin)
    addresses = [reverse(f"correspondence:{name}", args=[unit.slug]) for name in ("index", "numbers")]
    made.until("number", unit, lin, wang)
    [client.get(address) for address in addresses]
    few = [make.questions(lambda address=address: client.get(address)) for address in addresses]  # type: ignore[misc]
    for _n in range(2):
        made.until("number", unit, lin, wang)
    assert few == [make.questions(lambda address=address: client.get(address)) for address in addresses]  # type: ignore[misc]


@pytest.mark.requirement("R165")
def test_the_list_names_the_units_that_have_handed_in_no_plan(unit: Unit, lin: User) -> None:
    make.unit("安康社区", parent=unit, kind="neighbourhood")
    shown = page(make.client(lin), reverse("correspondence:index", args=[unit.slug]))
    assert "1 个下级单位还没有" in shown
    assert "安康社区" in shown


def test_kinds_are_shown_by_their_names_in_the_language_of_the_page(unit: Unit, lin: User) -> None:
    made.draft(unit, lin)
    client, address = make.client(lin), reverse("correspondence:new", args=[unit.slug])
    assert '<option value="request">请示</option>' in page(client, address)
    client.cookies["language"] = "en"
    assert '<option value="request">Request</option>' in page(client, address)
