"""A file in the store as one unit keeps it, and what files and records are cited for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from safecommunity.documents.media import KINDS, Kind
from safecommunity.units.scope import UnitRow


class File(UnitRow):
    """A file as one unit keeps it; its bytes lie in the store, where two units may share them unknowingly.

    `sha256` is of what is kept, `sent_sha256` of what was handed in. `proof_date` is the day it is proof of,
    which is neither the day of upload nor, always, the camera's (`taken_at`). `earlier` is a file of the
    same unit that shows nearly the same picture; `entry` is the ledger record it belongs to. After
    `removed_at` the row stands for nothing kept: the bytes go when no other row speaks of them.
    """

    sha256 = models.CharField(max_length=64, editable=False)
    sent_sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveBigIntegerField(_("大小"), editable=False)
    kind = models.CharField(_("类型"), max_length=10, editable=False)
    name = models.CharField(_("原文件名"), max_length=200, editable=False)
    title = models.CharField(_("标题"), max_length=120)
    proof_date = models.DateField(_("证明日期"), null=True, blank=True)
    remark = models.TextField(_("说明"), max_length=1000, blank=True)
    taken_at = models.DateTimeField(_("拍摄时间"), null=True, blank=True)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    likeness = models.CharField(max_length=16, blank=True)
    has_preview = models.BooleanField(default=False)
    entry = models.ForeignKey(
        "ledgers.Entry",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("所属台账记录"),
    )
    earlier = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("上传人"),
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("撤回原因"), max_length=200, blank=True)
    removed_at = models.DateTimeField(_("删除时间"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("佐证文件")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["path", "-id"], name="file_by_path"),
            models.Index(fields=["sha256"], name="file_by_content"),
            models.Index(fields=["entry"], name="file_by_entry"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "sent_sha256"], condition=Q(withdrawn_at=None), name="file_once_in_unit"
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(withdrawn_at__isnull=False),
                name="file_withdrawn_before_removed",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def media(self) -> Kind:
        return KINDS[self.kind]


class Citation(UnitRow):
    """A file or a ledger entry named as evidence for an indicator ("scheme/code"), by a unit."""

    file = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entry = models.ForeignKey(
        "ledgers.Entry", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    indicator = models.CharField(_("评定指标"), max_length=80)
    period = models.CharField(_("期间"), max_length=7, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("引用")
        ordering = ["indicator", "id"]
        indexes = [
            models.Index(fields=["path", "indicator"], name="citation_by_path"),
            models.Index(fields=["file"], name="citation_by_file"),
            models.Index(fields=["entry"], name="citation_by_entry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(file=None, entry__isnull=False) | Q(file__isnull=False, entry=None),
                name="citation_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["unit", "file", "indicator"], condition=Q(entry=None), name="file_cited_once"
            ),
            models.UniqueConstraint(
                fields=["unit", "entry", "indicator"], condition=Q(file=None), name="entry_cited_once"
            ),
        ]

    def __str__(self) -> str:
        return self.indicator
