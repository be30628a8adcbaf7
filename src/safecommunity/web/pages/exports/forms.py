"""What a person says about an export."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ExportForm(forms.Form):
    """`in_full` is asked only of who may see whole personal values, and only with a reason."""

    columns = forms.ChoiceField(
        label=_("栏"), choices=[("shown", _("列表上的栏")), ("all", _("全部栏"))], widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(
        label=_("格式"),
        choices=[("xlsx", _("Excel 工作簿（.xlsx）")), ("csv", _("文本表格（.csv）"))],
        widget=forms.RadioSelect,
    )
    in_full = forms.BooleanField(label=_("导出完整个人信息（不掩码）"), required=False)
    reason = forms.CharField(
        label=_("用途"), max_length=200, required=False, help_text=_("导出完整个人信息时必填，记入审计日志")
    )

    def __init__(self, data: Any = None, *, may_in_full: bool) -> None:
        super().__init__(data, initial={"columns": "shown", "kind": "xlsx"})
        if not may_in_full:
            del self.fields["in_full"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        found = {"in_full": False, "reason": "", **self.cleaned_data}
        if found["in_full"] and not found["reason"].strip():
            self.add_error("reason", _("导出完整个人信息要写明用途"))
        return found
