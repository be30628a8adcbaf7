"""A program runs a round: the same order, the same refusals, the same secrets as on the pages."""

from __future__ import annotations

from typing import Any

import pytest

from safecommunity.accounts.models import User
from safecommunity.api import supervision
from safecommunity.units.models import Unit
from tests import make
from tests.api.asking import ask
from tests.supervision import made

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R204")]


class Clock:
    """The tests' day in place of today's."""

    @staticmethod
    def localdate() -> Any:
        return made.DAY

    @staticmethod
    def now() -> Any:
        return made.NOW


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "timezone", Clock)


@pytest.fixture
def streets() -> list[Unit]:
    return made.city()[1]


@pytest.fixture
def city(streets: list[Unit]) -> Unit:
    assert streets[0].parent is not None
    return streets[0].parent


@pytest.fixture
def people(city: Unit) -> list[User]:
    return made.inspectors(city)


PLAN = {
    "title": "三季度督查", "kind": "announced", "topics": ["work-safety"], "starts_date": "2126-10-12",
    "ends_date": "2126-11-01", "counts": {"sub-district": 2}, "inspectors": ["chen", "ding"], "team": 1,
}  # fmt: skip
FOUND = {"text": "通道堵塞", "basis": "消防法", "severity": "serious", "due_date": "2126-10-20"}


def test_a_program_draws_and_anyone_above_repeats_it(city: Unit, people: list[User]) -> None:
    base = f"/units/{city.slug}/rounds"
    status, row = ask(people[0], "POST", base, PLAN)
    assert (status, row["state"]) == (201, "planning")
    one = f"{base}/{row['uuid']}"
    seed = {"seed": made.SEED, "source": made.SOURCE}
    assert ask(people[0], "POST", f"{one}/seed", seed, 1)[0] == 422
    status, row = ask(people[0], "POST", f"{one}/fix", version=1)
    assert (status, row["state"], len(row["digest"])) == (200, "fixed", 64)
    assert ask(people[0], "POST", f"{one}/seed", seed, 1)[0] == 412
    status, planned = ask(people[0], "POST", f"{one}/seed", seed, 2)
    assert (status, len(planned)) == (200, 2)
    again = ask(people[1], "GET", f"{one}/draw")[1]
    assert again["digest_holds"]
    assert set(again["drawn"]) == {each["unit"] for each in planned}


def test_a_visit_is_run_answered_and_accepted(city: Unit, streets: list[Unit], people: list[User]) -> None:
    lin = make.member(streets[0], "office", "lin")
    row = made.arranged(city, streets[0], people[:1], kind="unannounced")
    one = f"/units/{streets[0].slug}/visits/{row.uuid}"
    assert ask(lin, "GET", one)[0] == 404
    assert ask(lin, "GET", f"/units/{streets[0].slug}/visits")[1] == []
    assert ask(people[0], "POST", f"{one}/findings", {**FOUND, "due_date": "2126-10-01"})[0] == 422
    assert ask(people[0], "POST", f"{one}/findings", {**FOUND, "files": [1]})[0] == 422
    status, finding = ask(people[0], "POST", f"{one}/findings", FOUND)
    assert status == 201
    assert ask(people[0], "POST", f"{one}/finish", {"summary": "一般"}, row.version)[0] == 200
    assert ask(lin, "GET", one)[1]["findings"][0]["text"] == "通道堵塞"
    each = f"{one}/findings/{finding['uuid']}"
    assert ask(people[0], "POST", f"{each}/answer", {"words": "代答"}, 1)[0] == 422
    later = {"until": "2126-10-30", "why": "等配件"}
    assert ask(people[0], "POST", f"{each}/ask", later, 1)[0] == 422
    assert ask(lin, "POST", f"{each}/ask", later, 1)[1]["extensions"][0]["state"] == "asked"
    assert ask(lin, "POST", f"{each}/extend", {"grant": True, "reason": "可"}, 2)[0] in (403, 422)
    assert ask(people[0], "POST", f"{each}/extend", {"grant": True, "reason": "可"}, 1)[0] == 412
    status, finding = ask(people[0], "POST", f"{each}/extend", {"grant": True, "reason": "可"}, 2)
    assert (status, finding["due_date"], finding["extensions"][0]["reason"]) == (200, "2126-10-30", "可")
    assert ask(lin, "POST", f"{each}/answer", {"words": "已清理"}, 3)[1]["state"] == "answered"
    assert ask(people[0], "POST", f"{each}/decide", {"accept": False}, 4)[0] == 422
    status, finding = ask(people[0], "POST", f"{each}/decide", {"accept": True}, 4)
    assert (status, finding["state"], finding["replies"][0]["accepted"]) == (200, "accepted", True)


def test_who_may_not_and_who_does_not_see(city: Unit, streets: list[Unit], people: list[User]) -> None:
    zhou, wu = make.member(city, "viewer", "zhou"), make.member(streets[1], "office", "wu")
    row = made.drawn(city, people, kind="unannounced")
    assert ask(zhou, "POST", f"/units/{city.slug}/rounds", PLAN)[0] == 403
    assert ask(zhou, "GET", f"/units/{city.slug}/rounds/{row.uuid}/draw")[0] == 404
    assert ask(wu, "GET", f"/units/{city.slug}/rounds/{row.uuid}/draw")[0] == 404
    assert ask(people[0], "POST", f"/units/{city.slug}/rounds", {**PLAN, "inspectors": ["nobody"]})[0] == 422
