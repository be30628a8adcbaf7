"""Risk points over the API: the same checks as the pages."""

from __future__ import annotations

import pytest

from safecommunity.accounts.models import User
from safecommunity.api import risks
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from tests import make
from tests.api.asking import ask
from tests.risks.made import DAY, FACTS, GENERAL, MAJOR, graded, values

pytestmark = pytest.mark.django_db
EVALUATION = {
    "method": "lec", "before": values(MAJOR), "after": values(GENERAL), "direct": ["crowd"],
    "controls": {"management": "限流"}, "reason": "first", "on_date": DAY.isoformat(),
}  # fmt: skip


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock:
        localdate = staticmethod(lambda: DAY)

    monkeypatch.setattr(risks, "timezone", Clock)


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def lin(unit: Unit) -> User:
    return make.member(unit, "officer", "lin")


def test_a_program_registers_evaluates_changes_and_closes(unit: Unit, lin: User) -> None:
    base = f"/units/{unit.slug}/risks"
    status, row = ask(lin, "POST", base, FACTS)
    assert (status, row["code"], row["grade"]) == (201, "FX-0001", "")
    one = f"{base}/{row['uuid']}"
    assert ask(lin, "POST", f"{one}/evaluations", EVALUATION)[0] == 428
    status, made = ask(lin, "POST", f"{one}/evaluations", EVALUATION, version=1)
    assert (status, made["after_product"], made["after_grade"], made["grade"]) == (
        201,
        "126",
        "general",
        "major",
    )
    assert ask(lin, "POST", f"{one}/evaluations", EVALUATION, version=1)[0] == 412
    assert len(ask(lin, "GET", f"{one}/evaluations")[1]) == 1
    status, row = ask(lin, "PUT", one, {**FACTS, "responsible": "李秀英"}, version=2)
    assert (status, row["responsible"], row["grade"]) == (200, "李秀英", "major")
    status, row = ask(lin, "POST", f"{one}/close", {"reason": "拆除"}, version=3)
    assert (status, row["state"]) == (200, "closed")
    assert ask(lin, "GET", base)[1] == []
    assert len(ask(lin, "GET", f"{base}?state=closed")[1]) == 1
    status, row = ask(lin, "POST", f"{one}/reopen", {"reason": "又搭起来了"}, version=4)
    assert (status, row["state"], row["grade"]) == (200, "open", "major")


def test_what_cannot_be_is_refused_in_words(unit: Unit, lin: User) -> None:
    base = f"/units/{unit.slug}/risks"
    assert ask(lin, "POST", base, {**FACTS, "field": "sky"})[0] == 422
    assert ask(lin, "POST", base, {**FACTS, "premises": 99})[0] == 422
    row = graded(unit, GENERAL)
    wrong = {**EVALUATION, "after": values(("4", "6", "7"))}
    status, told = ask(lin, "POST", f"{base}/{row.uuid}/evaluations", wrong, version=2)
    assert (status, told["detail"]) == (422, "请为“事故发生的可能性”选择表中的一个值")
    assert ask(lin, "GET", f"{base}/areas?level=moon")[0] == 422


def test_a_business_of_the_unit_is_linked(unit: Unit, lin: User) -> None:
    shop = Entry.objects.create(unit=unit, path=unit.path, ledger="premises", title="商店")
    assert (
        ask(lin, "POST", f"/units/{unit.slug}/risks", {**FACTS, "premises": shop.pk})[1]["premises"]
        == shop.pk
    )


def test_methods_and_places_are_told(unit: Unit, lin: User) -> None:
    graded(unit, GENERAL, building="3号楼")
    codes = {one["code"]: one for one in ask(lin, "GET", "/risk-methods")[1]}
    assert codes["lec"]["factors"]["consequence"] == ["100", "40", "15", "7", "3", "1"]
    found = ask(lin, "GET", f"/units/{unit.slug}/risks/areas?level=building")[1]
    assert [(one["name"], one["grade"], one["counts"]) for one in found] == [
        ("3号楼", "general", {"general": 1})
    ]


def test_who_may_not_and_who_does_not_see(unit: Unit) -> None:
    row = graded(unit, GENERAL)
    zhou = make.member(unit, "viewer", "zhou")
    base = f"/units/{unit.slug}/risks"
    assert ask(zhou, "GET", f"{base}/{row.uuid}")[0] == 200
    assert ask(zhou, "POST", base, FACTS)[0] == 403
    assert ask(zhou, "POST", f"{base}/{row.uuid}/close", {"reason": "x"}, version=2)[0] == 403
    wu = make.member(make.unit("安康街道"), "office", "wu")
    assert ask(wu, "GET", base)[0] == 404
    assert ask(wu, "GET", f"{base}/{row.uuid}")[0] == 404
