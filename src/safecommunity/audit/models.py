"""The log: text without foreign keys, append-only, each line bound to the one before by a keyed hash."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Line(models.Model):
    """One act. Triggers refuse its change and its deletion; `mac` covers every other column."""

    chain = models.CharField(_("链"), max_length=40)
    seq = models.PositiveBigIntegerField(_("序号"))
    at = models.DateTimeField(_("时间"), db_index=True)
    actor = models.CharField(_("操作人"), max_length=150)
    actor_name = models.CharField(_("姓名"), max_length=100)
    ip = models.CharField(_("地址"), max_length=45)
    unit = models.CharField(_("单位"), max_length=120)
    path = models.CharField(_("单位路径"), max_length=255)
    act = models.CharField(_("操作"), max_length=60)
    target = models.CharField(_("对象"), max_length=120)
    title = models.CharField(_("名称"), max_length=200)
    before = models.JSONField(_("变更前"))
    after = models.JSONField(_("变更后"))
    reason = models.TextField(_("原因"))
    outcome = models.CharField(_("结果"), max_length=10)
    prev = models.CharField(_("上一行校验码"), max_length=64)
    mac = models.CharField(_("校验码"), max_length=64)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="line_once_in_chain")]
        indexes = [
            models.Index(fields=["path", "-id"], name="line_by_path"),
            models.Index(fields=["target", "-id"], name="line_by_target"),
            models.Index(fields=["actor", "-id"], name="line_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.act}"


class Head(models.Model):
    """The last line of a chain; taking its row lock is what gives lines their order."""

    chain = models.CharField(max_length=40, primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    mac = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq}"


class Segment(models.Model):
    """Old lines that were let go, up to and with `seq`: the chain goes on from `mac`, signed with its key."""

    chain = models.CharField(_("链"), max_length=40)
    first = models.PositiveBigIntegerField(_("首行"))
    seq = models.PositiveBigIntegerField(_("末行"))
    mac = models.CharField(_("末行校验码"), max_length=64)
    digest = models.CharField(_("文件摘要"), max_length=64)
    removed_at = models.DateTimeField(_("移出时间"))
    signature = models.CharField(max_length=128)

    class Meta:
        ordering = ["chain", "-seq"]
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="segment_once_in_chain")]

    def __str__(self) -> str:
        return f"{self.chain}#{self.first}–{self.seq}"
