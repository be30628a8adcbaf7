"""The text an entry is found by: its words and the pinyin initials of its Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from safecommunity.core.fields import shown_value
from safecommunity.core.ledgers import LedgerType

LONGEST = 2_000


def search_text(ledger: LedgerType, data: Mapping[str, Any], title: str) -> str:
    """`data` holds sealed values masked, so that nothing sealed can be read here."""
    shown = [title, *(shown_value(field, data.get(field.code)).zh for field in ledger.search_fields)]
    words = " ".join(dict.fromkeys(text for text in shown if text)).lower()[:LONGEST]
    return f"{words}\n{initials(words)}"


def initials(text: str) -> str:
    """阳光街道 → ygjd. A character with several readings is read as in the phrase it stands in."""
    letters, phrases, starts = _readings()
    found = list(text.lower().translate(letters))
    end = 0
    for start in starts.finditer(text):
        place = start.start()
        for phrase, reading in phrases[start[0]] if place >= end else ():
            if text.startswith(phrase, place):
                end = place + len(phrase)
                found[place:end] = reading
                break
    return "".join(found)


@cache
def _readings() -> tuple[Mapping[int, str], Mapping[str, Sequence[tuple[str, str]]], re.Pattern[str]]:
    """Character → its usual initial; first character → the phrases that decide otherwise, the longest first.

    A phrase that is read as usual counts too where one read otherwise begins it: 朝阳区 beside 朝阳.
    """
    from pypinyin.phrases_dict import phrases_dict  # slow import
    from pypinyin.pinyin_dict import pinyin_dict  # slow import

    letters = {code: _letter(readings.split(",")[0]) for code, readings in pinyin_dict.items()}
    phrases: dict[str, list[tuple[str, str]]] = {}
    unusual: set[str] = set()
    for phrase in sorted(phrases_dict, key=len):
        reading = "".join(_letter(readings[0]) for readings in phrases_dict[phrase])
        begins = any(phrase[:length] in unusual for length in range(2, len(phrase)))
        if len(reading) == len(phrase) and (begins or reading != phrase.translate(letters)):
            unusual.add(phrase)
            phrases.setdefault(phrase[0], []).insert(0, (phrase, reading))
    return letters, phrases, re.compile(f"[{''.join(phrases)}]")


def _letter(syllable: str) -> str:
    return unicodedata.normalize("NFD", syllable)[:1].lower()
