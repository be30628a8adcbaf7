"""The four source plans, each carried out on its own dates: one unit in time, one late, returns, a veto."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.core.periods import Period
from safecommunity.jobs.worker import drain
from safecommunity.notices.models import Notice
from safecommunity.programmes import actions, queries
from safecommunity.programmes.models import Programme, Task
from safecommunity.returns import actions as returns
from safecommunity.returns import queries as board
from safecommunity.returns.models import Return, State
from safecommunity.reviews import actions as titles
from safecommunity.reviews import queries as reviews
from safecommunity.reviews.models import Title
from safecommunity.supervision.actions import vetoes
from safecommunity.supervision.queries.vetoes import APPEAL_DAYS
from safecommunity.targets import actions as targets
from safecommunity.targets import queries as aims
from safecommunity.units.models import Unit
from tests import make
from tests.programmes import made

pytestmark = pytest.mark.django_db

WORDS = {"evaluation": "对照方案逐项评估，补齐两项", "next": "按倒排工期推进"}
BACK = "事故数与台账不符"


@dataclass(frozen=True, slots=True)
class Cast:
    """A unit above with three who appraise for it, and two below: one in time, one late."""

    above: Unit
    first: User
    second: User
    third: User
    punctual: Unit
    lin: User
    late: Unit
    chen: User


def cast(kind: str) -> Cast:
    above = make.unit("石家庄市", kind="city-office")
    people = [make.member(above, "city-office", name) for name in ("first", "second", "third")]
    punctual, late = make.unit("长安", parent=above, kind=kind), make.unit("新华", parent=above, kind=kind)
    lin, chen = make.member(punctual, "office", "lin"), make.member(late, "office", "chen")
    return Cast(above, *people, punctual, lin, late, chen)


def begun(unit: Unit, by: User, template: str, start: date, goal: date) -> Programme:
    """Through the guided start, as on that day."""
    row = made.prepared(unit, by, template, goal=goal, today=start)
    plan = queries.preview(row).plan
    assert plan is not None
    assert plan.changes == ()
    return actions.start(programme=row, version=row.version, by=by)


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def finish(task: Task, by: User, day: date) -> None:
    actions.change_task(task=task, version=task.version, by=by, state="done", done_at=noon(day))


def carried_out(row: Programme, by: User, *, until: date, without: str = "") -> list[Task]:
    """Every task that is due until a day, done on its day, in the order of the plan; what was done."""
    due = [task for task in queries.tasks(row) if task.is_open and task.due_date <= until]
    chosen = [task for task in due if task.step != without]
    for task in chosen:
        finish(task, by, task.due_date)
    return chosen


def step(row: Programme, key: str) -> list[Task]:
    return [task for task in queries.tasks(row) if task.step == key]


def told(person: User, words: str) -> int:
    return Notice.objects.filter(to=person, title__contains=words).count()


def late_until_escalated(who: Cast, row: Programme, key: str) -> None:
    """A step left undone: its owner is reminded with the reason; a week later the unit above is told."""
    task = step(row, key)[0]
    carried_out(row, who.chen, until=task.due_date + timedelta(days=7), without=key)
    words = f"“{task.text}”应在 {task.due_date} 前完成"
    for days in (-1, 1, 6):
        actions.remind(root=who.above, today=task.due_date + timedelta(days=days), by=None)
    assert told(who.chen, f"{words}。（您是责任人）") == 1
    assert told(who.chen, f"{words}，已经逾期。（您是责任人）") == 1
    assert told(who.first, words) == 0
    for days in (7, 8):
        actions.remind(root=who.above, today=task.due_date + timedelta(days=days), by=None)
    assert told(who.first, f"新华的{words}，逾期 7 天仍未完成") == 1
    finish(task, who.chen, task.due_date + timedelta(days=9))


def filed(who: Cast, unit: Unit, by: User, month: Period) -> Return:
    today = month.end + timedelta(days=2)
    returns.compile_returns(root=unit, units=[unit], month=month, today=today, by=by)
    row = board.month_return(unit, month)
    assert row is not None
    is_zero = not any(row.values.values())
    returns.write(row=row, version=row.version, words=WORDS, corrections={}, is_zero=is_zero, by=by)
    return returns.submit(row=row, version=row.version, by=by, today=today)


def month_with_one_sent_back(who: Cast, month: Period) -> Return:
    """Both file, one is sent back with its reason and filed again, then the unit above adds them up."""
    in_time, other = filed(who, who.punctual, who.lin, month), filed(who, who.late, who.chen, month)
    returns.check(row=in_time, version=in_time.version, by=who.first)
    returns.send_back(row=other, version=other.version, by=who.first, reason=BACK)
    lines = board.board(who.above, month, month.end + timedelta(days=3))
    standing = {line.unit: line.standing for line in lines}
    assert standing == {who.punctual: "figures", who.late: "returned"}
    assert told(who.chen, f"{month.label()}月报被退回：{BACK}") == 1
    given = {"tasks-late": ("9", "按台账更正")} if "tasks-late" in other.rules.figures else {}
    returns.write(
        row=other, version=other.version, words=WORDS, corrections=given, is_zero=other.is_zero, by=who.chen
    )
    returns.submit(row=other, version=other.version, by=who.chen, today=month.end + timedelta(days=4))
    returns.check(row=other, version=other.version, by=who.first)
    summary = returns.summarise(unit=who.above, month=month, by=who.first)
    assert sorted(summary.sources) == sorted([str(in_time.uuid), str(other.uuid)])
    for row in (in_time, other):
        row.refresh_from_db()
        assert row.state == State.SUMMARISED
    return summary


def vetoed_and_lifted(who: Cast, year: int) -> None:
    """The late unit is vetoed for its yearly task, appeals in time, and a third person lifts it."""
    day = date(year, 12, 20)
    row = vetoes.propose(
        unit=who.late, year=year, ground="task-failed", scope="both", reason="年度任务逾期",
        evidence="逾期任务清单", by=who.first, today=day,
    )  # fmt: skip
    until = day + APPEAL_DAYS
    vetoes.decide(
        row=row, version=1, accept=True, words="予以否决", appeal_until=until, by=who.second, today=day
    )
    vetoes.appeal(row=row, version=2, words="任务已补做", by=who.chen, today=day + timedelta(days=5))
    vetoes.settle(row=row, version=3, uphold=False, words="情况属实", by=who.third, today=until)
    assert row.get_state_display() == "已撤销"


def titled_until_it_expires(who: Cast, named: date, scheme: str = "chongqing-2009") -> Title:
    """The unit in time is named; years later its office is told, before the last day and after it."""
    row = titles.register_title(
        unit=who.punctual, scheme=scheme, number="2012-01", plaque="", granted_by="市安委会办公室",
        named_date=named, by=who.first, today=named,
    )  # fmt: skip
    last = row.valid_until.isoformat()
    for days in (-20, 1):
        titles.remind(root=who.above, today=row.valid_until + timedelta(days=days), by=None)
    assert told(who.lin, f"到 {last} 为止，请及时申请复评") == 1
    assert told(who.lin, f"已于 {last} 到期") == 1
    assert reviews.standing(row, row.valid_until) == "expiring"
    assert reviews.standing(row, row.valid_until + timedelta(days=1)) == "expired"
    return row


@pytest.mark.requirement("R17", "R18", "R19", "R20", "R21", "R22", "R23", "R24", "R25", "R27", "R28")
def test_the_city_pilot_of_2008() -> None:
    who = cast("county-office")
    start, goal = date(2008, 2, 18), date(2008, 9, 26)
    row = begun(who.punctual, who.lin, "city-pilot", start, goal)
    late = begun(who.late, who.chen, "city-pilot", start, goal)
    late_until_escalated(who, late, "officers")
    month_with_one_sent_back(who, Period.parse("2008-04"))
    done = carried_out(row, who.lin, until=date(2008, 12, 31))
    carried_out(late, who.chen, until=date(2008, 12, 31))
    phases = [task.phase for task in done]
    assert list(dict.fromkeys(phases)) == ["preparation", "implementation", "acceptance", "consolidation"]
    days = {task.step: timezone.localdate(task.done_at) for task in queries.tasks(row) if task.done_at}
    assert days["survey"] <= days["selection"] <= days["deployment"] <= days["city-plan"]
    assert days["city-plan"] <= min(days["district-bodies"], days["district-plans"])
    assert days["name-list"] <= days["officers"] <= date(2008, 4, 20)
    assert days["officers"] <= days["training"] <= date(2008, 4, 30)
    assert len(step(row, "rules")) == 10
    assert all(timezone.localdate(one.done_at) <= days["feasibility"] for one in step(row, "rules"))
    assert days["workplaces"] <= days["feasibility"] <= days["improvement"]
    assert days["feasibility"].month == 5
    assert days["self-check"] < days["acceptance"] <= goal <= days["deepening"]
    assert days["experience"] <= days["acceptance"]
    assert actions.close(programme=row, version=row.version, by=who.lin).state == Programme.State.FINISHED
    vetoed_and_lifted(who, 2008)
    titled_until_it_expires(who, goal, "municipal-45")


@pytest.mark.requirement("R109", "R110", "R111", "R139", "R144", "R165")
def test_the_sub_district_of_2013() -> None:
    who = cast("sub-district")
    start, goal = date(2013, 1, 7), date(2013, 12, 31)
    row = begun(who.punctual, who.lin, "sub-district", start, goal)
    late = begun(who.late, who.chen, "sub-district", start, goal)
    late_until_escalated(who, late, "unit-plans")
    month_with_one_sent_back(who, Period.parse("2013-03"))
    carried_out(row, who.lin, until=goal)
    for key in ("unit-plans", "rules"):
        assert all(timezone.localdate(task.done_at) <= date(2013, 3, 31) for task in step(row, key))
    inspected = [task.part for task in step(row, "comprehensive-inspection")]
    assert inspected == ["2013-Q1", "2013-Q2", "2013-Q3", "2013-Q4"]
    assert len(step(row, "committee-meeting")) == 4
    days = {task.step: task.due_date for task in queries.tasks(row) if not task.part}
    assert days["evaluation"] <= days["goals"] <= days["group-plans"]
    assert len(step(row, "review")) == 1
    set_by_plan = targets.adopt(unit=who.punctual, year=2013, by=who.lin)
    assert {(one.metric, one.amount) for one in set_by_plan} == {
        ("comprehensive-inspections", 4),
        ("overall-reviews", 1),
    }
    assert actions.close(programme=row, version=row.version, by=who.lin).state == Programme.State.FINISHED
    vetoed_and_lifted(who, 2013)
    titled_until_it_expires(who, goal, "national-2006")


@pytest.mark.requirement("R179", "R184", "R198", "R199", "R200", "R202", "R203", "R205")
def test_the_prefecture_of_2013() -> None:
    who = cast("county-office")
    start, goal = date(2013, 3, 1), date(2013, 10, 30)
    row = begun(who.punctual, who.lin, "prefecture-city", start, goal)
    late = begun(who.late, who.chen, "prefecture-city", start, goal)
    late_until_escalated(who, late, "filing")
    for month in ("2013-06", "2013-07"):
        summary = month_with_one_sent_back(who, Period.parse(month))
    assert summary.is_summary
    done = carried_out(row, who.lin, until=date(2014, 1, 20))
    days = {task.step: timezone.localdate(task.done_at) for task in done if task.done_at and not task.part}
    assert days["funds"] <= days["key-projects"]
    assert all(timezone.localdate(one.done_at) <= days["archive"] for one in step(row, "responsibility"))
    assert days["filing"] <= date(2013, 7, 30)
    assert days["self-assessment"] <= days["reports"] <= days["forms"] <= days["assessment"] <= goal
    for key in ("stage-evaluation", "monthly-report", "monthly-summary"):
        assert [task.part for task in step(row, key)] == [f"2013-{month:02}" for month in range(3, 13)]
    for task in step(row, "monthly-report"):
        assert board.due(Period.parse(task.part)) <= task.due_date
        assert task.due_date > Period.parse(task.part).end
    assert actions.close(programme=row, version=row.version, by=who.lin).state == Programme.State.FINISHED
    vetoed_and_lifted(who, 2013)
    titled_until_it_expires(who, goal, "sichuan-provincial")


@pytest.mark.requirement("R207", "R208")
def test_the_four_years_until_2012() -> None:
    who = cast("sub-district")
    start, goal = date(2009, 2, 2), date(2012, 12, 15)
    row = begun(who.punctual, who.lin, "four-years", start, goal)
    late = begun(who.late, who.chen, "four-years", start, goal)
    late_until_escalated(who, late, "appraisal-1")
    month_with_one_sent_back(who, Period.parse("2010-01"))
    vetoed_and_lifted(who, 2009)
    done = carried_out(row, who.lin, until=date(2012, 12, 31))
    once = [task for task in done if not task.part]
    rhythm = dict.fromkeys((task.phase, task.due_date.year) for task in once)
    assert list(rhythm) == [("foundation", 2009), ("step-up", 2010), ("results", 2011), ("stride", 2012)]
    for number, year in enumerate((2009, 2010, 2011), start=1):
        (appraised,) = step(row, f"appraisal-{number}")
        assert appraised.due_date <= date(year, 12, 15)
        assert appraised.due_date.year == year
    assert [timezone.localdate(task.done_at) <= goal for task in step(row, "title")] == [True]
    (aim,) = targets.adopt(unit=who.punctual, year=2012, by=who.lin)
    assert (aim.metric, aim.amount) == ("titles/municipal", 1)
    titled_until_it_expires(who, goal)
    drain()
    assert [line.standing for line in aims.standings([aim], date(2013, 1, 1))] == ["reached"]
    assert actions.close(programme=row, version=row.version, by=who.lin).state == Programme.State.FINISHED
