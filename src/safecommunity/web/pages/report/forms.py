"""What anybody may send: a form that lives for an hour, counts to ten and has a field that stays empty."""

from __future__ import annotations

from datetime import datetime
from secrets import randbelow, token_hex
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core import form_tokens
from safecommunity.core.form_tokens import TokenRefused
from safecommunity.core.identity import phone
from safecommunity.core.messages import RefusedError
from safecommunity.documents.media import HEAD_BYTES, KINDS, MediaRefused, detect
from safecommunity.ledgers.wording import told
from safecommunity.library import codes
from safecommunity.residents import queries
from safecommunity.residents.actions import Picture, Said
from safecommunity.residents.queries import Spot
from safecommunity.web.components.words import local
from safecommunity.web.fields import ManyFiles

PICTURES = ",".join(one for kind in KINDS.values() if kind.group == "picture" for one in kind.extensions)
REASONS = {
    "early": gettext_lazy("提交得太快了。请看一遍内容，再提交一次。"),
    "late": gettext_lazy("这一页打开超过一小时了。您写的文字还在，请重新算一下题目、选一次照片再提交。"),
    "forged": gettext_lazy("这一页已经失效。您写的文字还在，请重新算一下题目、选一次照片再提交。"),
}


class OpenForm(forms.Form):
    """`nonce` is known once the form is valid. A token that is over is replaced, what was typed stays."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=200)
    homepage = forms.CharField(label=gettext_lazy("请不要填写这一栏"), required=False)
    total = forms.IntegerField(
        min_value=0, max_value=99,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("防止机器自动提交。"),
        error_messages={"required": gettext_lazy("请填写计算结果。")},
    )  # fmt: skip
    nonce = ""

    def __init__(self, *args: Any, page: str, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.page, self.now = page, now
        if not self.is_bound:
            self.initial["token"] = self._fresh()
        self._ask()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("homepage"):
            self.add_error("homepage", _("请把“请不要填写这一栏”清空。"))
        token = given.get("token", "")
        try:
            self.nonce = form_tokens.nonce_of(
                settings.SECRET_KEY, self.page, token, self.now, queries.rules().form
            )
        except TokenRefused as error:
            self.add_error(None, str(REASONS[error.code]))
            if error.code != "early":
                self._renew()
            return given
        if "total" in given and given["total"] != sum(form_tokens.numbers(token)):
            self.add_error("total", _("算得不对，请再算一次。"))
        return given

    @property
    def receipt(self) -> str:
        return form_tokens.receipt(settings.SECRET_KEY, self.nonce)

    def _fresh(self) -> str:
        return form_tokens.issue(
            settings.SECRET_KEY, self.page, self.now, token_hex(16), (randbelow(9) + 1, randbelow(9) + 1)
        )

    def _renew(self) -> None:
        self.data = {**self.data, "token": self._fresh(), "total": ""}
        self._ask()

    def _ask(self) -> None:
        one, other = form_tokens.numbers(str(self["token"].value() or ""))
        self.fields["total"].label = _("请计算：%(one)s + %(other)s = ？") % {"one": one, "other": other}


class SpotForm(forms.Form):
    """Where: a place of the list, a point, or both. What makes no sense is left out."""

    area = forms.CharField(required=False, max_length=15)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)

    def __init__(self, *args: Any, areas: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.areas = areas

    def spot(self) -> Spot:
        given = self.cleaned_data if self.is_valid() else {**getattr(self, "cleaned_data", {})}
        area = given.get("area", "")
        latitude, longitude = given.get("latitude"), given.get("longitude")
        whole = latitude is not None and longitude is not None
        return Spot(
            area if area in self.areas else "", longitude if whole else None, latitude if whole else None
        )


class ReportForm(OpenForm):
    kind = forms.ChoiceField(label=gettext_lazy("您要反映的是"), widget=forms.RadioSelect, initial="danger")
    words = forms.CharField(
        label=gettext_lazy("是什么情况"), widget=forms.Textarea({"rows": 5}),
        error_messages={"required": gettext_lazy("请写一写是什么情况。")},
    )  # fmt: skip
    spot_words = forms.CharField(
        label=gettext_lazy("在什么位置"), max_length=120, required=False,
        help_text=gettext_lazy("例如：3号楼东侧楼梯口。"),
    )  # fmt: skip
    field = forms.ChoiceField(label=gettext_lazy("属于哪方面"), required=False)
    photos = ManyFiles(label=gettext_lazy("照片"), required=False, max_length=200)
    keep_place = forms.BooleanField(
        label=gettext_lazy("照片里记着的拍摄位置可以告诉工作人员"), required=False
    )
    phone = forms.CharField(
        label=gettext_lazy("联系电话"), max_length=30, required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
        help_text=gettext_lazy("只用来核对情况和回访，加密保存，办结后删除。不留电话也会办理。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rules, kinds, fields = queries.rules(), codes["report-kinds"], codes["promotion-fields"]
        choices: Any = self.fields
        choices["kind"].choices = [(code, local(one)) for code, one in kinds.items()]
        choices["field"].choices = [
            ("", _("不清楚")), *((code, local(one)) for code, one in fields.items()),
        ]  # fmt: skip
        words: Any = self.fields["words"]
        words.validators.append(MaxLengthValidator(rules.words))
        words.widget.attrs["maxlength"] = str(rules.words)

    def clean_phone(self) -> str:
        given: str = self.cleaned_data["phone"].strip()
        try:
            return phone(given) if given else ""
        except RefusedError as error:
            raise forms.ValidationError(told(error.message)) from error

    def clean_photos(self) -> list[UploadedFile[bytes]]:
        sent: list[UploadedFile[bytes]] = self.cleaned_data["photos"]
        rules = queries.rules()
        if len(sent) > rules.photos:
            raise forms.ValidationError(_("最多 %(most)s 张照片。") % {"most": rules.photos})
        for one in sent:
            if (one.size or 0) > rules.photo_bytes:
                most = rules.photo_bytes // 1_000_000
                raise forms.ValidationError(
                    _("“%(name)s”超过 %(most)s MB，请换一张小些的。") % {"name": one.name, "most": most}
                )
            self._must_be_a_picture(one)
        return sent

    def said(self, spot: Spot) -> Said:
        given = self.cleaned_data
        pictures = [Picture(str(one.name), one.chunks()) for one in given["photos"]]
        names = ("kind", "words", "field", "spot_words", "phone", "keep_place")
        return Said(**{name: given[name] for name in names}, spot=spot, pictures=pictures)

    def _must_be_a_picture(self, file: UploadedFile[bytes]) -> None:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        try:
            kind = detect(head)
        except MediaRefused as error:
            raise forms.ValidationError(told(error.message)) from error
        if kind not in KINDS or KINDS[kind].group != "picture":
            raise forms.ValidationError(_("“%(name)s”不是照片。") % {"name": file.name})


class FollowForm(OpenForm):
    pass


class ReceiptForm(forms.Form):
    receipt = forms.CharField(
        label=gettext_lazy("回执号"), max_length=40, help_text=gettext_lazy("提交后显示的 20 位字母和数字。"),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip

    def clean_receipt(self) -> str:
        read = form_tokens.read_receipt(self.cleaned_data["receipt"])
        if not read:
            raise forms.ValidationError(_("回执号是 20 位字母和数字，请核对。"))
        return read
