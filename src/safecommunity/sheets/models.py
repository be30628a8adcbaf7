"""Imports under way and done, and the rows of a file between reading and taking in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from safecommunity.units.scope import UnitRow


class ImportBatch(UnitRow):
    """One file on its way into one ledger of one unit, from upload to result.

    `columns` holds for each heading of the sheet the ledger's column key, "" for none. `position` is the last
    row of the sheet that is staged, written in the same transaction as the rows: a job that is run again goes
    on behind it. `taken` is the same for the rows taken in, and afterwards for those put back. `kept` counts
    what an undo left because somebody had touched it since.
    """

    class State(models.TextChoices):
        LOOKING = "looking", _("正在打开")
        MATCHING = "matching", _("待核对列")
        CHECKING = "checking", _("正在核对")
        CHECKED = "checked", _("待确认")
        RUNNING = "running", _("正在导入")
        DONE = "done", _("已导入")
        UNDOING = "undoing", _("正在撤销")
        UNDONE = "undone", _("已撤销")
        REFUSED = "refused", _("未能打开")
        DROPPED = "dropped", _("已放弃")

    class Mode(models.TextChoices):
        ALL = "all", _("全部正确才导入")
        GOOD = "good", _("只导入正确的行")

    ledger = models.CharField(_("台账"), max_length=60)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.LOOKING)
    mode = models.CharField(_("方式"), max_length=4, choices=Mode.choices, blank=True)
    name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveBigIntegerField(_("大小"))
    file = models.CharField(max_length=32, blank=True, editable=False)
    kind = models.CharField(max_length=4, blank=True)
    encoding = models.CharField(_("编码"), max_length=12, blank=True)
    sheets = models.JSONField(default=list)
    sheet = models.CharField(_("工作表"), max_length=60, blank=True)
    heading_row = models.PositiveIntegerField(_("标题行"), default=0)
    headings = models.JSONField(default=list)
    sample = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    position = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(_("保留"), default=0)
    new = models.PositiveIntegerField(_("新增"), default=0)
    changed = models.PositiveIntegerField(_("变更"), default=0)
    unchanged = models.PositiveIntegerField(_("无变化"), default=0)
    refused = models.PositiveIntegerField(_("拒绝"), default=0)
    unusual = models.PositiveIntegerField(_("异常值"), default=0)
    reason = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("导入人")
    )
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("导入")
        ordering = ["-id"]
        indexes = [models.Index(fields=["path", "ledger", "-id"], name="import_by_path")]

    def __str__(self) -> str:
        return self.name

    @property
    def wanted(self) -> int:
        """Rows that change the ledger."""
        return self.new + self.changed

    @property
    def rows(self) -> int:
        return self.new + self.changed + self.unchanged + self.refused


class StagedRow(UnitRow):
    """One row of the sheet as it was checked, invisible to the ledger until the batch is taken in.

    `content` is JSON, sealed where the ledger holds personal values: of a new row the entry it becomes, ready
    to be written, of a known one its clean values, of a refused one its cells. `reasons` and `unusual`:
    column key → message. `entry` and `entry_version` name the record a row changes.
    """

    class Outcome(models.TextChoices):
        NEW = "new", _("新增")
        CHANGED = "changed", _("变更")
        UNCHANGED = "unchanged", _("无变化")
        REFUSED = "refused", _("拒绝")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(_("行"))
    outcome = models.CharField(_("结果"), max_length=9, choices=Outcome.choices)
    key = models.CharField(max_length=64, blank=True)
    entry = models.BigIntegerField(null=True)
    entry_version = models.PositiveIntegerField(null=True)
    content = models.TextField()
    before = models.TextField(blank=True)
    reasons = models.JSONField(default=dict)
    unusual = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("待导入的行")
        ordering = ["number"]
        indexes = [
            models.Index(fields=["batch", "outcome", "number"], name="staged_by_outcome"),
            models.Index(fields=["batch", "key"], name="staged_by_key", condition=~models.Q(key="")),
        ]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="staged_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"
