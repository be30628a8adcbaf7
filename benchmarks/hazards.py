"""Hidden hazards: the list under every filter, the map, and the statistics of a thousand units for a year.

`python benchmarks/hazards.py [HAZARDS]`, 200,000 over 1,000 units without a number. Prints one JSON object:
the slowest median milliseconds of a page of the list (rows and count) under any filter and sort, for the city
that sees all and for one unit, and the slowest filter's name; seconds of the statistics page for the
city; seconds of the map of every open hazard of the city, some 30,000: its frame and its marks.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from time import perf_counter
from typing import Any
from uuid import uuid4

GOALS = {"city_list_ms": 200.0, "unit_list_ms": 200.0, "statistics_seconds": 1.0, "map_seconds": 1.0}
DISTRICTS, STREETS, TIMES, PAGE = 20, 50, 3, 50
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
WEIGHTS = {
    "closed": 80,
    "assigned": 5,
    "rectifying": 3,
    "waiting": 4,
    "registered": 3,
    "graded": 2,
    "void": 3,
}
KINDS = ("escape", "fire-equipment", "electrical", "gas", "e-bike", "road", "signs", "building")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "safecommunity.config.settings",
                "SAFECOMMUNITY_DATA": folder,
                "SAFECOMMUNITY_SECRET_KEY": "benchmark" * 8,
                "SAFECOMMUNITY_AUDIT_KEY": "benchmark" * 8,
                "SAFECOMMUNITY_DATA_KEY": "benchmark" * 8,
                "SAFECOMMUNITY_PLAIN_HTTP": "1",
                "SAFECOMMUNITY_HOSTS": "testserver",
            }
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        print(json.dumps(figures(count)))


def figures(count: int) -> dict[str, Any]:
    city, unit = fill(count)
    found: dict[str, Any] = {"hazards": count}
    for name, at in (("city", city), ("unit", unit)):
        times = {said: timed(lambda at=at, ask=ask: listed(at, ask)) for said, ask in asks().items()}
        slowest = max(times, key=lambda said: times[said])
        found |= {f"{name}_list_ms": round(1000 * times[slowest], 1), f"{name}_slowest": slowest}
    found["statistics_seconds"] = round(timed(lambda: counted(city)), 3)
    points = []
    found["map_seconds"] = round(timed(lambda: points.append(drawn(city))), 3)
    found["map_points"] = points[-1]
    return found


def asks() -> dict[str, Any]:
    """Every filter of the list by itself, some together, each sort."""
    from safecommunity.hazards.models import State
    from safecommunity.hazards.queries import MARKS, SORTS, Ask

    found: dict[str, Any] = {"all": Ask(), "text": Ask(text="店17"), "no such text": Ask(text="没有这样的字")}
    found |= {f"state {state}": Ask(state=state) for state in State.values}
    found |= {f"mark {mark}": Ask(mark=mark) for mark in MARKS}
    found |= {f"sort {way}{sort}": Ask(sort=way + sort) for sort in SORTS for way in ("", "-")}
    found |= {
        "grade": Ask(grade="major"), "kind": Ask(kind="gas"), "field": Ask(field="fire"),
        "period": Ask(first=date(2026, 3, 1), last=date(2026, 3, 31)),
        "many": Ask(state="assigned", grade="major", kind="gas", sort="due"),
        "open by deadline": Ask(mark="open", sort="due"),
    }  # fmt: skip
    return found


def listed(unit: Any, ask: Any) -> None:
    from safecommunity.hazards import queries

    ids = queries.found(unit, ask, NOW).values_list("pk", flat=True)
    if ids.count():
        queries.in_order(unit, list(ids[:PAGE]))


def counted(unit: Any) -> None:
    """What the statistics page asks of the database."""
    from safecommunity.hazards import queries

    first, last = date(2026, 1, 1), date(2026, 12, 31)
    queries.statistics(unit, first, last, NOW)
    for name in ("grade", "kind", "cause", "field"):
        queries.counted_by(unit, name, first, last)
    queries.by_unit(unit, first, last, NOW)


def drawn(unit: Any) -> int:
    """What the map asks of the database and clusters when it shows everything; how many points it drew."""
    from safecommunity.core.map_clusters import clustered
    from safecommunity.hazards import queries
    from safecommunity.web.map_view import WORLD

    rows = queries.found(unit, queries.Ask(mark="open"), NOW).exclude(longitude=None)
    queries.frame(rows)
    points = queries.on_map(rows, NOW, WORLD)
    clustered(points, 10)
    return len(points)


def timed(act: Callable[[], None]) -> float:
    seconds = []
    for _time in range(TIMES):
        begun = perf_counter()
        act()
        seconds.append(perf_counter() - begun)
    return statistics.median(seconds)


def fill(count: int) -> tuple[Any, Any]:
    """A city with its districts and streets, and as many hazards of two years."""
    from django.db import connection

    from safecommunity.hazards.models import HiddenHazard
    from safecommunity.units.models import Unit

    city = _unit("city", "city-office", None)
    districts = [_unit(f"d{n}", "county-office", city) for n in range(DISTRICTS)]
    units: list[Unit] = [
        _unit(f"{one.slug}s{n}", "sub-district", one) for one in districts for n in range(STREETS)
    ]
    dice = Random(1)
    each = count // len(units)
    for number, unit in enumerate(units):
        HiddenHazard.objects.insert(hazard(unit, number, serial, dice) for serial in range(1, each + 1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return city, units[0]


def registered(unit: Any, number: int, count: int, until: datetime) -> None:
    """Hazards with their lines in the ledger, from which figures and papers are made."""
    from safecommunity.hazards.keeping import keep_new_hazards
    from safecommunity.hazards.models import HiddenHazard

    dice = Random(number)
    rows = [hazard(unit, number, serial, dice, until) for serial in range(1, count + 1)]
    HiddenHazard.objects.insert(rows)
    keep_new_hazards(unit, rows, None)


def _unit(slug: str, kind: str, parent: Any) -> Any:
    from safecommunity.units import actions

    return actions.create(name=f"单位{slug}", kind=kind, slug=slug, parent=parent, by=None)


def hazard(unit: Any, number: int, serial: int, dice: Random, until: datetime = NOW) -> Any:
    """A hazard of the two years before a moment."""
    from safecommunity.hazards.models import HiddenHazard

    found = until - timedelta(hours=dice.randint(1, 2 * 365 * 24))
    state = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    due = found + timedelta(days=dice.randint(1, 15))
    place = f"建设路{serial}号店{number}-{serial}"
    is_fixed = state in ("closed", "waiting")
    return HiddenHazard(
        unit=unit, path=unit.path, client_uuid=uuid4(), year=found.year, serial=serial, state=state,
        grade="" if state == "registered" else dice.choice(["general"] * 19 + ["major"]), severity="medium",
        kind=dice.choice(KINDS), cause="state", field=dice.choice(["fire", "workplace", "traffic"]),
        place=place, longitude=114.4 + dice.random() / 2, latitude=38 + dice.random() / 2,
        place_key=place, text="疏散通道堵塞", found_at=found, found_by="安监员", due_at=due, handler=unit,
        fixed_at=due - timedelta(hours=5) if is_fixed else None,
        checked_at=due if state == "closed" else None,
        closed_at=due if state == "closed" else None, is_repeat=dice.random() < 0.03,
        search=f"{place} 疏散通道堵塞\njslhd sstdds",
    )  # fmt: skip


if __name__ == "__main__":
    main()
