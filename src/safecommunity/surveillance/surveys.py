"""Questionnaires of a unit: how many to ask and where, what their answers say, and whether that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

import numpy as np

from safecommunity.analysis import surveys
from safecommunity.analysis.rates import Limits
from safecommunity.analysis.surveys import Difference, Share
from safecommunity.ledgers.models import Entry
from safecommunity.places import queries as places
from safecommunity.surveillance import queries
from safecommunity.units.models import Unit
from safecommunity.units.queries import division_codes

LEDGER, KIND = "diagnoses", "kap"
FEWEST = 2  # to be asked in a part, so that its answers can be told to differ
FEW = 10  # asked in a part, below which its share is not told


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the unit and its people, 0 where none are entered."""

    code: str
    name: str
    people: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """`share` ± `margin` is wanted, of `people` (None: not known); of those asked `response` will answer.

    `together` people are asked in one place; `alike`: how much their answers go together (0 to 1).
    `each`: how many are asked in a household. Shares lie between 0 and 1.
    """

    share: float
    margin: float
    response: float
    together: int
    alike: float
    each: int
    people: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How many people to ask, for how many households that is, and how many in each part."""

    people: int
    households: int
    effect: float
    parts: tuple[tuple[Stratum, int, int], ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """A part, how many were asked there and said yes; the share with its limits, None with too few."""

    part: Stratum
    asked: int
    yes: int
    share: Limits | None


@dataclass(frozen=True, slots=True)
class Result:
    """The share of everybody; `weighted`: by the people of the parts, which all of them must have."""

    asked: int
    yes: int
    share: Share
    weighted: bool
    parts: tuple[Answers, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A questionnaire in the ledger: so many asked, such a share of them aware."""

    entry: Entry
    day: date | None
    asked: int
    share: float


def strata(unit: Unit, today: date) -> tuple[int | None, tuple[Stratum, ...]]:
    """The parts of the unit, itself where it has no divisions, with their people; and the year of these."""
    names = queries.parts(unit)
    if not names:
        return None, (Stratum("all", unit.name, unit.population or 0),)
    year = places.population_year(division_codes(unit), today.year)
    people = places.population_of_each(list(names), year) if year else {}
    rows = (Stratum(code, name, people[code].total if year else 0) for code, name in names.items())
    return year, tuple(rows)


def plan(wanted: Wanted, parts: Sequence[Stratum]) -> Plan:
    """Dealt out by people to the parts that have any, where they have enough."""
    effect = surveys.cluster_effect(wanted.together, wanted.alike)
    size = surveys.sample_size(
        wanted.share, wanted.margin, design_effect=effect, population=wanted.people, response=wanted.response
    )
    known = [one for one in parts if one.people]
    people = [one.people for one in known]
    dealt = zip(known, surveys.allocated(size, people), strict=True) if size <= sum(people) else ()
    rows = tuple((one, asked, ceil(asked / wanted.each)) for one, asked in dealt)
    return Plan(size, ceil(size / wanted.each), effect, rows)


def result(said: Mapping[str, tuple[int, int]], parts: Sequence[Stratum]) -> Result | None:
    """What was answered: part → how many were asked and said yes; None where nobody was asked.

    Everybody asked in a part stands for as many of its people. A part needs FEWEST; raises ValueError.
    """
    rows = [one for one in parts if said.get(one.code, (0, 0))[0]]
    if not rows:
        return None
    weighted = all(one.people for one in rows)
    answers, weights, layers = [], [], []
    for one in rows:
        asked, yes = said[one.code]
        answers.append(np.arange(asked) < yes)
        weights.append(np.full(asked, one.people / asked if weighted else 1.0))
        layers += [one.code] * asked
    share = surveys.weighted_share(np.concatenate(answers), np.concatenate(weights), strata=layers)
    told = (
        Answers(one, asked, yes, surveys.share(yes, asked) if asked >= FEW else None)
        for one in rows
        for asked, yes in [said[one.code]]
    )
    return Result(len(layers), int(np.concatenate(answers).sum()), share, weighted, tuple(told))


def recorded(unit: Unit) -> tuple[Recorded, ...]:
    """The questionnaires of the unit's own ledger that say how many were asked, the latest first."""
    rows = Entry.objects.in_unit(unit).filter(ledger=LEDGER, data__kind=KIND, withdrawn_at=None)
    return tuple(
        Recorded(row, row.record_date, int(row.data["sample"]), float(row.data["awareness"]) / 100)
        for row in rows.select_related("unit")
        if row.data.get("sample") and row.data.get("awareness") is not None
    )


def difference(before: Recorded, after: Result) -> Difference:
    """The share of the result minus the one before, each by as many as a simple random sample would need."""
    alone = max(round(after.asked / max(after.share.design_effect, 1.0)), 1)
    return surveys.changed(
        round(before.share * before.asked), before.asked, round(after.share.value * alone), alone
    )
