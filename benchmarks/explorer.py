"""The explorer of injuries over 1,000,000 cards: five years of a city of 200 sub-districts.

`python benchmarks/explorer.py [CARDS]`. Prints one JSON object: seconds to make the cards (from a fixed seed)
and to pack them anew; medians in milliseconds of all figures of the city by what is asked for, over the five
years, of the page with them for the city, a district and a sub-district, and the slowest of these; seconds
of what else the city's pages search in the last of the years.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
from assessment import middle, prepared, timed

GOALS = {"slowest_ms": 500.0}
DISTRICTS, STREETS, NEIGHBOURHOODS = 10, 20, 10
FIRST, LAST = date(2022, 1, 1), date(2026, 12, 31)
CITY, SEED, TIMES = "1301", 20260101, 5
QUESTIONS = {
    "all": "", "cause": "cause=fall", "place": "place=home", "band": "band=65-74&band=75-84&band=85",
    "sex": "sex=female",
    "activity": "activity=leisure", "intent": "intent=unintentional", "severity": "severity=slight",
    "outcome": "outcome=home", "source": "source=hospital", "area": "area=130105001", "hour": "hour=7&hour=8",
    "weekday": "weekday=5&weekday=6", "open": "open=1", "many": "cause=fall&sex=female&place=home&weekday=5",
}  # fmt: skip


def main() -> None:
    cards = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with prepared():
        print(json.dumps(measure(cards), ensure_ascii=False, indent=1))


def measure(cards: int) -> dict[str, Any]:
    from urllib.parse import parse_qs

    from django.core.management import call_command

    from safecommunity.accounts.models import User
    from safecommunity.surveillance import figures, queries
    from safecommunity.units import actions

    city, district, streets = a_city()
    person = User.objects.create(username="lin", display_name="林")
    actions.grant(user=person, unit=city, role="city-office", by=None)
    found: dict[str, Any] = {"cards": cards, "fill_seconds": round(timed(lambda: fill(streets, cards)), 1)}
    packing = timed(lambda: call_command("pack_injuries", verbosity=0))
    found["pack_seconds"] = round(packing, 1)
    for name, address in QUESTIONS.items():
        ask = queries.parse(parse_qs(address))
        found[f"{name}_ms"] = warm(lambda ask=ask: figures.explore(city, person, ask, FIRST, LAST))
    for name, unit in (("city", city), ("district", district), ("street", streets[0])):
        found[f"{name}_page_ms"] = warm(page(person, unit))
    found["slowest_ms"] = max(ms for name, ms in found.items() if name.endswith("_ms"))
    for name, work in searches(city, person).items():
        found[f"{name}_seconds"] = round(warm(work) / 1000, 2)
    return found


def searches(city: Any, person: Any) -> dict[str, Callable[[], Any]]:
    from safecommunity.surveillance import effects, findings, hotspots, quality, standards, trends
    from safecommunity.surveillance.queries import Ask

    year = (date(LAST.year, 1, 1), LAST)
    falls = effects.Question(date(2024, 6, 1), (("cause", "fall"),))
    return {
        "findings": lambda: findings.findings(city, Ask(), *year),
        "places": lambda: hotspots.hotspots(city, person, Ask(), *year, "neighbourhood"),
        "quality": lambda: quality.quality(city, person, *year),
        "effect": lambda: effects.evaluated(city, falls, LAST),
        "trend": lambda: trends.trends(city, person, Ask(), standards.standard(""), LAST),
    }


def a_city() -> tuple[Any, Any, list[Any]]:
    """The city, a district and all sub-districts, with divisions and people."""
    from safecommunity.places.models import Division, Population
    from safecommunity.units import actions

    def division(code: str, level: int) -> Any:
        return Division.objects.create(code=code, name=f"区划{code}", level=level)

    def unit(kind: str, at: Any, parent: Any) -> Any:
        return actions.create(
            name=at.name, kind=kind, slug=at.code, parent=parent, by=None, division=at, divisions=[at]
        )

    city, streets, people = unit("city-office", division(CITY, 2), None), [], []
    for d in range(1, DISTRICTS + 1):
        district = unit("county-office", division(f"{CITY}{d:02}", 3), city)
        for s in range(1, STREETS + 1):
            street = unit("sub-district", division(f"{district.slug}{s:03}", 4), district)
            streets.append(street)
            people += [division(f"{street.slug}{n:03}", 5) for n in range(1, NEIGHBOURHOODS + 1)]
    Population.objects.bulk_create(
        Population(division=one, year=2026, sex=sex, age_from=first, age_to=last, residence="all", count=250)
        for one in people
        for sex in "12"
        for first, last in ages()
    )
    return city, district, streets


def ages() -> list[tuple[int, int | None]]:
    from safecommunity.library import codes

    bands = [one.extra for one in codes["age-bands"].values()]
    return [(int(one["from"]), int(one["to"]) if one["to"] else None) for one in bands]


def fill(streets: list[Any], cards: int) -> None:
    from django.db import transaction

    from safecommunity.surveillance.models import InjuryCase

    dice = np.random.default_rng(SEED)
    with transaction.atomic():
        for street in streets:
            InjuryCase.objects.insert(drawn(dice, street, cards // len(streets)))


def drawn(dice: np.random.Generator, street: Any, number: int) -> Iterator[Any]:
    """Cards of a sub-district: values of the code lists, the first ones of each the commoner."""
    from safecommunity.library import codes
    from safecommunity.surveillance.models import InjuryCase
    from safecommunity.surveillance.queries import COUNTED, LISTS

    columns = {}
    for name in COUNTED:
        listed = list(codes[LISTS[name]])
        weights = 1 / np.arange(2, len(listed) + 2)
        columns[name] = [listed[at] for at in dice.choice(len(listed), number, p=weights / weights.sum())]
    days = dice.integers((LAST - FIRST).days + 1, size=number).tolist()
    hours, at = dice.integers(25, size=number).tolist(), dice.integers(1, NEIGHBOURHOODS + 1, number).tolist()
    restricted = (dice.random(number) < 0.03).tolist()
    for n in range(number):
        said = {name: column[n] for name, column in columns.items()}
        yield InjuryCase(
            unit=street, path=street.path, injured_date=FIRST + timedelta(days=days[n]),
            hour=hours[n] if hours[n] < 24 else None, area=f"{street.slug}{at[n]:03}",
            is_restricted=restricted[n], data={**said, "remarks": "在家中起身时滑倒，由家属送医。"}, **said,
        )  # fmt: skip


def page(person: Any, unit: Any) -> Callable[[], Any]:
    from django.test import Client

    client = Client()
    client.force_login(person)
    address = f"/{unit.slug}/injuries/explore/?from={FIRST}&to={LAST}"
    assert client.get(address).status_code == 200
    return lambda: client.get(address)


def warm(work: Callable[[], Any]) -> float:
    """Median milliseconds of several runs after one to warm up."""
    work()
    return middle([timed(work) for _run in range(TIMES)])


if __name__ == "__main__":
    main()
