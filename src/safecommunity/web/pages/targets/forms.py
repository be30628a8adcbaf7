"""What people enter about targets and their shares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safecommunity.library import codes
from safecommunity.targets import queries
from safecommunity.targets.models import Target
from safecommunity.targets.queries import Share
from safecommunity.web.components.words import local
from safecommunity.web.fields import Day

VERSION = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)


def _amount(label: Any, *, required: bool = True) -> forms.DecimalField:
    widget = forms.NumberInput({"inputmode": "decimal", "step": "any", "min": "0"})
    return forms.DecimalField(
        label=label, min_value=0, max_digits=14, decimal_places=2, required=required, widget=widget
    )


def _basis() -> forms.CharField:
    return forms.CharField(
        label=_("依据"), required=False, max_length=300, help_text=_("下达任务的文件名称和文号。")
    )


def _reason(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("调整原因"),
        required=required,
        max_length=300,
        help_text=_("原来的数会保留，和原因一起显示。"),
    )


class NewForm(forms.Form):
    metric = forms.ChoiceField(label=_("指标"))
    year = forms.IntegerField(label=_("年度"), min_value=1990, max_value=2200)
    amount = _amount(_("目标值"))
    due_date = Day(_("完成期限"))
    basis = _basis()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["metric"]
        field.choices = metric_choices()


class ChangeForm(forms.Form):
    """The same again for a target that is there; the metric and the year stay."""

    version = VERSION
    amount = _amount(_("目标值"))
    due_date = Day(_("完成期限"))
    basis = _basis()
    reason = _reason(required=False)


class AllocateForm(forms.Form):
    """One box a unit below, the explanation of a difference, and the reason once it was handed down."""

    version = VERSION

    def __init__(self, *args: Any, target: Target, shares: Sequence[Share], **options: Any) -> None:
        super().__init__(*args, **options)
        self.units = [one.unit for one in shares]
        for unit in self.units:
            box = _amount(unit.name, required=False)
            box.widget.attrs["aria-label"] = unit.name
            self.fields[f"s_{unit.pk}"] = box
        area = forms.Textarea({"rows": 2})
        if target.adds_up:
            self.fields["explanation"] = forms.CharField(
                label=_("差额说明"), required=False, max_length=500, widget=area,
                help_text=_("分解合计与目标不等时填写；不说明不能下达。"),
            )  # fmt: skip
        if target.issued_date:
            self.fields["reason"] = _reason(required=False)

    def boxes(self) -> list[forms.BoundField]:
        return [self[f"s_{unit.pk}"] for unit in self.units]

    def shares(self) -> dict[int, Decimal | None]:
        return {unit.pk: self.cleaned_data[f"s_{unit.pk}"] for unit in self.units}


def stated(target: Target) -> dict[str, Any]:
    """A target's facts as its form holds them."""
    facts = {name: getattr(target, name) for name in ("version", "due_date", "basis")}
    return {**facts, "amount": trimmed(target.amount)}


def allotted(target: Target, shares: Sequence[Share]) -> dict[str, Any]:
    """The boxes as they are kept."""
    said: dict[str, Any] = {"version": target.version, "explanation": target.explanation}
    return said | {f"s_{one.unit.pk}": trimmed(one.amount) for one in shares if one.amount is not None}


def trimmed(amount: Decimal) -> Decimal:
    """Without needless zeros: 6, not 6.00."""
    whole = amount.to_integral_value()
    return whole if whole == amount else amount.normalize()


def first_due(today: date) -> date:
    return date(today.year, 12, 31)


def metric_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """By the groups of the ledgers, in their order."""
    names, chosen = codes["ledger-groups"], queries.choices()
    grouped = [
        (local(names[group]), [(code, local(one)) for code, one in chosen.items() if one.group == group])
        for group in names
    ]
    return [(name, members) for name, members in grouped if members]
