"""Rights in an emergency: two administrators, a reason, one hour, and all three kinds are told."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.notices.actions import notify
from safecommunity.units.models import Emergency, RoleHolding, Unit
from safecommunity.units.permissions import ADMINISTRATORS, ROLES, Permission, can, current_holdings
from safecommunity.units.scope import within

HOURS = timedelta(hours=1)
# Who carries things out may let a colleague do so; the one who reads the log changes nothing.
DECIDERS = (Permission.ROLE_GRANT, Permission.SYSTEM_RUN)


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""


def asked(unit: Unit) -> QuerySet[Emergency]:
    """What was asked for on a unit and beneath it, newest first."""
    return Emergency.objects.filter(within([unit.path], "unit__path")).select_related(
        "unit", "user", "decided_by"
    )


def may_decide(user: User, row: Emergency) -> bool:
    return row.user_id != user.pk and any(can(user, one, row.unit) for one in DECIDERS)


@transaction.atomic
def ask(*, unit: Unit, role: str, reason: str, by: User, now: datetime) -> Emergency:
    """Ask for a working role for an hour. Raises Refused."""
    if not can(by, Permission.EMERGENCY, unit):
        raise Refused(_("只有三员可以申请应急授权。"))
    if role not in ROLES or role in ADMINISTRATORS:
        raise Refused(_("应急授权只能是业务角色。"))
    if not reason.strip():
        raise Refused(_("请写明原因。"))
    waiting = Emergency.objects.filter(unit=unit, user=by, role=role, state=Emergency.State.ASKED)
    if waiting.exists():
        raise Refused(_("同样的申请正在等待批准。"))
    row = Emergency.objects.create(unit=unit, user=by, role=role, reason=reason.strip()[:500], asked_at=now)
    record("emergency.asked", row, by=by, unit=unit, after={"role": role}, reason=row.reason)
    _tell(row, _("%(person)s 申请应急授权：%(role)s"), by)
    return row


@transaction.atomic
def decide(*, row: Emergency, grant: bool, by: User, now: datetime) -> Emergency:
    """Grant it for an hour from now, or refuse; once, and never by the one who asked. Raises Refused."""
    row = Emergency.objects.select_for_update().get(pk=row.pk)
    if row.state != Emergency.State.ASKED:
        raise Refused(_("这件申请已经决定过了。"))
    if not may_decide(by, row):
        raise Refused(_("要由另一位系统管理员或安全管理员批准。"))
    row.state = Emergency.State.GRANTED if grant else Emergency.State.REFUSED
    row.decided_by, row.decided_at, row.ends_at = by, now, now + HOURS if grant else None
    row.save(update_fields=["state", "decided_by", "decided_at", "ends_at"])
    if grant:
        _hold(row, by)
    record(
        "emergency.decided", row, by=by, unit=row.unit, after={"state": row.state, "until": row.ends_at},
        reason=row.reason,
    )  # fmt: skip
    words = _("%(person)s 的应急授权已批准，一小时有效：%(role)s")
    _tell(row, words if grant else _("%(person)s 的应急授权未获批准：%(role)s"), by)
    return row


def _hold(row: Emergency, by: User) -> None:
    """The role until the hour is over; one that is held for good stays as it is."""
    held = RoleHolding.objects.filter(user=row.user, unit=row.unit, role=row.role)
    if held.filter(until=None).exists():
        raise Refused(_("申请人已经有这个角色，不需要应急授权。"))
    held.delete()
    RoleHolding.objects.create(
        user=row.user, unit=row.unit, role=row.role, until=row.ends_at, granted_by=by.username
    )


def _tell(row: Emergency, words: str, by: User) -> None:
    """All administrators whose role reaches the unit, by notice and by e-mail where that is set up."""
    held = current_holdings(timezone.localdate()).filter(
        role__in=ADMINISTRATORS, unit__path__in=_paths(row.unit.path)
    )
    people = User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("pk")
    title = words % {"person": row.user.display_name, "role": row.role_name}
    notify(
        unit=row.unit, to=people, kind="emergency", title=title, key=f"emergency:{row.pk}:{row.state}",
        address=reverse("emergency:index", args=[row.unit.slug]), by=by,
    )  # fmt: skip


def _paths(path: str) -> list[str]:
    """/1/, /1/5/, /1/5/23/ of /1/5/23/."""
    steps = path.strip("/").split("/")
    return ["/" + "/".join(steps[: depth + 1]) + "/" for depth in range(len(steps))]
