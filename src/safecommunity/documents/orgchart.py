"""An organisation chart as SVG: bodies as boxes from left to right, members beneath each name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from safecommunity.core.papers import printable
from safecommunity.documents.charts import DARK, FONT, LIGHT, PAGE_FONT, Theme

BOX, GAP, SPACE, PAD = 196, 34, 12, 10  # px: width of a box, between levels, between boxes, inside a box
NAME_SIZE, LINE_SIZE = 14, 12
NAME_STEP, LINE_STEP = 20, 17


@dataclass(frozen=True, slots=True)
class Body:
    """A body: `lines` are its members, each on a line of its own."""

    name: tuple[str, ...]
    lines: tuple[str, ...]
    below: tuple[Body, ...]

    @property
    def height(self) -> int:
        return 2 * PAD + NAME_STEP * len(self.name) + LINE_STEP * len(self.lines)


def svg(rows: Sequence[Mapping[str, Any]], *, title: str, words: str, theme: Theme = "light") -> str:
    """The chart of `rows`: {"id", "parent" (None for the top), "name", "members": [text, …]}.

    Rows whose parent is absent stand at the top; a row that is its own ancestor is left out.
    """
    tops = _tree(rows)
    width, boxes, height = _levels(tops) * (BOX + GAP) - GAP if tops else BOX, list[str](), 0
    for body in tops:
        height += _place(body, 0, height, boxes, _paint(theme))[0] + SPACE
    height = max(height - SPACE, 0)
    label = escape(printable(f"{title}。{words}" if words else title), quote=True)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 {width + 2} {height + 2}"'
    size = f' width="{width + 2}" height="{height + 2}" role="img" aria-label="{label}">'
    texts = f"<title>{escape(printable(title))}</title><desc>{escape(printable(words))}</desc>"
    font = escape(PAGE_FONT if theme == "page" else FONT, quote=True)
    return f'{head}{size}{texts}<g font-family="{font}">{"".join(boxes)}</g></svg>'


def _tree(rows: Sequence[Mapping[str, Any]]) -> tuple[Body, ...]:
    known = {row["id"] for row in rows}
    below: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        below.setdefault(row["parent"] if row["parent"] in known else None, []).append(row)

    def body(row: Mapping[str, Any]) -> Body:
        lines = [line for member in row["members"] for line in _wrapped(member, LINE_SIZE)]
        return Body(
            tuple(_wrapped(row["name"], NAME_SIZE)), tuple(lines), tuple(map(body, below.get(row["id"], ())))
        )

    return tuple(map(body, below.get(None, ())))


def _wrapped(text: str, size: int) -> list[str]:
    """Lines that fit the box; a Latin letter is taken as 0.6 of a Chinese character."""
    lines, line, used, room = list[str](), "", 0.0, BOX - 2 * PAD
    for letter in printable(text).replace("\n", " "):
        wide = size * (0.6 if ord(letter) < 0x2E80 else 1.0)
        if line and used + wide > room:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + letter, used + wide
    return [*lines, line]


def _levels(bodies: Sequence[Body]) -> int:
    return 1 + max((_levels(body.below) for body in bodies if body.below), default=0)


def _paint(theme: Theme) -> Mapping[str, str]:
    if theme == "page":
        return {name: f"var(--{name})" for name in LIGHT}
    return LIGHT if theme == "light" else DARK


def _place(body: Body, x: int, y: int, boxes: list[str], paint: Mapping[str, str]) -> tuple[int, float]:
    """Draw a body and those below it from `y` down; gives the height used and the middle of its box."""
    middles, used = list[float](), 0
    for child in body.below:
        taken, middle = _place(child, x + BOX + GAP, y + used, boxes, paint)
        middles.append(middle)
        used += taken + SPACE
    height = max(used - SPACE, body.height)
    middle = (middles[0] + middles[-1]) / 2 if middles else y + height / 2
    top = min(max(middle - body.height / 2, y), y + height - body.height)
    middle = top + body.height / 2
    boxes.append(_box(body, x, top, paint))
    boxes.extend(_link(x + BOX, middle, x + BOX + GAP, end, paint) for end in middles)
    return height, middle


def _link(x: float, y: float, end_x: float, end_y: float, paint: Mapping[str, str]) -> str:
    bend = (x + end_x) / 2
    path = f"M{x:g},{y:g}H{bend:g}V{end_y:g}H{end_x:g}"
    return f'<path d="{path}" fill="none" stroke="{paint["edge"]}" stroke-width="1"/>'


def _box(body: Body, x: int, y: float, paint: Mapping[str, str]) -> str:
    shape = f'x="{x}" y="{y:g}" width="{BOX}" height="{body.height}" rx="6"'
    drawn = [f'<rect {shape} fill="{paint["accent-soft"]}" stroke="{paint["accent"]}" stroke-width="1"/>']
    middle, line_y = x + BOX / 2, y + PAD
    for text in body.name:
        drawn.append(_text(text, middle, line_y + 15, NAME_SIZE, paint["ink"], "600"))
        line_y += NAME_STEP
    for text in body.lines:
        drawn.append(_text(text, middle, line_y + 13, LINE_SIZE, paint["muted"], "400"))
        line_y += LINE_STEP
    return "".join(drawn)


def _text(text: str, x: float, y: float, size: int, fill: str, weight: str) -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="middle" font-size="{size}" font-weight="{weight}"'
    return f'<text {place} fill="{fill}">{escape(text)}</text>'
