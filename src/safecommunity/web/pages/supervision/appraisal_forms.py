"""What people enter about a yearly appraisal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.library import schemes
from safecommunity.supervision.models.appraisals import Standing
from safecommunity.supervision.queries import appraisals as queries
from safecommunity.units.models import UNIT_KINDS, Unit
from safecommunity.web.components.words import local

USUAL = "work-safety-appraisal"


class OpenForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("考核年度"), min_value=1990, max_value=2200)
    margin = forms.DecimalField(
        label=gettext_lazy("误差幅度（百分点）"), min_value=0, max_value=50, max_digits=5, decimal_places=2,
        help_text=gettext_lazy("两个人给同一单位评分可能相差多少；相差在这以内的分不出高下，并列名次。"),
    )  # fmt: skip
    least_group = forms.IntegerField(
        label=gettext_lazy("每组最少单位数"), min_value=2, max_value=100,
        help_text=gettext_lazy("同类型、人口相近的单位为一组；单位太少的组不排名。"),
    )  # fmt: skip
    least_cases = forms.IntegerField(
        label=gettext_lazy("比率最少例数"), min_value=1, max_value=100_000,
        help_text=gettext_lazy("基数少于这个数的比率不排名。"),
    )  # fmt: skip

    def __init__(self, *args: Any, unit: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        names = dict(UNIT_KINDS)
        self.fields["scheme"] = forms.ChoiceField(
            label=_("考核方案"), choices=[(code, local(one)) for code, one in schemes.items()], initial=USUAL
        )
        self.fields["kinds"] = forms.MultipleChoiceField(
            label=_("考核对象"), widget=forms.CheckboxSelectMultiple,
            choices=[(kind, f"{names[kind]}（{n}）") for kind, n in queries.kinds_below(unit).items()],
        )  # fmt: skip
        self.order_fields(["year", "scheme", "kinds"])


def beginning(today: date) -> dict[str, Any]:
    """What is usual: the year that is running, two points, three units, twenty cases."""
    return {
        "year": today.year, "scheme": USUAL, "margin": Decimal(2), "least_group": 3, "least_cases": 20,
    }  # fmt: skip


class LeaveOutForm(forms.Form):
    unit = forms.ChoiceField(label=gettext_lazy("单位"))
    reason = forms.CharField(
        label=gettext_lazy("不参加排名的原因"), max_length=300, required=False,
        help_text=gettext_lazy("清空则重新参加排名。"),
    )  # fmt: skip

    def __init__(self, *args: Any, rows: list[Standing], **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows = {f"{one.pk} {one.version}": one for one in rows}
        unit: Any = self.fields["unit"]
        unit.choices = [
            ("", _("（请选择）")),
            *((key, f"{one.unit.name} {one.left_out}".strip()) for key, one in self.rows.items()),
        ]

    def said(self) -> dict[str, Any]:
        row = self.rows[self.cleaned_data["unit"]]
        return {"standing": row, "version": row.version, "reason": self.cleaned_data["reason"]}


class RateForm(forms.Form):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = queries.rate_metrics()
        self.fields["metric"] = forms.ChoiceField(
            label=_("指标"), choices=[(code, local(one)) for code, one in known.items()]
        )
