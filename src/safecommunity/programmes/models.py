"""Programmes of a unit, their tasks, the versions of their dates, and a person's calendar address."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity import library
from safecommunity.core.programmes import Step, Template
from safecommunity.evidence.models import File
from safecommunity.units.scope import UnitRow

PERSON = settings.AUTH_USER_MODEL


class Programme(UnitRow):
    """A source plan that a unit carries out; it keeps the template version it began with.

    `choices`, while it is prepared: whether `bodies` are made, `without` which steps, `owners` by role.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", _("准备中")
        RUNNING = "running", _("进行中")
        FINISHED = "finished", _("已完成")
        STOPPED = "stopped", _("已停止")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    template = models.CharField(_("方案模板"), max_length=60)
    template_version = models.PositiveIntegerField()
    name = models.CharField(_("名称"), max_length=120)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PREPARING)
    start_date = models.DateField(_("开始日期"))
    goal_date = models.DateField(_("目标日期"), null=True)
    choices = models.JSONField(default=dict)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("创建计划")
        ordering = ["-start_date", "-id"]
        indexes = [models.Index(fields=["path", "state"], name="programme_by_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="preparing") | Q(goal_date__isnull=False), name="running_has_a_goal_date"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> Template:
        return library.programmes.at(self.template, self.template_version)


class Task(UnitRow):
    """Something to do in a programme. `step` and `part` lead to its words in the template; a task that people
    added has none. `start_date` and `due_date` are the plan's; `days` are the working days it still takes.
    """

    class State(models.TextChoices):
        TODO = "todo", _("待办")
        DOING = "doing", _("进行中")
        DONE = "done", _("已完成")
        CANCELLED = "cancelled", _("已取消")

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=80)
    step = models.CharField(max_length=60, blank=True)
    part = models.CharField(max_length=60, blank=True)
    phase = models.CharField(_("阶段"), max_length=60, blank=True)
    text = models.CharField(_("任务"), max_length=200)
    role = models.CharField(_("责任单位"), max_length=100, blank=True)
    owner = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任人")
    )
    days = models.PositiveSmallIntegerField(_("工作日"), default=1)
    after = models.JSONField(default=list)
    not_before = models.DateField(_("最早开始"), null=True, blank=True)
    by_date = models.DateField(_("最晚完成"), null=True, blank=True)
    fixed_date = models.DateField(_("固定日期"), null=True, blank=True)
    start_date = models.DateField(_("计划开始"))
    due_date = models.DateField(_("计划完成"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.TODO)
    remark = models.CharField(_("备注"), max_length=500, blank=True)
    done_at = models.DateTimeField(_("完成时间"), null=True)
    file = models.ForeignKey(
        File, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证明材料")
    )

    class Meta:
        verbose_name = _("任务")
        ordering = ["due_date", "id"]
        indexes = [models.Index(fields=["path", "state", "due_date"], name="task_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="task_code_once"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at=None)),
                name="task_done_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.TODO, self.State.DOING)

    @property
    def rules(self) -> Step | None:
        """The template's step; None for a task that people added."""
        return self.programme.rules.by_key.get(self.step)


class Version(UnitRow):
    """The dates of a programme as they were laid: the first plan and every re-plan, with its reason.

    `dates`: task code → [planned start, planned finish].
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    goal_date = models.DateField(_("目标日期"))
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    dates = models.JSONField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("计划版本")
        ordering = ["-number"]
        indexes = [models.Index(fields=["path", "programme"], name="plan_version_by_path")]
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="plan_version_once")]

    def __str__(self) -> str:
        return str(self.number)


class Feed(models.Model):
    """The secret address of a person's calendar, kept as its SHA-256."""

    user = models.OneToOneField(PERSON, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("日历订阅")

    def __str__(self) -> str:
        return str(self.user)
