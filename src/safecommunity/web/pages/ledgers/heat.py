"""The strip of months of a ledger whose records are due again and again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

SPANS = {"month": 1, "quarter": 3, "year": 12}


def strip(
    counts: Mapping[int, int], recurs: str, year: int, today: date, address: str
) -> list[tuple[str, str, int | None, str]]:
    """(month, state, count, address) for each month: a span without any record is missing once it is over."""
    return [
        (
            str(month),
            _state(counts, SPANS[recurs], year, month, today),
            counts.get(month),
            f"{address}?from={year}-{month:02d}-01&to={_last(year, month)}" if counts.get(month) else "",
        )
        for month in range(1, 13)
    ]


def _state(counts: Mapping[int, int], span: int, year: int, month: int, today: date) -> str:
    if counts.get(month):
        return "done"
    last = (month - 1) // span * span + span
    has_any = any(counts.get(other) for other in range(last - span + 1, last + 1))
    is_over = date.fromisoformat(_last(year, last)) < today
    return "missing" if is_over and not has_any and month == last else "not-due"


def _last(year: int, month: int) -> str:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1).isoformat()
