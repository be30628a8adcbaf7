"""Readings of major hazard sources: over the limit by itself, its handling asked for, its figure fed."""

from __future__ import annotations

from datetime import date

import pytest

from safecommunity.core.periods import Period
from safecommunity.jobs.worker import drain
from safecommunity.ledgers import actions
from safecommunity.ledgers.models import Entry
from safecommunity.metrics.queries import values
from safecommunity.units.models import Unit
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R62", "R159")]
READING = {
    "parameter": "combustible", "value_unit": "%LEL", "low": "0", "high": "20", "person": "李强",
    "measured_date": "2025-06-01",
}  # fmt: skip


@pytest.fixture
def unit() -> Unit:
    return make.unit()


@pytest.fixture
def source(unit: Unit) -> Entry:
    facts = {"name": "液氨储罐", "kind": "ammonia", "place": "冷库", "monitored": True, "monitoring": "在线"}
    return actions.add(ledger="major-hazard-sources", unit=unit, values=facts, by=None)


def read(unit: Unit, source: Entry, value: str, **more: str) -> Entry:
    given = {**READING, "source": source.title, "value": value, **more}
    return actions.add(ledger="hazard-source-readings", unit=unit, values=given, by=None)


def test_a_reading_over_the_limit_is_marked_and_counted(unit: Unit, source: Entry) -> None:
    ordinary = read(unit, source, "3")
    high = read(unit, source, "25", handling="停止作业，通风，查漏", over_limit="否")
    assert (ordinary.data["over_limit"], high.data["over_limit"]) == (False, True)
    assert high.data["source"] == source.pk
    drain()
    year = Period(date(2025, 1, 1), "year")
    codes = ["hazard-source-readings", "hazard-source-over-limit"]
    found = values([unit], [year], codes)
    assert [int(found[unit.pk, code, "2025"]) for code in codes] == [2, 1]


def test_over_the_limit_without_handling_is_refused(unit: Unit, source: Entry) -> None:
    with pytest.raises(actions.InvalidEntry) as refused:
        read(unit, source, "25")
    assert set(refused.value.errors) == {"handling"}


def test_the_form_does_not_ask_what_it_works_out(unit: Unit, source: Entry) -> None:
    lin = make.client(make.member(unit))
    page = lin.get(f"/{unit.slug}/ledgers/hazard-source-readings/add/").content.decode()
    assert 'name="value"' in page
    assert 'name="over_limit"' not in page
