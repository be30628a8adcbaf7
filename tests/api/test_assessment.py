from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from safecommunity.accounts.actions import make_token
from safecommunity.accounts.models import User
from safecommunity.assessment.models import Assessment, PlannedAction
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
def form(unit: Unit, lin: User) -> Assessment:
    return made.assessment(unit, lin)


class Caller:
    """A program with a token of this person."""

    def __init__(self, person: User) -> None:
        _token, secret = make_token(user=person, name="t", days=1, now=timezone.now(), by=person)
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def ask(self, method: str, path: str, data: Any = None) -> tuple[int, Any]:
        body = None if data is None else json.dumps(data)
        response = self.client.generic(method, f"/api{path}", body or "", "application/json")
        return response.status_code, json.loads(response.content)


def test_a_program_lists_schemes_and_starts_an_assessment(unit: Unit, lin: User) -> None:
    caller = Caller(lin)

    _status, schemes = caller.ask("GET", "/schemes")
    status, started = caller.ask(
        "POST", f"/units/{unit.slug}/assessments", {"scheme": "isccc-6", "period": "2026"}
    )

    assert {one["code"] for one in schemes} >= {"national-2006", "isccc-6"}
    assert (status, started["scheme"], started["band"]) == (201, "isccc-6", "early")
    assert caller.ask("GET", f"/units/{unit.slug}/assessments")[1][0]["id"] == started["id"]


@pytest.mark.parametrize(
    "given", [{"scheme": "none", "period": "2026"}, {"scheme": "isccc-6", "period": "26"}]
)
def test_a_wrong_start_is_refused(unit: Unit, lin: User, given: dict[str, str]) -> None:
    assert Caller(lin).ask("POST", f"/units/{unit.slug}/assessments", given)[0] == 422


def test_a_grade_is_confirmed_with_the_same_checks_as_on_the_page(
    unit: Unit, lin: User, form: Assessment
) -> None:
    caller = Caller(lin)
    path = f"/units/{unit.slug}/assessments/{form.pk}/grades/1.1"
    given = {"version": 1, "answers": made.answers("AAB"), "reason": "现场核实"}

    assert caller.ask("PUT", path, given | {"reason": ""})[0] == 422
    status, after = caller.ask("PUT", path, given)
    assert (status, after["points"], after["confirmed"]) == (200, "2.64", 1)
    assert caller.ask("PUT", path, given)[0] == 409
    assert caller.ask("DELETE", f"{path}?version=2")[1]["confirmed"] == 0
    _status, after = caller.ask("PUT", path, {"version": 3, "not_applicable": True, "reason": "无"})
    assert after["full"] == "147.00"


def test_every_grade_comes_with_its_reason(unit: Unit, lin: User, form: Assessment) -> None:
    _status, found = Caller(lin).ask("GET", f"/units/{unit.slug}/assessments/{form.pk}")

    assert len(found["grades"]) == 50
    assert found["grades"][0]["reasons"][0]["code"] == "papers"
    assert [each["band"] for each in found["distances"]] == ["pass", "rectify", "fail"]


def test_the_gap_is_planned_and_accepted(unit: Unit, lin: User, form: Assessment) -> None:
    made.all_graded(form, "BBB", lin, but=("1.1",))
    made.confirm(form, "1.1", made.answers("DDD"), lin)
    caller = Caller(lin)
    path = f"/units/{unit.slug}/assessments/{form.pk}"
    asked = {"band": "pass", "until": (dt.date.today() + dt.timedelta(days=90)).isoformat()}

    _status, plans = caller.ask("POST", f"{path}/gap", asked)
    status, tasks = caller.ask(
        "POST", f"{path}/tasks", asked | {"actions": ["found-body"], "owners": {"found-body": "李"}}
    )

    assert [step["action"] for step in plans[0]["actions"]] == ["found-body"]
    assert (status, tasks[0]["owner"]) == (201, "李")
    assert caller.ask("POST", f"{path}/tasks", asked | {"actions": ["write-rules"]})[0] == 409
    task = PlannedAction.objects.in_unit(unit).get()
    change = {"version": 1, "owner": "王", "due_date": "2026-12-01", "state": "doing"}
    assert caller.ask("PUT", f"/units/{unit.slug}/tasks/{task.pk}", change)[1]["state"] == "doing"
    assert caller.ask("GET", f"/units/{unit.slug}/tasks")[1][0]["owner"] == "王"


def test_sheets_are_sealed_for_programs_too(unit: Unit, lin: User) -> None:
    assessment = made.assessment(unit, lin, "isccc-6")
    chen, qian = Caller(make.member(unit, "expert", "chen")), Caller(make.member(unit, "expert", "qian"))
    path = f"/units/{unit.slug}/assessments/{assessment.pk}"
    full = {"answers": {"programme": "fulfilled", "running": "fulfilled"}}
    _status, sheet = chen.ask("POST", f"{path}/sheets")
    qian.ask("POST", f"{path}/sheets")

    for code in assessment.rules.indicators:
        assert chen.ask("PUT", f"{path}/sheets/{sheet['id']}/marks/{code}", full)[0] == 200
    assert qian.ask("PUT", f"{path}/sheets/{sheet['id']}/marks/I1", full)[0] == 404
    assert len(qian.ask("GET", f"{path}/sheets")[1]) == 1
    assert chen.ask("POST", f"{path}/sheets/{sheet['id']}/submit", {"version": 1})[1]["points"] == "6.00"
    assert Caller(lin).ask("POST", f"{path}/consensus")[0] == 422


def test_submitting_and_freezing_by_program(unit: Unit, lin: User, form: Assessment) -> None:
    caller = Caller(lin)
    path = f"/units/{unit.slug}/assessments/{form.pk}"
    assert caller.ask("POST", f"{path}/submit", {"version": 1})[0] == 422
    made.all_graded(form, "BBB", lin)

    assert caller.ask("POST", f"{path}/submit", {"version": 1})[1]["state"] == "submitted"
    assert caller.ask("POST", f"{path}/freeze", {"version": 1})[0] == 409
    assert len(caller.ask("POST", f"{path}/freeze", {"version": 2})[1]["digest"]) == 64
    assert caller.ask("GET", f"{path}/inconsistencies")[1][0]["kind"] == "without-evidence"


def test_the_stranger_finds_nothing_and_the_onlooker_may_not_write(unit: Unit, form: Assessment) -> None:
    path = f"/units/{unit.slug}/assessments/{form.pk}"
    wu = Caller(make.member(make.unit("别处"), username="wu"))
    zhou = Caller(make.member(unit, "viewer", "zhou"))

    assert [wu.ask("GET", path)[0], wu.ask("POST", f"{path}/submit", {"version": 1})[0]] == [404, 404]
    assert [zhou.ask("GET", path)[0], zhou.ask("POST", f"{path}/submit", {"version": 1})[0]] == [200, 403]
