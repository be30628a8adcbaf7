from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from safecommunity.core.consistency import Case, Finding, findings
from safecommunity.core.schemes import Scheme, parse
from safecommunity.core.scoring import Mark
from safecommunity.core.suggestions import Facts, Records, Suggestion
from tests.core.made import form, graded, indicator

NEED = {"ledger": "drills", "label": "演练", "label_en": "Drills"}


def scheme(*, any_zero_fails: bool = False) -> Scheme:
    items = [
        indicator("1", {"kind": "parts"}, evidence=[NEED], metrics=[{"metric": "rate", "at_least": 95}]),
        indicator("2", {"kind": "veto"}),
    ]
    element = {"code": "1", "name": "要素", "name_en": "Element", "indicators": items}
    bands = [{"code": "b", "name": "b", "name_en": "b", "at_least": 0, "meaning": "意", "meaning_en": "m"}]
    changes: dict[str, Any] = {"points": 3, "bands": bands, "elements": [element]}
    return parse("one", form() | changes | {"any_zero_fails": any_zero_fails})


HERE = {"drills": Records(2, {"2026-03": 2}, dt.date(2026, 3, 1))}
OLD = {"drills": Records(2, {}, dt.date(2024, 3, 1))}
CALM = {"2": Mark({"value": "0"})}


def found(
    marks: Mapping[str, Mark],
    *,
    made: Scheme | None = None,
    ledgers: Mapping[str, Records] = HERE,
    rate: str = "99",
    suggestions: Mapping[str, Suggestion] | None = None,
    expired: Mapping[str, int] | None = None,
) -> list[Finding]:
    facts = Facts(dt.date(2026, 11, 1), 11, ledgers, {}, {"rate": Decimal(rate)})
    return findings(Case(made or scheme(), CALM | dict(marks), suggestions or {}, facts, expired or {}))


def test_what_fits_together_yields_nothing() -> None:
    assert found({"1": graded("A", "A", "A")}) == []


def test_points_without_any_paper() -> None:
    assert found({"1": graded("A", "B", "B")}, ledgers={}) == [Finding("without-evidence", "1", 1)]


def test_papers_only_from_before_the_period() -> None:
    assert found({"1": graded("B", "B", "B")}, ledgers=OLD) == [
        Finding("without-evidence", "1", 1),
        Finding("evidence-too-old", "1", 2, "drills"),
    ]


def test_presence_worst_but_trace_good() -> None:
    assert found({"1": graded("D", "A", "D")}) == [Finding("presence-below-trace", "1")]


def test_full_points_against_the_metric() -> None:
    assert found({"1": graded("A", "A", "A")}, rate="94") == [Finding("metric-contradicts", "1", 1, "rate")]


def test_expired_certificates_that_count_here() -> None:
    assert found({"1": graded("A", "A", "A")}, expired={"drills": 3, "other": 1}) == [
        Finding("certificates-expired", "1", 3, "drills")
    ]


@pytest.mark.parametrize(("reason", "count"), [("", 1), ("现场已核实", 0)])
def test_confirmed_above_the_suggestion_needs_a_reason(reason: str, count: int) -> None:
    mark = Mark({"presence": "A", "trace": "A", "effect": "B"}, reason=reason)
    suggestions = {"1": Suggestion({"presence": "A", "trace": "B", "effect": "B"}, ())}

    assert found({"1": mark}, suggestions=suggestions) == [Finding("above-suggestion", "1")] * count


def test_zeros_and_vetoes_come_first() -> None:
    marks = {"1": graded("D", "D", "D"), "2": Mark({"value": "1"})}

    assert found(marks, made=scheme(any_zero_fails=True)) == [Finding("vetoed", "2"), Finding("zero", "1")]


def test_what_nobody_confirmed() -> None:
    assert found({}) == [Finding("not-assessed", "1")]
