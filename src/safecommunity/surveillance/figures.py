"""What the cards tell: counts by their columns, held against what is usual and against the people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import numpy as np
from numpy.typing import NDArray

from safecommunity.accounts.models import User
from safecommunity.analysis import rates
from safecommunity.analysis.rates import Limits, Ratio
from safecommunity.analysis.usual import Usual, standing_out, usual
from safecommunity.core.watches import Watch
from safecommunity.library import codes
from safecommunity.places import queries as places
from safecommunity.places.queries import Denominator
from safecommunity.surveillance import columns, queries
from safecommunity.surveillance.columns import Columns
from safecommunity.surveillance.queries import AREA, UNSAID, Ask, Key
from safecommunity.surveillance.standards import CHINA, FEW, YEAR, Rates, people_of, rates_of, span, standard
from safecommunity.units.models import Unit

PAST_MONTHS = 37
BREAKDOWNS: tuple[tuple[str, ...], ...] = (
    ("cause",), ("cause", "group"), ("cause", "place"), ("cause", "group", "place"), ("area",),
)  # fmt: skip
MOST_PARTS = 3
SURE = 0.998


@dataclass(frozen=True, slots=True)
class Part:
    """Cards with something in common: how many, and what would be usual."""

    key: Key
    count: int
    usual: Usual


@dataclass(frozen=True, slots=True)
class Story:
    """A month: its count, what would be usual (None: too little past), what explains a rise, the past counts.

    `months`: (first day, count) up to this month.
    """

    first: date
    last: date
    count: int
    usual: Usual | None
    parts: tuple[Part, ...]
    months: tuple[tuple[date, int], ...]

    @property
    def standing(self) -> str:
        """`more`, `fewer` or `usual`; "" when one cannot tell."""
        if self.usual is None:
            return ""
        if self.count > self.usual.high:
            return "more"
        return "fewer" if self.count < self.usual.low else "usual"


@dataclass(frozen=True, slots=True)
class Band:
    """An age band in the pyramid: per sex the count and the rate a thousand people and year, if any."""

    code: str
    male: int
    female: int
    male_rate: Limits | None
    female_rate: Limits | None


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the unit: cases, people, rate a thousand and year, the rate drawn to the mean, its standing.

    `standing`: `high` or `low` beyond the limits that 998 of 1,000 ordinary areas of its size keep, `usual`
    within, "" where people or cases are too few; `ratio`: cases over those expected by age and sex.
    """

    code: str
    name: str
    count: int
    people: int
    rate: float | None
    smoothed: float | None
    ratio: Limits | None
    standing: str


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of rows × columns with the cells that stand out (1, −1, 0)."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: NDArray[np.int64]
    marks: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Explored:
    total: int
    first: date
    last: date
    bands: tuple[Band, ...]
    ranks: Mapping[str, tuple[tuple[str, int], ...]]
    hours: Table
    unsaid_hours: int
    months: tuple[tuple[date, int], ...]
    areas: tuple[Area, ...]
    cross: Table
    people_year: int | None
    rates: Rates


@dataclass(frozen=True, slots=True)
class Weeks:
    """Numbers of cards week by week, the week that was asked for at the end: all of them, and by `series`."""

    total: NDArray[np.int64]
    series: Mapping[Key, NDArray[np.int64]]


def story(unit: Unit, user: User, month: date) -> Story:
    """The month that begins on this day."""
    first, after = month.replace(day=1), _next(month)
    last = after - timedelta(days=1)
    begins = columns.asked(unit, user, Ask(to_date=last)).first_day() or first
    months = _months(max(begins, _back(first, PAST_MONTHS - 1)), first)
    cards = columns.asked(unit, user, Ask().between(months[0], last))
    total, series = _monthly(cards, months), _series(cards, months)
    found = usual(total, len(months) - 1)
    parts = _explained(series, len(months) - 1) if found and total[-1] > found.expected else ()
    return Story(first, last, int(total[-1]), found, parts, tuple(zip(months, map(int, total), strict=True)))


def explore(unit: Unit, user: User, ask: Ask, first: date, last: date) -> Explored:
    """Who, where, when and how of the cards that answer, between two days."""
    cards = columns.asked(unit, user, ask.between(first, last))
    years = ((last - first).days + 1) / YEAR
    people_year, base = people_of(unit, ask, [last.year]).get(last.year, (None, None))
    by_band = cards.counted("band")
    hours = np.zeros((7, 24), np.int64)
    unsaid = 0
    for (day, hour), count in cards.counted("weekday", "hour").items():
        if hour is None:
            unsaid += count
        else:
            hours[day, hour] = count
    months = _months(first, last)
    return Explored(
        total=len(cards),
        first=first,
        last=last,
        bands=_bands(cards.counted("band", "sex"), base, years),
        ranks={name: _ranked(cards, name) for name in ("cause", "place", "activity", "severity", "outcome")},
        hours=Table(tuple(map(str, range(7))), tuple(map(str, range(24))), hours, standing_out(hours)),
        unsaid_hours=unsaid,
        months=tuple(zip(months, map(int, _monthly(cards, months)), strict=True)),
        areas=areas(unit, cards, people_year, years),
        cross=_cross(cards),
        people_year=people_year,
        rates=rates_of({code: n for (code,), n in by_band.items()}, base, ask, standard(CHINA), years),
    )


def compare(
    unit: Unit, user: User, ask: Ask, first: date, last: date
) -> list[tuple[date, date, int, int, Ratio]]:
    """This period against the same days of last year and of the three years before it together.

    (first and last day of the other, count of the other, its number of years, ratio of rates a day).
    """
    begins = columns.asked(unit, user, Ask()).first_day()

    def count_of(span: tuple[date, date]) -> int:
        return len(columns.asked(unit, user, ask.between(*span)))

    count = count_of((first, last))
    days = (last - first).days + 1
    found = []
    for years in (1, 3):
        spans = [(_years_back(first, back), _years_back(last, back)) for back in range(1, years + 1)]
        if begins is None or spans[-1][0] < begins:
            continue
        other = sum(map(count_of, spans))
        length = sum((end - start).days + 1 for start, end in spans)
        ratio = rates.rate_ratio(count, days, other, length)
        found.append((spans[-1][0], spans[0][1], other, years, ratio))
    return found


def areas(unit: Unit, cards: Columns, year: int | None, years: float) -> tuple[Area, ...]:
    """The parts of the unit; expected cases by the rates by age and sex of all together."""
    names = queries.parts(unit)
    digits = min(map(len, names), default=AREA)
    cells = Counter[tuple[str, str, str]](
        {key: n for key, n in cards.counted("area", "band", "sex", digits=digits).items() if key[0] in names}
    )
    counts = {code: sum(n for key, n in cells.items() if key[0] == code) for code in names}
    bases = places.population_of_each(list(names), year) if year else {}
    people = {code: bases[code].total if year else 0 for code in names}
    known = [code for code in names if people[code]]
    expected = _expected(cells, {code: bases[code] for code in known})
    rows_: list[Area] = []
    n = np.array([people[code] for code in known], dtype=float) * years
    y = np.array([counts[code] for code in known], dtype=float)
    enough = len(known) > 1 and y.sum() >= FEW
    smooth = rates.smoothed(y, n) if enough else np.full(len(known), np.nan)
    limits = rates.funnel(n, float(y.sum() / n.sum()), 0.998) if enough else None
    at = {code: place for place, code in enumerate(known)}
    for code, name in names.items():
        place = at.get(code)
        if place is None or limits is None:
            rows_.append(Area(code, name, counts[code], people[code], None, None, None, ""))
            continue
        rate = y[place] / n[place]
        standing = "high" if rate > limits.upper[place] else "low" if rate < limits.lower[place] else "usual"
        wanted = expected.get(code, 0.0)
        ratio = rates.rate(counts[code], wanted) if wanted > 0 and counts[code] >= FEW else None
        told = counts[code] >= FEW
        rows_.append(
            Area(code, name, counts[code], people[code], rate * 1000 if told else None,
                 float(smooth[place]) * 1000, ratio, standing)
        )  # fmt: skip
    return tuple(sorted(rows_, key=lambda one: (-(one.smoothed or 0), -one.count, one.code)))


def weekly(unit: Unit, watch: Watch, monday: date) -> Weeks:
    """The weeks up to the one that begins on this Monday; restricted cards not."""
    begin = monday - timedelta(days=7 * (watch.weeks - 1))
    cards = columns.asked(unit, None, Ask().between(begin, monday + timedelta(days=6)))
    first = cards.first_day()
    if first is None:
        return Weeks(np.zeros(1, np.int64), {})
    weeks = (monday - first).days // 7 + 1 if first <= monday else 1
    start = monday - timedelta(days=7 * (weeks - 1))
    (total,) = cards.weekly(("state",), start, weeks).values() or [np.zeros(weeks, np.int64)]
    series = {
        tuple(zip(one.by, said, strict=True)): counts
        for one in watch.series
        for said, counts in cards.weekly(one.by, start, weeks).items()
    }
    return Weeks(total, series)


def watched(weeks: Weeks, watch: Watch) -> list[Key]:
    """The most frequent ones of the combinations watched."""
    kept: list[Key] = []
    for one in watch.series:
        said = {
            key: int(counts.sum())
            for key, counts in weeks.series.items()
            if tuple(name for name, _value in key) == one.by
        }
        kept += sorted(said, key=lambda key: (-said[key], key))[: one.most]
    return kept


def elsewhere(here: Weeks, around: Weeks, keys: Sequence[Key]) -> NDArray[np.float64] | None:
    """Series × weeks: what the rest of the unit above leads to expect here, by the share of all cards.

    `around`: the weeks of that unit, with the cards from here. None where the rest has hardly any cards.
    """
    weeks = len(here.total)
    rest = around.total[-weeks:] - here.total
    if rest[:-1].sum() < FEW:
        return None
    nothing = np.zeros(weeks, np.int64)
    there = [around.series.get(key, nothing)[-weeks:] - here.series[key] for key in keys]
    return np.array(there, float) * float(here.total[:-1].sum() / rest[:-1].sum())


def _explained(series: Mapping[Key, NDArray[np.float64]], at: int) -> tuple[Part, ...]:
    """The parts far above their own usual range with the largest excess, none inside another.

    Dozens are looked at, so a part has to pass a wider range than the one that is told.
    """
    found = []
    for key, counts in series.items():
        if not key or counts[at] < 3:
            continue
        own = usual(counts, at)
        if own and counts[at] > own.high and _is_sure(counts, at):
            found.append(Part(key, int(counts[at]), own))
    found.sort(key=lambda one: (-(one.count - one.usual.expected) * (1 + 0.25 * len(one.key)), one.key))
    kept: list[Part] = []
    for one in found:
        if not any(set(one.key) <= set(other.key) or set(other.key) <= set(one.key) for other in kept):
            kept.append(one)
    return tuple(kept[:MOST_PARTS])


def _is_sure(counts: NDArray[np.float64], at: int) -> bool:
    wide = usual(counts, at, level=SURE)
    return wide is not None and bool(counts[at] > wide.high)


def _monthly(cards: Columns, months: Sequence[date]) -> NDArray[np.float64]:
    counted = cards.counted("month")
    return np.array([counted[month,] for month in months], float)


def _series(cards: Columns, months: Sequence[date]) -> dict[Key, NDArray[np.float64]]:
    at = {month: place for place, month in enumerate(months)}
    series: dict[Key, NDArray[np.float64]] = {}
    for by in BREAKDOWNS:
        for (month, *values), count in cards.counted("month", *by).items():
            if all(values):
                key = tuple(zip(by, values, strict=True))
                series.setdefault(key, np.zeros(len(months)))[at[month]] += count
    return series


def _bands(cells: Mapping[tuple[str, str], int], base: Denominator | None, years: float) -> tuple[Band, ...]:
    found = []
    for code in codes["age-bands"]:
        first, last = span(code)
        rate: dict[str, Limits | None] = {}
        for sex, gb in (("male", "1"), ("female", "2")):
            count = cells.get((code, sex), 0)
            people = base.of(sex=gb, age_from=first, age_to=last) if base else None
            rate[sex] = rates.rate(count, people * years / 1000) if people and count >= FEW else None
        found.append(
            Band(code, cells.get((code, "male"), 0), cells.get((code, "female"), 0),
                 rate["male"], rate["female"])
        )  # fmt: skip
    return tuple(found)


def _ranked(cards: Columns, name: str) -> tuple[tuple[str, int], ...]:
    counted = cards.counted(name).items()
    return tuple(sorted(((code or UNSAID, n) for (code,), n in counted), key=lambda one: (-one[1], one[0])))


def _cross(cards: Columns) -> Table:
    """Causes × age bands."""
    causes, bands = tuple(codes["injury-causes"]), tuple(codes["age-bands"])
    counts = np.zeros((len(causes), len(bands)), np.int64)
    for (cause, band), count in cards.counted("cause", "band").items():
        if cause in causes and band in bands:
            counts[causes.index(cause), bands.index(band)] = count
    kept = np.flatnonzero(counts.sum(axis=1))
    shown = counts[kept]
    marks = standing_out(shown) if len(kept) else np.zeros(shown.shape, np.int8)
    return Table(tuple(causes[place] for place in kept), bands, shown, marks)


def _expected(
    cells: Mapping[tuple[str, str, str], int], bases: Mapping[str, Denominator]
) -> dict[str, float]:
    """Area → cases if each age and sex had the rate of all areas together; {} where parts are unknown."""
    expected = dict.fromkeys(bases, 0.0)
    for band, (sex, gb) in product(codes["age-bands"], (("male", "1"), ("female", "2"))):
        first, last = span(band)
        people = {code: base.of(sex=gb, age_from=first, age_to=last) for code, base in bases.items()}
        if any(count is None for count in people.values()):
            return {}
        total = sum(count or 0 for count in people.values())
        cases = sum(cells.get((code, band, sex), 0) for code in bases)
        for code in bases:
            expected[code] += cases * (people[code] or 0) / total if total else 0.0
    return expected


def _months(first: date, last: date) -> list[date]:
    months = [first.replace(day=1)]
    while months[-1] < last.replace(day=1):
        months.append(_next(months[-1]))
    return months


def _next(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _years_back(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)
