"""Facts of units, bodies and appointments."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from safecommunity import library
from safecommunity.places.models import Division
from safecommunity.units.models import Appointment, Body, Unit
from safecommunity.units.queries import bodies, kinds_below
from safecommunity.web.fields import Day

CODES = re.compile(r"[\s,;，；、]+")


class DivisionsField(forms.CharField):
    """Codes of divisions, one after another; each must be in the table."""

    widget = forms.Textarea

    def clean(self, value: Any) -> Any:
        codes = [code for code in CODES.split(super().clean(value)) if code]
        known = {row.code: row for row in Division.objects.filter(code__in=codes, valid_to=None)}
        if missing := [code for code in codes if code not in known]:
            raise forms.ValidationError(
                _("区划表中没有 %(codes)s。请从“区划”页查到代码后填写。") % {"codes": "、".join(missing)}
            )
        return [known[code] for code in dict.fromkeys(codes)]

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(row.code for row in value)


class UnitFacts(forms.ModelForm):  # type: ignore[type-arg]
    divisions = DivisionsField(
        label=gettext_lazy("覆盖区划"),
        required=False,
        help_text=gettext_lazy("一行一个区划代码（2、4、6、9 或 12 位），可以多个。代码在“区划”页查。"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Unit
        fields = [
            "name", "short_name", "start_date", "filing_date", "area", "population", "households",
            "address", "contact", "phone", "about",
        ]  # fmt: skip
        field_classes = {"start_date": Day, "filing_date": Day}

    def clean_area(self) -> Any:
        area = self.cleaned_data["area"]
        if area is not None and area <= 0:
            raise forms.ValidationError(_("面积应大于 0。"))
        return area


class NewUnit(UnitFacts):
    kind = forms.ChoiceField(label=gettext_lazy("类型"))
    slug = forms.SlugField(
        label=gettext_lazy("网址代码"),
        max_length=40,
        help_text=gettext_lazy("字母、数字和连字符，通常用区划代码；以后不能修改。"),
    )
    field_order = ["name", "short_name", "kind", "slug", "divisions"]

    def __init__(self, *args: Any, parent: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(Unit._meta.get_field("kind").choices or ())
        self.fields["kind"].choices = [(kind, names[kind]) for kind in kinds_below(parent)]  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if Unit.objects.filter(slug=slug).exists() or slug in {
            "account",
            "api",
            "units",
            "style",
            "language",
        }:
            raise forms.ValidationError(_("“%(slug)s”已被使用，请换一个。") % {"slug": slug})
        return slug


class BodyFacts(forms.ModelForm):  # type: ignore[type-arg]
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("机构类型"))
    field = forms.ChoiceField(label=gettext_lazy("领域"), required=False)
    parent: forms.ModelChoiceField[Body] = forms.ModelChoiceField(
        None, label=gettext_lazy("上级机构"), required=False
    )

    class Meta:
        model = Body
        fields = [
            "name",
            "kind",
            "field",
            "seat",
            "duties",
            "document",
            "from_date",
            "to_date",
            "position",
        ]
        field_classes = {"from_date": Day, "to_date": Day}
        help_texts = {"duties": gettext_lazy("一行一条，编号自动生成。")}

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = named("body-kinds")  # type: ignore[attr-defined]
        self.fields["field"].choices = [("", "—"), *named("promotion-fields")]  # type: ignore[attr-defined]
        self.fields["parent"].queryset = bodies(unit).exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
        self.initial.setdefault("parent", self.instance.parent_id)
        self.fields["position"].required = False

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0

    def clean(self) -> dict[str, Any]:
        return ends_after_it_begins(self, super().clean() or {})


class AppointmentFacts(forms.ModelForm):  # type: ignore[type-arg]
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Appointment
        fields = ["post", "person", "organ", "phone", "from_date", "to_date", "document", "position"]
        field_classes = {"from_date": Day, "to_date": Day}
        help_texts = {"person": gettext_lazy("暂未确定可以留空，先保留职务。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0

    def clean(self) -> dict[str, Any]:
        return ends_after_it_begins(self, super().clean() or {})


def ends_after_it_begins(form: forms.BaseForm, data: dict[str, Any]) -> dict[str, Any]:
    begun, ended = data.get("from_date"), data.get("to_date")
    if begun and ended and ended < begun:
        form.add_error("to_date", _("结束日期不能早于开始日期。"))
    return data


def named(code_list: str) -> list[tuple[str, str]]:
    """Choices of a code list in the language of the page."""
    english = (get_language() or "").startswith("en")
    return [(one.code, one.name_en if english else one.name) for one in library.codes[code_list].values()]
