"""The month and the targets of a city: 1,000 units that file returns and share in three targets.

`python benchmarks/city.py [UNITS] [RECORDS A UNIT]`. Prints one JSON object: seconds of compiling the month
of all the units, and medians of opening the board of returns and the page of targets, rights included.
"""

from __future__ import annotations

import json
import statistics
import sys
from datetime import date
from decimal import Decimal
from typing import Any

from assessment import a_city, fill, prepared, timed

GOALS = {"compile_seconds": 10.0, "board_seconds": 1.0, "targets_seconds": 1.0}
TODAY = date(2026, 11, 3)
SHARED = ("drills", "meetings", "comprehensive-inspections")


def main() -> None:
    given = [int(text) for text in sys.argv[1:3]]
    units, records = (*given, *(1000, 100)[len(given) :])
    with prepared():
        print(json.dumps(measure(units, records), ensure_ascii=False, indent=1))


def measure(number: int, records: int) -> dict[str, Any]:
    from safecommunity.core.periods import Period
    from safecommunity.returns import actions

    city, person, streets = a_city(number)
    for street in streets:
        fill(street, records)
    month = Period.parse("2026-10")

    def compile_month() -> None:
        actions.compile_returns(root=city, units=streets, month=month, today=TODAY, by=person)

    seconds = timed(compile_month)
    share_targets(city, person, streets)
    return {
        "units": number,
        "records": number * records,
        "compile_seconds": round(seconds, 2),
        "board_seconds": opened(f"/city/returns/board/?month={month.code}"),
        "targets_seconds": opened("/city/targets/?year=2026"),
    }


def share_targets(city: Any, person: Any, streets: list[Any]) -> None:
    from safecommunity.targets import actions

    for metric in SHARED:
        row = actions.set_target(
            unit=city, year=2026, metric=metric, amount=Decimal(len(streets)), due_date=date(2026, 12, 31),
            basis="", by=person,
        )  # fmt: skip
        shares: dict[int, Decimal | None] = {street.pk: Decimal(1) for street in streets}
        actions.allocate(target=row, version=row.version, shares=shares, explanation="", reason="", by=person)
        actions.issue(target=row, version=row.version, by=person, today=TODAY)


def opened(address: str) -> float:
    """Median seconds of a page, signed in."""
    from django.test import Client

    from safecommunity.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(username="lin"))
    assert client.get(address).status_code == 200
    return round(statistics.median(timed(lambda: client.get(address)) for _run in range(3)), 2)


if __name__ == "__main__":
    main()
