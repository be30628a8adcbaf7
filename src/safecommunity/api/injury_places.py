"""Where more are hurt, and how far the cards can be relied on: as the pages tell it, to the same people."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.surveillance import queries
from safecommunity.units.permissions import Permission

if TYPE_CHECKING:
    from safecommunity.surveillance.hotspots import Place, Together
    from safecommunity.surveillance.surges import Surge

router = Router(tags=["injuries"])


class PlaceOut(Schema):
    """`base`: people, households or all injuries; `rate`, `smoothed`: a thousand people or households and
    year, or a hundred injuries, null with too few; `standing`: high, usual, low, or "" when one cannot tell;
    `around`: high or low where it is so together with the places round it, else ""; `at`: longitude and
    latitude.
    """

    code: str
    name: str
    count: int
    base: int
    rate: float | None
    smoothed: float | None
    standing: str
    around: str
    at: tuple[float, float] | None


class TogetherOut(Schema):
    """Places that lie together: `times` the cases to be expected, with limits; `chance`: that chance alone
    makes one as high somewhere.
    """

    places: list[str]
    count: int
    expected: float
    times: float
    lower: float
    upper: float
    chance: float


class FollowerOut(Schema):
    """A card that came soon after an earlier one close by."""

    earlier: UUID
    earlier_day: dt.date
    later: UUID
    later_day: dt.date


class RepeatsOut(Schema):
    """Of the latest `cards` that say where (`is_cut`: not all of them) the pairs within 100 m and 7 days;
    `chance`: that chance alone brings as many; `silence`: why nothing was looked for: `large` (too many),
    `positions`, `cases`, or "".
    """

    cards: int
    is_cut: bool
    close: int
    expected: float
    chance: float
    latest: list[FollowerOut]
    silence: str


class SurgeOut(Schema):
    """`places` (codes) that had `count` injuries in the latest `days`, `expected` by their share of 90 days;
    no places: nothing stands out, or `silence` says why nothing was looked for: `places`, `cases`, `many`.
    """

    places: list[str]
    days: int
    count: int
    expected: float
    chance: float
    silence: str


class PlacesOut(Schema):
    """`by`: `people`, `households`, `cases` or "", where nothing can be compared; `beside`: that chance alone
    makes high places lie beside high ones as much, null where nothing was looked for; `silence`: why not:
    `base`, `places`, `cases`, or "".
    """

    first: dt.date
    last: dt.date
    level: str
    by: str
    year: int | None
    total: int
    unplaced: int
    places: list[PlaceOut]
    together: list[TogetherOut]
    beside: float | None
    silence: str
    surge: SurgeOut
    repeats: RepeatsOut


class SourceOut(Schema):
    """`dated`: of how many it is known when they came; `unsaid`: field → cards that do not say it."""

    code: str
    total: int
    dated: int
    late: int
    unsaid: dict[str, int]


class HeapOut(Schema):
    """`kind`: `day` of the month or `hour`; `beside`: how many there are beside it on average."""

    kind: str
    at: int
    count: int
    beside: float


class SilenceOut(Schema):
    """A unit's source without a card for so many days, where so many a week were usual."""

    slug: str
    source: str
    last: dt.date
    days: int
    weekly: float


class UnlikelyOut(Schema):
    """`asked`: the questions that find the cards."""

    asked: dict[str, list[str]]
    count: int


class QualityOut(Schema):
    """`doubted`: the latest of the `doubts` cards that were marked to be checked when they were entered."""

    first: dt.date
    last: dt.date
    sources: list[SourceOut]
    heaps: list[HeapOut]
    silent: list[SilenceOut]
    unlikely: list[UnlikelyOut]
    doubts: int
    doubted: list[UUID]


@router.get("/units/{slug}/injury-places", response=PlacesOut, summary="Where more are hurt than elsewhere")
def places(
    request: HttpRequest, slug: str, level: Literal["neighbourhood", "grid"] = "neighbourhood"
) -> dict[str, Any]:
    """Asked as the page is: `from to cause place activity band`; the last 52 weeks where nothing is said."""
    from safecommunity.surveillance.hotspots import hotspots  # slow import
    from safecommunity.surveillance.repeats import repeats
    from safecommunity.surveillance.surges import surge

    unit, user = unit_for(request, slug, Permission.INJURY_VIEW), cast("User", request.user)
    ask = queries.parse(dict(request.GET.lists()))
    first, last = ask.days(timezone.localdate())
    found = hotspots(unit, user, ask, first, last, level)
    names = ("first", "last", "level", "by", "year", "total", "unplaced", "beside", "silence")
    return {
        **{name: getattr(found, name) for name in names},
        "places": [_place_out(one) for one in found.places],
        "together": [_together_out(one) for one in found.together],
        "surge": _surge_out(surge(unit, user, ask, found)),
        "repeats": repeats(unit, user, ask, first, last),
    }


@router.get("/units/{slug}/injury-quality", response=QualityOut, summary="What the cards do not say well")
def quality(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Asked as the page is: `from to`; the last 52 weeks where nothing is said."""
    from safecommunity.surveillance import quality as doubts  # slow import

    unit = unit_for(request, slug, Permission.INJURY_VIEW)
    first, last = queries.parse(dict(request.GET.lists())).days(timezone.localdate())
    found = doubts.quality(unit, cast("User", request.user), first, last)
    return {
        **{name: getattr(found, name) for name in ("first", "last", "sources", "heaps", "silent", "doubts")},
        "unlikely": [{"asked": fields, "count": count} for fields, count in found.unlikely],
        "doubted": [row.uuid for row in found.doubted],
    }


def _surge_out(one: Surge) -> dict[str, Any]:
    names = ("days", "count", "expected", "chance", "silence")
    return {**{name: getattr(one, name) for name in names}, "places": [place.code for place in one.places]}


def _place_out(one: Place) -> dict[str, Any]:
    names = ("code", "name", "count", "base", "rate", "smoothed", "standing", "around")
    return {**{name: getattr(one, name) for name in names}, "at": one.middle}


def _together_out(one: Together) -> dict[str, Any]:
    times = {"times": one.times.value, "lower": one.times.lower, "upper": one.times.upper}
    own = {name: getattr(one, name) for name in ("count", "expected", "chance")}
    return {**own, **times, "places": [place.code for place in one.places]}
