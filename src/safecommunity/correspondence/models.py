"""Official documents, the steps of their life, and the register of their numbers."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity.core.official import SECRECY, URGENCY, Kind
from safecommunity.jobs.models import Job
from safecommunity.library import official
from safecommunity.units.models import Body
from safecommunity.units.scope import UnitRow


class State(models.TextChoices):
    DRAFT = "draft", _("起草")
    CHECKING = "checking", _("待核稿")
    COUNTERSIGNING = "countersigning", _("待会签")
    SIGNING = "signing", _("待签发")
    SIGNED = "signed", _("待编号")
    NUMBERED = "numbered", _("待印发")
    ISSUED = "issued", _("已印发")
    ARCHIVED = "archived", _("已归档")
    CANCELLED = "cancelled", _("已作废")


class OfficialDocument(UnitRow):
    """An official document from draft to archive.

    `body` is what people type, one paragraph a line. From its signing on, `content` holds what was signed
    and `seal` the SHA-256 of it; number and days are given afterwards and are no part of it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    kind = models.CharField(_("文种"), max_length=40)
    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.DRAFT)
    year = models.PositiveSmallIntegerField(_("年度"))
    group = models.ForeignKey(
        Body, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("工作组")
    )
    title = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("正文"), max_length=60_000)
    head = models.CharField(_("发文机关标志"), max_length=60, blank=True)
    agency = models.CharField(_("机关代字"), max_length=20, blank=True)
    addressee = models.CharField(_("主送机关"), max_length=300, blank=True)
    attachments = models.JSONField(_("附件"), default=list)
    facts = models.JSONField(_("会议情况"), default=dict)
    copy_number = models.CharField(_("份号"), max_length=6, blank=True)
    secrecy = models.CharField(
        _("密级"), max_length=4, blank=True, choices=[(one, one) for one in SECRECY if one]
    )
    urgency = models.CharField(
        _("紧急程度"), max_length=4, blank=True, choices=[(one, one) for one in URGENCY if one]
    )
    signer = models.CharField(_("签发人"), max_length=60, blank=True)
    signature = models.CharField(_("署名"), max_length=120, blank=True)
    note = models.CharField(_("附注"), max_length=200, blank=True)
    copies_to = models.CharField(_("抄送"), max_length=300, blank=True)
    issuer = models.CharField(_("印发机关"), max_length=120, blank=True)
    signed_date = models.DateField(_("成文日期"), null=True, blank=True)
    issued_date = models.DateField(_("印发日期"), null=True, blank=True)
    number = models.CharField(_("发文字号"), max_length=60, blank=True)
    content = models.JSONField(default=dict)
    seal = models.CharField(max_length=64, blank=True)
    drafter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("起草人")
    )
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    pdf = models.ForeignKey("evidence.File", on_delete=models.PROTECT, null=True, related_name="+")
    docx = models.ForeignKey("evidence.File", on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey("ledgers.Entry", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("公文")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["path", "-id"], name="official_by_path"),
            models.Index(fields=["path", "state"], name="official_by_state"),
        ]
        constraints = [models.UniqueConstraint(fields=["unit", "uuid"], name="official_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def rules(self) -> Kind:
        return official[self.kind]

    @property
    def is_frozen(self) -> bool:
        return bool(self.seal)


class Step(UnitRow):
    """One act in the life of a document: who, when, from which state to which, with what opinion."""

    document = models.ForeignKey(OfficialDocument, on_delete=models.CASCADE, related_name="+")
    act = models.CharField(_("环节"), max_length=20)
    before = models.CharField(max_length=20, choices=State.choices)
    after = models.CharField(max_length=20, choices=State.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    opinion = models.CharField(_("意见"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("公文办理环节")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "document"], name="official_step_by_path")]

    def __str__(self) -> str:
        return self.act


class Series(UnitRow):
    """The numbers of one agency in one year; `last` is the highest given."""

    agency = models.CharField(_("机关代字"), max_length=20)
    year = models.PositiveSmallIntegerField(_("年度"))
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("发文字号序列")
        indexes = [models.Index(fields=["path", "agency", "year"], name="series_by_path")]
        constraints = [models.UniqueConstraint(fields=["unit", "agency", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.agency}〔{self.year}〕"


class Number(UnitRow):
    """A number given, for good: that of a cancelled document stays in the register as voided."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    serial = models.PositiveIntegerField(_("序号"))
    document = models.ForeignKey(OfficialDocument, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    voided_reason = models.CharField(_("作废原因"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("发文字号")
        ordering = ["-series__year", "series__agency", "-serial"]
        indexes = [models.Index(fields=["path", "document"], name="number_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["series", "serial"], name="number_once"),
            models.UniqueConstraint(fields=["document"], name="number_of_a_document"),
        ]

    def __str__(self) -> str:
        return f"{self.series}{self.serial}"
