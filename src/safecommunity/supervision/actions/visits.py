"""Planning rounds, fixing and drawing their lists, visiting, writing down what is found, and the answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.draws import MOST_WEIGHT, CannotDraw, draw, fingerprint, list_text, read_list
from safecommunity.evidence.actions import pass_on
from safecommunity.evidence.models import File
from safecommunity.library import codes
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.supervision.actions import Refused
from safecommunity.supervision.models.visits import (
    DrawRecord,
    Extension,
    ExtensionState,
    Finding,
    FindingState,
    Proof,
    Reply,
    Round,
    RoundState,
    Visit,
    VisitState,
)
from safecommunity.supervision.queries import visits as queries
from safecommunity.units.models import Body, Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.queries import below
from safecommunity.units.scope import StaleRecord, change

MOST_FILES = 20

# --- rounds -----------------------------------------------------------------------------------------------


@transaction.atomic
def plan_round(
    *, unit: Unit, values: Mapping[str, Any], inspectors: Collection[User], by: User, today: date
) -> Round:
    """Begin a round. `values`: title, kind, topics, basis, starts_date, ends_date, counts, team.

    Raises Refused.
    """
    if not can(by, Permission.SUPERVISE, unit):
        raise Refused(_("您没有在“%(unit)s”组织督查的权限。") % {"unit": unit.name})
    _check_plan(unit, values, inspectors, today)
    given: Any = values
    row = Round.objects.create(unit=unit, path=unit.path, by=by, **given)
    row.inspectors.set(inspectors)
    record("round.planned", row, by=by, unit=unit, after=_told(row, inspectors))
    return row


@transaction.atomic
def change_round(
    *,
    row: Round,
    version: int,
    values: Mapping[str, Any],
    inspectors: Collection[User],
    by: User,
    today: date,
) -> Round:
    """Plan it differently while its list is not fixed. Raises Refused, StaleRecord."""
    _check_open(row, version, by)
    _check_plan(row.unit, values, inspectors, today)
    before = _told(row, row.inspectors.all())
    change(row, version=version, **values)
    row.inspectors.set(inspectors)
    record("round.changed", row, by=by, unit=row.unit, before=before, after=_told(row, inspectors))
    return row


@transaction.atomic
def weigh(*, row: Round, version: int, unit: Unit, weight: int, reason: str, by: User) -> Round:
    """Give a unit more tickets than one, or with 0 leave it out; both need a reason. Raises Refused,
    StaleRecord."""
    _check_open(row, version, by)
    if not queries.candidates(row).filter(pk=unit.pk).exists():
        raise Refused(_("“%(unit)s”不在这一轮的抽签范围内。") % {"unit": unit.name})
    if not 0 <= weight <= MOST_WEIGHT:
        raise Refused(_("权重应在 0 到 %(most)s 之间。") % {"most": MOST_WEIGHT})
    kept = {slug: said for slug, said in row.weights.items() if slug != unit.slug}
    if weight != 1:
        kept[unit.slug] = {"weight": weight, "reason": _reason(reason)}
    change(row, version=version, weights=kept)
    after = {"unit": unit.slug, "weight": weight}
    record("round.weighed", row, by=by, unit=row.unit, after=after, reason=reason.strip())
    return row


@transaction.atomic
def declare(*, row: Round, version: int, inspector: User, unit: Unit, reason: str, by: User) -> Round:
    """Say that a person may not go to a unit, and why. Raises Refused, StaleRecord."""
    _check_open(row, version, by)
    if not row.inspectors.filter(pk=inspector.pk).exists():
        raise Refused(_("“%(person)s”不在这一轮的督查人员里。") % {"person": inspector})
    if not below(row.unit).exclude(pk=row.unit_id).filter(pk=unit.pk).exists():
        raise Refused(_("“%(unit)s”不是下级单位。") % {"unit": unit.name})
    why = _reason(reason)
    said = {"inspector": inspector.pk, "unit": unit.slug, "reason": why}
    others = [one for one in row.conflicts if (one["inspector"], one["unit"]) != (inspector.pk, unit.slug)]
    change(row, version=version, conflicts=[*others, said])
    after = {"inspector": inspector.username, "unit": unit.slug}
    record("round.declared", row, by=by, unit=row.unit, after=after, reason=why)
    return row


@transaction.atomic
def fix(*, row: Round, version: int, by: User, now: datetime, today: date) -> Round:
    """Fix the list: from now on it stays, its digest is public, and a seed may come. Raises Refused,
    StaleRecord."""
    _check_open(row, version, by)
    try:
        made, names = queries.drum(row, today)
    except CannotDraw as error:
        raise Refused(queries.why_not(error, row)) from error
    if not made.candidates or not sum(made.counts.values()):
        raise Refused(_("名单里没有单位，请先填写各类单位的抽取数。"))
    change(
        row, version=version, state=RoundState.FIXED, list_text=list_text(made), digest=fingerprint(made),
        names=names, fixed_at=now, fixed_by=by,
    )  # fmt: skip
    DrawRecord.objects.create(uuid=row.uuid, unit=row.unit, digest=row.digest, fixed_at=now)
    if not row.is_secret:
        _open(row)
    after = {"digest": row.digest, "units": len(made.candidates), "counts": dict(made.counts)}
    record("round.fixed", row, by=by, unit=row.unit, after=after)
    return row


@transaction.atomic
def enter_seed(*, row: Round, version: int, seed: str, source: str, by: User, now: datetime) -> list[Visit]:
    """Draw by a seed that nobody could know when the list was fixed; it cannot be changed afterwards.

    `source`: where it comes from, so that others can look it up. Raises Refused, StaleRecord.
    """
    _check(row, version, by)
    if row.state == RoundState.PLANNING:
        raise Refused(_("先固定名单并公布摘要，再录入种子。"))
    if row.state != RoundState.FIXED:
        raise Refused(_("这一轮已经抽过签或已作废，种子不能再改。"))
    if not seed.strip() or not source.strip():
        raise Refused(_("种子和种子来源都要填写。"))
    change(
        row, version=version, state=RoundState.DRAWN, seed=seed.strip()[:100],
        seed_source=source.strip()[:200], drawn_at=now, drawn_by=by,
    )  # fmt: skip
    made = read_list(row.list_text)
    drawn = {one.code: one.team for one in draw(made, row.seed)}
    people = {code: User.objects.get(pk=pk) for code, pk in row.names["inspectors"].items()}
    found = []
    for unit in Unit.objects.filter(slug__in=drawn).order_by("path"):
        team = drawn[unit.slug]
        visit = _planned(
            unit, row.unit, [people[code] for code in team], round=row, drawn=list(team), title=row.title,
            kind=row.kind, topics=row.topics, starts_date=row.starts_date, ends_date=row.ends_date,
        )  # fmt: skip
        found.append(visit)
    if not row.is_secret:
        _open(row)
    after = {
        "seed": row.seed,
        "source": row.seed_source,
        "drawn": {code: list(drawn[code]) for code in drawn},
    }
    record("round.drawn", row, by=by, unit=row.unit, after=after)
    for visit in found:
        _tell_team(visit, by)
    return found


@transaction.atomic
def cancel_round(*, row: Round, version: int, reason: str, by: User) -> Round:
    """Give up a round that is not drawn; list and digest stay on record with the reason. Raises Refused,
    StaleRecord."""
    _check(row, version, by)
    if row.state not in (RoundState.PLANNING, RoundState.FIXED):
        raise Refused(_("已经抽签的轮次不能作废，可以逐个取消督查并写明原因。"))
    change(row, version=version, state=RoundState.CANCELLED, cancelled_reason=_reason(reason))
    DrawRecord.objects.filter(uuid=row.uuid).update(cancelled_reason=row.cancelled_reason)
    record("round.cancelled", row, by=by, unit=row.unit, reason=row.cancelled_reason)
    return row


@transaction.atomic
def circulate(*, row: Round, version: int, by: User) -> int:
    """Tell every unit that was in the drum what the round found. Returns how many people were told.

    Raises Refused, StaleRecord.
    """
    _check(row, version, by)
    if row.state != RoundState.DRAWN:
        raise Refused(_("抽签并完成督查以后才能通报，通报一次。"))
    left = queries.unfinished(row)
    if left:
        raise Refused(_("还有 %(left)s 个单位没有督查完，完成或取消以后才能通报。") % {"left": left})
    change(row, version=version, state=RoundState.CIRCULATED)
    said = queries.circular_places(row, by)["counts"]
    title = _("督查通报：%(title)s，%(counts)s。") % {"title": row.title, "counts": said}
    told = 0
    for unit in Unit.objects.filter(slug__in=row.names["units"], is_active=True).order_by("path"):
        address = reverse("supervision:findings", args=[unit.slug])
        people = holders(unit, Permission.TASK_DO)
        told += notify(
            unit=unit, to=people, kind="visit", title=title, key=f"round:{row.uuid}:circulated",
            address=address, by=by,
        )  # fmt: skip
    record("round.circulated", row, by=by, unit=row.unit, after={"counts": said, "told": told})
    return told


# --- visits -----------------------------------------------------------------------------------------------


@transaction.atomic
def arrange(
    *, supervisor: Unit, unit: Unit, values: Mapping[str, Any], team: Collection[User], by: User, today: date,
    body: Body | None = None, uuid: UUID | None = None,
) -> Visit:  # fmt: skip
    """Send a team without a draw: to a unit beneath, or to a group (`body`) of one's own unit.

    `values`: title, kind, topics, starts_date, ends_date. The same `uuid` again gives the visit it made the
    first time. Raises Refused.
    """
    if not can(by, Permission.SUPERVISE, supervisor):
        raise Refused(_("您没有在“%(unit)s”组织督查的权限。") % {"unit": supervisor.name})
    if uuid and (known := Visit.objects.in_unit(unit).filter(uuid=uuid).first()):
        return known
    if not unit.path.startswith(supervisor.path) or (unit.pk == supervisor.pk and body is None):
        raise Refused(_("督查对象应是下级单位，或本单位的工作组。"))
    if body is not None and body.unit_id != unit.pk:
        raise Refused(_("这个工作组不属于督查对象。"))
    _check_days(values["starts_date"], values["ends_date"], today)
    _check_team(supervisor, unit, team, (), today)
    known_as = {"uuid": uuid} if uuid else {}
    row = _planned(unit, supervisor, team, body=body, **values, **known_as)
    record("visit.arranged", row, by=by, unit=_logged_at(row), after=_told_visit(row, team))
    _tell_team(row, by)
    return row


@transaction.atomic
def schedule(
    *, row: Visit, version: int, day: date, team: Collection[User], reason: str, by: User, today: date
) -> Visit:
    """Set the day; replace people of a drawn team with a reason. Raises Refused, StaleRecord."""
    _check_visit(row, version, by)
    if not max(row.starts_date, today) <= day <= row.ends_date:
        words = {"first": max(row.starts_date, today).isoformat(), "last": row.ends_date.isoformat()}
        raise Refused(_("督查日期应在 %(first)s 和 %(last)s 之间。") % words)
    before = {one.pk for one in row.team.all()}
    is_other = before != {one.pk for one in team}
    if is_other and not reason.strip():
        raise Refused(_("换了督查人员，请写明原因。"))
    _check_team(row.supervisor, row.unit, team, row.round.conflicts if row.round else (), today)
    said = reason.strip()[:300] if is_other else row.team_reason
    change(row, version=version, day=day, team_reason=said)
    row.team.set(team)
    record("visit.scheduled", row, by=by, unit=_logged_at(row), after=_told_visit(row, team), reason=said)
    if not row.is_secret:
        title = _("%(day)s 将到你单位督查：%(title)s") % {"day": day.isoformat(), "title": row.title}
        _tell_unit(row, title, f"visit:{row.uuid}:{day}", by)
    _tell_team(row, by)
    return row


@transaction.atomic
def add_finding(
    *, row: Visit, text: str, basis: str, severity: str, due_date: date | None, by: User, today: date,
    files: Sequence[File] = (),
) -> Finding:  # fmt: skip
    """Write down what was found. `due_date`: until when the unit answers, None when no answer is asked for.

    Raises Refused.
    """
    _check_may(row, by)
    if row.state != VisitState.PLANNED:
        raise Refused(_("督查已经结束，不能再加问题。"))
    if row.day is None or row.day > today:
        raise Refused(_("督查日期还没有到，不能登记问题。"))
    if severity not in codes["finding-severities"]:
        raise Refused(_("没有这种问题程度。"))
    if due_date is not None and due_date <= today:
        raise Refused(_("反馈期限应在今天以后。"))
    made = Finding.objects.create(
        unit=row.unit, path=row.path, visit=row, text=text.strip(), basis=basis.strip(), severity=severity,
        due_date=due_date, state=FindingState.OPEN if due_date else FindingState.NOTED, by=by,
    )  # fmt: skip
    _prove(made, None, files)
    after = {"severity": severity, "due": due_date, "files": len(files)}
    record("visit.found", made, by=by, unit=_logged_at(row), after=after)
    return made


@transaction.atomic
def drop_finding(*, finding: Finding, version: int, by: User) -> None:
    """Take back what was written down by mistake, before the visit is over. Raises Refused, StaleRecord."""
    _check_may(finding.visit, by)
    if finding.visit.state != VisitState.PLANNED:
        raise Refused(_("督查已经结束，问题不能删除。"))
    if finding.version != version:
        raise StaleRecord(finding)
    before = {"text": finding.text, "severity": finding.severity}
    record("visit.unfound", finding, by=by, unit=_logged_at(finding.visit), before=before)
    finding.delete()


@transaction.atomic
def finish(*, row: Visit, version: int, summary: str, by: User, now: datetime, today: date) -> Visit:
    """End a visit: the unit learns of it, of the findings and of the days to answer. Raises Refused,
    StaleRecord."""
    _check_visit(row, version, by)
    if row.day is None or row.day > today:
        raise Refused(_("督查日期还没有到，不能结束督查。"))
    if not summary.strip():
        raise Refused(_("请写明总体情况。"))
    change(row, version=version, state=VisitState.DONE, summary=summary.strip(), done_at=now)
    for proof in (one for several in queries.proofs(row).values() for one in several):
        change(proof, version=proof.version, file=_handed_over(proof.file, row.unit, by))
    found = [one for one, _replies in queries.findings(row)]
    record("visit.finished", row, by=by, unit=row.unit, after={"day": row.day, "findings": len(found)})
    asked = sum(one.due_date is not None for one in found)
    words = {"title": row.title, "found": len(found), "asked": asked}
    title = _("督查结果：%(title)s，发现问题 %(found)s 个，其中 %(asked)s 个要反馈。") % words
    _tell_unit(row, title, f"visit:{row.uuid}:finished", by)
    _open_when_over(row)
    return row


@transaction.atomic
def cancel_visit(*, row: Visit, version: int, reason: str, by: User) -> Visit:
    """Do not go after all, and say why. Raises Refused, StaleRecord."""
    _check_visit(row, version, by)
    if Finding.objects.in_unit(row.unit).filter(visit=row).exists():
        raise Refused(_("已经登记了问题，不能取消督查。"))
    change(row, version=version, state=VisitState.CANCELLED, cancelled_reason=_reason(reason))
    record("visit.cancelled", row, by=by, unit=_logged_at(row), reason=row.cancelled_reason)
    if not row.is_secret and row.day:
        title = _("督查取消：%(title)s") % {"title": row.title}
        _tell_unit(row, title, f"visit:{row.uuid}:cancelled", by)
    _open_when_over(row)
    return row


# --- answers ----------------------------------------------------------------------------------------------


@transaction.atomic
def answer(
    *, finding: Finding, version: int, words: str, files: Sequence[File], by: User, now: datetime, today: date
) -> Reply:
    """The unit says what it did, with its evidence. Raises Refused, StaleRecord."""
    if finding.version != version:
        raise StaleRecord(finding)
    if not queries.may_answer(by, finding):
        raise Refused(_("只有被督查的单位自己可以反馈，每次等督查单位确认以后再办。"))
    if not words.strip():
        raise Refused(_("请写明整改情况。"))
    assert finding.due_date is not None
    change(finding, version=version, state=FindingState.ANSWERED)
    if waiting := queries.asked(finding):
        change(waiting, version=waiting.version, state=ExtensionState.LAPSED)
    row = Reply.objects.create(
        unit=finding.unit, path=finding.path, finding=finding, words=words.strip(), by=by, at=now,
        is_late=today > finding.due_date,
    )  # fmt: skip
    _prove(finding, row, files)
    after = {"files": len(files), "late": row.is_late}
    record("visit.answered", finding, by=by, unit=finding.unit, after=after)
    visit = finding.visit
    title = _("%(unit)s反馈了督查问题，请确认：%(text)s") % {"unit": finding.unit.name, "text": finding}
    notify(
        unit=visit.supervisor, to=_supervisors(visit), kind="visit", title=title,
        key=f"found:{finding.uuid}:{finding.version}", address=_address(visit), by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def decide(
    *, finding: Finding, version: int, accept: bool, reason: str, due_date: date | None, by: User,
    now: datetime, today: date,
) -> Finding:  # fmt: skip
    """Accept an answer, or send it back with a reason and a new day. Raises Refused, StaleRecord."""
    if finding.version != version:
        raise StaleRecord(finding)
    last = queries.last_reply(finding)
    if last is None or not queries.may_decide(by, finding, last):
        raise Refused(_("反馈由组织督查的单位确认，反馈人自己不能确认。"))
    if not accept:
        reason = _reason(reason)
        if due_date is None or due_date <= today:
            raise Refused(_("退回时请写明新的反馈期限，它应在今天以后。"))
    changed: dict[str, Any] = {"state": FindingState.ACCEPTED}
    if not accept:
        changed = {"state": FindingState.RETURNED, "due_date": due_date}
    change(finding, version=version, **changed)
    change(
        last, version=last.version, accepted=accept, reason=reason.strip()[:500], decided_by=by,
        decided_at=now,
    )  # fmt: skip
    act = "visit.accepted" if accept else "visit.sent-back"
    record(act, finding, by=by, unit=finding.unit, after=changed, reason=reason.strip())
    words = {"text": finding, "reason": reason.strip()}
    title = (
        _("督查问题的反馈已确认：%(text)s") if accept else _("督查问题的反馈被退回：%(text)s（%(reason)s）")
    )
    _tell_unit(finding.visit, title % words, f"found:{finding.uuid}:{finding.version}", by)
    return finding


@transaction.atomic
def ask_for_time(
    *, finding: Finding, version: int, until: date, why: str, by: User, now: datetime, today: date
) -> Extension:
    """The unit asks for a later deadline, with its reason. Raises Refused, StaleRecord."""
    if finding.version != version:
        raise StaleRecord(finding)
    if not queries.may_answer(by, finding):
        raise Refused(_("只有被督查的单位自己可以申请延期，反馈以后不再申请。"))
    if queries.asked(finding):
        raise Refused(_("已经申请延期，请等督查单位审批。"))
    assert finding.due_date is not None
    if until <= max(finding.due_date, today):
        raise Refused(_("申请的期限应晚于现在的期限，也在今天以后。"))
    row = Extension.objects.create(
        unit=finding.unit, path=finding.path, finding=finding, from_date=finding.due_date, to_date=until,
        why=_reason(why), by=by, at=now,
    )  # fmt: skip
    change(finding, version=version)
    record("visit.time-asked", finding, by=by, unit=finding.unit, after={"until": until}, reason=row.why)
    words = {"unit": finding.unit.name, "text": finding, "until": until.isoformat()}
    title = _("%(unit)s申请把督查问题的反馈期限延至 %(until)s：%(text)s") % words
    visit = finding.visit
    notify(
        unit=visit.supervisor, to=_supervisors(visit), kind="visit", title=title,
        key=f"found:{finding.uuid}:{finding.version}", address=_address(visit), by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def decide_time(
    *, finding: Finding, version: int, grant: bool, reason: str, by: User, now: datetime, today: date
) -> Extension:
    """Grant the later deadline that was asked for, or refuse it, with the reason. Raises Refused,
    StaleRecord."""
    if finding.version != version:
        raise StaleRecord(finding)
    row = queries.asked(finding)
    if row is None or not queries.may_extend(by, finding, row):
        raise Refused(_("延期由组织督查的单位审批，申请人自己不能审批。"))
    if grant and row.to_date <= today:
        raise Refused(_("申请的期限已经过去，不能再同意。"))
    state = ExtensionState.GRANTED if grant else ExtensionState.REFUSED
    change(row, version=row.version, state=state, reason=_reason(reason), decided_by=by, decided_at=now)
    change(finding, version=version, **({"due_date": row.to_date} if grant else {}))
    act = "visit.time-granted" if grant else "visit.time-refused"
    before, after = {"due": row.from_date}, {"due": finding.due_date}
    record(act, finding, by=by, unit=finding.unit, before=before, after=after, reason=row.reason)
    words = {"text": finding, "until": row.to_date.isoformat(), "reason": row.reason}
    title = (
        _("督查问题的反馈期限已延至 %(until)s：%(text)s")
        if grant
        else _("督查问题的延期申请没有同意：%(text)s（%(reason)s）")
    )
    _tell_unit(finding.visit, title % words, f"found:{finding.uuid}:{finding.version}", by)
    return row


@transaction.atomic
def remind(*, root: Unit, today: date, by: User | None) -> int:
    """Tell who has to answer soon or is overdue; what stays overdue goes one level up. Safe to run twice."""
    told = sum(_remind(one, today, by) for one in queries.due(root, today + queries.SOON))
    if told:
        record("visits.reminded", f"visits.{today}", by=by, unit=root, after={"told": told})
    return told


def _remind(finding: Finding, today: date, by: User | None) -> int:
    assert finding.due_date is not None
    visit, late = finding.visit, today - finding.due_date
    words = {"text": finding, "due": finding.due_date.isoformat(), "unit": finding.unit.name}
    title = (
        _("督查问题已过 %(due)s 的反馈期限：%(text)s")
        if late.days > 0
        else _("督查问题要在 %(due)s 前反馈：%(text)s")
    )
    key = f"found:{finding.uuid}:{finding.due_date}:{'late' if late.days > 0 else 'due'}"
    visit.unit = finding.unit
    told = _tell_unit(visit, title % words, key, by)
    if late >= queries.ESCALATED_AFTER and finding.unit.parent:
        title = _("%(unit)s逾期没有反馈督查问题（期限 %(due)s）：%(text)s") % words
        above = holders(finding.unit.parent, Permission.SUPERVISE)
        told += notify(
            unit=finding.unit.parent, to=above, kind="visit", title=title, key=f"{key}:above",
            address=_address(visit), by=by,
        )  # fmt: skip
    return told


# --- what the steps share ---------------------------------------------------------------------------------


def _check(row: Round, version: int, by: User) -> None:
    if not can(by, Permission.SUPERVISE, row.unit):
        raise Refused(_("您没有在“%(unit)s”组织督查的权限。") % {"unit": row.unit.name})
    if row.version != version:
        raise StaleRecord(row)


def _check_open(row: Round, version: int, by: User) -> None:
    _check(row, version, by)
    if row.state != RoundState.PLANNING:
        raise Refused(_("名单已经固定，不能再改。需要重来的，作废这一轮并写明原因，另建一轮。"))


def _check_days(starts: date, ends: date, today: date) -> None:
    if ends < starts:
        raise Refused(_("结束日期不能早于开始日期。"))
    if ends < today:
        raise Refused(_("结束日期已经过去。"))


def _check_plan(unit: Unit, values: Mapping[str, Any], inspectors: Collection[User], today: date) -> None:
    _check_days(values["starts_date"], values["ends_date"], today)
    there = queries.strata(unit)
    for kind, count in values["counts"].items():
        if not 0 <= count <= there.get(kind, 0):
            raise Refused(_("抽取数不能超过下级单位数（%(most)s）。") % {"most": there.get(kind, 0)})
    if not 1 <= values["team"] <= len(inspectors):
        raise Refused(_("每组至少 1 人，且不能超过选定的督查人员数。"))
    _check_may_supervise(unit, inspectors, today)


def _check_may_supervise(unit: Unit, people: Collection[User], today: date) -> None:
    known = set(queries.inspectors(unit, today).values_list("pk", flat=True))
    for one in people:
        if one.pk not in known:
            raise Refused(_("“%(person)s”没有这个单位的督查权限。") % {"person": one})


def _check_team(
    supervisor: Unit, unit: Unit, team: Collection[User], declared: Collection[Mapping[str, Any]], today: date
) -> None:
    if not team:
        raise Refused(_("请至少选一名督查人员。"))
    _check_may_supervise(supervisor, team, today)
    conflicts = queries.barred(supervisor, team, [unit], declared, today)
    for one in team:
        if unit.slug in conflicts[one.pk]:
            raise Refused(_("“%(person)s”应当回避“%(unit)s”。") % {"person": one, "unit": unit.name})


def _check_may(row: Visit, by: User) -> None:
    if not queries.may_visit(by, row):
        raise Refused(_("督查由组织督查的单位办理，您没有它的督查权限。"))


def _check_visit(row: Visit, version: int, by: User) -> None:
    _check_may(row, by)
    if row.version != version:
        raise StaleRecord(row)
    if row.state != VisitState.PLANNED:
        raise Refused(_("“%(state)s”的督查不能这样办理。") % {"state": row.get_state_display()})


def _planned(unit: Unit, supervisor: Unit, team: Collection[User], **values: Any) -> Visit:
    given: Any = {"unit": unit, "path": unit.path, "supervisor": supervisor, **values}
    row = Visit.objects.create(**given)
    row.team.set(team)
    return row


def _open(row: Round) -> None:
    """Make public what the draw has so far."""
    names = {"units": row.names["units"]}
    DrawRecord.objects.filter(uuid=row.uuid).update(
        title=row.title, list_text=row.list_text, names=names, seed=row.seed, seed_source=row.seed_source,
        drawn_at=row.drawn_at,
    )  # fmt: skip


def _open_when_over(visit: Visit) -> None:
    """The draw of unannounced visits becomes public with the last of them."""
    if visit.round and visit.round.is_secret and not queries.unfinished(visit.round):
        _open(visit.round)


def _prove(finding: Finding, reply: Reply | None, files: Sequence[File]) -> None:
    if len(files) > MOST_FILES:
        raise Refused(_("一次最多 %(most)s 个文件。") % {"most": MOST_FILES})
    Proof.objects.bulk_create(
        [Proof(unit=finding.unit, path=finding.path, finding=finding, reply=reply, file=one) for one in files]
    )


def _handed_over(file: File, unit: Unit, by: User) -> File:
    return file if file.unit_id == unit.pk else pass_on(file=file, unit=unit, by=by)


def _logged_at(row: Visit) -> Unit:
    """In whose log an act stands: an unannounced visit must not show in the visited unit's before its end."""
    return row.supervisor if row.is_secret else row.unit


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused(_("请写明原因。"))
    return text.strip()[:500]


def _told(row: Round, inspectors: Collection[User]) -> dict[str, Any]:
    names = ("title", "kind", "topics", "starts_date", "ends_date", "counts", "team")
    people = [one.username for one in inspectors]
    return {**{name: getattr(row, name) for name in names}, "inspectors": people}


def _told_visit(row: Visit, team: Collection[User]) -> dict[str, Any]:
    return {"day": row.day, "kind": row.kind, "team": [one.username for one in team]}


def _address(row: Visit) -> str:
    return reverse("supervision:visit", args=[row.unit.slug, row.uuid])


def _supervisors(row: Visit) -> list[User]:
    team = list(row.team.all())
    return team or holders(row.supervisor, Permission.SUPERVISE)


def _tell_team(row: Visit, by: User) -> None:
    day = row.day.isoformat() if row.day else f"{row.starts_date} – {row.ends_date}"
    title = _("您参加督查：%(unit)s，%(day)s") % {"unit": row.unit.name, "day": day}
    notify(
        unit=row.supervisor, to=row.team.all(), kind="visit", title=title, address=_address(row), by=by,
        key=f"visit:{row.uuid}:team:{row.day}",
    )  # fmt: skip


def _tell_unit(row: Visit, title: str, key: str, by: User | None) -> int:
    people = holders(row.unit, Permission.TASK_DO)
    return notify(unit=row.unit, to=people, kind="visit", title=title, key=key, address=_address(row), by=by)
