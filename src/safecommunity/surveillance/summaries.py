"""What everybody may be told of a year's injuries: no small count, and nothing that one follows from."""

from __future__ import annotations

from datetime import date
from typing import Any

from safecommunity.core.privacy import SMALLEST_TOLD, small_count, suppressed
from safecommunity.library import codes
from safecommunity.surveillance import columns
from safecommunity.surveillance.columns import Columns
from safecommunity.surveillance.queries import Ask
from safecommunity.surveillance.wording import NAMED_BY
from safecommunity.units.models import Unit

TABLES = ("cause", "group", "season", "place")


def summary(unit: Unit, year: int) -> dict[str, Any]:
    """What `PublicSummary.told` holds: of cards that are not restricted, in the order of the code lists."""
    cards = columns.asked(unit, None, Ask().between(date(year, 1, 1), date(year, 12, 31)))
    tables = {name: told_counts(cards, name) for name in TABLES} if len(cards) >= SMALLEST_TOLD else {}
    return {"total": small_count(len(cards)), "tables": tables}


def told_counts(cards: Columns, name: str) -> list[tuple[str, str]]:
    """Code → count as told, in the order of the code list; [] where no count of them may be told."""
    counted = cards.counted(name)
    order = [code for code in (*codes[NAMED_BY[name]], "") if counted[code,]]
    told = suppressed([counted[code,] for code in order])
    return list(zip(order, told, strict=True)) if any(map(str.isdecimal, told)) else []
