"""Reads of hidden hazards, inspections and plans, and who may do what with one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, ExtractMonth
from django.utils import timezone

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.core import hazards as core
from safecommunity.core.checklists import Item
from safecommunity.core.geometry import contains, from_geojson
from safecommunity.core.map_clusters import Point, Window
from safecommunity.core.periods import asked_day
from safecommunity.hazards.models import (
    LISTED,
    HiddenHazard,
    Inspection,
    Kind,
    Link,
    Photo,
    Plan,
    Rectification,
    State,
    Step,
    Visit,
)
from safecommunity.ledgers.asking import WORKS
from safecommunity.ledgers.models import Entry
from safecommunity.places import queries as places
from safecommunity.units.models import Unit
from safecommunity.units.permissions import ROLES, Permission, can, current_holdings
from safecommunity.units.scope import ordered, within

OPEN = [state for state in State.values if state not in core.ENDED]
COUNTED = [state for state in State.values if state not in ("duplicate", "void")]
FIXING = [State.ASSIGNED, State.RECTIFYING]
SORTS = {
    "number": "id", "grade": "grade", "state": "state", "found": "found_at", "due": "due_at", "unit": "path",
}  # fmt: skip
KEY_GRADES = ("major", "larger")
Position = tuple[float, float]
"""Longitude and latitude, WGS 84."""


def rules() -> core.Rules:
    """The deployment's limits and periods."""
    return library.hazards["rules"]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a list of hazards is asked for; "" for everything."""

    text: str = ""
    state: str = ""
    grade: str = ""
    kind: str = ""
    field: str = ""
    mark: str = ""
    first: date | None = None
    last: date | None = None
    sort: str = ""


MARKS: Mapping[str, Any] = {
    "open": lambda now: Q(state__in=OPEN),
    "overdue": lambda now: Q(state__in=FIXING, due_at__lt=now),
    "listed": lambda now: LISTED,
    "repeat": lambda now: Q(is_repeat=True),
    "extension": lambda now: Q(asked_until__isnull=False),
    "outside": lambda now: Q(is_outside=True),
}


def hazards(unit: Unit) -> QuerySet[HiddenHazard]:
    """Those of the unit and of the units beneath it."""
    return HiddenHazard.objects.below(unit)


def found(unit: Unit, ask: Ask, now: datetime) -> QuerySet[HiddenHazard]:
    """The hazards asked for, in the order asked for."""
    rows = hazards(unit)
    for name in ("state", "grade", "kind", "field"):
        if value := getattr(ask, name):
            rows = rows.filter(**{name: value})
    if ask.mark in MARKS:
        rows = rows.filter(MARKS[ask.mark](now))
    if ask.first:
        rows = rows.filter(found_at__gte=_start_of(ask.first))
    if ask.last:
        rows = rows.filter(found_at__lt=_start_of(ask.last + timedelta(days=1)))
    for word in ask.text.lower().split():
        rows = rows.filter(search__contains=word)
    return ordered(rows.order_by("-id"), ask.sort, SORTS)


def asked(given: Mapping[str, str]) -> Ask:
    """The questions of an address: `q state grade kind field mark from to sort`; nonsense is left out."""
    names = ("state", "grade", "kind", "field", "mark", "sort")
    return Ask(
        text=given.get("q", "")[:100], first=asked_day(given.get("from")), last=asked_day(given.get("to")),
        **{name: given.get(name, "") for name in names},
    )  # fmt: skip


def as_kept(unit: Unit, given: Mapping[str, str]) -> QuerySet[HiddenHazard]:
    """For the ledger of hazards: those a list showed, overdue as of the day and hour `at`."""
    try:
        at = datetime.fromisoformat(given.get("at", ""))
    except ValueError:
        at = timezone.now()
    at = at if at.tzinfo else timezone.make_aware(at)
    return found(unit, asked(given), at).order_by()


WORKS["hazards"] = as_kept


URGENT, USUAL = "urgent", "usual"
"""What a hazard counts as on the map: major or overdue, or neither."""


def on_map(rows: QuerySet[HiddenHazard], now: datetime, window: Window) -> list[Point]:
    """Those with a position in a part of the map; `key`: the row of the hazard."""
    inside = rows.filter(
        longitude__gte=window.west, longitude__lte=window.east,
        latitude__gte=window.south, latitude__lte=window.north,
    ).order_by()  # fmt: skip
    urgent = Case(When(Q(grade="major") | MARKS["overdue"](now), then=Value(URGENT)), default=Value(USUAL))
    found = inside.annotate(tone=urgent).values_list("longitude", "latitude", "tone", "pk")
    return [Point(across or 0.0, up or 0.0, tone, key) for across, up, tone, key in found]


def frame(rows: QuerySet[HiddenHazard]) -> Window | None:
    """The smallest window that holds these hazards; None without any that has a position."""
    found = rows.order_by().aggregate(
        west=Min("longitude"), south=Min("latitude"), east=Max("longitude"), north=Max("latitude")
    )
    return None if found["west"] is None else Window(**found)


def in_order(unit: Unit, ids: Sequence[int]) -> list[HiddenHazard]:
    """These hazards of the unit and those beneath it, in the order of the ids."""
    rows = hazards(unit).select_related("unit").in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]


def known(unit: Unit, keys: Iterable[UUID]) -> set[UUID]:
    """Those of these keys under which a hazard was registered before."""
    return set(hazards(unit).filter(client_uuid__in=keys).order_by().values_list("client_uuid", flat=True))


def hazard(unit: Unit, uid: UUID) -> HiddenHazard | None:
    return by_key(unit, [uid]).get(uid)


def by_key(unit: Unit, keys: Iterable[UUID]) -> dict[UUID, HiddenHazard]:
    """The hazards registered under these keys, with all their page tells, in one query."""
    people = (
        "unit",
        "handler",
        "overseer",
        "contact",
        "checked_by",
        "premises",
        "earlier",
        "visit__inspection",
    )
    rows = hazards(unit).filter(client_uuid__in=keys).select_related(*people, "handler__parent")
    return {row.client_uuid: row for row in rows}


def of_contact(unit: Unit, user: User) -> QuerySet[HiddenHazard]:
    """The hazards this person was told to put right, the unfinished ones first."""
    rows = hazards(unit).filter(contact=user).select_related("unit")
    return rows.order_by(F("closed_at").asc(nulls_first=True), "due_at", "-id")


def steps(row: HiddenHazard) -> QuerySet[Step]:
    return Step.objects.in_unit(row.unit).filter(hazard=row).order_by("id")


def steps_of(unit: Unit, rows: Collection[HiddenHazard]) -> dict[int, list[Step]]:
    """Hazard → its steps, in one query."""
    done: dict[int, list[Step]] = {row.pk: [] for row in rows}
    for one in Step.objects.below(unit).filter(hazard__in=done).order_by("id"):
        done[one.hazard_id].append(one)
    return done


def rectifications(row: HiddenHazard) -> QuerySet[Rectification]:
    rows = Rectification.objects.in_unit(row.unit).filter(hazard=row)
    return rows.select_related("checked_by").order_by("number")


def photos(row: HiddenHazard) -> QuerySet[Photo]:
    """The pictures of a hazard, those not yet arrived too."""
    return Photo.objects.in_unit(row.unit).filter(hazard=row).select_related("file").order_by("id")


def photo(row: HiddenHazard, pk: int) -> Photo | None:
    return photos(row).filter(pk=pk, file__isnull=False).first()


def awaited(row: HiddenHazard | Visit) -> list[str]:
    """The SHA-256 of the pictures a record speaks of that have not arrived."""
    name = "hazard" if isinstance(row, HiddenHazard) else "visit"
    rows = Photo.objects.in_unit(row.unit).filter(**{name: row}, file=None)
    return sorted(set(rows.values_list("sha256", flat=True)))


def awaited_of(unit: Unit, rows: Collection[HiddenHazard]) -> dict[int, list[str]]:
    """Hazard → the SHA-256 of its pictures that have not arrived, in one query."""
    awaited: dict[int, set[str]] = {row.pk: set() for row in rows}
    waiting = Photo.objects.below(unit).filter(hazard__in=awaited, file=None).order_by()
    for pk, sha256 in waiting.values_list("hazard", "sha256"):
        awaited[pk].add(sha256)
    return {pk: sorted(names) for pk, names in awaited.items()}


def awaited_by_visit(row: Inspection) -> dict[int, list[str]]:
    """Visit → the SHA-256 of its pictures that have not arrived, over all places of a round."""
    rows = Photo.objects.below(row.unit).filter(visit__inspection__in=parts(row), file=None)
    rows = rows.order_by("sha256")
    found: dict[int, list[str]] = {}
    for visit, sha256 in rows.values_list("visit", "sha256"):
        found.setdefault(visit, []).append(sha256)
    return found


def link(token: str, now: datetime) -> Link | None:
    """The link that this secret stands for, while it works."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return (
        Link.objects.filter(digest=digest, ended_at=None, expires_at__gt=now).select_related("unit").first()
    )


def links(row: HiddenHazard, now: datetime) -> QuerySet[Link]:
    return Link.objects.filter(hazard=row, ended_at=None, expires_at__gt=now)


def linked(one: Link) -> HiddenHazard:
    """The hazard a link is about."""
    rows = HiddenHazard.objects.in_unit(one.unit).select_related("unit", "handler", "contact")
    return rows.get(pk=one.hazard_id)


def may(user: User, row: HiddenHazard, act: str) -> bool:
    """Whether this person has the power for an act, whatever the state.

    Who may report may not decide that a hazard is major, and what was handed up is decided there.
    """
    power = core.ACTS[act].power
    if act == "delist":
        at = row.overseer or row.handler
        return can(user, Permission.HAZARD_MANAGE, at) and user.pk != row.checked_by_id
    if act == "list":
        return can(user, Permission.HAZARD_MANAGE, row.handler)
    if power == "manage":
        return can(user, Permission.HAZARD_MANAGE, row.handler)
    if power == "report":
        return can(user, Permission.HAZARD_REPORT, row.handler)
    is_told = user.pk == row.contact_id and can(user, Permission.HAZARD_ANSWER, row.unit)
    return is_told or can(user, Permission.HAZARD_REPORT, row.unit)


def acts(user: User, row: HiddenHazard) -> list[str]:
    """What this person may do with the hazard now, in the order of its way."""
    return [name for name in core.ACTS if core.refusal(row.facts, name) is None and may(user, row, name)]


def suggested_due(row: HiddenHazard, grade: str, severity: str, now: datetime) -> datetime:
    """When a hazard of this grade must be put right if it is assigned now, in local time."""
    limit = core.limit_for(rules(), grade, severity, is_repeat=row.is_repeat)
    return core.deadline(limit, timezone.localtime(now), library.working_days())


def same_before(unit: Unit, rows: Sequence[HiddenHazard]) -> dict[UUID, HiddenHazard]:
    """Key of a row → the latest of the same place, kind and cause found within the window before it."""
    window = timedelta(days=rules().repeat_days)
    moments = [row.found_at for row in rows]
    near = HiddenHazard.objects.in_unit(unit).filter(
        place_key__in={row.place_key for row in rows}, state__in=COUNTED,
        found_at__gte=min(moments) - window, found_at__lte=max(moments),
    )  # fmt: skip
    names = ("place_key", "kind", "cause")
    alike: dict[tuple[str, ...], list[HiddenHazard]] = {}
    for one in near.order_by("found_at", "id").only("state", "found_at", *names):
        alike.setdefault(tuple(getattr(one, name) for name in names), []).append(one)
    found = {
        row.client_uuid: [one for one in alike.get((row.place_key, row.kind, row.cause), ())
                          if row.found_at - window <= one.found_at <= row.found_at]
        for row in rows
    }  # fmt: skip
    return {key: before[-1] for key, before in found.items() if before}


def next_serial(unit: Unit, year: int) -> int:
    serials = HiddenHazard.objects.in_unit(unit).filter(unit=unit, year=year).order_by("-serial")
    return (serials.values_list("serial", flat=True).first() or 0) + 1


def outside(unit: Unit, positions: Iterable[Position]) -> set[Position]:
    """Those that lie outside the unit's divisions, as far as it and their outlines are known."""
    asked = set(positions)
    codes = [*unit.divisions.values_list("code", flat=True)] if asked else []
    if not codes:
        return set()
    outlines = places.boundaries(codes)
    across, up = [one[0] for one in asked], [one[1] for one in asked]
    near = outlines.filter(
        west__lte=max(across), east__gte=min(across), south__lte=max(up), north__gte=min(up)
    )  # fmt: skip
    shapes = [from_geojson(one.geometry) for one in near]
    left = {one for one in asked if not any(contains(shape, one) for shape in shapes)}
    return left if left and outlines.exists() else set()


def board(unit: Unit, most: int) -> dict[str, tuple[int, list[HiddenHazard]]]:
    """State → how many, and those whose time is up first; only what is not ended."""
    rows = hazards(unit).filter(state__in=OPEN)
    counts = dict(rows.order_by().values_list("state").annotate(Count("id")))
    first = rows.select_related("unit").order_by(F("due_at").asc(nulls_last=True), "id")
    return {
        state: (counts.get(state, 0), list(first.filter(state=state)[:most]) if state in counts else [])
        for state in OPEN
    }


def overdue(root: Unit, until: datetime) -> QuerySet[HiddenHazard]:
    """What is to be put right by a moment at a unit and beneath it."""
    rows = hazards(root).filter(state__in=FIXING, due_at__lte=until)
    return rows.select_related("unit", "handler__parent", "overseer__parent", "contact", "by").order_by("pk")


@dataclass(frozen=True, slots=True)
class Statistics:
    """What was found from a day to a day, and how it stands; `open_major` and `overdue` are as of now."""

    found: int = 0
    closed: int = 0
    on_time: int = 0
    fixed: int = 0
    repeated: int = 0
    open_now: int = 0
    open_major: int = 0
    overdue: int = 0
    listed: int = 0


def statistics(unit: Unit, first: date, last: date, now: datetime) -> Statistics:
    """Over the unit and those beneath it, in one query each for what was found and what is open."""
    rows = hazards(unit).order_by()
    period = rows.filter(
        found_at__gte=_start_of(first), found_at__lt=_start_of(last + timedelta(days=1)), state__in=COUNTED
    )
    counted = period.aggregate(
        found=Count("id"),
        closed=Count("id", filter=Q(state=State.CLOSED)),
        fixed=Count("id", filter=Q(fixed_at__isnull=False)),
        on_time=Count("id", filter=Q(fixed_at__lte=F("due_at"))),
        repeated=Count("id", filter=Q(is_repeat=True)),
    )
    standing = rows.filter(state__in=OPEN).aggregate(
        open_now=Count("id"),
        open_major=Count("id", filter=Q(grade="major")),
        overdue=Count("id", filter=MARKS["overdue"](now)),
        listed=Count("id", filter=MARKS["listed"](now)),
    )
    return Statistics(**counted, **standing)


def counted_by(unit: Unit, name: str, first: date, last: date) -> list[tuple[str, int, int]]:
    """(value, found, closed) of what was found from a day to a day, by grade, kind, cause, field or state."""
    rows = hazards(unit).filter(
        found_at__gte=_start_of(first), found_at__lt=_start_of(last + timedelta(days=1)), state__in=COUNTED
    )
    counted = rows.order_by().values(name).annotate(n=Count("id"), done=Count("id", filter=Q(state="closed")))
    return sorted(((row[name], row["n"], row["done"]) for row in counted), key=lambda row: (-row[1], row[0]))


def by_unit(unit: Unit, first: date, last: date, now: datetime) -> list[dict[str, Any]]:
    """What each unit found and closed and what is overdue there now, the most overdue first; in one query."""
    inside = Q(
        found_at__gte=_start_of(first), found_at__lt=_start_of(last + timedelta(days=1)), state__in=COUNTED
    )
    rows = hazards(unit).filter(inside | Q(state__in=FIXING, due_at__lt=now)).order_by()
    counted: Any = rows.values("unit__name", "unit__slug").annotate(
        found=Count("id", filter=inside),
        closed=Count("id", filter=inside & Q(state="closed")),
        overdue=Count("id", filter=MARKS["overdue"](now)),
    )
    return sorted(counted, key=lambda row: (-row["overdue"], -row["found"], row["unit__name"]))


def plans(unit: Unit, year: int | None = None) -> QuerySet[Plan]:
    rows = Plan.objects.below(unit).select_related("unit")
    return rows.filter(year=year) if year else rows


def plan(unit: Unit, uid: UUID) -> Plan | None:
    return plans(unit).filter(uuid=uid).first()


def inspections(unit: Unit) -> QuerySet[Inspection]:
    """The rounds at and beneath a unit; of a round from above its own part."""
    rows = Inspection.objects.below(unit).select_related("unit", "plan")
    return rows.exclude(within([unit.path], "whole__path"))


def inspection(unit: Unit, uid: UUID) -> Inspection | None:
    rows = Inspection.objects.below(unit).select_related("unit", "plan")
    return rows.filter(client_uuid=uid).first()


def parts(row: Inspection) -> QuerySet[Inspection]:
    """A round and its parts in the units beneath."""
    return Inspection.objects.below(row.unit).filter(Q(pk=row.pk) | Q(whole=row))


def may_inspect(user: User, row: Inspection) -> bool:
    """Whether this person may record in a round: in a part of one only its team, and who stands above."""
    if not can(user, Permission.HAZARD_REPORT, row.unit):
        return False
    if row.whole_id is None or user.pk in row.team:
        return True
    above = row.unit.parent
    return above is not None and can(user, Permission.HAZARD_REPORT, above)


def team_of(row: Inspection) -> list[User]:
    return list(User.objects.filter(pk__in=row.team).order_by("username"))


def team_choices(unit: Unit) -> list[tuple[User, str]]:
    """Who may take part in a unit's rounds for the places of their own unit beneath it, with its name."""
    roles = [code for code, role in ROLES.items() if Permission.HAZARD_REPORT in role.permissions]
    held = current_holdings(timezone.localdate()).filter(within([unit.path], "unit__path"), role__in=roles)
    rows = held.exclude(unit=unit).filter(user__is_active=True).select_related("user", "unit")
    return [(one.user, one.unit.name) for one in rows.order_by("unit__path", "user__username")]


def progress(unit: Unit, pks: Iterable[int]) -> dict[int, dict[str, int]]:
    """Inspection → places in all and done, and hazards opened; in two queries."""
    wanted = list(pks)
    of = Inspection.objects.below(unit).filter(Q(pk__in=wanted) | Q(whole__in=wanted)).values("pk")
    visits = Visit.objects.below(unit).filter(inspection__in=of).order_by()
    counts: Any = visits.annotate(of=Coalesce("inspection__whole", "inspection")).values("of")
    counts = counts.annotate(total=Count("id"), done=Count("id", filter=Q(state="done")))
    opened = hazards(unit).filter(visit__inspection__in=of, state__in=COUNTED).order_by()
    opened = opened.annotate(of=Coalesce("visit__inspection__whole", "visit__inspection"))
    hazards_of = Counter(dict(opened.values_list("of").annotate(Count("id"))))
    rows = {row["of"]: row for row in counts}
    return {
        pk: {
            "total": rows[pk]["total"] if pk in rows else 0,
            "done": rows[pk]["done"] if pk in rows else 0,
            "hazards": hazards_of[pk],
        }
        for pk in wanted
    }


def visits(row: Inspection) -> QuerySet[Visit]:
    """The places of a round and of its parts in the order of the way."""
    rows = Visit.objects.below(row.unit).filter(inspection__in=parts(row))
    return rows.select_related("premises", "unit").order_by("order", "id")


def visit(unit: Unit, uid: UUID) -> Visit | None:
    rows = Visit.objects.below(unit).filter(client_uuid=uid)
    return rows.select_related("inspection", "unit", "premises").first()


def visit_photos(row: Visit) -> QuerySet[Photo]:
    return Photo.objects.in_unit(row.unit).filter(visit=row).select_related("file")


def hazards_of(row: Inspection) -> QuerySet[HiddenHazard]:
    """What a round found and still counts."""
    rows = hazards(row.unit).filter(visit__inspection__in=parts(row), state__in=COUNTED)
    return rows.order_by("id")


def items_of(row: Inspection) -> dict[str, Item]:
    """ "checklist/item" → the item, over all checklists of a round."""
    return {f"{one.code}/{code}": item for one in row.lists for code, item in one.items.items()}


def premises(unit: Unit, grades: Iterable[str] = (), kinds: Iterable[str] = ()) -> QuerySet[Entry]:
    """Premises in operation at the unit and beneath it, of these risk grades and kinds."""
    rows = Entry.objects.below(unit).filter(ledger="premises", withdrawn_at=None, data__state="operating")
    grades, kinds = list(grades), list(kinds)
    if grades:
        rows = rows.filter(data__risk_grade__in=grades)
    return rows.filter(data__kind__in=kinds) if kinds else rows


@dataclass(frozen=True, slots=True)
class Coverage:
    """Risk grade → (premises, of which inspected); and how many are left out."""

    grades: Mapping[str, tuple[int, int]]
    uncovered: int


def inspected(unit: Unit, first: date, last: date) -> set[int]:
    """The premises visited from a day to a day."""
    rows = Visit.objects.below(unit).filter(
        state="done", done_at__gte=_start_of(first), done_at__lt=_start_of(last + timedelta(days=1)),
        premises__isnull=False,
    )  # fmt: skip
    return set(rows.order_by().values_list("premises", flat=True).distinct())


def coverage(unit: Unit, first: date, last: date) -> Coverage:
    """How many premises of each risk grade were inspected from a day to a day."""
    seen = inspected(unit, first, last)
    total: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for pk, grade in premises(unit).values_list("pk", "data__risk_grade"):
        total[grade or ""] += 1
        done[grade or ""] += pk in seen
    return Coverage({grade: (total[grade], done[grade]) for grade in total}, total.total() - done.total())


def not_covered(unit: Unit, first: date, last: date) -> list[Entry]:
    """The premises nobody visited, those of the highest risk first."""
    seen = inspected(unit, first, last)
    ranks = {code: -int(one.extra["rank"]) for code, one in library.codes["risk-grades"].items()}
    rows = [row for row in premises(unit).select_related("unit") if row.pk not in seen]
    return sorted(rows, key=lambda row: (ranks.get(row.data.get("risk_grade", ""), 0), row.title))


def rounds_by_month(unit: Unit, year: int) -> dict[int, int]:
    """Month → rounds finished in it."""
    counted = _finished(unit, year).annotate(month=ExtractMonth("finished_at")).values_list("month")
    return dict(counted.annotate(Count("id")))


def comprehensive_held(unit: Unit, year: int) -> int:
    """Comprehensive rounds finished in a year."""
    return _finished(unit, year).filter(kind=Kind.COMPREHENSIVE).count()


def _finished(unit: Unit, year: int) -> QuerySet[Inspection]:
    inside = {
        "finished_at__gte": _start_of(date(year, 1, 1)),
        "finished_at__lt": _start_of(date(year + 1, 1, 1)),
    }
    return inspections(unit).filter(state="done", **inside).order_by()


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
