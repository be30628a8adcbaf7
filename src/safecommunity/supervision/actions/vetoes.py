"""A veto's way: proposed, decided by another person, appealed in time, settled by a third."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.ledgers.actions import keep
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.supervision.actions import Refused
from safecommunity.supervision.models.vetoes import State, Veto
from safecommunity.supervision.queries import vetoes as queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord, change


@transaction.atomic
def propose(
    *, unit: Unit, year: int, ground: str, scope: str, reason: str, evidence: str, by: User, today: date
) -> Veto:
    """Propose a veto of a unit below; one for each year and ground while it stands. Raises Refused."""
    if not queries.is_above(by, unit):
        raise Refused(_("一票否决由上级单位的考核人员提出，您没有这个单位上级的考核权限。"))
    if year > today.year:
        raise Refused(_("%(year)s年还没有开始，不能提出否决。") % {"year": year})
    row = Veto(
        unit=unit, path=unit.path, year=year, ground=ground, scope=scope, reason=reason.strip(),
        evidence=evidence.strip(), proposed_by=by, proposed_date=today,
    )  # fmt: skip
    try:
        with transaction.atomic():
            Veto.objects.bulk_create([row])
    except IntegrityError as error:
        raise Refused(_("这个单位这一年已有同一情形的否决，请在原来那件上办理。")) from error
    record("veto.proposed", row, by=by, unit=unit, after={"year": year, "ground": ground, "scope": scope})
    _tell(row, by)
    return row


@transaction.atomic
def decide(
    *, row: Veto, version: int, accept: bool, words: str, appeal_until: date | None, by: User, today: date
) -> Veto:
    """Accept or drop what another person proposed. Raises Refused, StaleRecord."""
    _current(row, version)
    if not queries.may_decide(by, row):
        raise Refused(_("要由上级单位的考核人员、且不是提出人来决定；已决定的不能再决定。"))
    if accept and (appeal_until is None or appeal_until <= today):
        raise Refused(_("请写明申诉截止日期，它应在今天以后。"))
    state = State.DECIDED if accept else State.DROPPED
    return _step(
        row, "veto.decided", version, by, state=state, decision=words.strip(), decided_by=by,
        decided_date=today, appeal_until=appeal_until if accept else None,
    )  # fmt: skip


@transaction.atomic
def appeal(*, row: Veto, version: int, words: str, by: User, today: date) -> Veto:
    """The unit's own appeal, in time; the veto stays in force meanwhile. Raises Refused, StaleRecord."""
    _current(row, version)
    if row.state == State.DECIDED and row.appeal_until is not None and today > row.appeal_until:
        raise Refused(_("申诉期到 %(day)s 为止，已经过了。") % {"day": row.appeal_until.isoformat()})
    if not queries.may_appeal(by, row, today):
        raise Refused(_("只有被否决的单位自己可以申诉，每件一次。"))
    return _step(
        row, "veto.appealed", version, by, state=State.APPEALED, appeal=words.strip(), appealed_by=by,
        appealed_date=today,
    )  # fmt: skip


@transaction.atomic
def settle(*, row: Veto, version: int, uphold: bool, words: str, by: User, today: date) -> Veto:
    """Answer the appeal: uphold or lift. Raises Refused, StaleRecord."""
    _current(row, version)
    if not queries.may_settle(by, row):
        raise Refused(_("申诉由上级单位里没有提出、也没有决定这件否决的考核人员复核。"))
    return _step(
        row, "veto.settled", version, by, state=State.UPHELD if uphold else State.LIFTED,
        settlement=words.strip(), settled_by=by, settled_date=today,
    )  # fmt: skip


def _current(row: Veto, version: int) -> None:
    if row.version != version:
        raise StaleRecord(row)


def _step(row: Veto, act: str, version: int, by: User, **fields: Any) -> Veto:
    before = row.state
    change(row, version=version, **fields)
    record(act, row, by=by, unit=row.unit, before={"state": before}, after={"state": str(row.state)})
    if row.state != State.DROPPED:
        _keep(row, by)
    _tell(row, by)
    return row


def _keep(row: Veto, by: User) -> None:
    """The ledger's line: what assessments, figures and conditions of titles read."""
    assert row.decided_date is not None
    days = ("proposed_date", "decided_date", "appeal_until", "appealed_date", "settled_date")
    values = {
        "year": row.year,
        "ground": row.ground,
        "scope": row.scope,
        "evidence": row.evidence,
        "state": "in-force" if row.state in queries.IN_FORCE else "lifted",
        "counted_date": min(row.decided_date, date(row.year, 12, 31)).isoformat(),
        **{name: value.isoformat() for name in days if (value := getattr(row, name))},
    }
    keep(ledger="vetoes", unit=row.unit, client_uuid=row.uuid, values=values, by=by)


def _tell(row: Veto, by: User) -> None:
    """Those who have to act next, and the unit of every decision."""
    unit = row.unit
    assert unit.parent is not None
    words = {"unit": unit.name, "year": row.year, "state": row.get_state_display()}
    title = _("%(unit)s %(year)s年一票否决：%(state)s") % words
    above = row.state in (State.PROPOSED, State.APPEALED)
    to = holders(unit.parent, Permission.APPRAISE) if above else holders(unit, Permission.RETURN_SUBMIT)
    address = reverse("supervision:detail", args=[unit.slug, row.uuid])
    key = f"veto:{row.uuid}:{row.state}"
    notify(
        unit=unit.parent if above else unit,
        to=to,
        kind="veto",
        title=title,
        key=key,
        address=address,
        by=by,
    )
