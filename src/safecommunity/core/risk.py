"""Grading risks: a method multiplies the values of its factors, and its bands grade the product.

A method (LEC, L × S …) is a data file: its factors with their value tables, its bands from the highest
down to zero, and whether a product that equals a band's lower bound already belongs to that band.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import prod
from typing import Any

from safecommunity.core.messages import RefusedError, Words

EDGES = ("at-or-above", "above")
WORDINGS = ("official", "found", "seed", "remembered", "ours")
KEYS = frozenset({"name", "name_en", "symbol", "source", "wording", "edge", "factors", "bands"})


class MethodFileError(ValueError):
    """A method file that cannot be used: which key, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor; `values`: what it may be → what that means, the highest first."""

    code: str
    symbol: str
    name: Words
    values: Mapping[Decimal, Words]


@dataclass(frozen=True, slots=True)
class Band:
    """Products from `lower` up have this grade; `name`: what the method itself calls it."""

    lower: Decimal
    grade: str
    name: Words


@dataclass(frozen=True, slots=True)
class Method:
    """`symbol`: of the product; `bands`: from the highest down, the last from zero; `edge`: one of EDGES."""

    code: str
    name: Words
    symbol: str
    source: str
    wording: str
    edge: str
    factors: tuple[Factor, ...]
    bands: tuple[Band, ...]

    def product(self, chosen: Mapping[str, Decimal]) -> Decimal:
        """The exact product of one value for each factor. Raises RefusedError for a value of no table."""
        for factor in self.factors:
            if chosen.get(factor.code) not in factor.values:
                raise RefusedError("请为“%(factor)s”选择表中的一个值", factor=factor.name)
        return prod((chosen[factor.code] for factor in self.factors), start=Decimal(1))

    def band(self, product: Decimal) -> Band:
        """The band of a product; the edge rule decides where it equals a lower bound."""
        reached = product.__ge__ if self.edge == "at-or-above" else product.__gt__
        return next((band for band in self.bands[:-1] if reached(band.lower)), self.bands[-1])


def worst(grades: Iterable[str], ranks: Mapping[str, int]) -> str:
    """The grade of the highest rank; "" for none."""
    return max((grade for grade in grades if grade), key=lambda grade: ranks[grade], default="")


def parse(code: str, data: Mapping[str, Any], grades: Iterable[str]) -> Method:
    """A `Method` from the parsed TOML of `<code>.toml`; `grades`: the codes its bands may name.

    Raises MethodFileError naming the key and the reason.
    """
    for key in data.keys() - KEYS:
        raise MethodFileError(key, "不认识这一项")
    method = Method(
        code=code,
        name=_words(data, "name", ""),
        symbol=_text(data, "symbol", ""),
        source=_text(data, "source", ""),
        wording=_one_of(data, "wording", WORDINGS),
        edge=_one_of(data, "edge", EDGES),
        factors=tuple(
            _factor(row, f"factors[{place}]") for place, row in enumerate(data.get("factors", []), 1)
        ),
        bands=tuple(_band(row, f"bands[{place}]") for place, row in enumerate(data.get("bands", []), 1)),
    )
    _check(method, frozenset(grades))
    return method


def _check(method: Method, grades: frozenset[str]) -> None:
    codes = [factor.code for factor in method.factors]
    if not codes or len(set(codes)) != len(codes):
        raise MethodFileError("factors", "至少一个因子，代码不能重复")
    lowers = [band.lower for band in method.bands]
    if not lowers or lowers[-1] != 0 or any(high <= low for high, low in pairwise(lowers)):
        raise MethodFileError("bands", "下限应从高到低排列，最后一档从 0 开始，不留空档")
    for band in method.bands:
        if band.grade not in grades:
            raise MethodFileError("bands", f"没有风险等级 {band.grade}")


def _factor(row: Mapping[str, Any], place: str) -> Factor:
    rows = row.get("values", [])
    if not rows or not all(isinstance(one, list) and len(one) == 3 for one in rows):
        raise MethodFileError(f"{place}.values", "每个值写成 [数值, 中文, 英文]")
    values = {_number(number, f"{place}.values"): Words(zh, en) for number, zh, en in rows}
    if len(values) != len(rows) or min(values) <= 0:
        raise MethodFileError(f"{place}.values", "数值应大于零，不能重复")
    return Factor(_text(row, "code", place), _text(row, "symbol", place), _words(row, "name", place), values)


def _band(row: Mapping[str, Any], place: str) -> Band:
    lower = _number(row.get("lower"), f"{place}.lower")
    return Band(lower, _text(row, "grade", place), _words(row, "name", place))


def _number(value: Any, key: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MethodFileError(key, "应为数字")
    return Decimal(str(value))


def _words(row: Mapping[str, Any], name: str, place: str) -> Words:
    return Words(_text(row, name, place), _text(row, f"{name}_en", place))


def _text(row: Mapping[str, Any], name: str, place: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise MethodFileError(f"{place}.{name}".lstrip("."), "缺少这一项")
    return value


def _one_of(data: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value = _text(data, name, "")
    if value not in allowed:
        raise MethodFileError(name, f"应为 {'、'.join(allowed)} 之一")
    return value
