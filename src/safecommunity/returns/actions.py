"""Compiling returns, and taking them up the chain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.periods import Period
from safecommunity.core.returns import summed
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.returns import queries
from safecommunity.returns.models import Return, State, Step
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord, change

LARGEST = Decimal(10) ** 13


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""


@transaction.atomic
def compile_returns(*, root: Unit, units: list[Unit], month: Period, today: date, by: User | None) -> int:
    """Draft the month's return of each of these units from its records, or bring its open one up to date.

    Those filed already and summaries stay as they are; corrections and words are kept. Returns how many.
    """
    if month.start > today:
        raise Refused(_("%(month)s还没有开始，不能编制月报。") % {"month": month.label()})
    wanted = [unit for unit in units if queries.files(unit)]
    if not wanted:
        raise Refused(_("这类单位不报月报。"))
    rows = Return.objects.below(root).filter(form=queries.FORM, month=month.code)
    known = {row.unit_id: row for row in rows.select_for_update()}
    open_ones = [
        unit for unit in wanted
        if unit.pk not in known or (known[unit.pk].is_open and not known[unit.pk].is_summary)
    ]  # fmt: skip
    if not open_ones:
        raise Refused(_("%(month)s的月报已经报送或已由下级汇总，不能重新编制。") % {"month": month.label()})
    figures, now = queries.compiled(root, open_ones, month, today), timezone.now()
    due = queries.due(month)
    fresh = [
        Return(
            unit=unit, path=unit.path, form=queries.FORM, month=month.code, due_date=due,
            figures=figures[unit.pk], compiled_at=now,
        )
        for unit in open_ones if unit.pk not in known
    ]  # fmt: skip
    Return.objects.bulk_create(fresh, batch_size=500)
    again = [known[unit.pk] for unit in open_ones if unit.pk in known]
    for row in again:
        row.figures, row.compiled_at, row.version, row.updated_at = (
            figures[row.unit_id],
            now,
            row.version + 1,
            now,
        )
    if again:
        Return.objects.below(root).bulk_update(
            again, ["figures", "compiled_at", "version", "updated_at"], batch_size=300
        )
    after = {"month": month.code, "units": len(open_ones)}
    record("return.compiled", f"returns.{month.code}", by=by, unit=root, after=after)
    return len(open_ones)


@transaction.atomic
def write(
    *,
    row: Return,
    version: int,
    words: Mapping[str, str],
    corrections: Mapping[str, tuple[str, str]],
    is_zero: bool,
    by: User,
) -> Return:
    """Words, and corrected figures as code → (value, reason). A value equal to the compiled one, or "", is
    no correction. Raises Refused, StaleRecord."""
    if not row.is_open:
        raise Refused(_("月报已报送，不能直接修改；需要修改时请上级退回或重新开启。"))
    known = {one.code for one in row.rules.words}
    kept: dict[str, Any] = {}
    for code, (text, reason) in corrections.items():
        figure = row.rules.figures[code]
        compiled = row.figures.get(code)
        if not text.strip():
            continue
        value = _number(text, figure.name.zh)
        if compiled is not None and value == Decimal(compiled):
            continue
        if not reason.strip():
            raise Refused(_("更正“%(figure)s”要写明原因。") % {"figure": figure.name.zh})
        before = row.corrections.get(code, {})
        same = before.get("value") == f"{value:f}" and before.get("reason") == reason.strip()[:300]
        kept[code] = before if same else {
            "value": f"{value:f}", "reason": reason.strip()[:300], "by": by.display_name,
            "at": timezone.now().isoformat(),
        }  # fmt: skip
    old = {"corrections": sorted(row.corrections), "zero": row.is_zero}
    change(
        row,
        version=version,
        words={code: text.strip() for code, text in words.items() if code in known},
        corrections=kept,
        is_zero=is_zero,
    )
    after = {"corrections": {code: one["value"] for code, one in kept.items()}, "zero": is_zero}
    record("return.edited", row, by=by, unit=row.unit, before=old, after=after)
    return row


@transaction.atomic
def submit(*, row: Return, version: int, by: User, today: date) -> Return:
    """File the return with the level above. Raises Refused, StaleRecord."""
    if not row.is_open:
        raise Refused(_("月报已经报送过。"))
    if today <= row.period.end:
        raise Refused(_("%(month)s还没有过完，月末以后才能报送。") % {"month": row.period.label()})
    lacking = [one.label.zh for one in row.rules.words if one.required and not row.words.get(one.code)]
    if lacking:
        raise Refused(_("请先填写：%(words)s。") % {"words": "、".join(lacking)})
    any_figure = any(value for value in row.values.values())
    if any_figure and row.is_zero:
        raise Refused(_("有不为零的数据，不能按零报告报送。"))
    if not any_figure and not row.is_zero:
        raise Refused(_("没有任何数据。确实没有工作发生的，请勾选“零报告”后报送。"))
    first = row.first_submitted_date or today
    return _step(
        row, "submit", (State.DRAFT, State.RETURNED), State.SUBMITTED, version, by, "",
        submitted_at=timezone.now(), first_submitted_date=first,
    )  # fmt: skip


@transaction.atomic
def check(*, row: Return, version: int, by: User) -> Return:
    """The level above takes the return."""
    _refuse_unless(queries.may_check(by, row))
    return _step(row, "check", (State.SUBMITTED,), State.CHECKED, version, by, "")


@transaction.atomic
def send_back(*, row: Return, version: int, by: User, reason: str) -> Return:
    """The level above gives a return that was filed back, with its reason."""
    _refuse_unless(queries.may_check(by, row))
    return _step(row, "send_back", (State.SUBMITTED,), State.RETURNED, version, by, _reason(reason))


@transaction.atomic
def reopen(*, row: Return, version: int, by: User, reason: str) -> Return:
    """The level above opens a return that was taken already; a summary over it has to be made anew.

    Where nobody is above, the unit itself opens the one it filed.
    """
    _refuse_unless(queries.may_reopen(by, row))
    return _step(row, "reopen", queries.reopened_from(row), State.RETURNED, version, by, _reason(reason))


@transaction.atomic
def summarise(*, unit: Unit, month: Period, by: User) -> Return:
    """The unit's own return as the sum of the checked returns of those below it."""
    parts = queries.to_summarise(unit, month)
    if not parts:
        raise Refused(_("还没有审核通过的下级月报，不能汇总。"))
    row = queries.month_return(unit, month)
    if row is not None and not row.is_open:
        raise Refused(_("本级月报已经报送，请先由上级退回再汇总。"))
    values = summed([part.values for part in parts])
    kept: Any = {
        "figures": {code: None if value is None else f"{value:f}" for code, value in values.items()},
        "sources": [str(part.uuid) for part in parts],
        "is_summary": True,
        "compiled_at": timezone.now(),
    }
    if row is None:
        row = Return.objects.create(
            unit=unit, path=unit.path, form=queries.FORM, month=month.code,
            due_date=queries.due(month), **kept,
        )  # fmt: skip
    else:
        change(row, version=row.version, **kept)
    for part in parts:
        if part.state == State.CHECKED:
            _step(part, "summarise", (State.CHECKED,), State.SUMMARISED, part.version, by, "")
    record("return.summarised", row, by=by, unit=unit, after={"month": month.code, "returns": len(parts)})
    return row


@transaction.atomic
def remind(*, root: Unit, today: date, by: User | None) -> int:
    """Tell who has not filed, from three days before the day; three days after it the level above too."""
    month = Period.month_of(today).previous()
    due = queries.due(month)
    left = (due - today).days
    if left > 3:
        return 0
    units = Unit.objects.filter(path__startswith=root.path, is_active=True, kind__in=queries.form().kinds)
    filed = set(
        Return.objects.below(root)
        .filter(form=queries.FORM, month=month.code, state__in=queries.FILED)
        .values_list("unit_id", flat=True)
    )
    told = 0
    for unit in units.exclude(parent=None).select_related("parent"):
        if unit.pk in filed:
            continue
        words = {"month": month.label(), "due": due.isoformat(), "unit": unit.name}
        title = _("%(month)s月报应在 %(due)s 前报送，还没有报送。") % words
        key = f"return:{unit.pk}:{month.code}:{'late' if left < 0 else 'due'}"
        address = reverse("returns:index", args=[unit.slug])
        people = holders(unit, Permission.RETURN_SUBMIT)
        told += notify(unit=unit, to=people, kind="return", title=title, key=key, address=address, by=by)
        if left <= -3 and unit.parent:
            title = _("%(unit)s的%(month)s月报已逾期。") % words
            address = reverse("returns:board", args=[unit.parent.slug])
            above = holders(unit.parent, Permission.RETURN_CHECK)
            told += notify(
                unit=unit.parent,
                to=above,
                kind="return",
                title=title,
                key=f"{key}:above",
                address=address,
                by=by,
            )
    if told:
        record("returns.reminded", f"returns.{month.code}", by=by, unit=root, after={"told": told})
    return told


def _refuse_unless(may: bool) -> None:
    if not may:
        raise Refused(_("月报由上级单位审核，您没有上级单位的审核权限。"))


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused(_("请写明原因。"))
    return text.strip()[:500]


def _number(text: str, name: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation as error:
        raise Refused(_("“%(figure)s”应填数字。") % {"figure": name}) from error
    if not value.is_finite() or not 0 <= value < LARGEST or value != round(value, 4):
        raise Refused(_("“%(figure)s”应为不小于零的数，最多四位小数。") % {"figure": name})
    return value


def _step(
    row: Return,
    act: str,
    before: tuple[str, ...],
    after: str,
    version: int,
    by: User,
    reason: str,
    **more: Any,
) -> Return:
    if row.version != version:
        raise StaleRecord(row)
    if row.state not in before:
        raise Refused(_("“%(state)s”的月报不能这样办理。") % {"state": row.get_state_display()})
    old = row.state
    change(row, version=version, state=after, **more)
    values = {code: None if one is None else f"{one:f}" for code, one in row.values.items()}
    Step.objects.create(
        unit=row.unit, path=row.path, row=row, act=act, before=old, after=after, by=by, reason=reason,
        figures=values if act == "submit" else {},
    )  # fmt: skip
    record(
        f"return.{act.replace('_', '-')}", row, by=by, unit=row.unit, after={"state": after}, reason=reason
    )
    _tell(row, act, by, reason)
    return row


def _tell(row: Return, act: str, by: User, reason: str) -> None:
    address = reverse("returns:detail", args=[row.unit.slug, row.month])
    words = {"unit": row.unit.name, "month": row.period.label(), "reason": reason}
    key = f"return:{row.uuid}:{act}:{row.version}"
    if act == "submit" and row.unit.parent:
        title = _("%(unit)s报送了%(month)s月报，请审核。") % words
        above = holders(row.unit.parent, Permission.RETURN_CHECK)
        notify(unit=row.unit.parent, to=above, kind="return", title=title, key=key, address=address, by=by)
    elif act in ("send_back", "reopen"):
        title = _("%(month)s月报被退回：%(reason)s") % words
        people = holders(row.unit, Permission.RETURN_SUBMIT)
        notify(unit=row.unit, to=people, kind="return", title=title, key=key, address=address, by=by)
