"""Titles, and what falls due while they last."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from safecommunity.core.schemes import Scheme
from safecommunity.library import schemes
from safecommunity.units.scope import UnitRow

PERSON = settings.AUTH_USER_MODEL


class Title(UnitRow):
    """A title of a unit. `state` is what was decided; whether it has run out is a matter of `valid_until`."""

    class State(models.TextChoices):
        GRANTED = "granted", _("有效")
        RENEWED = "renewed", _("已续期")
        WITHDRAWN = "withdrawn", _("已撤销")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scheme = models.CharField(_("评定方案"), max_length=60)
    level = models.CharField(_("级别"), max_length=20)
    name = models.CharField(_("称号"), max_length=80)
    number = models.CharField(_("证书编号"), max_length=60)
    plaque = models.CharField(_("牌匾编号"), max_length=60, blank=True)
    granted_by = models.CharField(_("命名单位"), max_length=100)
    named_date = models.DateField(_("命名日期"))
    valid_until = models.DateField(_("有效期至"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.GRANTED)
    ended_date = models.DateField(_("终止日期"), null=True)
    ended_reason = models.CharField(_("终止原因"), max_length=500, blank=True)
    renews = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("称号")
        ordering = ["valid_until", "id"]
        indexes = [models.Index(fields=["path", "valid_until"], name="title_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "number"], name="title_number_once"),
            models.UniqueConstraint(
                fields=["unit", "scheme"], condition=Q(state="granted"), name="title_held_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("named_date")), name="title_ends_after_naming"
            ),
            models.CheckConstraint(
                condition=Q(state="granted", ended_date=None)
                | (~Q(state="granted") & Q(ended_date__isnull=False)),
                name="title_ended_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> Scheme:
        return schemes[self.scheme]


class Duty(UnitRow):
    """What falls due while a title lasts: a yearly report, a spot check, the re-assessment."""

    class Outcome(models.TextChoices):
        PASSED = "passed", _("通过")
        FAILED = "failed", _("未通过")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)
    due_date = models.DateField(_("应在此日前"))
    done_date = models.DateField(_("完成日期"), null=True)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome.choices, blank=True)
    words = models.CharField(_("情况说明"), max_length=1000, blank=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("称号期内事项")
        ordering = ["due_date", "id"]
        indexes = [models.Index(fields=["path", "due_date"], name="title_duty_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["title", "code", "due_date"], name="title_duty_once"),
            models.CheckConstraint(
                condition=Q(done_date=None, outcome="") | (Q(done_date__isnull=False) & ~Q(outcome="")),
                name="title_duty_done_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.code
