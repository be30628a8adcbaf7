"""What a person types into an official document."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core.official import SECRECY, URGENCY
from safecommunity.correspondence.models import OfficialDocument
from safecommunity.ledgers.wording import local
from safecommunity.library import official
from safecommunity.units.models import Body, Unit
from safecommunity.units.queries import bodies
from safecommunity.web.fields import Day

FACTS = ("held_date", "attended", "present", "absent", "observers")
MARK = "==="


class NewForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("文种"))
    group: forms.ModelChoiceField[Body] = forms.ModelChoiceField(
        label=gettext_lazy("哪个工作组的"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("（整个单位）"),
        help_text=gettext_lazy("工作组写自己的促进计划时选择"),
    )

    def __init__(self, *args: Any, unit: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [(code, local(kind.name)) for code, kind in official.items()]  # type: ignore[attr-defined]
        self.fields["group"].queryset = bodies(unit)  # type: ignore[attr-defined]


class DocumentForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=gettext_lazy("标题"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("发文机关＋事由＋文种；要自己断行的，在断行处换行"),
    )
    addressee = forms.CharField(
        label=gettext_lazy("主送机关"), max_length=300, required=False, help_text=gettext_lazy("不写冒号")
    )
    body = forms.CharField(
        label=gettext_lazy("正文"),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 22}),
        help_text=gettext_lazy(
            "一行一段。行首写“一、”“（一）”“1.”“（1）”或 # 号表示层次，序号自动重排；［ ］是待填的空。"
        ),
    )
    attachments = forms.CharField(
        label=gettext_lazy("附件"),
        max_length=60_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("每个附件以“=== 附件标题”一行开头，下面写内容"),
    )
    held_date = Day(gettext_lazy("会议日期"), required=False)
    attended = forms.IntegerField(
        label=gettext_lazy("实到人数"), required=False, min_value=0, max_value=100_000
    )
    present = forms.CharField(label=gettext_lazy("出席"), max_length=300, required=False)
    absent = forms.CharField(label=gettext_lazy("请假"), max_length=300, required=False)
    observers = forms.CharField(label=gettext_lazy("列席"), max_length=300, required=False)
    signature = forms.CharField(
        label=gettext_lazy("署名"), max_length=120, help_text=gettext_lazy("协议、责任书写双方，用顿号分开")
    )
    signer = forms.CharField(
        label=gettext_lazy("签发人"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("不填则为签发时的人"),
    )
    head = forms.CharField(label=gettext_lazy("发文机关标志"), max_length=60, required=False)
    agency = forms.CharField(
        label=gettext_lazy("机关代字"), max_length=20, required=False, help_text=gettext_lazy("如“石安创”")
    )
    secrecy = forms.ChoiceField(
        label=gettext_lazy("密级"), required=False, choices=[(one, one or "—") for one in SECRECY]
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("紧急程度"), required=False, choices=[(one, one or "—") for one in URGENCY]
    )
    copy_number = forms.RegexField(
        label=gettext_lazy("份号"), regex=r"^\d{6}$", required=False, help_text=gettext_lazy("6 位数字")
    )
    note = forms.CharField(label=gettext_lazy("附注"), max_length=200, required=False)
    copies_to = forms.CharField(label=gettext_lazy("抄送"), max_length=300, required=False)
    issuer = forms.CharField(label=gettext_lazy("印发机关"), max_length=120, required=False)

    def __init__(self, *args: Any, document: OfficialDocument, **options: Any) -> None:
        super().__init__(*args, **options)
        rules = document.rules
        absent = set() if rules.form == "minutes" else set(FACTS)
        absent |= {"addressee"} if rules.addressee == "none" else set()
        if rules.form == "plain":
            absent |= {"head", "agency", "secrecy", "urgency", "copy_number", "note", "copies_to", "issuer"}
        for name in absent:
            del self.fields[name]

    def clean_title(self) -> str:
        lines = (line.strip() for line in self.cleaned_data["title"].splitlines())
        return "\n".join(line for line in lines if line)

    def clean_attachments(self) -> list[dict[str, str]]:
        return attachments_of(self.cleaned_data["attachments"])

    def values(self) -> dict[str, Any]:
        """The fields of the document."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in (*FACTS, "version")}
        if "held_date" in self.fields:
            facts = {name: self.cleaned_data.get(name) for name in FACTS}
            facts["held_date"] = facts["held_date"].isoformat() if facts["held_date"] else ""
            data["facts"] = facts
        return data


def initial(document: OfficialDocument) -> dict[str, Any]:
    """What the form begins with."""
    names = (name for name in DocumentForm.base_fields if name not in (*FACTS, "attachments"))
    return {
        **{name: getattr(document, name) for name in names},
        **document.facts,
        "attachments": "\n".join(f"{MARK} {one['title']}\n{one['text']}" for one in document.attachments),
    }


def attachments_of(text: str) -> list[dict[str, str]]:
    """Attachments from a text in which each begins with a line `=== title`."""
    found: list[dict[str, str]] = []
    for line in text.splitlines():
        if line.startswith(MARK):
            title = line.removeprefix(MARK).strip()
            if not title:
                raise forms.ValidationError(_("附件要有标题：在 === 后面写。"))
            found.append({"title": title[:120], "text": ""})
        elif found:
            found[-1]["text"] += f"{line}\n"
        elif line.strip():
            raise forms.ValidationError(_("附件内容之前要有一行“=== 附件标题”。"))
    return found
