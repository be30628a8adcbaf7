"""Rounds that come back, and the way from place to place."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from safecommunity.core.inspections import A_YEAR, EVERY, Stop, current_round, distance, rounds, route

DAYS = some.dates(date(2020, 1, 1), date(2030, 12, 31))
POSITIONS = some.tuples(some.floats(114, 115), some.floats(38, 39))


@pytest.mark.parametrize(
    ("every", "code", "start", "end"),
    [
        ("day", "2026-12-31", date(2026, 12, 31), date(2026, 12, 31)),
        ("week", "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("month", "2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("quarter", "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("half-year", "2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("year", "2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_round_of_a_day(every: str, code: str, start: date, end: date) -> None:
    found = current_round(every, date(2026, 12, 31))
    assert (found.code, found.start, found.end) == (code, start, end)


@given(some.sampled_from(EVERY), DAYS, some.integers(0, 800))
def test_rounds_follow_one_another_without_gaps(every: str, first: date, more: int) -> None:
    last = first + timedelta(days=more)
    made = rounds(every, first, last)
    assert made[0].start == first
    assert made[-1].end == last
    assert all(one.end + timedelta(days=1) == other.start for one, other in pairwise(made))
    assert len({one.code for one in made}) == len(made)


@pytest.mark.parametrize("every", ["month", "quarter", "half-year", "year"])
def test_a_year_has_so_many_rounds(every: str) -> None:
    assert len(rounds(every, date(2026, 1, 1), date(2026, 12, 31))) == A_YEAR[every]


@given(some.lists(some.none() | POSITIONS, max_size=12))
def test_a_route_visits_every_stop_once_those_without_a_position_last(
    places: list[tuple[float, float] | None],
) -> None:
    stops = [Stop(str(number), place) for number, place in enumerate(places)]
    way = route(stops)
    assert sorted(way, key=lambda stop: int(stop.code)) == stops
    known = [bool(stop.position) for stop in way]
    assert known == sorted(known, reverse=True)


@given(some.lists(POSITIONS, min_size=3, max_size=12, unique=True))
def test_the_next_stop_is_the_nearest_left(places: list[tuple[float, float]]) -> None:
    way = [stop.position for stop in route([Stop(str(n), place) for n, place in enumerate(places)])]
    for number, here in enumerate(way[:-1]):
        assert here is not None
        ahead = [distance(here, one) for one in way[number + 1 :] if one]
        assert ahead[0] == min(ahead)


def test_a_degree_of_latitude_is_so_many_metres() -> None:
    assert distance((114.5, 38.0), (114.5, 38.01)) == pytest.approx(1113, abs=2)
    assert distance((114.5, 38.0), (114.51, 38.0)) == pytest.approx(877, abs=5)
