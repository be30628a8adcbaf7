"""Imports 100,000 rows × 20 columns of premises with all checks, exports them again, each in its own process.

`python benchmarks/sheets.py [ROWS] [--profile]`. Prints one JSON object: seconds of opening, checking and
writing (their sum is the import) and of the export; of each step with all its processes the highest memory
in MB (what they share counted once) and the processor time, which other work changes less than the clock.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

GOALS = {"import_seconds": 30.0, "export_seconds": 15.0, "peak_mb": 400.0}
COLUMNS = (
    "name", "uscc", "kind", "industry", "scale", "place", "place.division", "floor_area", "employees",
    "state", "legal_person", "safety_head", "safety_phone", "surveyed", "surveyed_date", "surveyor",
    "risk_grade", "licence_number", "licence_until", "remark",
)  # fmt: skip


def rows(count: int) -> Iterator[list[Any]]:
    from datetime import date, timedelta

    from safecommunity.core.identity import organisation_check
    from safecommunity.library import ledgers

    fields = ledgers["premises"].fields
    words = {
        code: [w.zh for w in fields[code].choices.values()] for code in ("kind", "industry", "scale", "state")
    }
    grades = [w.zh for w in fields["risk_grade"].choices.values()]
    trades, surnames = (
        ["超市", "饭店", "网吧", "加油站", "印刷厂", "药店", "幼儿园"],
        "赵钱孙李周吴郑王冯陈褚卫",
    )
    for i in range(count):
        first = f"91130102M{i:08d}"
        yield [
            f"阳光街道{surnames[i % 12]}记{trades[i % 7]}第{i}号", first + organisation_check(first),
            words["kind"][i % len(words["kind"])], words["industry"][i % len(words["industry"])],
            words["scale"][1 + i % 2], f"胜利路{i % 900}号{i % 30}单元", "130102001",
            20.5 + i % 700, 1 + i % 60, words["state"][0],
            f"{surnames[i % 12]}建{surnames[i % 11]}", f"{surnames[i % 7]}丽", f"138{i:08d}", "是",
            date(2026, 1, 1) + timedelta(days=i % 300), f"{surnames[i % 5]}检", grades[i % len(grades)],
            f"食证字{i:07d}", date(2027, 1, 1) + timedelta(days=i % 300),
            "无" if i % 3 else "消防通道堆物，已口头告知",
        ]  # fmt: skip


def set_up(folder: str) -> None:
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

    django.setup()


def prepare(folder: str, count: int) -> dict[str, float]:
    from django.core.management import call_command

    from safecommunity.accounts.models import User
    from safecommunity.documents.sheet_writer import SheetColumn, write_xlsx
    from safecommunity.library import ledgers
    from safecommunity.units import actions

    call_command("migrate", verbosity=0)
    unit = actions.create(name="阳光街道", kind="sub-district", slug="sunshine", parent=None, by=None)
    person = User.objects.create(username="lin", display_name="林晓")
    actions.grant(user=person, unit=unit, role="office", by=None)
    labels = {column.key: column.label for column in ledgers["premises"].columns}
    heads = [SheetColumn(labels[key]) for key in COLUMNS]
    write_xlsx(Path(folder) / "in.xlsx", name="台账", columns=heads, rows=rows(count))
    return {}


def take_in(folder: str, count: int) -> dict[str, float]:
    from safecommunity.library import ledgers
    from safecommunity.sheets import actions, queries

    unit, person = cast()
    content = (Path(folder) / "in.xlsx").read_bytes()
    batch = actions.upload(chunks=[content], name="in.xlsx", ledger=ledgers["premises"], unit=unit, by=person)
    del content
    found = seconds_of("sheets.look", "open")
    batch = queries.imports(unit).get(pk=batch.pk)
    actions.match(batch=batch, version=batch.version, keys=batch.columns, by=person)
    found |= seconds_of("sheets.check", "check")
    batch = queries.imports(unit).get(pk=batch.pk)
    if batch.new != count:
        raise SystemExit(f"refused: {queries.staged(batch, 'refused').values_list('reasons', flat=True)[:2]}")
    actions.confirm(batch=batch, version=batch.version, mode="all", by=person)
    return found | seconds_of("sheets.run", "write")


def give_out(folder: str, count: int) -> dict[str, float]:
    from safecommunity.library import ledgers
    from safecommunity.sheets import actions

    unit, person = cast()
    asked = {"query": "", "columns": "all", "kind": "xlsx", "in_full": False, "reason": ""}
    actions.ask_for_export(ledger=ledgers["premises"], unit=unit, by=person, **asked)
    return seconds_of("sheets.export", "export")


def cast() -> tuple[Any, Any]:
    from safecommunity.accounts.models import User
    from safecommunity.units.models import Unit

    return Unit.objects.get(slug="sunshine"), User.objects.get(username="lin")


def seconds_of(kind: str, name: str) -> dict[str, float]:
    """Run the one job of this kind: by the clock, and of processors with the reading process."""
    from safecommunity.jobs import actions, worker
    from safecommunity.jobs.models import Job
    from safecommunity.jobs.registry import TASKS, Progress

    worker.load_tasks()
    while job := actions.claim():
        if job.kind != kind:
            actions.finish(job, result={})
            continue
        begun, busy = perf_counter(), processor_seconds()
        result = TASKS[kind](job, Progress(job))
        spent, used = perf_counter() - begun, processor_seconds() - busy
        actions.finish(job, result=result)
        return {f"{name}_seconds": round(spent, 2), f"{name}_processor_seconds": round(used, 2)}
    raise SystemExit(f"no job {kind}; {Job}")


def processor_seconds() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


STEPS = {"prepare": prepare, "import": take_in, "export": give_out}


def step(name: str, folder: str, count: int, profile: bool) -> None:
    set_up(folder)
    if profile:
        import cProfile
        import pstats

        profiler = cProfile.Profile()
        found = profiler.runcall(STEPS[name], folder, count)
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(45)
    else:
        found = STEPS[name](folder, count)
    found[f"{name}_processor_seconds"] = round(processor_seconds(), 2)
    print(json.dumps(found))


def highest_memory(running: subprocess.Popen[bytes]) -> int:
    """MB of a process and all it started, looked at ten times a second until it ends."""
    highest = 0
    while running.poll() is None:
        highest = max(highest, sum(map(memory, descendants(running.pid))))
        sleep(0.1)
    return round(highest / 1024)


def descendants(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from descendants(int(child))


def memory(pid: int) -> int:
    """KB that belong to this process, of what it shares its part."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] in STEPS:
        step(sys.argv[1], sys.argv[2], int(sys.argv[3]), "--profile" in sys.argv)
        return
    numbers = [argument for argument in sys.argv[1:] if argument.isdigit()]
    count = int(numbers[0]) if numbers else 100_000
    found: dict[str, Any] = {"rows": count, "columns": len(COLUMNS)}
    with tempfile.TemporaryDirectory() as folder:
        for name in STEPS:
            command = [sys.executable, __file__, name, folder, str(count), *sys.argv[1:][len(numbers) :]]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
                found[f"{name}_peak_mb"] = highest_memory(running)
                found |= json.loads(running.communicate()[0])
    found["import_seconds"] = round(sum(found[f"{part}_seconds"] for part in ("open", "check", "write")), 2)
    found["peak_mb"] = max(found["import_peak_mb"], found["export_peak_mb"])
    found["goals"] = GOALS
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
