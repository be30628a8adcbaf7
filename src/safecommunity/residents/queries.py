"""Reads of reports: by staff through their units, by residents through a receipt of one unit's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, When

from safecommunity.accounts.sealing import digest
from safecommunity.core import geometry
from safecommunity.core.participation import METRES_PER_DEGREE, Participation, asks, metres, workday_after
from safecommunity.ledgers.wording import local
from safecommunity.library import codes, participation, working_days
from safecommunity.places.queries import boundaries, names
from safecommunity.residents.models import Announcement, Follow, Photo, Report, State
from safecommunity.units.models import Body, Unit
from safecommunity.units.queries import bodies, division_codes

SHOWN_NEAR = 5
SHOWN_OPEN = 100
PUBLIC = (State.OPEN, State.HANDLING, State.SOLVED)
ACCEPTED = (*PUBLIC, State.ANSWERED)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is: a code of a division or grid, a point, or both."""

    area: str = ""
    longitude: float | None = None
    latitude: float | None = None


def rules() -> Participation:
    """The deployment's rules, its own version if it has one."""
    return participation["residents"]


def is_open(unit: Unit) -> bool:
    """Whether the unit has a public page."""
    return unit.is_active and unit.kind in rules().unit_kinds


def reports(unit: Unit) -> QuerySet[Report]:
    """Those of this unit and of the units beneath it, the newest first."""
    return Report.objects.below(unit).select_related("unit", "body")


def found(
    unit: Unit, *, state: str = "", kind: str = "", field: str = "", text: str = ""
) -> QuerySet[Report]:
    """`reports` narrowed; `text` looks into subject, words and spot."""
    rows = reports(unit)
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if field:
        rows = rows.filter(field=field)
    if text:
        rows = rows.filter(Q(subject__icontains=text) | Q(words__icontains=text) | Q(spot__icontains=text))
    return rows


def report(unit: Unit, uid: UUID) -> Report | None:
    people = ("unit", "body", "by", "into")
    return Report.objects.in_unit(unit).filter(uuid=uid).select_related(*people).first()


def of_hazard(unit: Unit, hazard: UUID) -> Report | None:
    """The report that this hidden hazard was registered from."""
    return Report.objects.in_unit(unit).filter(hazard=hazard).first()


def by_receipt(unit: Unit, receipt: str) -> Report | None:
    """The report of a receipt, or the one that its holder follows."""
    kept = digest(receipt)
    own = Report.objects.in_unit(unit).filter(receipt=kept).select_related("into", "body").first()
    if own is None:
        follow = (
            Follow.objects.in_unit(unit).filter(receipt=kept).select_related("report__into", "report__body")
        )
        own = next((one.report for one in follow), None)
    return own.into if own and own.into else own


def called(row: Report) -> str:
    """What staff calls a report: its subject, before it has one its field or kind, and the neighbourhood."""
    if row.subject:
        return row.subject
    about = codes["promotion-fields"].get(row.field) or codes["report-kinds"][row.kind]
    area = names([row.area]).get(row.area, "") if row.area else ""
    return " · ".join(filter(None, [local((about.name, about.name_en)), area]))


def is_reporter(row: Report, receipt: str) -> bool:
    """Whether this receipt is the reporter's own and not a follower's."""
    return row.receipt == digest(receipt)


def photos(row: Report) -> QuerySet[Photo]:
    return Photo.objects.in_unit(row.unit).filter(report=row).select_related("file").order_by("id")


def followers(row: Report) -> int:
    merged = Report.objects.in_unit(row.unit).filter(into=row).count()
    return Follow.objects.in_unit(row.unit).filter(report=row).count() + merged


def mergeable(row: Report) -> QuerySet[Report]:
    """The accepted reports of the same unit that it may be handled together with, those of its area first."""
    rows = Report.objects.in_unit(row.unit).filter(state__in=ACCEPTED).exclude(pk=row.pk)
    return rows.order_by(Case(When(area=row.area, then=0), default=1), "-received_at")[:SHOWN_OPEN]


def due_from(day: date) -> date:
    """By when what is accepted on a day is to be answered."""
    return workday_after(working_days(), day, rules().due_workdays)


def near(unit: Unit, spot: Spot) -> list[Report]:
    """What has been accepted, is not answered yet and lies close by, the nearest first."""
    rows = Report.objects.in_unit(unit).filter(state__in=PUBLIC)
    if spot.longitude is None or spot.latitude is None:
        return list(rows.filter(area=spot.area)[:SHOWN_NEAR]) if spot.area else []
    here, most = (spot.longitude, spot.latitude), rules().near_metres
    reach = most / METRES_PER_DEGREE * 2
    box = rows.filter(latitude__range=(spot.latitude - reach, spot.latitude + reach))
    away = [(metres(here, (row.longitude, row.latitude)), row) for row in box if row.longitude is not None
            and row.latitude is not None]  # fmt: skip
    return [row for far, row in sorted(away, key=lambda pair: pair[0]) if far <= most][:SHOWN_NEAR]


def open_here(unit: Unit) -> QuerySet[Report]:
    """What the public page shows as already reported: accepted, not answered yet; the newest."""
    return Report.objects.in_unit(unit).filter(state__in=PUBLIC)[:SHOWN_OPEN]


def lies_outside(unit: Unit, longitude: float, latitude: float) -> bool:
    """Whether a point is outside every outline the unit's divisions have; False where there is none."""
    shapes = [geometry.from_geojson(one.geometry) for one in boundaries(division_codes(unit))]
    return bool(shapes) and not any(geometry.contains(shape, (longitude, latitude)) for shape in shapes)


def handler(unit: Unit, kind: str, field: str, area: str) -> Body | None:
    """The body that the rules send this to; None: the unit itself, which has no such body."""
    route = rules().route(kind, field, area)
    here = [body for body in bodies(unit) if body.to_date is None]
    wanted = [(route.body, group) for group in route.groups] or [(route.body, "")] if route else []
    for body_kind, group in [*wanted, ("office", "")]:
        for body in here:
            if body.kind == body_kind and (not group or body.field == group):
                return body
    return None


def to_ask(unit: Unit, today: date) -> QuerySet[Report]:
    """Answered so long ago that the reporter is to be asked, and not asked yet; beneath the unit too."""
    day = today - timedelta(days=rules().ask_after_days)
    rows = reports(unit).filter(state=State.ANSWERED, answered_date__lte=day, verdict="")
    return rows.filter(asked_date=None)


def is_asked(row: Report, today: date) -> bool:
    """Whether the status page asks if it was really fixed."""
    return row.state == State.ANSWERED and asks(row.answered_date, row.verdict, today, rules().ask_after_days)


def with_contact(unit: Unit, before: date) -> QuerySet[Report]:
    """Closed before a day, the telephone number still kept; beneath the unit too."""
    return reports(unit).exclude(phone="").filter(
        Q(answered_date__lt=before, state=State.ANSWERED)
        | Q(responded_date__lt=before, state=State.DECLINED)
    )  # fmt: skip


def told_counts(unit: Unit, today: date) -> tuple[date, dict[tuple[str, str], int]]:
    """From when on, and (field, "all" or "answered") → how many accepted reports, this unit and beneath."""
    since = today - timedelta(days=rules().told_days)
    rows = reports(unit).filter(state__in=ACCEPTED, received_at__date__gte=since).order_by()
    counts: dict[tuple[str, str], int] = {}
    counted = rows.values_list("field").annotate(
        total=Count("id"), done=Count("id", filter=Q(responded_date__isnull=False))
    )
    for field, total, done in counted:
        counts[field, "all"], counts[field, "answered"] = total, done
    return since, counts


def announcements(unit: Unit) -> QuerySet[Announcement]:
    """What stands, the newest first."""
    return Announcement.objects.in_unit(unit).filter(withdrawn_at=None).select_related("by")


def announcement(unit: Unit, uid: UUID) -> Announcement | None:
    return announcements(unit).filter(uuid=uid).first()


def count_by_state(unit: Unit) -> dict[str, int]:
    return dict(reports(unit).order_by().values_list("state").annotate(Count("id")))
