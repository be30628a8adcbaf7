"""The form field that takes several files at once."""

from __future__ import annotations

from typing import Any

from django import forms

from safecommunity.documents.media import KINDS

ACCEPTED = ",".join(extension for kind in KINDS.values() for extension in kind.extensions)


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several files of one field; the field's value is a list, [] where none need be sent."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        if not data and not self.required:
            return []
        sent = data if isinstance(data, list) and data else [data]
        return [super(ManyFiles, self).clean(one, initial) for one in sent]
