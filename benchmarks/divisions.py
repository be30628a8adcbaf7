"""Loads a national list of divisions into an empty database and sums subtrees over it.

`python benchmarks/divisions.py [FILE|FOLDER]`; without a path 640,000 divisions are made up.
Prints one JSON object: rows, seconds to load, seconds to load again unchanged, peak memory in MB, and the
median milliseconds of a subtree's counts by level (a county, a province, the country).
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

GOALS = {"load_seconds": 60.0, "province_ms": 200.0}


def made_up() -> Iterator[Any]:
    from safecommunity.core.division_files import Row
    from safecommunity.core.divisions import LEVELS

    def grow(code: str, parts: list[tuple[int, int]]) -> Iterator[Row]:
        yield Row(code, f"区划{code}", LEVELS[len(code)])
        if parts:
            (count, width), *rest = parts
            for number in range(1, count + 1):
                yield from grow(f"{code}{number:0{width}}", rest)

    for province in range(11, 42):
        yield from grow(str(province), [(11, 2), (9, 2), (13, 3), (15, 3)])


def seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else None
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
        print(json.dumps(measure(path), ensure_ascii=False, indent=1))


def measure(path: Path | None) -> dict[str, Any]:
    from safecommunity.core.division_files import read
    from safecommunity.places import actions, queries

    def load() -> actions.Imported:
        return actions.import_divisions(
            rows=read(path) if path else made_up(), source_version="benchmark", by=None
        )

    def median(code: str) -> float:
        return round(statistics.median(seconds(lambda: queries.counts(code)) for _ in range(7)) * 1000, 1)

    first, again = seconds(load), seconds(load)
    counts = queries.counts()
    province = max(queries.children(""), key=lambda one: queries.counts(one.code).get(5, 0)).code
    county = queries.below(province).filter(level=3)[0].code
    return {
        "rows": sum(counts.values()),
        "load_seconds": round(first, 1),
        "load_again_seconds": round(again, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "county_ms": median(county),
        "province_ms": median(province),
        "country_ms": median(""),
    }


if __name__ == "__main__":
    main()
