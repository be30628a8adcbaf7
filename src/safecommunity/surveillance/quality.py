"""How far the cards can be relied on: what they do not say, come late, heap up, fell silent, hardly fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from safecommunity.accounts.models import User
from safecommunity.analysis.rates import rate_ratio
from safecommunity.surveillance import columns, queries
from safecommunity.surveillance.columns import Columns
from safecommunity.surveillance.models import InjuryCase
from safecommunity.surveillance.queries import Ask
from safecommunity.units.models import Unit

SAID = {
    **{name: name for name in ("sex", "place", "activity", "intent", "nature", "severity", "outcome")},
    "area": "area", "age": "band", "hour": "hour",
}  # fmt: skip
"""Field → the column that tells whether a card says it."""
DAYS, HOURS = 28, 24  # days that every month has
SURE = 0.999  # of a heap; half a hundred positions are looked at
LEAST_TIMES = 1.5
BASELINE = timedelta(days=364)
LEAST_CARDS = 10  # of a year, below which no silence is told
CHANCE = 0.05  # of one or more so long silences among all sources if nothing had changed
LISTED = 20
Fields = Mapping[str, tuple[str, ...]]
UNLIKELY: tuple[Fields, ...] = (
    {"cause": ("traffic", "non-motor"), "place": ("home",)},
    {"cause": ("drowning",), "place": ("road", "trade")},
    {"activity": ("work",), "band": ("0-4", "5-14")},
    {"activity": ("study",), "band": ("75-84", "85")},
    {"outcome": ("home",), "severity": ("severe",)},
)


@dataclass(frozen=True, slots=True)
class Source:
    """A source of cards: how many, how many do not say a field; of how many it is known when they came
    (`dated`: by their report date or, if a person filled them in, by the day of it), how many came late.
    """

    code: str
    total: int
    dated: int
    late: int
    unsaid: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Heap:
    """A day of the month or an hour with far more cards than those beside it have on average."""

    kind: str
    at: int
    count: int
    beside: float


@dataclass(frozen=True, slots=True)
class Silence:
    """A unit's source without a card for so many days, where so many a week were usual."""

    unit: str
    slug: str
    source: str
    last: date
    days: int
    weekly: float


@dataclass(frozen=True, slots=True)
class Quality:
    """`unlikely`: answers that hardly go together, with their number; `doubted`: the latest cards that were
    marked to be checked when they were entered, `doubts` of them in all.
    """

    first: date
    last: date
    sources: tuple[Source, ...]
    heaps: tuple[Heap, ...]
    silent: tuple[Silence, ...]
    unlikely: tuple[tuple[Fields, int], ...]
    doubts: int
    doubted: tuple[InjuryCase, ...]


def quality(unit: Unit, user: User, first: date, last: date) -> Quality:
    ask = Ask().between(first, last)
    cards, doubted = columns.asked(unit, user, ask), queries.cases(unit, user, ask).exclude(remark="")
    return Quality(
        first, last, _sources(cards),
        (*_heaps("day", _by(cards, "monthday"), range(1, DAYS + 1)),
         *_heaps("hour", _by(cards, "hour"), range(HOURS))),
        _silent(columns.asked(unit, user, Ask().between(last - BASELINE, last)), last),
        tuple((fields, n) for fields in UNLIKELY if (n := len(cards.saying(fields)))),
        doubted.count(), tuple(doubted[:LISTED]),
    )  # fmt: skip


def _sources(cards: Columns) -> tuple[Source, ...]:
    late = cards.counted("source", "late")
    unsaid = {name: cards.counted("source", column, digits=1) for name, column in SAID.items()}
    found = [
        Source(
            code, total, total - late[code, ""], late[code, "late"],
            {name: counts[code, None if name == "hour" else ""] for name, counts in unsaid.items()},
        )
        for (code,), total in cards.counted("source").items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.total, one.code)))


def _by(cards: Columns, name: str) -> dict[int, int]:
    return {at: count for (at,), count in cards.counted(name).items()}


def _heaps(kind: str, counts: Mapping[int, int], positions: Sequence[int]) -> list[Heap]:
    """Positions credibly above the two before and the two behind, which lie in a ring."""
    found = []
    for at, position in enumerate(positions):
        own = counts.get(position, 0)
        ring = [positions[(at + step) % len(positions)] for step in (-2, -1, 1, 2)]
        beside = sum(counts.get(one, 0) for one in ring)
        if own and rate_ratio(own, 1, beside, len(ring), SURE).lower > LEAST_TIMES:
            found.append(Heap(kind, position, own, beside / len(ring)))
    return found


def _silent(cards: Columns, last: date) -> tuple[Silence, ...]:
    """Sources whose silence up to the last day is too long to be chance.

    Of n cards spread evenly over T days none falls on the last q with the chance (1 − q / T)ⁿ.
    """
    counts, latest = cards.counted("unit", "source"), cards.latest("unit", "source")
    quiet = {key: (last - day).days for key, day in latest.items()}
    chance = {
        key: (1 - days / (BASELINE.days + 1)) ** counts[key] * len(counts) for key, days in quiet.items()
    }
    found = [key for key, count in counts.items() if count >= LEAST_CARDS and chance[key] < CHANCE]
    units = Unit.objects.in_bulk([unit for unit, _source in found])
    told = [
        Silence(
            units[unit].name, units[unit].slug, source, latest[key], quiet[key],
            counts[key] / (BASELINE.days + 1 - quiet[key]) * 7,
        )
        for key in found for unit, source in [key]
    ]  # fmt: skip
    return tuple(sorted(told, key=lambda one: (-one.days * one.weekly, one.slug, one.source)))
