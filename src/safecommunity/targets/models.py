"""Targets of units, how they were changed, and the letters of responsibility that hand them down."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity.core.metrics import Metric
from safecommunity.metrics.queries import named
from safecommunity.units.scope import UnitRow

PERSON = settings.AUTH_USER_MODEL
YEARS = [MinValueValidator(1990), MaxValueValidator(2200)]


class Target(UnitRow):
    """What a unit is to reach in a year, by a metric.

    `above`: the target of the unit above that it is a share of. `issued_date`: when its own shares were
    handed down; `explanation`: why these do not add up to it, where they do not.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(_("年度"), validators=YEARS)
    metric = models.CharField(_("指标"), max_length=80)
    amount = models.DecimalField(_("目标值"), max_digits=14, decimal_places=2)
    due_date = models.DateField(_("完成期限"))
    basis = models.CharField(_("依据"), max_length=300, blank=True)
    above = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    explanation = models.CharField(_("差额说明"), max_length=500, blank=True)
    issued_date = models.DateField(_("下达日期"), null=True, blank=True)
    by = models.ForeignKey(PERSON, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("目标")
        ordering = ["-year", "metric", "path"]
        indexes = [
            models.Index(fields=["path", "year"], name="target_by_path"),
            models.Index(fields=["above"], name="target_by_above"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "metric"], condition=Q(above=None), name="target_once"
            ),
            models.UniqueConstraint(fields=["unit", "above"], name="target_share_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="target_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.year} {self.metric}"

    @property
    def rules(self) -> Metric:
        """The metric it is measured by. Raises KeyError when its file is gone."""
        found = named(self.metric)
        if found is None:
            raise KeyError(self.metric)
        return found

    @property
    def adds_up(self) -> bool:
        """Whether what the units below reach is added up; a rate is asked of each of them alike."""
        return self.rules.roll_up == "sum"


class Revision(UnitRow):
    """A target's amount before and after; `before` is None where the unit had none."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="+")
    before = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    after = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(_("原因"), max_length=300)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("目标调整")
        ordering = ["-id"]
        indexes = [models.Index(fields=["path", "target"], name="target_revision_by_path")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Pledge(UnitRow):
    """A letter of responsibility (责任书): the unit above signs it, the unit itself acknowledges it.

    `lines`: its targets as they stood, [{"metric", "name", "unit", "better", "amount", "due"}], all of it
    text. The highest `number` of a year is in force.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(_("年度"), validators=YEARS)
    number = models.PositiveSmallIntegerField(_("次数"), default=1)
    lines = models.JSONField(default=list)
    signed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    signed_date = models.DateField(_("签发日期"))
    acknowledged_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    acknowledged_date = models.DateField(_("签收日期"), null=True)

    class Meta:
        verbose_name = _("责任书")
        ordering = ["-year", "path", "-number"]
        indexes = [models.Index(fields=["path", "year"], name="pledge_by_path")]
        constraints = [models.UniqueConstraint(fields=["unit", "year", "number"], name="pledge_once")]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.year}"
