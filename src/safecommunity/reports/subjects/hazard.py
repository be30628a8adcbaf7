"""A hidden hazard: notices, opinions of re-checks, write-offs, supervision letters, plans of treatment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core.papers import Column, Trace
from safecommunity.core.reports import Call, Value
from safecommunity.hazards import queries
from safecommunity.hazards.models import HiddenHazard, Rectification
from safecommunity.library import codes
from safecommunity.reports.blocks.registry import Made, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.subjects.registry import subject
from safecommunity.reports.values import day
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission

BLANK = "—"


@subject(
    "hazard",
    name=gettext_lazy("隐患"),
    permission=Permission.HAZARD_VIEW,
    page=lambda row: ("hazards:detail", (row.client_uuid,)),
)
def hazard(unit: Unit, uid: UUID) -> HiddenHazard | None:
    row = queries.hazard(unit, uid)
    return row if row is not None and row.unit_id == unit.pk else None


def _trace(row: HiddenHazard, records: Records) -> Trace:
    return hazard.trace(row, f"{_('隐患')} {row.number}")


def _said(row: HiddenHazard, records: Records, text: str) -> Value:
    return Value(text or BLANK, _trace(row, records))


@hazard.value("number")
def number(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, row.number)


@hazard.value("place")
def place(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, row.place)


@hazard.value("problem")
def problem(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, row.text)


@hazard.value("grade")
def grade(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, row.get_grade_display())


@hazard.value("found")
def found(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, _moment(row.found_at, records))


@hazard.value("due")
def due(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, _moment(row.due_at, records))


@hazard.value("measures")
def measures(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, row.measures)


@hazard.value("basis")
def basis(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, row.basis)


@hazard.value("responsible")
def responsible(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, row.responsible_unit)


@hazard.value("person")
def person(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, row.responsible_person)


@hazard.value("result")
def result(row: HiddenHazard, records: Records) -> Value:
    """What the last re-check found."""
    last = _checked(row)
    return _said(row, records, str(last.get_result_display()) if last else _("尚未复查"))


@hazard.value("opinion")
def opinion(row: HiddenHazard, records: Records) -> Value:
    last = _checked(row)
    return _said(row, records, last.opinion if last else "")


@hazard.value("closed")
def closed(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, _moment(row.closed_at, records) if row.closed_at else _("尚未销号"))


@hazard.value("overseer")
def overseer(row: HiddenHazard, records: Records) -> Value:
    return _said(row, records, (row.overseer or row.handler).name)


@hazard.value("days_late")
def days_late(row: HiddenHazard, records: Records) -> Value:
    """Whole days past the deadline, until it was put right or today; 0 in time."""
    end = row.fixed_at or timezone.now()
    late = (timezone.localdate(end) - timezone.localdate(row.due_at)).days if row.due_at else 0
    return Value(str(max(0, late)), _trace(row, records))


@hazard.part("fields")
def fields(row: HiddenHazard, records: Records, call: Call) -> Made:
    """The columns of the ledger that are filled in."""
    shown = [
        (_("编号"), row.number),
        (_("地点"), row.place),
        (_("存在问题"), row.text),
        (_("等级"), row.get_grade_display()),
        (_("类型"), _named("hazard-kinds", row.kind, records)),
        (_("成因"), _named("hazard-causes", row.cause, records)),
        (_("发现"), f"{row.found_by} {_moment(row.found_at, records)}"),
        (_("依据"), row.basis),
        (_("整改措施"), row.measures),
        (_("整改期限"), _moment(row.due_at, records)),
        (_("整改资金（元）"), "" if row.funds is None else f"{row.funds:,}"),
        (_("责任单位"), row.responsible_unit),
        (_("责任人"), row.responsible_person),
        (_("整改完成"), _moment(row.fixed_at, records)),
        (_("验收人"), row.checked_by.display_name if row.checked_by else ""),
        (_("督办单位"), (row.overseer or row.handler).name),
        (_("督办人"), row.supervisor),
        (_("根本原因"), row.root_cause),
        (_("销号"), _moment(row.closed_at, records)),
    ]
    columns = [Column(_("项目"), 1.2), Column(_("内容"), 4)]
    return table(row.number, columns, [line for line in shown if line[1]], _trace(row, records))


@hazard.part("guarantees")
def guarantees(row: HiddenHazard, records: Records, call: Call) -> Made:
    """The five guarantees of a major hazard."""
    words = {
        "responsibility": _("责任"), "measures": _("措施"), "funds": _("资金"), "deadline": _("时限"),
        "emergency": _("预案"),
    }  # fmt: skip
    shown = [(word, row.guarantees.get(name) or BLANK) for name, word in words.items()]
    columns = [Column(_("五落实"), 1), Column(_("内容"), 4)]
    return table(_("五落实"), columns, shown, _trace(row, records))


@hazard.part("rectifications")
def rectifications(row: HiddenHazard, records: Records, call: Call) -> Made:
    """What was done and what each check found."""
    shown = [
        (
            str(one.number), one.text, f"{one.by_name} {_moment(one.at, records)}",
            f"{one.get_result_display()} {one.opinion}".strip() or BLANK,
        )
        for one in queries.rectifications(row)
    ]  # fmt: skip
    columns = [Column(_("次"), 0.5), Column(_("整改情况"), 3), Column(_("提交"), 1.5), Column(_("复查"), 2)]
    return table(_("整改和复查"), columns, shown, _trace(row, records))


def _checked(row: HiddenHazard) -> Rectification | None:
    return queries.rectifications(row).exclude(result="").last()


def _moment(moment: datetime | None, records: Records) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{day(local.date(), records.language)} {local:%H:%M}"


def _named(codelist: str, code: str, records: Records) -> str:
    known = codes[codelist].get(code)
    return records.named(known) if known else code
