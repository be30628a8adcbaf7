"""Reads of injury cards and accidents: who sees which, what an address asks for, what may be the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from safecommunity.accounts.models import User
from safecommunity.accounts.sealing import unseal
from safecommunity.core import injuries
from safecommunity.core.card_sheets import CardSheet
from safecommunity.core.divisions import Level, level_of
from safecommunity.core.geometry import Position, contains, from_geojson
from safecommunity.core.injuries import Likeness, Rules
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.periods import asked_day
from safecommunity.core.place_names import Directory, directory
from safecommunity.jobs.models import Job
from safecommunity.ledgers.models import Entry
from safecommunity.library import card_sheets, cards, codes
from safecommunity.places import queries as places
from safecommunity.places.models import Boundary
from safecommunity.surveillance.models import (
    Accident,
    Alert,
    CardImport,
    Followed,
    InjuryCase,
    Lead,
    Look,
    PublicSummary,
)
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can, reach
from safecommunity.units.queries import above, division_codes
from safecommunity.units.scope import within

State = InjuryCase.State
COUNTED = (
    "cause", "place", "activity", "intent", "sex", "band", "nature", "body_part", "severity", "outcome",
    "source",
)  # fmt: skip
LISTS = {
    "cause": "injury-causes", "place": "injury-places", "activity": "injury-activities",
    "intent": "injury-intents", "sex": "sex", "band": "age-bands", "nature": "injury-natures",
    "body_part": "injury-body-parts", "severity": "injury-severities", "outcome": "injury-outcomes",
    "source": "data-sources",
}  # fmt: skip
UNSAID = "-"
AREA = 12  # digits of a neighbourhood
Key = tuple[tuple[str, str], ...]
"""What a part of the cards has in common: (dimension, value) pairs; "group": several bands together, "part":
hours of a day, "days": days of a week.
"""
Locator = Callable[[Position | None, str], str]
SPANS = {"part": ("day-parts", "hour"), "days": ("week-parts", "weekday")}
DUPLICATE_DAYS = 3
YEAR = timedelta(days=364)
EARLIEST = date(1990, 1, 1)
NEVER_LACKING = ("injured_date", "cause", "severity", "outcome")  # whatever a sheet may not know


@dataclass(frozen=True, slots=True)
class Ask:
    """What an address asks for: field → wanted codes (UNSAID: not said), days, hours, weekdays,
    days of the month, an area; `is_open`: without restricted cards, even for who may know of them.
    """

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    from_date: date | None = None
    to_date: date | None = None
    hours: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    monthdays: tuple[int, ...] = ()
    area: str = ""
    show: str = State.STANDING.value
    is_open: bool = False

    @property
    def is_narrow(self) -> bool:
        return self != Ask()

    def between(self, first: date, last: date) -> Ask:
        return replace(self, from_date=first, to_date=last)

    def days(self, today: date) -> tuple[date, date]:
        """From when to when: the last 52 weeks where nothing is said."""
        last = max(self.to_date or today, EARLIEST)
        return max(min(self.from_date or last - YEAR, last), EARLIEST), last


def form() -> LedgerType:
    return cards["injury"]


def rules() -> Rules:
    return Rules(codes["injury-causes"], codes["injury-intents"], codes["age-bands"])


def parse(query: Mapping[str, Sequence[str]]) -> Ask:
    """The questions of an address; nonsense is left out."""
    one = {name: values[-1] for name, values in query.items() if values}
    wanted = {
        name: found
        for name in COUNTED
        if (found := tuple(v for v in query.get(name, ()) if v == UNSAID or v in codes[LISTS[name]]))
    }
    return Ask(
        fields=wanted,
        from_date=asked_day(one.get("from", "")),
        to_date=asked_day(one.get("to", "")),
        hours=_numbers(query.get("hour", ()), 23),
        weekdays=_numbers(query.get("weekday", ()), 6),
        monthdays=_numbers(query.get("monthday", ()), 31),
        area=one.get("area", "") if one.get("area", "").isdecimal() and len(one["area"]) <= 15 else "",
        show=one["show"] if one.get("show") in State.values else State.STANDING.value,
        is_open=one.get("open") == "1",
    )


def cases(unit: Unit, user: User, ask: Ask | None = None) -> QuerySet[InjuryCase]:
    """The cards of this unit and those beneath it that the person may know of, the newest first."""
    ask = ask or Ask()
    rows = _asked(InjuryCase.objects.below(unit).filter(_may_know(user)), ask)
    return rows.filter(is_restricted=False) if ask.is_open else rows


def open_cases(unit: Unit, ask: Ask) -> QuerySet[InjuryCase]:
    """The cards of this unit and those beneath it that are not restricted."""
    return _asked(InjuryCase.objects.below(unit).filter(is_restricted=False), ask)


def _asked(rows: QuerySet[InjuryCase], ask: Ask) -> QuerySet[InjuryCase]:
    rows = rows.filter(state=ask.show)
    for name, wanted in ask.fields.items():
        rows = rows.filter(**{f"{name}__in": ["" if value == UNSAID else value for value in wanted]})
    if ask.from_date:
        rows = rows.filter(injured_date__gte=ask.from_date)
    if ask.to_date:
        rows = rows.filter(injured_date__lte=ask.to_date)
    if ask.hours:
        rows = rows.filter(hour__in=ask.hours)
    if ask.weekdays:
        rows = rows.filter(injured_date__iso_week_day__in=[day + 1 for day in ask.weekdays])
    if ask.monthdays:
        rows = rows.filter(injured_date__day__in=ask.monthdays)
    if ask.area:
        rows = rows.filter(area__startswith=ask.area)
    return rows.select_related("unit")


def case(unit: Unit, user: User, uid: UUID) -> InjuryCase | None:
    """One card, merged or withdrawn too, if the person may know of it."""
    rows = InjuryCase.objects.below(unit).filter(_may_know(user), uuid=uid)
    return rows.select_related("unit", "by", "into").first()


def question(key: Key) -> dict[str, list[str]]:
    """The question of an address that finds the cards of a part."""
    asked: dict[str, list[str]] = {}
    for name, value in key:
        if name == "group":
            asked["band"] = [one.code for one in codes["age-bands"].values() if one.extra["group"] == value]
        elif name in SPANS:
            listed, field = SPANS[name]
            asked[field] = [str(one) for one in spans(listed)[value]]
        else:
            asked[name] = [value]
    return asked


def series_key(series: str) -> Key:
    """The question of a series → its dimensions; several bands are their group."""
    asked = parse_qs(series)
    key = []
    for name in ("area", "band", "place", "cause"):
        if name == "band" and name in asked:
            key.append(("group", codes["age-bands"][asked["band"][0]].extra["group"]))
        elif name in asked:
            key.append((name, asked[name][0]))
    return tuple(key)


def spans(name: str) -> dict[str, range]:
    """The hours or weekdays that each code of a list stands for."""
    return {one.code: range(int(one.extra["from"]), int(one.extra["to"]) + 1) for one in codes[name].values()}


def of_cause(key: Key) -> Ask:
    """All cards of the cause of a part, or all cards where it names none."""
    cause = dict(key).get("cause")
    return Ask({"cause": (cause,)}) if cause else Ask()


def hidden(unit: Unit, user: User) -> bool:
    """Whether cards of this unit are kept from this person because they are restricted."""
    return not can(user, Permission.INJURY_SENSITIVE, unit)


def merged_into(unit: Unit, row: InjuryCase) -> list[InjuryCase]:
    return list(InjuryCase.objects.below(unit).filter(into=row).order_by("pk"))


def alike(unit: Unit, user: User, row: InjuryCase) -> list[tuple[InjuryCase, Likeness]]:
    """Standing cards that may tell of the same injury as this one, the surest first."""
    near = timedelta(days=DUPLICATE_DAYS)
    rows = cases(unit, user).exclude(pk=row.pk).filter(
        injured_date__gte=row.injured_date - near, injured_date__lte=row.injured_date + near
    )  # fmt: skip
    same = Q(person=row.person) if row.person else Q(pk__in=[])
    same |= Q(injured_date=row.injured_date, cause=row.cause, sex=row.sex, age=row.age)
    found = [(other, _likeness(row, other)) for other in rows.filter(same)]
    sure = [(other, like) for other, like in found if like and str(other.uuid) not in row.apart_from]
    return sorted(sure, key=lambda pair: GRADES.index(pair[1].grade))


GRADES = ("sure", "likely", "possible")


def doubles(unit: Unit, user: User, most: int = 200) -> list[tuple[InjuryCase, InjuryCase, Likeness]]:
    """Pairs of standing cards that may tell of the same injury, the surest first."""
    rows = cases(unit, user).order_by()
    named = rows.exclude(person="").values("person").annotate(n=Count("id")).filter(n__gt=1)
    alike_keys = ("injured_date", "cause", "sex", "age")
    told = (
        rows.exclude(age=None).values(*alike_keys).annotate(n=Count("source", distinct=True)).filter(n__gt=1)
    )
    groups = [Q(person=one["person"]) for one in named[:most]]
    groups += [Q(**{key: one[key] for key in alike_keys}) for one in told[:most]]
    wanted = Q(pk__in=[])
    for group in groups:
        wanted |= group
    found = list(rows.filter(wanted).select_related("unit").order_by("injured_date", "pk")[: most * 5])
    pairs = list(_pairs(found))
    return sorted(pairs, key=lambda pair: GRADES.index(pair[2].grade))[:most]


def _pairs(rows: Sequence[InjuryCase]) -> Iterator[tuple[InjuryCase, InjuryCase, Likeness]]:
    near = timedelta(days=DUPLICATE_DAYS)
    for place, one in enumerate(rows):
        for other in rows[place + 1 :]:
            if other.injured_date - one.injured_date > near:
                break
            if str(other.uuid) not in one.apart_from and (like := _likeness(one, other)):
                yield one, other, like


def _likeness(one: InjuryCase, other: InjuryCase) -> Likeness | None:
    fields = ("person", "injured_date", "cause", "sex", "age", "hour")
    sides = [{name: getattr(row, name) for name in fields} for row in (one, other)]
    found = injuries.likeness(sides[0], sides[1], DUPLICATE_DAYS)
    if found and found.grade == "possible" and one.source == other.source:
        return None
    return found


def opened(row: InjuryCase) -> dict[str, Any]:
    """All values of a card, the sealed ones opened: for comparing and saving, never for showing."""
    return {
        **row.data,
        **{code: unseal(token, sealing_place(code, row.uuid)) for code, token in row.sealed.items()},
    }


def sealing_place(name: str, uid: object) -> str:
    return f"surveillance.injurycase|{name}|{uid}"


def locator(unit: Unit, near: Position | None = None) -> Locator:
    """Tells of a point and an address the code of the smallest division or grid of the unit: the one whose
    outline holds the point, else the one that the words name, "" for none. With `near` only the outlines
    round that point are read: it is the only one asked for.
    """
    own = division_codes(unit)
    shape_of = cache(lambda row: from_geojson(row.geometry))

    @cache
    def outlines() -> list[Boundary]:
        found = places.boundaries(own)
        if near:
            x, y = near
            found = found.filter(west__lte=x, east__gte=x, south__lte=y, north__gte=y)
        return list(found)

    @cache
    def names() -> Directory:
        grids = [(one.division.code, one.code, one.name) for one in places.grids(own)]
        return directory({one.code: one.name for one in places.inside(own, Level.NEIGHBOURHOOD)}, grids)

    def locate(at: Position | None, words: str) -> str:
        found = ""
        if at:
            x, y = at
            holding = [
                row.code
                for row in outlines()
                if row.west <= x <= row.east and row.south <= y <= row.north and contains(shape_of(row), at)
            ]
            found = max(holding, key=len, default="")
        return found or (names().named_in(words) if words else "")

    return locate


def areas(unit: Unit) -> dict[str, str]:
    """Code → name of the neighbourhoods and grids of the unit, each grid below its neighbourhood."""
    own = division_codes(unit)
    found = {one.code: one.name for one in places.inside(own, 5)}
    found |= {one.code: f"{one.division.name} · {one.name}" for one in places.grids(own)}
    return dict(sorted(found.items()))


def parts(unit: Unit) -> dict[str, str]:
    """Code → name of the divisions that the figures of a unit are told apart by: the level below its own."""
    own = division_codes(unit)
    level = max((level_of(code) for code in own), default=Level.NEIGHBOURHOOD)
    return {one.code: one.name for one in places.inside(own, min(level + 1, Level.NEIGHBOURHOOD))}


def offered_areas(unit: Unit) -> dict[str, str]:
    """Code → name of what figures may be narrowed to: the parts, of neighbourhoods the grids too."""
    found = parts(unit)
    return areas(unit) if all(len(code) == AREA for code in found) else found


def accidents(unit: Unit) -> QuerySet[Accident]:
    """Those of this unit and of the units beneath it, the latest first."""
    return Accident.objects.below(unit).select_related("unit")


def accident(unit: Unit, uid: UUID) -> Accident | None:
    return accidents(unit).filter(uuid=uid).select_related("by").first()


def measures(row: Accident) -> list[Entry]:
    """The corrective actions of an accident, in the order they were decided."""
    found = Entry.objects.below(row.unit).filter(ledger="corrective-actions", pk__in=row.measures)
    return list(found.filter(withdrawn_at=None).select_related("unit").order_by("pk"))


def open_measures(row: Accident) -> int:
    return sum(one.data.get("state") != "verified" for one in measures(row))


def alerts(unit: Unit, user: User) -> QuerySet[Alert]:
    """Alerts of this unit and those beneath it that the person may know of, the latest first."""
    seen = Q(is_restricted=False) | within(reach(user, Permission.INJURY_SENSITIVE))
    return Alert.objects.below(unit).filter(seen).select_related("unit", "by")


def alert(unit: Unit, user: User, uid: UUID) -> Alert | None:
    return alerts(unit, user).filter(uuid=uid).first()


def last_week(today: date) -> date:
    """The Monday of the last week that is over."""
    return today - timedelta(days=today.weekday() + 7)


def looked_at(unit: Unit, monday: date) -> set[int]:
    """The ids of the unit and those beneath it whose week that begins on this day was looked at."""
    return set(Look.objects.below(unit).filter(week=monday).values_list("unit", flat=True))


def last_look(unit: Unit) -> Look | None:
    return Look.objects.in_unit(unit).order_by("-week").first()


def judged(unit: Unit, user: User) -> dict[str, tuple[int, int]]:
    """Method → how many of its alerts were handled, and how many of those were no problem."""
    handled = alerts(unit, user).exclude(state=Alert.State.NEW).order_by().values("method")
    false = Count("id", filter=Q(state=Alert.State.FALSE))
    return {row["method"]: (row["n"], row["false"]) for row in handled.annotate(n=Count("id"), false=false)}


def _may_know(user: User) -> Q:
    return Q(is_restricted=False) | Q(by=user.pk) | within(reach(user, Permission.INJURY_SENSITIVE))


def _numbers(values: Sequence[str], largest: int) -> tuple[int, ...]:
    return tuple(
        int(value) for value in values if value.isdecimal() and len(value) < 3 and int(value) <= largest
    )


def card_imports(unit: Unit) -> QuerySet[CardImport]:
    """The sheets taken into cards of this unit, the newest first."""
    return CardImport.objects.in_unit(unit).select_related("unit", "by")


def card_import(unit: Unit, pk: int) -> CardImport | None:
    return card_imports(unit).filter(pk=pk).first()


def remembered_columns(unit: Unit) -> dict[str, dict[str, str]]:
    """Source → field → heading, as they were matched by hand for its last sheet."""
    done = card_imports(unit).filter(sheet="", state=CardImport.State.DONE).order_by("id")
    return dict(done.values_list("source", "columns"))


def import_job(row: CardImport) -> Job | None:
    """The newest job of an import."""
    jobs = Job.objects.in_unit(row.unit).filter(
        kind__startswith="surveillance.import", arguments__batch=row.pk
    )
    return jobs.order_by("-id").first()


def card_sheet(row: CardImport) -> CardSheet:
    """How the rows of this import become cards."""
    if row.sheet:
        return card_sheets[row.sheet]
    columns = {name: (heading,) for name, heading in row.columns.items() if heading}
    required = (one.code for one in form().fields.values() if one.required)
    lacks = tuple(name for name in required if name not in {*columns, *NEVER_LACKING})
    return CardSheet(columns=columns, fixed={"source": row.source}, lacks=lacks)


def summaries(unit: Unit) -> QuerySet[PublicSummary]:
    """What the unit tells everybody, the latest year first."""
    return PublicSummary.objects.filter(unit=unit, withdrawn_at=None).select_related("unit", "by")


def told_around(unit: Unit, year: int) -> bool:
    """Whether a unit above or beneath tells of this year: the two could be held against each other."""
    told = PublicSummary.objects.filter(withdrawn_at=None, year=year).exclude(unit=unit)
    return told.filter(Q(unit__in=above(unit)) | within([unit.path], "unit__path")).exists()


def leads(unit: Unit) -> QuerySet[Lead]:
    """What was taken up in this unit and those beneath it, the newest first; `made`: how much of each."""
    made = Followed.objects.below(unit).filter(lead=OuterRef("pk")).order_by().values("lead")
    counted = Coalesce(Subquery(made.annotate(n=Count("id")).values("n")), 0)
    return Lead.objects.below(unit).select_related("unit", "by", "alert").annotate(made=counted)


def lead(unit: Unit, uid: UUID) -> Lead | None:
    return leads(unit).filter(uuid=uid).first()


def lead_of_alert(row: Alert) -> Lead | None:
    return Lead.objects.in_unit(row.unit).filter(alert=row).first()


def followed(row: Lead) -> list[Followed]:
    """What was made of a lead, the first thing first."""
    return list(Followed.objects.in_unit(row.unit).filter(lead=row).select_related("unit"))


def followed_of(unit: Unit, rows: Sequence[Lead]) -> dict[int, list[str]]:
    """Lead id → names of what was made of it."""
    found: dict[int, list[str]] = {}
    for row in Followed.objects.below(unit).filter(lead__in=rows):
        found.setdefault(row.lead_id, []).append(row.title)
    return found


def lead_behind(unit: Unit, kind: str, thing: str) -> Lead | None:
    """The lead that a thing of this unit was made of."""
    rows = Followed.objects.below(unit).filter(kind=kind, thing=thing).select_related("lead__unit")
    found = rows.first()
    return found.lead if found else None
