"""Records come in step by step: what a scheme suggests for an item after each, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from safecommunity import library
from safecommunity.assessment import facts
from safecommunity.core.periods import Period
from safecommunity.core.suggestions import Suggestion, suggest_all
from safecommunity.ledgers import actions
from safecommunity.ledgers.models import Entry
from safecommunity.metrics import actions as metrics
from safecommunity.units.models import Unit

TODAY = dt.date(2026, 11, 20)
YEAR = Period.parse("2026")


class Step(NamedTuple):
    """Records of a ledger come in; then the item has this answer, for this reason.

    `answer`: the answers of the item's questions joined ("1", "CCD"), "" where nothing is known.
    """

    ledger: str
    records: list[dict[str, Any]]
    answer: str
    reason: str


def taken(unit: Unit, ledger: str, records: Iterable[dict[str, Any]]) -> list[Entry]:
    """The records as entries, with the metrics that read the ledger worked out anew."""
    made = [actions.add(ledger=ledger, unit=unit, values=values, by=None) for values in records]
    metrics.refresh(unit=unit, today=TODAY, years=[2026], ledgers={ledger})
    return made


def suggested(unit: Unit, scheme: str) -> dict[str, Suggestion]:
    rules = library.schemes[scheme]
    seen = facts.observe(unit, [unit], YEAR, [rules])[unit.pk]
    return suggest_all(rules, facts.facts(seen, rules, facts.served(rules), YEAR, today=TODAY))


def answer(suggestion: Suggestion) -> str:
    return "".join(suggestion.answers.values())


def told(suggestion: Suggestion) -> Iterator[str]:
    """`metric-missed road-order-rate`, `records-few`, …"""
    for reason in suggestion.reasons:
        yield f"{reason.code} {reason.values.get('metric', '')}".strip()


def months(count: int, day: str, **values: Any) -> list[dict[str, Any]]:
    """One record in each of the first months of the year; `day` names the field of its date."""
    return [{day: f"2026-{month:02}-05", **values} for month in range(1, count + 1)]


def many(count: int, name: str, **values: Any) -> list[dict[str, Any]]:
    """So many records, numbered in the field `name`."""
    return [{name: f"{number}号", **values} for number in range(1, count + 1)]
