"""The four-colour map of 20,000 risk points: opening its page, and the marks of what is in view.

`python benchmarks/risks.py [POINTS]`. Prints one JSON object: median seconds of the page by point and by
neighbourhood, of the marks of the whole area and of a street, and of the page as it was a year ago.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from time import perf_counter
from typing import Any

GOALS = {"page": 1.0, "marks": 1.0, "street": 1.0, "neighbourhoods": 1.0, "past": 1.0}
STREET, NEIGHBOURHOODS, RUNS = "130104001", 12, 5
GRADES = ("major", "larger", "general", "low")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
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
        print(json.dumps(measure(count), indent=1))


def measure(count: int) -> dict[str, Any]:
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(fill(count))
    base = "/street/risks/map/"
    asked = {
        "page": base,
        "neighbourhoods": f"{base}?level=neighbourhood",
        "past": f"{base}?back=8",
        "marks": f"{base}marks/?zoom=13&west=113&south=37&east=116&north=39",
        "street": f"{base}marks/?zoom=17&west=114.46&south=38.02&east=114.47&north=38.03",
    }
    return {"points": count, **{name: seconds(partial(answer, client, to)) for name, to in asked.items()}}


def fill(count: int) -> Any:
    """A street with points spread over its neighbourhoods, each evaluated twice; gives who looks at it."""
    from safecommunity.accounts.models import User
    from safecommunity.places.models import Division
    from safecommunity.risks.models import Evaluation, RiskPoint
    from safecommunity.units import actions

    codes = [f"{STREET}{number:03d}" for number in range(1, NEIGHBOURHOODS + 1)]
    Division.objects.bulk_create(
        [
            Division(code=STREET, name="某街道", level=4),
            *(Division(code=code, name=code, level=5) for code in codes),
        ]
    )
    unit = actions.create(name="某街道", kind="sub-district", slug="street", parent=None, by=None)
    unit.divisions.add(Division.objects.get(code=STREET))
    dice, today = Random(1), date.today()
    common: dict[str, Any] = {"unit": unit, "path": unit.path}
    points = RiskPoint.objects.bulk_create(
        (
            RiskPoint(
                **common,
                number=number,
                name=f"风险点{number}",
                kind="place",
                field="fire",
                causes="线路老化",
                address=f"某路{number}号",
                division=dice.choice(codes),
                organ="物业",
                responsible="王建国",
                longitude=114.4 + dice.random() / 5,
                latitude=38 + dice.random() / 5,
                grade=dice.choice(GRADES),
                evaluated_date=today,
                review_date=today + timedelta(days=90),
            )
            for number in range(1, count + 1)
        ),
        batch_size=500,
    )
    common |= {
        "reason": "first",
        "method": "lec",
        "method_version": 1,
        "before": {},
        "after": {},
        "before_product": 1,
        "after_product": 1,
        "before_grade": "major",
        "after_grade": "low",
        "controls": {"management": "巡查"},
    }
    first, then = today - timedelta(days=400), today - timedelta(days=30)
    Evaluation.objects.bulk_create(
        (
            Evaluation(**common, point=point, number=number, on_date=day, until_date=until, grade=grade)
            for point in points
            for number, day, until, grade in ((1, first, then, "major"), (2, then, None, point.grade))
        ),
        batch_size=500,
    )
    person = User.objects.create(username="lin", display_name="林晓")
    actions.grant(user=person, unit=unit, role="office", by=None)
    return person


def answer(client: Any, to: str) -> None:
    if client.get(to).status_code != 200:
        raise RuntimeError(to)


def seconds(ask: Callable[[], object]) -> float:
    ask()
    taken = []
    for _run in range(RUNS):
        began = perf_counter()
        ask()
        taken.append(perf_counter() - began)
    return round(statistics.median(taken), 3)


if __name__ == "__main__":
    main()
