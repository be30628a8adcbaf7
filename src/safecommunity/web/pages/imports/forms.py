"""What a person says about an import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safecommunity.ledgers.wording import local
from safecommunity.library import ledgers
from safecommunity.sheets.columns import AS_PARTS, RECORD, RECORD_WORDS, missing, percentages
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
    """One choice for each heading; `anyway`: although a required column has none."""

    anyway = forms.BooleanField(label=_("仍然核对（缺必填内容的新行会被拒绝）"), required=False)

    def __init__(self, data: Any = None, *, batch: ImportBatch) -> None:
        super().__init__(data, initial={"version": batch.version})
        self.ledger = ledger = ledgers[batch.ledger]
        choices = [
            ("", _("不导入")),
            *((column.key, local((column.label, column.label_en))) for column in ledger.columns),
            *(
                (
                    key + AS_PARTS,
                    _("%(column)s（表里 0.95 即 95%%）") % {"column": local(ledger.fields[key].words)},
                )
                for key in sorted(percentages(ledger))
            ),
            (RECORD, local(RECORD_WORDS)),
        ]
        for index, heading in enumerate(batch.headings):
            self.fields[f"column-{index}"] = forms.ChoiceField(
                label=heading or "—", choices=choices, required=False, initial=batch.columns[index]
            )

    @property
    def keys(self) -> list[str]:
        return [value for name, value in self.cleaned_data.items() if name.startswith("column-")]

    @property
    def missing(self) -> str:
        """The required columns that no heading is matched to, in words."""
        keys = [self[name].value() or "" for name in self.fields if name.startswith("column-")]
        return "、".join(local(words) for words in missing(self.ledger, keys))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("anyway") and (columns := self.missing):
            words = _("必填的栏没有对应的列：%(columns)s。请选对列；要照现在的样子核对，请勾选“仍然核对”。")
            self.add_error("anyway", forms.ValidationError(words, params={"columns": columns}))
        return found


class ConfirmForm(VersionForm):
    mode = forms.ChoiceField(
        label=_("方式"),
        choices=ImportBatch.Mode.choices,
        widget=forms.RadioSelect,
        initial=ImportBatch.Mode.ALL,
    )
