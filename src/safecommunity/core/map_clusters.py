"""Thousands of points on a map: what lies close together on the screen becomes one mark."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log, pi, radians, sin
from typing import NamedTuple

TILE = 256
CELL = 64  # pixels: marks of at most 44 pixels do not touch
EDGE = 85.05  # the latitude where web maps end
DEEPEST = 17  # from this zoom on every point is drawn


class Window(NamedTuple):
    """A part of the map in degrees."""

    west: float
    south: float
    east: float
    north: float


class Point(NamedTuple):
    """A point in degrees (WGS 84); `tone`: what it counts as; `key`: whose it is."""

    longitude: float
    latitude: float
    tone: str
    key: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Points that are drawn as one: their middle, and how many there are of each tone."""

    longitude: float
    latitude: float
    tones: Counter[str]
    keys: list[int]

    @property
    def count(self) -> int:
        return len(self.keys)


def clustered(points: Iterable[Point], zoom: int) -> list[Cluster]:
    """The points by the cells of CELL pixels that web maps have at this zoom; single from DEEPEST on."""
    cells: dict[object, list[Point]] = defaultdict(list)
    scale = TILE * 2**zoom / CELL
    for point in points:
        cells[point.key if zoom >= DEEPEST else _cell(point.longitude, point.latitude, scale)].append(point)
    return [_joined(members) for members in cells.values()]


def _joined(members: list[Point]) -> Cluster:
    across, up, tones, keys = zip(*members, strict=True)
    count = len(members)
    return Cluster(sum(across) / count, sum(up) / count, Counter(tones), list(keys))


def _cell(longitude: float, latitude: float, scale: float) -> tuple[int, int]:
    """The cell of a point in the square Mercator plane, `scale` cells wide."""
    sine = sin(radians(max(-EDGE, min(latitude, EDGE))))
    down = 0.5 - log((1 + sine) / (1 - sine)) / (4 * pi)
    return int((longitude + 180) / 360 * scale), int(down * scale)
