"""A district's list against the whole city's, over 200,000 records of 500 units.

`python benchmarks/scope.py [RECORDS]`. Prints one JSON object: median milliseconds of the first page of a
ledger and of its count for a district role and for the role that reaches everything, and their ratios.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from time import perf_counter
from typing import Any

GOALS = {"list_ratio": 1.5, "count_ratio": 1.5}
DISTRICTS, UNITS_EACH, PAGE = 10, 50, 50


def main() -> None:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "safecommunity.config.settings",
                "SAFECOMMUNITY_DATA": folder,
                "SAFECOMMUNITY_SECRET_KEY": "benchmark" * 8,
                "SAFECOMMUNITY_AUDIT_KEY": "benchmark" * 8,
                "SAFECOMMUNITY_DATA_KEY": "benchmark" * 8,
                "SAFECOMMUNITY_PLAIN_HTTP": "1",
            }
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        print(json.dumps(measure(records), indent=1))


def measure(records: int) -> dict[str, Any]:
    from safecommunity.accounts.models import User
    from safecommunity.ledgers.models import Entry
    from safecommunity.units import actions
    from safecommunity.units.permissions import Permission

    city = actions.create(name="某市", kind="city-office", slug="city", parent=None, by=None)
    districts = [
        actions.create(name=f"区{n}", kind="county-office", slug=f"d{n}", parent=city, by=None)
        for n in range(DISTRICTS)
    ]
    units = [
        actions.create(
            name=f"街道{n}", kind="sub-district", slug=f"u{n}", parent=districts[n % DISTRICTS], by=None
        )
        for n in range(DISTRICTS * UNITS_EACH)
    ]
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    Entry.objects.bulk_create(
        (
            Entry(
                unit=units[n % len(units)],
                path=units[n % len(units)].path,
                ledger="meetings",
                title=f"会议{n}",
                record_date=days[n * 7 % 365],
            )
            for n in range(records)
        ),
        batch_size=2000,
    )
    people = {}
    for name, unit in (("city", city), ("district", districts[3])):
        people[name] = User.objects.create(username=name, display_name=name)
        actions.grant(user=people[name], unit=unit, role="city-office", by=None)

    def rows(name: str) -> Any:
        person = User.objects.get(pk=people[name].pk)
        reached = Entry.objects.for_user(person, Permission.LEDGER_VIEW)
        return reached.filter(ledger="meetings", withdrawn_at=None).order_by("-record_date", "-id")

    result: dict[str, Any] = {"records": records, "units": len(units)}
    for name in people:
        result[f"{name}_list_ms"] = median(lambda name=name: list(rows(name)[:PAGE]))  # type: ignore[misc]
        result[f"{name}_count_ms"] = median(lambda name=name: rows(name).count())  # type: ignore[misc]
    return {
        **result,
        "list_ratio": round(result["district_list_ms"] / result["city_list_ms"], 2),
        "count_ratio": round(result["district_count_ms"] / result["city_count_ms"], 2),
    }


def median(work: Callable[[], object]) -> float:
    """Milliseconds, the middle of nine runs after one that warms up."""
    work()
    taken = []
    for _run in range(9):
        begun = perf_counter()
        work()
        taken.append((perf_counter() - begun) * 1000)
    return round(statistics.median(taken), 2)


if __name__ == "__main__":
    main()
