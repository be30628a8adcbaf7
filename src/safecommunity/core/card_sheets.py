"""Sheets of other offices as injury cards: which heading is which field, and what its codes mean.

A mapping turns one row into no, one or several cards' values. It is data, one file a source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from safecommunity.core.codes import CodeList

ANY = "*"  # in a table of meanings: every other value
ICD = re.compile(r"([v-y])(\d\d)(?:\.?(\d)(\d)?)?")
PLACES = ("home", "residence", "school", "sports", "road", "trade", "industry", "farm", "other", "unclear")
ACTIVITIES = {
    "0": "sports",
    "1": "leisure",
    "2": "work",
    "3": "housework",
    "4": "vital",
    "8": "other",
    "9": "unclear",
}
WITH_PLACE = ("w00", "y34")


@dataclass(frozen=True, slots=True)
class CardSheet:
    """`columns`: field → heading, or headings joined by `-`; `meanings`: field → value of the sheet → value
    of the card; `fixed`: field → value; `skip`: heading → values of rows that are no injury; `empty`: heading
    → values that mean nothing; `hours`: headings of clock times; `key`: headings that together name a row,
    which is taken once however often it comes; `persons`: heading of a number → values of so many cards;
    `lacks`: required fields that the source does not know.
    """

    code: str = ""
    name: str = ""
    name_en: str = ""
    source: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    skip: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    empty: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    persons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading the sheet must have."""
        named = [one for headings in self.columns.values() for one in headings]
        return tuple(dict.fromkeys([*named, *self.skip, *self.key, *self.persons]))

    def missing(self, headings: Sequence[str]) -> tuple[str, ...]:
        return tuple(one for one in self.headings if one not in headings)

    def named(self, row: Mapping[str, str]) -> str:
        """What the row is known by, "" without a key."""
        return "/".join(row.get(one, "") for one in self.key)

    def cards(self, row: Mapping[str, str], causes: CodeList) -> list[dict[str, str]]:
        """The values of the cards that this row tells of; `causes`: the list of external causes."""
        if any(row.get(heading, "") in values for heading, values in self.skip.items()):
            return []
        values = dict(self.fixed)
        for name, headings in self.columns.items():
            said = [self._said(row, one) for one in headings]
            text = "-".join(said) if all(said) else ""
            if text:
                values[name] = self._meaning(name, text)
        if "icd" in values:
            values = {**external(values["icd"], causes), **{name: one for name, one in values.items() if one}}
        values = {name: one for name, one in values.items() if one}
        if not self.persons:
            return [values]
        return [
            {**values, **more}
            for heading, more in self.persons.items()
            for _person in range(_whole(row.get(heading, "")))
        ]

    def _said(self, row: Mapping[str, str], heading: str) -> str:
        text = row.get(heading, "").strip()
        return "" if text in self.empty.get(heading, ()) else text

    def _meaning(self, name: str, text: str) -> str:
        if name == "hour":
            text = text.partition(":")[0]
        table = self.meanings.get(name)
        return text if table is None else table.get(text, table.get(ANY, ""))


def parse(code: str, data: Mapping[str, Any]) -> CardSheet:
    """A mapping file. Raises KeyError or ValueError naming what is wrong."""
    known = {
        "name",
        "name_en",
        "source",
        "columns",
        "meanings",
        "fixed",
        "skip",
        "empty",
        "key",
        "persons",
        "lacks",
    }
    if unknown := set(data) - known:
        raise ValueError(f"{'、'.join(sorted(unknown))}: 没有这个键")
    columns = {name: (one,) if isinstance(one, str) else tuple(one) for name, one in data["columns"].items()}
    return CardSheet(
        code, data["name"], data["name_en"], data["source"], columns, data.get("meanings", {}),
        data.get("fixed", {}), {name: tuple(one) for name, one in data.get("skip", {}).items()},
        {name: tuple(one) for name, one in data.get("empty", {}).items()}, tuple(data.get("key", ())),
        data.get("persons", {}), tuple(data.get("lacks", ())),
    )  # fmt: skip


def external(text: str, causes: CodeList) -> dict[str, str]:
    """Cause, intent and, where its digits say so, place and activity of an ICD-10 code of chapter XX (WHO).

    `W10.04` → a fall at home during a vital activity. {} for what is no such code.
    """
    found = ICD.fullmatch(text.strip().lower())
    if not found:
        return {}
    block = found[1] + found[2]
    for one in causes.values():
        if one.code <= block <= one.extra["to"]:
            said = {"cause": one.extra["cause"], "intent": one.extra["intent"]}
            if WITH_PLACE[0] <= block <= WITH_PLACE[1]:
                said |= {"place": PLACES[int(found[3])]} if found[3] else {}
                said |= {"activity": ACTIVITIES[found[4]]} if found[4] in ACTIVITIES else {}
            return said
    return {}


def _whole(text: str) -> int:
    return int(text) if text.strip().isdecimal() and len(text) < 5 else 0
