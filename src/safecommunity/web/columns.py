"""Forms made from a data file's columns: what may stand in a field is said by the file alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from safecommunity.core.fields import Column, Field
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import Message
from safecommunity.ledgers import queries
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


class ColumnsForm(forms.Form):
    """One field for each column of a form file."""

    use_required_attribute = False

    def __init__(self, ledger: LedgerType, unit: Unit, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.ledger = ledger
        for column in _asked(ledger):
            self.fields[column.key] = form_field(column, unit)

    def values(self) -> dict[str, Any]:
        """What was typed, by column."""
        return {column.key: self.cleaned_data.get(column.key) for column in _asked(self.ledger)}

    def refuse(self, errors: Mapping[str, Message]) -> None:
        for key, message in errors.items():
            self.add_error(key if key in self.fields else None, told(message))

    def sections(self) -> Iterator[tuple[str, list[list[forms.BoundField]]]]:
        """The sections of the form, each with its lines; longitude and latitude share one."""
        for section in self.ledger.sections:
            fields = {field.code for field in section.fields}
            lines: list[list[forms.BoundField]] = []
            for column in _asked(self.ledger):
                if column.field.code in fields and column.part == "latitude":
                    lines[-1].append(self[column.key])
                elif column.field.code in fields:
                    lines.append([self[column.key]])
            yield local((section.label, section.label_en)), lines


def _asked(ledger: LedgerType) -> list[Column]:
    """The columns a person fills in; the others follow from them."""
    return [column for column in ledger.columns if not column.field.outside]


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


def shown_values(ledger: LedgerType, held: Mapping[str, Any]) -> dict[str, Any]:
    """Clean values by column as a form shows them; `held` has personal values masked."""
    shown: dict[str, Any] = {}
    for column in ledger.columns:
        value = held.get(column.field.code)
        if column.field.kind == "place":
            value = value.get(column.part or "address") if isinstance(value, Mapping) else None
        shown[column.key] = _typed(value)
    return shown


def _typed(value: Any) -> Any:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def defaults(ledger: LedgerType) -> dict[str, Any]:
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
