"""Values are kept by unit, added along the tree when read, and follow the records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from safecommunity.core.periods import Period
from safecommunity.jobs import worker
from safecommunity.jobs.models import Job
from safecommunity.ledgers import actions as ledgers
from safecommunity.ledgers.models import Entry
from safecommunity.metrics import actions, queries
from safecommunity.metrics.models import MetricValue
from safecommunity.units.models import Unit
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
YEAR = Period.parse("2026")


def put(unit: Unit, ledger: str, *records: dict[str, Any], day: str = "2026-03-01") -> None:
    for data in records:
        Entry.objects.create(
            unit=unit,
            path=unit.path,
            ledger=ledger,
            title="x",
            data=data,
            record_date=date.fromisoformat(day),
        )


def value(unit: Unit, code: str, period: Period = YEAR) -> Decimal | None:
    return queries.values([unit], [period], [code]).get((unit.pk, code, period.code))


def business(*, surveyed: bool, day: str = "2026-02-01") -> dict[str, Any]:
    return {"state": "operating", "surveyed": surveyed, **({"surveyed_date": day} if surveyed else {})}


@pytest.mark.requirement("R60")
def test_the_survey_rate_of_a_sub_district_is_worked_out_over_its_neighbourhoods() -> None:
    street = make.unit()
    east, west = (make.unit(name, parent=street, kind="neighbourhood") for name in ("东社区", "西社区"))
    put(east, "premises", business(surveyed=True))
    put(west, "premises", business(surveyed=True), business(surveyed=False), business(surveyed=False))
    for unit in (street, east, west):
        actions.refresh(unit=unit, today=TODAY, years=[2026])
    assert [value(unit, "unit-survey-rate") for unit in (east, west, street)] == [
        Decimal("100.0"), Decimal("33.3"), Decimal("50.0"),
    ]  # fmt: skip


def test_nobody_elses_records_are_added_in() -> None:
    ours, theirs = make.unit(), make.unit("月光街道")
    put(theirs, "drills", {"held_date": "2026-03-01"})
    actions.refresh_all(today=TODAY, years=[2026])
    assert value(ours, "drills") == 0
    assert value(theirs, "drills") == 1


def test_no_record_is_no_data_for_a_rate_and_zero_for_a_count() -> None:
    unit = make.unit()
    assert value(unit, "unit-survey-rate") is None
    assert value(unit, "comprehensive-inspections") == 0


@pytest.mark.requirement("R139")
def test_comprehensive_inspections_are_counted_by_month_quarter_and_year() -> None:
    unit = make.unit()
    for day in ("2026-01-05", "2026-02-05", "2026-08-05"):
        put(unit, "inspections-comprehensive", {"held_date": day, "kind": "comprehensive"}, day=day)
    put(unit, "inspections-comprehensive", {"held_date": "2026-08-09", "kind": "special"}, day="2026-08-09")
    actions.refresh(unit=unit, today=TODAY, years=[2026])
    found = [
        value(unit, "comprehensive-inspections", Period.parse(code))
        for code in ("2026", "2026-Q1", "2026-08")
    ]
    assert found == [3, 2, 1]
    reading = queries.readings([unit], [YEAR], ["comprehensive-inspections"], today=TODAY)
    assert reading[unit.pk, "comprehensive-inspections", "2026"].reaches is False


def test_a_statement_about_the_whole_area_stands_for_what_its_parts_state() -> None:
    street = make.unit()
    east = make.unit("东社区", parent=street, kind="neighbourhood")
    for unit, residents in ((street, 10_000), (east, 4_000)):
        put(
            unit,
            "population",
            {"year": 2026, "neighbourhood": "全辖区", "residents": residents},
            day="2026-01-01",
        )
    put(east, "volunteers", *[{"active": True, "joined_date": "2026-02-01"}] * 20)
    actions.refresh_all(today=TODAY, years=[2026])
    assert value(street, "volunteers-per-thousand") == Decimal("2.0")
    assert value(east, "volunteers-per-thousand") == Decimal("5.0")
    assert value(street, "residents") == 10_000


def test_persons_are_told_apart_by_audience() -> None:
    unit = make.unit()
    put(
        unit,
        "activities",
        {"held_date": "2026-03-01", "kind": "training", "persons": 40, "groups": ["pupils"]},
    )
    put(
        unit,
        "activities",
        {"held_date": "2026-03-01", "kind": "lecture", "persons": 5, "groups": ["elderly", "pupils"]},
    )
    actions.refresh(unit=unit, today=TODAY, years=[2026])
    found = [value(unit, f"training-persons{part}") for part in ("", "/pupils", "/elderly", "/women")]
    assert found == [45, 45, 5, 0]


def test_a_certificate_is_judged_today_in_the_year_under_way() -> None:
    unit = make.unit()
    put(
        unit,
        "special-operation-certificates",
        {"state": "working", "certified": True, "valid_until": "2026-12-01"},
        {"state": "working", "certified": True, "valid_until": "2026-11-01"},
    )
    actions.refresh(unit=unit, today=TODAY, years=[2026])
    assert value(unit, "special-operation-certificate-rate") == Decimal("50.0")
    reading = queries.readings([unit], [YEAR], ["special-operation-certificate-rate"], today=TODAY)
    assert "2026年12月31日" not in reading[unit.pk, "special-operation-certificate-rate", "2026"].say("zh")


def test_refreshing_again_changes_nothing_and_what_is_gone_is_taken_out() -> None:
    unit = make.unit()
    put(unit, "drills", {"held_date": "2026-03-01", "persons": 30})
    assert actions.refresh(unit=unit, today=TODAY, years=[2026]) == 6
    assert actions.refresh(unit=unit, today=TODAY, years=[2026]) == 0
    Entry.objects.in_unit(unit).update(withdrawn_at="2026-04-01T00:00:00Z")
    assert actions.refresh(unit=unit, today=TODAY, years=[2026], ledgers=["drills"]) == 6
    assert MetricValue.objects.in_unit(unit).count() == 0


def test_only_metrics_of_the_touched_ledger_are_worked_out() -> None:
    unit = make.unit()
    put(unit, "drills", {"held_date": "2026-03-01"})
    put(unit, "meetings", {"held_date": "2026-03-01"})
    actions.refresh(unit=unit, today=TODAY, years=[2026], ledgers=["drills"])
    assert set(MetricValue.objects.in_unit(unit).values_list("metric", flat=True)) == {"drills"}


def test_the_cost_of_a_refresh_does_not_grow_with_other_units() -> None:
    unit = make.unit()
    put(unit, "drills", {"held_date": "2026-03-01"})
    alone = make.questions(lambda: actions.refresh(unit=unit, today=TODAY, years=[2026], ledgers=["drills"]))
    for name in ("甲街道", "乙街道", "丙街道"):
        put(make.unit(name), "drills", {"held_date": "2026-03-01"})
    actions.refresh_all(today=TODAY, years=[2026])
    again = make.questions(lambda: actions.refresh(unit=unit, today=TODAY, years=[2026], ledgers=["drills"]))
    assert again <= alone


def test_all_units_and_metrics_are_read_in_two_queries() -> None:
    units = [make.unit(name) for name in ("甲街道", "乙街道", "丙街道")]
    for unit in units:
        put(unit, "drills", {"held_date": "2026-03-01"})
    actions.refresh_all(today=TODAY, years=[2026])
    assert make.questions(lambda: queries.values(units[:1], [YEAR])) == 2
    assert make.questions(lambda: queries.values(units, actions.periods_of([2026]))) == 2


def test_a_number_opens_the_records_it_counts() -> None:
    unit = make.unit()
    put(
        unit,
        "premises",
        business(surveyed=True),
        business(surveyed=False),
        {"state": "closed", "surveyed": True},
    )
    metric = queries.named("unit-survey-rate")
    assert metric
    assert queries.records(metric, YEAR, unit, TODAY).count() == 1
    assert queries.records(metric, YEAR, unit, TODAY, whole=True).count() == 2


def test_saving_a_record_moves_the_metric_a_moment_later_and_asks_for_new_suggestions() -> None:
    unit = make.unit()
    lin = make.member(unit)
    values = {
        "name": "防汛演练", "kind": "flood", "form": "full", "held_date": "2026-05-12", "persons": "60",
        "organiser": "街道办", "scenario": "暴雨内涝转移群众",
    }  # fmt: skip
    ledgers.add(ledger="drills", unit=unit, values=values, by=lin)
    worker.load_tasks()
    while Job.objects.in_unit(unit).filter(kind="metrics.refresh", state="queued").exists():
        worker.run_one()
    assert value(unit, "drills") == 1
    assert value(unit, "drill-persons", Period.parse("2026-05")) == 60
    assert Job.objects.in_unit(unit).filter(kind="assessment.suggest").exists()


def test_one_unit_read_alone_has_the_values_it_has_among_others() -> None:
    city = make.unit("市", kind="city-office")
    streets = [make.unit(name, parent=city) for name in ("甲街道", "乙街道")]
    for number, unit in enumerate([city, *streets], start=1):
        put(
            unit,
            "fire-equipment",
            {"quantity": 10 * number, "passed": True},
            {"quantity": 3, "passed": False},
        )
        put(
            unit,
            "population",
            {"year": 2026, "neighbourhood": "全辖区", "residents": 1000 * number},
            day="2026-01-01",
        )
        put(unit, "funds", {"kind": "expense", "amount": 12.5 * number, "booked_date": "2026-03-01"})
    actions.refresh_all(today=TODAY, years=[2026])
    together = queries.values([city, *streets], [YEAR])
    for unit in (city, *streets):
        alone = queries.values([unit], [YEAR])
        assert alone == {key: found for key, found in together.items() if key[0] == unit.pk}
    assert together[city.pk, "fire-equipment-pass-rate", "2026"] == Decimal("87.0")
    assert together[city.pk, "funds-per-head", "2026"] == Decimal("0.08")
