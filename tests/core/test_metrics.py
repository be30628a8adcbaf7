"""The algebra of metrics, by hand and by property."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core import metrics
from safecommunity.core.metrics import Amount, Condition, MetricError
from safecommunity.core.periods import Period

YEAR = Period.parse("2026")
DAYS = metrics.span(YEAR, None)
BASE: dict[str, Any] = {
    "name": "例",
    "name_en": "Example",
    "group": "work-safety",
    "unit": "%",
    "unit_en": "%",
    "sentence": "截至{end}，{denominator} 中有 {numerator}，占 {value}。",
    "sentence_en": "By {end}, {numerator} of {denominator}, {value}.",
    "source": "ours",
    "wording": "ours",
    "better": "higher",
}
SHARE = {
    **BASE,
    "aggregate": "share",
    "ledger": "vehicles",
    "counted": "state",
    "roll_up": "recompute",
    "those": [{"field": "plate", "is": "set"}],
}
COUNT = {
    **BASE,
    "unit": "次",
    "aggregate": "count",
    "ledger": "drills",
    "counted": "within",
    "date": "held_on",
    "roll_up": "sum",
}


def read(data: dict[str, Any], **changes: Any) -> metrics.Metric:
    return metrics.parse("example", {**data, **changes})


def value(metric: metrics.Metric, *records: dict[str, Any], period: Period = YEAR) -> Decimal | None:
    return metric.value(
        metrics.measure(metric, {metric.numerator.source: records}, metrics.span(period, None))
    )


def test_a_share_is_the_part_over_the_whole() -> None:
    cars = [{"plate": "冀A1"}, {"plate": ""}, {"plate": "冀A2"}]
    assert value(read(SHARE), *cars) == Decimal("66.7")


def test_a_share_of_nothing_is_no_data_and_not_zero() -> None:
    assert value(read(SHARE)) is None


def test_no_drill_recorded_is_zero_drills() -> None:
    assert value(read(COUNT)) == 0


def test_a_sum_without_records_is_no_data_unless_the_file_says_zero() -> None:
    spent = {**COUNT, "aggregate": "sum", "field": "amount"}
    assert value(read(spent)) is None
    assert value(read(spent, empty="zero")) == 0


def test_a_count_within_takes_the_days_of_the_period_both_ends_included() -> None:
    days = ["2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01", "2026-12-31", ""]
    held = [{"held_on": day} for day in days]
    assert value(read(COUNT), *held) == 4
    assert value(read(COUNT), *held, period=Period.parse("2026-Q1")) == 2


def test_a_state_leaves_out_what_began_later() -> None:
    metric = read(SHARE, date="registered_on")
    cars = [{"plate": "冀A1", "registered_on": "2026-01-05"}, {"registered_on": "2027-01-01"}, {"plate": ""}]
    assert value(metric, *cars) == Decimal("50.0")


def test_a_certificate_counts_until_the_day_it_expires() -> None:
    metric = read(SHARE, those=[{"field": "until", "is": "valid_on"}])
    held = [{"until": "2026-12-31"}, {"until": "2026-12-30"}, {"until": None}, {"until": "2027-06-01"}]
    assert value(metric, *held) == Decimal("50.0")
    assert value(metric, *held, period=Period.parse("2026-11")) == Decimal("75.0")


def test_a_rule_without_an_end_has_not_ended() -> None:
    metric = read(SHARE, those=[{"field": "until", "is": "not_ended"}])
    assert value(metric, {"until": ""}, {"until": "2020-01-01"}) == Decimal("50.0")


def test_on_time_is_done_and_not_after_the_day_it_was_due() -> None:
    metric = read(SHARE, aggregate="share_on_time", done="answered", due="due", those=[])
    opinions = [
        {"answered": "2026-02-01", "due": "2026-02-01"},
        {"answered": "2026-02-02", "due": "2026-02-01"},
        {"answered": None, "due": "2026-02-01"},
        {"answered": "2026-02-01", "due": None},
    ]
    assert value(metric, *opinions) == Decimal("25.0")


def test_a_ratio_divides_one_ledger_by_the_latest_figure_of_another() -> None:
    metric = read(
        {
            **BASE,
            "unit": "‰",
            "aggregate": "ratio",
            "ledger": "volunteers",
            "counted": "state",
            "roll_up": "recompute",
            "scale": 1000,
            "over": {
                "ledger": "population",
                "aggregate": "latest",
                "field": "residents",
                "counted": "state",
                "date": "year",
            },
        }
    )
    records = {
        "volunteers": [{}] * 30,
        "population": [
            {"year": "2025", "residents": 9000},
            {"year": "2026", "residents": 12000},
            {"year": "2027", "residents": 1},
        ],
    }
    assert metrics.measure(metric, records, DAYS) == Amount(Decimal(30), Decimal(12000))
    assert metric.value(metrics.measure(metric, records, DAYS)) == Decimal("2.5")
    assert metrics.measure(metric, {"volunteers": [{}]}, DAYS) == Amount(Decimal(1), None)
    assert value(metric, {}) is None
    assert metric.ledgers == {"volunteers", "population"}


def test_a_ratio_with_nothing_above_the_line_is_zero() -> None:
    over = {"ledger": "population", "aggregate": "latest", "field": "n", "counted": "state", "date": "on"}
    metric = read(
        {
            **BASE,
            "aggregate": "ratio",
            "ledger": "funds",
            "field": "amount",
            "counted": "state",
            "roll_up": "recompute",
            "over": over,
        }
    )
    assert metrics.measure(metric, {"population": [{"n": 5, "on": "2026-01-01"}]}, DAYS) == Amount(
        Decimal(0), Decimal(5)
    )


def test_distinct_values_are_counted_once() -> None:
    metric = read({**COUNT, "aggregate": "count_distinct", "field": "plan", "roll_up": "none"})
    assert value(metric, *({"held_on": "2026-05-01", "plan": plan} for plan in "aabc")) == 3


@pytest.mark.parametrize(
    ("condition", "record", "met"),
    [
        (Condition("a", "eq", "x"), {"a": "x"}, True),
        (Condition("a", "eq", True), {"a": False}, False),
        (Condition("a", "in", ("x", "y")), {"a": ["z", "y"]}, True),
        (Condition("a", "in", ("x", "y")), {"a": ["z"]}, False),
        (Condition("a", "in", ("x",)), {}, False),
        (Condition("a", "at_least", Decimal(10)), {"a": 9}, False),
        (Condition("a", "at_least", Decimal(9)), {"a": 10}, True),
        (Condition("a", "at_most", Decimal(10)), {"a": "9.5"}, True),
        (Condition("a", "set"), {"a": []}, False),
        (Condition("a", "set"), {"a": 0}, True),
        (Condition("a", "not_set"), {"a": ""}, True),
        (Condition("a", "begun"), {"a": "2026-12-31"}, True),
        (Condition("a", "begun"), {"a": "2027-01-01"}, False),
        (Condition("a", "begun"), {}, False),
        (Condition("a", "passed"), {"a": "2026-12-30"}, True),
        (Condition("a", "passed"), {"a": "2026-12-31"}, False),
        (Condition("a", "not_come"), {"a": "2026-12-31"}, False),
        (Condition("a", "not_come"), {"a": "2027-01-01"}, True),
        (Condition("a", "not_come"), {}, True),
    ],
)
def test_each_condition(condition: Condition, record: dict[str, Any], met: bool) -> None:
    assert condition.met(record, DAYS) is met


def test_the_sentence_says_figures_and_days_in_both_languages() -> None:
    amount = Amount(Decimal(190), Decimal(200))
    metric = read(SHARE)
    assert metric.say(amount, DAYS) == "截至2026年12月31日，200 中有 190，占 95.0%。"
    assert metric.say(amount, DAYS, language="en") == "By 31 December 2026, 190 of 200, 95.0%."
    assert metric.say(None, DAYS) == "截至2026年12月31日，没有可供计算的记录。"


def test_a_period_under_way_is_looked_at_up_to_today() -> None:
    days = metrics.span(YEAR, date(2026, 11, 24))
    metric = read(SHARE, those=[{"field": "until", "is": "valid_on"}])
    assert metrics.measure(metric, {"vehicles": [{"until": "2026-11-24"}]}, days) == Amount(
        Decimal(1), Decimal(1)
    )
    assert metrics.span(YEAR, date(2027, 1, 5)) == DAYS


def test_a_target_is_reached_in_the_better_direction() -> None:
    target = {"value": 95, "basis": "R60", "basis_en": "R60"}
    assert read(SHARE, target=target).reaches(Decimal("95.0"), YEAR) is True
    assert read(SHARE, target=target).reaches(Decimal("94.9"), YEAR) is False
    assert read(SHARE, target=target, better="lower").reaches(Decimal(96), YEAR) is False
    assert read(SHARE, target=target).reaches(None, YEAR) is None
    assert read(SHARE).reaches(Decimal(1), YEAR) is None


def test_what_is_counted_up_has_its_target_for_the_year_alone() -> None:
    metric = read(COUNT, target={"value": 4, "basis": "R139", "basis_en": "R139"})
    assert metric.reaches(Decimal(1), Period.parse("2026-Q1")) is None
    assert metric.reaches(Decimal(4), YEAR) is True


def test_nothing_found_is_known_only_where_it_was_looked_for() -> None:
    metric = read(COUNT, those=[{"field": "no_major", "is": "eq", "value": False}], better="lower")
    quiet = {"held_on": "2026-02-01", "no_major": True}
    assert value(metric) is None
    assert value(metric, quiet) == 0
    assert value(metric, quiet, {"held_on": "2026-03-01", "no_major": False}) == 1


def test_a_sum_told_apart_counts_a_record_for_each_of_its_choices() -> None:
    metric = read(COUNT, aggregate="sum", field="persons", by="groups")
    held = {"held_on": "2026-02-01", "persons": 40, "groups": ["pupils", "elderly"]}
    parts = metrics.split(metric, {"pupils": ("学生", "Pupils"), "women": ("妇女", "Women")})
    assert [part.code for part in parts] == ["example/pupils", "example/women"]
    assert [value(part, held) for part in parts] == [40, None]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({**SHARE, "aggregate": "average"}, "aggregate"),
        ({**SHARE, "surprise": 1}, "surprise"),
        ({**SHARE, "those": []}, "those"),
        ({**SHARE, "roll_up": "sum"}, "roll_up"),
        ({**SHARE, "those": [{"field": "a", "is": "like"}]}, "those[1].is"),
        ({**SHARE, "those": [{"field": "a", "is": "eq"}]}, "those[1].value"),
        ({**SHARE, "those": [{"field": "a", "is": "set", "value": 1}]}, "those[1].value"),
        ({**SHARE, "those": [{"field": "a", "is": "at_least", "value": "9"}]}, "those[1].value"),
        ({**SHARE, "those": [{"field": "a", "is": "in", "value": []}]}, "those[1].value"),
        ({**SHARE, "sentence": "没有日期 {value}"}, "sentence"),
        ({**SHARE, "sentence": "{end}{surprise}"}, "sentence"),
        ({**SHARE, "name_en": ""}, "name_en"),
        ({**SHARE, "target": {"value": 1}}, "target.basis"),
        ({**SHARE, "by": "kind"}, "by"),
        ({**COUNT, "date": ""}, "date"),
        ({**COUNT, "aggregate": "sum"}, "field"),
        ({**COUNT, "aggregate": "count_distinct", "field": "a"}, "roll_up"),
        ({**COUNT, "aggregate": "ratio", "roll_up": "recompute"}, "over"),
        ({**COUNT, "wording": "invented"}, "wording"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_key(data: dict[str, Any], key: str) -> None:
    with pytest.raises(MetricError) as caught:
        metrics.parse("example", data)
    assert caught.value.key == key


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "plate": st.sampled_from(["", "冀A1", "冀A2"]),
            "held_on": st.dates(date(2025, 11, 1), date(2027, 2, 1)).map(date.isoformat),
            "amount": st.one_of(st.none(), st.integers(0, 999)),
        }
    ),
    max_size=20,
)


@given(RECORDS, RECORDS)
def test_amounts_of_two_parts_add_up_to_the_amount_of_the_whole(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    for data in (SHARE, {**COUNT, "aggregate": "sum", "field": "amount"}, COUNT):
        metric = read(data)
        source = metric.numerator.source
        parts = [metrics.measure(metric, {source: records}, DAYS) for records in (one, other)]
        whole = metrics.measure(metric, {source: one + other}, DAYS)
        assert metric.value(metrics.add(part for part in parts if part is not None)) == metric.value(whole)


@given(RECORDS)
def test_the_months_of_a_year_add_up_to_the_year(records: list[dict[str, Any]]) -> None:
    metric = read(COUNT)
    months = [
        metrics.measure(metric, {"drills": records}, metrics.span(month, None)) for month in YEAR.months()
    ]
    whole = metrics.measure(metric, {"drills": records}, DAYS)
    assert metric.value(metrics.add(m for m in months if m is not None)) == metric.value(whole)
