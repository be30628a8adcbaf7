"""What a person says about an import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safecommunity.ledgers.wording import local
from safecommunity.library import ledgers
from safecommunity.sheets.columns import RECORD, RECORD_WORDS
from safecommunity.sheets.models import ImportBatch


class UploadForm(forms.Form):
    file = forms.FileField(label=_("文件"), help_text=_(".xlsx 或 .csv，最多200,000行"))


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class SheetForm(VersionForm):
    """Which worksheet, and which of its rows holds the headings (0: find it)."""

    sheet = forms.ChoiceField(label=_("工作表"), required=False)
    heading_row = forms.IntegerField(label=_("标题行"), min_value=1, max_value=20)

    def __init__(self, data: Any = None, *, batch: ImportBatch) -> None:
        initial = {"version": batch.version, "sheet": batch.sheet, "heading_row": batch.heading_row}
        super().__init__(data, initial=initial)
        self.fields["sheet"].choices = [(name, name) for name in batch.sheets]  # type: ignore[attr-defined]
        if not batch.sheets:
            del self.fields["sheet"]


class MatchForm(VersionForm):
    """One choice for each heading."""

    def __init__(self, data: Any = None, *, batch: ImportBatch) -> None:
        super().__init__(data, initial={"version": batch.version})
        ledger = ledgers[batch.ledger]
        choices = [
            ("", _("不导入")),
            *((column.key, local((column.label, column.label_en))) for column in ledger.columns),
            (RECORD, local(RECORD_WORDS)),
        ]
        for index, heading in enumerate(batch.headings):
            self.fields[f"column-{index}"] = forms.ChoiceField(
                label=heading or "—", choices=choices, required=False, initial=batch.columns[index]
            )

    @property
    def keys(self) -> list[str]:
        return [value for name, value in self.cleaned_data.items() if name != "version"]


class ConfirmForm(VersionForm):
    mode = forms.ChoiceField(
        label=_("方式"),
        choices=ImportBatch.Mode.choices,
        widget=forms.RadioSelect,
        initial=ImportBatch.Mode.ALL,
    )
