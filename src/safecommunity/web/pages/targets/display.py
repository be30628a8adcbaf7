"""Targets in the words and marks of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core.metrics import Metric, plain
from safecommunity.core.programmes import Aim
from safecommunity.core.targets import Standing, gone
from safecommunity.metrics.queries import named
from safecommunity.programmes.models import Programme
from safecommunity.targets import queries
from safecommunity.targets.models import Pledge, Revision, Target
from safecommunity.targets.queries import Line
from safecommunity.units.models import Unit
from safecommunity.web.components.words import local

BADGES: dict[Standing, str] = {"reached": "done", "open": "doing", "missed": "overdue", "unknown": "not-due"}
LIGHTS: dict[Standing, str] = {"reached": "good", "open": "part", "missed": "poor", "unknown": "none"}
TONES: dict[Standing, str] = {"reached": "done", "open": "", "missed": "wrong", "unknown": ""}
WORDS: dict[Standing, Any] = {
    "reached": gettext_lazy("已完成"),
    "open": gettext_lazy("进行中"),
    "missed": gettext_lazy("未完成"),
    "unknown": gettext_lazy("无数据"),
}
KEY = {LIGHTS[code]: word for code, word in WORDS.items()} | {"none": gettext_lazy("没有分解或没有数据")}


@dataclass(frozen=True, slots=True)
class Row:
    """A target as a row: the word of its standing, its badge, value and amount with their unit."""

    target: Target
    name: str
    amount: str
    value: str
    badge: str
    word: str
    progress: str
    records: str


def row(line: Line, today: date) -> Row:
    one = line.target
    records = reverse("metrics:records", args=[one.unit.slug, one.metric.partition("/")[0]])
    part = one.metric.partition("/")[2]
    return Row(
        target=one,
        name=local(one.rules),
        amount=worded(one.amount, one.rules),
        value="—" if line.value is None else worded(line.value, one.rules),
        badge=BADGES[line.standing],
        word=str(WORDS[line.standing]),
        progress=_progress(line, today),
        records=f"{records}?period={one.year}" + (f"&part={part}" if part else ""),
    )


def worded(amount: Decimal, metric: Metric) -> str:
    """A number with its unit, and the sense of a ceiling: ≤ 3."""
    sign = "≤ " if metric.better == "lower" else ""
    return f"{sign}{plain(amount)} {local(metric, 'unit')}"


def aim(one: Aim, programme: Programme) -> tuple[str, str, date]:
    """Name, amount and day of a target that a plan states."""
    metric = named(one.metric)
    due = one.due(programme.start_date.year)
    return (
        (local(metric), worded(one.amount, metric), due) if metric else (one.metric, plain(one.amount), due)
    )


def lights(board: Sequence[queries.Row], year: int) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """The rows of the traffic-light table."""
    return [
        (
            unit.name,
            f"{reverse('targets:index', args=[unit.slug])}?year={year}",
            [_cell(line) for line in lines],
        )
        for unit, lines in board
    ]


def points(rows: Sequence[tuple[Unit, Line]], places: dict[int, tuple[float, float]]) -> dict[str, Any]:
    """What the map draws: each unit that has a place, in the tone of where it stands."""
    return {
        "tiles": settings.MAP_TILES,
        "attribution": settings.MAP_ATTRIBUTION,
        "points": [
            {
                "lat": places[unit.pk][0],
                "lng": places[unit.pk][1],
                "label": f"{unit.name}：{WORDS[line.standing]}（{_fraction(line)}）",
                "url": reverse("targets:detail", args=[unit.slug, line.target.uuid]),
                "tone": TONES[line.standing],
            }
            for unit, line in rows
            if unit.pk in places
        ],
    }


def pledge_rows(row: Pledge, before: Pledge | None) -> list[tuple[str, str, str, str]]:
    """Name, the amount in the letter before where it differs, the amount, the due day."""
    old = {one["metric"]: one["amount"] for one in before.lines} if before else {}
    return [
        (
            local(metric) if (metric := named(one["metric"])) else one["name"],
            was if (was := old.get(one["metric"], "")) != one["amount"] else "",
            f"{'≤ ' if one['better'] == 'lower' else ''}{one['amount']} {one['unit']}",
            one["due"],
        )
        for one in row.lines
    ]


def changes(rows: Sequence[Revision]) -> list[tuple[Revision, str, str]]:
    """Each change with the amounts as they are read."""
    return [(one, "" if one.before is None else plain(one.before), plain(one.after)) for one in rows]


def gap_words(gap: Decimal) -> str:
    if not gap:
        return ""
    text = _("分解合计多 %(n)s") if gap > 0 else _("分解合计少 %(n)s")
    return text % {"n": plain(abs(gap))}


def _cell(line: Line | None) -> tuple[str, str, str]:
    if line is None:
        return "none", "", ""
    return (
        LIGHTS[line.standing],
        _fraction(line),
        reverse("targets:detail", args=[line.target.unit.slug, line.target.uuid]),
    )


def _fraction(line: Line) -> str:
    value = "—" if line.value is None else plain(line.value)
    return f"{value} / {plain(line.target.amount)}"


def _progress(line: Line, today: date) -> str:
    """How much of the time is gone beside how much is done, while it is still open."""
    one = line.target
    if line.standing != "open" or one.rules.better == "lower" or not one.amount or line.value is None:
        return ""
    done, time = line.value / one.amount, gone(one.year, one.due_date, today)
    return _("时间过去 %(time)s%%，完成 %(done)s%%") % {"time": int(time * 100), "done": int(done * 100)}
