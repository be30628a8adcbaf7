"""How the neighbourhoods of a street lie in the demonstration: rows of four, two grids side by side in each.

Outlines, households and people are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from safecommunity.accounts.models import User
from safecommunity.core.geometry import Position, Shape
from safecommunity.demo.records import person_name
from safecommunity.library import codes
from safecommunity.places import actions, queries
from safecommunity.places.models import Division
from safecommunity.units.models import Unit

SAID = "演示数据：由程序生成，不是真实的边界"
COLUMNS, WIDE, HIGH = 4, 0.007, 0.006  # degrees
GRIDS = ("西片", "东片")
LIVES, HOUSEHOLD = 2600, 2.62  # people of a neighbourhood, give or take; of a household (2020 census)


@dataclass(frozen=True, slots=True)
class Street:
    """A street and its neighbourhoods, round a point."""

    unit: Unit
    below: tuple[Unit, ...]
    point: Position


def load(street: Street, by: User, today: date) -> None:
    """People, outlines and grids."""
    rows = -(-len(street.below) // COLUMNS)
    west, north = street.point[0] - COLUMNS / 2 * WIDE, street.point[1] + 1.5 * HIGH
    _outline(street, street.unit.slug, (west, north - rows * HIGH, west + COLUMNS * WIDE, north), by)
    for place in street.below:
        division = place.division
        if division is None:
            continue
        people = _people(place, division, today)
        x, y = middle(street, place)
        _outline(street, place.slug, (x - WIDE / 2, y - HIGH / 2, x + WIDE / 2, y + HIGH / 2), by)
        dice = Random(f"{place.slug}/grids")  # noqa: S311 - for show, and repeatable
        share = dice.uniform(0.4, 0.6)
        for name, part, left in zip(GRIDS, (share, 1 - share), (x - WIDE / 2, x), strict=True):
            grid = actions.add_grid(
                division=division, name=name, households=round(people * part / HOUSEHOLD),
                member=person_name(dice), by=by, unit=street.unit,
            )  # fmt: skip
            _outline(street, grid.code, (left, y - HIGH / 2, left + WIDE / 2, y + HIGH / 2), by)


def middle(street: Street, place: Unit) -> Position:
    row, column = divmod(street.below.index(place), COLUMNS)
    longitude, latitude = street.point
    return longitude + (column - (COLUMNS - 1) / 2) * WIDE, latitude + (1 - row) * HIGH


def spot(street: Street, place: Unit, dice: Random) -> Position:
    """Somewhere in one of its grids."""
    x, y = middle(street, place)
    side = dice.choice((-1, 1)) * WIDE / 4
    return round(x + side + dice.gauss(0, 0.0005), 6), round(y + dice.gauss(0, 0.0008), 6)


def _outline(street: Street, code: str, box: tuple[float, float, float, float], by: User) -> None:
    west, south, east, north = (round(one, 6) for one in box)
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    actions.set_boundary(
        code=code, shape=Shape(((ring,),)), source=SAID, approval_number="", by=by, unit=street.unit
    )


def _people(place: Unit, division: Division, today: date) -> float:
    """Invented figures by sex and age for the last years, in the shape of the census; how many about."""
    size = LIVES * Random(place.slug).uniform(0.7, 1.4)  # noqa: S311
    shares = codes["standard-populations"]["china2020"].extra
    whole = sum(map(int, shares.values()))
    figures = [
        (sex, int(band.extra["from"]), int(band.extra["to"]) if band.extra["to"] else None, "all",
         round(size * int(shares[band.code]) / whole / 2))
        for band in codes["age-bands"].values() for sex in ("1", "2")
    ]  # fmt: skip
    for year in (today.year - 2, today.year - 1, today.year):
        seen = queries.digest(division, year)
        actions.set_population(
            division=division, year=year, figures=figures, vulnerable={}, seen=seen, by=None, unit=place
        )
    return size
