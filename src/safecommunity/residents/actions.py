"""A report's way: taken in, looked at, routed, answered, asked about; and what is told to the public."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.accounts.sealing import digest, seal
from safecommunity.audit.actions import record
from safecommunity.core.participation import Impossible, after, workdays_between
from safecommunity.evidence import actions as evidence
from safecommunity.evidence.models import File
from safecommunity.ledgers.actions import keep
from safecommunity.library import working_days
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.residents import brakes, queries
from safecommunity.residents.models import Announcement, Follow, Photo, Report, State, Verdict
from safecommunity.residents.queries import Spot
from safecommunity.units.models import Body, Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord, change

LEDGER = "resident-reports"
NOWHERE = Spot()


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file as it comes in."""

    name: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody reports. `keep_place`: the place in the photos may be read."""

    kind: str
    words: str
    field: str = ""
    spot: Spot = NOWHERE
    spot_words: str = ""
    phone: str = ""
    source: str = "online"
    pictures: Sequence[Picture] = ()
    keep_place: bool = False


def receive(
    *, unit: Unit, said: Said, receipt: str, now: datetime, by: User | None, address: str = ""
) -> Report:
    """Take a report in; the same receipt again gives the report it made the first time.

    `by`: the member of staff who writes for a caller, whom no brake holds. Beyond the brakes, and when the
    unit has no room left, a report is taken without its photos, which are looked into before the transaction
    begins. Raises Refused, MediaRefused.
    """
    if not 0 < len(said.words.strip()) <= queries.rules().words:
        raise Refused(_("请写一写是什么情况，最多 %(most)s 字。") % {"most": queries.rules().words})
    if known := Report.objects.in_unit(unit).filter(receipt=digest(receipt)).first():
        return known
    is_held = by is None and brakes.touched(queries.rules(), unit, address, now)
    files = [] if is_held else _attached(unit, said, by)
    spot = said.spot
    if said.keep_place and spot.longitude is None:
        point = next(((one.longitude, one.latitude) for one in files if one.longitude is not None), None)
        spot = Spot(spot.area, *point) if point else spot
    row = Report(
        unit=unit, path=unit.path, receipt=digest(receipt), kind=said.kind, field=said.field, area=spot.area,
        spot=said.spot_words.strip(), longitude=spot.longitude, latitude=spot.latitude,
        words=said.words.strip(), source=said.source, by=by, received_at=now, is_held=is_held,
        is_outside=spot.longitude is not None
        and spot.latitude is not None
        and queries.lies_outside(unit, spot.longitude, spot.latitude),
    )  # fmt: skip
    row.phone = seal(said.phone, row.phone_place) if said.phone else ""
    try:
        with transaction.atomic():
            Report.objects.bulk_create([row])
            Photo.objects.bulk_create(
                [Photo(unit=unit, path=unit.path, report=row, file=file) for file in files]
            )
            record("report.received", row, by=by, unit=unit, after={"kind": row.kind, "held": is_held})
            _tell(row, _("收到新的居民反映，请核对：%(report)s"), by)
    except IntegrityError:
        return Report.objects.in_unit(unit).get(receipt=digest(receipt))
    return row


def follow(*, row: Report, receipt: str, now: datetime, by: User | None, address: str = "") -> Follow | None:
    """Somebody else wants to know how it goes on. None beyond the brakes: following can be tried later."""
    if known := Follow.objects.in_unit(row.unit).filter(receipt=digest(receipt)).first():
        return known
    if row.state not in queries.PUBLIC or brakes.touched(queries.rules(), row.unit, address, now):
        return None
    with transaction.atomic():
        made = Follow.objects.create(
            unit=row.unit, path=row.path, report=row, receipt=digest(receipt), followed_at=now
        )
        record("report.followed", row, by=by, unit=row.unit)
    return made


@transaction.atomic
def accept(
    *, row: Report, version: int, subject: str, field: str, body: Body | None, due_date: date | None,
    reply: str, by: User, today: date,
) -> Report:  # fmt: skip
    """Let a report in: what the public reads of it, who handles it, by when it is answered.

    Without a body or a date the rules say them. Raises Refused, StaleRecord.
    """
    if not subject.strip():
        raise Refused(_("请写明对外公开的事项名称，不要写个人信息。"))
    body = body or queries.handler(row.unit, row.kind, field, row.area)
    due_date = due_date or queries.due_from(today)
    return _step(
        row, "accept", version, by, subject=subject.strip(), field=field, body=body, due_date=due_date,
        reply=reply.strip(), is_held=False,
    )  # fmt: skip


@transaction.atomic
def pass_on(*, row: Report, version: int, body: Body | None, reply: str, by: User) -> Report:
    """Another body handles it from now on. Raises Refused, StaleRecord."""
    return _step(row, "pass-on", version, by, body=body, reply=reply.strip())


@transaction.atomic
def begin(*, row: Report, version: int, reply: str, by: User) -> Report:
    """Work on it has begun. Raises Refused, StaleRecord."""
    return _step(row, "begin", version, by, reply=reply.strip())


@transaction.atomic
def solve(*, row: Report, version: int, reply: str, by: User) -> Report:
    """It is dealt with; the answer is still to come. Raises Refused, StaleRecord."""
    return _step(row, "solve", version, by, reply=reply.strip())


@transaction.atomic
def answer(*, row: Report, version: int, reply: str, by: User, today: date) -> Report:
    """Tell the reporter what was done. Raises Refused, StaleRecord."""
    first = row.responded_date or today
    return _step(row, "answer", version, by, reply=reply.strip(), answered_date=today, responded_date=first)


@transaction.atomic
def decline(*, row: Report, version: int, reply: str, by: User, today: date) -> Report:
    """Say why it is not handled; photos that nobody else speaks of go. Raises Refused, StaleRecord."""
    first = row.responded_date or today
    _step(row, "decline", version, by, reply=reply.strip(), responded_date=first)
    for photo in queries.photos(row):
        elsewhere = Photo.objects.in_unit(row.unit).filter(file=photo.file).exclude(report=row)
        if photo.file.by_id is None and photo.file.withdrawn_at is None and not elsewhere.exists():
            evidence.withdraw(
                file=photo.file, version=photo.file.version, reason=_("居民反映不予受理"), by=by
            )
    return row


@transaction.atomic
def merge(*, row: Report, version: int, into: UUID, reply: str, by: User) -> Report:
    """It is the same as another one: its receipt shows that one from now on. Raises Refused, StaleRecord."""
    other = queries.report(row.unit, into)
    if other is None or other.pk == row.pk or other.state not in queries.ACCEPTED:
        raise Refused(_("请选择本单位另一件已受理的反映。"))
    Follow.objects.in_unit(row.unit).filter(report=row).update(report=other)
    Report.objects.in_unit(row.unit).filter(into=row).update(into=other)
    return _step(row, "merge", version, by, into=other, reply=reply.strip())


@transaction.atomic
def reopen(*, row: Report, version: int, reply: str, by: User | None, today: date) -> Report:
    """Take it up again, with a new date of answer. Raises Refused, StaleRecord."""
    due = queries.due_from(today)
    return _step(row, "reopen", version, by, due_date=due, reply=reply.strip())


@transaction.atomic
def link_hazard(*, row: Report, hazard: UUID, by: User) -> Report:
    """Keep which hidden hazard it was registered as. Raises Refused before it is accepted."""
    if row.state not in queries.ACCEPTED:
        raise Refused(_("请先受理，再登记为隐患。"))
    if row.hazard != hazard:
        change(row, version=row.version, hazard=hazard)
        record("report.hazard", row, by=by, unit=row.unit, after={"hazard": str(hazard)})
    return row


@transaction.atomic
def judge(*, row: Report, is_fixed: bool, by: User | None, today: date) -> Report:
    """Was it really fixed? Said once; a no opens it again. `by`: who asked by telephone. Raises Refused."""
    if not queries.is_asked(row, today):
        raise Refused(_("现在不需要回访，或者已经答复过了。"))
    verdict = Verdict.YES if is_fixed else Verdict.NO
    change(row, version=row.version, verdict=verdict, verdict_date=today, asked_date=row.asked_date or today)
    record("report.judged", row, by=by, unit=row.unit, after={"verdict": str(verdict)})
    if is_fixed:
        _keep(row, by)
        return row
    return reopen(row=row, version=row.version, reply="", by=by, today=today)


@transaction.atomic
def ask(*, root: Unit, today: date, by: User | None) -> int:
    """Once a day: the status pages of these ask from now on, and staff is told whom to call. How many."""
    due = list(queries.to_ask(root, today))
    for row in due:
        change(row, version=row.version, asked_date=today)
        record("report.asked", row, by=by, unit=row.unit)
        if row.phone:
            _tell(row, _("到了回访时间，请打电话问一问是否真的解决了：%(report)s"), by)
    return len(due)


@transaction.atomic
def erase_contacts(*, root: Unit, today: date, by: User | None) -> int:
    """Let go of telephone numbers that are no longer needed. How many."""
    old = list(queries.with_contact(root, today - timedelta(days=queries.rules().contact_days)))
    for row in old:
        change(row, version=row.version, phone="")
        record("report.contact-erased", row, by=by, unit=row.unit)
    return len(old)


@transaction.atomic
def show_phone(*, row: Report, reason: str, by: User) -> str:
    """The telephone number in full; who looked and why stays in the log."""
    record("report.phone-shown", row, by=by, unit=row.unit, reason=reason.strip())
    return row.opened_phone


@transaction.atomic
def publish(*, unit: Unit, title: str, words: str, by: User, today: date) -> Announcement:
    """Tell the public something from today on."""
    row = Announcement.objects.create(
        unit=unit, path=unit.path, title=title.strip(), words=words.strip(), published_date=today, by=by
    )
    record("announcement.published", row, by=by, unit=unit)
    return row


@transaction.atomic
def take_back(*, row: Announcement, version: int, by: User) -> Announcement:
    """Take an announcement off the public page; it stays in the log. Raises StaleRecord."""
    change(row, version=version, withdrawn_at=timezone.now())
    record("announcement.withdrawn", row, by=by, unit=row.unit)
    return row


def _attached(unit: Unit, said: Said, by: User | None) -> list[File]:
    """The photos in place, one sent twice once."""
    try:
        files = [
            evidence.attach(
                chunks=one.chunks, name=one.name, unit=unit, by=by, title=_("居民反映照片"),
                keep_place=said.keep_place,
            ).file
            for one in said.pictures
        ]  # fmt: skip
    except evidence.QuotaReached:
        return []
    return list({file.pk: file for file in files}.values())


def _step(row: Report, act: str, version: int, by: User | None, **fields: Any) -> Report:
    if row.version != version:
        raise StaleRecord(row)
    try:
        state = after(row.state, act)
    except Impossible as error:
        raise Refused(_("“%(state)s”的反映不能这样办理。") % {"state": row.get_state_display()}) from error
    before = {"state": row.state}
    change(row, version=version, state=state, **fields)
    said = {"state": state, **{name: value for name, value in fields.items() if name in ("subject", "field")}}
    record(f"report.{act}", row, by=by, unit=row.unit, before=before, after=said, reason=row.reply[:500])
    if before["state"] != State.RECEIVED or state == State.OPEN:
        _keep(row, by)
    if act == "reopen":
        _tell(row, _("反映人说没有真正解决，已重新受理：%(report)s"), by)
    return row


def _keep(row: Report, by: User | None) -> None:
    """The ledger's line: what the metrics and the archive read."""
    received = timezone.localdate(row.received_at)
    days = {
        name: day.isoformat()
        for name in ("due_date", "responded_date", "verdict_date")
        if (day := getattr(row, name))
    }
    values: Mapping[str, Any] = {
        "subject": row.subject,
        "kind": row.kind,
        "field": row.field,
        "source": row.source,
        "state": row.state,
        "received_date": received.isoformat(),
        "body": row.body.name if row.body else "",
        "fixed": {Verdict.YES: True, Verdict.NO: False}.get(Verdict(row.verdict)) if row.verdict else None,
        **days,
    }
    if row.responded_date:
        values = {**values, "response_days": workdays_between(working_days(), received, row.responded_date)}
    keep(ledger=LEDGER, unit=row.unit, client_uuid=row.uuid, values=values, by=by)


def _tell(row: Report, title: str, by: User | None) -> None:
    address = reverse("residents:detail", args=[row.unit.slug, row.uuid])
    people = holders(row.unit, Permission.RESIDENT_HANDLE)
    key, title = f"report:{row.uuid}:{row.version}", title % {"report": queries.called(row)}
    notify(unit=row.unit, to=people, kind="report", title=title, key=key, address=address, by=by)
