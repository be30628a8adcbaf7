"""The text an entry is found by: its words and the pinyin initials of its Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from safecommunity.core.fields import shown_value
from safecommunity.core.ledgers import LedgerType

LONGEST = 2_000


def search_text(ledger: LedgerType, data: Mapping[str, Any], title: str) -> str:
    """`data` holds sealed values masked, so that nothing sealed can be read here."""
    fields = [field for field in ledger.fields.values() if field.search and field.personal != "sealed"]
    shown = [title, *(shown_value(field, data.get(field.code)).zh for field in fields)]
    words = " ".join(dict.fromkeys(text for text in shown if text)).lower()[:LONGEST]
    return f"{words}\n{initials(words)}"


def initials(text: str) -> str:
    """阳光街道 → ygjd. A character with several readings is read in its context."""
    if any(len(_readings(char)) > 1 for char in text):
        from pypinyin import Style, lazy_pinyin  # slow import

        parts = lazy_pinyin(text, style=Style.FIRST_LETTER, errors=list)  # type: ignore[arg-type]
        return "".join(parts).lower()
    return "".join(_readings(char)[0] for char in text)


@cache
def _readings(char: str) -> tuple[str, ...]:
    if char.isascii():
        return (char.lower(),)
    from pypinyin import Style, pinyin  # slow import

    readings = pinyin(char, style=Style.FIRST_LETTER, heteronym=True)[0]
    return tuple(dict.fromkeys(reading[:1].lower() for reading in readings))
