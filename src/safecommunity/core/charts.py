"""Charts as data: a Vega-Lite description in a file, with the columns its rows must have.

A chart file is `{"name", "name_en", "columns", "spec"}`. Every text of the description has its English beside
it under the same key with `_en`. A description may not reach outside itself: no address, link or image.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORBIDDEN_KEYS = frozenset({"url", "href", "usermeta", "$schema", "datasets", "lookup"})
FORBIDDEN_MARKS = frozenset({"image", "geoshape"})
Cell = str | int | float | bool | None


class ChartError(ValueError):
    """A chart file or its rows cannot be used: which key, why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True, slots=True)
class Chart:
    code: str
    name: str
    name_en: str
    columns: tuple[str, ...]
    spec: Mapping[str, Any]


def parse(code: str, data: Mapping[str, Any]) -> Chart:
    """A chart from JSON values; ChartError names the key and the reason."""
    for key in ("name", "name_en"):
        if not isinstance(data.get(key), str) or not data[key]:
            raise ChartError(key, "缺少文字")
    columns, spec = data.get("columns"), data.get("spec")
    if not isinstance(columns, list) or not columns or not all(isinstance(c, str) for c in columns):
        raise ChartError("columns", "应列出数据的列名")
    if not isinstance(spec, Mapping) or "data" in spec:
        raise ChartError("spec", "应为 Vega-Lite 描述，且不带数据")
    refuse_outside(spec, "spec")
    return Chart(code, data["name"], data["name_en"], tuple(columns), spec)


def refuse_outside(value: Any, place: str) -> None:
    """ChartError where a description names an address, a link or an image."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in FORBIDDEN_KEYS:
                raise ChartError(f"{place}.{key}", "图中不得引用外部地址或链接")
            if key == "mark" and _mark(inner) in FORBIDDEN_MARKS:
                raise ChartError(f"{place}.{key}", "图中不得使用外部图像")
            refuse_outside(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            refuse_outside(inner, f"{place}[{index}]")


def _mark(mark: Any) -> Any:
    return mark.get("type") if isinstance(mark, Mapping) else mark


def in_language(value: Any, language: str) -> Any:
    """The description with its texts in one language: `title_en` takes the place of `title`, or goes."""
    if isinstance(value, list):
        return [in_language(inner, language) for inner in value]
    if not isinstance(value, Mapping):
        return value
    plain = {key: in_language(inner, language) for key, inner in value.items() if not key.endswith("_en")}
    if language == "en":
        plain |= {
            key[:-3]: in_language(inner, language) for key, inner in value.items() if key.endswith("_en")
        }
    return plain


def rows_for(chart: Chart, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Cell]]:
    """Only the chart's columns, as plain values; ChartError where a column is missing."""
    for row in rows:
        for column in chart.columns:
            if column not in row:
                raise ChartError(column, "数据缺少这一列")
    return [{column: _cell(row[column]) for column in chart.columns} for row in rows]


def _cell(value: Any) -> Cell:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
