"""Every metric file loads and speaks of ledgers, fields and choices that exist."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from safecommunity import library
from safecommunity.core.metrics import Amount, Metric, Term, span
from safecommunity.core.periods import Period

FILES = sorted((Path(library.__file__).parent / "metrics").glob("*.toml"))
CODES = [file.stem for file in FILES]


@pytest.fixture(params=CODES)
def metric(request: pytest.FixtureRequest) -> Metric:
    return library.metrics[request.param]


def test_there_are_metrics() -> None:
    assert len(FILES) >= 25
    assert set(library.metrics) >= set(CODES)


def test_its_ledgers_and_fields_exist(metric: Metric) -> None:
    for term in metric.terms:
        ledger = library.ledgers[term.source]
        assert [field for field in term.fields() if field not in ledger.fields] == []


def test_its_dates_are_dates_and_its_numbers_numbers(metric: Metric) -> None:
    for term in metric.terms:
        ledger = library.ledgers[term.source]
        if term.date:
            assert term.date == ledger.record_date or ledger.fields[term.date].is_date
        if term.aggregate in {"sum", "latest"}:
            assert ledger.fields[term.field].is_number


def test_its_conditions_fit_their_fields(metric: Metric) -> None:
    for term in metric.terms:
        for condition in term.where:
            field = library.ledgers[term.source].fields[condition.field]
            assert (
                condition.value in (True, False)
                if field.kind == "yes-no" and condition.test == "eq"
                else True
            )
            if condition.test in {"begun", "passed", "valid_on", "not_ended", "not_come", "not_after"}:
                assert field.is_date
            if condition.test in {"eq", "in"} and field.choices:
                wanted = condition.value if condition.test == "in" else (condition.value,)
                assert [value for value in wanted if value not in field.choices] == []


def test_it_reads_no_sealed_personal_field(metric: Metric) -> None:
    for term in metric.terms:
        fields = library.ledgers[term.source].fields
        assert [code for code in term.fields() if fields[code].personal == "sealed"] == []


def test_its_group_is_one_of_the_ledger_groups(metric: Metric) -> None:
    assert metric.group in library.codes["ledger-groups"]


def test_what_it_is_told_apart_by_is_a_field_with_choices(metric: Metric) -> None:
    if metric.by:
        assert library.ledgers[metric.numerator.source].fields[metric.by].choices


def test_it_says_from_when_to_when(metric: Metric) -> None:
    counted: set[str] = {term.counted for term in metric.terms if not _is_statement(term)}
    for sentence in (metric.sentence, metric.sentence_en):
        assert ("{start}" in sentence) == (counted == {"within"})
        assert "{end}" in sentence
    assert metric.say(None, span(Period.parse("2026-Q1"), None))
    said = metric.say(Amount(Decimal(3), Decimal(4)), span(Period.parse("2026"), None))
    assert "%%" not in said


def _is_statement(term: Term) -> bool:
    return term.aggregate == "latest" and term.source == "population"


@pytest.mark.parametrize("code", sorted(library.schemes))
def test_every_metric_a_scheme_asks_for_exists(code: str) -> None:
    asked = {target.metric for item in library.schemes[code].indicators.values() for target in item.metrics}
    assert asked - set(library.metrics) == set()


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("unit-survey-rate", 95),
        ("special-operation-certificate-rate", 100),
        ("fire-equipment-pass-rate", 100),
        ("fire-equipment-intact-rate", 100),
        ("vehicle-plate-rate", 100),
        ("vehicle-inspection-rate", 100),
        ("comprehensive-inspections", 4),
        ("overall-reviews", 1),
    ],
)
def test_the_marks_of_the_plans_are_the_targets(code: str, target: int) -> None:
    found = library.metrics[code].target
    assert found is not None
    assert found.value == target
