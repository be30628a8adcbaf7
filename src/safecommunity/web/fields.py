"""Form fields that more than one section's pages use."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from safecommunity.core.periods import FIRST, LAST
from safecommunity.documents.media import KINDS

ACCEPTED = ",".join(extension for kind in KINDS.values() for extension in kind.extensions)


def within_reach(value: date) -> None:
    if not FIRST <= value <= LAST:
        raise forms.ValidationError(
            _("日期应在 %(first)s 和 %(last)s 之间。") % {"first": FIRST, "last": LAST}
        )


class Day(forms.DateField):
    """A day from the browser's calendar, neither long past nor far off."""

    default_validators = [within_reach]

    def __init__(self, label: Any = None, help_text: Any = "", **options: Any) -> None:
        options.setdefault("widget", forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
        super().__init__(label=label, help_text=help_text, **options)


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several files of one field; the field's value is a list, empty where none is required."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        sent = data if isinstance(data, list) and data else [data]
        return [one for file in sent if (one := super(ManyFiles, self).clean(file, initial)) is not None]
