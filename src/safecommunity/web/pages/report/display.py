"""What the public pages show: places to choose, a map, progress, figures nobody can be found in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.core.periods import Period
from safecommunity.core.privacy import small_count, suppressed
from safecommunity.library import codes
from safecommunity.metrics.queries import readings
from safecommunity.places import queries as places
from safecommunity.residents import queries
from safecommunity.residents.models import Report, State
from safecommunity.residents.queries import Spot
from safecommunity.units.models import Unit
from safecommunity.units.queries import division_codes
from safecommunity.web.components.words import local

WAY = (State.RECEIVED, State.OPEN, State.HANDLING, State.SOLVED, State.ANSWERED)
ACCIDENTS = ("major-accidents", "deaths", "injured-persons")


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    text: str
    unit: str


def areas(unit: Unit) -> dict[str, str]:
    """Code → name of what one may choose from: the neighbourhoods and the grids of the unit."""
    own = division_codes(unit)
    found = {one.code: one.name for one in places.with_children(own)}
    if len(found) > len(own):
        found = {code: name for code, name in found.items() if code not in own}
    grids = {grid.code: f"{grid.division.name} · {grid.name}" for grid in places.grids(own)}
    return dict(sorted({**found, **grids}.items()))


def open_map(unit: Unit, rows: list[Report]) -> dict[str, Any] | None:
    """Outlines and what has been reported; None where there is nothing to draw."""
    outlines = [one.geometry for one in places.boundaries(division_codes(unit))]
    points = [
        {
            "lat": row.latitude,
            "lng": row.longitude,
            "label": row.subject,
            "url": reverse("report:follow", args=[unit.slug, row.uuid]),
        }
        for row in rows
        if row.latitude is not None
    ]
    if not outlines and not points:
        return None
    features = [{"type": "Feature", "properties": {}, "geometry": one} for one in outlines]
    return {
        "tiles": settings.MAP_TILES,
        "attribution": settings.MAP_ATTRIBUTION,
        "areas": {"type": "FeatureCollection", "features": features},
        "points": points,
    }


def spot_words(spot: Spot, known: dict[str, str]) -> str:
    if spot.area:
        return known[spot.area]
    return _("地图上选的位置") if spot.longitude is not None else _("没有选择位置")


def strip(row: Report) -> list[tuple[str, str, str]]:
    """How far it is; what was turned down stops."""
    if row.state == State.DECLINED:
        return [(_("已收到"), "done", ""), (str(State.DECLINED.label), "stopped", "")]
    here = WAY.index(State(row.state))
    words = {**{state: str(state.label) for state in WAY}, State.RECEIVED: _("已收到，正在核对")}
    states = ["done"] * here + ["now"] + ["todo"] * (len(WAY) - here - 1)
    if row.state == State.ANSWERED:
        states[-1] = "done"
    return [(words[state], mark, "") for state, mark in zip(WAY, states, strict=True)]


def field_rows(unit: Unit, today: date) -> tuple[date, list[tuple[str, str, str]]]:
    """From when on; (field, accepted, answered) with small counts hidden."""
    since, counts = queries.told_counts(unit, today)
    fields = sorted({field for field, _which in counts})
    words = {code: local(one) for code, one in codes["promotion-fields"].items()}
    columns = [suppressed([counts[field, which] for field in fields]) for which in ("all", "answered")]
    return since, [
        (words.get(field, _("其他")), *told) for field, *told in zip(fields, *columns, strict=True)
    ]


def accidents(unit: Unit, today: date) -> tuple[date, date, list[Figure]]:
    """From when to when, and how many accidents, deaths and injured this year; small counts hidden."""
    period = Period.year_of(today)
    read = readings([unit], [period], ACCIDENTS, today=today)
    found = [read[unit.pk, code, period.code] for code in ACCIDENTS if (unit.pk, code, period.code) in read]
    figures = [
        Figure(
            local(one.metric), _("没有数据") if one.value is None else small_count(int(one.value)),
            "" if one.value is None else local(one.metric, "unit"),
        )
        for one in found
    ]  # fmt: skip
    return period.start, today, figures
