"""Registering, evaluating and closing risk points; what calls for a review before its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.messages import RefusedError
from safecommunity.ledgers.actions import differing, keep
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.wording import told
from safecommunity.library import codes, methods
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import nearest_holders
from safecommunity.risks import queries
from safecommunity.risks.models import Evaluation, Kind, Reason, ReviewCall, RiskPoint, State
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.queries import covers
from safecommunity.units.scope import change, hold

FACTS = (
    "name", "kind", "field", "activity", "events", "causes", "people", "exposed", "groups", "times",
    "address", "division", "grid", "building", "longitude", "latitude", "premises", "organ", "responsible",
)  # fmt: skip
LEDGER = "risk-points"


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""


@transaction.atomic
def add(*, unit: Unit, values: Mapping[str, Any], by: User | None) -> RiskPoint:
    """A new risk point from the facts named in FACTS; it has no grade before it is evaluated.

    Raises Refused, PermissionDenied.
    """
    _allow(unit, by)
    facts = _facts(unit, values)
    hold(unit)
    last = RiskPoint.objects.in_unit(unit).aggregate(last=Max("number"))["last"] or 0
    row = RiskPoint(unit=unit, path=unit.path, number=last + 1, **facts)
    RiskPoint.objects.bulk_create([row])
    record("risk.added", row, by=by, unit=unit, after={"name": row.name, "number": row.code})
    return row


@transaction.atomic
def edit(*, point: RiskPoint, version: int, values: Mapping[str, Any], by: User) -> RiskPoint:
    """Change the facts of a point; its grade changes only by an evaluation.

    Raises Refused, StaleRecord, PermissionDenied.
    """
    _allow(point.unit, by)
    _refuse_closed(point)
    before = _logged(point)
    change(point, version=version, **_facts(point.unit, values))
    gone, came = differing(before, _logged(point))
    record("risk.changed", point, by=by, unit=point.unit, before=gone, after=came)
    _keep(point, by)
    return point


@transaction.atomic
def evaluate(
    *,
    point: RiskPoint,
    version: int,
    method: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    direct: Sequence[str],
    controls: Mapping[str, str],
    reason: str,
    note: str,
    on_date: date,
    by: User | None,
    today: date,
) -> Evaluation:
    """Grade a point by a method, before and after its controls; a direct rule decides over the figures.

    It follows the evaluation before it and answers what called for one. Raises Refused, StaleRecord,
    PermissionDenied.
    """
    _allow(point.unit, by)
    _refuse_closed(point)
    if on_date > today:
        raise Refused(_("评价日期不能在今天以后。"))
    if point.evaluated_date and on_date < point.evaluated_date:
        raise Refused(_("上次评价在 %(day)s，这次不能比它早。") % {"day": point.evaluated_date.isoformat()})
    graded = _graded(method, before, after, direct)
    given = {code: text for code in codes["risk-controls"] if (text := controls.get(code, "").strip())}
    if graded["after_product"] < graded["before_product"] and not given:
        raise Refused(_("控制后的风险比控制前低，请写明靠哪些管控措施。"))
    change(
        point, version=version, grade=graded["grade"], evaluated_date=on_date,
        review_date=queries.review_after(graded["grade"], on_date),
    )  # fmt: skip
    previous = queries.evaluations(point).first()
    if previous:
        change(previous, version=previous.version, until_date=on_date)
    row = Evaluation(
        unit=point.unit, path=point.path, point=point, number=previous.number + 1 if previous else 1,
        on_date=on_date, reason=reason, method=method, method_version=methods.version(method),
        direct=list(direct), controls=given, note=note.strip(), by=by, **graded,
    )  # fmt: skip
    Evaluation.objects.bulk_create([row])
    for call in queries.calls(point):
        change(call, version=call.version, answer=row)
    record(
        "risk.evaluated", point, by=by, unit=point.unit, reason=row.note,
        before={"grade": previous.grade if previous else ""},
        after={"grade": row.grade, "method": method, "product": str(row.after_product), "number": row.number},
    )  # fmt: skip
    _keep(point, by)
    return row


@transaction.atomic
def close(*, point: RiskPoint, version: int, reason: str, by: User, today: date) -> RiskPoint:
    """The risk is gone; the point leaves map and figures and stays readable.

    Raises Refused, StaleRecord, PermissionDenied.
    """
    _allow(point.unit, by)
    _refuse_closed(point)
    if not reason.strip():
        raise Refused(_("请说明风险是怎样消除的。"))
    change(
        point, version=version, state=State.CLOSED, closed_date=today, closed_reason=reason.strip(),
        review_date=None,
    )  # fmt: skip
    held = queries.evaluations(point).first()
    if held:
        change(held, version=held.version, until_date=max(today, held.on_date))
    record("risk.closed", point, by=by, unit=point.unit, reason=reason.strip())
    _keep(point, by)
    return point


@transaction.atomic
def reopen(*, point: RiskPoint, version: int, reason: str, by: User, today: date) -> RiskPoint:
    """The risk is back: the grade it had holds again from today until it is evaluated anew, due now.

    Raises Refused, StaleRecord, PermissionDenied.
    """
    _allow(point.unit, by)
    if point.state != State.CLOSED:
        raise Refused(_("这个风险点没有消除，不用重新启用。"))
    if not reason.strip():
        raise Refused(_("请说明为什么重新启用。"))
    change(
        point, version=version, state=State.OPEN, closed_date=None, closed_reason="", review_date=today,
        evaluated_date=today if point.grade else None,
    )  # fmt: skip
    last = queries.evaluations(point).first()
    if last:
        names = (
            "method", "method_version", "before", "after", "before_product", "after_product", "before_grade",
            "after_grade", "direct", "grade", "controls",
        )  # fmt: skip
        again = Evaluation(
            unit=point.unit, path=point.path, point=point, number=last.number + 1, on_date=today,
            reason=Reason.CHANGE, note=_("重新启用：%(reason)s") % {"reason": reason.strip()}, by=by,
            **{name: getattr(last, name) for name in names},
        )  # fmt: skip
        Evaluation.objects.bulk_create([again])
    record("risk.reopened", point, by=by, unit=point.unit, reason=reason.strip())
    _keep(point, by)
    return point


@transaction.atomic
def call_review(
    *, point: RiskPoint, reason: str, words: str, on_date: date, by: User | None, source: UUID | None = None
) -> bool:
    """Ask for an evaluation before its time; told once for each `source`. Whether it was asked now.

    Raises Refused, PermissionDenied.
    """
    _allow(point.unit, by)
    _refuse_closed(point)
    uid = source or uuid4()
    if ReviewCall.objects.in_unit(point.unit).filter(point=point, source=uid).exists():
        return False
    call = ReviewCall(
        unit=point.unit, path=point.path, point=point, reason=reason, source=uid, on_date=on_date,
        words=words.strip()[:500],
    )  # fmt: skip
    ReviewCall.objects.bulk_create([call])
    due = min(on_date, point.review_date) if point.review_date else on_date
    change(point, version=point.version, review_date=due)
    record("risk.review-called", point, by=by, unit=point.unit, reason=call.words, after={"reason": reason})
    _keep(point, by)
    title = _("风险点“%(name)s”要重新评价：%(words)s") % {"name": point.name, "words": call.words}
    _tell(point.unit, title, f"risk-call:{point.uuid}:{uid}", _address(point), by)
    return True


@transaction.atomic
def remind(*, root: Unit, today: date, by: User | None) -> int:
    """Call for the reviews that accidents and repeated hazards make necessary; tell of what is overdue.

    Safe to run again: a record calls once, a new date is told once. Returns calls and units told.
    """
    done = sum(
        call_review(
            point=point, reason=rule.extra["reason"], words=f"{rule.name}：{entry.title}",
            on_date=entry.record_date or today, source=entry.client_uuid, by=by,
        )
        for rule, entry, point in queries.called_for(root, today, settings.RISK_NEAR_METRES)
    )  # fmt: skip
    for unit, count, latest in queries.due_by_unit(root, today):
        title = _("有 %(count)s 个风险点已到复评期限，请重新评价。") % {"count": count}
        address = f"{reverse('risks:index', args=[unit.slug])}?due=1"
        done += _tell(unit, title, f"risks-due:{unit.pk}:{latest.isoformat()}", address, by)
    if done:
        record("risks.reminded", f"risks.{today.isoformat()}", by=by, unit=root, after={"done": done})
    return done


def _allow(unit: Unit, by: User | None) -> None:
    if by is not None and not can(by, Permission.RISK_EDIT, unit):
        raise PermissionDenied(_("您在“%(unit)s”不能登记和评价风险。") % {"unit": unit.name})


def _refuse_closed(point: RiskPoint) -> None:
    if point.state == State.CLOSED:
        raise Refused(_("这个风险点已经消除，不能再办理。风险又出现时请重新启用。"))


def _facts(unit: Unit, values: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a point, checked against code lists and against where the unit works."""
    facts = {name: value for name, value in values.items() if name in FACTS}
    premises: Entry | None = facts.get("premises")
    if premises is not None and (premises.ledger != "premises" or not premises.path.startswith(unit.path)):
        raise Refused(_("所属单位要从本单位的生产经营单位台账里选。"))
    for name, code_list in (("events", "risk-events"), ("groups", "vulnerable-kinds")):
        if any(code not in codes[code_list] for code in facts.get(name, ())):
            raise Refused(_("请从列表里选择事故类型和人群。"))
    if facts.get("field", "general") not in codes["promotion-fields"] or facts.get("kind") not in Kind.values:
        raise Refused(_("请从列表里选择领域和类型。"))
    for code in (facts.get("division"), facts.get("grid")):
        if code and not covers(unit, code):
            raise Refused(_("所在区划和网格要在本单位的范围里。"))
    if (facts.get("longitude") is None) != (facts.get("latitude") is None):
        raise Refused(_("经度和纬度要一起填。"))
    return facts


def _graded(
    method: str, before: Mapping[str, str], after: Mapping[str, str], direct: Sequence[str]
) -> dict[str, Any]:
    """The products, bands and the grade of an evaluation, as its row holds them."""
    if method not in methods or any(code not in codes["direct-risks"] for code in direct):
        raise Refused(_("没有这种评价方法或直接判定情形。"))
    used = methods[method]
    names = [factor.code for factor in used.factors]
    try:
        first, inherent = queries.band_of(used, before)
        second, residual = queries.band_of(used, after)
    except RefusedError as error:
        raise Refused(told(error.message)) from error
    if second > first:
        raise Refused(_("控制后的风险值不能大于控制前，请核对两组取值。"))
    return {
        "before": {code: str(before[code]) for code in names},
        "after": {code: str(after[code]) for code in names},
        "before_product": first, "after_product": second,
        "before_grade": inherent.grade, "after_grade": residual.grade,
        "grade": queries.graded(residual.grade, direct),
    }  # fmt: skip


def _logged(point: RiskPoint) -> dict[str, Any]:
    values = {name: getattr(point, name) for name in FACTS if name != "premises"}
    return {**values, "premises": str(point.premises or "")}


def _keep(point: RiskPoint, by: User | None) -> None:
    """The ledger's line of a point that has been evaluated: what figures, assessments and papers read."""
    held = queries.evaluations(point).first()
    if held is None:
        return
    place = {"address": point.address, "division": point.division}
    if point.longitude is not None:
        place |= {"longitude": point.longitude, "latitude": point.latitude}
    words = (f"{codes['risk-controls'][code].name}：{text}" for code, text in held.controls_in_order)
    values = {
        "number": point.code, "name": point.name, "kind": point.kind, "field": point.field, "place": place,
        "premises": point.premises_id, "events": point.events, "groups": point.groups, "people": point.people,
        "state": point.state, "grade": held.grade, "before_grade": held.before_grade,
        "method": queries.method_of(held).name.zh, "product": str(held.after_product.normalize()),
        "directly": bool(held.direct), "controlled": bool(held.controls), "controls": "\n".join(words),
        "level": codes["risk-grades"][held.grade].extra["controlled_by"], "responsible": point.responsible,
        "evaluated_date": held.on_date, "review_date": point.review_date, "closed_date": point.closed_date,
    }  # fmt: skip
    keep(ledger=LEDGER, unit=point.unit, client_uuid=point.uuid, values=values, by=by)


def _tell(unit: Unit, title: str, key: str, address: str, by: User | None) -> int:
    """Those who edit risks of the unit; where it has nobody, those of the nearest unit above."""
    people = nearest_holders(unit, Permission.RISK_EDIT)
    return notify(unit=unit, to=people, kind="risk", title=title, key=key, address=address, by=by)


def _address(point: RiskPoint) -> str:
    return reverse("risks:detail", args=[point.unit.slug, point.uuid])
