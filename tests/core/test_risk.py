"""Grading by LEC and L × S: the worked numbers, every combination of values, and the edge of a band."""

from __future__ import annotations

import tomllib
from collections import Counter
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from safecommunity.core.messages import RefusedError
from safecommunity.core.risk import Method, MethodFileError, parse, worst
from safecommunity.library import methods
from safecommunity.library.shelf import HERE

LEC = methods["lec"]
LS = methods["ls"]
LS_FIVE = methods["ls-five"]
GRADES = ("major", "larger", "general", "low")
FILE: dict[str, Any] = {
    "name": "甲",
    "name_en": "A",
    "symbol": "R",
    "source": "ours",
    "wording": "ours",
    "edge": "at-or-above",
    "factors": [
        {
            "code": "l",
            "symbol": "L",
            "name": "可能",
            "name_en": "L",
            "values": [[2, "大", "big"], [1, "小", "small"]],
        }
    ],
    "bands": [
        {"lower": 2, "grade": "major", "name": "高", "name_en": "high"},
        {"lower": 0, "grade": "low", "name": "低", "name_en": "low"},
    ],
}


def chosen(method: Method, *values: str) -> dict[str, Decimal]:
    return {factor.code: Decimal(value) for factor, value in zip(method.factors, values, strict=True)}


def grade(method: Method, *values: str) -> tuple[Decimal, str]:
    result = method.product(chosen(method, *values))
    return result, method.band(result).grade


def all_products(method: Method) -> list[Decimal]:
    codes = [factor.code for factor in method.factors]
    every = product(*(factor.values for factor in method.factors))
    return [method.product(dict(zip(codes, values, strict=True))) for values in every]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("3", "6", "15"), (270, "larger")),
        (("6", "6", "15"), (540, "major")),
        (("1", "6", "7"), (42, "low")),
        (("10", "1", "7"), (70, "general")),
        (("1", "10", "7"), (70, "general")),
        (("10", "10", "100"), (10_000, "major")),
        (("0.1", "0.5", "1"), (Decimal("0.05"), "low")),
    ],
)
def test_lec_grades_the_worked_numbers(values: tuple[str, ...], expected: tuple[Any, str]) -> None:
    assert grade(LEC, *values) == expected


def test_forty_two_is_the_fourth_classical_grade() -> None:
    assert LEC.bands.index(LEC.band(Decimal(42))) == 3


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("5", "4"), (20, "major")),
        (("4", "4"), (16, "larger")),
        (("2", "4"), (8, "general")),
        (("1", "3"), (3, "low")),
        (("3", "3"), (9, "larger")),
        (("2", "2"), (4, "general")),
    ],
)
def test_ls_grades_the_worked_numbers(values: tuple[str, ...], expected: tuple[int, str]) -> None:
    assert grade(LS, *values) == expected


def test_the_252_combinations_of_lec_fall_into_the_bands_as_counted_by_hand() -> None:
    products = all_products(LEC)
    by_band = Counter(LEC.bands.index(LEC.band(one)) for one in products)
    assert len(products) == 252
    assert [by_band[place] for place in range(5)] == [40, 21, 30, 50, 111]


def test_only_70_and_20_are_ever_met_exactly() -> None:
    met = Counter(one for one in all_products(LEC) if one in {20, 70, 160, 320})
    assert met == {Decimal(70): 2, Decimal(20): 5}


def test_the_products_of_ls_are_the_fourteen_of_the_table_and_each_has_a_grade() -> None:
    products = set(all_products(LS))
    assert products == {1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 20, 25}
    bands = {"major": {20, 25}, "larger": {9, 10, 12, 15, 16}, "general": {4, 5, 6, 8}, "low": {1, 2, 3}}
    assert {name: {int(one) for one in products if LS.band(one).grade == name} for name in GRADES} == bands


def test_five_grades_of_ls_leave_no_product_out_and_share_four_colours() -> None:
    products = {int(one) for one in all_products(LS_FIVE)}
    found = [{one for one in products if LS_FIVE.band(Decimal(one)) is band} for band in LS_FIVE.bands]
    assert found == [{20, 25}, {15, 16}, {9, 10, 12}, {4, 5, 6, 8}, {1, 2, 3}]
    assert [band.grade for band in LS_FIVE.bands] == ["major", "larger", "general", "low", "low"]


@pytest.mark.parametrize(
    ("edge", "grades"), [("at-or-above", ["general", "general", "low"]), ("above", ["low", "low", "low"])]
)
def test_seventy_by_lec_is_yellow_or_blue_as_the_edge_rule_says(edge: str, grades: list[str]) -> None:
    file = tomllib.loads((HERE / "methods" / "lec.toml").read_text("utf-8"))
    method = parse("lec", {**file, "edge": edge}, GRADES)
    chosen_values = [("10", "1", "7"), ("1", "10", "7"), ("1", "6", "7")]
    assert [grade(method, *values)[1] for values in chosen_values] == grades


def test_the_edge_rule_decides_where_a_product_equals_a_lower_bound() -> None:
    above = parse("a", {**FILE, "edge": "above"}, GRADES)
    at = parse("a", FILE, GRADES)
    assert [at.band(Decimal(one)).grade for one in (1, 2)] == ["low", "major"]
    assert [above.band(Decimal(one)).grade for one in (1, 2)] == ["low", "low"]


@pytest.mark.parametrize("values", [{}, {"likelihood": Decimal(3)}, chosen(LEC, "4", "6", "15")])
def test_a_value_of_no_table_is_refused(values: dict[str, Decimal]) -> None:
    with pytest.raises(RefusedError, match="选择表中的一个值"):
        LEC.product(values)


def test_the_worst_of_grades_is_the_one_of_the_highest_rank() -> None:
    ranks = {"major": 4, "larger": 3, "low": 1}
    assert worst(["low", "major", "larger"], ranks) == "major"
    assert worst(["", "low"], ranks) == "low"
    assert worst([], ranks) == ""


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"edge": "near"}, "edge"),
        ({"colour": "red"}, "colour"),
        ({"name_en": " "}, "name_en"),
        ({"wording": "guessed"}, "wording"),
        ({"factors": []}, "factors"),
        ({"factors": FILE["factors"] * 2}, "factors"),
        ({"factors": [{**FILE["factors"][0], "values": [[2, "大"]]}]}, "factors[1].values"),
        (
            {"factors": [{**FILE["factors"][0], "values": [[2, "大", "b"], [2, "小", "s"]]}]},
            "factors[1].values",
        ),
        ({"factors": [{**FILE["factors"][0], "values": [[0, "无", "none"]]}]}, "factors[1].values"),
        ({"bands": FILE["bands"][:1]}, "bands"),
        ({"bands": FILE["bands"][::-1]}, "bands"),
        ({"bands": [{**FILE["bands"][0], "grade": "purple"}, FILE["bands"][1]]}, "bands"),
        ({"bands": [{**FILE["bands"][0], "lower": "2"}, FILE["bands"][1]]}, "bands[1].lower"),
    ],
)
def test_a_bad_file_says_which_key(change: dict[str, Any], key: str) -> None:
    with pytest.raises(MethodFileError) as refused:
        parse("a", {**FILE, **change}, GRADES)
    assert refused.value.key == key
