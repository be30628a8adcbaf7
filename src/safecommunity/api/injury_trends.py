"""Whether injuries become fewer: as the page tells it, to the same people."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from safecommunity.accounts.models import User
from safecommunity.api.access import unit_for
from safecommunity.surveillance import queries
from safecommunity.units.permissions import Permission

if TYPE_CHECKING:
    from safecommunity.surveillance.trends import Year

router = Router(tags=["injuries"])


class RateOut(Schema):
    """A thousand people and year, with 95 % limits."""

    value: float
    lower: float
    upper: float


class MonthOut(Schema):
    month: dt.date
    count: int


class BreakOut(Schema):
    """The first month of another level, so many times the one before: recorded otherwise, or true. `of_all`:
    found in all cards, of which only some are asked for.
    """

    month: dt.date
    factor: float
    of_all: bool


class TrendOut(Schema):
    """The factor from one year to the next, with 95 % limits, of the months since the last break."""

    factor: float
    lower: float
    upper: float


class SeasonOut(Schema):
    """Months from 1 to 12; `times`: how many times the trough the peak is."""

    peak: int
    trough: int
    times: float


class YearOut(Schema):
    """A whole year. `people` of the year `people_year`; `silence`: why a rate is missing: few, people, ages,
    or ""; `unaged`: cards that the standardised rate lacks; `lost`: years of life lost before the age of 75;
    `is_apart`: has months from before the last break.
    """

    year: int
    count: int
    people: int | None
    people_year: int | None
    crude: RateOut | None
    standardised: RateOut | None
    silence: str
    unaged: int
    deaths: int
    lost: float
    is_apart: bool


class TrendsOut(Schema):
    """`trend` null: `silence` says why: short or few; `season` null: none can be told."""

    standard: str
    months: list[MonthOut]
    breaks: list[BreakOut]
    trend: TrendOut | None
    season: SeasonOut | None
    silence: str
    years: list[YearOut]


@router.get("/units/{slug}/injury-trend", response=TrendsOut, summary="Whether injuries become fewer")
def trend(request: HttpRequest, slug: str, standard: str = "china2020") -> dict[str, Any]:
    """Asked as the page is: `from to cause place band sex area` and the code of a standard population; five
    whole years and this one where nothing is said.
    """
    from safecommunity.surveillance import standards, trends  # slow imports

    unit = unit_for(request, slug, Permission.INJURY_VIEW)
    ask = queries.parse(dict(request.GET.lists()))
    found = trends.trends(
        unit, cast("User", request.user), ask, standards.standard(standard), timezone.localdate()
    )
    months = zip(found.months, found.counts, strict=True)
    return {
        "standard": found.standard.code,
        "months": [{"month": month, "count": count} for month, count in months],
        "breaks": [
            {"month": found.months[at], "factor": factor, "of_all": is_of_all}
            for at, factor, is_of_all in found.breaks
        ],
        "trend": found.trend and {
            "factor": found.trend.value, "lower": found.trend.lower, "upper": found.trend.upper
        },
        "season": found.season and found.season._asdict(),
        "silence": found.silence,
        "years": [_year_out(one) for one in found.years],
    }  # fmt: skip


def _year_out(one: Year) -> dict[str, Any]:
    own = {name: getattr(one, name) for name in ("year", "people_year", "deaths", "lost", "is_apart")}
    rates = ("count", "people", "crude", "standardised", "silence", "unaged")
    return {**own, **{name: getattr(one.rates, name) for name in rates}}
