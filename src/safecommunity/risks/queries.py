"""Reading risk points: lists, how they stood on a day, what the four-colour map shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet

from safecommunity.core.codes import Code
from safecommunity.core.divisions import Level, below
from safecommunity.core.fields import place_text
from safecommunity.core.geometry import metres
from safecommunity.core.map_clusters import Point, Window
from safecommunity.core.messages import Words
from safecommunity.core.risk import Band, Factor, Method, worst
from safecommunity.ledgers.models import Entry
from safecommunity.library import codes, ledgers, methods
from safecommunity.places.models import Boundary, Division, Grid
from safecommunity.places.queries import boundaries
from safecommunity.risks.models import Evaluation, ReviewCall, RiskPoint, State
from safecommunity.units.models import Unit
from safecommunity.units.queries import division_codes

LEVELS = ("point", "building", "grid", "neighbourhood")
MOST_AREAS = 2000
LOOK_BACK = timedelta(days=31)
SORTS = {
    "number": ("unit__path", "number"), "name": ("name", "id"), "review": ("review_date", "id"),
    "evaluated": ("evaluated_date", "id"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """A building, grid or neighbourhood with its highest open risk, and how many of each grade.

    `name`: "" where the place is in no table. `boundary`: its outline, or None; `middle`: of its points.
    """

    code: str
    name: str
    grade: str
    counts: Mapping[str, int]
    boundary: Any
    middle: tuple[float, float] | None


def ranks() -> dict[str, int]:
    """Grade → how high it is."""
    return {code: int(grade.extra["rank"]) for code, grade in codes["risk-grades"].items()}


def colour(grade: str) -> str:
    return codes["risk-grades"][grade].extra["colour"] if grade else ""


def level(grade: str) -> Words:
    """Who is responsible for controlling a risk of this grade."""
    extra = codes["risk-grades"][grade].extra
    return Words(extra["controlled_by"], extra["controlled_by_en"])


def review_after(grade: str, day: date) -> date:
    """When a point of this grade, evaluated on a day, is to be evaluated again."""
    return day + timedelta(days=int(codes["risk-grades"][grade].extra["review_days"]))


def points(unit: Unit) -> QuerySet[RiskPoint]:
    """The risk points of a unit and of those beneath it."""
    return RiskPoint.objects.below(unit).select_related("unit")


def point(unit: Unit, uid: UUID) -> RiskPoint | None:
    return RiskPoint.objects.in_unit(unit).filter(uuid=uid).select_related("unit", "premises").first()


def chosen(
    rows: QuerySet[RiskPoint],
    *,
    text: str = "",
    grade: str = "",
    field: str = "",
    state: str = State.OPEN,
    due: str = "",
    sort: str = "",
    today: date,
) -> QuerySet[RiskPoint]:
    """The points that answer these questions; `grade` "none": not yet evaluated; `due`: review is overdue."""
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(address__icontains=text) | Q(responsible=text))
    if grade:
        rows = rows.filter(grade="" if grade == "none" else grade)
    if field:
        rows = rows.filter(field=field)
    if state:
        rows = rows.filter(state=state)
    if due:
        rows = rows.filter(state=State.OPEN, review_date__lte=today)
    order = SORTS.get(sort.removeprefix("-"), SORTS["number"])
    return rows.order_by(*(f"-{name}" if sort.startswith("-") else name for name in order))


def evaluations(row: RiskPoint) -> QuerySet[Evaluation]:
    """Every evaluation of a point, the newest first."""
    return Evaluation.objects.in_unit(row.unit).filter(point=row).select_related("by")


def calls(row: RiskPoint) -> QuerySet[ReviewCall]:
    """What called for a review and has not been answered."""
    return ReviewCall.objects.in_unit(row.unit).filter(point=row, answer=None)


def method_of(row: Evaluation) -> Method:
    """The method in the version it was used in, or the newest where that file is gone."""
    try:
        return methods.at(row.method, row.method_version)
    except KeyError:
        return methods[row.method]


def band_of(method: Method, values: Mapping[str, Any]) -> tuple[Decimal, Band]:
    """The product of the values and its band. Raises RefusedError."""
    product = method.product({code: Decimal(str(value)) for code, value in values.items()})
    return product, method.band(product)


def graded(band: str, direct: Iterable[str]) -> str:
    """The grade: the band's, or a higher one that a direct rule gives regardless of the figures."""
    rules = codes["direct-risks"]
    return worst([band, *(rules[code].extra["grade"] for code in direct)], ranks())


def chosen_values(method: Method, values: Mapping[str, Any]) -> Iterator[tuple[Factor, Decimal]]:
    for factor in method.factors:
        yield factor, Decimal(str(values[factor.code]))


def signs(row: RiskPoint) -> QuerySet[Entry]:
    """The safety signs that name this point."""
    kept = Entry.objects.in_unit(row.unit).filter(client_uuid=row.uuid).values_list("pk", flat=True).first()
    found = Entry.objects.below(row.unit).filter(ledger="safety-signs", withdrawn_at=None)
    return found.filter(data__risk_point=kept) if kept else found.none()


def counts(unit: Unit, by: str = "grade") -> dict[str, Counter[str]]:
    """Value of `by` → open points of each grade ("" for those not evaluated)."""
    rows = points(unit).filter(state=State.OPEN).order_by().values_list(by, "grade").annotate(Count("id"))
    found: dict[str, Counter[str]] = {}
    for value, grade, count in rows:
        found.setdefault(value, Counter())[grade] += count
    return found


def overdue(unit: Unit, today: date) -> int:
    """How many open points are past their review, or wait for one that an accident or a hazard called for."""
    return points(unit).filter(state=State.OPEN, review_date__lte=today).count()


def standing(unit: Unit, day: date) -> QuerySet[Evaluation]:
    """The evaluations that held on a day: one for each point that was open and graded then."""
    held = Q(until_date=None) | Q(until_date__gt=day)
    return Evaluation.objects.below(unit).filter(held, on_date__lte=day).order_by()


def first_day(unit: Unit) -> date | None:
    """The day of the earliest evaluation."""
    rows = Evaluation.objects.below(unit).order_by("on_date").values_list("on_date", flat=True)
    return rows.first()


def map_points(unit: Unit, day: date, window: Window | None = None) -> list[Point]:
    """The points that were open and graded on a day and have a position; `key`: the row of the point."""
    rows = _in_window(sited(standing(unit, day)), window)
    found = rows.values_list("point__longitude", "point__latitude", "grade", "point_id")
    return [Point(across or 0.0, up or 0.0, grade, key) for across, up, grade, key in found]


def frame(unit: Unit, day: date) -> Window | None:
    """The smallest window that holds every point of a day; None without any."""
    rows = sited(standing(unit, day))
    ends = [(Min, "longitude"), (Min, "latitude"), (Max, "longitude"), (Max, "latitude")]
    found = rows.aggregate(**{f"e{place}": end(f"point__{name}") for place, (end, name) in enumerate(ends)})
    return None if found["e0"] is None else Window(*found.values())


def areas(unit: Unit, day: date, level: str, window: Window | None = None) -> list[Area]:
    """Buildings, grids or neighbourhoods with their highest open risk, the highest first."""
    places = _places(unit, day, level, window)
    order = ranks()
    named, drawn = _names(places, level), _outlines(unit, places, level)
    found = [
        Area(
            code, named.get(code, ""), worst(counted, order), counted, drawn.get(code),
            (across / sited, up / sited) if sited else None,
        )
        for code, (counted, across, up, sited) in places.items()
    ]  # fmt: skip
    return sorted(found, key=lambda area: (-order[area.grade], -area.counts[area.grade], area.code))


def _places(
    unit: Unit, day: date, level: str, window: Window | None
) -> dict[str, tuple[Counter[str], float, float, int]]:
    """Code of a place → its points by grade, the sums of their positions, and how many have one."""
    rows = _in_window(standing(unit, day), window)
    names = (
        "point__division",
        "point__grid",
        "point__building",
        "point__longitude",
        "point__latitude",
        "grade",
    )
    places: dict[str, tuple[Counter[str], float, float, int]] = {}
    for division, grid, building, longitude, latitude, grade in rows.values_list(*names):
        code = {"building": building and f"{division}/{building}", "grid": grid}.get(level, division)
        if code:
            counted, across, up, sited = places.get(code, (Counter(), 0.0, 0.0, 0))
            counted[grade] += 1
            has = longitude is not None
            places[code] = (counted, across + (longitude or 0), up + (latitude or 0), sited + has)
    return places


def _names(places: Iterable[str], level: str) -> dict[str, str]:
    if level == "building":
        return {code: code.partition("/")[2] for code in places}
    table: type[Grid] | type[Division] = Grid if level == "grid" else Division
    return dict(table.objects.filter(code__in=list(places)).values_list("code", "name"))


def _outlines(unit: Unit, places: Iterable[str], level: str) -> dict[str, Any]:
    if level == "building":
        return {}
    wanted = set(places)
    rows = boundaries(division_codes(unit)).filter(code__in=list(wanted)[:MOST_AREAS])
    return {row.code: row.geometry for row in rows}


def approvals(unit: Unit) -> list[str]:
    """The approval numbers of the outlines the map may draw."""
    rows: QuerySet[Boundary] = boundaries(division_codes(unit)).exclude(approval_number="")
    return sorted(set(rows.order_by().values_list("approval_number", flat=True)))


def division_choices(unit: Unit) -> list[tuple[str, str]]:
    """The neighbourhoods a point of this unit may lie in."""
    wanted = Q(pk__in=[])
    for code in division_codes(unit):
        first, end = below(code)
        wanted |= Q(code__gte=first, code__lt=end)
    rows = Division.objects.filter(wanted, level=Level.NEIGHBOURHOOD).order_by("code")
    return list(rows.values_list("code", "name")[:MOST_AREAS])


def _in_window(rows: QuerySet[Evaluation], window: Window | None) -> QuerySet[Evaluation]:
    if window is None:
        return rows
    return rows.filter(
        point__longitude__gte=window.west, point__longitude__lte=window.east,
        point__latitude__gte=window.south, point__latitude__lte=window.north,
    )  # fmt: skip


def called_for(root: Unit, today: date, near: int) -> Iterator[tuple[Code, Entry, RiskPoint]]:
    """The open points that a record of the last month calls to review, by the rules of review-calls.

    A record is about a point when both name the same business or address, or lie within `near` metres.
    A record from before the last evaluation calls for nothing.
    """
    since = today - LOOK_BACK
    for rule in codes["review-calls"].values():
        rows = Entry.objects.below(root).filter(
            ledger=rule.extra["ledger"], withdrawn_at=None, record_date__gte=since, record_date__lte=today
        )
        for entry in rows:
            if _speaks(rule, entry):
                for point in _points_of(root, entry, near):
                    yield rule, entry, point


def _speaks(rule: Code, entry: Entry) -> bool:
    field, value = rule.extra["field"], rule.extra["value"]
    return not field or str(entry.data.get(field, "")).lower() == value


def _points_of(root: Unit, entry: Entry, near: int) -> Iterator[RiskPoint]:
    """Open points that were graded before the record's day, of its business, at its address or near it."""
    rows = points(root).filter(state=State.OPEN, evaluated_date__lt=entry.record_date)
    premises, address = entry.data.get("premises"), str(place_text(entry.data.get("place")) or "")
    same = Q(pk__in=[])
    if premises:
        same |= Q(premises=premises)
    if address:
        same |= Q(address=address)
    yield from rows.filter(same)
    if entry.longitude is None or entry.latitude is None:
        return
    here = (entry.longitude, entry.latitude)
    around = near / 50_000  # degrees, more than enough in both directions at Chinese latitudes
    across = (here[0] - around, here[0] + around)
    up = (here[1] - around, here[1] + around)
    for row in rows.filter(longitude__range=across, latitude__range=up).exclude(same):
        assert row.longitude is not None
        assert row.latitude is not None
        if metres(here, (row.longitude, row.latitude)) <= near:
            yield row


def due_by_unit(root: Unit, today: date) -> Iterator[tuple[Unit, int, date]]:
    """Each unit with open points past their review: how many, and the latest of their days."""
    rows = points(root).filter(state=State.OPEN, review_date__lte=today).order_by()
    found = {
        row["unit"]: row for row in rows.values("unit").annotate(count=Count("id"), latest=Max("review_date"))
    }
    for unit in Unit.objects.filter(pk__in=found, is_active=True).order_by("path"):
        yield unit, found[unit.pk]["count"], found[unit.pk]["latest"]


def sited(rows: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """Those whose point has a position."""
    return rows.exclude(point__longitude=None)


def graded_counts(rows: QuerySet[Evaluation]) -> list[tuple[str, int]]:
    """Grade and number of the evaluations."""
    return list(rows.values_list("grade").annotate(Count("id")))


def of_grade(unit: Unit, day: date, grade: str) -> QuerySet[Evaluation]:
    """The evaluations of one grade that held on a day, with their points, the nearest review first."""
    rows = standing(unit, day).filter(grade=grade).select_related("point", "point__unit")
    return rows.order_by("point__review_date", "point__number", "id")


def points_by_key(unit: Unit, keys: Iterable[int]) -> dict[int, RiskPoint]:
    return points(unit).in_bulk(list(keys))


def crossed(unit: Unit, by: str) -> list[tuple[str, Words, Counter[str]]]:
    """Open points by the values of a fact: code, name and how many of each grade, the highest grades first.

    A point with several events or groups counts for each of them.
    """
    rows = points(unit).filter(state=State.OPEN).order_by().values_list(by, "grade")
    found: dict[str, Counter[str]] = {}
    for value, grade in rows:
        for code in value if isinstance(value, list) else [value]:
            found.setdefault(code, Counter())[grade] += 1
    named = _words_of(by, found)
    order = [*sorted(ranks(), key=lambda grade: -ranks()[grade]), ""]
    listed = [(code, named.get(code, Words(code, code)), counted) for code, counted in found.items()]
    return sorted(listed, key=lambda row: ([-row[2][grade] for grade in order], row[0]))


def _words_of(by: str, found: Iterable[str]) -> dict[str, Words]:
    if by == "division":
        rows = Division.objects.filter(code__in=list(found)).values_list("code", "name")
        return {"": Words("未填社区", "Not said"), **{code: Words(name, name) for code, name in rows}}
    if by == "kind":
        entries = ledgers["risk-points"].fields["kind"].choices
        return dict(entries)
    lists = {"field": "promotion-fields", "events": "risk-events", "groups": "vulnerable-kinds"}
    return {code: Words(one.name, one.name_en) for code, one in codes[lists[by]].items()}


def open_calls(unit: Unit) -> QuerySet[ReviewCall]:
    """What calls for a review below this unit and has not been answered."""
    return ReviewCall.objects.below(unit).filter(answer=None, point__state=State.OPEN)


def uncontrolled(unit: Unit, day: date) -> QuerySet[Evaluation]:
    """The evaluations in force that name no control."""
    return standing(unit, day).filter(controls={})
