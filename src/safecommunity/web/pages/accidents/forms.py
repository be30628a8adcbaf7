"""The report of an accident as a form, its investigation, its measures."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safecommunity.core.fields import mask
from safecommunity.library import cards
from safecommunity.surveillance.models import Accident
from safecommunity.units.models import Unit
from safecommunity.web.columns import ColumnsForm, defaults, shown_values
from safecommunity.web.fields import Day


class AccidentForm(ColumnsForm):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, max_value=10**9)
    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(label=_("补报说明"), max_length=300, required=False)

    def __init__(
        self, unit: Unit, data: Any = None, *, row: Accident | None = None, first: Any = None
    ) -> None:
        form = cards["accident"]
        initial = initial_of(row) if row else {"uid": uuid.uuid4(), **defaults(form), **(first or {})}
        super().__init__(form, unit, data, initial=initial)
        for name in ("happened_time", "known_time"):
            self.fields[name].widget = forms.TimeInput({"type": "time"})
        if row is None:
            del self.fields["note"]


def initial_of(row: Accident) -> dict[str, Any]:
    return {"version": row.version, **shown_values(cards["accident"], shown(row))}


def shown(row: Accident) -> dict[str, Any]:
    """The values of an accident, the reporter's masked."""
    fields = cards["accident"].fields
    return {code: mask(fields[code], value) for code, value in row.data.items()}


def _words(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=2000, widget=forms.Textarea({"rows": 3})
    )


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)


class FindingsForm(VersionForm):
    direct = _words(_("直接原因"))
    indirect = _words(_("间接原因"), _("管理、培训、设施等方面。"))
    conclusion = _words(_("调查结论"))


class MeasureForm(VersionForm):
    problem = forms.CharField(label=_("要解决的问题"), max_length=200)
    measure = _words(_("措施"))
    responsible = forms.CharField(label=_("责任单位和人"), max_length=200)
    due_date = Day(_("完成期限"))
