"""What people say of hazards, inspections and plans; codes and their words come from data files."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.core.hazards import GUARANTEES
from safecommunity.hazards import queries
from safecommunity.hazards.actions import Report
from safecommunity.hazards.models import Every, Grade, HiddenHazard, Kind, Severity
from safecommunity.ledgers.models import Entry
from safecommunity.notices.queries import holders
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.queries import below
from safecommunity.web.components.words import local
from safecommunity.web.fields import Day

MOST_OFFERED = 1000
NOTHING = [("", "—")]
MOMENT = "%Y-%m-%dT%H:%M"
GUARANTEE_WORDS = {
    "responsibility": gettext_lazy("落实责任：谁负责"),
    "measures": gettext_lazy("落实措施：怎样治理"),
    "funds": gettext_lazy("落实资金：多少、从哪里来"),
    "deadline": gettext_lazy("落实时限：分几步、何时完成"),
    "emergency": gettext_lazy("落实预案：治理期间怎样防止事故"),
}


def words(codes: str) -> list[tuple[str, str]]:
    """The code list as choices in the person's language."""
    return [(code, local(one)) for code, one in library.codes[codes].items()]


def area(label: Any, *, required: bool = True, help_text: Any = "", rows: int = 3) -> forms.CharField:
    widget = forms.Textarea({"rows": rows})
    return forms.CharField(
        label=label, required=required, help_text=help_text, max_length=2000, widget=widget
    )


def moment(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(
        label=label, required=required, help_text=help_text, widget=widget, input_formats=[MOMENT]
    )


def hidden_moment() -> forms.DateTimeField:
    """A time that the device fills in, as ISO 8601 with its offset; what is no time is nothing."""
    return DeviceTime(required=False, widget=forms.HiddenInput)


class DeviceTime(forms.DateTimeField):
    def to_python(self, value: Any) -> datetime | None:
        try:
            found = datetime.fromisoformat(str(value)) if value else None
        except ValueError:
            return None
        return timezone.make_aware(found) if found and timezone.is_naive(found) else found


class PlaceFields(forms.Form):
    """Position and times as the device knows them."""

    longitude = forms.FloatField(label=gettext_lazy("经度"), required=False, min_value=-180, max_value=180)
    latitude = forms.FloatField(label=gettext_lazy("纬度"), required=False, min_value=-90, max_value=90)
    device_at = hidden_moment()
    sent_at = hidden_moment()

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if (given.get("longitude") is None) != (given.get("latitude") is None) and not self.errors:
            raise ValidationError(_("经度和纬度要一起填写，或都不填。"))
        return given


class NewForm(PlaceFields):
    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    text = area(gettext_lazy("问题描述"))
    place = forms.CharField(label=gettext_lazy("地点"), max_length=200)
    premises = forms.ChoiceField(label=gettext_lazy("所在单位场所"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("类型"))
    cause = forms.ChoiceField(label=gettext_lazy("成因"))
    field = forms.ChoiceField(label=gettext_lazy("领域"))
    severity = forms.ChoiceField(
        label=gettext_lazy("严重程度"), choices=Severity.choices, initial="medium", widget=forms.RadioSelect
    )
    grade = forms.ChoiceField(
        label=gettext_lazy("建议等级"), choices=Grade.choices, initial="general", widget=forms.RadioSelect
    )
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=500, required=False)

    def __init__(self, *args: Any, unit: Unit, **options: Any) -> None:
        options.setdefault("initial", {"client_uuid": uuid.uuid4(), "field": "general"})
        super().__init__(*args, **options)
        self.entries = {str(row.pk): row for row in queries.premises(unit).order_by("title")[:MOST_OFFERED]}
        self.offer("premises", [*NOTHING, *((pk, row.title) for pk, row in self.entries.items())])
        self.offer("kind", words("hazard-kinds"))
        self.offer("cause", words("hazard-causes"))
        self.offer("field", words("promotion-fields"))

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def report(self) -> Report:
        given = self.cleaned_data
        names = (
            "place", "text", "kind", "cause", "field", "grade", "severity", "basis", "longitude", "latitude",
            "sent_at",
        )  # fmt: skip
        premises = self.entries.get(given["premises"])
        position = {"longitude": given["longitude"], "latitude": given["latitude"]}
        if premises is not None and given["longitude"] is None:
            position = {"longitude": premises.longitude, "latitude": premises.latitude}
        values = {name: given[name] for name in names} | position
        return Report(**values, premises=premises, at=given["device_at"])


class ActForm(forms.Form):
    """`version`: of the hazard as the person saw it."""

    takes_photos = False
    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)

    def __init__(self, *args: Any, hazard: HiddenHazard, by: User, now: datetime, **options: Any) -> None:
        self.hazard, self.by, self.now = hazard, by, now
        super().__init__(*args, **{**options, "initial": {"version": hazard.version, **self.first()}})
        self.prepare()

    def first(self) -> dict[str, Any]:
        """What the fields begin with."""
        return {}

    def prepare(self) -> None:
        """Choices that depend on the hazard."""

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def said(self) -> dict[str, Any]:
        return self.cleaned_data


class WordsForm(ActForm):
    words = area(gettext_lazy("说明"), required=False)


class ReasonForm(ActForm):
    words = area(gettext_lazy("理由"))


class GradeForm(WordsForm):
    grade = forms.ChoiceField(label=gettext_lazy("等级"), choices=Grade.choices, widget=forms.RadioSelect)
    severity = forms.ChoiceField(
        label=gettext_lazy("严重程度"), choices=Severity.choices, widget=forms.RadioSelect
    )
    field_order = ("version", "grade", "severity", "words")

    def first(self) -> dict[str, Any]:
        return {"grade": self.hazard.grade or Grade.GENERAL, "severity": self.hazard.severity}


class AssignForm(ActForm):
    responsible_unit = forms.CharField(label=gettext_lazy("责任单位"), max_length=120)
    responsible_person = forms.CharField(label=gettext_lazy("责任人"), max_length=60)
    measures = area(gettext_lazy("整改措施"))
    due_at = moment(gettext_lazy("整改期限"))
    contact = forms.ChoiceField(
        label=gettext_lazy("单位联系人"), required=False,
        help_text=gettext_lazy("有账号的联系人会收到通知；没有账号的，派发后可生成整改链接发给对方。"),
    )  # fmt: skip
    funds = forms.DecimalField(
        label=gettext_lazy("整改资金（元）"), required=False, min_value=0, max_digits=14, decimal_places=2
    )

    def first(self) -> dict[str, Any]:
        row = self.hazard
        premises = row.premises.title if row.premises else ""
        person = row.premises.data.get("safety_head", "") if row.premises else ""
        due = queries.suggested_due(row, row.grade or Grade.GENERAL, row.severity, self.now)
        return {
            "responsible_unit": row.responsible_unit or premises,
            "responsible_person": row.responsible_person or person,
            "measures": row.measures,
            "due_at": due.replace(second=0, microsecond=0, tzinfo=None),
            "contact": row.contact_id or "",
            "funds": row.funds,
        }

    def prepare(self) -> None:
        told = holders(self.hazard.unit, Permission.HAZARD_ANSWER)
        self.people = {str(one.pk): one for one in told}
        self.offer("contact", [*NOTHING, *((pk, one.display_name) for pk, one in self.people.items())])

    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "contact": self.people.get(self.cleaned_data["contact"])}


class GuaranteeForm(ActForm):
    def prepare(self) -> None:
        for name in GUARANTEES:
            field = area(GUARANTEE_WORDS[name], required=False, rows=2)
            field.initial = self.hazard.guarantees.get(name, "")
            self.fields[name] = field

    def said(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return {"version": given["version"], "guarantees": {name: given[name] for name in GUARANTEES}}


class FixForm(ActForm):
    takes_photos = True
    text = area(gettext_lazy("整改情况"))
    cost = forms.DecimalField(
        label=gettext_lazy("实际费用（元）"), required=False, min_value=0, max_digits=14, decimal_places=2
    )


class CheckForm(ActForm):
    takes_photos = True
    opinion = area(gettext_lazy("复查意见"), required=False)


class FailForm(ActForm):
    takes_photos = True
    opinion = area(gettext_lazy("还有什么问题"))


class ExplainForm(ActForm):
    root_cause = area(
        gettext_lazy("根本原因"), help_text=gettext_lazy("为什么会反复出现：制度、人、钱、设施？")
    )


class AskForm(ActForm):
    until = moment(gettext_lazy("申请延至"))
    why = forms.CharField(label=gettext_lazy("延期理由"), max_length=500)


class ListForm(WordsForm):
    at = forms.ChoiceField(label=gettext_lazy("督办单位"))
    supervisor = forms.CharField(label=gettext_lazy("督办人"), max_length=60)
    until = Day(gettext_lazy("挂牌期限"))
    field_order = ("version", "at", "supervisor", "until", "words")

    def first(self) -> dict[str, Any]:
        days = timedelta(days=queries.rules().listed_days)
        return {"supervisor": self.by.display_name, "until": timezone.localdate(self.now) + days}

    def prepare(self) -> None:
        mine = [one for one in above(self.hazard.handler) if can(self.by, Permission.HAZARD_MANAGE, one)]
        self.units = {one.slug: one for one in mine}
        self.offer("at", [(slug, one.name) for slug, one in self.units.items()])

    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "at": self.units[self.cleaned_data["at"]]}


class TransferForm(ReasonForm):
    to = forms.ChoiceField(label=gettext_lazy("移交给"))
    field_order = ("version", "to", "words")

    def prepare(self) -> None:
        tops = [one for one in above(self.hazard.unit) if can(self.by, Permission.HAZARD_MANAGE, one)]
        rows = below(tops[-1]).order_by("path") if tops else []
        self.units = {one.slug: one for one in rows if one.pk != self.hazard.unit_id}
        self.offer("to", [(slug, one.name) for slug, one in self.units.items()])

    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "to": self.units[self.cleaned_data["to"]]}


class DuplicateForm(WordsForm):
    into = forms.ChoiceField(label=gettext_lazy("与哪一处重复"))
    field_order = ("version", "into", "words")

    def prepare(self) -> None:
        rows = queries.found(self.hazard.unit, queries.Ask(), self.now).filter(
            unit=self.hazard.unit, state__in=queries.COUNTED
        )
        others = rows.exclude(pk=self.hazard.pk)[:200]
        self.rows = {str(row.client_uuid): row for row in others}
        known = [(uid, str(row)) for uid, row in self.rows.items()]
        same = self.hazard.earlier
        self.offer("into", sorted(known, key=lambda one: same is None or one[0] != str(same.client_uuid)))

    def said(self) -> dict[str, Any]:
        return {**self.cleaned_data, "into": self.rows[self.cleaned_data["into"]]}


def above(unit: Unit) -> list[Unit]:
    """The unit and those above it."""
    found, at = [], unit
    while at is not None:
        found.append(at)
        at = at.parent  # type: ignore[assignment]
    return found


def team() -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=gettext_lazy("参加的下级人员"), required=False, coerce=int,
        widget=forms.SelectMultiple({"size": 6}),
        help_text=gettext_lazy("例如社区安监员：各自登记本社区场所的检查结果，手机上也能看到。"),
    )  # fmt: skip


def team_choices(unit: Unit) -> list[tuple[int, str]]:
    """Who of the units beneath may take part, with their unit."""
    return [(user.pk, f"{user} · {name}") for user, name in queries.team_choices(unit)[:MOST_OFFERED]]


class PlanForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("计划名称"), max_length=120)
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=1990, max_value=2200)
    kind = forms.ChoiceField(label=gettext_lazy("检查类别"), choices=Kind.choices)
    field = forms.ChoiceField(label=gettext_lazy("领域"))
    checklists = forms.MultipleChoiceField(label=gettext_lazy("检查表"), widget=forms.CheckboxSelectMultiple)
    every = forms.ChoiceField(label=gettext_lazy("频次"), choices=Every.choices)
    from_date = Day(gettext_lazy("从"))
    to_date = Day(gettext_lazy("到"))
    grades = forms.MultipleChoiceField(
        label=gettext_lazy("风险等级"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("都不选，就检查所有等级的在册经营单位和场所。"),
    )  # fmt: skip
    premises_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("场所类别"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("都不选，就包括所有类别。"),
    )  # fmt: skip
    places = area(
        gettext_lazy("其他地点"), required=False, help_text=gettext_lazy("每行一处，例如路段、广场、水域。")
    )
    draw = forms.IntegerField(
        label=gettext_lazy("每轮抽取数"), required=False, min_value=1, max_value=2000,
        help_text=gettext_lazy("只有随机抽查填写。"),
    )  # fmt: skip
    leader = forms.CharField(label=gettext_lazy("带队人"), max_length=60)
    members = forms.CharField(
        label=gettext_lazy("检查人员"), max_length=300, required=False, help_text=gettext_lazy("用顿号分开。")
    )
    team = team()

    def __init__(self, *args: Any, unit: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, choices in (
            ("field", words("promotion-fields")), ("grades", words("risk-grades")),
            ("team", team_choices(unit)), ("premises_kinds", words("premises-kinds")),
            ("checklists", checklist_choices()),
        ):  # fmt: skip
            field: Any = self.fields[name]
            field.choices = choices


class InspectionForm(forms.Form):
    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("检查类别"), choices=[one for one in Kind.choices if one[0] != Kind.RANDOM]
    )
    name = forms.CharField(label=gettext_lazy("检查名称"), max_length=150)
    field = forms.ChoiceField(label=gettext_lazy("领域"))
    checklist_codes = forms.MultipleChoiceField(
        label=gettext_lazy("检查表"), widget=forms.CheckboxSelectMultiple
    )
    premises = forms.MultipleChoiceField(
        label=gettext_lazy("单位和场所"), required=False, widget=forms.SelectMultiple({"size": 8})
    )
    places = area(gettext_lazy("其他地点"), required=False, help_text=gettext_lazy("每行一处。"))
    due_date = Day(gettext_lazy("应完成日期"))
    leader = forms.CharField(label=gettext_lazy("带队人"), max_length=60)
    members = forms.CharField(
        label=gettext_lazy("检查人员"), max_length=300, required=False, help_text=gettext_lazy("用顿号分开。")
    )
    team = team()

    def __init__(self, *args: Any, unit: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = queries.premises(unit).order_by("title")[:MOST_OFFERED]
        self.entries: dict[str, Entry] = {str(row.pk): row for row in rows}
        for name, choices in (
            ("team", team_choices(unit)), ("field", words("promotion-fields")),
            ("checklist_codes", checklist_choices()),
            ("premises", [(pk, row.title) for pk, row in self.entries.items()]),
        ):  # fmt: skip
            field: Any = self.fields[name]
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("premises") and not given.get("places", "").strip() and not self.errors:
            raise ValidationError(_("请选择单位场所，或写明至少一处地点。"))
        return given

    def said(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        places = [line.strip() for line in given.pop("places").splitlines() if line.strip()]
        return {**given, "places": places, "premises": [self.entries[pk] for pk in given["premises"]]}


def checklist_choices() -> list[tuple[str, str]]:
    return [(code, local(one.name)) for code, one in library.checklists.items()]
