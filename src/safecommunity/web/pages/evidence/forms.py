from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safecommunity.core.schemes import Scheme
from safecommunity.library import schemes
from safecommunity.web.components.words import local
from safecommunity.web.fields import Day, ManyFiles

GROUPS = [
    ("picture", _("图片")),
    ("document", _("文档")),
    ("table", _("表格")),
    ("video", _("录像")),
    ("audio", _("录音")),
]


def usual() -> list[str]:
    """The schemes, the national form first."""
    return sorted(schemes, key=lambda code: (code != "national-2006", code))


def indicator_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every indicator for a select, grouped by scheme and element."""
    return [
        (f"{local(schemes[code])} · {element.code} {local(element)}", _choices(schemes[code], element.code))
        for code in usual()
        for element in schemes[code].elements
    ]


def _choices(scheme: Scheme, element: str) -> list[tuple[str, str]]:
    return [
        (f"{scheme.code}/{item.code}", f"{item.code} {local(item, 'text')}"[:80])
        for item in scheme.indicators.values()
        if item.element == element
    ]


class AttachForm(forms.Form):
    upload = ManyFiles(
        label=_("文件"), error_messages={"required": _("请选择至少一个文件。")}, max_length=200
    )
    title = forms.CharField(
        label=_("标题"),
        max_length=120,
        required=False,
        help_text=_("不填就用文件名；一次传多个文件时自动加序号。"),
    )
    proof_date = Day(_("证明日期"), _("事情发生的日期，不是上传日期。照片不填就用拍摄日期。"), required=False)
    indicators = forms.MultipleChoiceField(
        label=_("引用到指标"), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    remark = forms.CharField(
        label=_("说明"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    entry = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    keep_place = forms.BooleanField(label=_("保留照片里的拍摄地点"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicators"].choices = indicator_choices()  # type: ignore[attr-defined]


class DescribeForm(forms.Form):
    title = forms.CharField(label=_("标题"), max_length=120)
    proof_date = Day(_("证明日期"), required=False)
    remark = forms.CharField(
        label=_("说明"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("撤回原因"), max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)


class CiteForm(forms.Form):
    indicator = forms.ChoiceField(label=_("评定指标"))
    period = forms.RegexField(
        r"^(\d{4})?$", label=_("年度"), required=False, help_text=_("不填表示不限年度。")
    )
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [("", "—"), *indicator_choices()]  # type: ignore[attr-defined]


class CiteEntryForm(CiteForm):
    entry = forms.IntegerField(label=_("台账记录编号"), min_value=1)


class SearchForm(forms.Form):
    text = forms.CharField(label=_("搜索"), required=False, max_length=60)
    group = forms.ChoiceField(label=_("类别"), required=False, choices=[("", _("全部")), *GROUPS])
    year = forms.TypedChoiceField(label=_("年度"), required=False, coerce=int, empty_value=None)
    cited = forms.ChoiceField(
        label=_("引用"), required=False, choices=[("", _("全部")), ("no", _("尚未引用"))]
    )
    indicator = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    entry = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("全部")), *[(year, str(year)) for year in years]]
        self.fields["year"].choices = choices  # type: ignore[attr-defined]


class ArchiveForm(forms.Form):
    """Which archive: a scheme and a year, with something sensible for what is not said."""

    scheme = forms.ChoiceField(label=_("评定方案"))
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].choices = [(code, local(schemes[code])) for code in usual()]  # type: ignore[attr-defined]
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]
