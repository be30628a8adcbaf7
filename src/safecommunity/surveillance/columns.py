"""The cards as columns of small numbers, packed by unit and year: what a million of them are counted from.

A pack is a copy and never the truth. Whatever writes a card gives the pack of its year a new mark in the same
transaction; a pack counts only while it was packed at the mark it bears, and the cards of the other years are
read as they stand. So the figures are right at any moment, and quick again once the year is packed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from math import prod
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q
from django.utils import timezone
from numpy.typing import NDArray

from safecommunity.accounts.models import User
from safecommunity.library import codes
from safecommunity.surveillance import queries
from safecommunity.surveillance.models import InjuryCase, Pack
from safecommunity.surveillance.queries import AREA, COUNTED, LISTS, SPANS, UNSAID, Ask
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, reach

CODED = ("state", *COUNTED)
RECORD = np.dtype(
    [("day", "<i4"), ("by", "<i4"), ("area", "<u2"), ("hour", "u1"), ("restricted", "u1"),
     ("late", "u1"), *((name, "u1") for name in CODED)]
)  # fmt: skip
"""A card. `day`: its proleptic ordinal; `by`: who entered it, where it is restricted; `area`: its place in
the areas of the pack; `hour`: 24 for none; `late`: a place in `LATE`; the rest: places in the lists of words.
Another layout needs a migration that empties the packs.
"""
PACK = ("unit", "path", "year", "mark", "packed", "words", "areas", "cards")
READ = (
    "injured_date", "by", "area", "hour", "is_restricted", "reported_date", "by_hand", "created_at", *CODED
)  # fmt: skip
LATE = ("", "in-time", "late")  # "" where it is not known when a card came
LATE_DAYS = 30
NO_HOUR = 24
EPOCH = date(1970, 1, 1).toordinal()
DENSE = 4  # cells a card, up to which a table of all combinations is counted in place of a sorted list


@dataclass(frozen=True, slots=True)
class Part:
    """Cards whose numbers stand for the same words; `area`, `unit`: their places in `areas` and `units`."""

    words: Mapping[str, Sequence[str]]
    areas: Sequence[str]
    units: Sequence[int]
    area: NDArray[np.int64]
    unit: NDArray[np.int64]
    records: NDArray[Any]

    def where(self, wanted: NDArray[np.bool_]) -> Part:
        at = np.flatnonzero(wanted)  # records are taken by place five times as fast as by yes and no
        return Part(
            self.words, self.areas, self.units, self.area.take(at), self.unit.take(at), self.records.take(at)
        )  # fmt: skip

    def column(self, name: str, digits: int) -> tuple[NDArray[Any], Sequence[Any]]:
        """Numbers of the cards and what they stand for."""
        if name == "area":
            return _renamed(self.area, [code[:digits] if len(code) >= digits else "" for code in self.areas])
        if name == "unit":
            return self.unit, self.units
        if name == "group":
            bands = codes["age-bands"]
            return _renamed(
                self.records["band"],
                [bands[one].extra["group"] if one in bands else "" for one in self.words["band"]],
            )
        if name == "hour":
            return self.records["hour"], (*range(NO_HOUR), None)
        if name in SPANS:
            listed, field = SPANS[name]
            column, numbers = self.column(field, digits)
            of = {number: code for code, span in queries.spans(listed).items() for number in span}
            return _renamed(column, [of.get(number, "") for number in numbers])
        if name == "late":
            return self.records["late"], LATE
        if name == "monthday":
            return _monthdays(self.records["day"]), range(32)
        if name == "weekday":
            return (self.records["day"] + 6) % 7, range(7)
        if name == "month":
            return self._days(lambda day: day.replace(day=1))
        if name == "week":
            weeks = (self.records["day"] - 1) // 7  # the first day of all was a Monday
            first, last = int(weeks.min()), int(weeks.max())
            return weeks - first, [date.fromordinal(7 * n + 1) for n in range(first, last + 1)]
        if name == "season":
            of_month = {n: one.code for one in codes["seasons"].values() for n in one.extra["months"].split()}
            return self._days(lambda day: of_month[str(day.month)])
        return self.records[name], self.words[name]

    def places(self, values: Mapping[str, Sequence[str]]) -> list[NDArray[Any]]:
        """Of each dimension the places in the list of its values from 1 on, 0 for what is not listed."""
        found = []
        for name, listed in values.items():
            column, labels = self.column(name, AREA)
            at = {value: place for place, value in enumerate(listed, start=1)}
            found.append(np.array([at.get(label, 0) for label in labels], np.int64)[column])
        return found

    def _days(self, label: Callable[[date], Any]) -> tuple[NDArray[Any], Sequence[Any]]:
        days = self.records["day"]
        first = int(days.min())
        return _renamed(days - first, [label(date.fromordinal(n)) for n in range(first, int(days.max()) + 1)])


@dataclass(frozen=True, slots=True)
class Columns:
    """Cards, to be counted."""

    parts: tuple[Part, ...]

    def __len__(self) -> int:
        return sum(len(part.records) for part in self.parts)

    def first_day(self) -> date | None:
        days = [int(part.records["day"].min()) for part in self.parts]
        return date.fromordinal(min(days)) if days else None

    def last_day(self) -> date | None:
        days = [int(part.records["day"].max()) for part in self.parts]
        return date.fromordinal(max(days)) if days else None

    def saying(self, fields: Mapping[str, tuple[str, ...]]) -> Columns:
        """Those that say one of the wanted codes of each field."""
        ask = Ask(fields)
        parts = (part.where(_answering(part, ask)) for part in self.parts)
        return Columns(tuple(part for part in parts if len(part.records)))

    def counted(self, *names: str, digits: int = AREA) -> Counter[tuple[Any, ...]]:
        """How many there are of each combination of these: any of `COUNTED`, `unit` (its id), `area` (its
        first digits, "" where it has fewer), `group` (of ages), `hour`, `weekday`, `week` (its Monday),
        `month` (its first day), `monthday`, `season`, `part` of the day, `days` of the week, and whether it
        came `late`.
        """
        found = Counter[tuple[Any, ...]]()
        for part in self.parts:
            columns, labels = zip(*(part.column(name, digits) for name in names), strict=True)
            lines, counts = _counted(columns, [len(listed) for listed in labels])
            for places, count in zip(lines.tolist(), counts.tolist(), strict=True):
                found[tuple(listed[at] for listed, at in zip(labels, places, strict=True))] += count
        return found

    def latest(self, *names: str) -> dict[tuple[Any, ...], date]:
        """The day of the last card of each combination; `names` as in `counted`."""
        found: dict[tuple[Any, ...], date] = {}
        for part in self.parts:
            columns, labels = zip(*(part.column(name, AREA) for name in names), strict=True)
            sizes = tuple(map(len, labels))
            last = np.zeros(prod(sizes), np.int64)
            np.maximum.at(last, np.ravel_multi_index(columns, sizes), part.records["day"])
            kept = np.flatnonzero(last)
            for places, day in zip(
                np.stack(np.unravel_index(kept, sizes), 1), last[kept].tolist(), strict=True
            ):
                key = tuple(listed[at] for listed, at in zip(labels, places, strict=True))
                found[key] = max(found.get(key, date.min), date.fromordinal(day))
        return found

    def lines(self, values: Mapping[str, Sequence[str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The cards by dimensions as in `counted`: lines of places in the lists of values, −1 for what is not
        listed; and how many cards there are of each line.
        """
        found = [_counted(part.places(values), [len(listed) + 1 for listed in values.values()])
                 for part in self.parts]  # fmt: skip
        none = np.zeros((0, len(values)), np.int64), np.zeros(0, np.int64)
        lines, counts = zip(*found, strict=True) if found else ([none[0]], [none[1]])
        return np.concatenate(lines) - 1, np.concatenate(counts)

    def weekly(self, names: Sequence[str], start: date, weeks: int) -> dict[tuple[str, ...], NDArray[Any]]:
        """Of each combination that cards say in full, their numbers in the weeks from this Monday on; `names`
        as in `counted`. Cards from before are left out; there are none from behind.
        """
        found: dict[tuple[str, ...], NDArray[Any]] = {}
        for part in self.parts:
            columns, labels = zip(*(part.column(name, AREA) for name in names), strict=True)
            sizes = tuple(map(len, labels))
            week = (part.records["day"] - start.toordinal()) // 7
            at = np.asarray(np.ravel_multi_index(columns, sizes))
            inside = week >= 0
            for places, counts in _weekly(at[inside], week[inside], prod(sizes), weeks):
                said = tuple(
                    listed[at] for listed, at in zip(labels, np.unravel_index(places, sizes), strict=True)
                )
                if all(said):
                    found[said] = found[said] + counts if said in found else counts
        return found


class Held(NamedTuple):
    """What a pack of a unit holds; `known`: whether the person may know of its restricted cards."""

    unit: int
    known: bool
    areas: str
    cards: bytes


def asked(unit: Unit, user: User | None, ask: Ask) -> Columns:
    """The cards that `queries.cases` gives, of this unit and those beneath it that the person may know of.

    `user` None: what everybody may know, so no restricted card.
    """
    first, last = ask.from_date or date.min, ask.to_date or date.max
    packs = Pack.objects.below(unit).filter(year__gte=first.year, year__lte=last.year)
    reached = tuple(reach(user, Permission.INJURY_SENSITIVE)) if user else ()
    alike: dict[str, list[Held]] = {}
    behind: dict[int, list[int]] = {}
    for owner, path, year, mark, packed_at, words, areas, cards in packs.values_list(*PACK):
        if mark == packed_at:
            alike.setdefault(words, []).append(Held(owner, path.startswith(reached), areas, cards))
        else:
            behind.setdefault(year, []).append(owner)
    if behind:
        rows = queries.cases(unit, user, ask) if user else queries.open_cases(unit, ask)
        for owner, lines in groupby(
            rows.filter(_of(behind)).order_by("unit").values_list("unit", *READ), itemgetter(0)
        ):
            read = packed(line for _owner, *line in lines)
            alike.setdefault(read["words"], []).append(Held(owner, True, read["areas"], read["cards"]))
    parts = [_told(words, held, user, ask) for words, held in alike.items()]
    return Columns(tuple(part for part in parts if len(part.records)))


def _told(words: str, packs: Sequence[Held], user: User | None, ask: Ask) -> Part:
    """The cards of packs in the same words that answer and that the person may know of."""
    part, known = _joined(words, packs)
    known = known | (part.records["restricted"] == 0)
    if user:
        known |= part.records["by"] == user.pk
    return part.where(known & _answering(part, ask))


def packed(rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """What a pack holds of cards given as `READ` names them."""
    words = {name: {code: at for at, code in enumerate(("", *_listed(name)))} for name in CODED}
    areas: dict[str, int] = {}
    lines = [
        (day.toordinal(), (by or 0) if restricted else 0, areas.setdefault(area, len(areas)),
         NO_HOUR if hour is None else hour, restricted, _late(day, reported, by_hand, created),
         *(known.setdefault(code, len(known)) for known, code in zip(words.values(), said, strict=True)))
        for day, by, area, hour, restricted, reported, by_hand, created, *said in rows
    ]  # fmt: skip
    return {
        "words": json.dumps({name: list(known) for name, known in words.items()}),
        "areas": json.dumps(list(areas)),
        "cards": np.array(lines, RECORD).tobytes(),
    }


def _late(day: date, reported: date | None, by_hand: bool, created: datetime) -> int:
    """Whether a card came late, as a place in `LATE`: by its report date, else the day it was filled in."""
    came = reported or (timezone.localdate(created) if by_hand else None)
    return 0 if came is None else 2 if (came - day).days > LATE_DAYS else 1


def _listed(name: str) -> Iterable[str]:
    return InjuryCase.State.values if name == "state" else codes[LISTS[name]]


def _joined(words: str, packs: Sequence[Held]) -> tuple[Part, NDArray[np.bool_]]:
    """Packs in the same words as one part, and whether the person may know of its restricted cards."""
    records = np.frombuffer(b"".join(one.cards for one in packs), RECORD)
    sizes = [len(one.cards) // RECORD.itemsize for one in packs]
    areas = [json.loads(one.areas) for one in packs]
    begins = np.cumsum([0, *map(len, areas)])[:-1]
    part = Part(
        json.loads(words), [code for listed in areas for code in listed], [one.unit for one in packs],
        records["area"] + np.repeat(begins, sizes), np.repeat(np.arange(len(packs)), sizes), records,
    )  # fmt: skip
    return part, np.repeat([one.known for one in packs], sizes)


def _answering(part: Part, ask: Ask) -> NDArray[np.bool_]:
    """Which cards of a part answer, as `queries` filters them."""
    records = part.records
    found: NDArray[np.bool_] = records["state"] == part.words["state"].index(ask.show)
    if ask.from_date:
        found &= records["day"] >= ask.from_date.toordinal()
    if ask.to_date:
        found &= records["day"] <= ask.to_date.toordinal()
    for name, said in ask.fields.items():
        wanted = {"" if code == UNSAID else code for code in said}
        found &= _true(code in wanted for code in part.words[name])[records[name]]
    if ask.hours:
        found &= np.isin(np.arange(NO_HOUR + 1), ask.hours)[records["hour"]]
    if ask.weekdays:
        found &= np.isin(np.arange(7), ask.weekdays)[part.column("weekday", AREA)[0]]
    if ask.monthdays:
        found &= np.isin(_monthdays(records["day"]), ask.monthdays)
    if ask.area:
        found &= _true(code.startswith(ask.area) for code in part.areas)[part.area]
    if ask.is_open:
        found &= records["restricted"] == 0
    return found


def _monthdays(days: NDArray[Any]) -> NDArray[Any]:
    """The days of the month of proleptic ordinals."""
    at = (days.astype(np.int64) - EPOCH).astype("datetime64[D]")
    return np.asarray((at - at.astype("datetime64[M]")).astype(np.int64) + 1)


def _true(answers: Iterable[bool]) -> NDArray[np.bool_]:
    return np.fromiter(answers, np.bool_)


def _of(behind: Mapping[int, Sequence[int]]) -> Q:
    """The cards of these units in these years."""
    found = Q(pk__in=[])
    for year, units in behind.items():
        found |= Q(injured_date__year=year, unit__in=units)
    return found


def _renamed(column: NDArray[Any], labels: Sequence[Any]) -> tuple[NDArray[Any], Sequence[Any]]:
    """The column numbered anew so that no two numbers stand for the same."""
    places: dict[Any, int] = {}
    at = np.array([places.setdefault(label, len(places)) for label in labels], np.int64)
    return at[column], list(places)


def _counted(
    columns: Sequence[NDArray[Any]], sizes: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lines of a place in each column, and how many cards have just these."""
    cells = prod(sizes)
    at = np.asarray(np.ravel_multi_index(tuple(columns), tuple(sizes)))
    if cells <= DENSE * len(at):
        all_counts = np.bincount(at, minlength=cells)
        kept = np.flatnonzero(all_counts)
        counts = all_counts[kept]
    else:
        kept, counts = np.unique(at, return_counts=True)
    return np.stack(np.unravel_index(kept, tuple(sizes)), axis=1), counts


def _weekly(
    at: NDArray[Any], week: NDArray[Any], cells: int, weeks: int
) -> Iterable[tuple[int, NDArray[np.int64]]]:
    """Cells that cards lie in → their numbers week by week."""
    kept = np.flatnonzero(np.bincount(at, minlength=cells))
    place = np.zeros(cells, np.int64)
    place[kept] = np.arange(len(kept))
    counts = np.bincount(place[at] * weeks + week, minlength=len(kept) * weeks)
    return zip(kept.tolist(), counts.reshape(len(kept), weeks), strict=True)
