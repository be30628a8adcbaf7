"""What is asked before a paper is made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.assessment.models import Assessment
from safecommunity.core.periods import Period, UnknownPeriod
from safecommunity.ledgers.wording import local
from safecommunity.library import documents, ledgers
from safecommunity.reports.queries import assessments
from safecommunity.units.models import Unit


class PaperForm(forms.Form):
    document = forms.ChoiceField(label=gettext_lazy("文书类型"))
    period = forms.CharField(
        label=gettext_lazy("报告期"),
        max_length=7,
        help_text=gettext_lazy("年 2026、季度 2026-Q1 或月 2026-03"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    assessment: forms.ModelChoiceField[Assessment] = forms.ModelChoiceField(
        label=gettext_lazy("依据的评定"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("（不依据评定）"),
        help_text=gettext_lazy("除打印台账外都要选；尚未评定的，先到“评定”新建。"),
    )
    ledger = forms.ChoiceField(
        label=gettext_lazy("台账"), required=False, help_text=gettext_lazy("打印台账时要选")
    )
    language = forms.ChoiceField(
        label=gettext_lazy("语言"), choices=[("zh", gettext_lazy("中文")), ("en", gettext_lazy("English"))]
    )

    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, unit: Unit, about: str = "", **kwargs: Any) -> None:
        """`about`: the kind of thing the paper is to be about; only papers about such a thing are offered."""
        super().__init__(*args, **kwargs)
        self.fields["document"].choices = [  # type: ignore[attr-defined]
            (code, local(one.name)) for code, one in documents.items() if one.subject == about
        ]
        if about:
            del self.fields["assessment"], self.fields["ledger"]
            return
        self.fields["ledger"].choices = [  # type: ignore[attr-defined]
            ("", _("（不打印台账）")),
            *((code, local(one.words)) for code, one in ledgers.items() if not one.restricted),
        ]
        self.fields["assessment"].queryset = assessments(unit)  # type: ignore[attr-defined]

    def clean_period(self) -> Period:
        try:
            return Period.parse(self.cleaned_data["period"].strip())
        except UnknownPeriod as error:
            raise forms.ValidationError(
                _("“%(code)s”不是报告期，请写成 2026、2026-Q1 或 2026-03。") % {"code": error.code}
            ) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asks = documents[data["document"]].asks if data.get("document") in documents else ()
        if "assessment" in asks and not data.get("assessment") and "assessment" not in self.errors:
            self.add_error("assessment", _("这种文书要依据一次评定，请选择。"))
        if "ledger" in asks and not data.get("ledger") and "ledger" not in self.errors:
            self.add_error("ledger", _("请选择要打印的台账。"))
        return data
