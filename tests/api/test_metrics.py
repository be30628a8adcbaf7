"""The API of metrics."""

from __future__ import annotations

import pytest
from django.utils import timezone

from safecommunity.ledgers.models import Entry
from safecommunity.metrics import actions
from safecommunity.units.models import Unit
from tests import make
from tests.api.test_ledgers import Caller

pytestmark = pytest.mark.django_db
YEAR = 2025


@pytest.fixture
def unit() -> Unit:
    made = make.unit()
    for surveyed in (True, True, False):
        data = {"state": "operating", "surveyed": surveyed, "surveyed_date": f"{YEAR}-03-01"}
        Entry.objects.create(unit=made, path=made.path, ledger="premises", title="商店", data=data)
    actions.refresh(unit=made, today=timezone.localdate(), years=[YEAR])
    return made


@pytest.fixture
def lin(unit: Unit) -> Caller:
    return Caller(make.member(unit))


def test_every_metric_is_listed_with_its_target(lin: Caller) -> None:
    listed = {one["code"]: one for one in lin.get("/api/metrics").json()}
    assert float(listed["unit-survey-rate"]["target"]) == 95
    assert "training-persons/pupils" in listed


def test_a_value_comes_with_its_parts_its_days_and_its_sentence(unit: Unit, lin: Caller) -> None:
    (value,) = lin.get(f"/api/units/{unit.slug}/metrics?period={YEAR}&metric=unit-survey-rate").json()
    assert (float(value["value"]), float(value["numerator"]), float(value["denominator"])) == (66.7, 2, 3)
    assert (value["from_date"], value["to_date"], value["reaches"]) == (
        f"{YEAR}-01-01",
        f"{YEAR}-12-31",
        False,
    )
    assert "普查率 66.7%" in value["sentence"]
    assert len(lin.get(f"/api/units/{unit.slug}/metrics?period={YEAR}").json()) > 30


def test_a_value_opens_its_records(unit: Unit, lin: Caller) -> None:
    address = f"/api/units/{unit.slug}/metrics/unit-survey-rate/records?period={YEAR}"
    assert lin.get(address).json()["count"] == 2
    assert lin.get(f"{address}&of=whole").json()["count"] == 3


def test_strange_periods_and_metrics_are_refused_in_words(unit: Unit, lin: Caller) -> None:
    assert lin.get(f"/api/units/{unit.slug}/metrics?period=2025-13").status_code == 422
    assert lin.get(f"/api/units/{unit.slug}/metrics?period=2025&metric=none").status_code == 404


def test_who_may_not_and_a_stranger(unit: Unit) -> None:
    reporter = Caller(make.member(unit, "reporter", "zhou"))
    wu = Caller(make.member(make.unit("月光街道"), "office", "wu"))
    for rest in (f"?period={YEAR}", f"/drills/records?period={YEAR}"):
        address = f"/api/units/{unit.slug}/metrics{rest}"
        assert [caller.get(address).status_code for caller in (reporter, wu)] == [403, 404]
