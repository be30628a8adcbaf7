"""Charts drawn on the server: a chart file and its rows → SVG or PNG. Nothing is fetched from anywhere.

A chart names colours by their token ("@accent"); the theme says what they are. The theme "page" leaves them
as `var(--accent)`, so that one drawing follows the page from light to dark.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from safecommunity.core.charts import Chart, ChartError, in_language, rows_for
from safecommunity.core.papers import printable

Theme = Literal["light", "dark", "page"]
FONT = "Noto Sans CJK SC"
PAGE_FONT = "var(--font)"
NOWHERE = ["https://nothing.invalid/"]  # the only address a chart may fetch from: one that cannot exist
VERSION = "2"  # part of the cache key: raised when drawing changes

LIGHT = {
    "surface": "#ffffff",
    "sunken": "#edf0f4",
    "line": "#dde2e9",
    "edge": "#8390a0",
    "ink": "#1a232e",
    "muted": "#566272",
    "accent": "#0b6370",
    "accent-strong": "#084c56",
    "accent-soft": "#e2f0f2",
    "on-accent": "#ffffff",
    "done": "#1d7044",
    "done-soft": "#e4f3ea",
    "wrong": "#9c1c56",
    "wrong-soft": "#fae8f0",
    "red": "#b3201d",
    "orange": "#a04a00",
    "yellow": "#7a5c00",
    "blue": "#1a56b0",
}
DARK = {
    "surface": "#18202a",
    "sunken": "#202a35",
    "line": "#2c3744",
    "edge": "#6b7a8c",
    "ink": "#e6ebf1",
    "muted": "#9fabba",
    "accent": "#5ac2ce",
    "accent-strong": "#82d6df",
    "accent-soft": "#14363d",
    "on-accent": "#06222a",
    "done": "#6cc994",
    "done-soft": "#173526",
    "wrong": "#f19ac0",
    "wrong-soft": "#43202f",
    "red": "#ff9a93",
    "orange": "#ffb163",
    "yellow": "#e9cf5c",
    "blue": "#8fbcff",
}
# Stand-ins that no chart uses otherwise; they become var(--name) once the drawing is done.
_STANDINS = {name: f"#fe{index:02x}a7" for index, name in enumerate(LIGHT)}
_PALETTES: dict[Theme, dict[str, str]] = {"light": LIGHT, "dark": DARK, "page": _STANDINS}
_TOKEN = re.compile(r"@[a-z-]+")
_STANDIN = re.compile(r"#fe([0-9a-f]{2})a7")


def svg(
    chart: Chart,
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    words: str,
    theme: Theme = "light",
    language: str = "zh",
    width: int | None = None,
    folder: Path | None = None,
) -> str:
    """The drawing as one `<svg>` element with `title` and `words` for those who cannot see it.

    `rows` need the chart's columns; `width` (px) replaces the chart's own where it is a number.
    `folder` keeps drawings by the hash of all that went into them.
    """
    spec = _spec(chart, rows, theme, language, width)
    key = hashlib.sha256(
        json.dumps([VERSION, spec, title, words, theme], sort_keys=True, ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        )
    ).hexdigest()
    kept = folder / key[:2] / f"{key}.svg" if folder else None
    if kept and kept.exists():
        return kept.read_text("utf-8")
    drawn = _finished(_draw(spec), title, words, theme)
    if kept:
        _keep(kept, drawn)
    return drawn


def png(drawing: str, scale: float = 2.5) -> bytes:
    """An SVG drawing as PNG; `scale` 2.5 prints a 640 px chart at about 260 dots per inch on 156 mm."""
    import vl_convert  # slow import

    drawn: bytes = vl_convert.svg_to_png(drawing, scale=scale)
    return drawn


def _draw(spec: dict[str, Any]) -> str:
    import vl_convert  # slow import

    try:
        drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=NOWHERE)
    except ValueError as error:
        raise ChartError("spec", str(error).strip().splitlines()[0][:300]) from error
    return drawn


def _spec(
    chart: Chart, rows: Sequence[Mapping[str, Any]], theme: Theme, language: str, width: int | None
) -> dict[str, Any]:
    palette = _PALETTES[theme]
    spec: dict[str, Any] = _coloured(in_language(chart.spec, language), palette)
    spec["data"] = {"values": [_clean(row) for row in rows_for(chart, rows)]}
    spec["config"] = _config(palette) | spec.get("config", {})
    if width and isinstance(spec.get("width"), int):
        spec["width"] = width
    return spec


def _clean(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: printable(value) if isinstance(value, str) else value for name, value in row.items()}


def _coloured(value: Any, palette: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _coloured(inner, palette) for key, inner in value.items()}
    if isinstance(value, list):
        return [_coloured(inner, palette) for inner in value]
    if isinstance(value, str) and value.startswith("@") and _TOKEN.fullmatch(value):
        if value[1:] not in palette:
            raise ChartError("spec", f"没有名为「{value}」的颜色")
        return palette[value[1:]]
    return value


def _config(palette: Mapping[str, str]) -> dict[str, Any]:
    words = {"labelColor": palette["muted"], "titleColor": palette["muted"], "titleFontWeight": "normal"}
    lines = {"domainColor": palette["edge"], "tickColor": palette["edge"], "gridColor": palette["line"]}
    sizes = {"labelFontSize": 13, "titleFontSize": 13, "titlePadding": 10, "labelPadding": 6}
    return {
        "aria": False,
        "background": None,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {"aria": False, "labelLimit": 260, **words, **lines, **sizes},
        "axisX": {"grid": False, "labelAngle": 0},
        "legend": {"aria": False, "orient": "top", "title": None, "labelColor": palette["ink"], **sizes},
        "text": {"color": palette["ink"], "fontSize": 13},
        "bar": {"color": palette["accent"]},
        "line": {"color": palette["accent"], "strokeWidth": 2.5},
        "point": {"color": palette["accent"], "filled": True, "size": 50},
        "rule": {"color": palette["edge"]},
    }


def _finished(drawn: str, title: str, words: str, theme: Theme) -> str:
    start = drawn.index(">") + 1
    head, body = drawn[: start - 1], drawn[start:]
    head = head.replace(' class="marks"', "").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    body = re.sub(r' (?:role|aria-roledescription|pointer-events)="[^"]*"', "", body)
    label = f"<title>{escape(printable(title))}</title><desc>{escape(printable(words))}</desc>"
    name = escape(printable(f"{title}。{words}" if words else title), quote=True)
    drawn = f'{head} role="img" aria-label="{name}">{label}{body}'
    if theme != "page":
        return drawn
    return _STANDIN.sub(_variable, drawn.replace(f'font-family="{FONT}"', f'font-family="{PAGE_FONT}"'))


def _variable(match: re.Match[str]) -> str:
    names = tuple(_STANDINS)
    index = int(match[1], 16)
    return f"var(--{names[index]})" if index < len(names) else match[0]


def _keep(path: Path, drawn: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_name(f"{path.name}.{uuid4().hex}")
    passing.write_text(drawn, "utf-8")
    os.replace(passing, path)  # noqa: PTH105  (atomic)
