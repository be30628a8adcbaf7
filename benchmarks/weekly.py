"""The whole weekly look: packs, counting, judging, alerts and the log, as the job does it.

`python benchmarks/weekly.py [UNITS] [CARDS A UNIT]`. Prints one JSON object: the series that were looked at,
seconds of processor time for the job over these units, and for 100,000 series at that pace. A unit has five
years of cards from a fixed seed.
"""

from __future__ import annotations

import json
import sys
from time import process_time
from typing import Any

import numpy as np
from assessment import prepared
from explorer import SEED, drawn

GOALS = {"hundred_thousand_seconds": 60.0}
WATCHED = 100_000


def main() -> None:
    given = [int(text) for text in sys.argv[1:3]]
    units, cards = (*given, *(200, 5_000)[len(given) :])
    with prepared():
        print(json.dumps(measure(units, cards), indent=1))


def measure(units: int, cards: int) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db.models import Sum

    from safecommunity.jobs.actions import enqueue
    from safecommunity.jobs.worker import drain
    from safecommunity.surveillance.models import Look

    city = filled(units, cards)
    call_command("pack_injuries", verbosity=0)
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
        "units": units, "cards": units * cards, **found, "seconds": round(seconds, 2),
        "hundred_thousand_seconds": round(seconds * WATCHED / found["series"], 1),
    }  # fmt: skip


def warm() -> None:
    """Load what a worker that has run a day has loaded."""
    from importlib import import_module

    from safecommunity.analysis import kernels

    for name in ("analysis.watch", "surveillance.figures", "config.urls"):
        import_module(f"safecommunity.{name}")
    kernels.prepare()


def filled(number: int, cards: int) -> Any:
    """A city with so many sub-districts, each with its cards."""
    from django.db import transaction

    from safecommunity.surveillance.models import InjuryCase
    from safecommunity.units import actions

    dice = np.random.default_rng(SEED)
    with transaction.atomic():
        city = actions.create(name="市", kind="city-office", slug="city", parent=None, by=None)
        for n in range(number):
            code = f"{130100000 + n}"
            street = actions.create(name=code, kind="sub-district", slug=code, parent=city, by=None)
            InjuryCase.objects.insert(drawn(dice, street, cards))
    return city


if __name__ == "__main__":
    main()
