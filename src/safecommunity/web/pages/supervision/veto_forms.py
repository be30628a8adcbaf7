"""What people say on a veto's way."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safecommunity.library import codes
from safecommunity.supervision.models.vetoes import Scope
from safecommunity.web.components.words import language
from safecommunity.web.fields import Day

YES_NO = {"yes": True, "no": False}


def grounds() -> dict[str, str]:
    """Code → the ground's name in the person's language."""
    english = language() == "en"
    return {code: one.name_en if english else one.name for code, one in codes["veto-grounds"].items()}


def _words(label: Any, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea({"rows": 4})
    return forms.CharField(label=label, help_text=help_text, max_length=2000, widget=area)


class ProposeForm(forms.Form):
    year = forms.IntegerField(label=_("考核年度"), min_value=1990, max_value=2200)
    ground = forms.ChoiceField(label=_("否决情形"))
    scope = forms.ChoiceField(label=_("否决范围"), choices=Scope.choices)
    reason = _words(_("事实和理由"))
    evidence = _words(_("依据材料"), _("文件、检查记录、统计数据的名称和编号。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ground: Any = self.fields["ground"]
        ground.choices = list(grounds().items())


class StepForm(forms.Form):
    """`version`: of the veto as the person saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)

    def said(self) -> dict[str, Any]:
        return self.cleaned_data


class DecideForm(StepForm):
    accept = forms.ChoiceField(
        label=_("决定"), choices=[("yes", _("予以否决")), ("no", _("不予否决"))], widget=forms.RadioSelect
    )
    words = _words(_("决定意见"))
    appeal_until = Day(_("申诉截止"), _("予以否决时填写；到这一天为止单位可以申诉。"), required=False)

    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "accept": YES_NO[self.cleaned_data["accept"]]}


class AppealForm(StepForm):
    words = _words(_("申诉理由"))


class SettleForm(StepForm):
    uphold = forms.ChoiceField(
        label=_("复核结论"), choices=[("yes", _("维持否决")), ("no", _("撤销否决"))], widget=forms.RadioSelect
    )
    words = _words(_("复核意见"))

    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "uphold": YES_NO[self.cleaned_data["uphold"]]}
