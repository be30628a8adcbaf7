"""Papers: what was made from which records, in which issue, and the files that were made of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from safecommunity.core.periods import Period
from safecommunity.core.reports import ReportType
from safecommunity.jobs.models import Job
from safecommunity.library import documents
from safecommunity.units.scope import UnitRow


class Paper(UnitRow):
    """One issue of a paper.

    `content` is the neutral paper (`core.papers.to_data`), `digest` its SHA-256, the files are in the store
    under theirs. A frozen paper never changes again; its successor says which one it `replaces` and what
    differs (`changes`).
    """

    class State(models.TextChoices):
        MAKING = "making", _("生成中")
        READY = "ready", _("待定稿")
        FROZEN = "frozen", _("已定稿")

    document = models.CharField(_("文书类型"), max_length=60)
    document_version = models.CharField(max_length=20)
    period = models.CharField(_("报告期"), max_length=7)
    language = models.CharField(_("语言"), max_length=2, default="zh")
    assessment = models.ForeignKey(
        "assessment.Assessment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("评定"),
    )
    ledger = models.CharField(_("台账"), max_length=60, blank=True)
    subject_kind = models.CharField(_("事项种类"), max_length=40, blank=True)
    subject = models.UUIDField(_("事项"), null=True, blank=True)
    title = models.CharField(_("标题"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.MAKING)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    docx_sha256 = models.CharField(max_length=64, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    missing_fonts = models.JSONField(default=list)
    issue = models.PositiveSmallIntegerField(_("版次"), default=1)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("替代")
    )
    changes = models.JSONField(default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("生成人"),
    )
    made_at = models.DateTimeField(_("生成时间"), null=True, blank=True)
    frozen_at = models.DateTimeField(_("定稿时间"), null=True, blank=True)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("定稿人"),
    )

    class Meta:
        verbose_name = _("文书")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["path", "-id"], name="paper_by_path"),
            models.Index(
                fields=["path", "subject"], condition=models.Q(subject__isnull=False), name="paper_by_subject"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["replaces"], name="paper_replaced_once"),
            models.CheckConstraint(
                condition=models.Q(frozen_at=None) | models.Q(state="frozen"), name="paper_frozen_state"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def type(self) -> ReportType | None:
        """The document type as it is today; None when its file is gone."""
        return documents.get(self.document)

    @property
    def span(self) -> Period:
        return Period.parse(self.period)

    @property
    def is_frozen(self) -> bool:
        return self.state == self.State.FROZEN

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY
