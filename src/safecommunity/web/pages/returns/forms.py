"""A return's words and corrections from a request."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safecommunity.returns.models import Return
from safecommunity.web.components.words import local


class ReturnForm(forms.Form):
    """One box a figure with its reason, one text a question; an empty box leaves the compiled figure."""

    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)

    def __init__(self, *args: Any, row: Return, **options: Any) -> None:
        super().__init__(*args, **options)
        self.row = row
        self.fields["is_zero"] = forms.BooleanField(
            label=_("零报告"), required=False, help_text=_("本月确实没有任何工作和事故，声明为零。")
        )
        for question in row.rules.words:
            self.fields[f"w_{question.code}"] = forms.CharField(
                label=local(question.label), required=False, max_length=4000, strip=True,
                widget=forms.Textarea({"rows": 3}),
            )  # fmt: skip
        for code, figure in row.rules.figures.items():
            label = f"{local(figure.name)}（{local(figure.unit)}）"
            self.fields[f"f_{code}"] = forms.CharField(label=label, required=False, max_length=20)
            self.fields[f"r_{code}"] = forms.CharField(label=_("更正原因"), required=False, max_length=300)

    def words(self) -> dict[str, str]:
        return {one.code: self.cleaned_data.get(f"w_{one.code}", "") for one in self.row.rules.words}

    def corrections(self) -> dict[str, tuple[str, str]]:
        given = self.cleaned_data
        return {code: (given[f"f_{code}"], given[f"r_{code}"]) for code in self.row.rules.figures}


def initial(row: Return) -> dict[str, Any]:
    """The form's values as they are kept."""
    said: dict[str, Any] = {"version": row.version, "is_zero": row.is_zero}
    said |= {f"w_{code}": text for code, text in row.words.items()}
    for code, one in row.corrections.items():
        said |= {f"f_{code}": one["value"], f"r_{code}": one["reason"]}
    return said
