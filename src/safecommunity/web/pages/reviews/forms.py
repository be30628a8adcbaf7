"""What people say about titles and on the way to one."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from safecommunity.accounts.models import User
from safecommunity.core.reviews import outcomes
from safecommunity.evidence import queries as evidence
from safecommunity.evidence.actions import attach as keep_file
from safecommunity.evidence.models import File
from safecommunity.library import schemes
from safecommunity.reviews import queries
from safecommunity.reviews.models import Duty, Expert, Review
from safecommunity.web.components.words import local
from safecommunity.web.fields import Day

LAST_FILES = 200
OUTCOMES = {"named": _("授予称号"), "qualified": _("评定合格"), "refused": _("不予通过")}
LINE = re.compile(r"(\d{4}-\d{2}-\d{2})\s+(\d{1,2}[:：]\d{2})\s+(\S.*)")


def words(label: Any, help_text: Any = "", *, most: int = 1000, required: bool = True) -> forms.CharField:
    area = forms.Textarea({"rows": 4})
    return forms.CharField(label=label, help_text=help_text, max_length=most, widget=area, required=required)


def short(label: Any, help_text: Any = "", *, most: int = 60, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, max_length=most, required=required)


class VersionForm(forms.Form):
    """`version`: of the row as the person saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)


class RegisterForm(forms.Form):
    scheme = forms.ChoiceField(label=_("称号"))
    number = short(_("证书编号"))
    plaque = short(_("牌匾编号"), required=False)
    granted_by = short(_("命名单位"), most=100)
    named_date = Day(_("命名日期"), _("有效期按评定方案自动计算。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice: Any = self.fields["scheme"]
        choice.choices = [(code, local(schemes[code].title)) for code in queries.titled_schemes()]


class DutyForm(VersionForm):
    done_date = Day(_("完成日期"))
    outcome = forms.ChoiceField(label=_("结果"), choices=Duty.Outcome.choices, widget=forms.RadioSelect)
    words = words(_("情况说明"))


class WithdrawForm(VersionForm):
    reason = words(_("撤销原因"), _("例如发生重大事故、弄虚作假、没有持续改进、复评未通过。"), most=500)


class BeginForm(forms.Form):
    scheme = forms.ChoiceField(label=_("评定方案"))
    leader = short(_("负责人"))
    contact = short(_("联系人"))
    phone = short(_("联系电话"), most=30)
    plan = words(_("创建计划"), _("目标、范围、时间安排、经费。"), most=2000)
    begun_date = Day(_("提出日期"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice: Any = self.fields["scheme"]
        choice.choices = [(code, local(one)) for code, one in schemes.items() if one.procedure]


class StepForm(VersionForm):
    """A step on a review's page; `said` gives what the action is told besides."""

    def __init__(self, *args: Any, row: Review, user: User, today: date, **options: Any) -> None:
        self.row, self.user, self.today = row, user, today
        super().__init__(*args, **options)
        self.fields["version"].initial = row.version
        self.prepare()

    def prepare(self) -> None:
        """Fill choices from the review."""

    def offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def said(self) -> dict[str, Any]:
        return {key: value for key, value in self.cleaned_data.items() if key != "version"}


class FileForm(StepForm):
    """One day for each centre."""

    def prepare(self) -> None:
        for centre in self.row.procedure.centres:
            label = _now("报送%(centre)s的日期") % {"centre": local(centre.name)}
            self.fields[f"to-{centre.code}"] = Day(label)

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"filed": {one.code: given[f"to-{one.code}"] for one in self.row.procedure.centres}}


class ReceiveForm(StepForm):
    centre = forms.ChoiceField(label=_("备案机构"))
    number = short(_("回执编号"))
    receipt_date = Day(_("回执日期"))

    def prepare(self) -> None:
        waiting = [one.centre for one in queries.filings(self.row) if one.receipt_date is None]
        self.offer("centre", [(code, queries.centre_name(self.row, code)) for code in waiting])


class SelfAssessForm(StepForm):
    assessment: Any = forms.ModelChoiceField(
        None, label=_("已定稿的自评"), empty_label=None,
        help_text=_("在“评分”里完成并定稿的本方案自评会出现在这里。"),
    )  # fmt: skip

    def prepare(self) -> None:
        field: Any = self.fields["assessment"]
        field.queryset = queries.self_assessments(self.row)


class ShownFileForm(StepForm):
    """A new file, or one the unit keeps already."""

    upload = forms.FileField(label=_("上传文件"), required=False)
    file: Any = forms.ModelChoiceField(None, label=_("或者选用档案里的文件"), required=False)

    def prepare(self) -> None:
        field: Any = self.fields["file"]
        field.queryset = File.objects.in_unit(self.row.unit).filter(
            pk__in=evidence.files(self.row.unit).values("pk")[:LAST_FILES]
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("upload") and not given.get("file"):
            self.add_error("upload", _now("请上传文件，或者选用档案里的文件。"))
        return given

    def shown(self) -> File:
        """The chosen file; an upload is archived first. Raises MediaRefused, QuotaReached."""
        sent = self.cleaned_data["upload"]
        if not sent:
            chosen: File = self.cleaned_data["file"]
            return chosen
        return keep_file(chunks=sent.chunks(), name=sent.name, unit=self.row.unit, by=self.user).file


class PaperForm(ShownFileForm):
    code = forms.ChoiceField(label=_("申报材料"))
    field_order = ("code", "upload", "file")

    def prepare(self) -> None:
        super().prepare()
        given = queries.papers(self.row)
        mark = {True: _now("（更换）"), False: ""}
        asked = [
            (one.code, f"{local(one.name)}{mark[one.code in given]}") for one in self.row.procedure.papers
        ]
        self.offer("code", sorted(asked, key=lambda pair: pair[0] in given))

    def said(self) -> dict[str, Any]:
        return {"code": self.cleaned_data["code"], "file": self.shown()}


class CorrectForm(ShownFileForm):
    finding: Any = forms.ModelChoiceField(None, label=_("不符合项"), empty_label=None)
    text = words(_("整改情况"))
    field_order = ("finding", "text", "upload", "file")

    def prepare(self) -> None:
        super().prepare()
        field: Any = self.fields["finding"]
        field.queryset = queries.finding_rows(self.row).filter(closed_at=None)

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"finding": given["finding"], "text": given["text"], "file": self.shown()}


class WordsForm(StepForm):
    words = words(_("意见"), required=False)


class ReasonForm(StepForm):
    reason = words(_("原因"))


class CheckForm(WordsForm):
    """Every paper looked through, each ticked."""

    checked = forms.MultipleChoiceField(
        label=_("已核对的申报材料"), widget=forms.CheckboxSelectMultiple, required=False
    )
    field_order = ("checked", "words")

    def prepare(self) -> None:
        self.offer("checked", [(one.code, local(one.name)) for one in self.row.procedure.papers])


class AppointForm(StepForm):
    person: Any = forms.ModelChoiceField(None, label=_("专家"), empty_label=None)
    is_lead = forms.BooleanField(label=_("担任组长"), required=False)

    def prepare(self) -> None:
        field: Any = self.fields["person"]
        field.queryset = queries.candidates(self.row, self.today)


class DismissForm(StepForm):
    expert: Any = forms.ModelChoiceField(None, label=_("成员"), empty_label=None)

    def prepare(self) -> None:
        field: Any = self.fields["expert"]
        field.queryset = (
            Expert.objects.in_unit(self.row.unit).filter(review=self.row).select_related("person")
        )

    def said(self) -> dict[str, Any]:
        expert: Expert = self.cleaned_data["expert"]
        expert.review = self.row
        return {"expert": expert}


class DeclareForm(StepForm):
    is_free = forms.ChoiceField(
        label=_("利害关系"), widget=forms.RadioSelect,
        choices=[("yes", _("与被评单位没有利害关系")), ("no", _("有利害关系，请求回避"))],
    )  # fmt: skip
    words = words(_("说明"), _("有利害关系的，写明是什么关系。"), most=500, required=False)

    def said(self) -> dict[str, Any]:
        return {"is_free": self.cleaned_data["is_free"] == "yes", "words": self.cleaned_data["words"]}


class ArrangeForm(StepForm):
    visit_from = Day(_("现场评定自"))
    visit_to = Day(_("现场评定至"))
    agenda = words(_("议程"), _("每行一项：日期 时间 事项，例如 2026-11-20 09:00 首次会议。"), most=4000)

    def prepare(self) -> None:
        row = self.row
        first = row.visit_from or self.today
        lines = row.agenda or [
            [first.isoformat(), f"{9 + number:02}:00", local(one)]
            for number, one in enumerate(row.procedure.agenda)
        ]
        given = {"visit_from": first, "visit_to": row.visit_to or first}
        self.initial.update({**given, "agenda": "\n".join(" ".join(one) for one in lines)})

    def clean_agenda(self) -> list[list[str]]:
        found = []
        for number, line in enumerate(self.cleaned_data["agenda"].splitlines(), start=1):
            if not line.strip():
                continue
            matched = LINE.fullmatch(line.strip())
            if matched is None:
                raise forms.ValidationError(_now("第 %(n)s 行应写成：日期 时间 事项。") % {"n": number})
            found.append([matched[1], matched[2].replace("：", ":"), matched[3]])
        return found


class OpinionForm(StepForm):
    opinion = words(_("评定意见"), _("总体评价、主要做法、不足和建议。提交后不能再改。"), most=4000)


class VerifyForm(StepForm):
    finding: Any = forms.ModelChoiceField(None, label=_("不符合项"), empty_label=None)
    verification = words(_("验证情况"))

    def prepare(self) -> None:
        field: Any = self.fields["finding"]
        done = [one.finding_id for one in queries.corrections(self.row)]
        field.queryset = queries.finding_rows(self.row).filter(closed_at=None, pk__in=done)


class DecideForm(StepForm):
    outcome = forms.ChoiceField(label=_("决定"), widget=forms.RadioSelect)
    words = words(_("决定意见"), most=2000)
    number = short(_("证书编号"), _("授予称号时填写。"), required=False)
    plaque = short(_("牌匾编号"), required=False)
    named_date = Day(_("命名日期"), required=False)

    def prepare(self) -> None:
        row = self.row
        assert row.on_site is not None
        allowed = outcomes(row.procedure, row.on_site.band, queries.is_passing(row.on_site))
        self.offer("outcome", [(code, OUTCOMES[code]) for code in allowed])
        if "named" not in allowed:
            for name in ("number", "plaque", "named_date"):
                self.fields[name].widget = forms.HiddenInput()
        self.initial["named_date"] = self.today
