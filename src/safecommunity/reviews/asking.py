"""What a list of reviews or of titles is asked for in its address, and the rows that answer it, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db.models import Case, Count, IntegerField, Model, Q, QuerySet, Value, When

from safecommunity.core.reviews import FINAL
from safecommunity.library import schemes
from safecommunity.reviews import queries
from safecommunity.reviews.models import Review, State, Title
from safecommunity.units.models import Unit
from safecommunity.units.scope import ordered

Row = TypeVar("Row", bound=Model)
STANDINGS = ("expired", "expiring", "valid", "renewed", "withdrawn")
LONGEST = 100
REVIEW_SORTS = {
    "unit": "unit__name", "scheme": "scheme", "kind": "kind", "state": "place", "level": "level__name",
    "answer": "answer_by", "begun": "begun_date",
}  # fmt: skip
TITLE_SORTS = {
    "unit": "unit__name", "name": "name", "level": "level", "number": "number", "named": "named_date",
    "until": "valid_until", "standing": "rank",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReviewAsk:
    """`state`: "open", "all" or one state; "" elsewhere: everything, and the usual order."""

    text: str = ""
    scheme: str = ""
    kind: str = ""
    state: str = "open"
    sort: str = ""


@dataclass(frozen=True, slots=True)
class TitleAsk:
    """`standing`: one of STANDINGS; `year`: of naming; "" and None for everything."""

    text: str = ""
    scheme: str = ""
    level: str = ""
    standing: str = ""
    year: int | None = None
    sort: str = ""


def reviews_asked(given: Mapping[str, str]) -> ReviewAsk:
    """The questions of an address; what is not known is left out."""
    state = given.get("state", "")
    return ReviewAsk(
        text=given.get("text", "").strip()[:LONGEST],
        scheme=_one_of(given.get("scheme", ""), schemes),
        kind=_one_of(given.get("kind", ""), Review.Kind.values),
        state=state if state in {"all", *State.values} else "open",
        sort=_sort(given, REVIEW_SORTS),
    )


def titles_asked(given: Mapping[str, str]) -> TitleAsk:
    """The questions of an address; what is not known is left out."""
    year = given.get("year", "")
    return TitleAsk(
        text=given.get("text", "").strip()[:LONGEST],
        scheme=_one_of(given.get("scheme", ""), schemes),
        level=given.get("level", "")[:LONGEST],
        standing=_one_of(given.get("standing", ""), STANDINGS),
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        sort=_sort(given, TITLE_SORTS),
    )


def reviews(unit: Unit, ask: ReviewAsk) -> QuerySet[Review]:
    """Those at and beneath the unit that are asked for; the latest first where no order is asked for."""
    rows = _alike(queries.reviews(unit), ask.text, "unit__name", "leader", "contact")
    rows = _matching(rows, scheme=ask.scheme, kind=ask.kind)
    if ask.state == "open":
        rows = rows.exclude(state__in=FINAL)
    elif ask.state != "all":
        rows = rows.filter(state=ask.state)
    places = [When(state=state, then=Value(place)) for place, state in enumerate(State.values)]
    rows = rows.annotate(place=Case(*places, output_field=IntegerField()))
    usual = ("-begun_date", "-pk")
    return ordered(rows.order_by(*usual), ask.sort, REVIEW_SORTS, usual)


def titles(unit: Unit, ask: TitleAsk, day: date) -> QuerySet[Title]:
    """Those at and beneath the unit; where no order is asked for, what needs somebody comes first."""
    rows = _ranked(unit, ask, day)
    if ask.standing:
        rows = rows.filter(rank=STANDINGS.index(ask.standing))
    usual = ("rank", "valid_until", "pk")
    return ordered(rows.order_by(*usual), ask.sort, TITLE_SORTS, usual)


def standings(unit: Unit, ask: TitleAsk, day: date) -> dict[str, int]:
    """Standing → how many, of what is asked for but for the standing itself."""
    counted = _ranked(unit, ask, day).order_by().values_list("rank").annotate(Count("pk"))
    return {STANDINGS[rank]: count for rank, count in counted}


def years(unit: Unit) -> list[int]:
    """The years in which titles were named, the latest first."""
    named = queries.titles(unit).order_by().values_list("named_date__year", flat=True).distinct()
    return sorted(named, reverse=True)


def _ranked(unit: Unit, ask: TitleAsk, day: date) -> QuerySet[Any]:
    """Without the standing asked for; `rank` is the place of a row's own in STANDINGS."""
    rows = queries.titles(unit, level=ask.level, year=ask.year)
    rows = _matching(_alike(rows, ask.text, "unit__name", "name", "number", "plaque"), scheme=ask.scheme)
    near = day + timedelta(days=queries.EXPIRING_DAYS)
    rank = Case(
        When(state=Title.State.RENEWED, then=Value(3)),
        When(state=Title.State.WITHDRAWN, then=Value(4)),
        When(valid_until__lt=day, then=Value(0)),
        When(valid_until__lte=near, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return rows.annotate(rank=rank)


def _alike(rows: QuerySet[Row], text: str, *names: str) -> QuerySet[Row]:
    for word in text.split():
        wanted = Q()
        for name in names:
            wanted |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(wanted)
    return rows


def _matching(rows: QuerySet[Row], **wanted: str) -> QuerySet[Row]:
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def _one_of(value: str, known: Any) -> str:
    return value if value in known else ""


def _sort(given: Mapping[str, str], sorts: Mapping[str, str]) -> str:
    asked = given.get("sort", "")
    return asked if asked.removeprefix("-") in sorts else ""
