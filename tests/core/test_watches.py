from __future__ import annotations

from typing import Any

import pytest

from safecommunity.core.watches import Event, parse
from safecommunity.library import codes, watches

RAW: dict[str, Any] = {
    "name": "a", "name_en": "a", "source": "ours", "kinds": ["sub-district"], "weeks": 100, "quiet_weeks": 4,
    "method": {"alpha": 0.01}, "series": [{"by": ["cause"], "most": 5}], "events": [],
    "accidents": {"deaths": 1, "hurt": 3},
}  # fmt: skip


def test_our_own_watch_names_known_codes_and_few_series() -> None:
    watch = watches["weekly"]
    assert sum(one.most for one in watch.series) <= 30
    lists = {"cause": "injury-causes", "outcome": "injury-outcomes", "fall_type": "fall-types"}
    for event in watch.events:
        assert all(value in codes[lists[name]] for name, value in event.where.items())


def test_an_event_holds_when_all_of_it_does() -> None:
    event = Event("x", "x", "x", {"cause": "drowning"}, 17)
    assert event.holds({"cause": "drowning", "age": 17})
    assert not event.holds({"cause": "drowning", "age": 18})
    assert not event.holds({"cause": "drowning"})
    assert not event.holds({"cause": "fall", "age": 5})
    assert Event("x", "x", "x", {"outcome": "died"}, None).holds({"outcome": "died"})


@pytest.mark.parametrize(
    ("deaths", "hurt", "grave"), [(1, 0, True), (0, 3, True), (0, 2, False), (0, 0, False)]
)
def test_an_accident_is_grave_by_its_dead_and_hurt(deaths: int, hurt: int, grave: bool) -> None:
    assert watches["weekly"].is_grave(deaths, hurt) is grave


def test_what_cannot_be_watched_is_refused() -> None:
    assert parse("weekly", RAW).series[0].by == ("cause",)
    with pytest.raises(ValueError, match=r"series\.by"):
        parse("weekly", {**RAW, "series": [{"by": ["colour"], "most": 5}]})
    with pytest.raises(ValueError, match="alpha"):
        parse("weekly", {**RAW, "method": {"alpha": 1}})
    with pytest.raises(KeyError):
        parse("weekly", {name: value for name, value in RAW.items() if name != "kinds"})
