"""Duties that a plan gives: their step says with what proof, its record is typed, the figure follows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.core.periods import Period
from safecommunity.jobs.worker import drain
from safecommunity.ledgers import asking
from safecommunity.library import ledgers
from safecommunity.metrics.queries import values
from safecommunity.programmes import queries
from safecommunity.programmes.models import Task
from safecommunity.units.models import Unit
from safecommunity.web.pages.programmes import views
from tests import make
from tests.programmes import made

pytestmark = pytest.mark.django_db

YEAR = Period.parse("2026")
DAY = date(2026, 6, 30)
DIAGNOSIS = {
    "name": "事故与伤害风险辨识评价", "kind": "risk", "methods": ["survey"], "departments": "派出所、消防站",
    "started_date": "2026-02-01", "finished_date": "2026-03-01", "key_problems": "老年人跌倒",
    "key_groups": "老年人", "key_places": "楼道",
}  # fmt: skip
PROJECT = {
    "name": "楼道防跌倒", "field": "elderly", "group": "老年人安全项目促进组", "state": "approved",
    "background": "辨识评价：楼道跌倒最多", "goal": "下降20%", "interventions": ["facility"],
    "measures": "加装扶手", "started_date": "2026-03-05", "ends_date": "2026-12-31",
    "focus": ["high-risk-people"],
}  # fmt: skip
EVALUATED = {
    "state": "evaluated", "evaluated_date": "2026-06-20", "evaluation": "跌倒减少一成，未到目标",
    "improvement": "扩大到无电梯楼栋", "satisfaction": "92",
}  # fmt: skip
MEETING = {
    "name": "促进委员会第一次会议", "kind": "committee", "held_date": "2026-03-20", "attended": "18",
    "attendees": "派出所、消防站、卫生服务中心和各工作小组", "agenda": "风险评价结果和分工",
    "decisions": "派出所和消防站联合整治电动自行车充电", "responsible": "消防安全组、社会治安组",
    "due_date": "2026-05-31", "carried_out": "under-way",
}  # fmt: skip
MONEY = {
    "kind": "expense", "booked_date": "2026-03-25", "amount": "20000", "use": "projects", "year": "2026",
    "subject": "老年人安全组扶手材料", "payee": "市建材公司", "source": "government",
}  # fmt: skip
VISIT = {
    "theme": "国际安全社区会议", "kind": "conference", "scope": "world", "held_date": "2026-05-12",
    "venue": "济南", "content": "交流防跌倒项目", "learned": "社区评估工具",
}  # fmt: skip
RULE = {"version": "1.0", "in_force_date": "2026-03-31", "state": "in-force", "approved_by": "促进委员会"}
GROUP_RULE = {**RULE, "name": "消防安全组工作制度和人员职责", "kind": "group-work"}
REVIEW_RULE = {**RULE, "name": "项目、过程和绩效评审方法", "kind": "review"}
REVIEW = {
    "name": "2026年整体评审", "kind": "overall", "held_date": "2026-06-25", "year": "2026",
    "method": "逐项查阅", "conclusion": "两项未达到", "change_items": "加强楼道治理",
    "improvement_plan": "true",
}  # fmt: skip
STAGE = {**REVIEW, "name": "6月阶段评估", "kind": "process", "change_items": "补齐6月排查记录"}


@pytest.fixture
def street() -> Unit:
    return make.unit()


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


@pytest.fixture
def page(lin: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(views, "today", lambda: DAY)
    return make.client(lin)


@pytest.mark.parametrize(
    ("plan", "step", "source", "records", "moved"),
    [
        pytest.param(
            "sub-district", "evaluation", "R108", [("diagnoses", DIAGNOSIS), ("promotion-projects", PROJECT)],
            {}, marks=pytest.mark.requirement("R108"),
        ),
        pytest.param(
            "sub-district", "committee-meeting", "R112", [("meetings", MEETING)], {"committee-meetings": 1},
            marks=pytest.mark.requirement("R112", "R146"),
        ),
        pytest.param(
            "sub-district", "funds", "R114", [("funds", MONEY)], {}, marks=pytest.mark.requirement("R114")
        ),
        pytest.param(
            "sub-district", "projects", "R115", [("promotion-projects", {**PROJECT, **EVALUATED})], {},
            marks=pytest.mark.requirement("R115"),
        ),
        pytest.param(
            "sub-district", "exchange", "R116", [("exchanges", VISIT)], {"exchanges": 1},
            marks=pytest.mark.requirement("R116"),
        ),
        pytest.param(
            "sub-district", "rules", "R121", [("rules", GROUP_RULE)], {"rules-in-force": 1},
            marks=pytest.mark.requirement("R121"),
        ),
        pytest.param(
            "sub-district", "review", "R143", [("reviews", REVIEW), ("rules", REVIEW_RULE)],
            {"overall-reviews": 1}, marks=pytest.mark.requirement("R113", "R143"),
        ),
        pytest.param(
            "prefecture-city", "stage-evaluation", "R184", [("reviews", STAGE)], {},
            marks=pytest.mark.requirement("R184"),
        ),
    ],
    ids=["identify", "coordinate", "support", "evaluate", "exchange", "group-rules", "review", "stage"],
)  # fmt: skip
def test_a_duty_is_done_on_its_step_with_its_record(
    street: Unit,
    lin: User,
    page: Client,
    plan: str,
    step: str,
    source: str,
    records: list[tuple[str, dict[str, Any]]],
    moved: dict[str, int],
) -> None:
    programme = made.started(street, lin, template=plan, keep=(step,))
    task = first(programme, step)
    shown = page.get(at(street, "task", programme.uuid, task.uuid)).content.decode()
    assert source in shown
    assert f'href="{reverse("ledgers:list", args=[street.slug, records[0][0]])}"' in shown
    before = measured(street, moved)
    for ledger, typed in records:
        typed_in(page, street, ledger, typed)
        title = ledgers[ledger].title_of(ledgers[ledger].check(typed).clean)
        assert title in page.get(reverse("ledgers:list", args=[street.slug, ledger])).content.decode()
    done = {"version": task.version, "state": "done", "done_date": DAY.isoformat(), "remark": "已落实"}
    page.post(at(street, "change-task", programme.uuid, task.uuid), done)
    assert first(programme, step).state == Task.State.DONE
    after = measured(street, moved)
    assert {code: after[code] - before[code] for code in moved} == moved


@pytest.mark.requirement("R182")
def test_a_key_project_goes_from_its_choice_to_its_end(street: Unit, lin: User, page: Client) -> None:
    programme = made.started(street, lin, template="prefecture-city", keep=("key-projects",))
    task = first(programme, "key-projects")
    typed = {
        **PROJECT,
        "name": "学校门前道路",
        "field": "traffic",
        "key_project": "true",
        "state": "proposed",
    }
    typed_in(page, street, "promotion-projects", typed)
    for state in ("approved", "under-way", "evaluated", "finished"):
        (row,) = found(street, "promotion-projects", {"f_key_project": ["true"]})
        further = EVALUATED if state in ("evaluated", "finished") else {}
        edit = reverse("ledgers:edit", args=[street.slug, "promotion-projects", row.pk])
        assert (
            page.post(edit, {**typed, **further, "state": state, "version": row.version}).status_code == 302
        )
    (row,) = found(street, "promotion-projects", {"f_state": ["finished"]})
    assert row.data["improvement"] == EVALUATED["improvement"]
    done = {"version": task.version, "state": "done", "done_date": DAY.isoformat(), "remark": "已结项"}
    assert page.post(at(street, "change-task", programme.uuid, task.uuid), done).status_code == 302


@pytest.mark.requirement("R113")
def test_progress_is_checked_each_quarter_with_an_opinion(street: Unit, lin: User, page: Client) -> None:
    programme = made.started(street, lin, keep=("progress",))
    tasks = queries.tasks(programme).filter(step="progress").order_by("due_date")
    assert [task.due_date.month for task in tasks] == [3, 6, 9, 12]
    shown = page.get(at(street, "task", programme.uuid, tasks[0].uuid)).content.decode()
    draft = f"{reverse('correspondence:new', args=[street.slug])}?kind=opinion"
    assert draft in shown
    assert "意见" in page.get(draft).content.decode()


def at(unit: Unit, name: str, *more: object) -> str:
    return reverse(f"programmes:{name}", args=[unit.slug, *more])


def first(programme: Any, step: str) -> Task:
    return queries.tasks(programme).filter(step=step).order_by("due_date", "code")[0]


def typed_in(page: Client, unit: Unit, ledger: str, typed: dict[str, Any]) -> None:
    answer = page.post(reverse("ledgers:add", args=[unit.slug, ledger]), typed)
    assert (answer.status_code, ledger) == (302, ledger)


def found(unit: Unit, ledger: str, asked: dict[str, list[str]]) -> list[Any]:
    kind = ledgers[ledger]
    return list(asking.found(unit, kind, asking.parse(kind, asked), DAY))


def measured(unit: Unit, moved: dict[str, int]) -> dict[str, int]:
    drain()
    said = values([unit], [YEAR], moved)
    return {code: int(said.get((unit.pk, code, YEAR.code), 0)) for code in moved}
