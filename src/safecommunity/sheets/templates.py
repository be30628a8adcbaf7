"""The empty workbook of a ledger: what to type where."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core.fields import Column
from safecommunity.core.ledgers import LedgerType
from safecommunity.documents.sheet_writer import TemplateColumn, TemplateWords, write_template
from safecommunity.ledgers.wording import local

KINDS = {
    "integer": (gettext_lazy("整数"), "12"),
    "decimal": (gettext_lazy("数字"), "12.5"),
    "money": (gettext_lazy("金额，最多两位小数"), "1200.50"),
    "percentage": (gettext_lazy("百分数，0到100"), "95"),
    "date": (gettext_lazy("日期，如 2026-03-31"), "2026-03-31"),
    "expiry-date": (gettext_lazy("日期，如 2026-03-31"), "2026-12-31"),
    "month": (gettext_lazy("月份，如 2026-03"), "2026-03"),
    "year": (gettext_lazy("年份，如 2026"), "2026"),
    "yes-no": (gettext_lazy("填“是”或“否”"), "是"),
    "multi-choice": (gettext_lazy("可填几项，用顿号隔开"), ""),
    "link": (gettext_lazy("填所引用记录的名称或编号"), ""),
    "person-id": (gettext_lazy("18位，按文本填写"), ""),
    "uscc": (gettext_lazy("18位，按文本填写"), ""),
}
AS_TEXT = ("text", "long-text", "person-name", "person-id", "uscc", "phone", "plate", "month")


def write(path: Path, ledger: LedgerType) -> None:
    """Write the template of a ledger in the reader's language."""
    words = TemplateWords(
        sheet=local(ledger.words),
        explanation=_("填写说明"),
        column=_("栏"),
        required=_("必填"),
        note=_("说明"),
        choices=_("可选项"),
        example=_("示例"),
        yes=_("是"),
    )
    write_template(path, columns=[_column(column) for column in ledger.columns], words=words)


def _column(column: Column) -> TemplateColumn:
    field = column.field
    hint, example = ("", "") if column.part else KINDS.get(field.kind, ("", ""))
    said = ["" if column.part else local((field.help, field.help_en)), str(hint), field.unit]
    choices = tuple(local(words) for words in field.choices.values())
    return TemplateColumn(
        label=local((column.label, column.label_en)),
        note="；".join(text for text in said if text),
        example=example or (choices[0] if choices else ""),
        required=field.required and not column.part,
        choices=(_("是"), _("否"))
        if field.kind == "yes-no"
        else choices
        if field.kind != "multi-choice"
        else (),
        is_date=field.is_date,
        is_text=field.kind in AS_TEXT or column.part == "division",
    )
