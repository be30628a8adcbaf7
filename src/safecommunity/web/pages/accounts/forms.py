"""What people enter about themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TOKEN_DAYS = [(30, gettext_lazy("30 天")), (90, gettext_lazy("90 天")), (365, gettext_lazy("一年"))]


def _policy() -> str:
    return "".join(f"{text.rstrip('。.')}。" for text in password_validators_help_texts())


policy = lazy(_policy, str)


class SignIn(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class Code(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("验证码"),
        max_length=20,
        help_text=gettext_lazy("验证器上的 6 位数字；手机不在身边时可填一个恢复码。"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class NewPassword(forms.Form):
    new = forms.CharField(
        label=gettext_lazy("新密码"),
        max_length=500,
        strip=False,
        help_text=policy(),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("再输入一次"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("两次输入不一样。"))
        return data


class ChangePassword(NewPassword):
    old = forms.CharField(
        label=gettext_lazy("现在的密码"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old", "new", "again"]


class OwnFacts(forms.Form):
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=20, required=False)
    email = forms.EmailField(label=gettext_lazy("电子邮箱"), required=False)


class NewToken(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("用途"), max_length=60, help_text=gettext_lazy("例如：月报汇总程序")
    )
    days = forms.TypedChoiceField(label=gettext_lazy("有效期"), choices=TOKEN_DAYS, coerce=int, initial=90)
