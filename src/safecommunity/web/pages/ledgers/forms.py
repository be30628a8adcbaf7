"""The form of a ledger, made from its file. What may stand in a field is said by the ledger alone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core.fields import Column, Field
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import Message
from safecommunity.ledgers import queries
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.wording import local, told
from safecommunity.units.models import Unit

MOST_OFFERED = 300
TYPED = {
    "integer": "numeric",
    "year": "numeric",
    "decimal": "decimal",
    "money": "decimal",
    "percentage": "decimal",
}
DATES = {"date": "date", "expiry-date": "date", "month": "month"}


class TypedField(forms.Field):
    """Takes whatever was typed: the ledger checks it, so that every way in has the same checks."""

    suffix = ""

    def validate(self, value: Any) -> None:
        """Nothing is refused here."""


class EntryForm(forms.Form):
    """One field for each column of the ledger, with the version of the entry or the key of a new one."""

    use_required_attribute = False
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
        first = initial_of(entry) if entry else {"client_uuid": uuid.uuid4(), **_defaults(ledger)}
        super().__init__(data, initial={**first, **options.pop("initial", {})}, **options)
        self.ledger = ledger
        for column in ledger.columns:
            self.fields[column.key] = form_field(column, unit)

    def values(self) -> dict[str, Any]:
        """What was typed, by column."""
        return {column.key: self.cleaned_data.get(column.key) for column in self.ledger.columns}

    def refuse(self, errors: Mapping[str, Message]) -> None:
        for key, message in errors.items():
            self.add_error(key if key in self.fields else None, told(message))

    def sections(self) -> Iterator[tuple[str, list[list[forms.BoundField]]]]:
        """The sections of the form, each with its lines; longitude and latitude share one."""
        for section in self.ledger.sections:
            fields = {field.code for field in section.fields}
            lines: list[list[forms.BoundField]] = []
            for column in self.ledger.columns:
                if column.field.code in fields and column.part == "latitude":
                    lines[-1].append(self[column.key])
                elif column.field.code in fields:
                    lines.append([self[column.key]])
            yield local((section.label, section.label_en)), lines


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


def form_field(column: Column, unit: Unit) -> TypedField:
    """The form field of a column: its widget says what to type, its label and help come from the file."""
    field = column.field
    made = TypedField(
        label=local((column.label, column.label_en)),
        required=field.required and not column.part,
        help_text=_help(column),
        widget=_widget(column, unit),
    )
    made.suffix = field.unit
    return made


def initial_of(entry: Entry) -> dict[str, Any]:
    """The values of an entry by column as its form shows them, personal ones masked."""
    shown: dict[str, Any] = {"version": entry.version, "remark": entry.remark, "is_starred": entry.is_starred}
    held = queries.masked(entry)
    for column in entry.type.columns:
        value = held.get(column.field.code)
        if column.field.kind == "place":
            value = value.get(column.part or "address") if isinstance(value, Mapping) else None
        shown[column.key] = _typed(value)
    return shown


def _typed(value: Any) -> Any:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def _defaults(ledger: LedgerType) -> dict[str, Any]:
    fields = ledger.fields.values()
    return {field.code: _typed(field.default) for field in fields if field.default is not None}


def _help(column: Column) -> str:
    field = column.field
    help_text = local((field.help, field.help_en))
    if field.kind == "plate":
        help_text = help_text or _("如 冀A12345")
    if field.personal == "sealed":
        help_text = help_text or _("加密保存，只显示部分；不改就保留星号")
    return help_text


def _widget(column: Column, unit: Unit) -> forms.Widget:
    field = column.field
    if column.part in ("longitude", "latitude"):
        return forms.TextInput(attrs={"inputmode": "decimal"})
    if field.kind == "long-text":
        return forms.Textarea(attrs={"rows": 3})
    if field.kind in DATES:
        return forms.DateInput(attrs={"type": DATES[field.kind]})
    if field.kind == "yes-no":
        return forms.Select(choices=[("", "—"), ("true", _("是")), ("false", _("否"))])
    if field.kind in ("choice", "code"):
        return forms.Select(choices=[("", "—"), *_choices(field)])
    if field.kind == "multi-choice":
        return forms.CheckboxSelectMultiple(choices=_choices(field))
    if field.kind == "link":
        return _link_widget(field, unit)
    return forms.TextInput(attrs={"inputmode": TYPED[field.kind]} if field.kind in TYPED else {})


def _choices(field: Field) -> list[tuple[str, str]]:
    return [(code, local(words)) for code, words in field.choices.items()]


def _link_widget(field: Field, unit: Unit) -> forms.Widget:
    """A list to choose from; where it would be too long, a name to type."""
    offered = queries.choices_of_link(unit, field.ledger, MOST_OFFERED + 1)
    if len(offered) > MOST_OFFERED:
        return forms.TextInput(attrs={"placeholder": _("填写名称或编号")})
    return forms.Select(choices=[("", "—"), *offered])
