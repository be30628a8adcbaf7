"""Back-scheduling against pass by pass reckoning, day for day, on made-up plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safecommunity.core.schedule import (
    Schedule,
    ScheduleError,
    Task,
    left_out,
    made_possible,
    schedule,
)
from safecommunity.core.working_days import Calendar

DAY = timedelta(days=1)
START = date(2026, 3, 2)  # a Monday
CALENDAR = Calendar(
    off=frozenset({date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 5)}),
    on=frozenset({date(2026, 5, 9)}),
    years=frozenset({2026}),
)


def laid(*tasks: Task, start: date = START, goal: str | None = None) -> Schedule:
    return schedule(tasks, start=start, calendar=CALENDAR, goal=goal)


def task(code: str, days: int, *after: str, **dates: date) -> Task:
    return Task(code, f"任务{code}", days, after, **dates)


@pytest.mark.requirement("R179")
def test_a_plan_is_laid_backwards_from_its_date() -> None:
    plan = laid(task("a", 2), task("b", 3, "a", by=date(2026, 3, 20)))
    a, b = plan.slots["a"], plan.slots["b"]
    assert (b.start, b.finish) == (date(2026, 3, 18), date(2026, 3, 20))
    assert (a.start, a.finish) == (date(2026, 3, 16), date(2026, 3, 17))
    assert (a.earliest_start, b.earliest_finish) == (START, date(2026, 3, 6))
    assert (a.slack, b.slack, plan.critical) == (10, 10, ("a", "b"))


def test_holidays_and_make_up_days_count() -> None:
    plan = laid(task("a", 4, fixed=date(2026, 5, 9)))
    assert plan.slots["a"].start == date(2026, 5, 6)


def test_the_past_needed_is_told_with_the_least_change_that_makes_it_possible() -> None:
    tasks = (task("a", 5), task("b", 5, "a", by=date(2026, 3, 10)))
    plan = laid(*tasks)
    assert not plan.is_possible
    (change,) = plan.changes
    assert (change.task, change.now, change.least, change.days) == (
        "b",
        date(2026, 3, 10),
        date(2026, 3, 13),
        3,
    )
    assert (plan.slots["a"].is_late, plan.slots["a"].start) == (True, START)
    assert laid(*made_possible(tasks, plan.changes)).is_possible


def test_what_is_done_binds_nothing_but_what_follows_it() -> None:
    plan = laid(
        task("a", 5, done=date(2026, 3, 4), by=date(2026, 2, 1)), task("b", 1, "a", by=date(2026, 3, 31))
    )
    assert plan.slots["b"].earliest_start == date(2026, 3, 5)
    assert (plan.is_possible, plan.critical) == (True, ("b",))


def test_what_waits_for_a_day_is_not_before_it_and_breaks_the_critical_path() -> None:
    plan = laid(task("a", 1), task("b", 1, "a", not_before=date(2026, 3, 16)), goal="b")
    assert plan.slots["b"].earliest_start == date(2026, 3, 16)
    assert plan.critical == ("b",)


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ((task("a", 1, "b"), task("b", 1, "c"), task("c", 1, "a")), "任务c → 任务b → 任务a → 任务c"),
        ((task("a", 1, "a"),), "任务a → 任务a"),
        ((task("a", 1, "x"),), "“任务a”的前置任务“x”不在计划里"),
        ((task("a", 1), task("a", 2)), "重复"),
        ((task("a", 0),), "“任务a”的工期"),
        ((task("a", 1, by=date(2026, 3, 5), not_before=date(2026, 3, 6)),), "“任务a”要在 2026-03-05 前完成"),
        ((task("a", 1, by=date(2026, 3, 5), fixed=date(2026, 3, 6)),), "“任务a”定在 2026-03-06"),
        ((task("a", 1, by=date(9999, 1, 1)),), "“任务a”的日期 9999-01-01"),
        ((), "还没有任务"),
        (tuple(task(f"{n}", 2000, *([f"{n - 1}"] if n else [])) for n in range(5)), "排不下"),
    ],
)
def test_what_makes_no_plan_is_told_by_the_names_of_the_tasks(tasks: tuple[Task, ...], words: str) -> None:
    with pytest.raises(ScheduleError, match=words):
        laid(*tasks)


def test_a_ring_is_named_in_the_order_of_the_work() -> None:
    with pytest.raises(ScheduleError) as refused:
        laid(task("a", 1, "c"), task("b", 1, "a"), task("c", 1, "b"), task("d", 1, "c"))
    ring = refused.value.tasks
    assert sorted(ring) == ["a", "b", "c"]
    assert all(after in {"ab", "bc", "ca"} for after in (f"{x}{y}" for x, y in pairwise(ring)))


def test_what_waited_for_a_task_left_out_waits_for_what_that_one_waited_for() -> None:
    kept = left_out([task("a", 1), task("b", 1, "a"), task("c", 1, "b"), task("d", 1, "c", "a")], {"b", "c"})
    assert [(one.code, one.after) for one in kept] == [("a", ()), ("d", ("a",))]


# --- against an independent reckoning ---


def on(day: date, step: timedelta) -> date:
    while not CALENDAR.is_working(day):
        day += step
    return day


def walked(day: date, count: int, step: timedelta) -> date:
    """So many working days further, day by day."""
    for _number in range(count):
        day = on(day + step, step)
    return day


def forward(tasks: list[Task]) -> dict[str, tuple[date, date]]:
    found: dict[str, tuple[date, date]] = {}
    for one in tasks:  # the strategy gives predecessors first
        begin = on(START, DAY)
        for before in one.after:
            begin = max(begin, walked(found[before][1], 1, DAY))
        if one.not_before:
            begin = max(begin, on(one.not_before, DAY))
        if one.fixed:
            begin = max(begin, walked(on(one.fixed, -DAY), one.days - 1, -DAY))
        found[one.code] = (begin, walked(begin, one.days - 1, DAY))
    return found


def backward(tasks: list[Task], early: dict[str, tuple[date, date]]) -> dict[str, tuple[date, date]]:
    deadlines = [on(one.deadline, -DAY) for one in tasks if one.deadline]
    whole = max([end for _begin, end in early.values()] + deadlines)
    found: dict[str, tuple[date, date]] = {}
    for one in reversed(tasks):
        ends = [walked(found[other.code][0], 1, -DAY) for other in tasks if one.code in other.after]
        ends += [on(one.deadline, -DAY)] if one.deadline else []
        end = min(ends, default=whole)
        found[one.code] = (walked(end, one.days - 1, -DAY), end)
    return found


@st.composite
def plans(draw: st.DrawFn) -> list[Task]:
    days = st.integers(-5, 60).map(lambda number: START + number * DAY)
    tasks: list[Task] = []
    for number in range(draw(st.integers(1, 9))):
        codes = [one.code for one in tasks]
        after = draw(st.lists(st.sampled_from(codes), max_size=3, unique=True)) if codes else []
        kind = draw(st.sampled_from(["", "", "by", "fixed", "not_before", "both"]))
        day = draw(days)
        dates = {"by": day} if kind == "by" else {"fixed": day} if kind == "fixed" else {}
        if kind in ("not_before", "both"):
            dates["not_before"] = day
        if kind == "both":
            dates["by"] = day + draw(st.integers(0, 20)) * DAY
        tasks.append(task(f"t{number}", draw(st.integers(1, 8)), *after, **dates))
    return tasks


@given(plans())
@settings(max_examples=150, deadline=None)
def test_earliest_and_latest_agree_with_passes_made_day_by_day(tasks: list[Task]) -> None:
    plan = laid(*tasks)
    early = forward(tasks)
    late = backward(tasks, early)
    assert {code: (one.earliest_start, one.earliest_finish) for code, one in plan.slots.items()} == early
    assert {code: (one.latest_start, one.latest_finish) for code, one in plan.slots.items()} == late


@given(plans())
@settings(max_examples=100, deadline=None)
def test_planned_dates_keep_the_order_the_lengths_and_the_start(tasks: list[Task]) -> None:
    plan = laid(*tasks)
    for one in tasks:
        slot = plan.slots[one.code]
        assert walked(slot.start, one.days - 1, DAY) == slot.finish
        assert slot.start >= START
        assert all(plan.slots[before].finish < slot.start for before in one.after)


@given(plans())
@settings(max_examples=100, deadline=None)
def test_the_changes_make_it_possible_and_none_can_be_smaller(tasks: list[Task]) -> None:
    plan = laid(*tasks)
    moved = made_possible(tasks, plan.changes)
    assert laid(*moved).is_possible
    assert all(slot.slack >= 0 for slot in laid(*moved).slots.values())
    for change in plan.changes:
        less = replace(change, least=walked(change.least, 1, -DAY))
        if (short := next(one for one in tasks if one.code == change.task)).not_before is None or (
            less.least >= short.not_before
        ):
            others = [one for one in plan.changes if one != change]
            assert not laid(*made_possible(tasks, [*others, less])).is_possible


@given(plans())
@settings(max_examples=100, deadline=None)
def test_a_day_more_delays_the_goal_just_when_the_task_is_critical(tasks: list[Task]) -> None:
    goal = tasks[-1].code
    plan = laid(*tasks, goal=goal)
    for one in tasks:
        longer = [replace(other, days=other.days + 1) if other is one else other for other in tasks]
        later = laid(*longer, goal=goal)
        delayed = later.slots[goal].earliest_finish > plan.slots[goal].earliest_finish
        if one.fixed is None:  # a longer task with a fixed end begins earlier
            assert delayed == (one.code in plan.critical)
