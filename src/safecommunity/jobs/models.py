"""Later work, kept in the database so that nothing acknowledged is lost with a process."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from safecommunity.units.scope import UnitRow


class Job(UnitRow):
    """One piece of later work with its progress, its lease and what came of it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("等待中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")
        CANCELLED = "cancelled", _("已取消")

    kind = models.CharField(max_length=60)
    unique = models.CharField(max_length=120, blank=True)
    title = models.CharField(_("任务"), max_length=200, blank=True)
    arguments = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField(_("已处理"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    message = models.CharField(_("说明"), max_length=200, blank=True)
    result = models.JSONField(default=dict)
    error = models.TextField(_("错误"), blank=True)
    file = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(_("文件名"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("后台任务")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["path", "-id"], name="job_by_path"),
            models.Index(fields=["by", "-id"], name="job_by_person"),
            models.Index(fields=["id"], name="job_open", condition=models.Q(state__in=["queued", "running"])),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "unique"],
                condition=models.Q(state="queued") & ~models.Q(unique=""),
                name="job_waits_once",
            )
        ]

    def __str__(self) -> str:
        return self.title or self.kind
