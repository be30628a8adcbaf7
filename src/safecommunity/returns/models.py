"""Monthly returns and the steps they took."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity.core.periods import Period
from safecommunity.core.returns import Form, effective
from safecommunity.library import returns
from safecommunity.units.scope import UnitRow


class State(models.TextChoices):
    DRAFT = "draft", _("编制中")
    SUBMITTED = "submitted", _("已报送")
    RETURNED = "returned", _("已退回")
    CHECKED = "checked", _("已审核")
    SUMMARISED = "summarised", _("已汇总")


class Return(UnitRow):
    """The return of a unit for a month.

    `figures`: what the records gave (code → number as text, None where there is no record), never overwritten
    by hand. `corrections`: code → value, reason, who, when. `sources`: of a summary, the returns it adds up.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    form = models.CharField(max_length=40, default="monthly")
    month = models.CharField(_("月份"), max_length=7)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.DRAFT)
    is_summary = models.BooleanField(_("汇总"), default=False)
    figures = models.JSONField(default=dict)
    corrections = models.JSONField(default=dict)
    words = models.JSONField(default=dict)
    sources = models.JSONField(default=list)
    is_zero = models.BooleanField(_("零报告"), default=False)
    compiled_at = models.DateTimeField(_("编制时间"), default=timezone.now)
    due_date = models.DateField(_("截止日期"))
    submitted_at = models.DateTimeField(_("报送时间"), null=True, blank=True)
    first_submitted_date = models.DateField(_("首次报送"), null=True, blank=True)

    class Meta:
        verbose_name = _("月报")
        ordering = ["-month", "path"]
        indexes = [models.Index(fields=["path", "month"], name="return_by_path")]
        constraints = [models.UniqueConstraint(fields=["unit", "form", "month"], name="return_once")]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.month}"

    @property
    def rules(self) -> Form:
        return returns[self.form]

    @property
    def period(self) -> Period:
        return Period.parse(self.month)

    @property
    def values(self) -> dict[str, Decimal | None]:
        """Figure code → what counts."""
        return effective(self.figures, self.corrections)

    @property
    def is_late(self) -> bool:
        return self.first_submitted_date is not None and self.first_submitted_date > self.due_date

    @property
    def is_open(self) -> bool:
        """Whether its unit may still write in it."""
        return self.state in (State.DRAFT, State.RETURNED)


class Step(UnitRow):
    """One act: who, when, from which state to which, why; `figures` as they stood when submitted."""

    row = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="+")
    act = models.CharField(_("环节"), max_length=20)
    before = models.CharField(max_length=12, choices=State.choices)
    after = models.CharField(max_length=12, choices=State.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    reason = models.CharField(_("原因"), max_length=500, blank=True)
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("月报环节")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "row"], name="return_step_by_path")]

    def __str__(self) -> str:
        return self.act
