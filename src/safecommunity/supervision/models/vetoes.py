"""One-vote vetoes and the way they took."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from safecommunity.units.scope import UnitRow


class State(models.TextChoices):
    PROPOSED = "proposed", _("已提出")
    DROPPED = "dropped", _("不予否决")
    DECIDED = "decided", _("已决定")
    APPEALED = "appealed", _("申诉中")
    UPHELD = "upheld", _("维持")
    LIFTED = "lifted", _("已撤销")


class Scope(models.TextChoices):
    APPRAISAL = "appraisal", _("年度考核")
    TITLE = "title", _("申报和评选")
    BOTH = "both", _("年度考核、申报和评选")


class Veto(UnitRow):
    """A veto of a unit for a year: it counts from the decision until it is lifted, also while appealed."""

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField(
        _("考核年度"), validators=[MinValueValidator(1990), MaxValueValidator(2200)]
    )
    ground = models.CharField(_("否决情形"), max_length=40)
    scope = models.CharField(_("否决范围"), max_length=12, choices=Scope.choices)
    reason = models.TextField(_("事实和理由"), max_length=2000)
    evidence = models.TextField(_("依据材料"), max_length=2000)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_date = models.DateField(_("提出日期"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_date = models.DateField(_("决定日期"), null=True)
    decision = models.TextField(_("决定意见"), max_length=2000, blank=True)
    appeal_until = models.DateField(_("申诉截止"), null=True)
    appealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    appealed_date = models.DateField(_("申诉日期"), null=True)
    appeal = models.TextField(_("申诉理由"), max_length=2000, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    settled_date = models.DateField(_("复核日期"), null=True)
    settlement = models.TextField(_("复核意见"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("一票否决")
        ordering = ["-year", "-id"]
        indexes = [models.Index(fields=["path", "year"], name="veto_by_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "ground"],
                condition=~Q(state__in=["dropped", "lifted"]),
                name="veto_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.year}"
