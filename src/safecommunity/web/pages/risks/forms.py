"""What people say of a risk point and of its evaluation."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.core.codes import CodeList
from safecommunity.core.risk import Method
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.queries import choices_of_link
from safecommunity.library import codes, methods
from safecommunity.places.queries import grids
from safecommunity.risks import queries
from safecommunity.risks.models import Evaluation, Kind, Reason, RiskPoint
from safecommunity.units.models import Unit
from safecommunity.units.queries import division_codes
from safecommunity.web.components.words import local
from safecommunity.web.fields import Day

MOST_OFFERED = 500
REVIEWED_FOR = [
    choice for choice in Reason.choices if choice[0] in (Reason.ACCIDENT, Reason.HAZARD, Reason.CHANGE)
]


def named(code_list: CodeList) -> list[tuple[str, str]]:
    """Code → name in the person's language, as choices."""
    return [(code, local(one)) for code, one in code_list.items()]


def _choice(label: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, **options)


def _many(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple)


def _text(label: Any, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, **options)


def _words(label: Any, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea({"rows": rows}), **options)


class PointForm(forms.Form):
    """`version`: of the point as the person saw it; nothing for a new one."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput, max_value=10**9)
    name = _text(
        gettext_lazy("风险点名称"),
        100,
        help_text=gettext_lazy("地点加设施或作业，如“3 号楼电动自行车充电棚”"),
    )
    kind = _choice(gettext_lazy("类型"), choices=Kind.choices)
    field = _choice(gettext_lazy("领域"))
    activity = _text(gettext_lazy("部位或作业内容"), 200, required=False)
    events = _many(gettext_lazy("可能发生的事故"))
    causes = _words(
        gettext_lazy("危险有害因素"), help_text=gettext_lazy("人的不安全行为、物的不安全状态、环境和管理缺陷")
    )
    people = forms.IntegerField(
        label=gettext_lazy("受影响人数"), required=False, min_value=0, max_value=10_000_000
    )
    exposed = _text(gettext_lazy("受影响人员"), 200, required=False)
    groups = _many(gettext_lazy("涉及的高危人群"))
    times = _text(
        gettext_lazy("高发时段"), 200, required=False, help_text=gettext_lazy("如“夏季夜间”“上下学时段”")
    )
    address = _text(gettext_lazy("位置"), 200)
    division = _choice(gettext_lazy("所在社区"), required=False)
    grid = _choice(gettext_lazy("所在网格"), required=False)
    building = _text(gettext_lazy("楼栋"), 100, required=False)
    longitude = forms.FloatField(
        label=gettext_lazy("经度"), required=False, min_value=-180, max_value=180,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )  # fmt: skip
    latitude = forms.FloatField(
        label=gettext_lazy("纬度"), required=False, min_value=-90, max_value=90,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )  # fmt: skip
    premises = _choice(gettext_lazy("所属单位"), required=False)
    organ = _text(gettext_lazy("责任部门或单位"), 100)
    responsible = _text(gettext_lazy("责任人"), 50)

    SECTIONS = (
        (gettext_lazy("风险点"), ("name", "kind", "field", "activity", "premises")),
        (gettext_lazy("危险和受影响的人"), ("events", "causes", "people", "exposed", "groups", "times")),
        (gettext_lazy("位置"), ("address", "division", "grid", "building", "longitude", "latitude")),
        (gettext_lazy("责任"), ("organ", "responsible")),
    )

    def __init__(self, *args: Any, unit: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        nothing = [("", _("（不填）"))]
        rows = grids(division_codes(unit))[:MOST_OFFERED].values_list("code", "name")
        offered: dict[str, list[Any]] = {
            "field": named(codes["promotion-fields"]),
            "events": named(codes["risk-events"]),
            "groups": named(codes["vulnerable-kinds"]),
            "division": nothing + queries.division_choices(unit),
            "grid": nothing + list(rows),
            "premises": nothing + choices_of_link(unit, "premises"),
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self._unit = unit

    def clean_premises(self) -> Entry | None:
        chosen = self.cleaned_data["premises"]
        return Entry.objects.below(self._unit).get(pk=int(chosen)) if chosen else None

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(label, [self[name] for name in names]) for label, names in self.SECTIONS]


def initial_of(point: RiskPoint) -> dict[str, Any]:
    """A point as its form shows it."""
    values = {name: getattr(point, name) for name in PointForm.base_fields if name != "premises"}
    return {**values, "premises": point.premises_id or ""}


class EvaluationForm(forms.Form):
    """The values of a method before and after the controls, the controls, and the direct rules that apply."""

    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)
    on_date = Day(gettext_lazy("评价日期"))
    reason = _choice(gettext_lazy("评价原因"), choices=Reason.choices)
    direct = _many(gettext_lazy("直接判定情形"))
    note = _words(gettext_lazy("评价说明"), required=False)

    def __init__(self, *args: Any, method: Method, **options: Any) -> None:
        super().__init__(*args, **options)
        self.method = method
        self.fields["direct"].choices = named(codes["direct-risks"])  # type: ignore[attr-defined]
        for when in ("before", "after"):
            for factor in method.factors:
                label = f"{factor.symbol} {local(factor.name)}"
                values = [(str(value), f"{value} {local(words)}") for value, words in factor.values.items()]
                self.fields[f"{when}-{factor.code}"] = _choice(label, choices=[("", _("请选择")), *values])
        for code, one in codes["risk-controls"].items():
            self.fields[f"control-{code}"] = _words(local(one), 2, required=False)

    def factors(self, when: str) -> list[forms.BoundField]:
        return [self[f"{when}-{factor.code}"] for factor in self.method.factors]

    def before(self) -> list[forms.BoundField]:
        return self.factors("before")

    def after(self) -> list[forms.BoundField]:
        return self.factors("after")

    def controls(self) -> list[forms.BoundField]:
        return [self[f"control-{code}"] for code in codes["risk-controls"]]

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "method": self.method.code,
            "before": {factor.code: given[f"before-{factor.code}"] for factor in self.method.factors},
            "after": {factor.code: given[f"after-{factor.code}"] for factor in self.method.factors},
            "direct": given["direct"],
            "controls": {code: given[f"control-{code}"] for code in codes["risk-controls"]},
            "reason": given["reason"],
            "note": given["note"],
            "on_date": given["on_date"],
        }


def first_values(point: RiskPoint, last: Evaluation | None, method: Method, today: date) -> dict[str, Any]:
    """What an evaluation form begins with: the last evaluation, as far as it used the same method."""
    values: dict[str, Any] = {"version": point.version, "on_date": today, "reason": Reason.FIRST}
    if last is None:
        return values
    call = queries.calls(point).first()
    values["reason"] = call.reason if call else Reason.PERIODIC
    values["direct"] = last.direct
    values |= {f"control-{code}": text for code, text in last.controls.items()}
    if last.method == method.code:
        values |= {f"before-{code}": value for code, value in last.before.items()}
        values |= {f"after-{code}": value for code, value in last.after.items()}
    return values


def method_asked(code: str) -> Method:
    """The method of this code, the first of the library where there is none."""
    return methods.get(code) or next(iter(methods.values()))


class ReviewForm(forms.Form):
    reason = _choice(gettext_lazy("复评原因"), choices=REVIEWED_FOR)
    on_date = Day(gettext_lazy("日期"))
    words = _text(gettext_lazy("情况"), 500)


class CloseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)
    reason = _text(gettext_lazy("风险是怎样消除的"), 500)


class ReopenForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)
    reason = _text(gettext_lazy("为什么重新启用"), 500)
