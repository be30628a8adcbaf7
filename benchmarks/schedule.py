"""Laying a plan of 2,000 tasks backwards.

`python benchmarks/schedule.py [TASKS]`. Prints one JSON object: tasks, links, tasks of the critical path, and
median seconds of one lay-out with the statutory calendar, the reading of the calendar included.
"""

from __future__ import annotations

import json
import statistics
import sys
from datetime import date
from random import Random
from time import perf_counter
from typing import Any

GOALS = {"seconds": 1.0}
START, GOAL = date(2024, 1, 2), date(2026, 12, 31)
NEAR, AFTER, RUNS = 80, 4, 7


def main() -> None:
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 2000), indent=1))


def measure(count: int) -> dict[str, Any]:
    from safecommunity import library
    from safecommunity.core.schedule import Task, schedule

    dice = Random(1)
    tasks = []
    for number in range(count):
        near = range(max(number - NEAR, 0), number)
        after = dice.sample(near, min(len(near), AFTER))
        by = GOAL if number == count - 1 else None
        tasks.append(
            Task(f"t{number}", f"任务{number}", dice.randint(1, 5), tuple(f"t{one}" for one in after), by=by)
        )
    seconds = []
    for _run in range(RUNS):
        began = perf_counter()
        plan = schedule(tasks, start=START, calendar=library.working_days(), goal=tasks[-1].code)
        seconds.append(perf_counter() - began)
    return {
        "tasks": count,
        "links": sum(len(task.after) for task in tasks),
        "critical": len(plan.critical),
        "seconds": round(statistics.median(seconds), 4),
    }


if __name__ == "__main__":
    main()
