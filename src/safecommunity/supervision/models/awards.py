"""Awards for units and people."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from safecommunity.units.models import Unit
from safecommunity.units.scope import UnitRow

PERSON = settings.AUTH_USER_MODEL


class HolderKind(models.TextChoices):
    UNIT = "unit", _("单位")
    PERSON = "person", _("个人")


class AwardState(models.TextChoices):
    PROPOSED = "proposed", _("已提名")
    DROPPED = "dropped", _("不予表彰")
    DECIDED = "decided", _("已表彰")


class Award(UnitRow):
    """An honour that `giver` gives to a unit, or to a person who belongs to one.

    Once decided, the ledger of honours keeps a line of it, and with money the ledger of funds another.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    giver = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(
        _("年度"), validators=[MinValueValidator(1990), MaxValueValidator(2200)]
    )
    honour = models.CharField(_("荣誉名称"), max_length=80)
    level = models.CharField(_("级别"), max_length=20)
    holder_kind = models.CharField(_("对象"), max_length=10, choices=HolderKind.choices)
    holder = models.CharField(_("获得者"), max_length=100)
    reason = models.TextField(_("事迹"), max_length=1000)
    money = models.DecimalField(_("奖金（元）"), max_digits=10, decimal_places=2, null=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=AwardState.choices, default=AwardState.PROPOSED
    )
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_date = models.DateField(_("提名日期"))
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    decided_date = models.DateField(_("决定日期"), null=True)
    decision = models.CharField(_("决定意见"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("表彰奖励")
        ordering = ["-year", "-id"]
        indexes = [
            models.Index(fields=["path", "-year"], name="award_by_path"),
            models.Index(fields=["giver", "-year"], name="award_by_giver"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["giver", "unit", "year", "honour", "holder"],
                condition=~Q(state="dropped"),
                name="awarded_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.honour}"
