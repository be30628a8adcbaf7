from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from safecommunity.core.programmes import ProgrammeFileError, parse, planned

START, GOAL = date(2026, 2, 2), date(2026, 6, 30)


def step(key: str, *after: str, **more: Any) -> dict[str, Any]:
    words = {"name": f"步骤{key}", "name_en": f"Step {key}", "role": "街道", "role_en": "Street"}
    return {"key": key, "phase": "one", "after": list(after), "source": "R1", **words, **more}


def data(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": "方案", "name_en": "Plan", "source": "ours", "wording": "ours",
        "note": "说明", "note_en": "Note",
        "unit_kinds": ["sub-district"], "goal": steps[-1]["key"],
        "phases": [{"key": "one", "name": "阶段", "name_en": "Phase", "source": "ours"}],
        "steps": list(steps), **more,
    }  # fmt: skip


def codes(*steps: dict[str, Any], without: tuple[str, ...] = (), **more: Any) -> dict[str, tuple[str, ...]]:
    rows = planned(parse("x", data(*steps, **more)), start=START, goal=GOAL, without=without)
    return {row.task.code: row.task.after for row in rows}


def test_days_of_the_year_fall_into_the_year_of_the_programme() -> None:
    template = parse(
        "x", data(step("a", by="04-20"), step("b", not_before="05-01", year=3), step("c", by="10-30"))
    )
    a, b, c = (row.task for row in planned(template, start=START, goal=GOAL))
    assert (a.by, b.not_before, c.by) == (date(2026, 4, 20), date(2028, 5, 1), GOAL)
    assert template.goal_date(2013) == date(2013, 10, 30)


def test_days_over_at_the_start_are_those_of_the_next_year_when_the_goal_leaves_the_time() -> None:
    template = parse("x", data(step("a", not_before="03-01", by="04-20"), step("b", by="09-01"), step("z")))

    def days(start: date, goal: date) -> list[date | None]:
        a, b, _z = (row.task for row in planned(template, start=start, goal=goal))
        return [a.not_before, a.by, b.by]

    late = date(2026, 6, 1)
    assert days(late, date(2027, 8, 1)) == [date(2027, 3, 1), date(2027, 4, 20), date(2026, 9, 1)]
    assert days(late, date(2026, 12, 1)) == [date(2026, 3, 1), date(2026, 4, 20), date(2026, 9, 1)]


def test_what_comes_back_is_a_task_for_each_period_that_is_not_over() -> None:
    template = parse("x", data(step("m", every="month", due_day=1), step("q", every="quarter"), step("z")))
    rows = [row for row in planned(template, start=START, goal=GOAL) if row.part]
    assert [row.part for row in rows if row.step.key == "m"] == [f"2026-{month:02}" for month in range(3, 13)]
    assert [row.task.by for row in rows if row.step.key == "q"][:2] == [date(2026, 3, 31), date(2026, 6, 30)]


def test_every_rule_is_a_task_and_what_follows_waits_for_all_of_them() -> None:
    found = codes(step("a", rules=["meetings", "education"]), step("b", "a"))
    assert found == {"a-meetings": (), "a-education": (), "b": ("a-meetings", "a-education")}


def test_a_step_left_out_hands_its_order_on_and_the_goal_stays() -> None:
    found = codes(step("a"), step("b", "a"), step("c", "b"), without=("b", "c"))
    assert found == {"a": (), "c": ("a",)}


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([step("a"), step("a")], "a: 步骤代码重复"),
        ([step("a", "x")], "a: 前置步骤 x 不存在"),
        ([step("a", every="month"), step("b", "a")], "b: 前置步骤 a"),
        ([step("a", phase="two")], "a: 没有阶段 two"),
        ([step("a", every="week")], "a: every 应为"),
        ([step("a", every="month", by="04-01")], "a: every 应为"),
        ([step("a", every="month", due_day=31)], "a: due_day"),
        ([step("a", by="4-31")], "a: 日期 4-31"),
    ],
)
def test_a_bad_file_is_told_by_step_and_reason(steps: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(ProgrammeFileError, match=words):
        parse("x", data(*steps))


def test_a_goal_that_is_no_step_is_refused() -> None:
    with pytest.raises(ProgrammeFileError, match="goal: 没有步骤 z"):
        parse("x", data(step("a"), goal="z"))
