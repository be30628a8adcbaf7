"""Taking a unit from intent to its title, step by step; titles granted, registered, kept and withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.assessment import actions as assessments
from safecommunity.assessment.models import Assessment, Finding
from safecommunity.audit.actions import record
from safecommunity.core.reviews import FINAL, outcomes, ways
from safecommunity.core.schemes import Scheme
from safecommunity.core.working_days import later
from safecommunity.evidence.models import File
from safecommunity.ledgers.actions import DuplicateEntry, keep
from safecommunity.ledgers.wording import local
from safecommunity.library import schemes, working_days
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.reviews import queries
from safecommunity.reviews.models import (
    Correction,
    Duty,
    Expert,
    Filing,
    Paper,
    Review,
    State,
    Step,
    Title,
)
from safecommunity.reviews.wording import condition_words, duty_name, paper_name, unready_words
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord, change

RE_ASSESSMENT = "re-assessment"
NEAR = timedelta(days=5)


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""


@transaction.atomic
def begin(
    *, unit: Unit, scheme: str, leader: str, contact: str, phone: str, plan: str, begun_date: date, by: User,
    today: date,
) -> Review:  # fmt: skip
    """Declare the intent; the re-assessment where the unit holds the title already. Raises Refused."""
    _refuse_unless_applicant(unit, by)
    procedure = schemes[scheme].procedure
    if procedure is None:
        raise Refused(_("这个评定方案没有写明评审程序，不能用来申报。"))
    if begun_date > today:
        raise Refused(_("提出日期不能在今天以后。"))
    held = queries.titles(unit).filter(unit=unit, scheme=scheme, state=Title.State.GRANTED).first()
    state = "building" if held else procedure.first
    since = held.named_date if held else begun_date
    row = Review(
        unit=unit, path=unit.path, scheme=scheme, scheme_version=schemes.version(scheme), state=state,
        kind=Review.Kind.RENEWAL if held else Review.Kind.FIRST, renews=held, leader=leader.strip(),
        contact=contact.strip(), phone=phone.strip(), plan=plan.strip(), begun_date=begun_date,
        building_date=since if state == "building" else None,
    )  # fmt: skip
    try:
        with transaction.atomic():
            Review.objects.bulk_create([row])
    except IntegrityError as error:
        raise Refused(_("这个方案已有一件在办的评审，请在原来那件上办理。")) from error
    _noted(row, "begin", "", by, today, unit.name, row.plan)
    return row


@transaction.atomic
def file(*, row: Review, version: int, filed: Mapping[str, date], by: User, today: date) -> Review:
    """File the start with every centre the scheme names: centre → day. Raises Refused, StaleRecord."""
    _refuse_unless_applicant(row.unit, by)
    for centre in row.procedure.centres:
        day = filed.get(centre.code)
        if day is None:
            raise Refused(_("请填写向%(centre)s报送备案的日期。") % {"centre": local(centre.name)})
        if not row.begun_date <= day <= today:
            raise Refused(_("备案日期应在提出日期以后、不晚于今天。"))
    _move(row, "file", version, to="filed", by=by, today=today)
    Filing.objects.bulk_create(
        Filing(unit=row.unit, path=row.path, review=row, centre=centre.code, filed_date=filed[centre.code])
        for centre in row.procedure.centres
    )
    _keep_start(row, by)
    return row


@transaction.atomic
def receive(
    *, row: Review, version: int, centre: str, number: str, receipt_date: date, by: User, today: date
) -> Review:
    """Write a centre's receipt down; with the last one the building begins. Raises Refused, StaleRecord."""
    _refuse_unless_applicant(row.unit, by)
    found = {one.centre: one for one in queries.filings(row)}
    filing = found.get(centre)
    if filing is None or filing.receipt_date is not None:
        raise Refused(_("没有向这个机构备案，或者它的回执已经登记。"))
    if not filing.filed_date <= receipt_date <= today:
        raise Refused(_("回执日期应在报送日期以后、不晚于今天。"))
    if not number.strip():
        raise Refused(_("请填写回执编号。"))
    open_ones = [one for one in found.values() if one.receipt_date is None and one != filing]
    days = [receipt_date, *(one.receipt_date for one in found.values() if one.receipt_date)]
    more: dict[str, Any] = {} if open_ones else {"building_date": max(days)}
    words = f"{queries.centre_name(row, centre)} {number.strip()}"
    to = "filed" if open_ones else "building"
    _move(row, "receive", version, to=to, by=by, today=today, words=words, **more)
    change(filing, version=filing.version, receipt_number=number.strip(), receipt_date=receipt_date)
    _keep_start(row, by)
    return row


@transaction.atomic
def self_assess(*, row: Review, version: int, assessment: Assessment, by: User, today: date) -> Review:
    """Stand on a frozen self-assessment that passes. Raises Refused, StaleRecord."""
    _refuse_unless_applicant(row.unit, by)
    if assessment.unit_id != row.unit_id or assessment.scheme != row.scheme or assessment.kind != "self":
        raise Refused(_("请选择本单位按这个方案做的自评。"))
    if assessment.state != Assessment.State.FROZEN:
        raise Refused(_("自评还没有定稿，请先在评分里定稿。"))
    if not queries.is_passing(assessment):
        raise Refused(_("自评结论没有达到合格线，请先改进再申报。"))
    words = f"{assessment.title} {assessment.points}"
    return _move(
        row, "self-assess", version, to="self-assessed", by=by, today=today, words=words,
        level_name=row.unit.name, self_assessment=assessment,
    )  # fmt: skip


@transaction.atomic
def attach(*, row: Review, code: str, file: File, by: User) -> Paper:
    """Hand a file in as one of the papers, in place of what was there. Raises Refused."""
    _refuse_unless_applicant(row.unit, by)
    if row.state not in queries.WRITABLE:
        raise Refused(_("申报材料已经送出，退回以后才能更换。"))
    if code not in {one.code for one in row.procedure.papers} or file.unit_id != row.unit_id:
        raise Refused(_("这不是要求的申报材料，或者文件不属于本单位。"))
    values = {"unit": row.unit, "path": row.path, "file": file, "by": by}
    paper, _made = Paper.objects.in_unit(row.unit).update_or_create(review=row, code=code, defaults=values)
    record("review.paper", row, by=by, unit=row.unit, after={"paper": code, "file": file.sha256})
    return paper


@transaction.atomic
def apply(*, row: Review, version: int, by: User, today: date) -> Review:
    """Send the application to the level above, once every condition is met. Raises Refused, StaleRecord."""
    _refuse_unless_applicant(row.unit, by)
    unmet = [one for one in queries.checklist(row, today) if not one.is_met]
    if unmet:
        raise Refused(
            _("还不能申报：%(what)s") % {"what": "；".join(condition_words(row, one) for one in unmet)}
        )
    first = queries.levels(row)[0]
    _move(
        row, "apply", version, to="applied", by=by, today=today, level=first, applied_date=today,
        applied_by=by, level_name=row.unit.name,
    )  # fmt: skip
    _tell(
        row, holders(first, Permission.REVIEW_CHECK), _("%(unit)s申报“%(scheme)s”，请审核。"), "applied", by
    )
    return row


@transaction.atomic
def pass_up(
    *, row: Review, version: int, checked: Collection[str], words: str, by: User, today: date
) -> Review:
    """This level has checked every paper; on to the next level, or to the assessment itself.

    `checked`: the codes of the papers looked through. Raises Refused, StaleRecord.
    """
    _refuse_unless_turn(row, version, by)
    left = [one for one in row.procedure.papers if one.code not in checked]
    if left:
        names = "、".join(paper_name(row, one.code) for one in left)
        raise Refused(_("请逐项核对申报材料，还没有核对：%(papers)s。") % {"papers": names})
    path = queries.levels(row)
    at = next((place for place, unit in enumerate(path) if unit.pk == row.level_id), len(path))
    following = path[at + 1 : at + 2]
    if following:
        _move(row, "pass-up", version, to="applied", by=by, today=today, words=words, level=following[0])
    else:
        to = "documents" if row.procedure.document_days else "on-site"
        limit = later(working_days(), today, row.procedure.document_days) if to == "documents" else None
        _move(row, "pass-up", version, to=to, by=by, today=today, words=words, answer_by=limit)
    assert row.level is not None
    title = _("%(unit)s申报“%(scheme)s”，请审核。")
    _tell(row, holders(row.level, Permission.REVIEW_CHECK), title, f"{row.state}:{row.level_id}", by)
    _tell(row, _office(row), _("%(unit)s申报“%(scheme)s”，现在：%(state)s。"), f"at:{row.version}", by)
    return row


@transaction.atomic
def send_back(*, row: Review, version: int, reason: str, by: User, today: date) -> Review:
    """Back to the unit with the reason; it applies again from the start. Raises Refused, StaleRecord."""
    _refuse_unless_turn(row, version, by)
    if not reason.strip():
        raise Refused(_("请写明退回原因。"))
    _move(
        row, "send-back", version, to="returned", by=by, today=today, words=reason, answer_by=None, level=None
    )
    _tell(row, _office(row), _("%(unit)s申报“%(scheme)s”被退回，请补正后再报。"), f"back:{row.version}", by)
    return row


@transaction.atomic
def accept(*, row: Review, version: int, words: str, by: User, today: date) -> Review:
    """The document review is passed; the site comes next. Raises Refused, StaleRecord."""
    _refuse_unless_turn(row, version, by)
    _move(row, "accept", version, to="on-site", by=by, today=today, words=words, answer_by=None)
    _tell(row, _office(row), _("%(unit)s申报“%(scheme)s”，现在：%(state)s。"), f"at:{row.version}", by)
    return row


@transaction.atomic
def appoint(*, row: Review, person: User, is_lead: bool, by: User, today: date) -> Expert:
    """Ask someone onto the team. Raises Refused for those who belong to the unit or may not score there."""
    _refuse_unless_arranging(row, by)
    if not can(person, Permission.ASSESSMENT_SCORE, row.unit):
        raise Refused(
            _("%(name)s没有在这个单位评分的权限，请先由安全管理员授予评审专家角色。") % {"name": person}
        )
    tie = queries.tie(row, person, today)
    if tie is not None:
        words = {"name": person, "unit": tie.name}
        raise Refused(_("%(name)s在%(unit)s任职，与被评单位有隶属关系，不能参加评定。") % words)
    try:
        with transaction.atomic():
            expert = Expert.objects.create(
                unit=row.unit, path=row.path, review=row, person=person, is_lead=is_lead
            )
    except IntegrityError as error:
        raise Refused(_("这位专家已在评定组里，或者评定组已有组长。")) from error
    record("review.expert", row, by=by, unit=row.unit, after={"person": person.username, "lead": is_lead})
    _tell(row, [person], _("请您参加对%(unit)s的评定，并先声明有无利害关系。"), f"asked:{expert.pk}", by)
    return expert


@transaction.atomic
def dismiss(*, expert: Expert, by: User) -> None:
    """Take someone off the team before the scoring begins. Raises Refused."""
    _refuse_unless_arranging(expert.review, by)
    after = {"person": expert.person.username, "dismissed": True}
    record("review.expert", expert.review, by=by, unit=expert.unit, after=after)
    expert.delete()


@transaction.atomic
def declare(*, expert: Expert, version: int, is_free: bool, words: str, by: User, now: datetime) -> Expert:
    """The member's own declaration, once, before the scoring. Raises Refused, StaleRecord."""
    if expert.person_id != by.pk or expert.declared_at is not None:
        raise Refused(_("利害关系由本人声明一次。"))
    if not is_free and not words.strip():
        raise Refused(_("有利害关系的，请写明是什么关系。"))
    change(expert, version=version, is_free=is_free, declared=words.strip(), declared_at=now)
    record("review.declared", expert.review, by=by, unit=expert.unit, after={"free": is_free}, reason=words)
    if not is_free and expert.review.level is not None:
        to = holders(expert.review.level, Permission.REVIEW_CHECK)
        _tell(expert.review, to, _("%(unit)s的评定组有成员声明了利害关系，请换人。"), f"tie:{expert.pk}", by)
    return expert


@transaction.atomic
def arrange(
    *, row: Review, version: int, visit_from: date, visit_to: date, agenda: Sequence[Sequence[str]], by: User
) -> Review:
    """The days of the visit and its agenda: [day, time, what]. Raises Refused, StaleRecord."""
    _refuse_unless_arranging(row, by)
    if visit_to < visit_from or (row.applied_date and visit_from < row.applied_date):
        raise Refused(_("现场评定应在申报以后，结束日期不早于开始日期。"))
    if not agenda:
        raise Refused(_("请至少写一项议程。"))
    change(
        row, version=version, visit_from=visit_from, visit_to=visit_to, agenda=[list(one) for one in agenda]
    )
    after = {"from": visit_from, "to": visit_to, "agenda": len(agenda)}
    record("review.arranged", row, by=by, unit=row.unit, after=after)
    people = [*_office(row), *(one.person for one in queries.team(row))]
    _tell(row, people, _("%(unit)s的现场评定时间和议程已经安排。"), f"visit:{row.version}", by)
    return row


@transaction.atomic
def open_scoring(*, row: Review, version: int, by: User, today: date, now: datetime) -> Assessment:
    """Begin on site: a sealed sheet for every member and nobody else. Raises Refused, StaleRecord."""
    if not queries.may_lead(by, row):
        raise Refused(_("现场评分由评定组组长或评定单位开启。"))
    unready = queries.unready(row, today)
    if unready:
        raise Refused("；".join(unready_words(row, code) for code in unready))
    team = [one.person for one in queries.team(row)]
    assessment = assessments.start(
        unit=row.unit, scheme=row.scheme, period=str(today.year), kind="on-site", team=team, by=by,
        today=today, now=now, title=f"{row.unit.name} {row.rules.name} 现场评定",
    )  # fmt: skip
    for person in team:
        assessments.open_sheet(assessment=assessment, by=person)
    change(row, version=version, on_site=assessment)
    record("review.scoring", row, by=by, unit=row.unit, after={"team": [one.username for one in team]})
    _tell(row, team, _("%(unit)s的现场评分已经开启，请填写您的评分表。"), f"score:{row.version}", by)
    return assessment


@transaction.atomic
def open_consensus(*, row: Review, by: User) -> None:
    """The team's own sheet, by the lead, once all sheets are handed in. Raises Refused."""
    if row.on_site is None or not queries.is_lead(by, row):
        raise Refused(_("合议表由评定组组长开启。"))
    try:
        assessments.open_consensus(assessment=row.on_site, by=by)
    except assessments.NotPossible as error:
        raise Refused(str(error)) from error
    record("review.consensus", row, by=by, unit=row.unit)


@transaction.atomic
def conclude(*, row: Review, version: int, opinion: str, by: User, today: date, now: datetime) -> Review:
    """The lead freezes the consensus with the team's opinion. Raises Refused, StaleRecord."""
    if row.on_site is None or not queries.is_lead(by, row):
        raise Refused(_("评定意见由评定组组长出具。"))
    if not opinion.strip():
        raise Refused(_("请写明评定意见。"))
    _current(row, version)
    assessment = row.on_site
    if not queries.has_consensus(assessment):
        raise Refused(_("合议表还没有提交，不能出具评定意见。"))
    if assessment.state != Assessment.State.FROZEN:
        try:
            assessments.freeze(assessment=assessment, by=by, now=now, version=assessment.version)
        except assessments.NotPossible as error:
            raise Refused(str(error)) from error
    again = assessment.band in row.procedure.again
    to = "rectifying" if again or queries.open_findings(row) else "deciding"
    limit = today + timedelta(days=row.procedure.rectify_days) if to == "rectifying" else None
    _move(
        row, "conclude", version, to=to, by=by, today=today, words=opinion, opinion=opinion, answer_by=limit
    )
    _tell(row, _office(row), _("%(unit)s的现场评定已有意见，现在：%(state)s。"), f"at:{row.version}", by)
    return row


@transaction.atomic
def correct(*, row: Review, finding: Finding, text: str, file: File, by: User, now: datetime) -> Correction:
    """What the unit did about a finding, shown by a file. Raises Refused."""
    _refuse_unless_applicant(row.unit, by)
    if row.state != State.RECTIFYING or finding.assessment_id != row.on_site_id or finding.closed_at:
        raise Refused(_("现在不能登记这一项的整改。"))
    if file.unit_id != row.unit_id or not text.strip():
        raise Refused(_("请写明整改情况，并附上本单位的佐证文件。"))
    values = {
        "unit": row.unit, "path": row.path, "review": row, "text": text.strip(), "file": file,
        "by": by, "at": now,
    }  # fmt: skip
    made, _new = Correction.objects.in_unit(row.unit).update_or_create(finding=finding, defaults=values)
    after = {"indicator": finding.indicator, "file": file.sha256}
    record("review.corrected", row, by=by, unit=row.unit, after=after)
    team = [one.person for one in queries.team(row)]
    _tell(row, team, _("%(unit)s提交了整改情况，请核实。"), f"fixed:{finding.pk}:{file.pk}", by)
    return made


@transaction.atomic
def verify(
    *, row: Review, finding: Finding, version: int, verification: str, by: User, now: datetime
) -> Finding:
    """A member of the team closes a finding that was corrected. Raises Refused, StaleRecord."""
    if row.state != State.RECTIFYING or queries.membership(by, row) is None:
        raise Refused(_("整改由评定组成员核实。"))
    if finding.pk not in {one.finding_id for one in queries.corrections(row)}:
        raise Refused(_("单位还没有提交这一项的整改情况。"))
    try:
        assessments.close_finding(finding=finding, verification=verification, by=by, now=now, version=version)
    except assessments.NotPossible as error:
        raise Refused(str(error)) from error
    record("review.verified", row, by=by, unit=row.unit, after={"indicator": finding.indicator})
    return finding


@transaction.atomic
def rectify(*, row: Review, version: int, words: str, by: User, today: date) -> Review:
    """All findings are closed; on to the decision. Raises Refused, StaleRecord."""
    _refuse_unless_closed(row, by)
    assert row.on_site is not None
    if row.on_site.band in row.procedure.again:
        raise Refused(_("这一结论整改后须再次现场评定。"))
    _move(row, "rectify", version, to="deciding", by=by, today=today, words=words, answer_by=None)
    return row


@transaction.atomic
def revisit(*, row: Review, version: int, words: str, by: User, today: date) -> Review:
    """A second assessment on site, where the scheme asks for it. Raises Refused, StaleRecord."""
    _refuse_unless_closed(row, by)
    assert row.on_site is not None
    if row.on_site.band not in row.procedure.again:
        raise Refused(_("这一结论不需要再次现场评定。"))
    return _move(
        row, "revisit", version, to="on-site", by=by, today=today, words=words, answer_by=None, on_site=None,
        visit_from=None, visit_to=None,
    )  # fmt: skip


@transaction.atomic
def decide(
    *, row: Review, version: int, outcome: str, words: str, number: str, plaque: str, named_date: date | None,
    by: User, today: date,
) -> Review:  # fmt: skip
    """Decide as the verdict allows; a title needs its number and day. Raises Refused, StaleRecord."""
    if row.state != State.DECIDING or not queries.may_decide(by, row):
        raise Refused(_("由评定单位的审核人员决定，评定组成员和申报人不能决定。"))
    assert row.on_site is not None
    assert row.level is not None
    if outcome not in outcomes(row.procedure, row.on_site.band, queries.is_passing(row.on_site)):
        raise Refused(_("评定结论不允许这样决定。"))
    if not words.strip():
        raise Refused(_("请写明决定意见。"))
    _current(row, version)
    title = None
    if outcome == "named":
        if not number.strip() or named_date is None:
            raise Refused(_("授予称号要写明证书编号和命名日期。"))
        if not (row.applied_date or row.begun_date) <= named_date <= today:
            raise Refused(_("命名日期应在申报以后、不晚于今天。"))
        title = _named(row, number, plaque, named_date, by, today)
    elif row.renews is not None:
        _close_duty(row.renews, Duty.Outcome.FAILED, words, by, today)
    _move(
        row, "decide", version, to=outcome, by=by, today=today, words=words, decision=words.strip(),
        decided_date=today, decided_by=by, title=title,
    )  # fmt: skip
    _tell(row, _office(row), _("%(unit)s申报“%(scheme)s”已有决定：%(state)s。"), "decided", by)
    return row


@transaction.atomic
def give_up(*, row: Review, version: int, reason: str, by: User, today: date) -> Review:
    """The unit takes its application back. Raises Refused, StaleRecord."""
    _refuse_unless_applicant(row.unit, by)
    if queries.may_arrange(by, row):
        raise Refused(_("撤回由申报单位办理；上级不同意的，请退回或者作出决定。"))
    if not reason.strip():
        raise Refused(_("请写明撤回原因。"))
    return _move(
        row, "give-up", version, to="given-up", by=by, today=today, words=reason, level=None, answer_by=None,
        level_name=row.unit.name,
    )  # fmt: skip


@transaction.atomic
def register_title(
    *,
    unit: Unit,
    scheme: str,
    number: str,
    plaque: str,
    granted_by: str,
    named_date: date,
    by: User,
    today: date,
) -> Title:
    """Take down a title that a unit below was granted elsewhere. Raises Refused."""
    if not queries.is_above(by, unit):
        raise Refused(_("称号由上级单位登记，您没有这个单位上级的审核权限。"))
    if named_date > today:
        raise Refused(_("命名日期不能在今天以后。"))
    return _grant(
        unit,
        schemes[scheme],
        number=number,
        plaque=plaque,
        granted_by=granted_by,
        named_date=named_date,
        by=by,
    )


@transaction.atomic
def do_duty(
    *, duty: Duty, version: int, done_date: date, outcome: str, words: str, by: User, today: date
) -> Duty:
    """Write down that a report was made, a check was held, and how it went. Raises Refused, StaleRecord."""
    if not queries.is_above(by, duty.unit):
        raise Refused(_("年度报告、抽验和复评的结果由上级单位登记。"))
    if duty.done_date is not None or duty.title.state != Title.State.GRANTED:
        raise Refused(_("这一项已经登记过，或者称号已不再有效。"))
    if not duty.title.named_date < done_date <= today:
        raise Refused(_("完成日期应在命名日期以后、不晚于今天。"))
    change(duty, version=version, done_date=done_date, outcome=outcome, words=words.strip(), by=by)
    after = {"duty": duty.code, "due": duty.due_date, "outcome": outcome}
    record("title.duty-done", duty.title, by=by, unit=duty.unit, after=after)
    return duty


@transaction.atomic
def withdraw_title(*, row: Title, version: int, reason: str, by: User, today: date) -> Title:
    """Take a title away, with the reason. Raises Refused, StaleRecord."""
    if not queries.is_above(by, row.unit):
        raise Refused(_("称号由上级单位撤销，您没有这个单位上级的审核权限。"))
    if row.state != Title.State.GRANTED:
        raise Refused(_("这个称号已经续期或撤销。"))
    if not reason.strip():
        raise Refused(_("请写明撤销原因。"))
    _end(row, version, Title.State.WITHDRAWN, by=by, today=today, reason=reason.strip()[:500])
    record("title.withdrawn", row, by=by, unit=row.unit, reason=reason)
    words = {"title": row.name, "reason": row.ended_reason}
    _tell_of(row, _("称号“%(title)s”已被撤销：%(reason)s") % words, "withdrawn", by)
    return row


@transaction.atomic
def remind(*, root: Unit, today: date, by: User | None) -> int:
    """Tell of titles that run out, of what falls due while they last, and of reviews near their limit."""
    told = 0
    for row in queries.titles(root).filter(state=Title.State.GRANTED).select_related("unit__parent"):
        words = {"unit": row.unit.name, "title": row.name, "day": row.valid_until.isoformat()}
        left = (row.valid_until - today).days
        if left < 0:
            told += _tell_of(row, _("%(unit)s的“%(title)s”已于 %(day)s 到期。") % words, "expired", by)
        elif (stage := _stage(row, left)) is not None:
            title = _("%(unit)s的“%(title)s”到 %(day)s 为止，请及时申请复评。") % words
            told += _tell_of(row, title, str(stage), by)
    for duty in queries.open_duties(root):
        words = {"unit": duty.unit.name, "what": duty_name(duty), "day": duty.due_date.isoformat()}
        left, key = (duty.due_date - today).days, f"{duty.code}:{duty.due_date}"
        if left < 0:
            title = _("%(unit)s的“%(what)s”应在 %(day)s 前完成，已经逾期。") % words
            told += _tell_of(duty.title, title, f"{key}:late", by)
        elif (stage := _stage(duty.title, left)) is not None:
            title = _("%(unit)s的“%(what)s”应在 %(day)s 前完成。") % words
            told += _tell_of(duty.title, title, f"{key}:{stage}", by)
    for review in queries.reviews(root).exclude(answer_by=None).exclude(state__in=FINAL):
        told += _remind_of(review, today, by)
    if told:
        record("titles.reminded", f"titles.{root.slug}", by=by, unit=root, after={"told": told})
    return told


@transaction.atomic
def note_export(*, unit: Unit, what: str, asked: str, by: User) -> None:
    """Someone took a list along as a sheet. `what`: "reviews" or "titles"; `asked`: what was asked for."""
    record(f"{what}.exported", f"{what}.{unit.slug}", by=by, unit=unit, after={"query": asked[:1000]})


def _remind_of(row: Review, today: date, by: User | None) -> int:
    """Near the limit and after it: the unit while it rectifies, else the level whose turn it is."""
    assert row.answer_by is not None
    if row.answer_by - today > NEAR:
        return 0
    is_late = row.answer_by < today
    near, late = _("%(unit)s的评审应在 %(day)s 前办理。"), _("%(unit)s的评审应在 %(day)s 前办理，已经逾期。")
    to = _office(row) if row.state == State.RECTIFYING or row.level is None else []
    to = to or holders(row.level or row.unit, Permission.REVIEW_CHECK)
    what = f"limit:{row.answer_by}:{'late' if is_late else 'near'}"
    return _tell(row, to, late if is_late else near, what, by, day=row.answer_by.isoformat())


def _grant(
    unit: Unit, rules: Scheme, *, number: str, plaque: str, granted_by: str, named_date: date, by: User,
    renews: Title | None = None,
) -> Title:  # fmt: skip
    """The title with what falls due while it lasts, and its line in the ledger."""
    if rules.title is None:
        raise Refused(_("这个评定方案不授予称号。"))
    row = Title(
        unit=unit, path=unit.path, scheme=rules.code, level=rules.level, name=rules.title.name,
        number=number.strip(), plaque=plaque.strip(), granted_by=granted_by.strip(), named_date=named_date,
        valid_until=rules.title.end_date(named_date), renews=renews, by=by,
    )  # fmt: skip
    try:
        with transaction.atomic():
            Title.objects.bulk_create([row])
    except IntegrityError as error:
        raise Refused(_("这个证书编号已经用过，或者单位已有这一称号；续期请办理复评。")) from error
    Duty.objects.bulk_create(
        Duty(unit=unit, path=unit.path, title=row, code=code, due_date=min(due, row.valid_until))
        for code, due in rules.title.review_dates(named_date)
    )
    after = {"scheme": rules.code, "number": row.number, "named": named_date, "until": row.valid_until}
    record("title.granted", row, by=by, unit=unit, after=after)
    _keep(row, by)
    return row


def _end(row: Title, version: int, state: Title.State, *, by: User, today: date, reason: str) -> None:
    change(row, version=version, state=state, ended_date=today, ended_reason=reason)
    _keep(row, by)


def _keep_start(row: Review, by: User) -> None:
    """The line of the ledger of starts; one that somebody wrote down by hand stays the only one."""
    filings = queries.filings(row)
    receipts = [one for one in filings if one.receipt_date]
    values = {
        "level": row.rules.level,
        "filed_date": max(one.filed_date for one in filings).isoformat(),
        "centre": "、".join(queries.centre_name(row, one.centre) for one in filings),
        "plan": row.plan,
    }
    if receipts:
        values["receipt"] = "、".join(one.receipt_number for one in receipts)
        values["receipt_date"] = max(one.receipt_date for one in receipts if one.receipt_date).isoformat()
    with suppress(DuplicateEntry):
        keep(ledger="starts", unit=row.unit, client_uuid=row.uuid, values=values, by=by)


def _keep(row: Title, by: User) -> None:
    """The ledger's line: what targets, figures and the archive read."""
    names = ("name", "level", "number", "plaque", "granted_by", "state", "ended_reason")
    days = ("named_date", "valid_until", "ended_date")
    values = {
        **{name: value for name in names if (value := str(getattr(row, name)))},
        **{name: value.isoformat() for name in days if (value := getattr(row, name))},
    }
    keep(ledger="titles", unit=row.unit, client_uuid=row.uuid, values=values, by=by)


def _stage(row: Title, left: int) -> int | None:
    """The nearest number of days before a date at which people are told; None while it is far."""
    procedure = row.rules.procedure
    return min((days for days in procedure.remind_days if left <= days), default=None) if procedure else None


def _tell_of(row: Title, title: str, what: str, by: User | None) -> int:
    """The unit's office and the level above it."""
    people = holders(row.unit, Permission.REVIEW_APPLY)
    if row.unit.parent is not None:
        people += holders(row.unit.parent, Permission.REVIEW_CHECK)
    address = reverse("reviews:title", args=[row.unit.slug, row.uuid])
    key = f"title:{row.uuid}:{what}"
    return notify(unit=row.unit, to=people, kind="title", title=title, key=key, address=address, by=by)


def _named(row: Review, number: str, plaque: str, named_date: date, by: User, today: date) -> Title:
    assert row.level is not None
    if row.renews is not None:
        reason = _("续期为 %(number)s") % {"number": number.strip()}
        _close_duty(row.renews, Duty.Outcome.PASSED, reason, by, today)
        _end(row.renews, row.renews.version, Title.State.RENEWED, by=by, today=today, reason=reason)
    return _grant(
        row.unit, row.rules, number=number, plaque=plaque, granted_by=row.level.name, named_date=named_date,
        renews=row.renews, by=by,
    )  # fmt: skip


def _close_duty(title: Title, outcome: Duty.Outcome, words: str, by: User, today: date) -> None:
    """What the re-assessment of a title came to."""
    duty = queries.duties(title).filter(code=RE_ASSESSMENT, done_date=None).first()
    if duty is not None:
        change(
            duty, version=duty.version, done_date=today, outcome=outcome, words=words.strip()[:1000], by=by
        )


def _move(
    row: Review, act: str, version: int, *, to: str, by: User, today: date, words: str = "",
    level_name: str = "", **fields: Any,
) -> Review:  # fmt: skip
    """The one way a review changes its state."""
    _current(row, version)
    if to not in ways(row.procedure).get((row.state, act), ()):
        raise Refused(_("“%(state)s”的评审不能这样办理。") % {"state": row.get_state_display()})
    before, at = row.state, level_name or (row.level.name if row.level else row.unit.name)
    change(row, version=version, state=to, **fields)
    _noted(row, act, before, by, today, at, words)
    return row


def _noted(row: Review, act: str, before: str, by: User, today: date, at: str, words: str) -> None:
    Step.objects.create(
        unit=row.unit, path=row.path, review=row, act=act, before=before, after=row.state, level=at,
        words=words.strip()[:1000], by=by, on_date=today,
    )  # fmt: skip
    after = {"state": str(row.state), "level": at}
    record(f"review.{act}", row, by=by, unit=row.unit, before={"state": before}, after=after, reason=words)


def _current(row: Review, version: int) -> None:
    if row.version != version:
        raise StaleRecord(row)


def _refuse_unless_applicant(unit: Unit, by: User) -> None:
    if not can(by, Permission.REVIEW_APPLY, unit):
        raise Refused(_("您没有这个单位的申报权限。"))


def _refuse_unless_turn(row: Review, version: int, by: User) -> None:
    _current(row, version)
    if not queries.may_check(by, row):
        raise Refused(_("现在不由您这一级办理，或者这是您自己申报的。"))


def _refuse_unless_arranging(row: Review, by: User) -> None:
    if row.state != State.ON_SITE or row.on_site_id is not None:
        raise Refused(_("现场评分开启以前、进入现场评定以后，才能安排评定组和议程。"))
    if not queries.may_arrange(by, row):
        raise Refused(_("评定组和议程由评定单位安排。"))


def _refuse_unless_closed(row: Review, by: User) -> None:
    if row.state != State.RECTIFYING or not queries.may_lead(by, row):
        raise Refused(_("整改是否完成由评定组组长或评定单位认定。"))
    if queries.open_findings(row):
        raise Refused(_("还有不符合项没有核实关闭。"))


def _office(row: Review) -> list[User]:
    return holders(row.unit, Permission.REVIEW_APPLY)


def _tell(row: Review, to: Iterable[User], text: str, what: str, by: User | None, **more: str) -> int:
    """Tell these people; `what` tells one telling from another, so that each comes once."""
    words = {"unit": row.unit.name, "scheme": row.rules.name, "state": row.get_state_display(), **more}
    address = reverse("reviews:detail", args=[row.unit.slug, row.uuid])
    key = f"review:{row.uuid}:{what}"
    return notify(unit=row.unit, to=to, kind="review", title=text % words, key=key, address=address, by=by)
