"""The month and the targets of a city: 1,000 units that file returns and share in three targets.

`python benchmarks/city.py [UNITS] [RECORDS A UNIT]`. Prints one JSON object: seconds of compiling the month
of all the units, and medians of opening the board of returns, a summary that almost nobody filed for, and the
page of targets, rights included. A fifth of the records are hidden hazards.
"""

from __future__ import annotations

import json
import statistics
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from assessment import a_city, fill, prepared, timed
from hazards import registered

GOALS = {"compile_seconds": 10.0, "board_seconds": 1.0, "summary_seconds": 2.0, "targets_seconds": 1.0}
NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)
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
    for place, street in enumerate(streets):
        fill(street, records * 4 // 5)
        registered(street, place, records // 5, NOW)
    month = Period.parse("2026-10")

    def compile_month() -> None:
        actions.compile_returns(root=city, units=streets, month=month, today=TODAY, by=person)

    seconds = timed(compile_month)
    year_before(city, month)
    filed(city, person, streets[0], month)
    share_targets(city, person, streets)
    return {
        "units": number,
        "records": number * records,
        "compile_seconds": round(seconds, 2),
        "board_seconds": opened(f"/city/returns/board/?month={month.code}"),
        "summary_seconds": opened(f"/city/returns/{month.code}/"),
        "targets_seconds": opened("/city/targets/?year=2026"),
    }


def year_before(city: Any, month: Any) -> None:
    """Every unit filed the eleven months before as well: the board shows twelve."""
    from safecommunity.returns.models import Return, State

    kept = list(Return.objects.below(city).filter(month=month.code))
    for _month in range(11):
        month = month.previous()
        rows = (
            Return(
                unit_id=one.unit_id, path=one.path, month=month.code, state=State.CHECKED, due_date=month.end,
                figures=one.figures, first_submitted_date=month.end,
            )
            for one in kept
        )  # fmt: skip
        Return.objects.bulk_create(rows, batch_size=500)


def filed(city: Any, person: Any, street: Any, month: Any) -> None:
    """One unit's return is checked and summed up; all others are told as left out."""
    from safecommunity.returns import actions, queries

    row = queries.month_return(street, month)
    assert row is not None
    assert row.figures["hidden-hazards-overdue"] is not None
    said = {"evaluation": "已评估", "next": "演练"}
    is_zero = not any(row.values.values())
    actions.write(row=row, version=row.version, words=said, corrections={}, is_zero=is_zero, by=person)
    actions.submit(row=row, version=row.version, by=person, today=TODAY)
    actions.check(row=row, version=row.version, by=person)
    actions.summarise(unit=city, month=month, by=person)


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
