"""Opening a yearly appraisal, gathering its points, publishing its ranks, opening it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.assessment.actions import start
from safecommunity.assessment.models import Assessment
from safecommunity.audit.actions import record
from safecommunity.jobs.actions import enqueue
from safecommunity.library import schemes
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.supervision.actions import Refused
from safecommunity.supervision.models.appraisals import Appraisal, AppraisalState, Publication, Standing
from safecommunity.supervision.queries import appraisals as queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord, change

NAMED = 5


@transaction.atomic
def open_appraisal(
    *, unit: Unit, year: int, scheme: str, kinds: Sequence[str], margin: Decimal, least_group: int,
    least_cases: int, by: User, today: date,
) -> Appraisal:  # fmt: skip
    """Begin the appraisal of a year; its points are gathered as later work. Raises Refused."""
    if not queries.may_appraise(by, unit):
        raise Refused(_("您没有在“%(unit)s”组织考核的权限。") % {"unit": unit.name})
    if year > today.year:
        raise Refused(_("%(year)s年还没有开始，不能考核。") % {"year": year})
    if scheme not in schemes:
        raise Refused(_("没有这个考核方案。"))
    there = queries.kinds_below(unit)
    if not kinds or any(kind not in there for kind in kinds):
        raise Refused(_("请选择要考核的下级单位类型。"))
    row = Appraisal(
        unit=unit, path=unit.path, year=year, scheme=scheme, scheme_version=schemes.version(scheme),
        kinds=list(kinds), margin=margin, least_group=least_group, least_cases=least_cases, by=by,
    )  # fmt: skip
    try:
        with transaction.atomic():
            Appraisal.objects.bulk_create([row])
    except IntegrityError as error:
        raise Refused(_("这一年已经按这个方案考核，请在原来那一次上办理。")) from error
    after = {"year": year, "scheme": scheme, "kinds": list(kinds), "margin": margin}
    record("appraisal.opened", row, by=by, unit=unit, after=after)
    _gather_later(row, by)
    return row


@transaction.atomic
def ask_for_points(*, row: Appraisal, version: int, by: User) -> None:
    """Have the points gathered anew. Raises Refused, StaleRecord."""
    _check_open(row, version, by)
    record("appraisal.asked", row, by=by, unit=row.unit)
    _gather_later(row, by)


@transaction.atomic
def gather(*, row: Appraisal, by: User, today: date, now: datetime) -> int:
    """Begin what assessments are missing, and take points, verdicts and vetoes as they are now.

    An assessment counts as final when it is frozen, under the appraisal's version of the scheme, by somebody
    who appraises for the unit above. Returns how many units. Raises Refused.
    """
    if row.state != AppraisalState.OPEN:
        raise Refused(_("考核结果已经公布，不能再汇总；需要更正的，先重新考核。"))
    units = list(queries.appraised(row))
    found = queries.assessments_of(row, units)
    for unit in units:
        if unit.pk not in found:
            found[unit.pk] = start(
                unit=unit,
                scheme=row.scheme,
                period=str(row.year),
                kind=queries.KIND,
                by=by,
                today=today,
                now=now,
            )
    vetoes = queries.vetoed(row)
    known = {one.unit_id: one for one in queries.standings(row)}
    for unit in units:
        values: Any = _gathered(row, unit, found[unit.pk], vetoes.get(unit.pk, []))
        if unit.pk in known:
            change(known[unit.pk], version=known[unit.pk].version, **values)
        else:
            values |= {"supervisor": row.unit, "year": row.year, "scheme": row.scheme}
            Standing.objects.create(unit=unit, path=unit.path, appraisal=row, **values)
    record("appraisal.gathered", row, by=by, unit=row.unit, after={"units": len(units)})
    return len(units)


@transaction.atomic
def leave_out(*, row: Appraisal, standing: Standing, version: int, reason: str, by: User) -> Standing:
    """Take a unit out of the ranking with a reason; without one it is in. Raises Refused, StaleRecord."""
    _check_open(row, row.version, by)
    if standing.appraisal_id != row.pk:
        raise Refused(_("这个单位不在这次考核里。"))
    change(standing, version=version, left_out=reason.strip()[:300])
    after = {"unit": standing.unit.slug}
    record("appraisal.left-out", row, by=by, unit=row.unit, after=after, reason=standing.left_out)
    return standing


@transaction.atomic
def publish(*, row: Appraisal, version: int, by: User, now: datetime) -> Publication:
    """Keep the ranks as they are now for ever and tell every unit its own. Raises Refused, StaleRecord."""
    _check_open(row, version, by)
    rows = queries.standings(row)
    if not rows:
        raise Refused(_("还没有汇总得分。"))
    _refuse_changed(row, rows)
    open_ones = queries.missing(rows)
    if open_ones:
        names = "、".join(one.unit.name for one in open_ones[:NAMED])
        words = {"names": names, "left": len(open_ones)}
        raise Refused(_("还有 %(left)s 个单位的评定没有由考核单位定稿：%(names)s。定稿后重新汇总。") % words)
    change(row, version=version, state=AppraisalState.PUBLISHED, edition=row.edition + 1)
    lines = queries.ranked(row, rows)
    content = {
        "year": row.year, "scheme": row.scheme, "scheme_version": row.scheme_version,
        "margin": f"{row.margin:f}", "least_group": row.least_group, "lines": [_line(one) for one in lines],
    }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    made = Publication.objects.create(
        unit=row.unit, path=row.path, appraisal=row, edition=row.edition, content=content,
        digest=hashlib.sha256(text.encode()).hexdigest(), by=by, at=now,
    )  # fmt: skip
    sizes: dict[str, int] = {}
    for one in lines:
        sizes[one.row.group] = sizes.get(one.row.group, 0) + (one.place is not None)
    for one in lines:
        told = {**_line(one), "edition": row.edition, "ranked": sizes[one.row.group]}
        change(one.row, version=one.row.version, told=told, told_at=now)
        _tell(row, one.row, by)
    after = {"edition": row.edition, "digest": made.digest}
    record("appraisal.published", row, by=by, unit=row.unit, after=after)
    return made


@transaction.atomic
def reopen(*, row: Appraisal, version: int, reason: str, by: User) -> Appraisal:
    """Correct what was published, by a further edition; the one before stays. Raises Refused, StaleRecord."""
    _check(row, version, by)
    if row.state != AppraisalState.PUBLISHED:
        raise Refused(_("还没有公布，不用重新考核。"))
    if not reason.strip():
        raise Refused(_("请写明原因。"))
    change(row, version=version, state=AppraisalState.OPEN)
    last = queries.publications(row)[0]
    change(last, version=last.version, reopened_reason=reason.strip()[:500])
    record("appraisal.reopened", row, by=by, unit=row.unit, reason=reason.strip())
    _gather_later(row, by)
    return row


def _check(row: Appraisal, version: int, by: User) -> None:
    if not queries.may_appraise(by, row.unit):
        raise Refused(_("您没有在“%(unit)s”组织考核的权限。") % {"unit": row.unit.name})
    if row.version != version:
        raise StaleRecord(row)


def _check_open(row: Appraisal, version: int, by: User) -> None:
    _check(row, version, by)
    if row.state != AppraisalState.OPEN:
        raise Refused(_("考核结果已经公布，不能再改；需要更正的，先重新考核。"))


def _refuse_changed(row: Appraisal, rows: Sequence[Standing]) -> None:
    """What was gathered must still be how things stand: a veto may have been lifted meanwhile."""
    vetoes = queries.vetoed(row)
    found = queries.assessments_of(row, [one.unit for one in rows])
    for one in rows:
        assessment = found.get(one.unit_id)
        now = _gathered(row, one.unit, assessment, vetoes.get(one.unit_id, [])) if assessment else {}
        if {name: getattr(one, name) for name in now} != now:
            words = {"unit": one.unit.name}
            raise Refused(_("“%(unit)s”的得分或否决刚刚有变化，请重新汇总后再公布。") % words)


def _gathered(row: Appraisal, unit: Unit, assessment: Assessment, vetoes: list[str]) -> dict[str, Any]:
    by = assessment.frozen_by
    return {
        "assessment": assessment,
        "group": queries.group_of(unit),
        "points": assessment.points,
        "full": assessment.full,
        "band": row.rules.bands[-1].code if vetoes else assessment.band,
        "vetoes": vetoes,
        "is_final": by is not None
        and assessment.scheme_version == row.scheme_version
        and queries.may_appraise(by, row.unit),
    }


def _line(one: queries.Ranked) -> dict[str, Any]:
    place = [one.place.first, one.place.last, one.place.band] if one.place else None
    return {
        "unit": one.row.unit.slug, "name": one.row.unit.name, "group": one.row.group,
        "points": f"{one.row.points:f}", "full": f"{one.row.full:f}", "band": one.row.band,
        "low": f"{one.low:f}", "high": f"{one.high:f}", "place": place, "why": one.why,
        "vetoes": one.row.vetoes, "left_out": one.row.left_out,
    }  # fmt: skip


def _gather_later(row: Appraisal, by: User) -> None:
    title = _("汇总%(year)s年考核得分") % {"year": row.year}
    arguments = {"appraisal": str(row.uuid)}
    enqueue("appraisals.gather", unit=row.unit, arguments=arguments, by=by, title=title, unique=str(row.uuid))


def _tell(row: Appraisal, standing: Standing, by: User) -> None:
    unit = standing.unit
    title = _("%(unit)s %(year)s年考核结果已公布") % {"unit": unit.name, "year": row.year}
    notify(
        unit=unit, to=holders(unit, Permission.TASK_DO), kind="appraisal", title=title, by=by,
        key=f"appraisal:{row.uuid}:{row.edition}:{unit.pk}",
        address=reverse("supervision:appraisals", args=[unit.slug]),
    )  # fmt: skip
