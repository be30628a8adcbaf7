from __future__ import annotations

import pytest
from django.utils import timezone

from safecommunity.accounts.models import User
from safecommunity.api import programmes
from safecommunity.units.models import Unit
from tests import make
from tests.api.asking import ask
from tests.programmes import made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock:
        now = staticmethod(timezone.now)
        localdate = staticmethod(lambda: made.TODAY)

    monkeypatch.setattr(programmes, "timezone", Clock)


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit, "office", "lin")


def test_a_program_prepares_starts_works_and_replans(unit: Unit, lin: User) -> None:
    base = f"/units/{unit.slug}/programmes"
    assert len(ask(lin, "GET", "/programme-templates")[1]) == 4
    wanted = {"template": "sub-district", "start_date": "2026-01-05", "goal_date": "2026-12-30"}
    status, row = ask(lin, "POST", base, wanted)
    assert (status, row["state"]) == (201, "preparing")
    one = f"{base}/{row['uuid']}"
    assert ask(lin, "POST", f"{one}/start")[0] == 428
    status, row = ask(lin, "POST", f"{one}/start", version=row["version"])
    assert (status, row["state"]) == (200, "running")
    tasks = {task["code"]: task for task in ask(lin, "GET", f"{one}/tasks?limit=200")[1]}
    task = tasks["committee"]
    changed = ask(lin, "PUT", f"{one}/tasks/{task['uuid']}", {"state": "doing"}, task["version"])
    assert (changed[0], changed[1]["state"]) == (200, "doing")
    assert ask(lin, "PUT", f"{one}/tasks/{task['uuid']}", {"state": "done"}, task["version"])[0] == 412
    slip = {"goal": "2026-12-30", "changes": {"application": {"not_before": "2026-12-28"}}, "reason": "改期"}
    _status, seen = ask(lin, "POST", f"{one}/replan/preview", slip)
    assert "application" in [move["code"] for move in seen["moves"]]
    assert [change["code"] for change in seen["changes"]] == ["application"]
    assert ask(lin, "POST", f"{one}/replan", slip, row["version"])[0] == 200
    assert len(ask(lin, "GET", f"/units/{unit.slug}/todos")[1]) == len(tasks)


def test_dates_that_cannot_be_are_refused_in_words(unit: Unit, lin: User) -> None:
    wanted = {"template": "sub-district", "start_date": "2026-06-01", "goal_date": "2026-05-01"}
    status, answer = ask(lin, "POST", f"/units/{unit.slug}/programmes", wanted)
    assert (status, "目标日期应晚于开始日期" in answer["detail"]) == (422, True)
    assert ask(lin, "POST", f"/units/{unit.slug}/programmes", {"template": "x"})[0] == 422


def test_who_may_not_is_refused_and_a_stranger_finds_nothing(unit: Unit, lin: User) -> None:
    row = made.started(unit, lin)
    zhou = make.member(unit, "project-group", "zhou")
    wu = make.member(make.unit("安康街道"), "office", "wu")
    base = f"/units/{unit.slug}/programmes"
    assert ask(zhou, "POST", base, {"template": "sub-district"})[0] == 403
    assert ask(wu, "GET", f"{base}/{row.uuid}")[0] == 404
