"""People and their roles as a security administrator enters them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.accounts.models import User
from safecommunity.units.models import Unit
from safecommunity.units.permissions import ROLES
from safecommunity.web.fields import Day

NAME = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]{2,}\Z",
    gettext_lazy("用小写字母、数字、点、横线，至少 3 个字符，以字母或数字开头。"),
)


class PersonFacts(forms.Form):
    display_name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    organ = forms.CharField(label=gettext_lazy("所在单位和职务"), max_length=100, required=False)
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=20, required=False)
    email = forms.EmailField(label=gettext_lazy("电子邮箱"), required=False)
    ends_date = Day(
        gettext_lazy("账号有效期至"), gettext_lazy("专家等临时账号请填写；留空表示不限。"), required=False
    )


class RoleFacts(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("角色"))
    on: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(
        Unit.objects.none(),
        label=gettext_lazy("单位"),
        to_field_name="slug",
        help_text=gettext_lazy("角色及于这个单位和它的全部下级。"),
    )
    from_date = Day(gettext_lazy("自"))
    to_date = Day(gettext_lazy("至"), required=False)

    def __init__(self, *args: Any, units: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(code, role.name) for code, role in ROLES.items()]  # type: ignore[attr-defined]
        self.fields["on"].queryset = units  # type: ignore[attr-defined]
        self.fields["from_date"].initial = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begun, ended = data.get("from_date"), data.get("to_date")
        if begun and ended and ended < begun:
            self.add_error("to_date", _("结束日期不能早于开始日期。"))
        return data


class NewPerson(PersonFacts, RoleFacts):
    username = forms.CharField(
        label=gettext_lazy("用户名"), min_length=3, max_length=60, validators=[NAME],
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("用户名“%(name)s”已被使用，请换一个。") % {"name": username})
        return username
