"""The form of a ledger, made from its file, and the small forms beside it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from safecommunity.core.ledgers import LedgerType
from safecommunity.ledgers import queries
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from safecommunity.web.columns import ColumnsForm, defaults, shown_values


class EntryForm(ColumnsForm):
    """One field for each column of the ledger, with the version of the entry or the key of a new one."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    client_uuid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    remark = forms.CharField(
        label=gettext_lazy("核实说明"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_starred = forms.BooleanField(label=gettext_lazy("标星待核实"), required=False)

    def __init__(
        self, ledger: LedgerType, unit: Unit, data: Any = None, *, entry: Entry | None = None, **options: Any
    ) -> None:
        first = initial_of(entry) if entry else {"client_uuid": uuid.uuid4(), **defaults(ledger)}
        super().__init__(ledger, unit, data, initial={**first, **options.pop("initial", {})}, **options)


class WhyForm(forms.Form):
    """An act that asks why."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class ShowForm(WhyForm):
    """Which personal value, and why."""

    field = forms.CharField(widget=forms.HiddenInput)


class ViewForm(forms.Form):
    """A list to be kept under a name."""

    name = forms.CharField(label=gettext_lazy("视图名称"), max_length=60)
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    is_shared = forms.BooleanField(label=gettext_lazy("本单位共用"), required=False)


def initial_of(entry: Entry) -> dict[str, Any]:
    """The values of an entry by column as its form shows them, personal ones masked."""
    own: dict[str, Any] = {"version": entry.version, "remark": entry.remark, "is_starred": entry.is_starred}
    return own | shown_values(entry.type, queries.masked(entry))
