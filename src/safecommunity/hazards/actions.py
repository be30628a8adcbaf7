"""Hazards from finding to closing; plans of inspection, their rounds, and what was found at each place."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.audit.actions import record, together
from safecommunity.core import checklists, draws, inspections
from safecommunity.core import hazards as core
from safecommunity.core.messages import Message
from safecommunity.evidence import actions as evidence
from safecommunity.evidence.models import File
from safecommunity.hazards import keeping, queries
from safecommunity.hazards.models import (
    Grade,
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
from safecommunity.jobs.actions import enqueue
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.search import initials
from safecommunity.ledgers.wording import told
from safecommunity.notices.actions import News, notify, notify_all
from safecommunity.notices.queries import holders, nearest_holders
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord, change, hold

MOST_PLACES = 2000
LONGEST_SEARCH = 300  # characters, so that its index takes them on every database


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A picture that a device will send: the SHA-256 of its bytes, when and where it was taken."""

    sha256: str
    device_at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A hazard as somebody found it. `grade` is a suggestion. `at`, `sent_at` are the device's own times."""

    place: str
    text: str
    kind: str
    cause: str
    field: str = "general"
    grade: str = ""
    severity: str = "medium"
    basis: str = ""
    premises: Entry | None = None
    longitude: float | None = None
    latitude: float | None = None
    at: datetime | None = None
    sent_at: datetime | None = None
    visit: Visit | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """The hazard, and whether it was made now: a replay gives the one that is there.

    `steps`: what was done with it; `awaited`: the SHA-256 of its pictures that have not arrived.
    """

    hazard: HiddenHazard
    is_new: bool
    steps: Sequence[Step]
    awaited: Sequence[str]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures that are here, and those still to come."""

    files: Sequence[File] = ()
    expected: Sequence[Expected] = field(default=())

    @property
    def awaited(self) -> list[str]:
        """The SHA-256 of those still to come."""
        return sorted({one.sha256 for one in self.expected} - {one.sent_sha256 for one in self.files})


NONE = Pictures()


@dataclass(frozen=True, slots=True)
class Submission:
    """A report with its pictures under the key that its maker gave it."""

    report: Report
    client_uuid: uuid.UUID
    pictures: Pictures = NONE


def register(
    *,
    unit: Unit,
    report: Report,
    by: User,
    now: datetime,
    client_uuid: uuid.UUID | None = None,
    pictures: Pictures = NONE,
) -> Registered:
    """Write down a hazard, as `register_all`. Raises Refused."""
    one = Submission(report, client_uuid or uuid.uuid4(), pictures)
    return register_all(unit=unit, submissions=[one], by=by, now=now)[0]


@together()
def register_all(
    *, unit: Unit, submissions: Sequence[Submission], by: User, now: datetime
) -> list[Registered]:
    """Write down hazards in their order, all or none. A key used before gives what it made the first time.

    Raises Refused.
    """
    _need(by, Permission.HAZARD_REPORT, unit)
    hold(unit)
    known = queries.known(unit, [one.client_uuid for one in submissions])
    made = _register([one for one in submissions if one.client_uuid not in known], unit, by, now)
    made |= _again([one for one in submissions if one.client_uuid in known], unit, by)
    return [made[one.client_uuid] for one in submissions]


@transaction.atomic
def grade(
    *,
    hazard: HiddenHazard,
    version: int,
    grade: str,
    severity: str,
    by: User,
    now: datetime,
    words: str = "",
) -> HiddenHazard:
    """Settle how grave it is. Only who manages hazards says major. Raises Refused, StaleRecord."""
    if grade == Grade.MAJOR and not can(by, Permission.HAZARD_MANAGE, hazard.handler):
        raise Refused(_("重大隐患由管理部门核定。超出职权的，请立即上报。"))
    return _step(hazard, version, "grade", by, now, words, grade=grade, severity=severity)


@transaction.atomic
def assign(
    *,
    hazard: HiddenHazard,
    version: int,
    responsible_unit: str,
    responsible_person: str,
    measures: str,
    by: User,
    now: datetime,
    due_at: datetime | None = None,
    contact: User | None = None,
    funds: Decimal | None = None,
    words: str = "",
) -> HiddenHazard:
    """Say who puts it right, how and by when, a general hazard within its limit.

    Raises Refused, StaleRecord.
    """
    latest = queries.suggested_due(hazard, hazard.grade or Grade.GENERAL, hazard.severity, now)
    due = due_at or latest
    if due <= now:
        raise Refused(_("整改期限已经过去，请改为以后的时间。"))
    if hazard.grade == Grade.GENERAL and due > latest:
        told_due = timezone.localtime(latest).strftime("%Y-%m-%d %H:%M")
        raise Refused(_("按规定最迟 %(due)s 整改完成；确需更长时间的，派发后申请延期。") % {"due": told_due})
    if contact is not None and not can(contact, Permission.HAZARD_ANSWER, hazard.unit):
        raise Refused(_("“%(who)s”不是这个单位的联系人，请先授予“单位联系人”角色。") % {"who": contact})
    settled: dict[str, Any] = {
        "responsible_unit": responsible_unit, "responsible_person": responsible_person, "measures": measures,
        "due_at": due, "contact": contact, "funds": funds,
    }  # fmt: skip
    row = _step(hazard, version, "assign", by, now, words, facts={"due": due.isoformat()}, **settled)
    _tell_contact(row, by, _("请整改隐患：%(what)s"), "assigned")
    return row


@transaction.atomic
def guarantee(
    *, hazard: HiddenHazard, version: int, guarantees: Mapping[str, str], by: User, now: datetime
) -> HiddenHazard:
    """Lay down the five guarantees of a major hazard, all or some of them. Raises Refused, StaleRecord."""
    if unknown := sorted(set(guarantees) - set(core.GUARANTEES)):
        raise Refused(_("五落实里没有“%(name)s”。") % {"name": unknown[0]})
    said = {**hazard.guarantees, **{name: text.strip() for name, text in guarantees.items()}}
    return _step(hazard, version, "guarantee", by, now, guarantees=said)


@transaction.atomic
def begin(*, hazard: HiddenHazard, version: int, by: User, now: datetime, words: str = "") -> HiddenHazard:
    """Putting right has begun; a major one needs its five guarantees. Raises Refused, StaleRecord."""
    return _step(hazard, version, "begin", by, now, words)


@transaction.atomic
def fix(
    *,
    hazard: HiddenHazard,
    version: int,
    text: str,
    now: datetime,
    by: User | None = None,
    link: Link | None = None,
    cost: Decimal | None = None,
    client_uuid: uuid.UUID | None = None,
    pictures: Pictures = NONE,
) -> HiddenHazard:
    """Report that it was put right, with pictures; by a person or over a contact's link.

    The same `client_uuid` again changes nothing. Raises Refused, StaleRecord.
    """
    uid = client_uuid or uuid.uuid4()
    if queries.rectifications(hazard).filter(client_uuid=uid).exists():
        return hazard
    if not text.strip():
        raise Refused(_("请写明整改情况。"))
    row = _step(hazard, version, "fix", by, now, text, link=link, fixed_at=now, asked_until=None)
    made = Rectification.objects.create(
        unit=row.unit, path=row.path, hazard=row, client_uuid=uid, text=text.strip(), cost=cost, at=now,
        by=by,
        number=queries.rectifications(row).count() + 1, by_name=_name(by, link),
    )  # fmt: skip
    _note(_photos(row, Photo.Side.AFTER, pictures, by, rectification=made))
    _tell(row, by, [*_deciders(row), row.by], _("整改完成，请复查：%(what)s"), "fixed")
    return row


@transaction.atomic
def check(
    *, hazard: HiddenHazard, version: int, passed: bool, opinion: str, by: User, now: datetime,
    pictures: Pictures = NONE,
) -> HiddenHazard:  # fmt: skip
    """Look again: passed, or back to be put right; not by who put it right. Raises Refused, StaleRecord."""
    last = queries.rectifications(hazard).last()
    if last is not None and last.by_id == by.pk:
        raise Refused(_("整改和复查不能是同一个人，请由另一位工作人员复查。"))
    if not passed and not opinion.strip():
        raise Refused(_("复查不通过的，请写明还有什么问题。"))
    act = "pass" if passed else "fail"
    changes: dict[str, Any] = {"checked_at": now, "checked_by": by}
    if not passed:
        is_late = hazard.due_at is None or hazard.due_at <= now
        due = queries.suggested_due(hazard, hazard.grade, hazard.severity, now) if is_late else hazard.due_at
        changes |= {"fixed_at": None, "due_at": due}
    row = _step(hazard, version, act, by, now, opinion, **changes)
    if last is not None:
        change(last, version=last.version, result=act, checked_at=now, checked_by=by, opinion=opinion.strip())
    _note(_photos(row, Photo.Side.CHECK, pictures, by, rectification=last))
    title = _("复查通过：%(what)s") if passed else _("复查不通过，请继续整改：%(what)s")
    _tell_contact(row, by, title, act)
    return row


@transaction.atomic
def explain(*, hazard: HiddenHazard, version: int, root_cause: str, by: User, now: datetime) -> HiddenHazard:
    """Say why a hazard keeps coming back. Raises Refused, StaleRecord."""
    if not root_cause.strip():
        raise Refused(_("请写明根本原因。"))
    return _step(hazard, version, "explain", by, now, root_cause, root_cause=root_cause.strip())


@transaction.atomic
def close(*, hazard: HiddenHazard, version: int, by: User, now: datetime, words: str = "") -> HiddenHazard:
    """Write the hazard off. Raises Refused, StaleRecord."""
    row = _step(hazard, version, "close", by, now, words, closed_at=now, closed_by=by)
    _tell_contact(row, by, _("隐患已销号：%(what)s"), "closed")
    return row


@transaction.atomic
def ask(
    *,
    hazard: HiddenHazard,
    version: int,
    until: datetime,
    why: str,
    now: datetime,
    by: User | None = None,
    link: Link | None = None,
) -> HiddenHazard:
    """Ask for more time, with the reason. Raises Refused, StaleRecord."""
    if hazard.due_at is not None and until <= max(hazard.due_at, now):
        raise Refused(_("申请的期限应晚于现在的期限。"))
    if not why.strip():
        raise Refused(_("请写明需要延期的理由。"))
    facts = {"until": until.isoformat()}
    row = _step(
        hazard, version, "ask", by, now, why, link=link, facts=facts, asked_until=until, asked_why=why.strip()
    )
    _tell(row, by, _deciders(row), _("申请延期，请审批：%(what)s"), f"asked:{row.version}")
    return row


@transaction.atomic
def decide(
    *, hazard: HiddenHazard, version: int, granted: bool, by: User, now: datetime, words: str = ""
) -> HiddenHazard:
    """Grant or deny the time that was asked for. Raises Refused, StaleRecord."""
    until = hazard.asked_until
    due_at = until if granted and until else hazard.due_at
    changes: dict[str, Any] = {"due_at": due_at, "asked_until": None, "asked_why": ""}
    facts = {"until": until.isoformat() if until else ""}
    row = _step(hazard, version, "grant" if granted else "deny", by, now, words, facts=facts, **changes)
    title = _("延期申请已批准：%(what)s") if granted else _("延期申请未批准：%(what)s")
    _tell_contact(row, by, title, f"decided:{row.version}")
    return row


@transaction.atomic
def escalate(*, hazard: HiddenHazard, version: int, words: str, by: User, now: datetime) -> HiddenHazard:
    """Hand it one level up because it is beyond one's power. Raises Refused, StaleRecord."""
    above = hazard.handler.parent
    if above is None:
        raise Refused(_("“%(unit)s”没有上级单位，不能再上报。") % {"unit": hazard.handler.name})
    if not words.strip():
        raise Refused(_("请写明上报的理由。"))
    row = _step(hazard, version, "escalate", by, now, words, facts={"to": above.name}, handler=above)
    _tell(row, by, _deciders(row), _("下级上报隐患，请处理：%(what)s"), f"escalated:{row.version}")
    return row


@transaction.atomic
def transfer(
    *, hazard: HiddenHazard, version: int, to: Unit, words: str, by: User, now: datetime
) -> HiddenHazard:
    """Give it to the unit it belongs to, with its pictures and its history. Raises Refused, StaleRecord."""
    if to.pk == hazard.unit_id:
        raise Refused(_("隐患已经在这个单位。"))
    if not can(by, Permission.HAZARD_MANAGE, to):
        raise Refused(_("您只能移交给自己管辖的单位，其他单位请先上报。"))
    old = hazard.unit
    hold(to)
    serial = queries.next_serial(to, hazard.year)
    _step(
        hazard,
        version,
        "transfer",
        by,
        now,
        words,
        facts={"from": old.name, "to": to.name},
        grade="",
        guarantees={},
    )
    keeping.move_hazard(hazard, by)
    for model in (Step, Photo, Rectification):
        model.objects.in_unit(old).filter(hazard=hazard).update(unit=to, path=to.path)
    change(hazard, version=hazard.version, unit=to, path=to.path, handler=to, serial=serial)
    Link.objects.filter(hazard=hazard, ended_at=None).update(ended_at=now)
    keeping.keep_hazard(hazard, by)
    _tell(hazard, by, _deciders(hazard), _("移交来的隐患，请核定：%(what)s"), f"transferred:{hazard.version}")
    return hazard


@transaction.atomic
def list_hazard(
    *,
    hazard: HiddenHazard,
    version: int,
    until: date,
    supervisor: str,
    by: User,
    now: datetime,
    at: Unit | None = None,
    words: str = "",
) -> HiddenHazard:
    """Put a major hazard under listed supervision until a day, by this unit. Raises Refused, StaleRecord."""
    overseer = at or hazard.handler
    if not hazard.path.startswith(overseer.path) or not can(by, Permission.HAZARD_MANAGE, overseer):
        raise Refused(_("挂牌督办由隐患所在单位或它的上级决定。"))
    if until <= timezone.localdate(now):
        raise Refused(_("挂牌期限应在今天以后。"))
    changes: dict[str, Any] = {
        "listed_at": now, "listed_by": by, "listed_until": until, "delisted_at": None, "overseer": overseer,
        "supervisor": supervisor,
    }  # fmt: skip
    row = _step(hazard, version, "list", by, now, words, facts={"until": until.isoformat()}, **changes)
    _tell(row, by, [*_deciders(row), row.contact], _("隐患挂牌督办：%(what)s"), f"listed:{row.version}")
    return row


@transaction.atomic
def delist(*, hazard: HiddenHazard, version: int, by: User, now: datetime, words: str = "") -> HiddenHazard:
    """Approve that a listed hazard is off the list; not by who re-checked it. Raises Refused, StaleRecord."""
    row = _step(hazard, version, "delist", by, now, words, delisted_at=now)
    _tell(row, by, _deciders(row), _("隐患已批准摘牌：%(what)s"), f"delisted:{row.version}")
    return row


@transaction.atomic
def merge(
    *, hazard: HiddenHazard, version: int, into: HiddenHazard, by: User, now: datetime, words: str = ""
) -> HiddenHazard:
    """It is the same as another one of the unit, which goes on. Raises Refused, StaleRecord."""
    if into.pk == hazard.pk or into.unit_id != hazard.unit_id or into.state in ("duplicate", "void"):
        raise Refused(_("请选择本单位另一处有效的隐患。"))
    facts = {"into": into.number}
    return _step(hazard, version, "duplicate", by, now, words, facts=facts, earlier=into, is_repeat=False)


@transaction.atomic
def void(*, hazard: HiddenHazard, version: int, words: str, by: User, now: datetime) -> HiddenHazard:
    """It was no hazard; the record stays, with the reason. Raises Refused, StaleRecord."""
    if not words.strip():
        raise Refused(_("请写明作废的原因。"))
    return _step(hazard, version, "void", by, now, words)


@transaction.atomic
def add_photos(*, hazard: HiddenHazard, pictures: Pictures, by: User) -> None:
    """Further pictures of how it was found. Raises Refused."""
    _need(by, Permission.HAZARD_REPORT, hazard.unit)
    if hazard.state in core.ENDED:
        raise Refused(_("这处隐患已经办结，不能再添加照片。"))
    _note(_photos(hazard, Photo.Side.BEFORE, pictures, by))
    record("hazard.photo-came", hazard, by=by, unit=hazard.unit, after={"photos": len(pictures.files)})


@transaction.atomic
def make_link(*, hazard: HiddenHazard, name: str, by: User, now: datetime) -> str:
    """A secret address for a contact without an account; shown this once. Raises Refused."""
    _need(by, Permission.HAZARD_REPORT, hazard.unit)
    if hazard.state not in (State.ASSIGNED, State.RECTIFYING):
        raise Refused(_("派发以后、提交整改以前，才能生成整改链接。"))
    token = secrets.token_urlsafe(32)
    Link.objects.create(
        unit=hazard.unit, hazard=hazard, digest=hashlib.sha256(token.encode()).hexdigest(), name=name.strip(),
        expires_at=now + timedelta(days=queries.rules().link_days), by=by,
    )  # fmt: skip
    record("hazard.link-made", hazard, by=by, unit=hazard.unit, after={"for": name.strip()})
    return token


@transaction.atomic
def end_links(*, hazard: HiddenHazard, by: User, now: datetime) -> None:
    """The secret addresses of a hazard lead nowhere from now on."""
    _need(by, Permission.HAZARD_REPORT, hazard.unit)
    Link.objects.filter(hazard=hazard, ended_at=None).update(ended_at=now)
    record("hazard.link-ended", hazard, by=by, unit=hazard.unit)


def take_photo(
    *, of: HiddenHazard | Visit, sha256: str, chunks: Iterable[bytes], name: str, by: User | None
) -> list[Photo]:
    """The bytes of a picture that a record speaks of; sent again they change nothing.

    Raises Refused when the record speaks of no such picture, MediaRefused, QuotaReached.
    """
    key = "hazard" if isinstance(of, HiddenHazard) else "visit"
    rows = Photo.objects.in_unit(of.unit).filter(**{key: of}, sha256=sha256)
    if not rows.exists():
        raise Refused(_("记录里没有登记这张照片，请先在记录里登记它的校验值。"))
    attached = evidence.attach(
        chunks=chunks, name=name, unit=of.unit, by=by, title=str(of)[:120], pictures_only=True,
        expected_sha256=sha256,
    )  # fmt: skip
    with transaction.atomic():
        waiting = list(rows.filter(file=None).select_for_update())
        for row in waiting:
            change(row, version=row.version, file=attached.file)
        if waiting:
            record("hazard.photo-came", of, by=by, unit=of.unit, after={"sha256": sha256})
    return list(rows.select_related("file"))


@transaction.atomic
def remind(*, root: Unit, now: datetime, by: User | None) -> int:
    """Tell what is due soon; what is overdue goes one level up with a supervision letter, and again each time
    the working days between two levels have passed. Safe to run twice."""
    until = now + timedelta(hours=queries.rules().remind_hours)
    count = 0
    for row in queries.overdue(root, until):
        assert row.due_at is not None
        if row.due_at > now:
            to = [row.contact, row.by, *_deciders(row)]
            title = _("隐患整改即将到期：%(what)s")
            count += _tell(row, by, to, title, f"due:{row.due_at:%Y%m%d%H%M}")
        elif _is_to_step_up(row, now):
            count += _step_up(row, by, now)
    return count


@transaction.atomic
def make_plan(*, unit: Unit, by: User, **facts: Any) -> Plan:
    """A plan of inspection; its rounds are made as their time comes. Raises Refused."""
    _need(by, Permission.HAZARD_MANAGE, unit)
    _refuse_plan(facts)
    facts["team"] = _team(unit, facts.get("team", ()))
    row = Plan(unit=unit, path=unit.path, by=by)
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    after = {"kind": row.kind, "every": row.every, "year": row.year}
    record("inspection-plan.made", row, by=by, unit=unit, after=after)
    return row


@transaction.atomic
def change_plan(*, plan: Plan, version: int, by: User, **facts: Any) -> Plan:
    """Change a plan; rounds that are made already stay as they are. Raises Refused, StaleRecord."""
    _need(by, Permission.HAZARD_MANAGE, plan.unit)
    names = ("kind", "every", "draw", "checklists", "from_date", "to_date")
    _refuse_plan({**{name: getattr(plan, name) for name in names}, **facts})
    if "team" in facts:
        facts["team"] = _team(plan.unit, facts["team"])
    change(plan, version=version, **facts)
    record(
        "inspection-plan.changed",
        plan,
        by=by,
        unit=plan.unit,
        after={name: str(facts[name]) for name in facts},
    )
    return plan


@transaction.atomic
def make_rounds(*, root: Unit, today: date, by: User | None) -> int:
    """The rounds of every running plan at and beneath a unit that today belongs to. Safe to run twice."""
    plans = queries.plans(root).filter(is_active=True, from_date__lte=today, to_date__gte=today)
    made = sum(_make_round(plan, today, by) for plan in plans)
    if made:
        record("inspection.rounds-made", f"inspections.{today}", by=by, unit=root, after={"made": made})
    return made


@transaction.atomic
def start_round(
    *,
    unit: Unit,
    kind: str,
    name: str,
    field: str,
    checklist_codes: Sequence[str],
    leader: str,
    due_date: date,
    by: User,
    today: date,
    members: str = "",
    premises: Sequence[Entry] = (),
    places: Sequence[str] = (),
    team: Sequence[int] = (),
    client_uuid: uuid.UUID | None = None,
) -> Inspection:
    """A round outside any plan; `team`: people of the units beneath who inspect the places of their own unit.

    The same `client_uuid` again gives the round it made. Raises Refused.
    """
    _need(by, Permission.HAZARD_REPORT, unit)
    uid = client_uuid or uuid.uuid4()
    if known := queries.inspection(unit, uid):
        return known
    if kind == Kind.RANDOM:
        raise Refused(_("随机抽查由检查计划生成，名单先公布、再抽取。"))
    row = Inspection(
        unit=unit, path=unit.path, client_uuid=uid, kind=kind, name=name.strip(), field=field,
        checklists=_versions(checklist_codes), from_date=today, due_date=due_date, leader=leader,
        members=members, team=_team(unit, team), by=by,
    )  # fmt: skip
    try:
        with transaction.atomic():
            Inspection.objects.bulk_create([row])
    except IntegrityError as error:
        raise Refused(_("这个编号已经用于另一次检查，请重新建立。")) from error
    _add_visits(row, premises, places)
    record(
        "inspection.started",
        row,
        by=by,
        unit=unit,
        after={"kind": kind, "places": len(premises) + len(places)},
    )
    return row


@transaction.atomic
def add_visit(
    *,
    inspection: Inspection,
    place: str,
    by: User,
    premises: Entry | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    client_uuid: uuid.UUID | None = None,
) -> Visit:
    """A further place of a running round. Raises Refused."""
    _need_place(by, inspection)
    uid = client_uuid or uuid.uuid4()
    if known := queries.visit(inspection.unit, uid):
        return known
    _refuse_unless_open(inspection)
    _refuse_position(longitude, latitude)
    row = Visit.objects.create(
        unit=inspection.unit, path=inspection.path, client_uuid=uid, inspection=inspection, premises=premises,
        place=place.strip(), longitude=longitude, latitude=latitude,
        order=queries.visits(inspection).count(),
    )  # fmt: skip
    record("inspection.place-added", inspection, by=by, unit=inspection.unit, after={"place": row.place})
    return row


@transaction.atomic
def draw(*, inspection: Inspection, version: int, seed: str, by: User) -> Inspection:
    """Draw the places of a random round with a seed nobody could choose. Raises Refused, StaleRecord."""
    _need(by, Permission.HAZARD_MANAGE, inspection.unit)
    if inspection.seed or not inspection.drum:
        raise Refused(_("这一轮已经抽取过，或不是随机抽查。"))
    try:
        drawn = draws.draw(draws.read_list(inspection.drum), seed)
    except draws.CannotDraw as error:
        raise Refused(_("请填写公开产生的随机种子，例如当天的彩票号码。")) from error
    change(inspection, version=version, seed=seed.strip())
    wanted = [int(one.code) for one in drawn]
    entries = Entry.objects.below(inspection.unit).in_bulk(wanted)
    _add_visits(inspection, [entries[pk] for pk in wanted if pk in entries], ())
    after = {"seed": seed.strip(), "drawn": len(drawn)}
    record("inspection.drawn", inspection, by=by, unit=inspection.unit, after=after)
    return inspection


@transaction.atomic
def answer(
    *,
    visit: Visit,
    version: int,
    answers: Mapping[str, tuple[str, str]],
    by: User,
    now: datetime,
    at: datetime | None = None,
    sent_at: datetime | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    pictures: Mapping[str, Pictures] | None = None,
) -> Visit:
    """What was found at a place: item → (value, remark), and pictures by item.

    The same answers again change nothing, whatever version they name. Raises Refused, StaleRecord.
    """
    _need_place(by, visit.inspection)
    judged = _judged(visit.inspection, answers)
    for item, some in (pictures or {}).items():
        _note(_photos(visit, Photo.Side.CHECK, some, by, item=item))
    if visit.state == Visit.State.DONE and visit.answers == judged:
        return visit
    _refuse_unless_open(visit.inspection)
    _refuse_position(longitude, latitude)
    _refuse_without_picture(visit, judged)
    moment = core.settled(at, sent_at, now, timedelta(minutes=queries.rules().clock_minutes))
    place = {"longitude": longitude, "latitude": latitude} if longitude is not None else {}
    change(
        visit, version=version, state=Visit.State.DONE, answers=judged, done_at=moment.at, device_at=at,
        by=by, is_clock_off=moment.is_off, why="", **place,
    )  # fmt: skip
    round_ = visit.inspection
    if round_.state == Inspection.State.PLANNED:
        change(round_, version=round_.version, state=Inspection.State.RUNNING, started_at=moment.at)
    results = [one["result"] for one in judged.values()]
    after = {name: results.count(name) for name in checklists.RESULTS}
    record("inspection.answered", visit, by=by, unit=visit.unit, after=after)
    return visit


@transaction.atomic
def skip(*, visit: Visit, version: int, why: str, by: User) -> Visit:
    """A place that could not be inspected, with the reason. Raises Refused, StaleRecord."""
    _need_place(by, visit.inspection)
    _refuse_unless_open(visit.inspection)
    if not why.strip() or visit.state == Visit.State.DONE:
        raise Refused(_("请写明没有检查的原因；已检查的不能改为未检查。"))
    change(visit, version=version, state=Visit.State.SKIPPED, why=why.strip(), by=by)
    record("inspection.skipped", visit, by=by, unit=visit.unit, reason=why)
    return visit


@transaction.atomic
def open_from(
    *, visit: Visit, item: str, by: User, now: datetime, client_uuid: uuid.UUID | None = None
) -> Registered:
    """A hazard from a failing item, in one go: its words, place, position, pictures and suggestions.

    The same item of the same place opens one hazard, however often it is asked for. Raises Refused.
    """
    _need_place(by, visit.inspection)
    said = visit.answers.get(item)
    found = queries.items_of(visit.inspection).get(item)
    if found is None or said is None or said["result"] != "fail":
        raise Refused(_("只有检查结果为不合格的项目可以登记为隐患。"))
    known = HiddenHazard.objects.in_unit(visit.unit).filter(visit=visit, item=item).first()
    if known is not None:
        return _there(visit.unit, {known.client_uuid: known})[known.client_uuid]
    words = told(Message("%(item)s：不合格", {"item": found.text}))
    suggested: dict[str, Any] = checklists.suggested(found)
    report = Report(
        place=visit.place, text=f"{words}\n{said['remark']}".strip(), premises=visit.premises,
        longitude=visit.longitude, latitude=visit.latitude, at=visit.done_at, visit=visit, item=item,
        field=library.checklists[item.partition("/")[0]].field, **suggested,
    )  # fmt: skip
    taken = queries.visit_photos(visit).filter(item=item)
    pictures = Pictures(
        files=[one.file for one in taken if one.file],
        expected=[
            Expected(one.sha256, one.device_at, one.longitude, one.latitude) for one in taken if not one.file
        ],
    )
    return register(
        unit=visit.unit, report=report, by=by, now=now, client_uuid=client_uuid, pictures=pictures
    )


@transaction.atomic
def finish(*, inspection: Inspection, version: int, opinion: str, by: User, now: datetime) -> Inspection:
    """End a round; places not visited stay listed as not covered. Raises Refused, StaleRecord."""
    _need(by, Permission.HAZARD_REPORT, inspection.unit)
    _refuse_unless_open(inspection)
    _refuse_part(inspection)
    done = queries.visits(inspection).filter(state=Visit.State.DONE)
    first = done.aggregate(at=Min("done_at"))["at"]
    if first is None:
        raise Refused(_("还没有检查任何场所。没有开展的检查请取消。"))
    change(
        inspection, version=version, state=Inspection.State.DONE, finished_at=now, opinion=opinion.strip(),
        started_at=inspection.started_at or first,
    )  # fmt: skip
    _end_parts(inspection, Inspection.State.DONE, now)
    record("inspection.finished", inspection, by=by, unit=inspection.unit, after={"state": inspection.state})
    keeping.keep_inspection(inspection, by)
    return inspection


@transaction.atomic
def cancel(*, inspection: Inspection, version: int, reason: str, by: User) -> Inspection:
    """A round that does not take place, with the reason. Raises Refused, StaleRecord."""
    _need(by, Permission.HAZARD_MANAGE, inspection.unit)
    _refuse_unless_open(inspection)
    _refuse_part(inspection)
    if not reason.strip():
        raise Refused(_("请写明取消的原因。"))
    change(inspection, version=version, state=Inspection.State.CANCELLED, opinion=reason.strip())
    _end_parts(inspection, Inspection.State.CANCELLED, None)
    record("inspection.cancelled", inspection, by=by, unit=inspection.unit, reason=reason)
    return inspection


def _register(
    fresh: Sequence[Submission], unit: Unit, by: User, now: datetime
) -> dict[uuid.UUID, Registered]:
    """What was made of each, by its key."""
    if not fresh:
        return {}
    rows = {one.client_uuid: _new(unit, one, by, now) for one in fresh}
    _place(unit, rows.values())
    _number(unit, rows.values())
    _insert(unit, rows.values())
    steps = {
        key: _written(row, "register", "", by, now, facts={"found_by": row.found_by})
        for key, row in rows.items()
    }
    Step.objects.insert(steps.values())
    _speak_of_pictures(fresh, rows, by)
    for row in rows.values():
        record("hazard.registered", row, by=by, unit=unit, after={"kind": row.kind, "place": row.place})
    keeping.keep_new_hazards(unit, list(rows.values()), by)
    title = _("新登记隐患，请核定：%(what)s")
    news = [_news(row, title, "registered", "hazards:detail") for row in rows.values()]
    deciders = [one for one in nearest_holders(unit, Permission.HAZARD_MANAGE) if one != by]
    notify_all(unit=unit, to=deciders, kind="hazard", news=news, by=by)
    return {
        one.client_uuid: Registered(
            rows[one.client_uuid], is_new=True, steps=[steps[one.client_uuid]], awaited=one.pictures.awaited
        )
        for one in fresh
    }


def _again(known: Sequence[Submission], unit: Unit, by: User) -> dict[uuid.UUID, Registered]:
    """What the key of each made the first time, with the pictures it speaks of now."""
    if not known:
        return {}
    rows = queries.by_key(unit, [one.client_uuid for one in known])
    _speak_of_pictures(known, rows, by)
    return _there(unit, rows)


def _there(unit: Unit, rows: Mapping[uuid.UUID, HiddenHazard]) -> dict[uuid.UUID, Registered]:
    steps, awaited = queries.steps_of(unit, rows.values()), queries.awaited_of(unit, rows.values())
    return {
        key: Registered(row, is_new=False, steps=steps[row.pk], awaited=awaited[row.pk])
        for key, row in rows.items()
    }


def _speak_of_pictures(said: Iterable[Submission], rows: Mapping[uuid.UUID, HiddenHazard], by: User) -> None:
    photos = [
        photo for one in said for photo in _photos(rows[one.client_uuid], Photo.Side.BEFORE, one.pictures, by)
    ]
    _note(photos)


def _new(unit: Unit, one: Submission, by: User, now: datetime) -> HiddenHazard:
    """A hazard not yet saved, without its number."""
    report = one.report
    _refuse_position(report.longitude, report.latitude)
    if not report.place.strip() or not report.text.strip():
        raise Refused(_("请写明地点和问题。"))
    tolerance = timedelta(minutes=queries.rules().clock_minutes)
    moment = core.settled(report.at, report.sent_at, now, tolerance)
    names = ("kind", "cause", "field", "grade", "severity", "basis", "longitude", "latitude", "visit", "item")
    words = f"{report.place} {report.text} {by.display_name}".lower()[:LONGEST_SEARCH]
    return HiddenHazard(
        unit=unit, path=unit.path, client_uuid=one.client_uuid, year=timezone.localdate(moment.at).year,
        place=report.place.strip(), text=report.text.strip(), premises=report.premises, handler=unit,
        place_key=core.place_key(report.premises.pk if report.premises else None, report.place),
        found_at=moment.at, device_at=report.at, is_clock_off=moment.is_off, found_by=by.display_name, by=by,
        search=f"{words}\n{initials(words)}", **{name: getattr(report, name) for name in names},
    )  # fmt: skip


def _place(unit: Unit, rows: Iterable[HiddenHazard]) -> None:
    """Say of each whether it lies outside the unit."""
    placed = [
        (row, (row.longitude, row.latitude))
        for row in rows
        if row.longitude is not None and row.latitude is not None
    ]
    outside = queries.outside(unit, [position for _row, position in placed])
    for row, position in placed:
        row.is_outside = position in outside


def _number(unit: Unit, rows: Iterable[HiddenHazard]) -> None:
    """Give each the next number of its year."""
    serials: dict[int, Iterator[int]] = {}
    for row in rows:
        if row.year not in serials:
            serials[row.year] = count(queries.next_serial(unit, row.year))
        row.serial = next(serials[row.year])


def _insert(unit: Unit, rows: Iterable[HiddenHazard]) -> None:
    """Save each beside the one it repeats: of the same place, kind and cause, the later after the earlier."""
    try:
        for group in core.apart(rows, lambda row: (row.place_key, row.kind, row.cause)):
            earlier = queries.same_before(unit, group)
            for row in group:
                row.earlier = earlier.get(row.client_uuid)
                row.is_repeat = row.earlier is not None and row.earlier.state == State.CLOSED
            HiddenHazard.objects.bulk_create(group)
    except IntegrityError as error:
        raise Refused(_("这个编号已经用于另一处隐患，请重新登记。")) from error


def _step(
    row: HiddenHazard,
    version: int,
    act: str,
    by: User | None,
    now: datetime,
    words: str = "",
    *,
    link: Link | None = None,
    facts: Mapping[str, str] | None = None,
    **changes: Any,
) -> HiddenHazard:
    """Every act on a hazard: the right, the version, the rules; then the change, its line, its ledger."""
    if row.version != version:
        raise StaleRecord(row)
    if link is None and (by is None or not queries.may(by, row, act)):
        raise Refused(_("您没有办理这一步的权限。"))
    if message := core.refusal(row.facts, act):
        raise Refused(told(message))
    before = row.state
    change(row, version=version, state=core.ACTS[act].after or before, **changes)
    _written(row, act, before, by, now, words.strip(), link=link, facts=facts).save()
    record(
        f"hazard.{act}", row, by=by, unit=row.unit, before={"state": before}, after={"state": str(row.state)},
        reason=words.strip(),
    )  # fmt: skip
    keeping.keep_hazard(row, by)
    return row


def _written(
    row: HiddenHazard,
    act: str,
    before: str,
    by: User | None,
    now: datetime,
    words: str = "",
    *,
    link: Link | None = None,
    facts: Mapping[str, str] | None = None,
) -> Step:
    """The step as its page will tell it, not yet saved."""
    return Step(
        unit=row.unit, path=row.path, hazard=row, act=act, before=before, after=row.state, at=now, by=by,
        by_name=_name(by, link), words=words, facts=dict(facts or {}),
    )  # fmt: skip


def _note(photos: Iterable[Photo]) -> None:
    """Save what records speak of, each once."""
    Photo.objects.bulk_create(photos, ignore_conflicts=True)


def _photos(
    of: HiddenHazard | Visit,
    side: str,
    pictures: Pictures,
    by: User | None,
    *,
    rectification: Rectification | None = None,
    item: str = "",
) -> list[Photo]:
    """What is to be noted of the pictures; not yet saved. Raises Refused."""
    wanted = {one.sha256: (one, None) for one in pictures.expected}
    here = {
        one.sent_sha256: (Expected(one.sent_sha256, one.taken_at, one.longitude, one.latitude), one)
        for one in pictures.files
    }
    most = queries.rules().most_photos
    if len({**wanted, **here}) > most:
        raise Refused(_("一次最多 %(n)s 张照片。") % {"n": most})
    key: dict[str, Any] = {"hazard": of} if isinstance(of, HiddenHazard) else {"visit": of, "item": item}
    return [
        Photo(
            unit=of.unit, path=of.path, sha256=sha256, side=side, file=file, rectification=rectification,
            by=by, device_at=one.device_at, longitude=one.longitude, latitude=one.latitude, **key,
        )
        for sha256, (one, file) in {**wanted, **here}.items()
    ]  # fmt: skip


def _is_to_step_up(row: HiddenHazard, now: datetime) -> bool:
    above = (row.overseer or row.handler).parent
    if above is None:
        return False
    if row.stepped_at is None or row.due_at is None or row.stepped_at < row.due_at:
        return True
    last = timezone.localdate(row.stepped_at)
    again = core.working_days_after(last, queries.rules().step_up_days, library.working_days())
    return timezone.localdate(now) >= again


def _step_up(row: HiddenHazard, by: User | None, now: datetime) -> int:
    above = (row.overseer or row.handler).parent
    assert above is not None
    change(row, version=row.version, overseer=above, stepped_at=now)
    _written(row, "step-up", row.state, by, now, facts={"to": above.name}).save()
    record("hazard.step-up", row, by=by, unit=row.unit, after={"to": above.name})
    keeping.keep_hazard(row, by)
    _ask_for_letter(row, by, above)
    to = [row.contact, row.by, *_deciders(row), *holders(above, Permission.HAZARD_MANAGE)]
    return _tell(row, by, to, _("隐患逾期未整改，已提级督办：%(what)s"), f"step-up:{above.pk}:{now:%Y%m%d}")


def _ask_for_letter(row: HiddenHazard, by: User | None, above: Unit) -> None:
    """A draft of the step's letter, once: by who took the step, else by who makes papers for the unit."""
    makers = [by] if by and can(by, Permission.REPORT_MAKE, row.unit) else []
    makers = makers or nearest_holders(row.unit, Permission.REPORT_MAKE)
    if makers:
        letter = {"document": "hazard-supervision", "subject": str(row.client_uuid)}
        unique = f"letter:{row.client_uuid}:{above.pk}"
        enqueue("reports.about", unit=row.unit, arguments=letter, by=makers[0], unique=unique)


def _make_round(plan: Plan, today: date, by: User | None) -> int:
    now = inspections.current_round(plan.every, today)
    if Inspection.objects.in_unit(plan.unit).filter(plan=plan, period=now.code).exists():
        return 0
    row = Inspection.objects.create(
        unit=plan.unit, path=plan.path, plan=plan, period=now.code, kind=plan.kind,
        name=f"{plan.name}（{now.code}）", field=plan.field, checklists=_versions(plan.checklists),
        from_date=max(now.start, plan.from_date), due_date=min(now.end, plan.to_date), leader=plan.leader,
        members=plan.members, team=plan.team, by=by,
    )  # fmt: skip
    wanted = list(queries.premises(plan.unit, plan.grades, plan.premises_kinds).order_by("pk")[:MOST_PLACES])
    if plan.kind == Kind.RANDOM:
        many = min(plan.draw or 0, len(wanted))
        candidates = tuple(draws.Candidate(str(one.pk)) for one in wanted)
        change(row, version=row.version, drum=draws.list_text(draws.Drum(candidates, {"": many})))
    else:
        _add_visits(row, wanted, [line.strip() for line in plan.places.splitlines() if line.strip()])
    return 1


def _add_visits(row: Inspection, premises: Sequence[Entry], places: Sequence[str]) -> None:
    """The places of a round in the order of the way."""
    if len(premises) + len(places) > MOST_PLACES:
        raise Refused(_("一轮检查最多 %(n)s 个场所，请按风险等级或类别分几轮。") % {"n": MOST_PLACES})
    by_code = {f"p{one.pk}": one for one in premises}
    stops = [inspections.Stop(code, _position(one)) for code, one in by_code.items()]
    way = [by_code[stop.code] for stop in inspections.route(stops)]
    of = {row.unit_id: row, **_parts(row, premises)}
    rows = []
    for one in way:
        here = of.get(one.unit_id, row)
        rows.append(Visit(
            unit=here.unit, path=here.path, inspection=here, premises=one, place=one.title[:200],
            longitude=one.longitude, latitude=one.latitude,
        ))  # fmt: skip
    rows += [Visit(unit=row.unit, path=row.path, inspection=row, place=place[:200]) for place in places]
    for number, visit in enumerate(rows):
        visit.order = number
    Visit.objects.bulk_create(rows)


def _parts(row: Inspection, premises: Sequence[Entry]) -> dict[int, Inspection]:
    """Unit beneath → its part of a round, where it has places in it and people in the team, who are told."""
    people = list(User.objects.filter(pk__in=row.team, is_active=True).order_by("pk"))
    units = Unit.objects.filter(pk__in={one.unit_id for one in premises} - {row.unit_id})
    made = {}
    for unit in units.order_by("pk") if people else ():
        own = [one for one in people if can(one, Permission.HAZARD_REPORT, unit)]
        if not own:
            continue
        made[unit.pk] = Inspection.objects.create(
            unit=unit, path=unit.path, whole=row, kind=row.kind, name=row.name, field=row.field,
            checklists=row.checklists, from_date=row.from_date, due_date=row.due_date, leader=row.leader,
            members=row.members, team=[one.pk for one in own], by=row.by,
        )  # fmt: skip
        notify(
            unit=unit, to=own, kind="hazard", by=row.by, key=f"inspection:{made[unit.pk].client_uuid}",
            title=_("请参加检查：%(what)s") % {"what": row.name},
            address=reverse("hazards:inspection", args=[unit.slug, made[unit.pk].client_uuid]),
        )  # fmt: skip
    return made


def _end_parts(row: Inspection, state: str, at: datetime | None) -> None:
    """The parts of a round end with it."""
    for part in queries.parts(row).filter(whole=row):
        change(part, version=part.version, state=state, finished_at=at)


def _team(unit: Unit, people: Sequence[int]) -> list[int]:
    """The ids of people who may take part, each once."""
    known = {user.pk for user, _unit in queries.team_choices(unit)} if people else set()
    if not known.issuperset(people):
        raise Refused(_("参加的人员要在下级单位有登记隐患的权限。"))
    return sorted(set(people))


def _position(one: Entry) -> inspections.Position | None:
    return None if one.longitude is None or one.latitude is None else (one.longitude, one.latitude)


def _judged(row: Inspection, answers: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    items = queries.items_of(row)
    found: dict[str, dict[str, str]] = {}
    for code, (value, remark) in answers.items():
        if code not in items:
            raise Refused(_("检查表里没有“%(code)s”这一项。") % {"code": code})
        result = checklists.judged(items[code], value)
        if isinstance(result, Message):
            raise Refused(told(result))
        found[code] = {"value": value.strip(), "result": result, "remark": remark.strip()[:500]}
    if missing := [item for code, item in items.items() if code not in found]:
        raise Refused(
            told(Message("还有 %(n)s 项没有检查：%(item)s…", {"n": len(missing), "item": missing[0].text}))
        )
    return {code: found[code] for code in items}


def _refuse_without_picture(visit: Visit, judged: Mapping[str, Mapping[str, str]]) -> None:
    """What asks for a picture has one, arrived or announced."""
    have = set(queries.visit_photos(visit).values_list("item", flat=True))
    for code, item in queries.items_of(visit.inspection).items():
        if item.answer == "photo" and judged[code]["result"] != "na" and code not in have:
            raise Refused(told(Message("“%(item)s”要拍一张照片。", {"item": item.text})))


def _refuse_plan(facts: Mapping[str, Any]) -> None:
    least = {"day": 1, "week": 7}.get(facts["every"], 28)
    if facts["to_date"] < facts["from_date"]:
        raise Refused(_("结束日期不能早于开始日期。"))
    days = (facts["to_date"] - facts["from_date"]).days + 1
    if days < least:
        raise Refused(_("计划的期间比一轮检查还短，请调整频次或日期。"))
    if (facts["kind"] == Kind.RANDOM) != bool(facts.get("draw")):
        raise Refused(_("随机抽查要写明每轮抽取几家，其他检查不用写。"))
    _versions(facts["checklists"])


def _refuse_unless_open(row: Inspection) -> None:
    if row.state not in (Inspection.State.PLANNED, Inspection.State.RUNNING):
        raise Refused(_("这次检查已经结束，不能再修改。"))


def _refuse_part(row: Inspection) -> None:
    if row.whole_id is not None:
        raise Refused(_("这是上级检查的一部分，由组织检查的单位结束。"))


def _refuse_position(longitude: float | None, latitude: float | None) -> None:
    if (longitude is None) != (latitude is None):
        raise Refused(_("经度和纬度要一起填写。"))
    if longitude is not None and latitude is not None and not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise Refused(_("经纬度超出范围。"))


def _versions(codes: Sequence[str]) -> list[list[Any]]:
    if not codes:
        raise Refused(_("请选择至少一张检查表。"))
    if unknown := [code for code in codes if code not in library.checklists]:
        raise Refused(_("没有检查表“%(code)s”。") % {"code": unknown[0]})
    return [[code, library.checklists.version(code)] for code in dict.fromkeys(codes)]


def _need(by: User, permission: Permission, unit: Unit) -> None:
    if not can(by, permission, unit):
        raise Refused(_("您没有办理这一步的权限。"))


def _need_place(by: User, row: Inspection) -> None:
    if not queries.may_inspect(by, row):
        raise Refused(_("您不在这次检查的队伍里，不能登记结果。"))


def _deciders(row: HiddenHazard) -> list[User]:
    """Who manages hazards on the handling unit, or on the next one above that has somebody."""
    return nearest_holders(row.handler, Permission.HAZARD_MANAGE)


def _tell_contact(row: HiddenHazard, by: User | None, title: str, key: str) -> None:
    if row.contact is not None:
        _notify(row, by, [row.contact], title, f"{key}:{row.version}", "hazards:answer")


def _tell(row: HiddenHazard, by: User | None, to: Iterable[User | None], title: str, key: str) -> int:
    people = {one.pk: one for one in to if one is not None and one != by}
    contact = people.pop(row.contact_id, None) if row.contact_id else None
    told = _notify(row, by, people.values(), title, key, "hazards:detail")
    if contact is not None:
        told += _notify(row, by, [contact], title, key, "hazards:answer")
    return told


def _notify(row: HiddenHazard, by: User | None, to: Iterable[User], title: str, key: str, page: str) -> int:
    return notify_all(unit=row.unit, to=to, kind="hazard", news=[_news(row, title, key, page)], by=by)


def _news(row: HiddenHazard, title: str, key: str, page: str) -> News:
    what = f"{row.unit.name} {row.number} {row.place}"
    address = reverse(page, args=[row.unit.slug, row.client_uuid])
    return News(title % {"what": what}, f"hazard:{row.client_uuid}:{key}", address)


def _name(by: User | None, link: Link | None) -> str:
    if by is not None:
        return by.display_name
    return link.name if link else _("系统")
