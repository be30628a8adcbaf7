"""What the database works out is what the algebra says, for every metric file."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from safecommunity.core import metrics as algebra
from safecommunity.core.metrics import Metric
from safecommunity.ledgers.models import Entry
from safecommunity.library import ledgers
from safecommunity.metrics import actions, measuring, queries
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
PERIODS = actions.periods_of([2025, 2026])


def some_value(field: Any, chance: random.Random) -> Any:
    if field.choices:
        codes = list(field.choices)[:4]
        return chance.sample(codes, 2) if field.kind == "multi-choice" else chance.choice(codes)
    if field.kind == "yes-no":
        return chance.random() < 0.6
    if field.kind == "year":
        return chance.choice([2024, 2025, 2026])
    if field.kind == "month":
        return f"{chance.choice([2025, 2026])}-{chance.randint(1, 12):02}"
    if field.is_date:
        return (date(2024, 10, 1) + timedelta(days=chance.randint(0, 900))).isoformat()
    if field.kind == "money":
        return chance.choice([100, 12.5, 0, 99999.99])
    if field.is_number:
        return chance.randint(0, 50)
    return chance.choice(["全辖区", "甲", "乙"])


def some_records(code: str, chance: random.Random, count: int) -> list[dict[str, Any]]:
    fields = ledgers[code].fields.values()
    kinds = {"place", "link", "person-id", "person-name", "phone"}
    return [
        {f.code: some_value(f, chance) for f in fields if f.kind not in kinds and chance.random() < 0.85}
        for _ in range(count)
    ]


def entries(unit: Any, code: str, records: list[dict[str, Any]]) -> None:
    kind = ledgers[code]
    Entry.objects.bulk_create(
        Entry(
            unit=unit,
            path=unit.path,
            ledger=code,
            title="x",
            data=record,
            record_date=date.fromisoformat(day) if (day := kind.record_day(record)) else None,
        )
        for record in records
    )


def test_every_metric_gives_the_same_in_the_database_as_in_memory() -> None:
    chance = random.Random(9001)
    units = [make.unit(), make.unit("月光街道")]
    by_unit: dict[int, dict[str, list[dict[str, Any]]]] = {}
    for unit in units:
        by_unit[unit.pk] = {}
        for code in sorted({code for metric in queries.all_metrics().values() for code in metric.ledgers}):
            by_unit[unit.pk][code] = some_records(code, chance, 30)
            entries(unit, code, by_unit[unit.pk][code])
    rows = Entry.objects.everything(reason="test")
    found = measuring.measured(queries.all_metrics().values(), PERIODS, rows, TODAY)
    expected = {
        (unit.pk, metric.code, period.code): amount
        for unit in units
        for metric in queries.all_metrics().values()
        for period in PERIODS
        if period.start <= TODAY
        and (amount := algebra.measure(metric, by_unit[unit.pk], algebra.span(period, TODAY)))
    }
    assert {key: rounded(amount) for key, amount in found.items()} == {
        key: rounded(amount) for key, amount in expected.items()
    }
    assert len({metric for _unit, metric, _period in found}) > 30


def rounded(amount: algebra.Amount) -> tuple[str, ...]:
    return tuple("-" if part is None else f"{part:.4f}" for part in (amount.numerator, amount.denominator))


CONDITIONS = [
    {"field": "kind", "is": "eq", "value": "lecture"},
    {"field": "groups", "is": "in", "value": ["residents", "floating"]},
    {"field": "exam", "is": "eq", "value": True},
    {"field": "exam", "is": "eq", "value": False},
    {"field": "persons", "is": "at_least", "value": 9},
    {"field": "persons", "is": "at_most", "value": 10},
    {"field": "persons", "is": "eq", "value": 7},
    {"field": "campaign", "is": "set"},
    {"field": "campaign", "is": "not_set"},
    {"field": "end_date", "is": "begun"},
    {"field": "end_date", "is": "valid_on"},
    {"field": "end_date", "is": "not_ended"},
    {"field": "end_date", "is": "passed"},
    {"field": "end_date", "is": "not_come"},
    {"field": "held_date", "is": "not_after", "value": "end_date"},
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda c: f"{c['field']} {c['is']}")
@pytest.mark.parametrize("shape", ["within", "state", "distinct"])
def test_every_condition_means_the_same_in_the_database(condition: dict[str, Any], shape: str) -> None:
    metric = _metric(condition, shape)
    unit = make.unit()
    records = some_records("activities", random.Random(7), 60)
    entries(unit, "activities", records)
    found = measuring.measured([metric], PERIODS, Entry.objects.in_unit(unit), TODAY)
    for period in PERIODS:
        if period.start > TODAY:
            continue
        expected = algebra.measure(metric, {"activities": records}, algebra.span(period, TODAY))
        assert found.get((unit.pk, "x", period.code)) == expected
        counted = measuring.taken(metric.numerator, period, Entry.objects.in_unit(unit), TODAY).count()
        days = algebra.span(period, TODAY)
        assert counted == sum(metric.numerator.takes(record, days) for record in records)


def _metric(condition: dict[str, Any], shape: str) -> Metric:
    extra = {
        "within": {"aggregate": "count", "counted": "within", "roll_up": "sum"},
        "state": {"aggregate": "count", "counted": "state", "roll_up": "sum"},
        "distinct": {
            "aggregate": "count_distinct",
            "counted": "within",
            "roll_up": "none",
            "field": "organiser",
        },
    }[shape]
    words = dict.fromkeys(("name", "name_en", "unit", "unit_en", "group", "source"), "x")
    return algebra.parse(
        "x",
        {
            **words, **extra, "sentence": "{end}", "sentence_en": "{end}", "wording": "ours",
            "better": "higher", "ledger": "activities", "date": "held_date", "where": [condition],
        },
    )  # fmt: skip


def test_withdrawn_records_do_not_count() -> None:
    unit = make.unit()
    entries(unit, "drills", [{"held_date": "2026-03-01"}, {"held_date": "2026-04-01"}])
    gone = Entry.objects.in_unit(unit).first()
    assert gone
    gone.withdrawn_at = gone.created_at
    gone.save()
    metric = queries.named("drills")
    assert metric
    found = measuring.measured([metric], PERIODS, Entry.objects.in_unit(unit), TODAY)
    assert found[unit.pk, "drills", "2026"].numerator == 1


def test_one_grouped_query_serves_all_units_and_periods(django_assert_num_queries: Any) -> None:
    metric = queries.named("unit-survey-rate")
    assert metric
    for name in ("甲街道", "乙街道", "丙街道"):
        unit = make.unit(name)
        entries(
            unit, "premises", [{"state": "operating", "surveyed": True, "surveyed_date": "2026-01-05"}] * 3
        )
        with django_assert_num_queries(1):
            measuring.measured([metric], PERIODS, Entry.objects.everything(reason="test"), TODAY)
