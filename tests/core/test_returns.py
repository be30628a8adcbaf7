from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.returns import FormError, effective, judge, parse, summed


def numbers(*values: int) -> list[Decimal]:
    return [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("history", "value", "verdict"),
    [
        (numbers(1, 1, 1, 1, 1), 50, "unknown"),
        (numbers(0, 0, 1, 0, 0, 0), 3, "usual"),
        (numbers(0, 0, 1, 0, 0, 0), 4, "high"),
        (numbers(100, 104, 96, 100, 98, 102), 60, "low"),
        (numbers(100, 104, 96, 100, 98, 102), 125, "usual"),
        (numbers(10, 200, 50, 150, 20, 90), 200, "usual"),
    ],
)
def test_a_figure_is_judged_by_the_units_own_months(history: list[Decimal], value: int, verdict: str) -> None:
    assert judge(history, Decimal(value)) == verdict


@given(st.lists(st.integers(0, 1000).map(Decimal), min_size=6, max_size=24))
def test_the_median_of_a_history_is_never_unusual(history: list[Decimal]) -> None:
    middle = sorted(history)[len(history) // 2]
    if len(history) % 2:
        assert judge(history, middle) == "usual"


def test_a_correction_counts_and_no_record_is_not_zero() -> None:
    assert effective({"a": "1", "b": None}, {"a": {"value": "2"}}) == {"a": 2, "b": None}
    assert summed([{"a": Decimal(1), "b": None}, {"a": Decimal(2), "b": None}]) == {"a": 3, "b": None}


def test_a_form_with_a_figure_twice_is_refused() -> None:
    figure = {"code": "x", "name": "甲", "name_en": "A", "unit": "项", "unit_en": "tasks", "tasks": "due"}
    section = {"code": "s", "label": "节", "label_en": "S", "figure": [figure, figure]}
    data = {
        "name": "表", "name_en": "Form", "source": "ours", "wording": "ours", "kinds": ["township"],
        "due_workday": 5, "section": [section], "words": [],
    }  # fmt: skip
    with pytest.raises(FormError, match="重复"):
        parse("x", data)
