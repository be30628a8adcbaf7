"""Yearly appraisals of the units below, how each stands in one, and what was published."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity.assessment.models import Assessment
from safecommunity.core.schemes import Scheme
from safecommunity.library import schemes
from safecommunity.units.models import Unit
from safecommunity.units.scope import UnitRow

PERSON = settings.AUTH_USER_MODEL


class AppraisalState(models.TextChoices):
    OPEN = "open", _("考核中")
    PUBLISHED = "published", _("已公布")


class Appraisal(UnitRow):
    """A unit's appraisal of those below it for a year under one scheme, in the version it began with.

    `kinds`: which kinds of unit are appraised. `margin` (points by which two assessors of the same unit may
    differ), `least_group` (units without which a group is not ranked) and `least_cases` (cases without
    which a rate is not) are said when it begins, before anybody knows the points.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField(
        _("考核年度"), validators=[MinValueValidator(1990), MaxValueValidator(2200)]
    )
    scheme = models.CharField(_("考核方案"), max_length=60)
    scheme_version = models.PositiveIntegerField(_("方案版本"))
    kinds = models.JSONField(_("考核对象"), default=list)
    margin = models.DecimalField(_("误差幅度（分）"), max_digits=5, decimal_places=2, default=Decimal(2))
    least_group = models.PositiveSmallIntegerField(_("每组最少单位数"), default=3)
    least_cases = models.PositiveIntegerField(_("比率最少例数"), default=20)
    state = models.CharField(
        _("状态"), max_length=12, choices=AppraisalState.choices, default=AppraisalState.OPEN
    )
    edition = models.PositiveSmallIntegerField(_("公布次数"), default=0)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("年度考核")
        ordering = ["-year", "scheme"]
        indexes = [models.Index(fields=["path", "-year"], name="appraisal_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "scheme"], name="appraised_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.year} {self.rules.name}"

    @property
    def rules(self) -> Scheme:
        return schemes.at(self.scheme, self.scheme_version)


class Standing(UnitRow):
    """A unit in an appraisal: its points as last gathered, and from the publication on its rank.

    `vetoes`: codes of the grounds. `told_*` is what the unit itself may see: that of the last publication.
    """

    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="+")
    supervisor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+", null=True)
    year = models.PositiveSmallIntegerField(_("考核年度"))
    scheme = models.CharField(_("考核方案"), max_length=60)
    group = models.CharField(_("分组"), max_length=60)
    points = models.DecimalField(_("得分"), max_digits=7, decimal_places=2, default=0)
    full = models.DecimalField(_("满分"), max_digits=7, decimal_places=2, default=0)
    band = models.CharField(_("等次"), max_length=40, blank=True)
    vetoes = models.JSONField(_("否决情形"), default=list)
    is_final = models.BooleanField(_("已定稿"), default=False)
    left_out = models.CharField(_("不参加排名的原因"), max_length=300, blank=True)
    told = models.JSONField(default=dict)
    told_at = models.DateTimeField(_("公布时间"), null=True)

    class Meta:
        verbose_name = _("考核结果")
        ordering = ["group", "-points", "path"]
        indexes = [models.Index(fields=["path", "appraisal"], name="standing_by_path")]
        constraints = [models.UniqueConstraint(fields=["appraisal", "unit"], name="appraised_once")]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.year}"


class Publication(UnitRow):
    """An edition of the results as it was published; it never changes, a corrected one is the next."""

    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="+")
    edition = models.PositiveSmallIntegerField(_("公布次数"))
    content = models.JSONField()
    digest = models.CharField(_("摘要"), max_length=64)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("公布时间"), default=timezone.now)
    reopened_reason = models.CharField(_("重新考核原因"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("考核公布")
        ordering = ["-edition"]
        indexes = [models.Index(fields=["path", "appraisal"], name="publication_by_path")]
        constraints = [models.UniqueConstraint(fields=["appraisal", "edition"], name="published_once")]

    def __str__(self) -> str:
        return f"{self.appraisal} {self.edition}"
