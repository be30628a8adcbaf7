"""Whether it is getting better: whole months and years, their trend and season, and where the series jumped.

A jump may be a new way of recording or a true change, which numbers cannot tell: nothing is held against
anything across it.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from safecommunity.accounts.models import User
from safecommunity.analysis import patterns, rates
from safecommunity.analysis.rates import Ratio
from safecommunity.core.codes import Code
from safecommunity.core.periods import months_later
from safecommunity.library import codes
from safecommunity.surveillance import columns, queries
from safecommunity.surveillance.queries import Ask
from safecommunity.surveillance.standards import FEW, Rates, people_of, rates_of, span
from safecommunity.units.models import Unit

MONTHS = 12
FEWEST = 2 * MONTHS  # months that a trend needs
LAST_YEARS = 5  # whole years that are looked at where nothing else is asked
HALF = 15  # where the cards begin later in a month, they count from the next one
SURE = 0.01
UNTIL = 75  # the age before which years of life count as lost


class Wave(NamedTuple):
    """The months (1 to 12) of the peak and of the trough, and how many times the trough the peak is."""

    peak: int
    trough: int
    times: float


class Break(NamedTuple):
    """The position of the first month of another level, how many times the one before it is, and whether it
    was found in all cards of the unit, of which only some are looked at.
    """

    at: int
    factor: float
    is_of_all: bool


@dataclass(frozen=True, slots=True)
class Year:
    """A whole year; `lost`: years of life lost before the age of 75; `people_year`: of which year the people
    are; `is_apart`: it has months from before the last break.
    """

    year: int
    deaths: int
    lost: float
    people_year: int | None
    rates: Rates
    is_apart: bool


@dataclass(frozen=True, slots=True)
class Trends:
    """`counts` of whole `months`. `trend` (a factor a year) and `season` are those of the months since the
    last of the `breaks`. `trend` None: `silence` says why: `short` or `few`. `season` None: none can be told.
    """

    months: tuple[date, ...]
    counts: tuple[int, ...]
    breaks: tuple[Break, ...]
    trend: Ratio | None
    season: Wave | None
    silence: str
    years: tuple[Year, ...]
    standard: Code

    @property
    def since(self) -> int:
        """Position of the first month that the others may be held against."""
        return _since(self.breaks)

    @property
    def comparable(self) -> tuple[Year, ...]:
        return tuple(one for one in self.years if not one.is_apart)


def trends(unit: Unit, user: User, ask: Ask, standard: Code, today: date) -> Trends:
    """The whole months between the days asked for; of five whole years and of this one, where none are.

    What breaks the series of all cards breaks that of some of them too: a new way of recording concerns all.
    """
    every = columns.asked(unit, user, Ask())
    months = _months(every.first_day(), ask, today)
    cells, totals = Counter[tuple[date, str, str]](), Counter[date]()
    if months:
        last = months_later(months[-1], 1) - timedelta(days=1)
        cells.update(
            columns.asked(unit, user, ask.between(months[0], last)).counted("month", "band", "outcome")
        )
    for (month, _band, _outcome), count in cells.items():
        totals[month] += count
    counts = [totals[month] for month in months]
    by_month = every.counted("month")
    all_counts = [by_month[month,] for month in months]
    days = [monthrange(month.year, month.month)[1] for month in months]
    breaks = _breaks(all_counts, days, 0, is_of_all=all_counts != counts)
    breaks += _breaks(counts, days, _since(breaks), is_of_all=False)
    since = _since(breaks)
    silence = _silence(counts[since:])
    return Trends(
        tuple(months), tuple(counts), tuple(breaks),
        None if silence else _yearly(counts[since:], days[since:]),
        None if silence else _season(counts[since:], days[since:], months[since]),
        silence, tuple(_years(unit, ask, standard, months, cells, since)), standard,
    )  # fmt: skip


def _months(begins: date | None, ask: Ask, today: date) -> list[date]:
    last = max(min(ask.to_date or today, today - timedelta(days=1)), queries.EARLIEST)
    end = (last + timedelta(days=1)).replace(day=1)
    asked = max(ask.from_date or date(end.year - LAST_YEARS, 1, 1), queries.EARLIEST)
    first = min(max(asked, begins or end), end)
    month = months_later(first.replace(day=1), int(first.day > HALF))
    count = (end.year - month.year) * MONTHS + end.month - month.month
    return [months_later(month, at) for at in range(count)]


def _silence(counts: Sequence[int]) -> str:
    if len(counts) < FEWEST:
        return "short"
    return "few" if sum(counts) < FEW or sum(map(bool, counts)) < MONTHS else ""


def _breaks(counts: Sequence[int], days: Sequence[int], at: int, *, is_of_all: bool) -> list[Break]:
    """From a position on the clearest jump, then the clearest one after it, and so on."""
    found: list[Break] = []
    while not _silence(counts[at:]):
        jump = patterns.jump(counts[at:], MONTHS, days[at:])
        if jump.p >= SURE:
            break
        at += jump.at
        found.append(Break(at, jump.factor, is_of_all))
    return found


def _since(breaks: Sequence[Break]) -> int:
    return breaks[-1].at if breaks else 0


def _yearly(counts: Sequence[int], days: Sequence[int]) -> Ratio:
    monthly = patterns.trend(counts, days, length=MONTHS)
    value, lower, upper = (one**MONTHS for one in (monthly.value, monthly.lower, monthly.upper))
    return Ratio(value, lower, upper, monthly.p)


def _season(counts: Sequence[int], days: Sequence[int], first: date) -> Wave | None:
    found = patterns.season(counts, MONTHS, days)
    if found.p >= SURE:
        return None
    peak = (first.month - 1 + round(found.peak)) % MONTHS
    return Wave(peak + 1, (peak + MONTHS // 2) % MONTHS + 1, found.ratio)


def _years(
    unit: Unit, ask: Ask, standard: Code, months: Sequence[date], cells: Counter[tuple[date, str, str]],
    since: int,
) -> list[Year]:  # fmt: skip
    """Those of which every month is there."""
    by_year = Counter(month.year for month in months)
    whole = [year for year, count in by_year.items() if count == MONTHS]
    people = people_of(unit, ask, whole) if whole else {}
    found = []
    for year in whole:
        bands, deaths = Counter[str](), Counter[str]()
        for (month, band, outcome), count in cells.items():
            if month.year == year:
                bands[band] += count
                deaths[band] += count if outcome == "died" else 0
        other, base = people.get(year, (None, None))
        found.append(
            Year(year, deaths.total(), _lost(deaths), other,
                 rates_of(bands, base, ask, standard, 1), date(year, 1, 1) < months[since])
        )  # fmt: skip
    return found


def _lost(deaths: Counter[str]) -> float:
    """By the middle of each age band, the last one by its beginning; deaths without an age are left out."""
    known = [code for code in codes["age-bands"] if deaths[code]]
    ages = [first if last is None else (first + last + 1) / 2 for first, last in map(span, known)]
    return rates.years_lost([deaths[code] for code in known], ages, UNTIL)
