"""Setting targets, breaking them down, handing them down, and the letters of responsibility."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.metrics import plain
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.targets import queries
from safecommunity.targets.models import Pledge, Revision, Target
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord, change


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""


@transaction.atomic
def set_target(
    *, unit: Unit, year: int, metric: str, amount: Decimal, due_date: date, basis: str, by: User
) -> Target:
    """A target that the unit sets itself; one for each metric and year. Raises Refused."""
    if metric not in queries.choices():
        raise Refused(_("没有这个指标，或者它不能按单位汇总，不能作为目标。"))
    _refuse_unless_sound(amount, year, due_date)
    if queries.targets(unit, year).filter(metric=metric).exists():
        raise Refused(_("这个单位%(year)s年已有这个指标的目标，请在原来那个上调整或分解。") % {"year": year})
    row = Target.objects.create(
        unit=unit, path=unit.path, year=year, metric=metric, amount=amount, due_date=due_date,
        basis=basis.strip()[:300], by=by,
    )  # fmt: skip
    record(
        "target.set", row, by=by, unit=unit, after={"metric": metric, "year": year, "amount": plain(amount)}
    )
    return row


@transaction.atomic
def adopt(*, unit: Unit, year: int, by: User) -> list[Target]:
    """Set what the unit's running programmes state for the year; targets that are there stay as they are."""
    made = [
        set_target(
            unit=unit, year=year, metric=aim.metric, amount=aim.amount,
            due_date=aim.due(programme.start_date.year), basis=programme.name, by=by,
        )
        for programme, aim in queries.aims(unit, year)
    ]  # fmt: skip
    record("targets.adopted", f"targets.{year}", by=by, unit=unit, after={"targets": len(made)})
    return made


@transaction.atomic
def change_target(
    *, target: Target, version: int, amount: Decimal, due_date: date, basis: str, reason: str, by: User
) -> Target:
    """Change a target that the unit set itself; the amount before is kept. Raises Refused, StaleRecord."""
    if target.above_id:
        raise Refused(_("这个目标由上级分解下达，请由上级调整。"))
    _refuse_unless_sound(amount, target.year, due_date)
    before = target.amount
    if amount != before and not reason.strip():
        raise Refused(_("请写明调整的原因。"))
    change(target, version=version, amount=amount, due_date=due_date, basis=basis.strip()[:300])
    if amount != before:
        _keep_revision(target, before, amount, reason, by)
    record(
        "target.changed", target, by=by, unit=target.unit, before={"amount": plain(before)},
        after={"amount": plain(amount), "due": due_date.isoformat()}, reason=reason.strip(),
    )  # fmt: skip
    return target


@transaction.atomic
def withdraw(*, target: Target, version: int, by: User) -> None:
    """Take back a target that the unit set itself and has not handed down. Raises Refused, StaleRecord."""
    if target.above_id:
        raise Refused(_("这个目标由上级分解下达，请由上级调整。"))
    if target.issued_date:
        raise Refused(_("已经下达的目标不能删除，请调整分解并说明原因。"))
    change(target, version=version)
    queries.shares_of(target).delete()
    record("target.withdrawn", target, by=by, unit=target.unit, before={"amount": plain(target.amount)})
    Target.objects.in_unit(target.unit).filter(pk=target.pk).delete()


@transaction.atomic
def allocate(
    *,
    target: Target,
    version: int,
    shares: Mapping[int, Decimal | None],
    explanation: str,
    reason: str,
    by: User,
) -> Target:
    """Give the units directly below their shares: unit id → amount, None for none.

    Until it is handed down a breakdown may be saved unfinished. Afterwards a change wants its reason and,
    where the shares do not add up, an explanation; what was before is kept. Raises Refused, StaleRecord.
    """
    if any(amount is not None and amount < 0 for amount in shares.values()):
        raise Refused(_("分解数不能小于零。"))
    units = {unit.pk: unit for unit in queries.beneath(target.unit)}
    held = {row.unit_id: row for row in queries.shares_of(target)}
    if strange := set(shares) - set(units) - set(held):
        raise Refused(_("有 %(n)s 个单位不是本单位的直接下级，不能分解给它们。") % {"n": len(strange)})
    before = {pk: held[pk].amount if pk in held else None for pk in shares}
    changed = {pk: amount for pk, amount in shares.items() if amount != before[pk]}
    if target.issued_date and changed and not reason.strip():
        raise Refused(_("请写明调整的原因。"))
    change(target, version=version, explanation=explanation.strip()[:500])
    for pk, amount in changed.items():
        if pk in held:
            _change_share(target, held[pk], amount, reason, by)
        elif amount is not None:
            _give(target, units[pk], amount, reason, by)
    if target.issued_date:
        _refuse_unexplained(target)
        _tell([row for row in queries.shares_of(target) if row.unit_id in changed], by)
    record(
        "target.allocated", target, by=by, unit=target.unit, before=_worded(before, changed),
        after=_worded(shares, changed), reason=reason.strip(),
    )  # fmt: skip
    return target


@transaction.atomic
def issue(*, target: Target, version: int, by: User, today: date) -> Target:
    """Hand the shares down; if they do not add up, only with an explanation. Raises Refused, StaleRecord."""
    if target.issued_date:
        raise Refused(_("已经下达过；之后的调整保存后即生效。"))
    rows = list(queries.shares_of(target))
    if not rows:
        raise Refused(_("还没有分解给任何下级单位。"))
    _refuse_unexplained(target)
    change(target, version=version, issued_date=today)
    record("target.issued", target, by=by, unit=target.unit, after={"shares": len(rows)})
    _tell(rows, by)
    return target


@transaction.atomic
def sign(*, unit: Unit, year: int, by: User, today: date) -> Pledge:
    """The side above signs the unit's letter of responsibility over what it handed down. Raises Refused."""
    if not queries.is_above(by, unit):
        raise Refused(_("责任书由上级单位签发，您没有上级单位的目标权限。"))
    lines = queries.lines_of(queries.handed_down(unit, year))
    if not lines:
        raise Refused(_("还没有向这个单位下达%(year)s年的目标。") % {"year": year})
    newest = Pledge.objects.in_unit(unit).filter(year=year).order_by("-number").first()
    if newest and newest.lines == lines:
        raise Refused(_("目标没有变化，责任书已经签发。"))
    row = Pledge.objects.create(
        unit=unit, path=unit.path, year=year, number=newest.number + 1 if newest else 1, lines=lines,
        signed_by=by, signed_date=today,
    )  # fmt: skip
    record("pledge.signed", row, by=by, unit=unit, after={"year": year, "lines": len(lines)})
    title = _("%(year)s年责任书已由上级签发，请签收。") % {"year": year}
    _notify_pledge(row, unit, title, "signed", by)
    return row


@transaction.atomic
def acknowledge(*, pledge: Pledge, version: int, by: User, today: date) -> Pledge:
    """The unit's own office takes the letter on. Raises Refused, StaleRecord."""
    if pledge.version != version:
        raise StaleRecord(pledge)
    if pledge.acknowledged_date is None and not queries.is_current(pledge):
        raise Refused(_("签发以后目标又调整过，请等上级重新签发。"))
    if not queries.may_acknowledge(by, pledge):
        raise Refused(_("责任书由责任单位自己的创建办签收，每份一次。"))
    change(pledge, version=version, acknowledged_by=by, acknowledged_date=today)
    record("pledge.acknowledged", pledge, by=by, unit=pledge.unit, after={"year": pledge.year})
    assert pledge.unit.parent is not None
    words = {"unit": pledge.unit.name, "year": pledge.year}
    title = _("%(unit)s已签收%(year)s年责任书。") % words
    _notify_pledge(pledge, pledge.unit.parent, title, "acknowledged", by)
    return pledge


def _give(target: Target, unit: Unit, amount: Decimal, reason: str, by: User) -> None:
    row = Target.objects.create(
        unit=unit, path=unit.path, year=target.year, metric=target.metric, amount=amount,
        due_date=target.due_date, basis=target.basis, above=target, by=by,
    )  # fmt: skip
    if target.issued_date:
        _keep_revision(row, None, amount, reason, by)


def _change_share(target: Target, row: Target, amount: Decimal | None, reason: str, by: User) -> None:
    """Once handed down a share stays, be it zero: it has a history."""
    if target.issued_date:
        _keep_revision(row, row.amount, amount or Decimal(0), reason, by)
    elif amount is None:
        Target.objects.in_unit(row.unit).filter(pk=row.pk).delete()
        return
    change(row, version=row.version, amount=amount or Decimal(0))


def _keep_revision(row: Target, before: Decimal | None, after: Decimal, reason: str, by: User) -> None:
    Revision.objects.create(
        unit=row.unit,
        path=row.path,
        target=row,
        before=before,
        after=after,
        reason=reason.strip()[:300],
        by=by,
    )


def _refuse_unless_sound(amount: Decimal, year: int, due_date: date) -> None:
    if amount < 0:
        raise Refused(_("目标值不能小于零。"))
    if due_date.year != year:
        raise Refused(_("完成期限应在%(year)s年以内。") % {"year": year})


def _refuse_unexplained(target: Target) -> None:
    gap = queries.gap(target, [row.amount for row in queries.shares_of(target)])
    if gap and not target.explanation:
        words = {"gap": plain(abs(gap)), "amount": plain(target.amount)}
        text = (
            _("分解合计比目标 %(amount)s 多 %(gap)s。")
            if gap > 0
            else _("分解合计比目标 %(amount)s 少 %(gap)s。")
        )
        raise Refused(text % words + _("请调整分解数，或写明差额的原因。"))


def _worded(amounts: Mapping[int, Decimal | None], chosen: Iterable[int]) -> dict[str, str]:
    return {str(pk): "" if (amount := amounts[pk]) is None else plain(amount) for pk in chosen}


def _tell(rows: Sequence[Target], by: User) -> None:
    """The offices that got a share, once for each version of it."""
    for row in rows:
        words = {"year": row.year, "metric": row.rules.name, "amount": plain(row.amount)}
        common: dict[str, Any] = {"unit": row.unit, "kind": "target", "by": by}
        notify(
            to=holders(row.unit, Permission.TARGET_EDIT),
            title=_("上级下达%(year)s年目标：%(metric)s %(amount)s。") % words,
            key=f"target:{row.uuid}:{row.version}",
            address=reverse("targets:detail", args=[row.unit.slug, row.uuid]),
            **common,
        )


def _notify_pledge(row: Pledge, to: Unit, title: str, step: str, by: User) -> None:
    notify(
        unit=to,
        to=holders(to, Permission.TARGET_EDIT),
        kind="target",
        title=title,
        key=f"pledge:{row.uuid}:{step}",
        address=reverse("targets:pledge", args=[row.unit.slug, row.uuid]),
        by=by,
    )
