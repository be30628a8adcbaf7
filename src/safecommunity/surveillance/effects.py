"""Whether injuries became fewer where a project works: whole months before and after, and elsewhere.

Restricted cards are left out, so that everybody is shown the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from safecommunity.analysis.effects import FEWEST, Effect, difference_in_differences, interrupted
from safecommunity.core.periods import Period, months_later
from safecommunity.ledgers.models import Entry
from safecommunity.library import codes
from safecommunity.surveillance import columns, queries
from safecommunity.surveillance.queries import Ask, Key
from safecommunity.surveillance.standards import FEW
from safecommunity.units.models import Unit

REST = "rest"
LISTED = {"group": "age-groups", "cause": "injury-causes"}
MOST_BEFORE = 60  # months
YEAR = 12  # months: only whole years are compared, so that the seasons are alike
HALF = 15  # a project that starts later in a month counts from the next one
PROJECTS = "promotion-projects"
MOST_PROJECTS = 200


@dataclass(frozen=True, slots=True)
class Question:
    """`key`: what the cards have in common; `other`: a neighbourhood to compare with, REST: all but the
    project's own, or "".
    """

    start: date
    key: Key
    other: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Months with their counts, from `start` on (a position) with the project.

    `without`: what the months from `start` on would have brought without it; `elsewhere`: counts of the
    comparison, () for none. `effect` None: `silence` says why: `before`, `after` (too short a time on that
    side), or `few`. `mean_before`, `mean_after`: a month, of the months that are compared.
    """

    months: tuple[date, ...]
    counts: tuple[int, ...]
    elsewhere: tuple[int, ...]
    start: int
    effect: Effect | None
    without: tuple[float, ...]
    mean_before: float
    mean_after: float
    silence: str

    def rows(self) -> Iterator[tuple[date, int, int | None, float | None]]:
        """Month, count, that of the comparison, what was to be expected; None where there is none."""
        blank = [None] * (len(self.months) - len(self.without))
        elsewhere = self.elsewhere or [None] * len(self.months)
        return zip(self.months, self.counts, elsewhere, [*blank, *self.without], strict=True)


def asked(start: date, said: Mapping[str, str], areas: Collection[str]) -> Question:
    """What an address says, `area group cause other`; nonsense is left out. `areas`: codes of the unit."""
    known = {"area": areas, **{name: codes[listed] for name, listed in LISTED.items()}}
    key = tuple((name, said[name]) for name in known if said.get(name) in known[name])
    own, other = dict(key).get("area"), said.get("other", "")
    fits = other != own and (other in areas or (other == REST and own is not None))
    return Question(start, key, other if fits else "")


def projects(unit: Unit) -> QuerySet[Entry]:
    """The promotion projects of the unit and of those beneath it, the latest first."""
    return Entry.objects.below(unit).filter(ledger=PROJECTS, withdrawn_at=None)[:MOST_PROJECTS]


def evaluated(unit: Unit, question: Question, today: date) -> Told:
    """The months up to the last whole one in which there is a card; at most five years before the start."""
    cards = columns.asked(unit, None, Ask())
    begins, ends = cards.first_day(), cards.last_day()
    start = _month(min(max(question.start, queries.EARLIEST), today), HALF)
    first = max(_month(begins or today, 1), months_later(start, -MOST_BEFORE))
    months, at = [], first
    while at < today.replace(day=1) and ends and at <= ends:
        months.append(at)
        at = months_later(at, 1)
    place = sum(month < start for month in months)
    counts = _counts(unit, question.key, months)
    elsewhere = _elsewhere(unit, question, months, counts) if question.other else []
    before, after = _whole_years(counts, place)
    told = Told(
        tuple(months), tuple(counts), tuple(elsewhere), place, None, (), _mean(before), _mean(after),
        _too_short(months, place),
    )  # fmt: skip
    if told.silence:
        return told
    try:
        effect, without = _estimated(counts, elsewhere, place)
    except ValueError:
        return replace(told, silence="few")
    return replace(told, effect=effect, without=without)


def _too_short(months: Sequence[date], start: int) -> str:
    if start < FEWEST:
        return "before"
    return "after" if len(months) - start < FEWEST else ""


def _estimated(
    counts: Sequence[int], elsewhere: Sequence[int], start: int
) -> tuple[Effect, tuple[float, ...]]:
    """The effect and what was to be expected from the start on. Raises ValueError with too few cases."""
    before, after = _whole_years(counts, start)
    if sum(before) < FEW:
        raise ValueError(f"{FEW} cases are needed before the start")
    if not elsewhere:
        found = interrupted(counts, start)
        return found.step, tuple(found.without.tolist())
    effect = difference_in_differences(before, after, *_whole_years(elsewhere, start))
    return effect, (_mean(after) / effect.factor,) * (len(counts) - start)


def _whole_years(counts: Sequence[int], start: int) -> tuple[Sequence[int], Sequence[int]]:
    """The years that end, and those that begin, with the start."""
    return counts[start % YEAR : start], counts[start : len(counts) - (len(counts) - start) % YEAR]


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts) if counts else 0.0


def _month(day: date, latest: int) -> date:
    """The first of the month of a day up to the `latest` of it, else of the next."""
    month = Period.month_of(day)
    return month.start if day.day <= latest else month.next().start


def _counts(unit: Unit, key: Key, months: Sequence[date]) -> list[int]:
    found = columns.asked(unit, None, queries.parse(queries.question(key))).counted("month")
    return [found[month,] for month in months]


def _elsewhere(unit: Unit, question: Question, months: Sequence[date], own: Sequence[int]) -> list[int]:
    kind = tuple(pair for pair in question.key if pair[0] != "area")
    if question.other != REST:
        return _counts(unit, (*kind, ("area", question.other)), months)
    every = _counts(unit, kind, months)
    return [count - here for count, here in zip(every, own, strict=True)]
