"""Write docs/requirements.md: for each requirement of the five plans its tests, pages and data files.

python tools/requirements.py            write it
python tools/requirements.py --check    exit 1 if it is not current

What a test's `requirement` marker names is met; everything else is listed as open. `docs/requirements.csv`
holds the requirements. Data files name the requirements they serve (`R60`, `R48–R57`) in their text; their
pages follow from their shelf, and `docs/where.csv` adds pages that no data file stands for.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
LIBRARY = ROOT / "src" / "safecommunity" / "library"
TARGET = DOCS / "requirements.md"
SHELF_PAGES = {
    "ledgers": "ledgers:list",
    "metrics": "metrics:detail",
    "schemes": "assessment:detail",
    "crosswalks": "evidence:items",
    "bodies": "units:bodies",
    "documents": "reports:make",
    "official": "correspondence:index",
    "returns": "returns:index",
    "programmes": "programmes:index",
    "participation": "residents:index",
    "cards": "injuries:index",
    "card-sheets": "injuries:imports",
    "watches": "injuries:alerts",
    "checklists": "hazards:checklists",
    "hazards": "hazards:index",
    "codes": "",
    "charts": "",
}
PARTS = {
    "1": "Part 1: a city's pilot plan (石家庄)",
    "2": "Part 2: a sub-district's plan with its groups",
    "3-4": "Parts 3 and 4: a city's yearly opinion (四川)",
    "5": "Part 5: a sub-district aiming at 70, then 90 (重庆)",
}


def main(arguments: list[str]) -> int:
    text = page()
    if "--check" in arguments:
        if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
            return 0
        print("docs/requirements.md is not current: run python tools/requirements.py", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


def page() -> str:
    requirements = list(rows("requirements.csv"))
    shown, data, pages = tests_by_requirement(), data_files_by_requirement(), pages_by_requirement()
    unknown = sorted({*shown, *data, *pages} - {row["id"] for row in requirements})
    if unknown:
        raise SystemExit(f"no such requirement: {', '.join(unknown)}")
    met = sum(row["id"] in shown for row in requirements)
    lines = [
        "# Requirements",
        "",
        "Made by `tools/requirements.py` from the tests' markers; do not edit. A requirement is **met** when",
        "a test shows it, and **open** when none does: open ones are for later work.",
        "",
        f"{met} of {len(requirements)} are met.",
    ]
    for part, title in PARTS.items():
        lines += ["", f"## {title}", "", "| | requirement | term | state | tests | pages | data files |"]
        lines += ["|---|---|---|---|---|---|---|"]
        lines += [
            line(row, shown[row["id"]], pages[row["id"]], data[row["id"]])
            for row in requirements
            if row["part"] == part
        ]
    return "\n".join(lines) + "\n"


def line(row: dict[str, str], tests: list[str], pages: list[str], data: list[str]) -> str:
    state = "met" if tests else "open"
    named = [f"[{test.rpartition('::')[2]}](../{test.partition('::')[0]})" for test in tests]
    files = [f"`{name}`" for name in data]
    shelves = [SHELF_PAGES[name.partition("/")[0]] for name in data]
    every = [f"`{name}`" for name in dict.fromkeys([*pages, *filter(None, shelves)])]
    cells = [row["id"], row["requirement"], row["term"], state, *map("<br>".join, (named, every, files))]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def pages_by_requirement() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows("where.csv"):
        found[row["id"]] += row["pages"].split()
    return found


def data_files_by_requirement() -> dict[str, list[str]]:
    """R60 → the data files whose text names it, alone or in a range."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(LIBRARY.glob("*/*.toml")):
        name = path.relative_to(LIBRARY).as_posix()
        for code in sorted(set(codes_in(path.read_text(encoding="utf-8")))):
            found[code].append(name)
    return found


def codes_in(text: str) -> Iterator[str]:
    for first, last in re.findall(r"\bR(\d{1,3})(?:[–-]R?(\d{1,3}))?\b", text):
        for number in range(int(first), int(last or first) + 1):
            yield f"R{number}"


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DOCS / name).open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def tests_by_requirement() -> dict[str, list[str]]:
    """R60 → the tests that carry it, as `tests/core/test_x.py::test_name`, in order."""
    shown: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        place = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for code in marked(node):
                    shown[code].append(f"{place}::{node.name}")
    return shown


def marked(function: ast.FunctionDef) -> list[str]:
    """What `@pytest.mark.requirement("R1", "R2")` names, also inside `pytest.param(…, marks=…)`."""
    return [
        argument.value
        for decorator in function.decorator_list
        for call in ast.walk(decorator)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "requirement"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
