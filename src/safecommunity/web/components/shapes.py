"""Geometry of the small drawings that are plain SVG attributes (a strict CSP allows no inline style)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

RADIUS = 50.0


@dataclass(frozen=True, slots=True)
class RingMark:
    """A line across the ring at a share of the full circle, where its figure stands, and its name."""

    label: str
    title: str
    x1: float
    y1: float
    x2: float
    y2: float
    text_x: float
    text_y: float


def ring_mark(value: float, full: float, label: str, title: str = "") -> RingMark:
    """The mark of a band on a ring that begins at twelve o'clock and runs clockwise; units of the drawing."""
    angle = 2 * pi * (value / full) - pi / 2
    along, down = cos(angle), sin(angle)

    def at(radius: float) -> tuple[float, float]:
        return round(60 + radius * along, 2), round(60 + radius * down, 2)

    (x1, y1), (x2, y2), (text_x, text_y) = at(RADIUS - 7), at(RADIUS + 7), at(RADIUS + 14)
    return RingMark(label, title, x1, y1, x2, y2, text_x, text_y)


def trend_points(values: Sequence[float | None], width: float = 300, height: float = 80) -> list[str]:
    """Polyline points of each unbroken stretch of a series; a missing value breaks the line."""
    known = [value for value in values if value is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = width / max(len(values) - 1, 1)
    stretches: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(f"{place * step:.1f},{height - (value - low) / span * height:.1f}")
    return [" ".join(stretch) for stretch in stretches if stretch]
