from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.periods import Period, UnknownPeriod, asked_day

DAYS = st.dates(date(1001, 1, 1), date(9998, 12, 31))


@pytest.mark.parametrize(
    ("code", "start", "end", "label"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026年"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2026年第1季度"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026年第4季度"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
    ],
)
def test_a_code_names_its_first_and_last_day(code, start, end, label):
    period = Period.parse(code)
    assert (period.start, period.end, period.label(), period.code) == (start, end, label, code)


@pytest.mark.parametrize(
    "code", ["", "26", "2026-13", "2026-00", "2026-Q5", "2026-1", "0999", "9999", "2026 ", "2026-Q1-1"]
)
def test_what_is_no_period_is_refused(code):
    with pytest.raises(UnknownPeriod):
        Period.parse(code)


@given(DAYS, st.sampled_from([Period.year_of, Period.quarter_of, Period.month_of]))
def test_a_period_holds_its_day_and_reads_back(day, of):
    period = of(day)
    assert day in period
    assert Period.parse(period.code) == period
    assert period.next().previous() == period
    assert [day in month for month in period.months()].count(True) == 1


@pytest.mark.parametrize(
    "text", [None, "", "x", "2026-02-30", "0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"]
)
def test_an_address_names_no_day_that_no_record_has(text):
    assert asked_day(text) is None


@pytest.mark.parametrize("text", ["1900-01-01", "2026-03-31", "2100-12-31"])
def test_an_address_names_a_day(text):
    assert str(asked_day(text)) == text
