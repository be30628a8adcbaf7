"""The timeline as a drawing: rows, bars, the scale of days. Lengths are pixels of the SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from safecommunity.core.periods import Period
from safecommunity.core.working_days import Calendar

ZOOMS: Mapping[str, float] = {"week": 14.0, "month": 3.2, "quarter": 1.2}
ROW, HEAD, BAR = 28, 32, 14
NAMES = 320  # width of the column of names
WIDE, NARROW = 13, 7  # of a Chinese and of a Latin letter
GAP = 6
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is drawn of a task. `row`: tasks with the same one share a row; `look`: its class; from `earliest`
    on it may begin, which is drawn as its slack."""

    code: str
    row: str
    phase: str
    name: str
    start: date
    finish: date
    earliest: date
    look: str
    address: str
    after: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    entry: Entry
    x: float
    y: float
    width: float
    slack: float

    @property
    def label(self) -> str:
        return f"{self.entry.name} {self.entry.start:%Y-%m-%d} – {self.entry.finish:%Y-%m-%d}"

    @property
    def middle(self) -> float:
        return self.y + BAR / 2

    @property
    def free_from(self) -> float:
        return self.x - self.slack

    @property
    def end(self) -> float:
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Name:
    """A line of the column of names. `address`: empty for a phase, and for a row of several tasks."""

    text: str
    whole: str
    y: float
    address: str = ""
    is_phase: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    names: Sequence[Name]
    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, str]]
    free: Sequence[tuple[float, float]]
    links: Sequence[str]
    today: float | None
    goal: float | None


def drawing(
    entries: Sequence[Entry],
    phases: Mapping[str, str],
    *,
    zoom: str,
    today: date,
    goal: date | None,
    calendar: Calendar,
) -> Drawing:
    """Phases in their order, under each its rows by their first day. `entries` holds at least one."""
    scale = ZOOMS[zoom]
    first = min(min(entry.start, entry.earliest) for entry in entries).replace(day=1)
    last = max(entry.finish for entry in entries) + 10 * DAY

    def x(day: date) -> float:
        return round((day - first).days * scale, 1)

    names, bars, y = list[Name](), list[Bar](), float(HEAD)
    for phase, title in phases.items():
        rows = _rows(entry for entry in entries if entry.phase == phase)
        if not rows:
            continue
        names.append(Name(_short(title), title, y, is_phase=True))
        y += ROW
        for row in rows:
            names.append(Name(_short(row[0].name), row[0].name, y, row[0].address if len(row) == 1 else ""))
            bars += [_bar(entry, x, y, scale) for entry in row]
            y += ROW
    return Drawing(
        width=x(last),
        height=y + GAP,
        names=names,
        bars=bars,
        ticks=[(x(day), text) for day, text in _ticks(zoom, first, last)],
        free=[(x(day), scale) for day in _days(first, last) if not calendar.is_working(day)]
        if zoom == "week" else [],
        links=_links(bars),
        today=x(today) + scale / 2 if first <= today < last else None,
        goal=x(goal) + scale if goal and first <= goal < last else None,
    )  # fmt: skip


def _rows(entries: Iterable[Entry]) -> list[list[Entry]]:
    rows: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: (one.start, one.finish)):
        rows.setdefault(entry.row, []).append(entry)
    return list(rows.values())


def _bar(entry: Entry, x: Callable[[date], float], y: float, scale: float) -> Bar:
    left = x(entry.start)
    width = max(x(entry.finish) + scale - left, 3.0)
    slack = max(left - x(entry.earliest), 0.0)
    return Bar(entry, left, y + (ROW - BAR) / 2, round(width, 1), round(slack, 1))


def _links(bars: Sequence[Bar]) -> list[str]:
    """Lines from the end of what comes before to the start of what follows."""
    by_code = {bar.entry.code: bar for bar in bars}
    return [
        f"M{by_code[code].end:g} {by_code[code].middle:g}H{bar.x - 2:g}V{bar.middle:g}h2"
        for bar in bars
        for code in bar.entry.after
        if code in by_code
    ]


def _ticks(zoom: str, first: date, last: date) -> list[tuple[date, str]]:
    if zoom == "week":
        return [(day, f"{day:%m-%d}") for day in _days(first, last) if day.weekday() == 0]
    of = Period.month_of if zoom == "month" else Period.quarter_of
    found, period = [], of(first)
    while period.start < last:
        text = f"{period.start:%Y-%m}" if zoom == "month" else period.code
        found.append((max(period.start, first), text))
        period = period.next()
    return found


def _days(first: date, last: date) -> Iterable[date]:
    return (first + number * DAY for number in range((last - first).days))


def _short(text: str) -> str:
    """As much of the text as the column holds."""
    room, kept = NAMES - 2 * WIDE, ""
    for letter in text:
        room -= WIDE if ord(letter) > 0x2E80 else NARROW
        if room < 0:
            return f"{kept}…"
        kept += letter
    return kept
