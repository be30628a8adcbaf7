"""What staff says of a report: its step, a caller's words, a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core.identity import phone
from safecommunity.core.messages import RefusedError
from safecommunity.core.participation import filled
from safecommunity.ledgers.wording import told
from safecommunity.library import codes
from safecommunity.residents import queries
from safecommunity.residents.actions import Said
from safecommunity.residents.models import Report
from safecommunity.residents.queries import Spot
from safecommunity.units.models import Body
from safecommunity.units.queries import bodies
from safecommunity.web.components.words import local
from safecommunity.web.fields import Day

SUGGESTED = 40


def fields() -> list[tuple[str, str]]:
    return [(code, local(one)) for code, one in codes["promotion-fields"].items()]


def kinds() -> list[tuple[str, str]]:
    return [(code, local(one)) for code, one in codes["report-kinds"].items()]


class StepForm(forms.Form):
    """`version`: of the report as the person saw it. The reply begins with the words of the data file."""

    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)
    reply = forms.CharField(
        label=gettext_lazy("给反映人的话"), max_length=2000, widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("反映人在进度页上看到。不要写个人信息。"),
    )  # fmt: skip

    def __init__(self, *args: Any, row: Report, act: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.row = row
        if not self.is_bound:
            self.initial.update(version=row.version, reply=self.template(act))

    def template(self, act: str) -> str:
        row = self.row
        body = row.body or queries.handler(row.unit, row.kind, row.field, row.area)
        due = row.due_date or queries.due_from(self.initial["today"])
        return filled(
            local(queries.rules().replies[act]),
            subject=row.subject or row.words[:SUGGESTED],
            body=body.name if body else row.unit.name,
            due=due.isoformat(),
        )

    def said(self) -> dict[str, Any]:
        return self.cleaned_data


class BodyForm(StepForm):
    body: forms.ModelChoiceField[Body] = forms.ModelChoiceField(
        label=gettext_lazy("承办机构"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("（按规则分派）"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["body"].queryset = bodies(self.row.unit).filter(to_date=None)  # type: ignore[attr-defined]


class AcceptForm(BodyForm):
    subject = forms.CharField(
        label=gettext_lazy("对外公开的事项名称"), max_length=120,
        help_text=gettext_lazy("附近的居民会看到，例如“3号楼楼道堆放杂物”。不要写人名、电话、门牌。"),
    )  # fmt: skip
    field = forms.ChoiceField(label=gettext_lazy("领域"))
    due_date = Day(gettext_lazy("答复期限"))
    field_order = ("subject", "field", "body", "due_date", "reply")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["field"].choices = fields()  # type: ignore[attr-defined]
        if not self.is_bound:
            row = self.row
            self.initial.update(
                field=row.field or "general",
                body=queries.handler(row.unit, row.kind, row.field, row.area),
                due_date=queries.due_from(self.initial["today"]),
            )


class MergeForm(StepForm):
    into = forms.UUIDField(label=gettext_lazy("并入哪一件"), widget=forms.Select)
    field_order = ("into", "reply")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        others = queries.mergeable(self.row)
        self.fields["into"].widget.choices = [
            (one.uuid, f"{one.subject}（{one.get_state_display()}）") for one in others
        ]


class CallerForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("类别"), widget=forms.RadioSelect, initial="danger")
    source = forms.ChoiceField(label=gettext_lazy("来源"), initial="phone")
    words = forms.CharField(label=gettext_lazy("反映的内容"), widget=forms.Textarea({"rows": 5}))
    area = forms.ChoiceField(label=gettext_lazy("社区或网格"), required=False)
    spot_words = forms.CharField(label=gettext_lazy("具体位置"), max_length=120, required=False)
    field = forms.ChoiceField(label=gettext_lazy("领域"), required=False)
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=30, required=False)

    def __init__(self, *args: Any, areas: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        choices: Any = self.fields
        choices["kind"].choices = kinds()
        choices["source"].choices = [(code, local(one)) for code, one in codes["opinion-sources"].items()]
        choices["area"].choices = [("", _("不清楚")), *areas.items()]
        choices["field"].choices = [("", _("不清楚")), *fields()]
        choices["words"].validators.append(MaxLengthValidator(queries.rules().words))

    def clean_phone(self) -> str:
        given: str = self.cleaned_data["phone"].strip()
        try:
            return phone(given) if given else ""
        except RefusedError as error:
            raise forms.ValidationError(told(error.message)) from error

    def said(self) -> Said:
        given = self.cleaned_data
        names = ("kind", "source", "words", "spot_words", "field", "phone")
        return Said(**{name: given[name] for name in names}, spot=Spot(given["area"]))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("查看原因"), max_length=200)


class AnnouncementForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("标题"), max_length=120)
    words = forms.CharField(
        label=gettext_lazy("内容"), max_length=5000, widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy("任何人都能看到。事故和伤害的情况不要写到能认出个人。"),
    )  # fmt: skip


class FilterForm(forms.Form):
    """The questions of the list; what makes no sense is left out."""

    state = forms.CharField(required=False, max_length=10)
    kind = forms.CharField(required=False, max_length=20)
    field = forms.CharField(required=False, max_length=40)
    text = forms.CharField(required=False, max_length=60)

    def asked(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
