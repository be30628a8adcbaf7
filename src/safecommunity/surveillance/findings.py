"""Who and what is hurt more than the rest: what the cards say, combined and held against people or shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from safecommunity.analysis.finder import Base, Finding, Found, Rule, search
from safecommunity.core.divisions import Level
from safecommunity.core.privacy import SMALLEST_TOLD
from safecommunity.library import codes
from safecommunity.places import queries as places
from safecommunity.places.queries import Denominator
from safecommunity.surveillance import columns
from safecommunity.surveillance.queries import AREA, LISTS, Ask, Key
from safecommunity.units.models import Unit
from safecommunity.units.queries import division_codes

PEOPLE = ("group", "sex", "area")
CODED = ("place", "activity", "cause")
TIMES = ("part", "days")
DIMENSIONS = (*PEOPLE, *CODED, *TIMES)
SEXES = {"male": "1", "female": "2"}
UNTOLD = ("other", "unclear")  # values that nobody can act on
MOSTLY = ("cause", "place", "activity")
KINDS = ("people", "environment", "vulnerable")
FRAIL = ("children", "old")
YEAR = 365.25
RULE = Rule(least=SMALLEST_TOLD)


@dataclass(frozen=True, slots=True)
class Raised:
    """A finding: what the cards have in common, and how many more they are than those of the rest.

    `against`: the dimension whose other values are the rest; `by_people`: whether they were compared by
    people or by the share of injuries. `people`, `rate`: where the traits tell of people, the rate a thousand
    and year. `kinds`: which of KINDS it speaks of; `mostly`: (dimension, value, count) of what else half of
    them or more have in common.
    """

    key: Key
    count: int
    expected: float
    ratio: float
    lower: float
    upper: float
    against: str
    by_people: bool
    people: int | None
    rate: float | None
    kinds: tuple[str, ...]
    mostly: tuple[tuple[str, str, int], ...]

    @property
    def excess(self) -> float:
        return self.count - self.expected


@dataclass(frozen=True, slots=True)
class Findings:
    """`looked`: combinations looked at; `base`: dimensions with people, () where only shares are compared."""

    first: date
    last: date
    total: int
    looked: int
    base: tuple[str, ...]
    people_year: int | None
    rows: tuple[Raised, ...]


def findings(unit: Unit, ask: Ask, first: date, last: date) -> Findings:
    """What is credibly raised between two days, the most preventable first; restricted cards are left out.

    Of what is asked, one cause, place and activity and an area count: they are part of every finding.
    """
    ask = Ask({name: ask.fields[name][:1] for name in CODED if name in ask.fields}, area=ask.area)
    fixed = (*((name, ask.fields[name][0]) for name in ask.fields), *_fixed_area(ask))
    areas = _areas(unit, ask)
    values = _values(areas)
    named = [name for name in DIMENSIONS if len(values[name]) > 1 and name not in ask.fields]
    year, based, people = _people(unit, ask, last, areas)
    based = tuple(name for name in based if name in named)
    cards = columns.asked(unit, None, ask.between(first, last))
    lines, counts = cards.lines({name: values[name] for name in named})
    base = Base(tuple(named.index(name) for name in based), people) if people is not None and based else None
    sizes = [len(values[name]) for name in named]
    found = search(lines, sizes, counts=counts, base=base, rule=RULE) if len(lines) else Found(0, 0, ())
    years = ((last - first).days + 1) / YEAR
    return Findings(
        first, last, int(counts.sum()), found.looked, based if base else (), year if base else None,
        tuple(
            _raised(one, named, values, base, years, fixed, _mostly(one, lines, counts, named, values))
            for one in found.findings
        ),
    )  # fmt: skip


def _fixed_area(ask: Ask) -> Key:
    return (("area", ask.area),) if len(ask.area) >= AREA else ()


def _areas(unit: Unit, ask: Ask) -> list[str]:
    """The neighbourhoods that are compared: none where one of them is asked for."""
    inside = [one.code for one in places.inside(division_codes(unit), Level.NEIGHBOURHOOD)]
    return [code for code in sorted(inside) if code.startswith(ask.area)] if len(ask.area) < AREA else []


def _values(areas: Sequence[str]) -> dict[str, list[str]]:
    """Dimension → its values in their order."""
    return {
        "group": list(codes["age-groups"]), "sex": list(SEXES), "area": list(areas),
        **{
            name: [code for code in codes[LISTS[name]] if code not in UNTOLD] for name in CODED
        },
        "part": list(codes["day-parts"]), "days": list(codes["week-parts"]),
    }  # fmt: skip


def _people(
    unit: Unit, ask: Ask, last: date, areas: Sequence[str]
) -> tuple[int | None, tuple[str, ...], np.ndarray | None]:
    """The year of the people, the dimensions they can be told by, and how many by each of their values."""
    if len(ask.area) > AREA:
        return None, (), None  # of a grid no figures are kept
    within = [ask.area] if ask.area else division_codes(unit)
    year = places.population_year(within, last.year)
    if year is None:
        return None, (), None
    of_area = places.populations(areas, year)
    if len(areas) > 1 and all(code in of_area for code in areas):
        told = [_told(of_area[code]) for code in areas]
        if all(one is not None for one in told):
            return year, PEOPLE, np.moveaxis(np.array(told, dtype=float), 0, -1)
    whole = _told(places.population(within, year))
    return (year, PEOPLE[:2], np.array(whole, dtype=float)) if whole else (year, (), None)


def _told(people: Denominator) -> list[list[int]] | None:
    """People by age group and sex; None where the figures cannot be parted so, or nobody is there."""
    table = []
    for group in codes["age-groups"]:
        bands = [one.extra for one in codes["age-bands"].values() if one.extra["group"] == group]
        first, last = min(int(one["from"]) for one in bands), [one["to"] for one in bands]
        to = None if "" in last else max(map(int, last))
        line = [people.of(sex=sex, age_from=first, age_to=to) for sex in SEXES.values()]
        if None in line:
            return None
        table.append([count or 0 for count in line])
    return table if people.total else None


def _raised(
    one: Finding,
    named: Sequence[str],
    values: Mapping[str, Sequence[str]],
    base: Base | None,
    years: float,
    fixed: Key,
    mostly: tuple[tuple[str, str, int], ...],
) -> Raised:
    own = {named[place]: values[named[place]][code] for place, code in one.members} | dict(fixed)
    key = tuple((name, own[name]) for name in DIMENSIONS if name in own)
    against = one.members[one.against][0]
    people = _exposed(one, base)
    return Raised(
        key, one.count, one.expected, one.ratio, one.lower, one.upper, named[against],
        base is not None and against in base.dimensions, people,
        one.count / (people * years) * 1000 if people else None, kinds(key), mostly,
    )  # fmt: skip


def _mostly(
    one: Finding,
    lines: np.ndarray,
    counts: np.ndarray,
    named: Sequence[str],
    values: Mapping[str, Sequence[str]],
) -> tuple[tuple[str, str, int], ...]:
    """The commonest cause, place and activity that a finding does not name: those of half of its cards, where
    not all cards have them.
    """
    own = np.all([lines[:, place] == code for place, code in one.members], axis=0)
    found = []
    for name in MOSTLY:
        place = named.index(name) if name in named else -1
        if place < 0 or place in dict(one.members):
            continue
        said = own & (lines[:, place] >= 0)
        summed = np.bincount(lines[said, place], weights=counts[said], minlength=1)
        code, most = int(summed.argmax()), int(summed.max())
        if most * 2 >= one.count and most >= SMALLEST_TOLD and (lines[:, place] != code).any():
            found.append((name, values[name][code], most))
    return tuple(found)


def _exposed(one: Finding, base: Base | None) -> int | None:
    """The people whom the traits of a finding tell of; None where they tell of none."""
    said = dict(one.members)
    if base is None or not set(said) & set(base.dimensions):
        return None
    index = tuple(said.get(dimension, slice(None)) for dimension in base.dimensions)
    return int(np.sum(base.people[index]))


def kinds(key: Key) -> tuple[str, ...]:
    """Which of KINDS a finding speaks of: people by who they are or do, places and areas, the frail."""
    said = dict(key)
    speaks = {
        "people": bool({"group", "sex", "activity"} & set(said)),
        "environment": bool({"place", "area"} & set(said)),
        "vulnerable": said.get("group") in FRAIL,
    }
    return tuple(name for name in KINDS if speaks[name])
