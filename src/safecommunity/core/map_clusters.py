"""Thousands of points on a map: what lies close together on the screen becomes one mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import floor, log, pi, radians, tan
from typing import NamedTuple

TILE = 256
CELL = 64  # pixels: marks of at most 44 pixels do not touch
EDGE = 85.05  # the latitude where web maps end
DEEPEST = 17  # from this zoom on every point is drawn


class Point(NamedTuple):
    """A point in degrees (WGS 84); `tone`: what it counts as; `key`: whose it is."""

    longitude: float
    latitude: float
    tone: str
    key: int


@dataclass(slots=True)
class Cluster:
    """Points that are drawn as one: where their middle is, and how many there are of each tone."""

    longitude: float = 0.0
    latitude: float = 0.0
    tones: Counter[str] = field(default_factory=Counter)
    keys: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.keys)

    def take(self, point: Point) -> None:
        self.keys.append(point.key)
        self.tones[point.tone] += 1
        self.longitude += (point.longitude - self.longitude) / len(self.keys)
        self.latitude += (point.latitude - self.latitude) / len(self.keys)


def clustered(points: Iterable[Point], zoom: int) -> list[Cluster]:
    """The points by the cells of CELL pixels that web maps have at this zoom; single from DEEPEST on."""
    cells: dict[object, Cluster] = {}
    scale = TILE * 2**zoom / CELL
    for point in points:
        cell = point.key if zoom >= DEEPEST else _cell(point, scale)
        cells.setdefault(cell, Cluster()).take(point)
    return list(cells.values())


def _cell(point: Point, scale: float) -> tuple[int, int]:
    """The cell of a point in the square Mercator plane, `scale` cells wide."""
    latitude = max(-EDGE, min(point.latitude, EDGE))
    across = (point.longitude + 180) / 360
    down = (1 - log(tan(pi / 4 + radians(latitude) / 2)) / pi) / 2
    return floor(across * scale), floor(down * scale)
