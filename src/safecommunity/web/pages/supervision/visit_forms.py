"""What people enter about rounds, visits, findings and answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.accounts.models import User
from safecommunity.library import codes
from safecommunity.supervision.models.visits import Finding, Kind, Round, Visit
from safecommunity.supervision.queries import visits as queries
from safecommunity.units.models import UNIT_KINDS, Unit
from safecommunity.units.queries import below, bodies
from safecommunity.web.components.words import local
from safecommunity.web.fields import Day, ManyFiles

YES_NO = {"yes": True, "no": False}
WEEKS = timedelta(days=28)


def named(code_list: str) -> list[tuple[str, str]]:
    return [(code, local(one)) for code, one in codes[code_list].items()]


def words(label: Any, most: int, help_text: Any = "", *, rows: int = 3, required: bool = True) -> Any:
    widget = forms.Textarea({"rows": rows})
    return forms.CharField(
        label=label, help_text=help_text, max_length=most, required=required, widget=widget
    )


def pictures(label: Any) -> ManyFiles:
    return ManyFiles(label=label, required=False)


class People(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Some of those who may be sent."""

    def __init__(self, unit: Unit, today: date, label: Any) -> None:
        super().__init__(queries.inspectors(unit, today), label=label, widget=forms.CheckboxSelectMultiple)


class VersionForm(forms.Form):
    """`version`: of the thing as the person saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)


class RoundForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9, required=False)
    title = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    kind = forms.ChoiceField(
        label=gettext_lazy("方式"), choices=Kind.choices, widget=forms.RadioSelect,
        help_text=gettext_lazy("暗访在结束以前，被督查单位看不到。"),
    )  # fmt: skip
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("督查内容"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("安全社区与安全生产同检查：一次督查可以同时查几项。"),
    )  # fmt: skip
    basis = words(gettext_lazy("依据和要求"), 2000, required=False)
    starts_date = Day(gettext_lazy("开始日期"))
    ends_date = Day(gettext_lazy("结束日期"))
    team = forms.IntegerField(label=gettext_lazy("每组人数"), min_value=1, max_value=20)

    def __init__(self, *args: Any, unit: Unit, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        topics: Any = self.fields["topics"]
        topics.choices = named("visit-topics")
        self.fields["inspectors"] = People(unit, today, _("督查人员"))
        names, self.kinds = dict(UNIT_KINDS), queries.strata(unit)
        for kind, there in self.kinds.items():
            self.fields[f"count_{kind}"] = forms.IntegerField(
                label=names[kind], required=False, min_value=0, max_value=there,
                help_text=_("下级共 %(there)s 个") % {"there": there},
            )  # fmt: skip

    @property
    def counts(self) -> list[forms.BoundField]:
        return [self[f"count_{kind}"] for kind in self.kinds]

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        names = ("title", "kind", "topics", "basis", "starts_date", "ends_date", "team")
        counts = {kind: given[f"count_{kind}"] for kind in self.kinds if given[f"count_{kind}"]}
        return {**{name: given[name] for name in names}, "counts": counts}


def planned(row: Round) -> dict[str, Any]:
    """The form's values as they are kept."""
    names = ("version", "title", "kind", "topics", "basis", "starts_date", "ends_date", "team")
    return {
        **{name: getattr(row, name) for name in names},
        "inspectors": list(row.inspectors.values_list("pk", flat=True)),
        **{f"count_{kind}": count for kind, count in row.counts.items()},
    }


def beginning(today: date) -> dict[str, Any]:
    return {
        "kind": Kind.ANNOUNCED, "topics": ["work-safety", "safe-community"], "team": 2,
        "starts_date": today, "ends_date": today + WEEKS,
    }  # fmt: skip


class WeighForm(VersionForm):
    weight = forms.IntegerField(
        label=gettext_lazy("权重"), min_value=0, max_value=100,
        help_text=gettext_lazy("1 为普通，2 为两倍机会，0 为不参加抽签"),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=500, required=False)

    def __init__(self, *args: Any, row: Round, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"] = forms.ModelChoiceField(queries.candidates(row), label=_("单位"))
        self.order_fields(["unit"])


class DeclareForm(VersionForm):
    reason = forms.CharField(label=gettext_lazy("回避原因"), max_length=500)

    def __init__(self, *args: Any, row: Round, **options: Any) -> None:
        super().__init__(*args, **options)
        people = User.objects.filter(pk__in=row.inspectors.values("pk")).order_by("display_name", "pk")
        self.fields["inspector"] = forms.ModelChoiceField(people, label=_("督查人员"))
        self.fields["unit"] = forms.ModelChoiceField(queries.candidates(row), label=_("回避单位"))
        self.order_fields(["inspector", "unit"])


class SeedForm(VersionForm):
    seed = forms.CharField(
        label=gettext_lazy("种子"), max_length=100,
        help_text=gettext_lazy("名单固定以后才产生的公开数字，如当晚的彩票开奖号码。"),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("种子来源"), max_length=200,
        help_text=gettext_lazy("写明别人能查到的出处，如“福彩双色球第2026135期”。"),
    )  # fmt: skip


class ReasonForm(VersionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=500)


class ArrangeForm(forms.Form):
    """A visit without a draw, to a unit beneath or to a group of one's own."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("方式"), choices=Kind.choices, widget=forms.RadioSelect)
    topics = forms.MultipleChoiceField(label=gettext_lazy("督查内容"), widget=forms.CheckboxSelectMultiple)
    starts_date = Day(gettext_lazy("最早日期"))
    ends_date = Day(gettext_lazy("最晚日期"))

    def __init__(self, *args: Any, unit: Unit, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        topics: Any = self.fields["topics"]
        topics.choices = named("visit-topics")
        self.units = {f"unit:{one.slug}": one for one in below(unit).exclude(pk=unit.pk)}
        self.bodies = {f"body:{one.pk}": one for one in bodies(unit).filter(to_date=None)}
        self.fields["target"] = forms.ChoiceField(
            label=_("督查对象"),
            choices=[
                ("", _("（请选择）")),
                (_("下级单位"), [(code, one.name) for code, one in self.units.items()]),
                (_("本单位的工作组"), [(code, one.name) for code, one in self.bodies.items()]),
            ],
        )
        self.fields["team"] = People(unit, today, _("督查组"))
        self.order_fields(["title", "target"])

    def said(self) -> dict[str, Any]:
        """`unit`, `body`, `team` and `values` as the action takes them; `unit` None for a group."""
        given = self.cleaned_data
        names = ("title", "kind", "topics", "starts_date", "ends_date")
        return {
            "unit": self.units.get(given["target"]),
            "body": self.bodies.get(given["target"]),
            "team": list(given["team"]),
            "values": {name: given[name] for name in names},
        }


class ScheduleForm(VersionForm):
    day = Day(gettext_lazy("督查日期"))
    reason = forms.CharField(
        label=gettext_lazy("换人原因"), max_length=300, required=False,
        help_text=gettext_lazy("督查组与现在不同时填写。"),
    )  # fmt: skip

    def __init__(self, *args: Any, row: Visit, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["team"] = People(row.supervisor, today, _("督查组"))
        self.order_fields(["day", "team"])


class FindingForm(forms.Form):
    text = words(gettext_lazy("问题"), 1000)
    basis = forms.CharField(
        label=gettext_lazy("依据"), max_length=300, help_text=gettext_lazy("违反的规定、标准或要求")
    )
    severity = forms.ChoiceField(label=gettext_lazy("程度"), widget=forms.RadioSelect)
    asks = forms.BooleanField(label=gettext_lazy("要求反馈"), required=False)
    due_date = Day(gettext_lazy("反馈期限"), gettext_lazy("不填则按问题程度的常用期限"), required=False)
    upload = pictures(gettext_lazy("照片"))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        severity: Any = self.fields["severity"]
        severity.choices = named("finding-severities")

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        due = given["due_date"] or queries.deadline(given["severity"], self.today)
        names = ("text", "basis", "severity")
        return {**{name: given[name] for name in names}, "due_date": due if given["asks"] else None}


class FinishForm(VersionForm):
    summary = words(gettext_lazy("总体情况"), 2000)


class AnswerForm(VersionForm):
    words = words(gettext_lazy("整改情况"), 2000, gettext_lazy("做了什么、什么时候做完、还差什么"))
    upload = pictures(gettext_lazy("整改照片和材料"))


class AskForm(VersionForm):
    until = Day(gettext_lazy("申请延至"))
    why = words(gettext_lazy("延期理由"), 500, rows=2)


class ExtendForm(VersionForm):
    grant = forms.ChoiceField(
        label=gettext_lazy("审批"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("同意延期")), ("no", gettext_lazy("不同意延期"))],
    )  # fmt: skip
    reason = words(gettext_lazy("审批意见"), 500, rows=2)

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {**given, "grant": YES_NO[given["grant"]]}


class DecideForm(VersionForm):
    accept = forms.ChoiceField(
        label=gettext_lazy("意见"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("认可，问题办结")), ("no", gettext_lazy("退回，继续整改"))],
    )  # fmt: skip
    reason = words(gettext_lazy("说明"), 500, gettext_lazy("退回时必填"), rows=2, required=False)
    due_date = Day(gettext_lazy("新的反馈期限"), gettext_lazy("退回时必填"), required=False)

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {**given, "accept": YES_NO[given["accept"]]}


def severity_name(row: Finding) -> str:
    return local(codes["finding-severities"][row.severity])


def topic_names(topics: Sequence[str]) -> str:
    known = codes["visit-topics"]
    return _("、").join(local(known[code]) for code in topics if code in known)
