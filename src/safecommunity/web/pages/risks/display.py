"""How risks are shown: grades as badges, values in words, what the values chosen so far come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from safecommunity.core.messages import RefusedError
from safecommunity.core.risk import Method
from safecommunity.library import codes
from safecommunity.risks import queries
from safecommunity.risks.models import Evaluation
from safecommunity.web.components.words import local


@dataclass(frozen=True, slots=True)
class Side:
    """One half of an evaluation: the figures as they are multiplied, the product, the band, the grade."""

    sum: str
    product: Decimal
    band: str
    grade: str

    @property
    def state(self) -> str:
        return state_of(self.grade)


def state_of(grade: str) -> str:
    """The badge of a grade."""
    return f"risk-{grade}" if grade else "todo"


def side(method: Method, values: Mapping[str, Any]) -> Side | None:
    """What the chosen values come to; None while one is missing."""
    try:
        product, band = queries.band_of(method, values)
    except (RefusedError, ArithmeticError):
        return None
    figures = " × ".join(str(value) for _factor, value in queries.chosen_values(method, values))
    symbols = " × ".join(factor.symbol for factor in method.factors)
    return Side(f"{method.symbol} = {symbols} = {figures}", product, local(band.name), band.grade)


def evaluated(row: Evaluation) -> dict[str, Any]:
    """An evaluation as its card shows it."""
    method = queries.method_of(row)
    return {
        "row": row,
        "method": local(method.name),
        "symbol": method.symbol,
        "before": side(method, row.before),
        "after": side(method, row.after),
        "state": state_of(row.grade),
        "direct": names("direct-risks", row.direct),
        "controls": [(local(codes["risk-controls"][code]), text) for code, text in row.controls_in_order],
        "level": local(queries.level(row.grade)),
    }


def names(code_list: str, chosen: Sequence[str]) -> str:
    """The names of several codes in one line."""
    return "、".join(local(codes[code_list][code]) for code in chosen if code in codes[code_list])


def legend(counted: Counter[str]) -> list[tuple[str, str, int]]:
    """Grade, badge and number of points, the highest grade first."""
    return [(grade, state_of(grade), counted[grade]) for grade in codes["risk-grades"]]


def numbers(counted: Counter[str]) -> list[tuple[str, int]]:
    """The name of each grade and its number of points, the highest first."""
    return [(local(one), counted[grade]) for grade, one in codes["risk-grades"].items()]
