"""What people enter about an award."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.supervision.models.awards import HolderKind
from safecommunity.units.models import Unit
from safecommunity.units.queries import below
from safecommunity.web.pages.supervision.visit_forms import YES_NO, VersionForm, named, words


class ProposeForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=1990, max_value=2200)
    honour = forms.CharField(
        label=gettext_lazy("荣誉名称"), max_length=80,
        help_text=gettext_lazy("如“安全社区创建先进单位”“安全社区建设先进个人”"),
    )  # fmt: skip
    level = forms.ChoiceField(label=gettext_lazy("级别"))
    holder_kind = forms.ChoiceField(
        label=gettext_lazy("对象"), choices=HolderKind.choices, widget=forms.RadioSelect
    )
    holder = forms.CharField(
        label=gettext_lazy("个人姓名"), max_length=100, required=False,
        help_text=gettext_lazy("表彰个人时填写"),
    )  # fmt: skip
    reason = words(gettext_lazy("事迹"), 1000)
    money = forms.DecimalField(
        label=gettext_lazy("奖金（元）"), min_value=0, max_digits=10, decimal_places=2, required=False,
        help_text=gettext_lazy("决定后自动记入本单位经费台账"),
    )  # fmt: skip

    def __init__(self, *args: Any, unit: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        level: Any = self.fields["level"]
        level.choices = named("honour-levels")
        self.fields["unit"] = forms.ModelChoiceField(
            below(unit), label=_("单位"), to_field_name="slug", help_text=_("受表彰的单位，或个人所在的单位")
        )
        self.order_fields(["year", "honour", "level", "holder_kind", "unit"])


class DecideForm(VersionForm):
    accept = forms.ChoiceField(
        label=gettext_lazy("决定"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("予以表彰")), ("no", gettext_lazy("不予表彰"))],
    )  # fmt: skip
    words = words(gettext_lazy("决定意见"), 500, rows=2, required=False)

    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "accept": YES_NO[self.cleaned_data["accept"]]}


class YearForm(forms.Form):
    year = forms.IntegerField(min_value=1990, max_value=2200)
