"""Marks of a map: nothing is lost, what is near becomes one, and from near by each point stands alone."""

from __future__ import annotations

from random import Random

import pytest

from safecommunity.core.map_clusters import DEEPEST, Point, clustered

HERE = (114.466, 38.030)


def points(count: int) -> list[Point]:
    dice = Random(1)
    tones = ("major", "low")
    return [
        Point(
            HERE[0] + dice.uniform(-0.05, 0.05),
            HERE[1] + dice.uniform(-0.05, 0.05),
            tones[number % 2],
            number,
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("zoom", range(20))
def test_every_point_is_in_exactly_one_mark(zoom: int) -> None:
    made = clustered(points(300), zoom)
    assert sorted(key for one in made for key in one.keys) == list(range(300))
    assert sum(one.tones["major"] for one in made) == 150
    assert sum(one.count for one in made) == 300


def test_from_far_away_all_are_one_and_its_place_is_the_middle() -> None:
    (one,) = clustered([Point(114.0, 38.0, "low", 1), Point(114.2, 38.4, "major", 2)], 3)
    assert (one.longitude, one.latitude) == pytest.approx((114.1, 38.2))
    assert one.tones == {"low": 1, "major": 1}


def test_nearer_there_are_never_fewer_marks() -> None:
    counts = [len(clustered(points(300), zoom)) for zoom in range(8, 18)]
    assert counts == sorted(counts)
    assert counts[-1] == 300


def test_points_on_the_very_same_spot_stand_alone_at_the_last() -> None:
    same = [Point(*HERE, "low", 1), Point(*HERE, "low", 2)]
    assert len(clustered(same, DEEPEST - 1)) == 1
    assert len(clustered(same, DEEPEST)) == 2


def test_the_poles_are_on_the_map_too() -> None:
    assert len(clustered([Point(0, 90, "low", 1), Point(0, -90, "low", 2)], 2)) == 2
