"""What a person says about an assessment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from safecommunity.assessment.models import Assessment, Finding, PlannedAction
from safecommunity.core.schemes import Indicator, Parts, Scheme, Veto, YesNo, question_codes
from safecommunity.core.scoring import Mark
from safecommunity.library import schemes
from safecommunity.web.components.words import local
from safecommunity.web.fields import Day
from safecommunity.web.pages.assessment.display import question_labels

MEASURES = [("effort", _("人日最少")), ("cost", _("花钱最少")), ("time", _("用时最短"))]


class StartForm(forms.Form):
    scheme = forms.ChoiceField(label=_("评定方案"))
    period = forms.RegexField(
        label=_("年度"), regex=r"^(19|20)\d\d$", help_text=_("四位年份，如 2026"), max_length=4
    )
    kind = forms.ChoiceField(label=_("评定类型"), choices=Assessment.Kind.choices)
    title = forms.CharField(
        label=_("名称"), required=False, max_length=120, help_text=_("不填则按单位、年度和方案命名")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(code, local(scheme)) for code, scheme in schemes.items()]
        self.fields["scheme"].choices = choices  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(VersionForm):
    """`why` is asked only after submission."""

    why = forms.CharField(label=_("提交后修改的原因"), required=False, max_length=200)

    def __init__(self, *args: Any, asks_why: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if asks_why:
            self.fields["why"].required = True
        else:
            del self.fields["why"]

    @property
    def cause(self) -> str:
        """Why a submitted assessment is changed; empty before submission."""
        return str(self.cleaned_data.get("why", ""))


class GradeForm(ReasonForm):
    """One field for each question of the indicator's rule, then reason and remark."""

    reason = forms.CharField(
        label=_("理由"), required=False, max_length=300, help_text=_("与系统建议不一致时必须填写")
    )
    remark = forms.CharField(
        label=_("备注"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, item: Indicator, given: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.item = item
        asked = {}
        for question, label in question_labels(item.rule):
            asked[f"q-{question}"] = _field(item, question, label)
            asked[f"q-{question}"].initial = given.get(question)
        self.fields = {**asked, **self.fields}

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[f"q-{question}"] for question in question_codes(self.item.rule)]

    @property
    def answers(self) -> dict[str, str]:
        return {
            question: str(self.cleaned_data[f"q-{question}"]) for question in question_codes(self.item.rule)
        }

    def blame(self, question: str, message: str) -> None:
        """Put an error at its question, or at the reason when it is about the whole item."""
        self.add_error(f"q-{question}" if f"q-{question}" in self.fields else "reason", message)


def _field(item: Indicator, question: str, label: str) -> forms.Field:
    rule = item.rule
    if isinstance(rule, Parts):
        choices = [(grade.code, f"{grade.code} · {local(grade)}") for grade in rule.grades]
        return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)
    if isinstance(rule, YesNo | Veto):
        return forms.ChoiceField(
            label=label, choices=[("1", _("是")), ("0", _("否"))], widget=forms.RadioSelect
        )
    return forms.DecimalField(label=label, min_value=0, max_digits=12, decimal_places=4)


class NotApplicableForm(ReasonForm):
    reason = forms.CharField(label=_("不适用的理由"), max_length=300)
    remark = forms.CharField(label=_("备注"), required=False, max_length=500)


class SheetForm(forms.Form):
    """A grade form or "does not apply", on an assessor's sheet."""

    not_applicable = forms.BooleanField(label=_("不适用"), required=False)
    reason = forms.CharField(label=_("理由"), required=False, max_length=300)
    remark = forms.CharField(
        label=_("备注"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, item: Indicator, mark: Mark, **options: Any) -> None:
        super().__init__(*args, **options)
        self.item = item
        self.fields["not_applicable"].initial = mark.not_applicable
        self.fields["reason"].initial = mark.reason
        fields = {}
        for question, label in question_labels(item.rule):
            fields[f"q-{question}"] = _field(item, question, label)
            fields[f"q-{question}"].initial = mark.answers.get(question)
            fields[f"q-{question}"].required = False
        self.fields = {**fields, **self.fields}

    @property
    def mark(self) -> Mark:
        if self.cleaned_data["not_applicable"]:
            return Mark({}, True, self.cleaned_data["reason"])
        given = {question: self.cleaned_data[f"q-{question}"] for question in question_codes(self.item.rule)}
        return Mark({question: str(answer) for question, answer in given.items() if answer not in (None, "")})

    def blame(self, question: str, message: str) -> None:
        self.add_error(f"q-{question}" if f"q-{question}" in self.fields else "reason", message)


class GapForm(forms.Form):
    band = forms.ChoiceField(label=_("目标结论"))
    until = Day(_("完成期限"))
    measure = forms.ChoiceField(label=_("优先"), choices=MEASURES)

    def __init__(self, *args: Any, scheme: Scheme, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(band.code, f"{local(band)} (≥{band.at_least})") for band in scheme.bands[:-1]]
        self.fields["band"].choices = choices  # type: ignore[attr-defined]


class AcceptForm(GapForm):
    """The plan that was looked at, by its actions, with an owner for each."""

    actions = forms.CharField(widget=forms.HiddenInput)


class TaskForm(VersionForm):
    owner = forms.CharField(label=_("责任人"), max_length=60)
    due_date = Day(_("完成期限"))
    state = forms.ChoiceField(label=_("状态"), choices=PlannedAction.State.choices)
    remark = forms.CharField(label=_("备注"), required=False, max_length=500)


class FindingForm(forms.Form):
    text = forms.CharField(label=_("不符合事实"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    severity = forms.ChoiceField(label=_("程度"), choices=Finding.Severity.choices)
    owner = forms.CharField(label=_("责任人"), required=False, max_length=60)
    due_date = Day(_("整改期限"), required=False)


class CloseForm(VersionForm):
    verification = forms.CharField(
        label=_("验证情况"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class CompareForm(forms.Form):
    """Two of the assessments that the person may see."""

    def __init__(self, *args: Any, rows: QuerySet[Assessment], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["one"] = forms.ModelChoiceField(label=_("基准"), queryset=rows)
        self.fields["other"] = forms.ModelChoiceField(label=_("对比"), queryset=rows)


def first_until(today: date, year_end: date) -> date:
    """The date the planner starts from: the end of the assessed year, or ninety days on if that is past."""
    return year_end if year_end > today else today + timedelta(days=90)
