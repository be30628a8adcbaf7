"""Titles granted, registered, kept and withdrawn."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.schemes import Scheme
from safecommunity.ledgers.actions import keep
from safecommunity.library import schemes
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.reviews import queries
from safecommunity.reviews.models import Duty, Title
from safecommunity.reviews.wording import duty_name
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import change


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""


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
    _tell(row, _("称号“%(title)s”已被撤销：%(reason)s") % words, "withdrawn", by)
    return row


@transaction.atomic
def remind(*, root: Unit, today: date, by: User | None) -> int:
    """Tell who holds a title, and the level above, before it runs out and before what falls due meanwhile."""
    told = 0
    for row in queries.titles(root).filter(state=Title.State.GRANTED).select_related("unit__parent"):
        words = {"unit": row.unit.name, "title": row.name, "day": row.valid_until.isoformat()}
        left = (row.valid_until - today).days
        if left < 0:
            told += _tell(row, _("%(unit)s的“%(title)s”已于 %(day)s 到期。") % words, "expired", by)
        elif (stage := _stage(row, left)) is not None:
            title = _("%(unit)s的“%(title)s”到 %(day)s 为止，请及时申请复评。") % words
            told += _tell(row, title, str(stage), by)
    for duty in queries.open_duties(root):
        words = {"unit": duty.unit.name, "what": duty_name(duty), "day": duty.due_date.isoformat()}
        left, key = (duty.due_date - today).days, f"{duty.code}:{duty.due_date}"
        if left < 0:
            title = _("%(unit)s的“%(what)s”应在 %(day)s 前完成，已经逾期。") % words
            told += _tell(duty.title, title, f"{key}:late", by)
        elif (stage := _stage(duty.title, left)) is not None:
            title = _("%(unit)s的“%(what)s”应在 %(day)s 前完成。") % words
            told += _tell(duty.title, title, f"{key}:{stage}", by)
    if told:
        record("titles.reminded", f"titles.{root.slug}", by=by, unit=root, after={"told": told})
    return told


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


def _tell(row: Title, title: str, what: str, by: User | None) -> int:
    """The unit's office and the level above it."""
    people = holders(row.unit, Permission.REVIEW_APPLY)
    if row.unit.parent is not None:
        people += holders(row.unit.parent, Permission.REVIEW_CHECK)
    address = reverse("reviews:title", args=[row.unit.slug, row.uuid])
    key = f"title:{row.uuid}:{what}"
    return notify(unit=row.unit, to=people, kind="title", title=title, key=key, address=address, by=by)
