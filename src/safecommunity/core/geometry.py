"""Boundaries as GeoJSON (RFC 7946): checks, area, centroid, bounding box and point in polygon.

A shape is a `Polygon` or a `MultiPolygon` in longitude and latitude (degrees, WGS 84). A ring is a closed
list of positions, the first ring of a polygon is its outside and the others are holes.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from safecommunity.core.messages import RefusedError

Position = tuple[float, float]
Ring = tuple[Position, ...]
Polygon = tuple[Ring, ...]

MAX_BYTES = 5_000_000
MAX_POSITIONS = 100_000
MAX_COMPARISONS = 5_000_000
KILOMETRES_PER_DEGREE = 6371.0088 * math.pi / 180
"""Mean Earth radius (IUGG) times one degree."""


class GeometryError(RefusedError):
    """A shape that cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One or more polygons, checked."""

    polygons: tuple[Polygon, ...]

    def rings(self) -> Iterator[Ring]:
        for polygon in self.polygons:
            yield from polygon


@dataclass(frozen=True, slots=True)
class Box:
    west: float
    south: float
    east: float
    north: float


def parse(text: str | bytes) -> Shape:
    """Reads GeoJSON of at most 5 MB: a geometry, a Feature, or a FeatureCollection whose shapes are joined.

    Raises GeometryError.
    """
    if len(text) > MAX_BYTES:
        raise GeometryError("文件有 %(size)s MB，超过 5 MB；请先简化边界", size=f"{len(text) / 1e6:.1f}")
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (UnicodeDecodeError, RecursionError) as error:
        raise GeometryError("文件不是 UTF-8 编码的 GeoJSON 文本") from error
    except json.JSONDecodeError as error:
        raise GeometryError(
            "第 %(line)s 行不是有效的 JSON：请导出为 GeoJSON 后再上传", line=error.lineno
        ) from error
    return from_geojson(data)


def from_geojson(data: Any) -> Shape:
    """The shape in decoded GeoJSON; raises GeometryError naming the polygon and the ring."""
    polygons = tuple(_polygon(rings, number) for number, rings in enumerate(_polygons_in(data), 1))
    if not polygons:
        raise GeometryError("文件中没有面（Polygon 或 MultiPolygon）")
    if sum(len(ring) for polygon in polygons for ring in polygon) > MAX_POSITIONS:
        raise GeometryError("边界超过 %(most)s 个点，请先简化", most=MAX_POSITIONS)
    return Shape(polygons)


def to_geojson(shape: Shape) -> dict[str, Any]:
    """A GeoJSON geometry: Polygon for one polygon, MultiPolygon for several."""
    coordinates = [[[list(position) for position in ring] for ring in polygon] for polygon in shape.polygons]
    if len(coordinates) == 1:
        return {"type": "Polygon", "coordinates": coordinates[0]}
    return {"type": "MultiPolygon", "coordinates": coordinates}


def rings(geometry: Mapping[str, Any]) -> list[list[list[float]]]:
    """The rings of a GeoJSON geometry that was checked when it came in."""
    polygons = geometry["coordinates"]
    return [ring for one in (polygons if geometry["type"] == "MultiPolygon" else [polygons]) for ring in one]


def contains(shape: Shape, point: Position) -> bool:
    """Whether a point (longitude, latitude) is inside; a point on an edge counts as inside.

    Crossing number over each polygon; a point in a hole is outside, one on a hole's edge is inside.
    """
    return any(_in_polygon(polygon, point) for polygon in shape.polygons)


def box(shape: Shape) -> Box:
    """The smallest box in degrees that holds the shape."""
    longitudes = [x for ring in shape.rings() for x, _ in ring]
    latitudes = [y for ring in shape.rings() for _, y in ring]
    return Box(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def area(shape: Shape) -> float:
    """Square kilometres, on a plane that touches the middle latitude; good to 0.1 % for a sub-district."""
    frame = box(shape)
    scale = math.cos(math.radians((frame.south + frame.north) / 2)) * KILOMETRES_PER_DEGREE**2
    return scale * sum(_polygon_moments(polygon, (0.0, 0.0))[0] for polygon in shape.polygons)


def centroid(shape: Shape) -> Position:
    """The area-weighted middle (longitude, latitude); it may lie outside a bent shape."""
    frame = box(shape)
    origin = (frame.west, frame.south)
    moments = [_polygon_moments(polygon, origin) for polygon in shape.polygons]
    total = sum(size for size, _, _ in moments)
    return (
        origin[0] + sum(x for _, x, _ in moments) / total,
        origin[1] + sum(y for _, _, y in moments) / total,
    )


def metres(one: Position, other: Position) -> float:
    """How far two points (longitude, latitude) lie apart, on the plane that touches the earth there."""
    across = (one[0] - other[0]) * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot(across, one[1] - other[1]) * KILOMETRES_PER_DEGREE * 1000


def _polygons_in(data: Any) -> Iterator[Any]:
    if not isinstance(data, dict):
        raise GeometryError("GeoJSON 应是一个对象")
    match data.get("type"):
        case "Polygon":
            yield data.get("coordinates")
        case "MultiPolygon":
            yield from _listed(data.get("coordinates"), "MultiPolygon 的 coordinates")
        case "Feature":
            yield from _polygons_in(data.get("geometry"))
        case "FeatureCollection":
            for feature in _listed(data.get("features"), "features"):
                yield from _polygons_in(feature)
        case "GeometryCollection":
            for geometry in _listed(data.get("geometries"), "geometries"):
                yield from _polygons_in(geometry)
        case other:
            raise GeometryError("类型“%(kind)s”不能作边界：只接受 Polygon 与 MultiPolygon", kind=other)


def _listed(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise GeometryError("%(name)s 应是列表", name=name)
    return value


def _polygon(rings: Any, number: int) -> Polygon:
    place = str(number)
    checked = tuple(_ring(ring, f"{place}-{index}") for index, ring in enumerate(_listed(rings, place), 1))
    if not checked:
        raise GeometryError("位置 %(place)s（面-环-点）：没有环", place=place)
    if abs(_ring_moments(checked[0], (0.0, 0.0))[0]) <= sum(
        abs(_ring_moments(hole, (0.0, 0.0))[0]) for hole in checked[1:]
    ):
        raise GeometryError("位置 %(place)s（面-环-点）：孔不小于外环", place=place)
    return checked


def _ring(points: Any, place: str) -> Ring:
    ring = tuple(_position(point, f"{place}-{i}") for i, point in enumerate(_listed(points, place), 1))
    if len(ring) < 4:
        raise GeometryError(
            "位置 %(place)s（面-环-点）：只有 %(count)s 个点，至少要 4 个（首尾相同）",
            place=place,
            count=len(ring),
        )
    if ring[0] != ring[-1]:
        raise GeometryError("位置 %(place)s（面-环-点）：没有闭合，末点应与首点相同", place=place)
    if not _ring_moments(ring, ring[0])[0]:
        raise GeometryError("位置 %(place)s（面-环-点）：没有面积", place=place)
    if crossing := _first_crossing(ring):
        raise GeometryError(
            "位置 %(place)s（面-环-点）：自相交，第 %(first)s 边与第 %(second)s 边",
            place=place,
            first=crossing[0],
            second=crossing[1],
        )
    return ring


def _position(point: Any, place: str) -> Position:
    if not isinstance(point, list) or len(point) < 2 or not all(_is_number(value) for value in point[:2]):
        raise GeometryError("位置 %(place)s（面-环-点）：应是 [经度, 纬度]", place=place)
    longitude, latitude = float(point[0]), float(point[1])
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise GeometryError(
            "位置 %(place)s（面-环-点）：%(x)s, %(y)s 不是经纬度；请导出为 WGS 84 坐标",
            place=place,
            x=longitude,
            y=latitude,
        )
    return longitude, latitude


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _no_constant(name: str) -> float:
    raise GeometryError("坐标中有 %(name)s，应是数字", name=name)


def _first_crossing(ring: Ring) -> tuple[int, int] | None:
    """The numbers of the first two edges that meet anywhere but at a shared end.

    A sweep over edges sorted by their western end: only edges that overlap in longitude are compared. The
    number of comparisons is bounded, so that a ring made to be slow is refused instead.
    """
    edges = list(pairwise(ring))
    spans = sorted((min(a[0], b[0]), max(a[0], b[0]), number) for number, (a, b) in enumerate(edges))
    active: list[tuple[float, int]] = []
    compared = 0
    for west, east, number in spans:
        active = [(end, other) for end, other in active if end >= west]
        compared += len(active)
        if compared > MAX_COMPARISONS:
            raise GeometryError("边界过于曲折，请先简化后再上传")
        for _, other in active:
            if _edges_cross(edges, *sorted((number, other))):
                first, second = sorted((number, other))
                return first + 1, second + 1
        active.append((east, number))
    return None


def _edges_cross(edges: Sequence[tuple[Position, Position]], first: int, second: int) -> bool:
    (a, b), (c, d) = edges[first], edges[second]
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    if second == first + 1:
        return _on_edge(d, a, b) or _on_edge(a, c, d)
    if first == 0 and second == len(edges) - 1:
        return _on_edge(c, a, b) or _on_edge(b, c, d)
    turns = _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0
    return turns or _on_edge(c, a, b) or _on_edge(d, a, b) or _on_edge(a, c, d) or _on_edge(b, c, d)


def _turn(a: Position, b: Position, c: Position) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _on_edge(point: Position, a: Position, b: Position) -> bool:
    return (
        _turn(a, b, point) == 0
        and min(a[0], b[0]) <= point[0] <= max(a[0], b[0])
        and min(a[1], b[1]) <= point[1] <= max(a[1], b[1])
    )


def _in_polygon(polygon: Polygon, point: Position) -> bool:
    if any(_on_edge(point, a, b) for ring in polygon for a, b in pairwise(ring)):
        return True
    return _in_ring(polygon[0], point) and not any(_in_ring(hole, point) for hole in polygon[1:])


def _in_ring(ring: Ring, point: Position) -> bool:
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def _polygon_moments(polygon: Polygon, origin: Position) -> tuple[float, float, float]:
    """Area in square degrees and the two first moments, holes taken away."""
    outside, *holes = (_oriented(_ring_moments(ring, origin)) for ring in polygon)
    return (
        outside[0] - sum(hole[0] for hole in holes),
        outside[1] - sum(hole[1] for hole in holes),
        outside[2] - sum(hole[2] for hole in holes),
    )


def _oriented(moments: tuple[float, float, float]) -> tuple[float, float, float]:
    size, x, y = moments
    return (-size, -x, -y) if size < 0 else moments


def _ring_moments(ring: Ring, origin: Position) -> tuple[float, float, float]:
    """Signed area and first moments of a ring relative to an origin (the shoelace formula)."""
    size = x_moment = y_moment = 0.0
    for (x1, y1), (x2, y2) in pairwise((x - origin[0], y - origin[1]) for x, y in ring):
        cross = x1 * y2 - x2 * y1
        size += cross / 2
        x_moment += (x1 + x2) * cross / 6
        y_moment += (y1 + y2) * cross / 6
    return size, x_moment, y_moment
