"""Lists of records: a unit's, a district's and a whole city's, in a table of many units' records.

`python benchmarks/ledgers.py [RECORDS]`, 200,000 over 500 units without a number. Prints one JSON object:
seconds to make the records, the median milliseconds of the list page for a sub-district, a district and the
city that sees all, searches in them, and the ratio of the district's page to the city's.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from time import perf_counter
from typing import Any

GOALS = {"district_by_city": 1.5, "unit_page_ms": 300.0, "district_page_ms": 300.0, "city_page_ms": 1000.0}
DISTRICTS, STREETS, TIMES = 10, 49, 7


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
                "SAFECOMMUNITY_HOSTS": "testserver",
                "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            }
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        print(json.dumps(figures(records)))


def figures(records: int) -> dict[str, float]:
    from safecommunity.accounts.models import User
    from safecommunity.units import actions

    made_by = User.objects.create(username="bench", display_name="bench")
    city, district, street, seconds = fill(records)
    found: dict[str, float] = {"records": records, "fill_seconds": round(seconds, 1)}
    for name, unit in [("unit", street), ("district", district), ("city", city)]:
        person = User.objects.create(username=name, display_name=name)
        actions.grant(user=person, unit=unit, role="viewer", by=made_by)
        found |= {f"{name}_{what}": ms for what, ms in pages(person, unit).items()}
    found["district_by_city"] = round(found["district_page_ms"] / found["city_page_ms"], 2)
    return found


def fill(records: int) -> tuple[Any, Any, Any, float]:
    """A city, its districts, their streets and as many records, made by the action that imports use."""
    import uuid

    from safecommunity.ledgers.actions import NewRow, add_many
    from safecommunity.library import ledgers
    from safecommunity.units import actions

    city = actions.create(name="某市", kind="city-office", slug="city", parent=None, by=None)
    streets, district = [], None
    for d in range(DISTRICTS):
        district = actions.create(name=f"区{d}", kind="county-office", slug=f"d{d}", parent=city, by=None)
        for s in range(STREETS):
            name, slug = f"街道{d}-{s}", f"s{d}-{s}"
            streets.append(
                actions.create(name=name, kind="sub-district", slug=slug, parent=district, by=None)
            )
    premises = ledgers["premises"]
    each, begun = records // len(streets), perf_counter()
    for number, street in enumerate(streets):
        rows = [
            NewRow(
                premises.check(
                    {
                        "name": f"{'阳光北辰永辉建设'[n % 4 * 2 : n % 4 * 2 + 2]}商店{number}-{n}",
                        "kind": "shop" if n % 3 else "catering",
                        "place": f"建设路{n}号",
                        "surveyed": True,
                        "surveyed_date": f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
                        "risk_grade": "low",
                        "employees": n % 90,
                    },
                    fill=True,
                ).clean,
                {},
                uuid.uuid4(),
            )
            for n in range(each)
        ]
        add_many(ledger="premises", unit=street, rows=rows, by=None, source="benchmark")
    return city, district, streets[-1], perf_counter() - begun


def pages(person: Any, unit: Any) -> dict[str, float]:
    from django.test import Client

    client = Client()
    client.force_login(person)
    address = f"/{unit.slug}/ledgers/premises/"
    return {
        "page_ms": milliseconds(lambda: client.get(address)),
        "search_ms": milliseconds(lambda: client.get(address + "?q=ygsd")),
        "filter_ms": milliseconds(lambda: client.get(address + "?f_kind=catering")),
        "last_page_ms": milliseconds(lambda: client.get(address + "?page=9999")),
        "index_ms": milliseconds(lambda: client.get(f"/{unit.slug}/ledgers/")),
    }


def milliseconds(work: Callable[[], Any]) -> float:
    """The median of several runs after one to warm up."""
    assert work().status_code == 200
    taken = []
    for _run in range(TIMES):
        begun = perf_counter()
        work()
        taken.append((perf_counter() - begun) * 1000)
    return round(statistics.median(taken), 1)


if __name__ == "__main__":
    main()
