"""Proposing an award and deciding on it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid5

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.ledgers.actions import DuplicateEntry, keep
from safecommunity.library import codes
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.supervision.actions import Refused
from safecommunity.supervision.models.awards import Award, AwardState, HolderKind
from safecommunity.supervision.queries import awards as queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord, change


@transaction.atomic
def propose(
    *, giver: Unit, unit: Unit, year: int, honour: str, level: str, holder_kind: str, holder: str,
    reason: str, money: Decimal | None, by: User, today: date,
) -> Award:  # fmt: skip
    """Propose a unit below, or a person who belongs to this unit or one below. Raises Refused."""
    if not can(by, Permission.APPRAISE, giver):
        raise Refused(_("您没有在“%(unit)s”组织考核的权限。") % {"unit": giver.name})
    is_unit = holder_kind == HolderKind.UNIT
    if not unit.path.startswith(giver.path) or (is_unit and unit.pk == giver.pk):
        raise Refused(_("表彰的对象应是下级单位，或本单位和下级单位的个人。"))
    if level not in codes["honour-levels"]:
        raise Refused(_("没有这个荣誉级别。"))
    if year > today.year:
        raise Refused(_("%(year)s年还没有开始，不能表彰。") % {"year": year})
    if not is_unit and not holder.strip():
        raise Refused(_("请写明受表彰的个人。"))
    _refuse_barred(unit, year)
    row = Award(
        unit=unit, path=unit.path, giver=giver, year=year, honour=honour.strip(), level=level,
        holder_kind=holder_kind, holder=unit.name if is_unit else holder.strip(), reason=reason.strip(),
        money=money or None, proposed_by=by, proposed_date=today,
    )  # fmt: skip
    try:
        with transaction.atomic():
            Award.objects.bulk_create([row])
    except IntegrityError as error:
        raise Refused(_("这个对象这一年已经提名同一项荣誉。")) from error
    after = {"honour": row.honour, "holder": row.holder, "year": year, "money": row.money}
    record("award.proposed", row, by=by, unit=giver, after=after)
    title = _("表彰提名待决定：%(award)s") % {"award": row}
    _tell(row, giver, holders(giver, Permission.APPRAISE), title, by)
    return row


@transaction.atomic
def decide(*, row: Award, version: int, accept: bool, words: str, by: User, today: date) -> Award:
    """Give or drop what another person proposed; the ledgers keep what is given. Raises Refused,
    StaleRecord."""
    if row.version != version:
        raise StaleRecord(row)
    if not queries.may_decide(by, row):
        raise Refused(_("要由表彰单位的考核人员、且不是提名人来决定；已决定的不能再决定。"))
    if accept:
        _refuse_barred(row.unit, row.year)
    change(
        row, version=version, state=AwardState.DECIDED if accept else AwardState.DROPPED, decided_by=by,
        decided_date=today, decision=words.strip()[:500],
    )  # fmt: skip
    record("award.decided", row, by=by, unit=row.giver, after={"state": row.state}, reason=row.decision)
    if accept:
        _keep(row, by, today)
        title = _("获得表彰：%(award)s") % {"award": row}
        _tell(row, row.unit, holders(row.unit, Permission.TASK_DO), title, by)
    return row


def _refuse_barred(unit: Unit, year: int) -> None:
    if queries.is_barred(unit, year):
        raise Refused(_("“%(unit)s”%(year)s年被一票否决，不能表彰。") % {"unit": unit.name, "year": year})


def _keep(row: Award, by: User, today: date) -> None:
    """The honour in its unit's ledger, and the money in the giver's."""
    honour: dict[str, Any] = {
        "name": row.honour, "level": row.level, "holder": row.holder, "holder_kind": row.holder_kind,
        "direction": "received", "awarded_by": row.giver.name, "awarded_date": today.isoformat(),
        "reason": row.reason, "money": row.money,
    }  # fmt: skip
    try:
        keep(ledger="honours", unit=row.unit, client_uuid=row.uuid, values=honour, by=by)
    except DuplicateEntry as error:
        raise Refused(_("荣誉台账里已经有同名、同一天的记录，请先核对。")) from error
    if row.money:
        spent = {
            "kind": "expense", "booked_date": today.isoformat(), "amount": row.money, "use": "awards",
            "year": today.year, "subject": f"{row.honour}奖金：{row.holder}", "payee": row.holder,
        }  # fmt: skip
        keep(ledger="funds", unit=row.giver, client_uuid=uuid5(row.uuid, "funds"), values=spent, by=by)


def _tell(row: Award, unit: Unit, to: list[User], title: str, by: User) -> None:
    address = reverse("supervision:award", args=[row.unit.slug, row.uuid])
    key = f"award:{row.uuid}:{row.state}"
    notify(unit=unit, to=to, kind="award", title=title, key=key, address=address, by=by)
