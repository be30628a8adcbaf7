"""Reviews on the pages: the conditions shown before, each step by whom it is for, nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from safecommunity.demo.photos import picture
from safecommunity.reviews import actions, queries
from safecommunity.reviews.models import Review, State
from safecommunity.units.models import Unit
from safecommunity.web.pages.reviews import titles, views
from tests import make
from tests.reviews import made
from tests.reviews.made import TODAY, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "today", lambda: TODAY)
    monkeypatch.setattr(views, "now", lambda: made.NOW)
    monkeypatch.setattr(titles, "today", lambda: TODAY)


@pytest.fixture
def who() -> Cast:
    return made.cast()


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"reviews:{name}", args=[unit.slug, *more])


def page(client: Client, row: Review) -> str:
    return client.get(url("detail", row.unit, row.uuid)).content.decode()


def step(client: Client, row: Review, side: str, name: str, **values: object) -> int:
    now = made.fresh(row)
    given = {"request_key": str(uuid4()), "version": str(now.version), **values}
    return client.post(url(side, row.unit, row.uuid, name), given).status_code


@pytest.mark.requirement("R150", "R193", "R194")
def test_the_unit_goes_from_intent_to_its_application(who: Cast) -> None:
    lin = make.client(who.lin)
    given = {
        "request_key": "k", "scheme": "municipal-45", "leader": "王主任", "contact": "林晓", "phone": "1",
        "plan": "两年", "begun_date": "2025-01-06",
    }  # fmt: skip
    assert lin.post(url("begin", who.street), given).status_code == 302
    row = queries.reviews(who.street).get()
    assert step(lin, row, "apply", "file", **{"to-municipal": "2025-01-07"}) == 302
    assert (
        step(lin, row, "apply", "receive", centre="municipal", number="7", receipt_date="2025-01-09") == 302
    )
    assert "还有 2 项条件没有满足" in page(lin, row)
    assert 'id="step-apply"' not in page(lin, row)
    assessment = made.self_assessment(who.street, who.lin, "municipal-45", "pass")
    assert step(lin, row, "apply", "self-assess", assessment=assessment.pk) == 302
    assert "还缺申报材料" in page(lin, row)
    first, *others = [one.code for one in row.procedure.papers]
    sent = SimpleUploadedFile("申请书.jpg", picture(made.NOW, Random(1)))
    assert step(lin, row, "apply", "attach", code=first, upload=sent) == 302
    for code in others:
        file = made.file(who.street, who.lin)
        assert step(lin, row, "apply", "attach", code=code, file=file.pk) == 302
    assert "申报材料齐全" in page(lin, row)
    assert 'id="step-apply"' in page(lin, row)
    assert step(lin, row, "apply", "apply") == 302
    assert made.fresh(row).state == State.APPLIED


def test_an_application_forced_by_hand_is_refused_in_words(who: Cast) -> None:
    row = made.building(who)
    lin = make.client(who.lin)
    given = {"request_key": "x", "version": str(row.version)}
    answer = lin.post(url("apply", who.street, row.uuid, "apply"), given)
    assert answer.status_code == 422
    assert "自评已定稿并且达到合格线" in answer.content.decode()
    assert made.fresh(row).state == State.BUILDING


def test_the_level_checks_each_paper_or_sends_back(who: Cast) -> None:
    row = made.applied(who)
    county, city = make.client(who.county_checker), make.client(who.city_checker)
    assert 'id="step-pass-up"' in page(county, row)
    assert 'id="step-pass-up"' not in page(city, row)
    given = {"request_key": "a", "version": str(row.version), "checked": "application", "words": "我看过了"}
    answer = county.post(url("check", who.street, row.uuid, "pass-up"), given)
    assert answer.status_code == 422
    assert "还没有核对" in answer.content.decode()
    assert "我看过了" in answer.content.decode()
    assert step(city, row, "check", "send-back", reason="不齐") == 422
    assert step(county, row, "check", "send-back", reason="缺公章") == 302
    assert "缺公章" in page(make.client(who.lin), row)


def test_the_second_of_two_keeps_the_words(who: Cast) -> None:
    row = made.applied(who)
    county = make.client(who.county_checker)
    given = {"request_key": "a", "version": str(row.version), "reason": "我写的原因"}
    made.passed_up(row, who.county_checker)
    late = county.post(url("check", who.street, row.uuid, "send-back"), given)
    assert late.status_code in {409, 422}
    assert "我写的原因" in late.content.decode()
    assert made.fresh(row).state == State.APPLIED


def test_a_double_click_applies_once(who: Cast) -> None:
    row = made.ready(who)
    lin = make.client(who.lin)
    given = {"request_key": "same", "version": str(row.version)}
    answers = [lin.post(url("apply", who.street, row.uuid, "apply"), given).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert queries.steps(row).filter(act="apply").count() == 1


@pytest.mark.requirement("R195", "R196")
def test_the_team_is_asked_declares_scores_and_gives_its_opinion(who: Cast) -> None:
    row = made.on_site(who)
    city, lead, member = (make.client(one) for one in (who.city_checker, who.lead, who.member))
    assert "评定组至少要有 2 人" in page(city, row)
    assert step(city, row, "check", "appoint", person=who.lead.pk, is_lead="on") == 302
    assert step(city, row, "check", "appoint", person=who.member.pk) == 302
    assert url("detail", who.street, row.uuid) in lead.get(url("inbox", who.street)).content.decode()
    assert step(lead, row, "team", "declare", is_free="yes") == 302
    assert step(member, row, "team", "declare", is_free="no", words="") == 422
    assert step(member, row, "team", "declare", is_free="yes") == 302
    visit = {"visit_from": TODAY.isoformat(), "visit_to": TODAY.isoformat()}
    answer = city.post(
        url("check", who.street, row.uuid, "arrange"),
        {"request_key": "q", "version": str(made.fresh(row).version), **visit, "agenda": "首次会议"},
    )
    assert "第 1 行应写成" in answer.content.decode()
    assert step(city, row, "check", "arrange", **visit, agenda="2026-11-20 09:00 首次会议") == 302
    assert step(lead, row, "team", "open-scoring") == 302
    row = made.fresh(row)
    made.marked(row, who.lead)
    assert 'id="step-consensus"' not in page(lead, row)
    made.marked(row, who.member)
    assert 'id="step-consensus"' not in page(member, row)
    assert step(lead, row, "team", "consensus") == 302
    sheet = next(one for one in actions.assessments.queries.sheets(row.on_site) if one.is_consensus)
    submit = reverse("assessment:submit-sheet", args=[who.street.slug, row.on_site_id, sheet.pk])
    assert "评分表密封中" in page(make.client(who.lin), row)
    lead.post(submit, {"request_key": "s", "version": str(sheet.version)})
    assert step(lead, row, "team", "conclude", opinion="建议命名") == 302
    assert step(
        city, row, "check", "decide", outcome="named", words="同意", number="市安社1", plaque="",
        named_date=TODAY.isoformat(),
    ) == 302  # fmt: skip
    shown = page(make.client(who.lin), row)
    assert "市安社1" in shown
    assert "建议命名" in shown


def test_findings_are_answered_and_verified_on_the_page(who: Cast) -> None:
    row = made.scoring(who)
    actions.assessments.add_finding(
        assessment=row.on_site, indicator="1.1", text="名单不全", severity="minor", by=who.member
    )
    row = made.agreed(who, row)
    actions.conclude(row=row, version=row.version, opinion="整改", by=who.lead, today=TODAY, now=made.NOW)
    finding = queries.findings(row)[0]
    lin, lead, city = (make.client(one) for one in (who.lin, who.lead, who.city_checker))
    assert step(lin, row, "apply", "correct", finding=finding.pk, text="已补") == 422
    file = made.file(who.street, who.lin)
    assert step(lin, row, "apply", "correct", finding=finding.pk, text="已补", file=file.pk) == 302
    assert "待核实" in page(lin, row)
    assert step(lead, row, "team", "verify", finding=finding.pk, verification="属实") == 302
    assert step(city, row, "check", "rectify", words="") == 302
    assert made.fresh(row).state == State.DECIDING


def test_the_viewer_reads_and_the_stranger_sees_nothing(who: Cast) -> None:
    row = made.applied(who)
    zhou = make.client(make.member(who.street, "viewer", "zhou"))
    assert "桥西区" in page(zhou, row)
    assert zhou.get(url("begin", who.street)).status_code == 403
    for side in ("apply", "check", "team"):
        assert step(zhou, row, side, "apply") == 403
    other = make.unit("西里街道", parent=who.county)
    wu = make.client(make.member(other, "office", "wu"))
    assert wu.get(url("detail", who.street, row.uuid)).status_code == 404
    assert wu.get(url("detail", other, row.uuid)).status_code == 404
    assert "东里街道" not in wu.get(url("index", other), {"show": "all"}).content.decode()
    assert step(make.client(who.lin), row, "check", "pass-up") == 403
    assert make.client(who.lin).post(
        url("apply", who.street, row.uuid, "pass-up"), {"request_key": "z", "version": "1"}
    ).status_code == 404  # fmt: skip


def test_the_list_asks_as_often_for_three_as_for_one(who: Cast) -> None:
    city = make.client(who.city_checker)
    ask = lambda: city.get(url("index", who.city))  # noqa: E731
    made.begun(who)
    ask()
    one = make.questions(ask)
    for name in ("甲", "乙"):
        unit = make.unit(f"{name}街道", parent=who.county)
        actions.begin(
            unit=unit, scheme="municipal-45", leader="王", contact="林", phone="1", plan="x",
            by=who.city_checker,
            begun_date=TODAY - timedelta(days=3), today=TODAY,
        )  # fmt: skip
    ask()
    assert make.questions(ask) == one
    assert ask().content.decode().count("<tr>") == 4


def test_an_empty_list_says_what_to_do(who: Cast) -> None:
    lin = make.client(who.lin)
    assert "先提出创建意向" in lin.get(url("index", who.street)).content.decode()
    assert "没有等您办理的评审" in lin.get(url("inbox", who.street)).content.decode()


def test_the_list_is_sorted_narrowed_and_taken_along_as_it_is_seen(who: Cast) -> None:
    city = make.client(who.city_checker)
    made.applied(who)
    beside = made.cast_beside(who)
    made.begun(beside, "national-2006", TODAY - timedelta(days=9))
    page = lambda **asked: city.get(url("index", who.city), asked).content.decode()  # noqa: E731
    order = lambda text: [text.index(f">{unit.name}<") for unit in (who.street, beside.street)]  # noqa: E731
    up, down = order(page(sort="begun")), order(page(sort="-begun"))
    assert (up == sorted(up), down == sorted(down, reverse=True)) == (True, True)
    assert order(page(sort="state"))[0] > order(page(sort="state"))[1]
    for asked in ({"text": "西里"}, {"scheme": "national-2006"}, {"state": "intent"}):
        assert ("西里街道" in page(**asked), "东里街道" in page(**asked)) == (True, False)
    assert "没有符合条件的评审" in page(kind="renewal")
    answer = city.post(f"{url('export', who.city)}?sort=-begun&state=all")
    assert [(row[0], row[3], row[4]) for row in make.sheet_rows(answer)] == [
        ("西里街道", "有意创建", "西里街道"), ("东里街道", "逐级审核", "桥西区"),
    ]  # fmt: skip
    assert (
        make.client(make.member(who.city, "viewer", "zhou")).post(url("export", who.city)).status_code == 403
    )
    wu = make.client(made.member(make.unit("别处"), "office", "wu"))
    assert wu.post(url("export", who.city)).status_code == 404
