"""Runs every benchmark of this folder in a process of its own and prints one table.

`python benchmarks/run.py [NAME …]`; without names all of them. Exit code 1 when a figure misses its goal.

A benchmark is a script that ends with printing one JSON object (name → figure). Its `GOALS` (name → most) say
which figures have a bound.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one benchmark; `goal` is the most it may be, None where nothing was promised."""

    benchmark: str
    name: str
    figure: float | str
    goal: float | None

    @property
    def state(self) -> str:
        if self.goal is None or isinstance(self.figure, str):
            return ""
        return "ok" if self.figure < self.goal else "MISSED"


def main(names: list[str]) -> int:
    scripts = sorted(path for path in HERE.glob("*.py") if path.name != Path(__file__).name)
    chosen = [path for path in scripts if not names or path.stem in names]
    if unknown := set(names) - {path.stem for path in chosen}:
        print(f"no such benchmark: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    lines = [line for script in chosen for line in measured(script)]
    print(table(lines))
    return 1 if any(line.state == "MISSED" for line in lines) else 0


def measured(script: Path) -> Iterator[Line]:
    started = time.monotonic()
    print(f"{script.stem} …", end=" ", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, check=False)
    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)
    if done.returncode:
        yield Line(script.stem, "exit code", done.returncode, 1)
        return
    goals = goals_of(script)
    for name, figure in figures(json.loads(done.stdout[done.stdout.index("{") :])):
        yield Line(script.stem, name, figure, goals.get(name))


def figures(printed: dict[str, object], prefix: str = "") -> Iterator[tuple[str, float | str]]:
    """Names and figures, those of an inner object under `outer.inner`."""
    for name, value in printed.items():
        if isinstance(value, dict):
            yield from figures(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value if isinstance(value, int | float) else str(value)


def goals_of(script: Path) -> dict[str, float]:
    """The module's `GOALS`, read without running it."""
    for node in ast.parse(script.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(getattr(one, "id", "") == "GOALS" for one in node.targets):
            goals: dict[str, float] = ast.literal_eval(node.value)
            return goals
    return {}


def shown(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 1000 else f"{figure:.4g}"


def table(lines: list[Line]) -> str:
    cells = [("benchmark", "figure", "measured", "goal", "ratio", "")]
    for line in lines:
        number = line.figure if isinstance(line.figure, str) else shown(line.figure)
        goal = "" if line.goal is None else f"< {shown(line.goal)}"
        ratio = f"{line.figure / line.goal:.2f}" if line.goal and not isinstance(line.figure, str) else ""
        cells.append((line.benchmark, line.name, number, goal, ratio, line.state))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
