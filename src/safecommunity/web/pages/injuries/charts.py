"""The explorer's charts: tables with bars and shades, so that the chart is its own table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from safecommunity.analysis import rates
from safecommunity.surveillance.figures import Area, Explored, Table
from safecommunity.surveillance.queries import UNSAID
from safecommunity.surveillance.wording import word
from safecommunity.web.pages.injuries.sentences import standing

LEVELS = 5
MOST_MONTHS = 60
WIDE, HIGH, LEFT, LOW = 720, 300, 48, 30
STANDINGS = {"high": "wrong", "low": "done", "usual": "", "": "quiet"}


@dataclass(frozen=True, slots=True)
class Cell:
    count: int
    level: int
    mark: int


def of(found: Explored) -> dict[str, Any]:
    """What the page shows besides the figures themselves."""
    most = max((max(one.male, one.female) for one in found.bands), default=0)
    return {
        "bands": [
            (word("band", one.code), one, _share(one.male, most), _share(one.female, most))
            for one in reversed(found.bands)
        ],
        "ranks": {name: list(_rank(found, name)) for name in found.ranks},
        "heat": [(weekday(day), cells) for day, cells in enumerate(_cells(found.hours))],
        "hours": range(24),
        "periods": _periods(found),
        "by_year": len(found.months) > MOST_MONTHS,
        "cross": [
            (word("cause", code), code, cells)
            for code, cells in zip(found.cross.rows, _cells(found.cross), strict=True)
        ],
        "cross_bands": [word("band", code) for code in found.cross.columns],
        "area_rows": area_rows(found),
    }


def _periods(found: Explored) -> list[tuple[str, int, float]]:
    """Month by month, year by year where there are too many: what it is called, its cards, its bar."""
    counts = Counter[str]()
    for first, n in found.months:
        counts[f"{first:%Y}" if len(found.months) > MOST_MONTHS else f"{first:%Y-%m}"] += n
    most = max(counts.values(), default=0)
    return [(name, n, _share(n, most)) for name, n in counts.items()]


def area_rows(found: Explored) -> list[tuple[Area, str, str]]:
    """The neighbourhoods with how they stand, in a word and a tone."""
    return [(one, standing(one.standing), STANDINGS[one.standing]) for one in found.areas]


def weekday(day: int) -> str:
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")][day]


def rows(found: Explored, table: str) -> Iterator[list[Any]]:
    """A table as rows for a file, headings first."""
    if table == "bands":
        yield [_("年龄组"), _("男"), _("女"), _("男，每千人年"), _("女，每千人年")]
        for one in found.bands:
            male, female = (f"{x.value:.2f}" if x else "" for x in (one.male_rate, one.female_rate))
            yield [word("band", one.code), one.male, one.female, male, female]
    elif table == "cause":
        yield [_("伤害原因"), _("起数")]
        yield from ([word("cause", code), n] for code, n in found.ranks["cause"])
    elif table == "hours":
        yield ["", *range(24)]
        yield from ([weekday(day), *line] for day, line in enumerate(found.hours.counts.tolist()))
    elif table == "months":
        yield [_("月份"), _("起数")]
        yield from ([f"{first:%Y-%m}", n] for first, n in found.months)
    elif table == "areas":
        yield [
            _("地方"),
            _("起数"),
            _("人口"),
            _("每千人年"),
            _("平滑后每千人年"),
            _("与按性别年龄应有数之比"),
            _("高低"),
        ]
        for area in found.areas:
            shown = [f"{x:.2f}" if x is not None else "" for x in (area.rate, area.smoothed)]
            compared = f"{area.ratio.value:.2f}" if area.ratio else ""
            yield [area.name, area.count, area.people, *shown, compared, standing(area.standing)]
    else:
        yield [_("伤害原因"), *(word("band", code) for code in found.cross.columns)]
        for code, line in zip(found.cross.rows, found.cross.counts.tolist(), strict=True):
            yield [word("cause", code), *line]


def method(table: str) -> str:
    """How a table was worked out, for the foot of its export."""
    notes = {
        "bands": _("率＝起数÷（人口×年数），精确泊松95%界限；不足10起不计算。"),
        "areas": _(
            "平滑：Marshall 经验贝叶斯；高低：漏斗图99.8%界限；应有数：各地合计的性别年龄别率间接标化。"
        ),
        "hours": _("有时点的卡按星期和小时计数；标记：校正残差，Benjamini–Hochberg 1%。"),
        "cross": _("原因×年龄组计数；标记：校正残差，Benjamini–Hochberg 1%，不足5起不标。"),
    }
    return notes.get(table, _("按伤害发生日期计数，已合并和撤回的卡不计。"))


def funnel(found: Explored) -> dict[str, Any] | None:
    """The rate of every neighbourhood against its size, and between which limits chance alone moves it."""
    known = [one for one in found.areas if one.people and one.standing]
    if len(known) < 2:
        return None
    years = ((found.last - found.first).days + 1) / 365.25
    people = np.array([one.people for one in known], dtype=float) * years
    counts = np.array([one.count for one in known], dtype=float)
    mean = float(counts.sum() / people.sum())
    grid = np.linspace(people.min() * 0.7, people.max() * 1.1, 40)
    limits = {level: rates.funnel(grid, mean, level) for level in (0.95, 0.998)}
    top = max(float(limits[0.998].upper.max()), float((counts / people).max())) * 1.05

    def x(value: float) -> float:
        return round(float(LEFT + (value - grid[0]) / (grid[-1] - grid[0]) * (WIDE - LEFT - 8)), 1)

    def y(value: float) -> float:
        return round(HIGH - LOW - value / top * (HIGH - LOW - 8), 1)

    def line(values: np.ndarray) -> str:
        return " ".join(f"{x(at)},{y(value)}" for at, value in zip(grid, values, strict=True))

    points = [
        {"x": x(at), "y": y(count / at), "name": one.name, "tone": STANDINGS[one.standing]}
        for one, at, count in zip(known, people, counts, strict=True)
    ]
    bounds = [(str(level), line(found_.lower), line(found_.upper)) for level, found_ in limits.items()]
    return {
        "points": points, "bounds": bounds, "mean": y(mean), "mean_rate": f"{mean * 1000:.1f}", "left": LEFT,
        "right": WIDE - 8, "bottom": HIGH - LOW, "wide": WIDE, "high": HIGH, "top_rate": f"{top * 1000:.0f}",
        "few": round(grid[0] / years), "many": round(grid[-1] / years),
    }  # fmt: skip


def calendar(counts: Mapping[date, int]) -> list[tuple[int, list[Cell | None]]]:
    """By year, the newest first, a cell of every month; None where it is not among those counted."""
    years = sorted({month.year for month in counts}, reverse=True)
    months = [[date(year, month, 1) for month in range(1, 13)] for year in years]
    grid = np.array([[counts.get(month, 0) for month in line] for line in months])
    lines = _cells(Table((), (), grid, np.zeros(grid.shape, np.int8)))
    return [
        (year, [cell if month in counts else None for month, cell in zip(line, cells, strict=True)])
        for year, line, cells in zip(years, months, lines, strict=True)
    ]


def _rank(found: Explored, name: str) -> Iterator[tuple[str, str, int, float, int]]:
    """Word, code, count, length of the bar, share in per cent."""
    most = found.ranks[name][0][1] if found.ranks[name] else 0
    for code, count in found.ranks[name]:
        yield word(name, code), code or UNSAID, count, _share(count, most), round(count / found.total * 100)


def _cells(table: Table) -> list[list[Cell]]:
    most = int(table.counts.max()) if table.counts.size else 0
    levels = np.where(table.counts > 0, 1 + (LEVELS - 1) * table.counts // max(most, 1), 0)
    return [
        [Cell(*one) for one in zip(*lines, strict=True)]
        for lines in zip(table.counts.tolist(), levels.tolist(), table.marks.tolist(), strict=True)
    ]


def _share(count: int, most: int) -> float:
    return round(count / most * 100, 1) if most else 0.0
