"""Programmes on the pages: who may, who may not, who does not even see them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.programmes import actions, queries
from safecommunity.programmes.models import Programme
from safecommunity.units.models import Body, Unit
from safecommunity.web.pages.programmes import display, starting, views
from tests import make
from tests.programmes import made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (views, starting):
        monkeypatch.setattr(module, "today", lambda: made.TODAY)


@pytest.fixture
def street() -> Unit:
    return make.unit()


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


@pytest.fixture
def page(lin: User) -> Client:
    return make.client(lin)


@pytest.fixture
def zhou(street: Unit) -> Client:
    return make.client(make.member(street, "viewer", "zhou"))


@pytest.fixture
def wu() -> Client:
    return make.client(make.member(make.unit("安康街道"), "office", "wu"))


def url(name: str, unit: Unit, *more: object) -> str:
    return reverse(f"programmes:{name}", args=[unit.slug, *more])


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]


def current(unit: Unit) -> Programme:
    row = queries.programmes(unit).first()
    assert row is not None
    return row


@pytest.mark.requirement("R148", "R179")
def test_from_the_choice_of_a_plan_to_its_first_tasks(street: Unit, lin: User, page: Client) -> None:
    answer = page.post(url("new", street), {"template": "prefecture-city"})
    row = current(street)
    assert answer["Location"] == url("prepare", street, row.uuid)
    assert "2026-10-30" in text(page.get(answer["Location"]))
    steps = [step.key for step in row.rules.steps]
    given = {
        "version": row.version,
        "name": "2026年创建",
        "start_date": "2026-03-02",
        "goal_date": "2026-10-30",
    }
    answer = page.post(url("prepare", street, row.uuid), {**given, "bodies": "on", "steps": steps})
    assert answer["Location"] == url("preview", street, row.uuid)
    shown = text(page.get(answer["Location"]))
    for words in ("市安全社区创建办公室", "安全生产责任制", "建立健全创建工作机构", "<svg", "2026-07"):
        assert words in shown
    assert Body.objects.in_unit(street).count() == 0
    answer = page.post(url("start", street, row.uuid), {"version": current(street).version})
    assert answer["Location"] == url("timeline", street, row.uuid)
    assert "gantt-bar" in text(page.get(answer["Location"]))
    assert Body.objects.in_unit(street).count() == 3
    assert "启动备案" in text(page.get(url("list", street, row.uuid)))


def test_a_start_can_be_left_and_gone_on_with_or_given_up(street: Unit, lin: User, page: Client) -> None:
    row = made.prepared(street, lin)
    assert url("prepare", street, row.uuid) in text(page.get(url("index", street)))
    page.post(url("discard", street, row.uuid), {"version": row.version})
    assert list(queries.programmes(street)) == []


def test_dates_that_cannot_be_are_told_and_nothing_typed_is_lost(
    street: Unit, lin: User, page: Client
) -> None:
    row = made.prepared(street, lin)
    given = {
        "version": row.version,
        "name": "我的名称",
        "start_date": "2026-05-01",
        "goal_date": "2026-04-01",
    }
    answer = page.post(url("prepare", street, row.uuid), given)
    assert answer.status_code == 422
    assert all(words in text(answer) for words in ("目标日期应晚于开始日期", "我的名称"))


def test_two_people_preparing_at_once_see_both(street: Unit, lin: User, page: Client) -> None:
    row = made.prepared(street, lin)
    given = {
        "version": row.version,
        "name": "乙的名称",
        "start_date": "2026-02-02",
        "goal_date": "2026-12-01",
    }
    actions.settle(programme=row, version=row.version, by=lin, name="甲的名称")
    answer = page.post(url("prepare", street, row.uuid), given)
    assert answer.status_code == 409
    assert all(words in text(answer) for words in ("甲的名称", "乙的名称"))


def test_a_plan_that_needs_the_past_says_the_least_change(street: Unit, lin: User, page: Client) -> None:
    row = made.prepared(street, lin, goal=date(2026, 2, 2))
    shown = text(page.get(url("preview", street, row.uuid)))
    assert all(words in shown for words in ("已经来不及", "组织安全社区申报", 'data-look="late"'))


def test_a_slip_is_previewed_then_applied_and_kept(street: Unit, lin: User, page: Client) -> None:
    row = made.started(street, lin)
    asked = {"goal": "2026-12-30", "task": "implementation-plan", "not_before": "2026-12-14"}
    shown = text(page.get(url("replan", street, row.uuid), asked))
    assert "2026-12-14 – 2026-12-25" in shown
    assert "已经来不及" in shown
    assert made.task(row, "implementation-plan").due_date < date(2026, 12, 30)
    answer = page.post(url("replan", street, row.uuid), {**asked, "version": row.version, "reason": ""})
    assert (answer.status_code, "2026-12-14 – 2026-12-25" in text(answer)) == (422, True)
    page.post(url("replan", street, row.uuid), {**asked, "version": row.version, "reason": "征求意见延期"})
    assert made.task(row, "implementation-plan").start_date == date(2026, 12, 14)
    assert "征求意见延期" in text(page.get(url("history", street, row.uuid)))


def test_a_plan_changed_meanwhile_is_shown_anew_before_it_is_applied(
    street: Unit, lin: User, page: Client
) -> None:
    row = made.started(street, lin)
    common = {"programme": row, "by": lin, "today": made.TODAY, "changes": {}, "reason": "改期"}
    seen = row.version
    actions.replan(**common, version=seen, goal=date(2026, 12, 1))
    asked = {"goal": "2026-12-30", "version": seen, "reason": "我的原因"}
    answer = page.post(url("replan", street, row.uuid), asked)
    assert (answer.status_code, "刚刚被别人调整过" in text(answer)) == (409, True)
    assert current(street).goal_date == date(2026, 12, 1)


def test_what_cannot_be_laid_is_told_by_the_name_of_the_task(street: Unit, lin: User, page: Client) -> None:
    row = made.started(street, lin)
    asked = {
        "goal": "2026-12-30",
        "task": "implementation-plan",
        "not_before": "2026-06-01",
        "by_date": "2026-05-01",
    }
    shown = text(page.get(url("replan", street, row.uuid), asked))
    assert "“制定安全社区实施方案”要在 2026-05-01 前完成，却要到 2026-06-01 才能开始" in shown
    assert "按预览调整" not in shown


def test_a_task_is_worked_on_by_who_does_it(street: Unit, lin: User, page: Client) -> None:
    row = made.started(street, lin)
    task = made.task(row, "committee")
    change = url("change-task", street, row.uuid, task.uuid)
    given = {"version": task.version, "state": "done", "done_date": "2026-01-06", "remark": "会议已开"}
    answer = page.post(change, {**given, "done_date": "2026-01-09"})
    assert (answer.status_code, "不能晚于今天" in text(answer), "会议已开" in text(answer)) == (
        422,
        True,
        True,
    )
    assert page.post(change, {**given, "done_date": "2026-01-05"}).status_code == 302
    assert made.task(row, "committee").state == "done"
    answer = page.post(change, {**given, "done_date": "", "state": "doing", "remark": "我的"})
    assert (answer.status_code, "会议已开" in text(answer), "我的" in text(answer)) == (409, True, True)


def test_a_task_of_ones_own_is_added(street: Unit, lin: User, page: Client) -> None:
    row = made.started(street, lin)
    given = {"text": "装订材料", "phase": "application", "days": "3", "after": ["committee"]}
    answer = page.post(url("add-task", street, row.uuid), given)
    assert answer.status_code == 302
    assert "装订材料" in text(page.get(answer["Location"]))


def test_the_calendar_shows_a_month_with_its_free_days(street: Unit, lin: User, page: Client) -> None:
    row = made.started(street, lin)
    shown = text(page.get(url("calendar", street, row.uuid), {"month": "2026-12"}))
    assert "按规定程序组织安全社区申报" in shown
    assert shown.count("data-free") == 10
    assert page.get(url("calendar", street, row.uuid), {"month": "2026-13"}).status_code == 404


@pytest.mark.parametrize("zoom", ["week", "month", "quarter", "x"])
def test_the_timeline_is_drawn_at_every_zoom(street: Unit, lin: User, page: Client, zoom: str) -> None:
    row = made.started(street, lin, keep=())
    shown = text(page.get(url("timeline", street, row.uuid), {"zoom": zoom}))
    assert shown.count('class="gantt-bar" data-look="slack"') > 0
    assert "关键线路" in shown


def test_everything_of_mine_is_in_one_list(street: Unit, lin: User, page: Client) -> None:
    made.started(street, lin)
    assert "制定安全社区实施方案" in text(page.get(url("mine", street)))


def test_a_plan_is_ended_with_a_reason(street: Unit, lin: User, page: Client) -> None:
    row = made.started(street, lin)
    page.post(url("close", street, row.uuid), {"version": row.version})
    assert current(street).state == "running"
    page.post(url("close", street, row.uuid), {"version": row.version, "reason": "并入新方案"})
    assert current(street).state == "stopped"
    assert page.get(url("replan", street, row.uuid)).status_code == 404


def test_a_viewer_reads_and_does_not_write(street: Unit, lin: User, zhou: Client) -> None:
    row = made.started(street, lin)
    task = made.task(row, "committee")
    for name in ("timeline", "calendar", "list", "history"):
        assert zhou.get(url(name, street, row.uuid)).status_code == 200
    assert "办理" not in text(zhou.get(url("task", street, row.uuid, task.uuid)))
    assert zhou.post(url("change-task", street, row.uuid, task.uuid), {"version": 1}).status_code == 403
    assert [zhou.get(url(name, street, *more)).status_code for name, more in (
        ("new", ()), ("replan", (row.uuid,)), ("add-task", (row.uuid,)),
    )] == [403, 403, 403]  # fmt: skip


def test_a_stranger_sees_nothing(street: Unit, lin: User, wu: Client) -> None:
    row = made.started(street, lin)
    task = made.task(row, "committee")
    pages = [("index", ()), ("mine", ()), ("timeline", (row.uuid,)), ("task", (row.uuid, task.uuid))]
    assert {wu.get(url(name, street, *more)).status_code for name, more in pages} == {404}


def test_a_task_of_another_unit_is_not_found_through_ones_own(street: Unit, lin: User, wu: Client) -> None:
    row = made.started(street, lin)
    own = Unit.objects.get(name="安康街道")
    assert wu.get(url("timeline", own, row.uuid)).status_code == 404


@pytest.mark.parametrize("name", ["index", "timeline", "list", "mine"])
def test_pages_ask_as_often_for_many_tasks_as_for_one(
    street: Unit, lin: User, page: Client, name: str
) -> None:
    def ask() -> int:
        row = queries.programmes(street).order_by("-pk")[0]
        more = () if name in ("index", "mine") else (row.uuid,)
        page.get(url(name, street, *more))
        return make.questions(lambda: page.get(url(name, street, *more)))

    made.started(street, lin, keep=("committee", "application"))
    one = ask()
    made.started(street, lin, keep=())
    assert ask() == one


def test_the_zoom_follows_the_length_of_the_plan(street: Unit, lin: User) -> None:
    row = made.started(street, lin)
    short = display.timeline(row, queries.tasks(row), None, zoom="", today=made.TODAY)
    long = made.started(street, lin, template="four-years", goal=date(2029, 12, 14), keep=())
    far = display.timeline(long, queries.tasks(long), None, zoom="", today=made.TODAY)
    assert short is not None
    assert far is not None
    assert (short[1], far[1]) == ("month", "quarter")


STEPS = {
    "city-pilot": (
        "调研市内五区社区安全现状",
        "选定社区试点单位",
        "召开市内五区安监局长会议，部署试点任务，讨论具体问题，研究具体措施",
        "明确监管范围，落实专职安监员工作地点",
        "社区安监员工作制度",
        "各单位认真开展自查",
        "指导委员会办公室对创建单位组织验收",
        "总结创建以来的经验和主要成果",
        "巩固成果、提高标准、深化内容、扩大范围",
    ),
    "sub-district": ("广泛开展事故与伤害调查", "对辖区危险源进行一次彻底清查，谁负责谁调查"),
    "prefecture-city": ("确定交通、工作场所等重点项目并组织实施", "整改隐患，添置安全和健身娱乐设施"),
    "four-years": ("资金、人员、责任、任务四落实", "研究分析创建中的问题，制定措施及时解决"),
}


@pytest.mark.requirement(
    "R18", "R19", "R20", "R24", "R26", "R27", "R28", "R157", "R158", "R182", "R191", "R223"
)
@pytest.mark.parametrize("template", STEPS)
def test_the_timeline_of_a_plan_shows_the_steps_of_its_text(
    street: Unit, lin: User, page: Client, template: str
) -> None:
    row = made.started(street, lin, template=template, goal=date(2029, 12, 14), keep=())
    shown = text(page.get(url("timeline", street, row.uuid)))
    assert [words for words in STEPS[template] if words not in shown] == []
