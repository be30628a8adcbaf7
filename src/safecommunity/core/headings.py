"""Which column of a sheet is which column of a ledger: by its heading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LOOKED_AT = 20
_HINT = re.compile(r"[(\[【〔<].*$")


def folded(heading: object) -> str:
    """A heading without what people decorate it with: blanks, case, width, asterisks, a closing colon."""
    text = unicodedata.normalize("NFKC", str(heading or "")).casefold()
    return re.sub(r"\s|\*|:$", "", text)


def matched(
    headings: Sequence[object],
    names: Mapping[str, Iterable[str]],
    *,
    synonyms: Iterable[Iterable[str]] = (),
    known: Mapping[str, str] | None = None,
) -> list[str]:
    """For each heading the key of its column, "" for none; no key twice.

    `names`: key → what the column is called; `synonyms`: groups of words that mean the same;
    `known`: folded heading → key or "", what a person chose earlier, which goes before all else.
    """
    chosen = known or {}
    rounds = (_exactly(names), _without_hints(names), _by_synonym(names, synonyms))
    found = [chosen.get(folded(heading), "") for heading in headings]
    found = [key if key in names and key not in found[:index] else "" for index, key in enumerate(found)]
    for words in rounds:
        for index, heading in enumerate(headings):
            if found[index] or folded(heading) in chosen:
                continue
            key = words.get(folded(heading)) or words.get(_HINT.sub("", folded(heading)), "")
            if key and key not in found:
                found[index] = key
    return found


def heading_row(rows: Sequence[Sequence[Any]], names: Mapping[str, Iterable[str]]) -> int:
    """The index of the row that holds the headings: most known names, the first of equals.

    Above it stand titles and notes. Only the first `LOOKED_AT` rows are looked at.
    """
    words = {**_without_hints(names), **_exactly(names)}

    def known(index: int) -> int:
        cells = {folded(cell) for cell in rows[index]}
        return sum(cell in words or _HINT.sub("", cell) in words for cell in cells if cell)

    return max(range(min(len(rows), LOOKED_AT)), key=lambda index: (known(index), -index), default=0)


def _exactly(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {folded(word): key for key, words in names.items() for word in words}


def _without_hints(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Names cut at their bracket, where that leaves one meaning."""
    keys: dict[str, set[str]] = {}
    for key, words in names.items():
        for word in words:
            keys.setdefault(_HINT.sub("", folded(word)), set()).add(key)
    return {word: keys.pop() for word, keys in keys.items() if len(keys) == 1}


def _by_synonym(names: Mapping[str, Iterable[str]], synonyms: Iterable[Iterable[str]]) -> dict[str, str]:
    by_name = {**_without_hints(names), **_exactly(names)}
    found: dict[str, str] = {}
    for group in synonyms:
        words = [folded(word) for word in group]
        keys = {by_name[word] for word in words if word in by_name}
        if len(keys) == 1:
            key = keys.pop()
            found.update((word, key) for word in words)
    return found
