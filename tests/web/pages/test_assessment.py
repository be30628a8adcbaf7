from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.analysis.optimise import best_plans
from safecommunity.assessment import actions, queries
from safecommunity.assessment.models import Assessment, Finding, PlannedAction, Sheet
from safecommunity.core.scoring import Mark
from safecommunity.units.models import Unit
from tests import make
from tests.assessment import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit)


@pytest.fixture
def page(lin: User) -> Client:
    return make.client(lin)


@pytest.fixture
def form(unit: Unit, lin: User) -> Assessment:
    return made.assessment(unit, lin)


def at(name: str, unit: Unit, *rest: Any) -> str:
    return reverse(f"assessment:{name}", args=[unit.slug, *rest])


def post(client: Client, url: str, **data: Any) -> Any:
    return client.post(url, {"request_key": uuid4().hex, **data})


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def fresh(assessment: Assessment) -> Assessment:
    found = queries.assessment(assessment.unit, assessment.pk)
    assert found is not None
    return found


GETS = ["index", "start", "overview", "compare", "tasks"]
OF_ONE = ["detail", "consistency", "gap", "findings", "sheets"]


@pytest.mark.parametrize("name", GETS + OF_ONE + ["indicator"])
def test_who_may_sees_the_page(name: str, unit: Unit, page: Client, form: Assessment) -> None:
    rest = [] if name in GETS else [form.pk, *(["5.10"] if name == "indicator" else [])]

    assert page.get(at(name, unit, *rest)).status_code == 200


@pytest.mark.parametrize("name", GETS + OF_ONE + ["indicator"])
def test_a_stranger_finds_nothing(name: str, unit: Unit, form: Assessment) -> None:
    wu = make.client(make.member(make.unit("别处"), username="wu"))
    rest = [] if name in GETS else [form.pk, *(["5.10"] if name == "indicator" else [])]

    assert wu.get(at(name, unit, *rest)).status_code == 404


def test_another_units_assessment_is_not_found_under_ones_own_unit(
    page: Client, unit: Unit, lin: User
) -> None:
    other = make.unit("别处")
    theirs = made.assessment(other, make.member(other, username="wu"))

    assert page.get(at("detail", unit, theirs.pk)).status_code == 404
    assert page.get(at("indicator", unit, theirs.pk, "1.1")).status_code == 404


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("start", ()), ("confirm-suggested", ("pk",)), ("suggest", ("pk",)), ("submit", ("pk",)),
        ("freeze", ("pk",)), ("accept", ("pk",)), ("indicator", ("pk", "1.1")), ("consensus", ("pk",)),
        ("not-applicable", ("pk", "1.1")), ("withdraw", ("pk", "1.1")), ("add-finding", ("pk", "1.1")),
        ("open-sheet", ("pk",)),
    ],
)  # fmt: skip
def test_who_may_only_look_cannot_write(
    name: str, rest: tuple[str, ...], unit: Unit, form: Assessment
) -> None:
    zhou = make.client(make.member(unit, "viewer", "zhou"))
    args = [form.pk if part == "pk" else part for part in rest]

    assert post(zhou, at(name, unit, *args)).status_code == 403


@pytest.mark.requirement("R137", "R192")
def test_an_assessment_is_started_and_its_verdict_stands_in_the_list(unit: Unit, page: Client) -> None:
    response = post(page, at("start", unit), scheme="chongqing-2009", period="2026", kind="self", title="")

    (row,) = queries.assessments(unit)
    assert response.url == at("detail", unit, row.pk)
    listed = text_of(page.get(at("index", unit)))
    assert row.title in listed
    assert "不合格" in listed
    assert "距“创建工作合格”还差" in listed


@pytest.mark.parametrize(("period", "scheme"), [("26", "isccc-6"), ("2026", "none")])
def test_a_wrong_start_is_told_and_nothing_is_made(
    unit: Unit, page: Client, period: str, scheme: str
) -> None:
    response = post(page, at("start", unit), scheme=scheme, period=period, kind="self", title="我的")

    assert response.status_code == 422
    assert "我的" in response.content.decode()
    assert not queries.assessments(unit)


def test_the_tree_shows_suggestion_reason_and_what_stops_the_verdict(
    unit: Unit, page: Client, lin: User
) -> None:
    made.entries(unit, "drills", "2026-02-10", "2026-05-10")
    form = made.assessment(unit, lin)

    shown = text_of(page.get(at("detail", unit, form.pk)))

    assert "7.4 组织应急培训和演练并评估改进" in shown
    assert "没有达到不低于 4" in shown
    assert "零分项" in shown
    assert "须先消除否决、零分或空白项" in shown


def test_the_tree_costs_the_same_for_one_and_for_three_confirmed(
    unit: Unit, page: Client, lin: User, form: Assessment, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for codes in (["1.1"], ["1.2", "1.3"]):
        for code in codes:
            made.confirm(form, code, made.answers("AAB"), lin)
        page.get(at("detail", unit, form.pk))
        with django_assert_max_num_queries(25) as captured:
            page.get(at("detail", unit, form.pk))
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_the_list_costs_the_same_for_one_and_for_three(
    unit: Unit, page: Client, lin: User, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            made.assessment(unit, lin, "isccc-6")
        page.get(at("index", unit))
        with django_assert_max_num_queries(20) as captured:
            page.get(at("index", unit))
        counts.append(len(captured))

    assert counts[0] == counts[1]


def grade_data(letters: str, **more: Any) -> dict[str, Any]:
    questions = {f"q-{name}": answer for name, answer in made.answers(letters).items()}
    return {**questions, "reason": "现场核实", "remark": "", "version": 1} | more


def test_a_grade_is_confirmed_and_the_score_follows(unit: Unit, page: Client, form: Assessment) -> None:
    response = post(page, at("indicator", unit, form.pk, "1.1"), **grade_data("AAB", next="1"))

    assert response.url == at("indicator", unit, form.pk, "1.2")
    assert made.grade(form, "1.1").answers == made.answers("AAB")
    assert "2.64 / 150" in text_of(page.get(at("detail", unit, form.pk)))


def test_a_grade_without_its_reason_comes_back_with_what_was_typed(
    unit: Unit, page: Client, form: Assessment
) -> None:
    response = post(
        page, at("indicator", unit, form.pk, "1.1"), **grade_data("AAB", reason="", remark="原件在办公室")
    )

    assert response.status_code == 422
    assert "与系统建议不一致" in response.content.decode()
    assert "原件在办公室" in response.content.decode()
    assert fresh(form).confirmed == 0


def test_an_incomplete_grade_is_refused_at_its_question(unit: Unit, page: Client, form: Assessment) -> None:
    data = grade_data("AAB")
    del data["q-effect"]

    response = post(page, at("indicator", unit, form.pk, "1.1"), **data)

    assert response.status_code == 422
    assert "effect" in response.context["form"].errors.as_text()


def test_a_conflict_shows_both_versions(unit: Unit, page: Client, form: Assessment, lin: User) -> None:
    made.confirm(form, "1.1", made.answers("CCC"), lin, remark="先到的人")

    response = post(page, at("indicator", unit, form.pk, "1.1"), **grade_data("AAB", remark="后到的人"))

    assert response.status_code == 409
    assert "先到的人" in response.content.decode()
    assert "后到的人" in response.content.decode()
    assert made.grade(form, "1.1").answers == made.answers("CCC")


def test_the_same_grade_sent_twice_is_one_decision(unit: Unit, page: Client, form: Assessment) -> None:
    data = {**grade_data("AAB"), "request_key": uuid4().hex}
    url = at("indicator", unit, form.pk, "1.1")

    answers = [page.post(url, data) for _ in range(2)]

    assert [each.status_code for each in answers] == [302, 302]
    assert made.grade(form, "1.1").version == 2


def test_an_element_is_confirmed_at_once_from_the_tree(unit: Unit, page: Client, form: Assessment) -> None:
    response = post(page, at("confirm-suggested", unit, form.pk), element="7")

    assert response.url == at("detail", unit, form.pk) + "#element-7"
    assert fresh(form).elements["7"][3] == 4
    post(page, at("confirm-suggested", unit, form.pk), indicator="1.1")
    assert made.grade(form, "1.1").confirmed_at is not None


def test_what_does_not_apply_is_marked_and_taken_back(unit: Unit, page: Client, form: Assessment) -> None:
    url = at("not-applicable", unit, form.pk, "5.10")

    assert post(page, url, version=1, reason="").status_code == 422
    assert post(page, url, version=9, reason="辖区无水域").status_code == 409
    assert post(page, url, version=1, reason="辖区无水域").status_code == 302
    assert made.grade(form, "5.10").not_applicable
    post(page, at("withdraw", unit, form.pk, "5.10"), version=2)
    assert not made.grade(form, "5.10").not_applicable


def test_evidence_is_one_click_away_and_can_be_added(unit: Unit, page: Client, lin: User) -> None:
    made.entries(unit, "drills", "2026-02-10")
    form = made.assessment(unit, lin)

    html = page.get(at("indicator", unit, form.pk, "7.4")).content.decode()

    assert f"/{unit.slug}/ledgers/drills/?from=2026-01-01&amp;to=2026-12-31" in html
    assert f"/{unit.slug}/ledgers/drills/add/" in html
    assert "indicator=national-2006%2F7.4" in html


@pytest.mark.requirement("R99")
def test_the_page_says_which_indicators_of_other_schemes_the_evidence_serves(
    unit: Unit, page: Client, form: Assessment
) -> None:
    shown = text_of(page.get(at("indicator", unit, form.pk, "2.1")))

    assert "国际安全社区六项准则 I6" in shown


def test_problems_are_grouped_and_each_opens_its_form(
    unit: Unit, page: Client, lin: User, form: Assessment
) -> None:
    made.confirm(form, "7.4", made.answers("AAA"), lin)

    html = page.get(at("consistency", unit, form.pk)).content.decode()

    assert "给了分，但要求的材料一件也没有" in html
    assert at("indicator", unit, form.pk, "7.4") in html


def nearly(form: Assessment, lin: User) -> None:
    made.all_graded(form, "BBB", lin, but=("1.1",))
    made.confirm(form, "1.1", made.answers("DDD"), lin)


@pytest.mark.requirement("R224")
def test_the_planner_shows_the_least_effort_and_the_plan_becomes_tasks(
    unit: Unit, page: Client, lin: User, form: Assessment
) -> None:
    nearly(form, lin)
    until = (dt.date.today() + dt.timedelta(days=90)).isoformat()
    asked = {"band": "pass", "until": until, "measure": "effort"}

    shown = page.get(at("gap", unit, form.pk), asked)
    accepted = post(
        page, at("accept", unit, form.pk), **asked, actions="found-body", **{"owner-found-body": "李"}
    )

    assert "发文成立(调整)跨部门领导机构" in text_of(shown)
    assert "消除零分或否决" in text_of(shown)
    assert accepted.url == at("tasks", unit)
    (task,) = PlannedAction.objects.in_unit(unit)
    assert (task.owner, task.action) == ("李", "found-body")
    assert "发文成立(调整)跨部门领导机构" in text_of(page.get(at("tasks", unit)))


def test_a_date_too_near_says_what_stands_in_the_way(
    unit: Unit, page: Client, lin: User, form: Assessment
) -> None:
    nearly(form, lin)
    asked = {"band": "pass", "until": dt.date.today().isoformat(), "measure": "effort"}
    earliest = dt.date.today() + dt.timedelta(days=form.rules.actions["found-body"].days)

    shown = text_of(page.get(at("gap", unit, form.pk), asked))
    in_time = page.get(at("gap", unit, form.pk), {**asked, "until": earliest.isoformat()})

    assert "没有措施可以消除：1.1" in shown
    assert f"最早可在 {earliest} 达到" in shown
    assert "发文成立(调整)跨部门领导机构" in text_of(in_time)


def test_a_plan_that_is_no_longer_right_is_shown_again(
    unit: Unit, page: Client, lin: User, form: Assessment
) -> None:
    nearly(form, lin)
    until = (dt.date.today() + dt.timedelta(days=90)).isoformat()
    asked = {"band": "pass", "until": until, "measure": "effort"}

    response = post(page, at("accept", unit, form.pk), **asked, actions="write-rules")

    assert response.status_code == 409
    assert not PlannedAction.objects.in_unit(unit)


def test_a_task_is_given_to_somebody_and_finished(
    unit: Unit, page: Client, lin: User, form: Assessment
) -> None:
    nearly(form, lin)
    until = made.TODAY + dt.timedelta(days=60)
    problem = queries.gap(fresh(form), "pass", until=until, today=made.TODAY)
    plan = best_plans(form.rules, queries.present_marks(fresh(form)), problem)[0]
    (task,) = actions.accept_plan(assessment=form, plan=plan, owners={}, by=lin, today=made.TODAY)
    url = at("task", unit, task.pk)
    data = {"owner": "李", "due_date": "2026-12-01", "state": "done", "remark": "", "version": 1}

    assert post(page, url, **data | {"owner": ""}).status_code == 422
    assert post(page, url, **data).status_code == 302
    assert post(page, url, **data).status_code == 409
    (row,) = PlannedAction.objects.in_unit(unit)
    assert (row.owner, row.state) == ("李", "done")
    zhou = make.client(make.member(unit, "viewer", "zhou"))
    assert post(zhou, url, **data).status_code == 403


def test_two_years_are_compared(unit: Unit, page: Client, lin: User) -> None:
    one, other = made.assessment(unit, lin, period="2025"), made.assessment(unit, lin)
    made.confirm(other, "1.1", made.answers("AAA"), lin)

    shown = text_of(page.get(at("compare", unit), {"one": one.pk, "other": other.pk}))

    assert "49 项相同" in shown
    assert "+3" in shown


def test_assessments_under_different_schemes_are_not_compared(unit: Unit, page: Client, lin: User) -> None:
    one, other = made.assessment(unit, lin), made.assessment(unit, lin, "isccc-6")

    response = page.get(at("compare", unit), {"one": one.pk, "other": other.pk})

    assert response.status_code == 422
    assert "不是同一个方案" in response.content.decode()


def test_a_strangers_assessment_cannot_be_compared(unit: Unit, page: Client, form: Assessment) -> None:
    other = make.unit("别处")
    theirs = made.assessment(other, make.member(other, username="wu"))

    assert page.get(at("compare", unit), {"one": form.pk, "other": theirs.pk}).status_code == 422


def test_the_overview_opens_on_the_national_scheme_or_else_on_the_one_most_units_follow() -> None:
    city = make.unit("市", kind="city-office")
    lin = make.member(city, "city-office")
    page = make.client(lin)

    def opened(**asked: str) -> str:
        answer = page.get(at("overview", city), {"period": "2026", **asked})
        return str(answer.context["scheme"].code)

    assert opened() == "national-2006"
    for scheme in ("municipal-45", "municipal-45", "shijiazhuang"):
        made.assessment(make.unit("街道", parent=city), lin, scheme=scheme)
    assert opened() == opened(scheme="unknown") == "municipal-45"
    made.assessment(make.unit("街道", parent=city), lin)
    assert opened() == "national-2006"
    assert opened(scheme="municipal-45") == "municipal-45"


def test_a_city_sees_its_units_as_lights(django_assert_max_num_queries: Any) -> None:
    city = make.unit("市", kind="city-office")
    page = make.client(make.member(city, "city-office"))
    lin = make.member(city)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            made.assessment(make.unit("街道", parent=city), lin)
        page.get(at("overview", city), {"period": "2026"})
        with django_assert_max_num_queries(20) as captured:
            response = page.get(at("overview", city), {"period": "2026"})
        counts.append(len(captured))

    assert counts[0] == counts[1]
    assert response.content.decode().count("/assessment/overview/") >= 1
    assert text_of(response).count("街道 ") == 3
    assert "没有评定的单位 1 个" in text_of(response)


def test_submitting_and_freezing_ask_for_all_items(
    unit: Unit, page: Client, lin: User, form: Assessment
) -> None:
    assert "还有 50 项没有确认" in text_of(
        page.post(at("submit", unit, form.pk), {"version": 1}, follow=True)
    )
    made.all_graded(form, "BBB", lin)

    post(page, at("submit", unit, form.pk), version=1)
    refused = post(page, at("indicator", unit, form.pk, "1.1"), **grade_data("AAA", version=2))
    post(page, at("indicator", unit, form.pk, "1.1"), **grade_data("AAA", version=2, why="补交文件"))
    post(page, at("freeze", unit, form.pk), version=2)

    assert refused.status_code == 422
    kept = fresh(form)
    assert (kept.state, str(kept.points)) == ("frozen", "105.90")
    assert kept.digest in page.get(at("detail", unit, form.pk)).content.decode()


def test_sheets_stay_sealed_on_the_page(unit: Unit, page: Client, lin: User) -> None:
    assessment = made.assessment(unit, lin, "isccc-6")
    chen, qian = make.member(unit, "expert", "chen"), make.member(unit, "expert", "qian")
    sheet = actions.open_sheet(assessment=assessment, by=chen)
    actions.open_sheet(assessment=assessment, by=qian)
    full = Mark({"programme": "fulfilled", "running": "fulfilled"})
    actions.mark_sheet(sheet=sheet, indicator="I1", mark=full, by=chen)

    mine, others = make.client(chen), make.client(qian)

    assert "已具备" in mine.get(at("sheets", unit, assessment.pk)).content.decode()
    assert "已具备" not in others.get(at("sheets", unit, assessment.pk)).content.decode()
    assert others.get(at("mark", unit, assessment.pk, sheet.pk, "I1")).status_code == 404
    assert "没有可以看的评分表" in text_of(page.get(at("sheets", unit, assessment.pk)))


def test_an_expert_scores_seals_and_the_team_agrees(unit: Unit, lin: User) -> None:
    assessment = made.assessment(unit, lin, "isccc-6")
    chen = make.client(make.member(unit, "expert", "chen"))
    opened = post(chen, at("open-sheet", unit, assessment.pk))
    (sheet,) = Sheet.objects.in_unit(unit)
    assert opened.url == at("mark", unit, assessment.pk, sheet.pk, "I1")
    full = {"q-programme": "fulfilled", "q-running": "fulfilled", "reason": "", "remark": ""}

    assert (
        post(chen, at("mark", unit, assessment.pk, sheet.pk, "I1"), **full | {"q-running": ""}).status_code
        == 422
    )
    for code in assessment.rules.indicators:
        assert post(chen, at("mark", unit, assessment.pk, sheet.pk, code), **full).status_code == 302
    post(chen, at("submit-sheet", unit, assessment.pk, sheet.pk), version=1)
    appraiser = make.client(make.member(unit, "appraisal", "sun"))
    post(appraiser, at("consensus", unit, assessment.pk))
    consensus = Sheet.objects.in_unit(unit).get(is_consensus=True)
    post(appraiser, at("submit-sheet", unit, assessment.pk, consensus.pk), version=1)

    assert (fresh(assessment).confirmed, fresh(assessment).band) == (6, "ready")


def test_a_non_conformity_is_written_down_and_closed(unit: Unit, form: Assessment) -> None:
    appraiser = make.client(make.member(unit, "appraisal", "sun"))
    url = at("add-finding", unit, form.pk, "7.4")
    data = {"text": "演练没有评估", "severity": "minor", "owner": "", "due_date": ""}

    assert post(appraiser, url, **data | {"text": ""}).status_code == 422
    post(appraiser, url, **data)
    (row,) = Finding.objects.in_unit(unit)
    assert "演练没有评估" in text_of(appraiser.get(at("findings", unit, form.pk)))
    close = at("finding", unit, form.pk, row.pk)
    assert post(appraiser, close, version=1, verification="").status_code == 422
    post(appraiser, close, version=1, verification="已补评估")
    (row,) = Finding.objects.in_unit(unit)
    assert row.closed_at is not None


def test_pages_are_there_in_english(unit: Unit, page: Client, form: Assessment) -> None:
    page.cookies["language"] = "en"

    html = page.get(at("indicator", unit, form.pk, "1.1")).content.decode()

    assert "A cross-sector leading body covering the main departments" in html
