"""Writing cards and accidents; each leaves a line in the log and keeps its line in a ledger."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core import injuries
from safecommunity.core.fields import mask
from safecommunity.core.headings import folded, matched
from safecommunity.core.ledgers import Checked
from safecommunity.core.messages import Message, RefusedError
from safecommunity.core.watches import Watch
from safecommunity.documents import virus
from safecommunity.documents.media import MediaRefused
from safecommunity.jobs.actions import enqueue
from safecommunity.ledgers import actions as ledgers
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.wording import told
from safecommunity.library import cards, codes
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders, nearest_holders
from safecommunity.sheets import store
from safecommunity.surveillance import queries
from safecommunity.surveillance.cards import card_facts, ledger_line
from safecommunity.surveillance.models import (
    Accident,
    Alert,
    CardImport,
    Followed,
    InjuryCase,
    Lead,
    Look,
    Pack,
    PublicSummary,
)
from safecommunity.surveillance.queries import Key
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import change

if TYPE_CHECKING:
    from safecommunity.analysis.watch import Verdict
    from safecommunity.surveillance.figures import Weeks

State = InjuryCase.State
MOST_REFUSALS = 300


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""


class InvalidCard(Exception):
    """The values cannot be taken; `errors` says why, by column."""

    def __init__(self, errors: Mapping[str, Message]) -> None:
        super().__init__("; ".join(f"{key}: {message}" for key, message in errors.items()))
        self.errors = errors


@transaction.atomic
def add_case(
    *, unit: Unit, values: Mapping[str, object], by: User | None, today: date, uid: uuid.UUID | None = None
) -> InjuryCase:
    """A new card from values by column; the same `uid` again gives the card it made first.

    Raises InvalidCard, PermissionDenied.
    """
    _allow(by, Permission.INJURY_ENTER, unit)
    uid = uid or uuid.uuid4()
    if known := InjuryCase.objects.in_unit(unit).filter(uuid=uid).first():
        return known
    checked = _checked(values, today)
    row = InjuryCase(unit=unit, path=unit.path, uuid=uid, by=by, **card_facts(unit, checked, uid))
    InjuryCase.objects.bulk_create([row])
    _mark(unit, [row.injured_date])
    record("injury.added", row, by=by, unit=unit, after=_told(row))
    _keep(row, by)
    _warn_of_case(row, today, by)
    return row


@transaction.atomic
def take_in(
    *,
    unit: Unit,
    rows: Sequence[tuple[uuid.UUID, Checked]],
    by: User | None,
    source: str,
    today: date | None = None,
) -> int:
    """Many checked cards at once, one line in the log; cards that are there already are passed over.

    With `today`, grave events of the last weeks among them are alerts. Returns how many were added. Raises
    PermissionDenied.
    """
    _allow(by, Permission.INJURY_ENTER, unit)
    there = set(
        InjuryCase.objects.in_unit(unit)
        .filter(uuid__in=[uid for uid, _checked in rows])
        .values_list("uuid", flat=True)
    )
    locate = queries.locator(unit)
    common = {"unit": unit, "path": unit.path, "by": by, "by_hand": False}
    made = [
        InjuryCase(**common, uuid=uid, **card_facts(unit, checked, uid, locate))
        for uid, checked in rows
        if uid not in there
    ]
    if made:
        InjuryCase.objects.insert(made)
        _mark(unit, [row.injured_date for row in made])
        kind = library.ledgers["injuries"]
        lines = (ledgers.finished(kind, ledger_line(row), row.uuid, is_starred=False) for row in made)
        ledgers.add_finished(ledger="injuries", unit=unit, rows=lines, by=by, source=source)
        record(
            "injuries.added",
            "surveillance.injurycase",
            by=by,
            unit=unit,
            after={"count": len(made)},
            reason=source,
        )
    if today:
        since = today - timedelta(days=7 * library.watches["weekly"].quiet_weeks)
        for row in made:
            if row.injured_date >= since:
                _warn_of_case(row, today, by)
    return len(made)


@transaction.atomic
def change_case(
    *, row: InjuryCase, version: int, values: Mapping[str, object], by: User, today: date
) -> InjuryCase:
    """Replace the values of a card; a sealed value that comes back masked stays.

    Raises InvalidCard, StaleRecord, Refused, PermissionDenied.
    """
    _allow(by, Permission.INJURY_ENTER, row.unit)
    _standing(row)
    checked = _checked(_unmasked(row, values), today)
    before, day = _told(row), row.injured_date
    change(row, version=version, **card_facts(row.unit, checked, row.uuid))
    _mark(row.unit, [day, row.injured_date])
    gone, came = ledgers.differing(before, _told(row))
    record("injury.changed", row, by=by, unit=row.unit, before=gone, after=came)
    _keep(row, by)
    _restrict_alerts(row, by)
    _warn_of_case(row, today, by)
    return row


@transaction.atomic
def withdraw_case(*, row: InjuryCase, version: int, reason: str, by: User) -> None:
    """Take a card out of every list and figure; it can be put back. Raises StaleRecord, Refused."""
    _allow(by, Permission.INJURY_ENTER, row.unit)
    _standing(row)
    change(row, version=version, state=State.WITHDRAWN)
    _mark(row.unit, [row.injured_date])
    record("injury.withdrawn", row, by=by, unit=row.unit, reason=reason)
    _let_go(row, reason, by)


@transaction.atomic
def restore_case(*, row: InjuryCase, version: int, by: User) -> None:
    """Put a withdrawn card back. Raises StaleRecord, Refused."""
    _allow(by, Permission.INJURY_ENTER, row.unit)
    if row.state != State.WITHDRAWN:
        raise Refused(_("这张卡没有撤回，不用恢复。"))
    change(row, version=version, state=State.STANDING)
    _mark(row.unit, [row.injured_date])
    record("injury.restored", row, by=by, unit=row.unit)
    _keep(row, by)


@transaction.atomic
def merge_cases(*, row: InjuryCase, version: int, other: InjuryCase, by: User) -> None:
    """The other card tells of the same injury: this one stays and takes what it did not say itself.

    Raises StaleRecord, Refused, PermissionDenied.
    """
    for one in (row, other):
        _allow(by, Permission.INJURY_ENTER, one.unit)
        _standing(one)
    if row.pk == other.pk or (other.is_restricted and not row.is_restricted):
        raise Refused(_("请保留受限的那张卡，把另一张并入它。"))
    own, theirs = queries.opened(row), queries.opened(other)
    came = {name: value for name, value in theirs.items() if name not in own}
    change(other, version=other.version, state=State.MERGED, into=row)
    _mark(other.unit, [other.injured_date])
    _let_go(other, _("并入另一张卡"), by)
    _refill(row, version, {**own, **came}, {**row.filled, str(other.uuid): sorted(came)}, by)
    record(
        "injury.merged", row, by=by, unit=row.unit, after={"from": str(other.uuid), "fields": sorted(came)}
    )
    _keep(row, by)


@transaction.atomic
def unmerge_case(*, row: InjuryCase, version: int, by: User) -> None:
    """Take a merge back: the card stands again, the other gives up what it had got from it.

    Raises StaleRecord, Refused, PermissionDenied.
    """
    _allow(by, Permission.INJURY_ENTER, row.unit)
    kept = row.into
    if kept is None:
        raise Refused(_("这张卡没有并入别的卡。"))
    theirs, values = queries.opened(row), queries.opened(kept)
    got = [name for name in kept.filled.get(str(row.uuid), []) if values.get(name) == theirs.get(name)]
    left = {name: value for name, value in values.items() if name not in got}
    filled = {uid: names for uid, names in kept.filled.items() if uid != str(row.uuid)}
    change(row, version=version, state=State.STANDING, into=None)
    _mark(row.unit, [row.injured_date])
    _refill(kept, kept.version, left, filled, by)
    record("injury.unmerged", row, by=by, unit=row.unit, before={"into": str(kept.uuid)})
    for one in (row, kept):
        _keep(one, by)


@transaction.atomic
def keep_apart(*, row: InjuryCase, other: InjuryCase, by: User) -> None:
    """Two cards that look alike are of two injuries: do not show them as likely the same again."""
    for one, two in ((row, other), (other, row)):
        _allow(by, Permission.INJURY_ENTER, one.unit)
        change(one, version=one.version, apart_from=sorted({*one.apart_from, str(two.uuid)}))
    record("injury.kept-apart", row, by=by, unit=row.unit, after={"from": str(other.uuid)})


@transaction.atomic
def reveal(*, row: InjuryCase, field: str, reason: str, by: User) -> str:
    """One sealed value in full; who looked, at what and why stays in the log. Raises PermissionDenied."""
    _allow(by, Permission.INJURY_SENSITIVE if row.is_restricted else Permission.LEDGER_PERSONAL, row.unit)
    record("injury.personal-shown", row, by=by, unit=row.unit, after={"field": field}, reason=reason)
    return str(queries.opened(row).get(field, ""))


@transaction.atomic
def report_accident(
    *, unit: Unit, values: Mapping[str, object], by: User | None, now: datetime, uid: uuid.UUID | None = None
) -> Accident:
    """The first report of an accident; `now` stops the reporting clock. The same `uid` makes it once.

    Raises InvalidCard, PermissionDenied.
    """
    _allow(by, Permission.INJURY_ENTER, unit)
    uid = uid or uuid.uuid4()
    if known := Accident.objects.in_unit(unit).filter(uuid=uid).first():
        return known
    clean, times = _accident(values, now)
    row = Accident(unit=unit, path=unit.path, uuid=uid, by=by, reported_at=now, data=clean, **times)
    Accident.objects.bulk_create([row])
    record("accident.reported", row, by=by, unit=unit, after={"kind": row.kind, "level": row.level})
    _keep_accident(row, by)
    _tell_accident(row, by)
    _warn_of_accident(row, timezone.localdate(now), by)
    return row


@transaction.atomic
def supplement(
    *, row: Accident, version: int, values: Mapping[str, object], note: str, by: User, now: datetime
) -> Accident:
    """New figures or facts of an accident, kept beside the old ones.

    Raises InvalidCard, StaleRecord, Refused.
    """
    _allow(by, Permission.INJURY_ENTER, row.unit)
    if row.state == Accident.State.CLOSED:
        raise Refused(_("已结案，不能再补报。"))
    clean, times = _accident(values, now)
    gone, came = ledgers.differing(row.data, clean)
    late = timezone.localdate(now) > row.supplement_until
    said = {
        "at": now.isoformat(),
        "by": by.display_name,
        "note": note,
        "before": gone,
        "after": came,
        "late": late,
    }
    change(row, version=version, data=clean, supplements=[*row.supplements, said], **times)
    record("accident.supplemented", row, by=by, unit=row.unit, before=gone, after=came, reason=note)
    _keep_accident(row, by)
    _warn_of_accident(row, timezone.localdate(now), by)
    return row


@transaction.atomic
def investigate(
    *, row: Accident, version: int, direct: str, indirect: str, conclusion: str, by: User, today: date
) -> None:
    """What the investigation found: direct and indirect causes, conclusion. Raises StaleRecord, Refused."""
    _allow(by, Permission.INJURY_ENTER, row.unit)
    if row.state == Accident.State.CLOSED:
        raise Refused(_("已结案，不能再改调查结果。"))
    found = {
        "direct": direct,
        "indirect": indirect,
        "conclusion": conclusion,
        "day": today.isoformat(),
        "by": by.display_name,
    }
    state = Accident.State.MEASURES if row.measures else Accident.State.INVESTIGATING
    change(row, version=version, findings=found, state=state)
    record("accident.investigated", row, by=by, unit=row.unit, after=found)
    _keep_accident(row, by)


@transaction.atomic
def add_measure(
    *,
    row: Accident,
    version: int,
    problem: str,
    measure: str,
    responsible: str,
    due_date: date,
    by: User,
    today: date,
) -> Entry:
    """A corrective action decided after an accident, kept in its ledger and followed there.

    Raises StaleRecord, Refused, ledgers.InvalidEntry, ledgers.DuplicateEntry.
    """
    _allow(by, Permission.LEDGER_EDIT, row.unit)
    if row.state == Accident.State.CLOSED:
        raise Refused(_("已结案，不能再加整改措施。"))
    if not row.findings:
        raise Refused(_("请先填写调查结果，再定整改措施。"))
    values = {
        "name": problem, "source": "accident", "kind": "corrective", "found_date": today.isoformat(),
        "field": codes["accident-classes"][row.kind].extra["field"], "cause": row.findings["direct"],
        "measure": measure, "responsible": responsible, "due_date": due_date.isoformat(), "state": "open",
    }  # fmt: skip
    entry = ledgers.add(ledger="corrective-actions", unit=row.unit, values=values, by=by)
    change(row, version=version, measures=[*row.measures, entry.pk], state=Accident.State.MEASURES)
    record("accident.measure-added", row, by=by, unit=row.unit, after={"entry": entry.pk})
    _keep_accident(row, by)
    return entry


@transaction.atomic
def close_accident(*, row: Accident, version: int, by: User) -> None:
    """Close an accident whose causes are found and whose measures are verified.

    Raises StaleRecord, Refused.
    """
    _allow(by, Permission.INJURY_ENTER, row.unit)
    if not row.findings:
        raise Refused(_("还没有调查结果，不能结案。"))
    if left := queries.open_measures(row):
        raise Refused(_("还有 %(count)s 项整改措施没有验证，不能结案。") % {"count": left})
    change(row, version=version, state=Accident.State.CLOSED)
    record("accident.closed", row, by=by, unit=row.unit)
    _keep_accident(row, by)


def pack(*, unit: Unit) -> int:
    """Pack the years of a unit of which cards were written; how many. One that is written meanwhile waits."""
    from safecommunity.surveillance import columns  # slow import

    packs, done = Pack.objects.in_unit(unit), 0
    for year, mark in packs.exclude(packed=F("mark")).values_list("year", "mark"):
        rows = InjuryCase.objects.in_unit(unit).filter(injured_date__year=year).order_by()
        held = columns.packed(rows.values_list(*columns.READ))
        done += packs.filter(year=year, mark=mark).update(packed=mark, **held)
    return done


def pack_anew(*, unit: Unit) -> int:
    """Make every pack of a unit from its cards, as if there were none; how many."""
    with transaction.atomic():
        Pack.objects.in_unit(unit).delete()
        _mark(unit, InjuryCase.objects.in_unit(unit).order_by().dates("injured_date", "year"))
    return pack(unit=unit)


@transaction.atomic
def publish_summary(*, unit: Unit, year: int, by: User, today: date) -> PublicSummary:
    """Tell everybody of the injuries of a year that is over, as they stand now.

    Raises Refused, PermissionDenied.
    """
    from safecommunity.surveillance.summaries import summary  # slow import

    _allow(by, Permission.RESIDENT_HANDLE, unit)
    if year >= today.year:
        raise Refused(_("只公开已经结束的年份。"))
    if queries.summaries(unit).filter(year=year).exists():
        raise Refused(_("这一年已经公开。要换成新的数字，请先撤下。"))
    if queries.told_around(unit, year):
        raise Refused(_("上级或下级单位已经公开了这一年：两份数字相减会露出小数，不能同时公开。"))
    row = PublicSummary.objects.create(
        unit=unit, year=year, told=summary(unit, year), published_date=today, by=by
    )
    record("injury-summary.published", row, by=by, unit=unit, after={"year": year})
    return row


@transaction.atomic
def withdraw_summary(*, row: PublicSummary, version: int, by: User) -> None:
    """Tell it no longer. Raises StaleRecord, PermissionDenied."""
    _allow(by, Permission.RESIDENT_HANDLE, row.unit)
    change(row, version=version, withdrawn_at=timezone.now())
    record("injury-summary.withdrawn", row, by=by, unit=row.unit, before={"year": row.year})


@transaction.atomic
def look(*, unit: Unit, watch: Watch, today: date, by: User | None, around: Weeks | None = None) -> Look:
    """Judge the last whole week of every series of a unit; once a week, later calls give the first look.

    A series that is alarmed again within the quiet weeks goes on in its open alert. `around`: the weeks of
    the unit above, where they are counted already.
    """
    from safecommunity.analysis.watch import judge  # slow import
    from safecommunity.surveillance import figures  # slow import

    monday = queries.last_week(today)
    if known := Look.objects.in_unit(unit).filter(week=monday).first():
        return known
    here = figures.weekly(unit, watch, monday)
    if around is None and unit.parent:
        around = figures.weekly(unit.parent, watch, monday)
    keys = figures.watched(here, watch)
    elsewhere = figures.elsewhere(here, around, keys) if keys and around else None
    found = judge([here.series[key] for key in keys], watch.method, elsewhere) if keys else []
    alarms = [(key, one) for key, one in zip(keys, found, strict=False) if one.alarm]
    for key, one in alarms:
        _alarm(unit, watch, monday, urlencode(queries.question(key), doseq=True), one)
    row = Look(
        unit=unit, path=unit.path, week=monday, series=len(keys), alarms=len(alarms),
        settings={"watch": watch.code, **asdict(watch.method)},
    )  # fmt: skip
    Look.objects.bulk_create([row])
    record("injuries.looked", row, by=by, unit=unit, after={"series": len(keys), "alarms": len(alarms)})
    return row


@transaction.atomic
def handle_alert(*, row: Alert, version: int, state: str, note: str, by: User, today: date) -> None:
    """Say what became of an alert; what was done or found is asked for. Raises StaleRecord, Refused."""
    _allow(by, Permission.INJURY_ENTER, row.unit)
    if state not in HANDLED:
        raise Refused(_("请选择核查的结果。"))
    if state != Alert.State.LOOKED and not note.strip():
        raise Refused(_("请写明原因或采取的措施。"))
    before = str(row.state)
    change(row, version=version, state=state, note=note.strip(), by=by, handled_date=today)
    record(
        "alert.handled",
        row,
        by=by,
        unit=row.unit,
        before={"state": before},
        after={"state": state},
        reason=note,
    )


@transaction.atomic
def take_up(
    *,
    unit: Unit,
    title: str,
    sentence: str,
    key: Key,
    first: date,
    last: date,
    figures: Mapping[str, float],
    by: User,
    alert: Alert | None = None,
) -> Lead:
    """Keep a finding or an alert as it stands, to make something of it; the same again gives the first one.

    Raises Refused for what few may know of, PermissionDenied.
    """
    _allow(by, Permission.INJURY_VIEW, unit)
    if alert and alert.is_restricted:
        raise Refused(_("这条预警涉及受限的卡，不能写进公开的项目或计划。"))
    same = {"alert": alert} if alert else {"alert": None, "key": list(map(list, key)), "from_date": first}
    if known := Lead.objects.in_unit(unit).filter(to_date=last, **same).first():
        return known
    row = Lead(
        unit=unit, path=unit.path, title=title[:200], sentence=sentence[:1000], key=list(map(list, key)),
        from_date=first, to_date=last, figures=dict(figures), alert=alert, by=by,
    )  # fmt: skip
    Lead.objects.bulk_create([row])
    record("injury-lead.taken-up", row, by=by, unit=unit, after={"title": row.title})
    return row


@transaction.atomic
def follow(*, lead: Lead, kind: str, thing: str, title: str, by: User) -> Followed:
    """Something was made of a lead; whoever may make it has been asked before."""
    row = Followed(
        unit=lead.unit, path=lead.unit.path, lead=lead, kind=kind, thing=thing, title=title[:200], by=by
    )
    Followed.objects.bulk_create([row])
    record("injury-lead.followed", lead, by=by, unit=lead.unit, after={"kind": kind, "thing": thing})
    return row


def note_findings(*, unit: Unit, first: date, last: date, by: User) -> None:
    """Someone took the findings of a period along as a sheet."""
    record("injury-findings.exported", f"{first}—{last}", by=by, unit=unit)


def note_figures(*, unit: Unit, table: str, first: date, last: date, by: User) -> None:
    """Someone took a table of the figures of a period along as a sheet."""
    record("injury-figures.exported", f"{first}—{last}", by=by, unit=unit, after={"table": table})


HANDLED = tuple(state.value for state in Alert.State if state != Alert.State.NEW)


def _alarm(unit: Unit, watch: Watch, monday: date, series: str, found: Verdict) -> None:
    said = {
        "week": monday.isoformat(),
        "count": found.count,
        "expected": found.expected,
        "upper": found.upper,
    }
    since = monday - timedelta(days=7 * watch.quiet_weeks)
    going_on = (
        Alert.objects.in_unit(unit).filter(series=series, last_week__gte=since).order_by("-week").first()
    )
    if going_on:
        change(going_on, version=going_on.version, last_week=monday, weeks=[*going_on.weeks, said])
        return
    row = Alert(
        unit=unit,
        path=unit.path,
        series=series,
        week=monday,
        last_week=monday,
        method=found.method,
        weeks=[said],
    )
    Alert.objects.bulk_create([row])
    _tell_alert(row, nearest_holders(unit, Permission.INJURY_ENTER), None)


def _warn_of_case(row: InjuryCase, today: date, by: User | None) -> None:
    values = queries.opened(row)
    for event in library.watches["weekly"].events:
        if event.holds(values):
            _warn(row.unit, f"event:{event.code}:{row.uuid}", today, by, is_restricted=row.is_restricted)


def _restrict_alerts(row: InjuryCase, by: User) -> None:
    """Few may know of the alerts of a card that few may know of."""
    alerts = Alert.objects.in_unit(row.unit).filter(method="event", series__endswith=f":{row.uuid}")
    for one in alerts.exclude(is_restricted=row.is_restricted):
        change(one, version=one.version, is_restricted=row.is_restricted)
        record("alert.restricted", one, by=by, unit=row.unit, after={"is_restricted": row.is_restricted})


def _warn_of_accident(row: Accident, today: date, by: User | None) -> None:
    data = row.data
    if library.watches["weekly"].is_grave(data["deaths"] + data["missing"], data["serious"] + data["slight"]):
        _warn(row.unit, f"accident:{row.uuid}", today, by, is_restricted=False)


def _warn(unit: Unit, series: str, today: date, by: User | None, *, is_restricted: bool) -> None:
    """Once for each event; whoever works on it in the unit and in the one above is told."""
    if Alert.objects.in_unit(unit).filter(series=series).exists():
        return
    monday = today - timedelta(days=today.weekday())
    row = Alert(
        unit=unit, path=unit.path, series=series, week=monday, last_week=monday, method="event",
        is_restricted=is_restricted,
    )  # fmt: skip
    Alert.objects.bulk_create([row])
    permission = Permission.INJURY_SENSITIVE if is_restricted else Permission.INJURY_ENTER
    _tell_alert(row, [one for at in filter(None, (unit, unit.parent)) for one in holders(at, permission)], by)


def _tell_alert(row: Alert, to: Iterable[User], by: User | None) -> None:
    notify(
        unit=row.unit,
        to=to,
        kind="injury-alert",
        title=_("%(unit)s 有一条伤害预警，请核查") % {"unit": row.unit.name},
        key=f"injury-alert:{row.uuid}",
        address=reverse("injuries:alert", args=[row.unit.slug, row.uuid]),
        by=by,
    )


def upload_cards(
    *, chunks: Iterable[bytes], name: str, unit: Unit, sheet: str, source: str, by: User
) -> CardImport:
    """Keep a sheet of another office and have it opened later. Raises RefusedError, PermissionDenied.

    The bytes are on the disk before the transaction begins; without its row the file is an orphan.
    """
    _allow(by, Permission.INJURY_ENTER, unit)
    received = store.receive(chunks)
    try:
        virus.scan(store.path_of(received.name), settings.CLAMAV)
        return _kept_sheet(received, name, unit, sheet, source, by)
    except MediaRefused as refusal:
        store.remove(received.name)
        raise RefusedError(refusal.message.text, **refusal.message.params) from refusal
    except BaseException:
        store.remove(received.name)
        raise


@transaction.atomic
def _kept_sheet(
    received: store.Received, name: str, unit: Unit, sheet: str, source: str, by: User
) -> CardImport:
    row = CardImport.objects.create(
        unit=unit, path=unit.path, name=name[-200:], file=received.name, size=received.size, sheet=sheet,
        source=source, by=by,
    )  # fmt: skip
    after = {"sheet": sheet, "sha256": received.sha256}
    record("injury-import.uploaded", row, by=by, unit=unit, after=after)
    _import_later("surveillance.import-look", row, by)
    return row


@transaction.atomic
def sheet_looked(*, row: CardImport, headings: Sequence[str]) -> None:
    """The sheet is open. With a mapping file it is taken in at once, else its headings wait to be matched."""
    if not row.sheet:
        columns = _proposed_columns(row.unit, row.source, headings)
        change(
            row,
            version=row.version,
            state=CardImport.State.MATCHING,
            headings=list(headings),
            columns=columns,
        )
        return
    if missing := queries.card_sheet(row).missing(headings):
        refuse_sheet(row=row, reason=_("表里没有这些列：%(names)s") % {"names": "、".join(missing)})
        return
    change(row, version=row.version, state=CardImport.State.RUNNING, headings=list(headings))
    _import_later("surveillance.import-run", row, row.by)


@transaction.atomic
def match_columns(*, row: CardImport, version: int, columns: Mapping[str, str], by: User) -> None:
    """Say which heading is which field, and have the rows taken in. Raises Refused, StaleRecord."""
    _allow(by, Permission.INJURY_ENTER, row.unit)
    if row.state != CardImport.State.MATCHING:
        raise Refused(_("这个文件已经在导入，不能再改列的对应。"))
    used = {name: heading for name, heading in columns.items() if heading}
    if len(set(used.values())) != len(used):
        raise Refused(_("同一列只能对应一栏。"))
    if "injured_date" not in used:
        raise Refused(_("请指出哪一列是伤害发生日期。"))
    change(row, version=version, state=CardImport.State.RUNNING, columns=used)
    record("injury-import.confirmed", row, by=by, unit=row.unit, after={"columns": used})
    _import_later("surveillance.import-run", row, by)


@transaction.atomic
def take_sheet_rows(
    *, row: CardImport, rows: Sequence[tuple[int, Sequence[dict[str, str]], str]], today: date
) -> None:
    """Take in a chunk of rows with the place reached, in one transaction.

    A row: its number, the cards it tells of (none: no injury), what it is known by ("" by its place). What
    the sheet has no column for makes no card doubtful.
    """
    sheet, form, rules = queries.card_sheet(row), queries.form(), queries.rules()
    labels = {column.key: column.label for column in form.columns}
    known = {*sheet.columns, *sheet.fixed}
    good: list[tuple[uuid.UUID, Checked]] = []
    refusals: list[tuple[int, str]] = []
    for number, told_of, key in rows:
        name = f"{row.unit_id}/{row.sheet}/{key}" if key else f"{row.pk}/{number}"
        for place, values in enumerate(told_of):
            checked = injuries.check(form, values, rules, today)
            errors = {k: said for k, said in checked.errors.items() if k in values or k not in sheet.lacks}
            if errors:
                refusals.append(
                    (number, "；".join(f"{labels[k]}：{told(said)}" for k, said in errors.items()))
                )
            else:
                doubts = {k: said for k, said in checked.unusual.items() if k in known or k in values}
                uid = uuid.uuid5(uuid.NAMESPACE_URL, f"card/{name}/{place}")
                good.append((uid, replace(checked, unusual=doubts)))
    once = list({uid: (uid, checked) for uid, checked in good}.values())
    days = [date.fromisoformat(checked.clean["injured_date"]) for _uid, checked in once]
    added = take_in(unit=row.unit, rows=once, by=row.by, source=row.name, today=today)
    change(
        row,
        version=row.version,
        position=rows[-1][0],
        added=row.added + added,
        known=row.known + len(good) - added,
        skipped=row.skipped + sum(not told_of for _number, told_of, _key in rows),
        refused=row.refused + len(refusals),
        refusals=[*row.refusals, *refusals][:MOST_REFUSALS],
        first_day=min(filter(None, (row.first_day, *days)), default=None),
        last_day=max(filter(None, (row.last_day, *days)), default=None),
    )


@transaction.atomic
def sheet_taken_in(*, row: CardImport) -> None:
    """All rows are through; the file is let go."""
    change(row, version=row.version, state=CardImport.State.DONE, finished_at=timezone.now())
    counts = {name: getattr(row, name) for name in ("added", "known", "skipped", "refused")}
    record("injury-import.done", row, by=row.by, unit=row.unit, after=counts)
    transaction.on_commit(lambda: store.remove(row.file))


@transaction.atomic
def refuse_sheet(*, row: CardImport, reason: str) -> None:
    """The file cannot be used: say why, keep nothing of it."""
    change(
        row,
        version=row.version,
        state=CardImport.State.REFUSED,
        reason=reason[:300],
        finished_at=timezone.now(),
    )
    record("injury-import.refused", row, by=row.by, unit=row.unit, reason=reason, outcome="refused")
    transaction.on_commit(lambda: store.remove(row.file))


def _proposed_columns(unit: Unit, source: str, headings: Sequence[str]) -> dict[str, str]:
    """Field → heading: as last time for this source, else by what the fields are called."""
    names = {column.key: (column.label, column.label_en, column.key) for column in queries.form().columns}
    last = queries.remembered_columns(unit).get(source, {})
    known = {folded(heading): name for name, heading in last.items()}
    keys = matched(headings, names, known=known)
    return {key: heading for key, heading in zip(keys, headings, strict=True) if key}


def _import_later(kind: str, row: CardImport, by: User) -> None:
    title = _("导入“%(name)s”") % {"name": row.name}
    enqueue(kind, unit=row.unit, arguments={"batch": row.pk}, by=by, title=title)


def _allow(by: User | None, permission: Permission, unit: Unit) -> None:
    """`by` None is the system itself."""
    if by is not None and not can(by, permission, unit):
        raise PermissionDenied(_("您在“%(unit)s”没有此项权限。请联系安全管理员授权。") % {"unit": unit.name})


def _standing(row: InjuryCase) -> None:
    if row.state != State.STANDING:
        raise Refused(_("这张卡已合并或撤回，请先恢复。"))


def _checked(values: Mapping[str, object], today: date) -> Checked:
    checked = injuries.check(queries.form(), values, queries.rules(), today)
    if checked.errors:
        raise InvalidCard(checked.errors)
    return checked


def _unmasked(row: InjuryCase, values: Mapping[str, object]) -> dict[str, object]:
    """The values, with what came back as it was shown, masked, put back to what it is."""
    held, form = queries.opened(row), queries.form()
    kept: dict[str, object] = dict(values)
    for field in (*form.of_personal("masked"), *form.of_personal("sealed")):
        shown = mask(field, held[field.code]) if field.code in held else None
        shown = shown.get("address") if isinstance(shown, Mapping) else shown
        if shown is not None and values.get(field.code) == shown:
            value = held[field.code]
            kept[field.code] = value.get("address") if isinstance(value, Mapping) else value
    return kept


def _refill(
    row: InjuryCase, version: int, values: dict[str, Any], filled: dict[str, list[str]], by: User
) -> None:
    checked = Checked(values, {}, {})
    change(
        row,
        version=version,
        filled=filled,
        **{**card_facts(row.unit, checked, row.uuid), "remark": row.remark},
    )
    _mark(row.unit, [row.injured_date])
    _restrict_alerts(row, by)


def _mark(unit: Unit, days: Iterable[date]) -> None:
    """Cards of these days are written: the packs of their years are behind, and packed anew later."""
    packs = [Pack(unit=unit, path=unit.path, year=year) for year in sorted({day.year for day in days})]
    Pack.objects.bulk_create(
        packs, update_conflicts=True, unique_fields=["unit", "year"], update_fields=["mark"]
    )
    enqueue("surveillance.pack", unit=unit, arguments={}, by=None, unique="pack")


def _told(row: InjuryCase) -> dict[str, Any]:
    """What the log holds of a card: nothing masked or sealed, of a restricted one only that it is one."""
    if row.is_restricted:
        return {"restricted": True, "injured_date": row.injured_date.isoformat()}
    fields = queries.form().fields
    return {code: value for code, value in row.data.items() if fields[code].personal == "none"}


def _keep(row: InjuryCase, by: User | None) -> None:
    ledgers.keep(ledger="injuries", unit=row.unit, client_uuid=row.uuid, values=ledger_line(row), by=by)


def _let_go(row: InjuryCase, reason: str, by: User) -> None:
    entries = (
        Entry.objects.in_unit(row.unit).filter(client_uuid=row.uuid, withdrawn_at=None).select_related("unit")
    )
    ledgers.withdraw_many(entries=entries, reason=reason, by=by)


def _accident(values: Mapping[str, object], now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Clean values and columns. Raises InvalidCard."""
    found = cards["accident"].check(values, fill=True)
    clean, errors = found.clean, dict(found.errors)
    happened, known = (_moment(clean, errors, name) for name in ("happened", "known"))
    if happened and known and not errors:
        if known > now:
            errors["known_time"] = Message("不能晚于现在")
        elif known < happened:
            errors["known_time"] = Message("不能早于发生时间")
    if errors or happened is None or known is None:
        raise InvalidCard(errors)
    clock = injuries.clock(known, timezone.localdate(happened), clean["kind"], codes["accident-classes"])
    return clean, {
        "title": clean["title"], "kind": clean["kind"], "level": _level(clean), "happened_at": happened,
        "known_at": known, "report_by": clock.report_by, "supplement_until": clock.supplement_until,
    }  # fmt: skip


def _level(clean: Mapping[str, Any]) -> str:
    """The statutory level of an accident with these casualties; the missing count as dead until found."""
    loss = Decimal(str(clean.get("loss", 0)))
    found = injuries.Casualties(clean["deaths"] + clean["missing"], clean["serious"], loss)
    return injuries.level(found, codes["accident-levels"])


def _moment(clean: Mapping[str, Any], errors: dict[str, Message], name: str) -> datetime | None:
    day, text = clean.get(f"{name}_date"), clean.get(f"{name}_time")
    if day is None or text is None:
        return None
    clock = injuries.clock_time(text)
    if clock is None:
        errors[f"{name}_time"] = Message("时间写法如 14:30")
        return None
    hour, minute = clock
    year, month, number = (int(part) for part in day.split("-"))
    return timezone.make_aware(datetime(year, month, number, hour, minute))


def _keep_accident(row: Accident, by: User | None) -> None:
    data = row.data
    values = {
        "happened_date": data["happened_date"], "kind": row.kind, "level": row.level,
        "field": codes["accident-classes"][row.kind].extra["field"], "deaths": data["deaths"],
        "injured": data["serious"] + data["slight"], "in_time": not row.is_late, "state": str(row.state),
        "cause": row.findings.get("direct") or data.get("cause", ""), "loss": data.get("loss"),
    }  # fmt: skip
    values = {name: value for name, value in values.items() if value not in (None, "")}
    ledgers.keep(ledger="accidents", unit=row.unit, client_uuid=row.uuid, values=values, by=by)


def _tell_accident(row: Accident, by: User | None) -> None:
    """The office of the unit and the one above it are told at once."""
    address = reverse("accidents:detail", args=[row.unit.slug, row.uuid])
    title = _("%(unit)s 事故报告：%(title)s") % {"unit": row.unit.name, "title": row.title}
    for unit in filter(None, (row.unit, row.unit.parent)):
        to = [one for one in holders(unit, Permission.INJURY_SENSITIVE) if by is None or one.pk != by.pk]
        notify(
            unit=unit,
            to=to,
            kind="accident",
            title=title,
            key=f"accident:{row.uuid}:{unit.pk}",
            address=address,
            by=by,
        )
