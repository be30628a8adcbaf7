from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from safecommunity.accounts.models import User
from safecommunity.assessment import actions as assessment
from safecommunity.assessment.models import PlannedAction
from safecommunity.programmes import queries
from safecommunity.units.models import Unit
from tests import make
from tests.programmes import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def street() -> Unit:
    return make.unit()


@pytest.fixture
def lin(street: Unit) -> User:
    return make.member(street, "office", "lin")


def measure(unit: Unit, by: User, due: date) -> PlannedAction:
    from django.utils import timezone

    row = assessment.start(
        unit=unit, scheme="national-2006", period="2026", by=by, today=made.TODAY, now=timezone.now()
    )
    facts: dict[str, Any] = {"effort": 1, "cost": 0, "gain": 1, "by": by}
    return PlannedAction.objects.create(
        unit=unit, path=unit.path, assessment=row, action="x", indicator="1.1", text="补齐制度",
        owner=by.display_name, due_date=due, **facts,
    )  # fmt: skip


def test_tasks_and_measures_stand_in_one_list_by_their_dates(street: Unit, lin: User) -> None:
    made.started(street, lin)
    measure(street, lin, date(2026, 4, 1))
    rows = queries.todos(street, lin)
    assert [row.due_date for row in rows] == sorted(row.due_date for row in rows)
    assert ("补齐制度" in [row.text for row in rows], len(rows)) == (True, 8)
    assert queries.todo_count(street, lin) == queries.open_total(street) == 8
    assert rows == queries.todos_of(lin)


def test_another_person_has_nothing_of_mine_to_do(street: Unit, lin: User) -> None:
    made.started(street, lin)
    zhou = make.member(street, "viewer", "zhou")
    assert queries.todos(street, zhou) == []
    assert len(queries.todos(street, zhou, {lin.display_name})) == 7


def test_who_lost_the_role_has_nothing_in_the_calendar(street: Unit, lin: User) -> None:
    made.started(street, lin)
    other = make.unit("安康街道")
    wu = make.member(other, "office", "wu")
    task = queries.running_tasks(street)[0]
    type(task).objects.in_unit(street).update(owner=wu)
    assert queries.todos_of(wu) == []


def test_my_tasks_ask_the_database_as_often_for_many_as_for_one(street: Unit, lin: User) -> None:
    made.started(street, lin, keep=("application",))
    queries.todos(street, lin)
    one = make.questions(lambda: queries.todos(street, lin))
    made.started(street, lin, keep=())
    assert make.questions(lambda: queries.todos(street, lin)) == one


def test_owners_are_who_may_do_tasks_here_above_or_beneath(street: Unit, lin: User) -> None:
    below = make.unit("锦绣社区", parent=street, kind="neighbourhood")
    officer = make.member(below, "officer", "officer")
    make.member(street, "viewer", "zhou")
    make.member(make.unit("安康街道"), "office", "wu")
    assert set(queries.owners(street)) == {lin, officer}
    assert set(queries.owners(below)) == {lin, officer}
