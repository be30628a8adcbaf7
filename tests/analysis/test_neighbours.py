import numpy as np
import pytest

from safecommunity.analysis import neighbours


def square(x, y):
    return [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]]


BLOCKS = [square(0, 0), square(1, 0), square(1, 1), square(5, 5)]


def test_areas_touch_at_corners_or_along_sides():
    assert neighbours.touching(BLOCKS) == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    assert neighbours.touching(BLOCKS, edges=True) == [(0, 1), (1, 0), (1, 2), (2, 1)]


def test_areas_of_several_rings_and_none():
    two = [*square(0, 0), *square(5, 5)]
    assert neighbours.touching([two, [], square(1, 0), square(6, 5)]) == [(0, 2), (0, 3), (2, 0), (3, 0)]
    # Where one ring ends and the next begins there is no side.
    across = [[(1, 1), (5, 5), (4, 9), (1, 1)]]
    assert neighbours.touching([two, across], edges=True) == []
    assert neighbours.touching([]) == []


def test_points_that_differ_by_less_than_a_step_are_one():
    moved = [[(x + 2e-8, y) for x, y in ring] for ring in square(1, 0)]
    assert neighbours.touching([square(0, 0), moved], edges=True) == [(0, 1), (1, 0)]


def test_areas_within_a_distance():
    line = np.abs(np.subtract.outer(np.array([0, 2, 3, 9]), np.array([0, 2, 3, 9])))
    assert neighbours.within(line, 2) == [(0, 1), (1, 0), (1, 2), (2, 1)]


def test_the_nearest_of_each():
    line = np.abs(np.subtract.outer(np.array([0, 2, 3, 9]), np.array([0, 2, 3, 9])))
    assert neighbours.nearest(line, 1) == [(0, 1), (1, 2), (2, 1), (3, 2)]
    with pytest.raises(ValueError, match="between 1 and 3"):
        neighbours.nearest(line, 4)
