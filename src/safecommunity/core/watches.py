"""What is watched every week, as data: series, settings of the method, rules for single grave events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WEEKS = 52
DIMENSIONS = ("cause", "place", "group", "area", "severity", "activity")


@dataclass(frozen=True, slots=True)
class Settings:
    """`alpha`: chance of a false alarm a week (one-sided); `least`: fewest cases for an alarm; `factor`: the
    rise the CUSUM looks for and `limit` its limit; `short_alpha` and `least_sd`, the floor of the spread: for
    the short baseline of EARS; `tiny`: cases a year below which a series borrows from the level above, whose
    word weighs `borrowed` cases.
    """

    alpha: float = 0.01
    least: int = 3
    factor: float = 1.5
    limit: float = 4.0
    short_alpha: float = 0.00135
    least_sd: float = 0.5
    years: int = 3
    tiny: float = 10.0
    borrowed: float = 5.0

    def false_alarms(self, series: int) -> float:
        """How many alarms a year chance alone makes, at most."""
        return series * WEEKS * self.alpha


@dataclass(frozen=True, slots=True)
class Series:
    """The `most` most frequent combinations of these dimensions."""

    by: tuple[str, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Event:
    """A single card that is an alert by itself: all of `where` hold, and the age is at most `age_to`."""

    code: str
    name: str
    name_en: str
    where: Mapping[str, str]
    age_to: int | None

    def holds(self, values: Mapping[str, Any]) -> bool:
        """`values`: the clean values of a card."""
        if self.age_to is not None and (values.get("age") is None or values["age"] > self.age_to):
            return False
        return all(values.get(name) == wanted for name, wanted in self.where.items())


@dataclass(frozen=True, slots=True)
class Watch:
    """`kinds`: of units; `weeks`: of the past; `method`: the settings of `analysis.watch`."""

    code: str
    name: str
    name_en: str
    source: str
    kinds: tuple[str, ...]
    weeks: int
    quiet_weeks: int
    method: Settings
    series: tuple[Series, ...]
    events: tuple[Event, ...]
    deaths: int
    hurt: int

    def is_grave(self, deaths: int, hurt: int) -> bool:
        """Whether an accident with these dead and injured is an alert by itself."""
        return deaths >= self.deaths or deaths + hurt >= self.hurt


def parse(code: str, data: Mapping[str, Any]) -> Watch:
    """Raises KeyError, TypeError or ValueError naming what is wrong."""
    series = tuple(Series(tuple(one["by"]), int(one["most"])) for one in data["series"])
    for one in series:
        if unknown := set(one.by) - set(DIMENSIONS):
            raise ValueError(f"series.by: {'、'.join(sorted(unknown))}不是 {'、'.join(DIMENSIONS)} 之一")
    events = tuple(
        Event(one["code"], one["name"], one["name_en"], dict(one["where"]), one.get("age_to"))
        for one in data["events"]
    )
    method = Settings(**data["method"])
    if not 0 < method.alpha < 0.5:
        raise ValueError("method.alpha: 应在0到0.5之间")
    return Watch(
        code, data["name"], data["name_en"], data["source"], tuple(data["kinds"]), int(data["weeks"]),
        int(data["quiet_weeks"]), method, series, events,
        int(data["accidents"]["deaths"]), int(data["accidents"]["hurt"]),
    )  # fmt: skip
