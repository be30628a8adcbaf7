"""Reference results computed with independent packages; tests/reference/surveillance/README.md says which."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent.parent / "reference" / "surveillance"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))


def cases(*methods: str) -> list[dict[str, Any]]:
    return [case for case in CASES if case["method"] in methods]


def table(path: str) -> dict[str, list[str]]:
    """The columns of a file as text."""
    with (FOLDER / path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbers(column: list[str]) -> np.ndarray:
    """A column as numbers; empty is not a number."""
    return np.array([float(value) if value not in {"", "NA"} else np.nan for value in column])


def outcome(path: str) -> Any:
    return json.loads((FOLDER / path).read_text(encoding="utf-8"))


def close(found: Any, expected: Any, case: dict[str, Any]) -> None:
    """Equal within the tolerance the case states, nothing and infinity in the same places."""
    tolerance = case["tolerance"]
    np.testing.assert_allclose(found, expected, rtol=tolerance["rel"], atol=tolerance.get("abs", 0))
