"""Plans, rounds, draws, what was found at places, and how rounds count in ledgers."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from safecommunity.hazards import actions, queries
from safecommunity.hazards.actions import Expected, Pictures, Refused
from safecommunity.hazards.models import Inspection, Plan, Visit
from safecommunity.ledgers.models import Entry
from safecommunity.metrics import measuring
from safecommunity.units.scope import StaleRecord
from tests import make
from tests.hazards import made
from tests.hazards.made import NOW, Town

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def here() -> Town:
    return made.town()


def plan(here: Town, **more: Any) -> Plan:
    facts: dict[str, Any] = {
        "name": "综合检查", "year": 2026, "kind": "comprehensive", "field": "general",
        "checklists": ["workplace"],
        "every": "quarter", "from_date": date(2026, 1, 1), "to_date": date(2026, 12, 31), "leader": "林晓",
        "members": "周敏、吴强",
    }  # fmt: skip
    return actions.make_plan(unit=here.street, by=here.lin, **{**facts, **more})


def round_of(row: Plan, today: date = TODAY) -> Inspection:
    actions.make_rounds(root=row.unit, today=today, by=None)
    return queries.inspections(row.unit).get(plan=row, from_date__lte=today, due_date__gte=today)


def pass_all(row: Visit, here: Town, **other: str) -> Visit:
    items = queries.items_of(row.inspection)
    usual = {"number": "60", "choice": "full"}
    said = {code: (other.get(code, usual.get(item.answer, "pass")), "") for code, item in items.items()}
    pictures = {
        code: Pictures(expected=[Expected(f"{n:064x}")])
        for n, (code, item) in enumerate(items.items())
        if item.answer == "photo"
    }
    return actions.answer(
        visit=row, version=row.version, answers=said, by=here.lin, now=NOW, pictures=pictures
    )


def test_rounds_come_once_for_each_period_and_follow_the_way(here: Town) -> None:
    for name, longitude in (("东店", 114.53), ("西店", 114.50), ("中店", 114.51)):
        made.shop(here.block, name, longitude, place=name)
    made.shop(here.block, "不知处", None, place="不知")
    made.shop(here.block, "关了", 114.5, place="关", state="closed")
    row = round_of(plan(here, places="人民广场\n\n东湖"))
    assert [one.place for one in queries.visits(row)] == [
        "西店",
        "中店",
        "东店",
        "不知处",
        "人民广场",
        "东湖",
    ]
    assert (row.period, row.due_date, row.checklists) == ("2026-Q1", date(2026, 3, 31), [["workplace", 1]])
    assert actions.make_rounds(root=here.city, today=TODAY, by=None) == 0
    assert actions.make_rounds(root=here.city, today=date(2026, 4, 1), by=None) == 1


def test_a_plan_chooses_by_risk_and_kind(here: Town) -> None:
    made.shop(here.block, "饭店")
    made.shop(here.block, "厂", kind="factory", place="厂")
    made.shop(here.block, "小店", risk_grade="low", place="小店")
    row = round_of(plan(here, kind="special", grades=["major"], premises_kinds=["factory"]))
    assert [one.place for one in queries.visits(row)] == ["厂"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"kind": "random"}, "每轮抽取几家"), ({"draw": 3}, "每轮抽取几家"), ({"checklists": []},
        "至少一张检查表"),
        ({"checklists": ["none"]}, "没有检查表"), ({"to_date": date(2025, 1, 1)}, "不能早于"),
        ({"to_date": date(2026, 1, 5)}, "比一轮检查还短"),
    ],
)  # fmt: skip
def test_a_plan_that_makes_no_sense_is_refused(here: Town, more: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=told):
        plan(here, **more)


def test_only_who_manages_hazards_plans(here: Town) -> None:
    row = plan(here)
    with pytest.raises(Refused):
        actions.make_plan(unit=here.block, by=here.officer, name="x")
    with pytest.raises(Refused):
        actions.change_plan(plan=row, version=row.version, by=here.officer, name="x")
    with pytest.raises(StaleRecord):
        actions.change_plan(plan=row, version=row.version + 1, by=here.lin, name="x")


@pytest.mark.requirement("R138")
def test_a_random_round_is_drawn_by_a_public_seed_and_can_be_repeated(here: Town) -> None:
    shops = [made.shop(here.block, f"店{n}", place=f"店{n}") for n in range(8)]
    row = round_of(plan(here, kind="random", draw=3))
    assert queries.visits(row).count() == 0
    with pytest.raises(Refused, match="随机种子"):
        actions.draw(inspection=row, version=row.version, seed=" ", by=here.lin)
    with pytest.raises(Refused):
        actions.draw(inspection=row, version=row.version, seed="7", by=here.officer)
    row = actions.draw(inspection=row, version=row.version, seed="福彩 2026024：01 05 09", by=here.lin)
    drawn = {str(one.premises_id) for one in queries.visits(row)}
    assert len(drawn) == 3
    assert drawn < {str(one.pk) for one in shops}
    with pytest.raises(Refused, match="已经抽取过"):
        actions.draw(inspection=row, version=row.version, seed="again", by=here.lin)
    from safecommunity.core import draws

    text = draws.program(draws.read_list(row.drum), row.seed)
    printed = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
    assert set(printed.splitlines()[1:]) == drawn


@pytest.mark.requirement("R139", "R140")
def test_a_finished_comprehensive_round_counts_without_being_typed_again(here: Town) -> None:
    made.shop(here.block, "饭店")
    row = round_of(plan(here))
    visit = pass_all(queries.visits(row).get(), here, **{"workplace/3.3": "fail"})
    found = actions.open_from(visit=visit, item="workplace/3.3", by=here.lin, now=NOW).hazard
    assert found.unit == here.street
    row = queries.inspection(here.street, row.client_uuid)  # type: ignore[assignment]
    actions.finish(inspection=row, version=row.version, opinion="总体较好", by=here.lin, now=NOW)
    entry = Entry.objects.in_unit(here.street).get(ledger="inspections-comprehensive")
    data = entry.data
    assert (data["kind"], data["places_checked"], data["key_posts"]) == ("comprehensive", 1, True)
    assert (data["hazards_found"], data["hazards_fixed"], data["scope"]) == (1, 0, "饭店")
    assert value(here, "comprehensive-inspections") == 1
    found = queries.hazard(here.street, found.client_uuid)  # type: ignore[assignment]
    found = actions.grade(
        hazard=found, version=found.version, grade="general", severity="low", by=here.lin, now=NOW
    )
    found = actions.fix(hazard=found, version=found.version, text="装了护罩", by=here.lin, now=NOW)
    actions.check(hazard=found, version=found.version, passed=True, opinion="", by=here.second, now=NOW)
    entry.refresh_from_db()
    assert entry.data["hazards_fixed"] == 1
    assert queries.comprehensive_held(here.street, 2026) == 1


def value(here: Town, metric: str) -> Any:
    from safecommunity.core.periods import Period
    from safecommunity.library import metrics

    period = Period.parse("2026")
    found = measuring.measured([metrics[metric]], [period], Entry.objects.below(here.street), TODAY)
    return metrics[metric].value(found.get((here.street.pk, metric, period.code)))


@pytest.mark.requirement("R46")
def test_a_patrol_is_kept_among_the_patrols(here: Town) -> None:
    row = actions.start_round(
        unit=here.block, kind="patrol", name="夜巡", field="fire", checklist_codes=["workplace"],
        leader="officer",
        members="甲、乙", due_date=TODAY, places=["后巷"], by=here.officer, today=TODAY,
    )  # fmt: skip
    pass_all(queries.visits(row).get(), here)
    row = queries.inspection(here.block, row.client_uuid)  # type: ignore[assignment]
    actions.finish(inspection=row, version=row.version, opinion="", by=here.officer, now=NOW)
    data = Entry.objects.in_unit(here.block).get(ledger="patrols").data
    assert (data["route"], data["members"], data["normal"]) == ("后巷", 3, True)


def test_a_round_is_not_ended_before_anything_was_inspected(here: Town) -> None:
    made.shop(here.block, "饭店")
    row = round_of(plan(here))
    with pytest.raises(Refused, match="还没有检查任何场所"):
        actions.finish(inspection=row, version=row.version, opinion="", by=here.lin, now=NOW)
    with pytest.raises(Refused, match="取消的原因"):
        actions.cancel(inspection=row, version=row.version, reason="", by=here.lin)
    with pytest.raises(Refused):
        actions.cancel(inspection=row, version=row.version, reason="雨", by=here.officer)
    row = actions.cancel(inspection=row, version=row.version, reason="暴雨", by=here.lin)
    with pytest.raises(Refused, match="已经结束"):
        pass_all(queries.visits(row).get(), here)


@pytest.fixture
def visit(here: Town) -> Visit:
    made.shop(here.block, "饭店")
    return queries.visits(round_of(plan(here))).get()


def test_answers_sent_again_change_nothing_whatever_their_version(here: Town, visit: Visit) -> None:
    first = pass_all(visit, here)
    seen = (first.version, first.done_at)
    again = queries.visit(here.street, visit.client_uuid)
    assert again is not None
    again.version = 1
    again = pass_all(again, here)
    assert (queries.visit(here.street, visit.client_uuid).version, again.done_at) == seen  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({}, "还有 15 项没有检查"), ({"fire/1.1": ("pass", "")}, "没有“fire/1.1”"),
        ({"workplace/1.1": ("maybe", "")}, "请选合格"), ({"workplace/4.2": ("loud", "")}, "请填写数字"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(here: Town, visit: Visit, answers: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=told):
        actions.answer(visit=visit, version=visit.version, answers=answers, by=here.lin, now=NOW)


def test_what_asks_for_a_picture_is_not_passed_without_one(here: Town, visit: Visit) -> None:
    items = queries.items_of(visit.inspection)
    usual = {"number": "60", "choice": "full"}
    said = {code: (usual.get(item.answer, "pass"), "") for code, item in items.items()}
    with pytest.raises(Refused, match="要拍一张照片"):
        actions.answer(visit=visit, version=visit.version, answers=said, by=here.lin, now=NOW)


def test_only_a_failing_item_opens_a_hazard_and_only_one(here: Town, visit: Visit) -> None:
    visit = pass_all(visit, here, **{"workplace/4.2": "91"})
    with pytest.raises(Refused, match="不合格的项目"):
        actions.open_from(visit=visit, item="workplace/1.1", by=here.lin, now=NOW)
    made_now = [
        actions.open_from(visit=visit, item="workplace/4.2", by=here.lin, now=NOW, client_uuid=uuid4())
        for _tap in range(2)
    ]
    assert [one.is_new for one in made_now] == [True, False]
    row = made_now[0].hazard
    assert (row.kind, row.grade, row.premises_id) == ("occupational-health", "general", visit.premises_id)


def test_a_round_started_twice_is_one(here: Town) -> None:
    uid = uuid4()
    for _tap in range(2):
        actions.start_round(
            unit=here.block, kind="patrol", name="夜巡", field="fire", checklist_codes=["fire"],
            leader="officer",
            due_date=TODAY, places=["后巷"], by=here.officer, today=TODAY, client_uuid=uid,
        )  # fmt: skip
    assert queries.inspections(here.block).count() == 1


def test_a_random_round_is_not_started_by_hand(here: Town) -> None:
    with pytest.raises(Refused, match="由检查计划生成"):
        actions.start_round(
            unit=here.block, kind="random", name="抽查", field="fire", checklist_codes=["fire"],
            leader="officer",
            due_date=TODAY, places=["后巷"], by=here.officer, today=TODAY,
        )  # fmt: skip


@pytest.mark.requirement("R140")
def test_coverage_counts_by_risk_and_lists_what_was_left_out(here: Town, visit: Visit) -> None:
    made.shop(here.block, "没去的", risk_grade="low", place="远处")
    pass_all(visit, here)
    found = queries.coverage(here.city, date(2026, 1, 1), date(2026, 12, 31))
    assert (found.grades, found.uncovered) == ({"major": (1, 1), "low": (1, 0)}, 1)
    left = queries.not_covered(here.city, date(2026, 1, 1), date(2026, 12, 31))
    assert [one.title for one in left] == ["没去的"]
    assert queries.coverage(here.city, date(2025, 1, 1), date(2025, 12, 31)).uncovered == 2


def test_a_stranger_to_the_unit_inspects_nothing(here: Town, visit: Visit) -> None:
    wu = make.member(make.unit("安康街道", parent=here.city), "officer", "wu")
    with pytest.raises(Refused):
        actions.skip(visit=visit, version=visit.version, why="路过", by=wu)


def test_the_clock_of_the_device_is_put_right(here: Town, visit: Visit) -> None:
    items = queries.items_of(visit.inspection)
    said = dict.fromkeys(items, ("na", ""))
    at = NOW - timedelta(days=2)
    done = actions.answer(
        visit=visit, version=visit.version, answers=said, by=here.lin, now=NOW, at=at,
        sent_at=NOW - timedelta(days=1),
    )  # fmt: skip
    assert (done.done_at, done.device_at, done.is_clock_off) == (NOW - timedelta(days=1), at, True)
