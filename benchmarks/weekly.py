"""The whole weekly look: packs read, counted and judged, alerts and the log, as the job does it.

`python benchmarks/weekly.py [UNITS] [CARDS A UNIT]`. Prints one JSON object: the series that were looked at
and the seconds of processor time of the job over all units, by default 100,000 series of 3,334 sub-districts,
twenty to a district. A unit has five years of cards from a fixed seed, packed as `pack_injuries` packs them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from time import perf_counter, process_time
from typing import Any
from uuid import uuid4

import numpy as np
from assessment import prepared
from explorer import FIRST, LAST, NEIGHBOURHOODS, SEED, STREETS

GOALS = {"seconds": 60.0}
UNITS, CARDS = 3_334, 5_000


def main() -> None:
    given = [int(text) for text in sys.argv[1:3]]
    units, cards = (*given, *(UNITS, CARDS)[len(given) :])
    with prepared():
        print(json.dumps(measure(units, cards), indent=1))


def measure(units: int, cards: int) -> dict[str, Any]:
    from django.db.models import Sum

    from safecommunity.jobs.actions import enqueue
    from safecommunity.jobs.worker import drain
    from safecommunity.surveillance.models import Look

    began = perf_counter()
    city = filled(units, cards)
    made = perf_counter() - began
    warm()
    drain()
    enqueue("surveillance.look", unit=city, arguments={}, by=None)
    began = process_time()
    drain()
    seconds = process_time() - began
    looks = Look.objects.below(city)
    found = looks.aggregate(series=Sum("series"), alarms=Sum("alarms"))
    assert looks.count() == units
    return {
        "units": units, "cards": units * cards, **found, "fill_seconds": round(made, 1),
        "seconds": round(seconds, 1),
    }  # fmt: skip


def warm() -> None:
    """Load what a worker that has run a day has loaded."""
    from importlib import import_module

    from safecommunity.analysis import kernels

    for name in ("analysis.watch", "surveillance.figures", "config.urls"):
        import_module(f"safecommunity.{name}")
    kernels.prepare()


def filled(number: int, cards: int) -> Any:
    """A city with its districts and so many sub-districts, each with its cards."""
    from django.db import transaction

    from safecommunity.surveillance.models import Pack
    from safecommunity.units import actions

    def unit(kind: str, slug: str, parent: Any) -> Any:
        return actions.create(name=slug, kind=kind, slug=slug, parent=parent, by=None)

    dice = np.random.default_rng(SEED)
    with transaction.atomic():
        city = unit("city-office", "city", None)
        for n in range(number):
            if n % STREETS == 0:
                district = unit("county-office", f"{130100 + n // STREETS}", city)
            street = unit("sub-district", f"{130100000 + n}", district)
            Pack.objects.bulk_create(packs(dice, street, cards))
    return city


def packs(dice: np.random.Generator, street: Any, number: int) -> Iterator[Any]:
    """The cards of a sub-district by years: values of the code lists, the first ones of each the commoner."""
    from safecommunity.surveillance.columns import NO_HOUR, RECORD, packed
    from safecommunity.surveillance.models import Pack
    from safecommunity.surveillance.queries import COUNTED, State

    words = json.loads(packed([])["words"])
    cards = np.zeros(number, RECORD)
    cards["day"] = dice.integers(FIRST.toordinal(), LAST.toordinal() + 1, number)
    cards["hour"], cards["area"] = dice.integers((NO_HOUR + 1, NEIGHBOURHOODS), size=(number, 2)).T
    cards["restricted"], cards["state"] = dice.random(number) < 0.03, words["state"].index(State.STANDING)
    for name in COUNTED:
        weights = 1 / np.arange(2, len(words[name]) + 1)
        cards[name] = 1 + dice.choice(len(weights), number, p=weights / weights.sum())
    areas = json.dumps([f"{street.slug}{n:03}" for n in range(1, NEIGHBOURHOODS + 1)])
    facts = {"unit": street, "path": street.path, "words": json.dumps(words), "areas": areas}
    for year in range(FIRST.year, LAST.year + 1):
        first, after = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
        mark, said = uuid4(), (cards["day"] >= first) & (cards["day"] < after)
        yield Pack(**facts, year=year, mark=mark, packed=mark, cards=cards[said].tobytes())


if __name__ == "__main__":
    main()
