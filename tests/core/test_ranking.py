"""Worked by hand: who cannot be told apart shares a rank."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from safecommunity.core.ranking import Measure, Place, around, banded, grouped, size_group, turned

POINTS = {"a": 92, "b": 90, "c": 87, "d": 86, "e": 80}
BOUNDS = [("small", 0), ("middle", 30_000), ("large", 80_000)]


def measure(code: str, value: int, margin: int = 2) -> Measure:
    low, high = around(Decimal(value), Decimal(margin))
    return Measure(code, Decimal(value), low, high)


def test_whoever_reaches_the_first_of_a_band_shares_its_ranks() -> None:
    # a: 90 to 92 to 94. b reaches up to 92: in. c reaches 89: a new band from 85. d reaches 88: in. e: 82.
    assert banded(measure(code, value) for code, value in POINTS.items()) == {
        "a": Place(1, 2, 1), "b": Place(1, 2, 1), "c": Place(3, 4, 2), "d": Place(3, 4, 2),
        "e": Place(5, 5, 3),
    }  # fmt: skip


def test_a_chain_of_small_steps_does_not_draw_everybody_into_one_band() -> None:
    # Each reaches its neighbour, but only b reaches a: a 98 to 100, b 96 to 99, c 94 to 97, d 92 to 95.
    steps = [Measure(code, Decimal(v), Decimal(v - 1), Decimal(v + 2)) for code, v in
             (("a", 99), ("b", 97), ("c", 95), ("d", 93))]  # fmt: skip
    assert [place.band for place in banded(steps).values()] == [1, 1, 2, 2]


def test_without_a_margin_only_equals_share_a_rank() -> None:
    places = banded([measure("a", 90, 0), measure("b", 90, 0), measure("c", 89, 0)])
    assert places == {"a": Place(1, 2, 1), "b": Place(1, 2, 1), "c": Place(3, 3, 2)}


def test_of_what_should_be_low_the_lowest_comes_first() -> None:
    places = banded([turned(measure("a", 10)), turned(measure("b", 3))])
    assert places == {"b": Place(1, 1, 1), "a": Place(2, 2, 2)}


def test_limits_do_not_go_below_nothing_and_may_pass_full_points_as_a_bonus_does() -> None:
    assert around(Decimal(102), Decimal(2)) == (100, 104)
    assert around(Decimal(1), Decimal(2)) == (0, 3)


def test_sizes_fall_into_the_group_whose_least_they_reach() -> None:
    sizes = (0, 29_999, 30_000, 80_000, None)
    assert [size_group(size, BOUNDS) for size in sizes] == ["small", "small", "middle", "large", ""]


def test_a_group_of_too_few_is_not_ranked() -> None:
    members = {"a": "x", "b": "x", "c": "y", "d": "x"}
    assert grouped(members, 3) == {"x": ("a", "b", "d")}


@given(st.lists(st.integers(0, 100), max_size=8), st.integers(0, 10))
def test_ranks_cover_everybody_once_and_never_contradict_clear_differences(
    values: list[int], margin: int
) -> None:
    points = {f"u{number}": value for number, value in enumerate(values)}
    measures = {code: measure(code, value, margin) for code, value in points.items()}
    places = banded(measures.values())
    assert set(places) == set(points)
    ends = sorted({(place.first, place.last) for place in places.values()})
    assert [first for first, _last in ends] == [1, *(last + 1 for _first, last in ends[:-1])][: len(ends)]
    for one in points:
        for other in points:
            if measures[one].low > measures[other].high:
                assert places[one].last < places[other].first
