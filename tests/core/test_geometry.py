"""Boundaries: what is accepted, what is refused and why, and the numbers computed from them."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core import geometry
from safecommunity.core.geometry import GeometryError

SQUARE = [[114.0, 38.0], [115.0, 38.0], [115.0, 39.0], [114.0, 39.0], [114.0, 38.0]]
HOLE = [[114.25, 38.25], [114.25, 38.75], [114.75, 38.75], [114.75, 38.25], [114.25, 38.25]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_feature_collection_becomes_one_shape_of_all_its_polygons() -> None:
    data = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": polygon(SQUARE)},
            {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [[HOLE]]}},
        ],
    }
    shape = geometry.parse(json.dumps(data))
    assert len(shape.polygons) == 2
    assert geometry.to_geojson(shape)["type"] == "MultiPolygon"


def test_one_polygon_is_written_as_it_was_read() -> None:
    assert geometry.to_geojson(geometry.from_geojson(polygon(SQUARE, HOLE))) == polygon(SQUARE, HOLE)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([], "应是一个对象"),
        ({"type": "Point", "coordinates": [1, 2]}, "类型“Point”不能作边界"),
        ({"type": "Feature", "geometry": None}, "应是一个对象"),
        ({"type": "FeatureCollection", "features": []}, "没有面"),
        ({"type": "FeatureCollection"}, "features 应是列表"),
        (polygon(), "没有环"),
        (polygon(SQUARE[:3]), "只有 3 个点"),
        (polygon(SQUARE[:4]), "没有闭合"),
        (polygon([[1, 1], [2, 2], [3, 3], [1, 1]]), "没有面积"),
        (polygon([[0, 0], [2, 2], [2, 0], [0, 1], [0, 0]]), "自相交，第 1 边与第 3 边"),
        (polygon([[0, 0], [4, 0], [2, 0], [2, 2], [0, 0]]), "自相交"),
        (polygon([[0, 0], [1, 0], [1, "1"], [0, 0]]), "位置 1-1-3（面-环-点）：应是"),
        (polygon([[0, 0], [True, 0], [1, 1], [0, 0]]), "位置 1-1-2（面-环-点）：应是"),
        (polygon([[512345.0, 4212345.0]] * 4), "不是经纬度"),
        (polygon(HOLE, SQUARE), "孔不小于外环"),
    ],
)
def test_an_unusable_shape_is_refused_with_place_and_reason(data: Any, reason: str) -> None:
    with pytest.raises(GeometryError, match=reason):
        geometry.from_geojson(data)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"\x80{}", "UTF-8"),
        ("{\n nothing", "第 2 行"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 1]]]}', "NaN"),
        ("[" * 200_000, "UTF-8"),
        ('{"a": "' + "x" * 5_000_000 + '"}', "超过 5 MB"),
    ],
)
def test_hostile_text_is_refused_in_words(text: str | bytes, reason: str) -> None:
    with pytest.raises(GeometryError, match=reason):
        geometry.parse(text)


def test_a_ring_made_to_be_slow_is_refused() -> None:
    teeth = [[float(100 + 20 * (i % 2)), i * 0.004] for i in range(5_000)]
    with pytest.raises(GeometryError, match="过于曲折"):
        geometry.from_geojson(polygon([*teeth, [121.0, 20.0], [121.0, -1.0], [100.0, -1.0], teeth[0]]))


def test_a_long_winding_boundary_is_accepted() -> None:
    ring = [
        [110 + math.cos(a / 1000) * (1 + 0.01 * math.sin(a)), 30 + math.sin(a / 1000)] for a in range(6_200)
    ]
    assert geometry.area(geometry.from_geojson(polygon([*ring, ring[0]]))) > 0


def test_a_point_in_the_hole_is_outside_and_one_on_an_edge_is_inside() -> None:
    shape = geometry.from_geojson(polygon(SQUARE, HOLE))
    assert geometry.contains(shape, (114.1, 38.1))
    assert not geometry.contains(shape, (114.5, 38.5))
    assert geometry.contains(shape, (114.25, 38.5))
    assert geometry.contains(shape, (114.0, 38.0))
    assert not geometry.contains(shape, (113.9, 38.5))


def test_the_rings_of_what_is_kept() -> None:
    assert geometry.rings(polygon(SQUARE, HOLE)) == [SQUARE, HOLE]
    several = {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]}
    assert geometry.rings(several) == [SQUARE, HOLE]


def test_the_box_the_middle_and_the_area_of_a_square_degree() -> None:
    shape = geometry.from_geojson(polygon(SQUARE))
    assert geometry.box(shape) == geometry.Box(114.0, 38.0, 115.0, 39.0)
    assert geometry.centroid(shape) == pytest.approx((114.5, 38.5))
    side = 6371.0088 * math.pi / 180
    assert geometry.area(shape) == pytest.approx(side * side * math.cos(math.radians(38.5)))


def test_a_hole_takes_area_away_and_keeps_a_middle_it_is_centred_on() -> None:
    whole, holed = geometry.from_geojson(polygon(SQUARE)), geometry.from_geojson(polygon(SQUARE, HOLE))
    assert geometry.area(holed) == pytest.approx(geometry.area(whole) * 0.75)
    assert geometry.centroid(holed) == pytest.approx((114.5, 38.5))


@st.composite
def stars(draw: st.DrawFn) -> list[list[float]]:
    """A ring seen from its middle under growing angles: never crosses itself."""
    count = draw(st.integers(3, 24))
    middle = draw(st.tuples(st.floats(80, 130), st.floats(20, 50)))
    radii = draw(st.lists(st.floats(0.05, 1.0), min_size=count, max_size=count))
    points = [
        [middle[0] + r * math.cos(2 * math.pi * i / count), middle[1] + r * math.sin(2 * math.pi * i / count)]
        for i, r in enumerate(radii)
    ]
    return [*points, points[0]]


@given(stars())
def test_every_star_is_accepted_and_its_corners_are_inside_its_box(ring: list[list[float]]) -> None:
    shape = geometry.from_geojson(polygon(ring))
    frame = geometry.box(shape)
    assert all(frame.west <= x <= frame.east and frame.south <= y <= frame.north for x, y in ring)
    assert all(geometry.contains(shape, (x, y)) for x, y in ring)
    assert not geometry.contains(shape, (frame.east + 0.001, frame.north))


@given(stars())
def test_direction_and_first_corner_of_a_ring_do_not_matter(ring: list[list[float]]) -> None:
    turned = [*ring[1:], ring[1]]
    here, there = geometry.from_geojson(polygon(ring)), geometry.from_geojson(polygon(turned[::-1]))
    assert geometry.area(here) == pytest.approx(geometry.area(there))
    assert geometry.centroid(here) == pytest.approx(geometry.centroid(there))


def test_metres_between_points_of_a_known_distance() -> None:
    """A degree of latitude is 111.195 km on the mean sphere; of longitude at 60° half of that."""
    assert geometry.metres((114.0, 38.0), (114.0, 39.0)) == pytest.approx(111_195, abs=1)
    assert geometry.metres((10.0, 60.0), (11.0, 60.0)) == pytest.approx(55_597.5, abs=1)
    assert geometry.metres((114.0, 38.0), (114.0, 38.0)) == 0
