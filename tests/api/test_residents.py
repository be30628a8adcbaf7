from __future__ import annotations

from typing import Any

import pytest

from safecommunity.residents import queries
from safecommunity.units.models import Unit
from tests import make
from tests.api.asking import ask

pytestmark = pytest.mark.django_db

CALL = {"kind": "danger", "words": "路灯不亮", "field": "public-place", "phone": "13812345678"}


@pytest.fixture
def unit() -> Unit:
    return make.unit()


def test_a_program_writes_down_a_call_and_takes_it_to_the_answer(unit: Unit) -> None:
    lin, base = make.member(unit), f"/units/{unit.slug}/resident-reports"
    status, made = ask(lin, "POST", base, CALL)
    assert status == 201
    row = queries.by_receipt(unit, made["receipt"])
    assert row is not None
    assert row.opened_phone == "13812345678"
    steps: list[dict[str, Any]] = [
        {"act": "accept", "subject": "路灯不亮", "field": "public-place"}, {"act": "begin"}, {"act": "solve"},
        {"act": "answer", "reply": "已修好"},
    ]  # fmt: skip
    for version, step in enumerate(steps, start=1):
        status, told = ask(lin, "POST", f"{base}/{made['uuid']}/steps", step, version)
        assert status == 200
    assert (told["state"], told["reply"], told["version"]) == ("answered", "已修好", 5)
    assert "phone" not in told
    assert [one["uuid"] for one in ask(lin, "GET", f"{base}?state=answered")[1]] == [made["uuid"]]
    assert ask(lin, "POST", f"{base}/{made['uuid']}/steps", {"act": "reopen"}, 4)[0] == 412


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "moon"},
        {"words": ""},
        {"words": "字" * 2001},
        {"phone": "1"},
        {"field": "moon"},
        {"latitude": 99},
    ],
)
def test_bad_input_is_refused(unit: Unit, change: dict[str, Any]) -> None:
    lin, base = make.member(unit), f"/units/{unit.slug}/resident-reports"
    assert ask(lin, "POST", base, {**CALL, **change})[0] == 422
    assert not queries.reports(unit).exists()


def test_steps_that_do_not_follow_are_refused(unit: Unit) -> None:
    lin, base = make.member(unit), f"/units/{unit.slug}/resident-reports"
    one = f"{base}/{ask(lin, 'POST', base, CALL)[1]['uuid']}"
    for step in ({"act": "answer"}, {"act": "dance"}, {"act": "merge"}, {"act": "accept", "subject": ""}):
        assert ask(lin, "POST", f"{one}/steps", step, 1)[0] == 422
    assert ask(lin, "POST", f"{one}/steps", {"act": "begin"})[0] == 428


def test_who_may_not_and_who_does_not_see(unit: Unit) -> None:
    lin, base = make.member(unit), f"/units/{unit.slug}/resident-reports"
    one = f"{base}/{ask(lin, 'POST', base, CALL)[1]['uuid']}"
    zhou, wu = make.member(unit, "officer", "zhou"), make.member(make.unit("安康街道"), username="wu")
    assert [ask(who, "GET", one)[0] for who in (lin, zhou, wu)] == [200, 200, 404]
    assert [ask(who, "POST", base, CALL)[0] for who in (zhou, wu)] == [403, 404]
