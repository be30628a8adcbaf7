"""Form fields that more than one section's pages use."""

from __future__ import annotations

from typing import Any

from django import forms

from safecommunity.documents.media import KINDS

ACCEPTED = ",".join(extension for kind in KINDS.values() for extension in kind.extensions)


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several files of one field; the field's value is a list, empty where none is required."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        sent = data if isinstance(data, list) and data else [data]
        return [one for file in sent if (one := super(ManyFiles, self).clean(file, initial)) is not None]
