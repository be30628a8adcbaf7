"""From intent to title: who may act when, what is refused and why, what is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from safecommunity.assessment import actions as assessments
from safecommunity.assessment.models import Sheet
from safecommunity.audit.models import Line
from safecommunity.audit.queries import verify
from safecommunity.ledgers.models import Entry
from safecommunity.notices.models import Notice
from safecommunity.reviews import actions, queries
from safecommunity.reviews.models import Duty, Review, State, Title
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.reviews import made
from tests.reviews.made import BEGUN, NOW, TODAY, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Cast:
    return made.cast()


def unmet(row: Review) -> list[str]:
    return [one.code for one in queries.checklist(row, TODAY) if not one.is_met]


@pytest.mark.requirement("R150", "R192", "R194")
def test_the_whole_way_leaves_its_steps_its_log_and_a_title(who: Cast) -> None:
    row = made.named(who)
    assert row.state == State.NAMED
    steps = [(one.act, one.after, one.level) for one in queries.steps(row)][::-1]
    assert steps == [
        ("begin", "intent", "东里街道"), ("file", "filed", "东里街道"), ("receive", "building", "东里街道"),
        ("self-assess", "self-assessed", "东里街道"), ("apply", "applied", "东里街道"),
        ("pass-up", "applied", "桥西区"), ("pass-up", "documents", "石家庄市"),
        ("accept", "on-site", "石家庄市"), ("conclude", "deciding", "石家庄市"),
        ("decide", "named", "石家庄市"),
    ]  # fmt: skip
    title = Title.objects.in_unit(who.street).get()
    assert (title.number, title.granted_by, title.valid_until) == ("市安社1", "石家庄市", date(2029, 11, 19))
    assert Entry.objects.in_unit(who.street).get(ledger="titles").data["state"] == "granted"
    assert row.on_site is not None
    assert row.on_site.digest
    acts = set(Line.objects.filter(act__startswith="review.").values_list("act", flat=True))
    assert {f"review.{act}" for act, _state, _level in steps} <= acts
    assert verify() == []


@pytest.mark.requirement("R197", "R198")
def test_a_national_start_is_filed_with_both_centres_and_builds_from_the_last_receipt(who: Cast) -> None:
    row = made.begun(who, "national-2006")
    with pytest.raises(actions.Refused, match="国家安全社区支持中心"):
        actions.file(row=row, version=1, filed={"provincial": BEGUN}, by=who.lin, today=TODAY)
    both = {"provincial": BEGUN, "national": BEGUN + timedelta(days=3)}
    actions.file(row=row, version=1, filed=both, by=who.lin, today=TODAY)
    given: dict[str, Any] = {"number": "7", "by": who.lin, "today": TODAY}
    day = BEGUN + timedelta(days=10)
    actions.receive(row=row, version=2, centre="provincial", receipt_date=day, **given)
    assert (row.state, row.building_date) == (State.FILED, None)
    with pytest.raises(actions.Refused, match="已经登记"):
        actions.receive(row=row, version=3, centre="provincial", receipt_date=day, **given)
    actions.receive(row=row, version=3, centre="national", receipt_date=BEGUN + timedelta(days=5), **given)
    assert (row.state, row.building_date) == (State.BUILDING, day)
    assert queries.started(who.city, "national", 2025).get() == row
    assert not queries.started(who.city, "national", 2026).exists()
    assert not queries.started(who.city, "municipal", 2025).exists()


def test_days_ahead_and_days_that_do_not_follow_are_refused(who: Cast) -> None:
    ahead = TODAY + timedelta(days=1)
    with pytest.raises(actions.Refused, match="不能在今天以后"):
        made.begun(who, day=ahead)
    row = made.begun(who)
    for wrong in (ahead, BEGUN - timedelta(days=1)):
        with pytest.raises(actions.Refused, match="备案日期"):
            actions.file(row=row, version=1, filed={"municipal": wrong}, by=who.lin, today=TODAY)
    actions.file(row=row, version=1, filed={"municipal": BEGUN}, by=who.lin, today=TODAY)
    for wrong in (ahead, BEGUN - timedelta(days=1)):
        with pytest.raises(actions.Refused, match="回执日期"):
            actions.receive(
                row=row,
                version=2,
                centre="municipal",
                number="1",
                receipt_date=wrong,
                by=who.lin,
                today=TODAY,
            )
    assert row.state == State.FILED


def test_one_review_a_scheme_is_open_at_a_time(who: Cast) -> None:
    row = made.begun(who)
    with pytest.raises(actions.Refused, match="已有一件"):
        made.begun(who)
    actions.give_up(row=row, version=1, reason="条件不成熟", by=who.lin, today=TODAY)
    with pytest.raises(actions.Refused, match="不能这样办理"):
        actions.file(row=row, version=2, filed={"municipal": BEGUN}, by=who.lin, today=TODAY)
    assert made.begun(who).state == State.INTENT


def test_a_scheme_without_a_way_is_refused(who: Cast) -> None:
    with pytest.raises(actions.Refused, match="没有写明评审程序"):
        made.begun(who, "isccc-6")


@pytest.mark.requirement("R192", "R193")
def test_only_a_frozen_passing_self_assessment_of_the_scheme_will_do(who: Cast) -> None:
    row = made.building(who)
    wrong = made.self_assessment(who.street, who.lin, "national-2006", "pass")
    failed = made.self_assessment(who.street, who.lin, "municipal-45", "fail")
    open_one = assessments.start(
        unit=who.street, scheme="municipal-45", period="2026", by=who.lin, today=TODAY, now=NOW
    )
    for one, said in ((wrong, "按这个方案"), (failed, "没有达到合格线"), (open_one, "还没有定稿")):
        with pytest.raises(actions.Refused, match=said):
            actions.self_assess(row=row, version=row.version, assessment=one, by=who.lin, today=TODAY)
    assert row.state == State.BUILDING


@pytest.mark.requirement("R170")
def test_what_is_missing_is_known_before_and_stops_the_application(who: Cast) -> None:
    row = made.building(who, "national-2006", TODAY - timedelta(days=200))
    assert unmet(row) == ["running", "verdict", "title-before", "papers"]
    assessment = made.self_assessment(who.street, who.lin, "national-2006", "pass")
    actions.self_assess(row=row, version=row.version, assessment=assessment, by=who.lin, today=TODAY)
    for one in row.procedure.papers:
        actions.attach(row=row, code=one.code, file=made.file(who.street, who.lin), by=who.lin)
    assert unmet(row) == ["running", "title-before"]
    with pytest.raises(actions.Refused, match="省级称号"):
        actions.apply(row=row, version=row.version, by=who.lin, today=TODAY)
    assert row.state == State.SELF_ASSESSED


def test_accidents_and_vetoes_of_the_years_of_building_stop_it(who: Cast) -> None:
    row = made.ready(who)
    assert unmet(row) == []
    common: dict[str, Any] = {"unit": who.street, "path": who.street.path, "title": "x"}
    before, during = BEGUN - timedelta(days=40), date(2026, 3, 1)
    for day, no_major in ((before, False), (during, True)):
        data = {"month": f"{day:%Y-%m}", "no_major": no_major}
        Entry.objects.create(ledger="injuries-summary", data=data, record_date=day.replace(day=1), **common)
    data = {"year": 2026, "state": "in-force", "scope": "appraisal"}
    Entry.objects.create(ledger="vetoes", data=data, **common)
    assert unmet(row) == []
    Entry.objects.create(
        ledger="injuries-summary", data={"month": "2026-04", "no_major": False}, record_date=date(2026, 4, 1),
        **common,
    )  # fmt: skip
    Entry.objects.create(ledger="vetoes", data={**data, "scope": "both"}, **common)
    assert unmet(row) == ["accidents", "vetoes"]


@pytest.mark.requirement("R194")
def test_each_level_checks_every_paper_and_nobody_acts_out_of_turn(who: Cast) -> None:
    row = made.applied(who)
    papers = [one.code for one in row.procedure.papers]
    given: dict[str, Any] = {"words": "齐全", "today": TODAY}
    with pytest.raises(actions.Refused, match="不由您这一级"):
        actions.pass_up(row=row, version=row.version, checked=papers, by=who.city_checker, **given)
    with pytest.raises(actions.Refused, match="工作报告"):
        actions.pass_up(row=row, version=row.version, checked=papers[:2], by=who.county_checker, **given)
    actions.pass_up(row=row, version=row.version, checked=papers, by=who.county_checker, **given)
    assert row.level == who.city
    with pytest.raises(actions.Refused, match="不由您这一级"):
        actions.pass_up(row=row, version=row.version, checked=papers, by=who.county_checker, **given)
    assert Notice.objects.filter(to=who.city_checker, kind="review").exists()


def test_two_levels_acting_at_once_one_is_told(who: Cast) -> None:
    row = made.applied(who)
    other = made.fresh(row)
    made.passed_up(row, who.county_checker)
    with pytest.raises(StaleRecord):
        actions.send_back(
            row=other, version=other.version, reason="缺附件", by=who.county_checker, today=TODAY
        )
    assert made.fresh(row).state == State.APPLIED


def test_who_applied_does_not_check_it(who: Cast) -> None:
    both = made.member(who.county, "city-office", "lin")
    row = made.ready(who)
    actions.apply(row=row, version=row.version, by=both, today=TODAY)
    with pytest.raises(actions.Refused, match="您自己申报的"):
        made.passed_up(row, both)


def test_a_level_without_anybody_who_checks_is_passed_over(who: Cast) -> None:
    row = made.ready(who)
    who.county_checker.is_active = False
    who.county_checker.save()
    assert queries.levels(row) == [who.city]
    who.city_checker.is_active = False
    who.city_checker.save()
    assert unmet(row) == ["levels"]


def test_it_is_sent_back_with_a_reason_and_comes_again(who: Cast) -> None:
    row = made.applied(who)
    with pytest.raises(actions.Refused, match="退回原因"):
        actions.send_back(row=row, version=row.version, reason=" ", by=who.county_checker, today=TODAY)
    with pytest.raises(actions.Refused, match="已经送出"):
        actions.attach(row=row, code="application", file=made.file(who.street, who.lin), by=who.lin)
    actions.send_back(row=row, version=row.version, reason="缺公章", by=who.county_checker, today=TODAY)
    assert (row.state, row.level) == (State.RETURNED, None)
    assert "被退回" in Notice.objects.filter(to=who.lin).latest("id").title
    actions.attach(row=row, code="application", file=made.file(who.street, who.lin), by=who.lin)
    actions.apply(row=row, version=row.version, by=who.lin, today=TODAY)
    assert row.level == who.county


def test_the_document_review_has_its_limit_in_working_days(who: Cast) -> None:
    row = made.applied(who)
    made.passed_up(row, who.county_checker)
    made.passed_up(row, who.city_checker)
    assert row.state == State.DOCUMENTS
    assert row.answer_by == date(2026, 12, 18)


@pytest.mark.requirement("R195", "R196")
def test_nobody_of_the_unit_its_branch_or_without_the_right_is_asked_onto_the_team(who: Cast) -> None:
    row = made.on_site(who)
    common: dict[str, Any] = {"row": row, "is_lead": False, "by": who.city_checker, "today": TODAY}
    own = made.member(who.street, "appraisal", "own")
    below = make.unit("社区", parent=who.street, kind="neighbourhood")
    tied = made.member(make.unit("长安区", parent=who.city, kind="county-office"), "expert", "tied")
    made.member(below, "officer", "tied"), made.member(who.city, "expert", "tied")
    over = made.member(who.county, "appraisal", "over")
    for person, unit in ((own, who.street), (tied, below), (over, who.county)):
        with pytest.raises(actions.Refused, match=f"在{unit.name}任职"):
            actions.appoint(person=person, **common)
    with pytest.raises(actions.Refused, match="评审专家角色"):
        actions.appoint(person=made.member(who.city, "viewer", "zhou"), **common)
    neighbour = made.member(make.unit("西里街道", parent=who.county), "office", "neighbour")
    made.member(who.city, "expert", "neighbour")
    actions.appoint(person=neighbour, **common)
    with pytest.raises(actions.Refused, match="已在评定组里"):
        actions.appoint(person=neighbour, **common)
    with pytest.raises(actions.Refused, match="由评定单位安排"):
        actions.appoint(person=who.lead, **{**common, "by": who.county_checker})


def test_who_declares_a_conflict_keeps_the_scoring_closed(who: Cast) -> None:
    row = made.on_site(who)
    assert queries.unready(row, TODAY) == ("experts", "lead", "visit")
    experts = [
        actions.appoint(row=row, person=person, is_lead=person == who.lead, by=who.city_checker, today=TODAY)
        for person in (who.lead, who.member)
    ]
    assert queries.unready(row, TODAY) == ("undeclared", "visit")
    with pytest.raises(actions.Refused, match="本人声明"):
        actions.declare(expert=experts[1], version=1, is_free=True, words="", by=who.lead, now=NOW)
    with pytest.raises(actions.Refused, match="什么关系"):
        actions.declare(expert=experts[1], version=1, is_free=False, words="", by=who.member, now=NOW)
    actions.declare(
        expert=experts[1], version=1, is_free=False, words="曾任该街道顾问", by=who.member, now=NOW
    )
    actions.declare(expert=experts[0], version=1, is_free=True, words="", by=who.lead, now=NOW)
    with pytest.raises(actions.Refused, match="本人声明一次"):
        actions.declare(expert=experts[0], version=2, is_free=True, words="", by=who.lead, now=NOW)
    assert queries.unready(row, TODAY) == ("tied", "visit")
    with pytest.raises(actions.Refused, match="请换人"):
        actions.open_scoring(row=row, version=row.version, by=who.lead, today=TODAY, now=NOW)
    actions.dismiss(expert=experts[1], by=who.city_checker)
    assert queries.unready(row, TODAY) == ("experts", "visit")


def test_the_scoring_waits_for_the_day_of_the_visit(who: Cast) -> None:
    row = made.arranged(who)
    assert queries.unready(row, TODAY - timedelta(days=1)) == ("early",)
    with pytest.raises(actions.Refused, match="评定组组长或评定单位"):
        actions.open_scoring(row=row, version=row.version, by=who.lin, today=TODAY, now=NOW)
    with pytest.raises(actions.Refused, match="结束日期不早于"):
        actions.arrange(
            row=row, version=row.version, visit_from=TODAY, visit_to=TODAY - timedelta(days=1),
            agenda=[["", "", "x"]], by=who.city_checker,
        )  # fmt: skip


def test_only_the_team_scores_and_no_sheet_is_seen_before_all_are_in(who: Cast) -> None:
    row = made.scoring(who)
    assert row.on_site is not None
    own = made.member(who.street, "appraisal", "own")
    with pytest.raises(assessments.NotPossible, match="由评定组办理"):
        assessments.open_sheet(assessment=row.on_site, by=own)
    with pytest.raises(assessments.NotPossible, match="由评定组办理"):
        assessments.confirm_as_suggested(assessment=row.on_site, indicators=["1.1"], by=own, now=NOW)
    with pytest.raises(assessments.NotPossible, match="由评定组办理"):
        assessments.freeze(assessment=row.on_site, by=own, now=NOW, version=row.on_site.version)
    made.marked(row, who.lead)
    assert [one.assessor for one in assessments.queries.visible_sheets(row.on_site, who.member)] == [
        who.member
    ]
    with pytest.raises(actions.Refused, match="都提交评分表之后"):
        actions.open_consensus(row=row, by=who.lead)
    made.marked(row, who.member)
    with pytest.raises(assessments.NotPossible, match="只由密封评分和合议得出"):
        assessments.confirm_as_suggested(assessment=row.on_site, indicators=["1.1"], by=who.lead, now=NOW)
    assert len(assessments.queries.visible_sheets(row.on_site, who.member)) == 2
    with pytest.raises(actions.Refused, match="组长开启"):
        actions.open_consensus(row=row, by=who.member)
    given: dict[str, Any] = {"opinion": "建议命名", "today": TODAY, "now": NOW}
    actions.open_consensus(row=row, by=who.lead)
    with pytest.raises(actions.Refused, match="合议表还没有提交"):
        actions.conclude(row=made.fresh(row), version=row.version, by=who.lead, **given)
    with pytest.raises(actions.Refused, match="由评定组组长出具"):
        actions.conclude(row=made.fresh(row), version=row.version, by=who.member, **given)


@pytest.mark.requirement("R191")
def test_findings_are_closed_one_by_one_with_evidence_before_the_decision(who: Cast) -> None:
    row = made.scoring(who)
    assert row.on_site is not None
    found = [
        assessments.add_finding(
            assessment=row.on_site, indicator="1.1", text=text, severity="minor", by=who.member
        )
        for text in ("名单不全", "缺会议记录")
    ]
    row = made.agreed(who, row)
    actions.conclude(row=row, version=row.version, opinion="整改后命名", by=who.lead, today=TODAY, now=NOW)
    assert (row.state, row.answer_by) == (State.RECTIFYING, TODAY + timedelta(days=30))
    with pytest.raises(assessments.NotPossible, match="已定稿"):
        assessments.add_finding(
            assessment=made.fresh(row).on_site, indicator="1.1", text="后加", severity="minor", by=who.member
        )
    check: dict[str, Any] = {
        "row": row,
        "finding": found[0],
        "version": 1,
        "verification": "已补",
        "now": NOW,
    }
    with pytest.raises(actions.Refused, match="还没有提交"):
        actions.verify(by=who.lead, **check)
    for one in found:
        actions.correct(
            row=row, finding=one, text="已补齐", file=made.file(who.street, who.lin), by=who.lin, now=NOW
        )
    with pytest.raises(actions.Refused, match="由评定组成员核实"):
        actions.verify(by=who.lin, **check)
    actions.verify(by=who.member, **check)
    with pytest.raises(actions.Refused, match="没有核实关闭"):
        actions.rectify(row=row, version=row.version, words="", by=who.lead, today=TODAY)
    actions.verify(by=who.lead, **{**check, "finding": found[1]})
    actions.rectify(row=row, version=row.version, words="", by=who.lead, today=TODAY)
    assert row.state == State.DECIDING


def test_a_middling_verdict_is_rectified_and_assessed_again(who: Cast) -> None:
    title: dict[str, Any] = {"number": "省安社1", "plaque": "", "granted_by": "省安委会", "named_date": BEGUN}
    Title.objects.create(
        unit=who.street, path=who.street.path, scheme="municipal-45", level="provincial", name="省级",
        valid_until=date(2028, 1, 1), **title,
    )  # fmt: skip
    row = made.agreed(who, made.scoring(who, "national-2006"), "B")
    assessments.Assessment.objects.in_unit(who.street).filter(pk=row.on_site_id).update(band="rectify")
    row = made.fresh(row)
    actions.conclude(row=row, version=row.version, opinion="整改", by=who.lead, today=TODAY, now=NOW)
    assert row.state == State.RECTIFYING
    with pytest.raises(actions.Refused, match="再次现场评定"):
        actions.rectify(row=row, version=row.version, words="", by=who.lead, today=TODAY)
    actions.revisit(row=row, version=row.version, words="整改完成", by=who.lead, today=TODAY)
    assert (row.state, row.on_site, row.visit_from) == (State.ON_SITE, None, None)
    assert queries.unready(row, TODAY) == ("visit",)


@pytest.mark.requirement("R219", "R220", "R221")
@pytest.mark.parametrize(
    ("letter", "outcome", "wrong"), [("A", "named", "qualified"), ("C", "qualified", "named")]
)
def test_ninety_points_bring_the_municipal_title_seventy_a_qualified_result(
    who: Cast, letter: str, outcome: str, wrong: str
) -> None:
    row = made.concluded(who, "chongqing-2009", "qualified", letter)
    given: dict[str, Any] = {
        "words": "同意", "number": "渝安社1", "plaque": "", "named_date": TODAY, "today": TODAY,
    }  # fmt: skip
    with pytest.raises(actions.Refused, match="不允许这样决定"):
        actions.decide(row=row, version=row.version, outcome=wrong, by=who.city_checker, **given)
    with pytest.raises(actions.Refused, match="由评定单位的审核人员"):
        actions.decide(row=row, version=row.version, outcome=outcome, by=who.county_checker, **given)
    actions.decide(row=row, version=row.version, outcome=outcome, by=who.city_checker, **given)
    assert row.state == outcome
    assert Title.objects.in_unit(who.street).exists() == (outcome == "named")


@pytest.mark.requirement("R26")
def test_shijiazhuang_checks_itself_first_and_is_then_accepted_by_the_office(who: Cast) -> None:
    row = made.begun(who, "shijiazhuang")
    assert row.state == State.BUILDING
    with pytest.raises(actions.Refused, match="还不能申报"):
        actions.apply(row=row, version=row.version, by=who.lin, today=TODAY)
    actions.give_up(row=row, version=row.version, reason="重来", by=who.lin, today=TODAY)
    row = made.on_site(who, "shijiazhuang", "accepted")
    assert [one.act for one in queries.steps(row)][::-1] == [
        "begin", "self-assess", "apply", "pass-up", "pass-up",
    ]  # fmt: skip


def test_a_member_of_the_team_does_not_decide(who: Cast) -> None:
    row = made.concluded(who)
    made.member(who.city, "city-office", "zhang")
    lead = type(who.lead).objects.get(pk=who.lead.pk)
    with pytest.raises(actions.Refused, match="评定组成员"):
        actions.decide(
            row=row, version=row.version, outcome="named", words="好", number="1", plaque="",
            named_date=TODAY, by=lead, today=TODAY,
        )  # fmt: skip


def test_a_title_needs_its_number_and_a_day_not_ahead(who: Cast) -> None:
    row = made.concluded(who)
    given: dict[str, Any] = {
        "outcome": "named",
        "words": "好",
        "plaque": "",
        "by": who.city_checker,
        "today": TODAY,
    }
    for changes, said in (
        ({"number": " ", "named_date": TODAY}, "写明证书编号"),
        ({"number": "1", "named_date": None}, "写明证书编号"),
        ({"number": "1", "named_date": TODAY + timedelta(days=1)}, "不晚于今天"),
    ):
        with pytest.raises(actions.Refused, match=said):
            actions.decide(row=row, version=row.version, **given, **changes)
    assert made.fresh(row).state == State.DECIDING


def test_a_title_is_renewed_by_a_re_assessment_and_lost_without(who: Cast) -> None:
    first = made.named(who).title
    assert first is not None
    row = made.begun(who)
    assert (row.kind, row.state, row.building_date, row.renews) == ("renewal", "building", TODAY, first)
    Review.objects.in_unit(who.street).filter(pk=row.pk).update(building_date=BEGUN)
    row = made.fresh(row)
    assessment = made.self_assessment(who.street, who.lin, "municipal-45", "pass")
    actions.self_assess(row=row, version=row.version, assessment=assessment, by=who.lin, today=TODAY)
    for one in row.procedure.papers:
        actions.attach(row=row, code=one.code, file=made.file(who.street, who.lin), by=who.lin)
    actions.apply(row=row, version=row.version, by=who.lin, today=TODAY)
    made.passed_up(row, who.county_checker)
    made.passed_up(row, who.city_checker)
    actions.accept(row=row, version=row.version, words="", by=who.city_checker, today=TODAY)
    for person in (who.lead, who.member):
        expert = actions.appoint(
            row=row, person=person, is_lead=person == who.lead, by=who.city_checker, today=TODAY
        )
        actions.declare(expert=expert, version=1, is_free=True, words="", by=person, now=NOW)
    agenda = [["", "", "首次会议"]]
    actions.arrange(
        row=row, version=row.version, visit_from=TODAY, visit_to=TODAY, agenda=agenda, by=who.city_checker
    )
    actions.open_scoring(row=row, version=row.version, by=who.lead, today=TODAY, now=NOW)
    row = made.agreed(who, row)
    actions.conclude(row=row, version=row.version, opinion="续期", by=who.lead, today=TODAY, now=NOW)
    actions.decide(
        row=row, version=row.version, outcome="named", words="续期", number="市安社2", plaque="",
        named_date=TODAY, by=who.city_checker, today=TODAY,
    )  # fmt: skip
    first.refresh_from_db()
    assert (first.state, first.ended_date) == (Title.State.RENEWED, TODAY)
    assert row.title is not None
    assert row.title.renews == first
    done = Duty.objects.in_unit(who.street).get(title=first, code="re-assessment")
    assert (done.done_date, done.outcome) == (TODAY, "passed")
    assert queries.valid_titles(who.city, TODAY).get() == row.title


def test_the_inbox_holds_what_waits_for_the_level_and_for_the_experts(who: Cast) -> None:
    row = made.applied(who)
    boxes = {
        name: [one.pk for one in queries.inbox(who.city, getattr(who, name), TODAY)]
        for name in ("county_checker", "city_checker", "lead", "lin")
    }
    assert boxes == {"county_checker": [row.pk], "city_checker": [], "lead": [], "lin": []}
    row = made.passed_up(row, who.county_checker)
    assert queries.inbox(who.city, who.city_checker, TODAY) == [row]
    assert queries.inbox(who.county, who.county_checker, TODAY) == []


def test_sheets_of_the_team_are_opened_for_its_members_alone(who: Cast) -> None:
    row = made.scoring(who)
    found = Sheet.objects.in_unit(who.street).filter(assessment=row.on_site)
    assert set(found.values_list("assessor", flat=True)) == {who.lead.pk, who.member.pk}


@pytest.mark.parametrize(
    ("day", "said"), [(TODAY, ""), (date(2026, 12, 15), "前办理。"), (date(2026, 12, 21), "逾期")]
)
def test_the_level_whose_turn_it_is_is_told_of_the_limit(who: Cast, day: date, said: str) -> None:
    row = made.applied(who)
    made.passed_up(row, who.county_checker)
    made.passed_up(row, who.city_checker)
    Notice.objects.all().delete()
    for _time in range(2):
        actions.remind(root=who.city, today=day, by=None)
    told = list(Notice.objects.filter(to=who.city_checker).values_list("title", flat=True))
    assert len(told) == (1 if said else 0)
    assert all(said in one for one in told)
    assert not Notice.objects.filter(to=who.lin).exists()


@pytest.mark.requirement("R170", "R195", "R197")
def test_the_national_application_opens_with_the_provincial_title(who: Cast) -> None:
    first = made.named(who, "sichuan-provincial", number="川安社1")
    assert first.title is not None
    assert first.title.level == "provincial"
    row = made.building(who, "national-2006")
    assert "title-before" not in unmet(row)
    assert [one.level for one in queries.valid_titles(who.city, TODAY)] == ["provincial"]
    actions.withdraw_title(
        row=first.title, version=first.title.version, reason="弄虚作假", by=who.city_checker, today=TODAY
    )
    assert "title-before" in unmet(row)


def test_who_may_not_apply_moves_nothing_and_the_level_does_not_take_it_back(who: Cast) -> None:
    zhou = made.member(who.street, "viewer", "zhou")
    row = made.ready(who)
    with pytest.raises(actions.Refused, match="申报权限"):
        actions.apply(row=row, version=row.version, by=zhou, today=TODAY)
    with pytest.raises(actions.Refused, match="申报权限"):
        actions.attach(row=row, code="application", file=made.file(who.street, who.lin), by=zhou)
    actions.apply(row=row, version=row.version, by=who.lin, today=TODAY)
    with pytest.raises(actions.Refused, match="由申报单位办理"):
        actions.give_up(row=row, version=row.version, reason="不办", by=who.county_checker, today=TODAY)
    assert made.fresh(row).state == State.APPLIED
