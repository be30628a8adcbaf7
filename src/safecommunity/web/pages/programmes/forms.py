"""What people enter about programmes and their tasks."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.accounts.models import User
from safecommunity.core.programmes import Template
from safecommunity.core.schedule import MOST_DAYS
from safecommunity.evidence import queries as evidence
from safecommunity.evidence.models import File
from safecommunity.programmes import queries
from safecommunity.programmes.models import Programme, Task
from safecommunity.programmes.wording import task_name
from safecommunity.web.components.words import local
from safecommunity.web.fields import Day

VERSION = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)
LAST_FILES = 200


def working_days(*, required: bool) -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("还需工作日"), min_value=1, max_value=MOST_DAYS, required=required
    )


class Person(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Whom a task may be given to."""

    def __init__(self, people: QuerySet[User], label: str = "") -> None:
        super().__init__(
            people, label=label or _("责任人"), required=False, empty_label=gettext_lazy("（未指定）")
        )


class PrepareForm(forms.Form):
    """Name, dates, what to make, who is responsible for what."""

    version = VERSION
    name = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    start_date = Day(gettext_lazy("开始日期"))
    bodies = forms.BooleanField(label=gettext_lazy("建立机构和职责"), required=False)

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rules: Template = programme.rules
        goal = local(self.rules.by_key[self.rules.goal].name)
        self.fields["goal_date"] = Day(_("目标日期"), _("倒排的终点：%(goal)s") % {"goal": goal})
        people = queries.owners(programme.unit)
        roles = dict.fromkeys(step.role for step in self.rules.steps)
        self.roles = {f"owner_{number}": role for number, role in enumerate(roles)}
        for name, role in self.roles.items():
            self.fields[name] = Person(people, local(role))
        self.fields["steps"] = forms.MultipleChoiceField(
            label=_("要做的步骤"), required=False, widget=forms.CheckboxSelectMultiple,
            choices=[(step.key, local(step.name)) for step in self.rules.steps],
            help_text=_("去掉的步骤不建任务；目标那一步总会保留。"),
        )  # fmt: skip

    @property
    def owners(self) -> list[forms.BoundField]:
        return [self[name] for name in self.roles]

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        people = {role.zh: given[name].pk for name, role in self.roles.items() if given[name]}
        without = [step.key for step in self.rules.steps if step.key not in given["steps"]]
        choices = {"bodies": given["bodies"], "owners": people, "without": without}
        return {name: given[name] for name in ("name", "start_date", "goal_date")} | {"choices": choices}


def prepared(programme: Programme) -> dict[str, Any]:
    """The form's values as they are kept."""
    chosen, rules = programme.choices, programme.rules
    roles = dict.fromkeys(step.role.zh for step in rules.steps)
    people = chosen.get("owners", {}) if chosen else dict.fromkeys(roles, programme.by_id)
    return {
        "version": programme.version,
        "name": programme.name,
        "start_date": programme.start_date,
        "goal_date": programme.goal_date,
        "bodies": chosen.get("bodies", True),
        "steps": [step.key for step in rules.steps if step.key not in chosen.get("without", ())],
        **{f"owner_{number}": people.get(role) for number, role in enumerate(roles)},
    }


class TaskForm(forms.Form):
    """How far a task is, who does it, its proof."""

    version = VERSION
    state = forms.ChoiceField(label=gettext_lazy("状态"), choices=Task.State.choices)
    done_date = Day(
        gettext_lazy("完成日期"), gettext_lazy("状态为“已完成”时填写，不填为今天"), required=False
    )
    remark = forms.CharField(
        label=gettext_lazy("备注"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, task: Task, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["owner"] = Person(queries.owners(task.unit))
        latest = evidence.files(task.unit).filter(withdrawn_at=None).order_by("-pk")
        kept = [task.file_id] if task.file_id else []
        known = File.objects.in_unit(task.unit).filter(
            pk__in=[*latest.values_list("pk", flat=True)[:LAST_FILES], *kept]
        )
        self.fields["file"] = forms.ModelChoiceField(
            known.order_by("-pk"), label=_("证明材料"), required=False, empty_label=_("（没有）")
        )

    def clean_done_date(self) -> date | None:
        given: date | None = self.cleaned_data["done_date"]
        if given and given > self.today:
            raise forms.ValidationError(_("完成日期不能晚于今天。"))
        return given

    def facts(self, task: Task, now: datetime) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        done: date | None = given.pop("done_date")
        at = timezone.make_aware(datetime.combine(done, time(12))) if done else (task.done_at or now)
        return {**given, "done_at": at}


def stated(task: Task) -> dict[str, Any]:
    """The form's values as they are kept."""
    done = timezone.localdate(task.done_at) if task.done_at else None
    names = ("version", "state", "remark")
    return {
        **{name: getattr(task, name) for name in names},
        "owner": task.owner,
        "file": task.file,
        "done_date": done,
    }


class OwnTaskForm(forms.Form):
    """A task that people add to the template's."""

    text = forms.CharField(label=gettext_lazy("任务"), max_length=200)
    role = forms.CharField(label=gettext_lazy("责任单位"), max_length=100, required=False)
    days = working_days(required=True)
    by_date = Day(gettext_lazy("最晚完成"), gettext_lazy("不填则按后续任务和目标日期倒排"), required=False)

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        super().__init__(*args, **options)
        rules = programme.rules
        self.fields["phase"] = forms.ChoiceField(
            label=_("阶段"), choices=[(phase.key, local(phase.name)) for phase in rules.phases]
        )
        self.fields["owner"] = Person(queries.owners(programme.unit))
        self.fields["after"] = forms.MultipleChoiceField(
            label=_("前置任务"), required=False, choices=choices(queries.tasks(programme)),
            widget=forms.SelectMultiple({"size": 8}), help_text=_("它们完成后才能开始；按住 Ctrl 可选多项"),
        )  # fmt: skip


class ReplanForm(forms.Form):
    """What has changed: the date that matters, or one task that slipped."""

    goal = Day(gettext_lazy("目标日期"))
    days = working_days(required=False)
    not_before = Day(gettext_lazy("最早开始"), gettext_lazy("在此之前不能开始"), required=False)
    by_date = Day(gettext_lazy("最晚完成"), gettext_lazy("不填则不变"), required=False)

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = queries.tasks(programme).filter(state__in=queries.OPEN)
        self.fields["task"] = forms.ChoiceField(
            label=_("哪项任务有变化"),
            required=False,
            choices=[("", _("（没有，只改目标日期）")), *choices(rows)],
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("task") and any(given.get(name) for name in ("days", "not_before", "by_date")):
            self.add_error("task", _("请选择是哪项任务。"))
        return given

    def changes(self) -> dict[str, dict[str, Any]]:
        given = self.cleaned_data
        facts = {name: given[name] for name in ("days", "not_before", "by_date") if given[name]}
        return {given["task"]: facts} if facts else {}


class ApplyForm(ReplanForm):
    """The same again, with the reason and the version that was seen."""

    version = VERSION
    reason = forms.CharField(label=gettext_lazy("调整原因"), max_length=300)


def choices(rows: QuerySet[Task]) -> list[tuple[str, str]]:
    return [(row.code, task_name(row)) for row in rows]
