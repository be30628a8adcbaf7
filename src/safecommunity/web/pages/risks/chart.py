"""The four-colour map with its slider over time and the lists behind it; statistics of risk points."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from safecommunity.core.map_clusters import Cluster, Point, clustered
from safecommunity.library import codes
from safecommunity.risks import queries
from safecommunity.risks.models import RiskPoint
from safecommunity.risks.queries import Area
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web import map_view
from safecommunity.web.access import PersonRequest, requires
from safecommunity.web.clock import today
from safecommunity.web.components.states import STATES
from safecommunity.web.components.words import local
from safecommunity.web.pages.risks import display

Grades = Sequence[tuple[str, str, str]]
LISTED = 12
PAGE = 50
LEVELS = {
    "point": gettext_lazy("风险点"), "building": gettext_lazy("楼栋"), "grid": gettext_lazy("网格"),
    "neighbourhood": gettext_lazy("社区"),
}  # fmt: skip
WAYS = {
    "field": gettext_lazy("领域"),
    "groups": gettext_lazy("高危人群"),
    "events": gettext_lazy("可能发生的事故"),
    "division": gettext_lazy("社区"),
    "kind": gettext_lazy("类型"),
}


@requires(Permission.RISK_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The map of a day: today, or the end of a month past. Marks are fetched for the part in view."""
    level, back, most = _level(request), _months(request), _most(unit)
    day = months_before(today(), min(back, most))
    standing = queries.standing(unit, day)
    counted = Counter(dict(queries.graded_counts(standing)))
    found = queries.areas(unit, day, level) if level != "point" else []
    context = {
        "level": level,
        "levels": LEVELS.items(),
        "day": day,
        "back": min(back, most),
        "most": most,
        "is_today": day == today(),
        "legend": display.legend(counted),
        "total": counted.total(),
        "sited": queries.sited(standing).count(),
        "lists": _lists(unit, day, counted) if level == "point" else [],
        "page": Paginator([_row(area) for area in found], PAGE).get_page(request.GET.get("page")),
        "map": _map(unit, day, level, found),
        "approval": settings.MAP_APPROVAL or "、".join(queries.approvals(unit)),
        "signs": [
            (queries.colour(grade), STATES[display.state_of(grade)].icon) for grade in codes["risk-grades"]
        ],
        "here": "map",
    }
    return render(request, "risks/map.html", context)


@requires(Permission.RISK_VIEW)
def marks(request: PersonRequest, unit: Unit) -> JsonResponse:
    """The marks of a part of the map at a zoom, clustered: points, or buildings."""
    day = months_before(today(), min(_months(request), _most(unit)))
    window, zoom, grades = map_view.window(request), map_view.zoom(request), _grades()
    if _level(request) == "building":
        found = [area for area in queries.areas(unit, day, "building", window) if area.middle]
        points = [Point(*area.middle, area.grade, key) for key, area in enumerate(found) if area.middle]
        drawn = [_mark(one, grades, _of_building(one, found, grades)) for one in clustered(points, zoom)]
        return JsonResponse({"marks": drawn})
    clusters = clustered(queries.map_points(unit, day, window), zoom)
    single = queries.points_by_key(unit, [one.keys[0] for one in clusters if one.count == 1])
    drawn = [_mark(one, grades, _of_point(one, single, grades)) for one in clusters]
    return JsonResponse({"marks": drawn})


@requires(Permission.RISK_VIEW)
def statistics(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Open points by grade and by field, group, possible accident or neighbourhood; how reviews stand."""
    by = request.GET.get("by", "field")
    by = by if by in WAYS else "field"
    rows = queries.crossed(unit, by)
    context = {
        "by": by,
        "ways": WAYS.items(),
        "rows": [(local(name), display.numbers(n), n[""], n.total()) for _code, name, n in rows],
        "legend": display.legend(sum(queries.counts(unit).values(), Counter[str]())),
        "overdue": queries.overdue(unit, today()),
        "forced": queries.open_calls(unit).count(),
        "uncontrolled": queries.uncontrolled(unit, today()).count(),
        "here": "statistics",
    }
    return render(request, "risks/statistics.html", context)


def months_before(day: date, months: int) -> date:
    """The day itself, or the last day of the month so many months before."""
    if not months:
        return day
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _most(unit: Unit) -> int:
    """How many months the slider goes back: to the first evaluation."""
    first, now = queries.first_day(unit), today()
    return (now.year - first.year) * 12 + now.month - first.month if first else 0


def _lists(unit: Unit, day: date, counted: Counter[str]) -> list[dict[str, Any]]:
    """The first points of each grade, the nearest review first."""
    return [
        {"grade": grade, "state": state, "count": count, "rows": queries.of_grade(unit, day, grade)[:LISTED]}
        for grade, state, count in display.legend(counted)
        if count
    ]


def _row(area: Area) -> tuple[Area, str, list[tuple[str, int]]]:
    return area, display.state_of(area.grade), display.numbers(Counter(area.counts))


def _map(unit: Unit, day: date, level: str, found: Sequence[Area]) -> dict[str, Any]:
    """What the map module draws: outlines and fixed marks, or where to fetch the marks of a view."""
    frame = queries.frame(unit, day)
    drawn: dict[str, Any] = {
        "tiles": settings.MAP_TILES,
        "attribution": settings.MAP_ATTRIBUTION,
        "bounds": map_view.bounds(frame),
    }
    if level in ("point", "building"):
        return {**drawn, "source": reverse("risks:marks", args=[unit.slug])}
    grades = _grades()
    features = [
        {"type": "Feature", "properties": _said(area, grades), "geometry": area.boundary}
        for area in found
        if area.boundary
    ]
    placed = [
        {**_said(area, grades), "lng": area.middle[0], "lat": area.middle[1]}
        for area in found
        if area.middle and not area.boundary
    ]
    return {**drawn, "areas": {"type": "FeatureCollection", "features": features}, "marks": placed}


def _grades() -> Grades:
    """Every grade with its name and colour, the highest first; asked for once, for thousands of marks."""
    return [(code, local(one), one.extra["colour"]) for code, one in codes["risk-grades"].items()]


def _said(area: Area, grades: Grades) -> dict[str, Any]:
    counted = Counter(area.counts)
    label = f"{area.name or area.code}：{_words(counted, grades)}"
    return {"tone": _tone(counted, grades), "label": label, "count": counted.total()}


def _mark(one: Cluster, grades: Grades, single: dict[str, Any]) -> dict[str, Any]:
    """A mark as the module draws it; the tone is that of the highest grade among its points."""
    return {**map_view.mark(one, _tone(one.tones, grades), _words(one.tones, grades)), **single}


def _of_point(one: Cluster, single: dict[int, RiskPoint], grades: Grades) -> dict[str, Any]:
    point = single.get(one.keys[0]) if one.count == 1 else None
    if point is None:
        return {}
    address = reverse("risks:detail", args=[point.unit.slug, point.uuid])
    return {"label": f"{point.name}：{_words(one.tones, grades)}", "url": address}


def _of_building(one: Cluster, found: Sequence[Area], grades: Grades) -> dict[str, Any]:
    return _said(found[one.keys[0]], grades) if one.count == 1 else {}


def _tone(counted: Counter[str], grades: Grades) -> str:
    return next((colour for code, _name, colour in grades if counted[code]), "")


def _words(counted: Counter[str], grades: Grades) -> str:
    """`重大 1、较大 3`: what is there, the highest first."""
    return "、".join(f"{name} {counted[code]}" for code, name, _colour in grades if counted[code])


def _level(request: PersonRequest) -> str:
    level = request.GET.get("level", "point")
    return level if level in LEVELS else "point"


def _months(request: PersonRequest) -> int:
    return map_view.number(request, "back", 0, 12 * 50)
