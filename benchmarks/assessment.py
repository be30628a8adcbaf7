"""Assessments at the size of a city: 1,000 units, a year of records, one national form each.

`python benchmarks/assessment.py [UNITS] [RECORDS A UNIT]`. Prints one JSON object: medians in milliseconds of
creating an assessment, saving one grade with re-scoring, the consistency check of one unit and the gap plan;
the ratio of the best saves with all and with 10 assessments in place (the best, because the two are minutes
apart); seconds of the whole-city page and of re-scoring every unit from its records.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any

GOALS = {
    "create_ms": 100.0,
    "save_grade_ms": 60.0,
    "save_ratio": 1.3,
    "city_page_seconds": 1.0,
    "rescore_seconds": 10.0,
    "consistency_ms": 300.0,
}
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LEDGERS = (
    "meetings", "activities", "drills", "opinions", "funds", "injuries-summary", "reviews", "rules",
    "premises", "volunteers", "fire-equipment", "vehicles", "promotion-projects", "plans",
    "emergency-plans",
    "inspections-comprehensive", "exchanges", "supplies", "safety-signs", "corrective-actions",
)  # fmt: skip
FIELDS = ("fire", "traffic", "home", "school", "elderly", "general")
KINDS = ("training", "volunteer", "yearly", "inspection", "archive", "group")
METRICS = (
    "unit-survey-rate", "comprehensive-inspections", "fire-equipment-intact-rate", "drills", "meetings",
    "training-sessions",
)  # fmt: skip
GRADES = {"presence": "A", "trace": "B", "effect": "B"}


def main() -> None:
    given = [int(text) for text in sys.argv[1:3]]
    units, records = (*given, *(1000, 100)[len(given) :])
    with prepared():
        print(json.dumps(measure(units, records), ensure_ascii=False, indent=1))


@contextmanager
def prepared() -> Iterator[None]:
    """An empty database of its own in a throw-away folder."""
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
        yield


def measure(number: int, records: int) -> dict[str, Any]:
    from safecommunity.assessment import actions, queries

    city, person, streets = a_city(number)
    for street in streets:
        fill(street, records)

    def start(street: Any) -> Any:
        return actions.start(
            unit=street, scheme="national-2006", period="2026", by=person, today=TODAY, now=NOW
        )

    first = [start(street) for street in streets[:10]]
    start_again = [timed(lambda street=street: start(street)) for street in streets[10:30]]
    save_few = saving(first[0], person)
    rest = [start(street) for street in streets[30:]]
    save_many = saving(first[1], person)
    assert len(rest) == number - 30

    blank()
    rescore = timed(
        lambda: actions.suggest(root=city, units=[city, *streets], by=person, today=TODAY, now=NOW)
    )
    result = {
        "units": number,
        "records": number * records,
        "create_ms": middle(start_again),
        "save_grade_ms": middle(save_many),
        "save_ratio": round(min(save_many) / min(save_few), 2),
        "rescore_seconds": round(rescore, 2),
        "city_page_seconds": round(city_page(city), 2),
        "consistency_ms": middle([timed(lambda: queries.inconsistencies(first[2], TODAY)) for _ in range(7)]),
        "gap_plan_ms": middle([timed(lambda: planned(first[2])) for _ in range(3)]),
    }
    return {**result, "met": all(result[name] <= goal for name, goal in GOALS.items())}


def a_city(number: int) -> tuple[Any, Any, list[Any]]:
    from safecommunity.accounts.models import User
    from safecommunity.units import actions

    city = actions.create(name="市", kind="city-office", slug="city", parent=None, by=None)
    person = User.objects.create(username="lin", display_name="林")
    actions.grant(user=person, unit=city, role="city-office", by=None)
    streets = [
        actions.create(name=f"街道{n}", kind="sub-district", slug=f"s{n}", parent=city, by=None)
        for n in range(number)
    ]
    return city, person, streets


def fill(street: Any, records: int) -> None:
    from safecommunity.ledgers.models import Entry
    from safecommunity.metrics.models import MetricValue

    chance = random.Random(street.pk)
    Entry.objects.bulk_create(
        Entry(
            unit=street, path=street.path, ledger=LEDGERS[n % len(LEDGERS)], title=f"记录{n}",
            record_date=TODAY - timedelta(days=chance.randrange(320)),
            data={"field": chance.choice(FIELDS), "kind": chance.choice(KINDS)},
        )
        for n in range(records)
    )  # fmt: skip
    MetricValue.objects.bulk_create(
        MetricValue(
            unit=street, path=street.path, metric=code, period="2026", as_of=NOW,
            numerator=chance.randrange(50, 101), denominator=100,
        )
        for code in METRICS
    )  # fmt: skip


def saving(assessment: Any, person: Any) -> list[float]:
    """Seconds of confirming each of twenty indicators."""
    from safecommunity.assessment import actions, queries

    rows = list(queries.grades(assessment).values())[:20]
    return [
        timed(
            lambda row=row: actions.confirm(
                grade=row, answers=GRADES, by=person, now=NOW, version=row.version, reason="现场核实"
            )
        )
        for row in rows
    ]


def blank() -> None:
    """Forget every suggestion, so that each has to be worked out and written."""
    from safecommunity.assessment.models import Assessment

    Assessment.objects.everything(reason="benchmark").update(suggested={})


def city_page(city: Any) -> float:
    from django.test import Client

    from safecommunity.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(username="lin"))
    client.get("/city/assessment/overview/?period=2026")
    return statistics.median(
        timed(lambda: client.get("/city/assessment/overview/?period=2026")) for _ in range(3)
    )


def planned(assessment: Any) -> None:
    from safecommunity.analysis.optimise import best_plans
    from safecommunity.assessment import queries

    problem = queries.gap(assessment, "pass", until=TODAY + timedelta(days=300), today=TODAY)
    best_plans(assessment.rules, queries.present_marks(assessment), problem)


def timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def middle(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1000, 1)


if __name__ == "__main__":
    main()
