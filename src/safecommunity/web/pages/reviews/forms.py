"""What people say about titles and on the way to one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safecommunity.library import schemes
from safecommunity.reviews import queries
from safecommunity.reviews.models import Duty
from safecommunity.web.components.words import local


def words(label: Any, help_text: Any = "", *, most: int = 1000, required: bool = True) -> forms.CharField:
    area = forms.Textarea({"rows": 4})
    return forms.CharField(label=label, help_text=help_text, max_length=most, widget=area, required=required)


def day(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=required, widget=widget)


def short(label: Any, help_text: Any = "", *, most: int = 60, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, max_length=most, required=required)


class VersionForm(forms.Form):
    """`version`: of the row as the person saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)


class RegisterForm(forms.Form):
    scheme = forms.ChoiceField(label=_("称号"))
    number = short(_("证书编号"))
    plaque = short(_("牌匾编号"), required=False)
    granted_by = short(_("命名单位"), most=100)
    named_date = day(_("命名日期"), _("有效期按评定方案自动计算。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice: Any = self.fields["scheme"]
        choice.choices = [(code, local(schemes[code].title)) for code in queries.titled_schemes()]


class DutyForm(VersionForm):
    done_date = day(_("完成日期"))
    outcome = forms.ChoiceField(label=_("结果"), choices=Duty.Outcome.choices, widget=forms.RadioSelect)
    words = words(_("情况说明"))


class WithdrawForm(VersionForm):
    reason = words(_("撤销原因"), _("例如发生重大事故、弄虚作假、没有持续改进、复评未通过。"), most=500)
