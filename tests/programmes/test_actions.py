from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from safecommunity.accounts.models import User
from safecommunity.audit.models import Line
from safecommunity.notices.models import Notice
from safecommunity.programmes import actions, queries
from safecommunity.programmes.models import Programme, Task
from safecommunity.units.models import Body, Unit
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.programmes import made

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 9, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def city() -> Unit:
    return make.unit("石家庄市", kind="city-office")


@pytest.fixture
def street(city: Unit) -> Unit:
    return make.unit("阳光街道", parent=city)


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def done(row: Programme, code: str, by: User, at: datetime = NOON) -> Task:
    task = made.task(row, code)
    return actions.change_task(task=task, version=task.version, by=by, state="done", done_at=at)


def test_preparing_creates_nothing_but_the_choices(street: Unit, lin: User) -> None:
    row = made.prepared(street, lin)
    assert (row.state, queries.tasks(row).count(), Body.objects.in_unit(street).count()) == (
        "preparing",
        0,
        0,
    )


@pytest.mark.parametrize("template", ["city-pilot", "sub-district", "prefecture-city", "four-years"])
def test_starting_creates_exactly_what_the_preview_showed(street: Unit, lin: User, template: str) -> None:
    row = made.prepared(street, lin, template, goal=date(2029, 12, 14))
    seen = queries.preview(row)
    actions.start(programme=row, version=row.version, by=lin)
    tasks = {task.code: task for task in queries.tasks(row)}
    assert seen.plan is not None
    assert set(tasks) == {one.task.code for one in seen.rows}
    assert {code: (task.start_date, task.due_date) for code, task in tasks.items()} == {
        code: (slot.start, slot.finish) for code, slot in seen.plan.slots.items()
    }
    assert {body.name for body in Body.objects.in_unit(street)} == {body.name.zh for body in seen.bodies}
    assert {task.owner for task in tasks.values()} == {lin}
    (version,) = queries.versions(row)
    assert (version.number, set(version.dates)) == (1, set(tasks))


def test_bodies_that_are_there_already_are_not_made_again(street: Unit, lin: User) -> None:
    first = made.prepared(street, lin)
    actions.start(programme=first, version=first.version, by=lin)
    count = Body.objects.in_unit(street).count()
    again = made.prepared(street, lin)
    assert (queries.preview(again).bodies, queries.preview(again).present) == ((), count)


def test_a_programme_without_its_date_is_not_started(street: Unit, lin: User) -> None:
    row = actions.prepare(unit=street, template="city-pilot", by=lin, today=made.TODAY)
    with pytest.raises(actions.Refused, match="目标日期"):
        actions.start(programme=row, version=row.version, by=lin)


def test_the_goal_of_a_plan_that_states_one_is_taken_from_it(street: Unit, lin: User) -> None:
    early = actions.prepare(unit=street, template="prefecture-city", by=lin, today=date(2013, 3, 1))
    late = actions.prepare(unit=street, template="prefecture-city", by=lin, today=date(2013, 12, 1))
    assert (early.goal_date, early.start_date) == (date(2013, 10, 30), date(2013, 3, 1))
    assert (late.goal_date, late.start_date) == (date(2014, 10, 30), date(2014, 1, 1))


def test_nothing_starts_twice(street: Unit, lin: User) -> None:
    row = made.started(street, lin)
    with pytest.raises(actions.Refused, match="进行中"):
        actions.start(programme=row, version=row.version, by=lin)
    with pytest.raises(actions.Refused, match="进行中"):
        actions.discard(programme=row, version=row.version, by=lin)


def test_two_people_settling_at_once_lose_nothing(street: Unit, lin: User) -> None:
    row = made.prepared(street, lin)
    version = row.version
    actions.settle(programme=row, version=version, by=lin, name="甲")
    other = queries.programme(street, row.uuid)
    assert other is not None
    with pytest.raises(StaleRecord):
        actions.settle(programme=other, version=version, by=lin, name="乙")
    row.refresh_from_db()
    assert row.name == "甲"


def test_a_slip_moves_what_follows_and_the_version_before_is_kept(street: Unit, lin: User) -> None:
    row = made.started(street, lin)
    before = dict(queries.versions(row)[0].dates)
    changes = {"implementation-plan": {"not_before": date(2026, 12, 21)}}
    plan = queries.laid(row, list(queries.tasks(row)), today=made.TODAY, changes=changes)
    previewed = {move.task.code: (move.start, move.due) for move in queries.moves(queries.tasks(row), plan)}
    version = actions.replan(
        programme=row, version=row.version, by=lin, today=made.TODAY, goal=made.GOAL, changes=changes,
        reason="方案征求意见延期",
    )  # fmt: skip
    tasks = {task.code: task for task in queries.tasks(row)}
    moved = {code for code, dates in version.dates.items() if dates != before[code]}
    assert moved == set(previewed) == {"implementation-plan", "application"}
    assert {code: (tasks[code].start_date, tasks[code].due_date) for code in moved} == previewed
    assert tasks["application"].due_date > made.GOAL
    assert [one.number for one in queries.versions(row)] == [2, 1]
    assert queries.versions(row)[1].dates == before
    assert Line.objects.filter(act="programme.replanned").get().reason == "方案征求意见延期"


def test_a_later_goal_moves_the_goal_and_needs_a_reason(street: Unit, lin: User) -> None:
    row = made.started(street, lin)
    common = {"programme": row, "version": row.version, "by": lin, "today": made.TODAY, "changes": {}}
    with pytest.raises(actions.Refused, match="原因"):
        actions.replan(**common, goal=date(2027, 3, 31), reason=" ")
    actions.replan(**common, goal=date(2027, 3, 31), reason="评审改期")
    assert (row.goal_date, made.task(row, "application").by_date) == (date(2027, 3, 31), date(2027, 3, 31))
    with pytest.raises(StaleRecord):
        actions.replan(**common, goal=made.GOAL, reason="又改回来")


def test_only_open_tasks_of_the_programme_are_laid_otherwise(street: Unit, lin: User) -> None:
    row = made.started(street, lin)
    done(row, "committee", lin)
    for code in ("committee", "x"):
        with pytest.raises(actions.Refused, match=f"没有未完成的任务“{code}”"):
            actions.replan(
                programme=row, version=row.version, by=lin, today=made.TODAY, goal=made.GOAL,
                changes={code: {"days": 3}}, reason="改期",
            )  # fmt: skip


def test_what_is_done_stays_and_what_is_cancelled_hands_its_order_on(street: Unit, lin: User) -> None:
    row = made.started(street, lin)
    done(row, "committee", lin)
    task = made.task(row, "implementation-plan")
    actions.change_task(task=task, version=task.version, by=lin, state="cancelled")
    plan = queries.laid(row, list(queries.tasks(row)), today=date(2026, 1, 5))
    assert "implementation-plan" not in plan.slots
    assert plan.slots["committee"].finish == date(2026, 1, 9)
    assert plan.slots["application"].earliest_start == date(2026, 1, 12)


def test_a_task_reopened_is_not_done(street: Unit, lin: User) -> None:
    row = made.started(street, lin)
    task = done(row, "committee", lin)
    actions.change_task(task=task, version=task.version, by=lin, state="doing")
    assert (task.state, task.done_at) == ("doing", None)


def test_a_task_of_ones_own_is_laid_with_the_rest(street: Unit, lin: User) -> None:
    row = made.started(street, lin)
    facts = {
        "text": "装订材料",
        "phase": "application",
        "days": 3,
        "after": ["implementation-plan"],
        "owner": None,
    }
    task = actions.add_task(programme=row, by=lin, today=made.TODAY, by_date=date(2026, 6, 30), **facts)
    assert task.due_date == date(2026, 6, 30)
    with pytest.raises(actions.Refused, match="前置任务“x”"):
        actions.add_task(programme=row, by=lin, today=made.TODAY, **{**facts, "after": ["x"]})
    assert queries.tasks(row).filter(text="装订材料").count() == 1


def test_a_programme_ends_when_all_is_done_or_with_a_reason(street: Unit, lin: User) -> None:
    row = made.started(street, lin)
    with pytest.raises(actions.Refused, match="还有 7 项任务没有完成"):
        actions.close(programme=row, version=row.version, by=lin)
    for code in queries.tasks(row).values_list("code", flat=True):
        done(row, code, lin)
    assert actions.close(programme=row, version=row.version, by=lin).state == "finished"
    with pytest.raises(actions.Refused, match="已完成"):
        actions.close(programme=row, version=row.version, by=lin)
    with pytest.raises(actions.Refused, match="已完成"):
        done(row, "committee", lin)


@pytest.mark.requirement("R30")
def test_people_are_told_of_their_tasks_once_and_why(street: Unit, lin: User) -> None:
    wang = make.member(street, "officer", "wang")
    row = made.prepared(street, lin)
    role = row.rules.by_key["committee"].role.zh
    choices = {"bodies": False, "without": [], "owners": {role: wang.pk}}
    actions.settle(programme=row, version=row.version, by=lin, choices=choices)
    actions.start(programme=row, version=row.version, by=lin)
    (notice,) = Notice.objects.all()
    assert (notice.to, "责任人" in notice.title) == (wang, True)


@pytest.mark.requirement("R30")
def test_what_is_due_is_told_to_its_owner_and_what_stays_overdue_goes_one_level_up(
    city: Unit, street: Unit, lin: User
) -> None:
    chief = make.member(city, "city-office", "chief")
    row = made.started(street, lin)
    due = made.task(row, "committee").due_date

    def told(day: date) -> list[str]:
        before = set(Notice.objects.values_list("pk", flat=True))
        actions.remind(root=city, today=day, by=None)
        fresh = Notice.objects.exclude(pk__in=before).filter(
            key__contains=str(made.task(row, "committee").uuid)
        )
        return [notice.to.username for notice in fresh.order_by("to")]

    days = [due - timedelta(days=4), due - timedelta(days=3), due, due + timedelta(days=1)]
    assert [told(day) for day in days] == [[], ["lin"], [], ["lin"]]
    assert told(due + timedelta(days=7)) == [chief.username]
    assert told(due + timedelta(days=7)) == []
    done(row, "committee", lin)
    assert told(due + timedelta(days=30)) == []


def test_a_task_without_an_owner_is_told_to_the_office(street: Unit, lin: User) -> None:
    row = made.started(street, lin)
    task = made.task(row, "committee")
    actions.change_task(task=task, version=task.version, by=lin, state="todo", owner=None)
    actions.remind(root=street, today=task.due_date, by=None)
    notice = Notice.objects.filter(key__contains=str(task.uuid)).get()
    assert (notice.to, "还没有责任人" in notice.title) == (lin, True)


def test_a_new_calendar_address_ends_the_one_before(street: Unit, lin: User) -> None:
    first = actions.make_feed(by=lin)
    second = actions.make_feed(by=lin)
    assert [queries.feed_user(token) for token in (first, second, "")] == [None, lin, None]
    actions.end_feed(by=lin)
    assert queries.feed_user(second) is None


def test_a_calendar_ends_with_its_account(street: Unit, lin: User) -> None:
    token = actions.make_feed(by=lin)
    User.objects.filter(pk=lin.pk).update(ends_date=date(2020, 1, 1))
    assert queries.feed_user(token) is None


def test_after_how_many_days_the_unit_above_is_told_is_a_setting(
    city: Unit, street: Unit, lin: User, settings: Any
) -> None:
    settings.ESCALATE_DAYS = 2
    chief = make.member(city, "city-office", "chief")
    task = made.task(made.started(street, lin), "committee")
    told = Notice.objects.filter(to=chief, key__contains=str(task.uuid))
    actions.remind(root=city, today=task.due_date + timedelta(days=1), by=None)
    assert not told.exists()
    actions.remind(root=city, today=task.due_date + timedelta(days=2), by=None)
    assert "逾期 2 天" in told.get().title
