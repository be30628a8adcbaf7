"""What was measured: one row for a unit's own records, a metric and a period."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from safecommunity.units.scope import UnitRow


class MetricValue(UnitRow):
    """The parts of one value. No row: no record. What lies beneath is added when the value is read."""

    metric = models.CharField(_("指标"), max_length=80)
    period = models.CharField(_("期间"), max_length=7)
    numerator = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    as_of = models.DateField(_("计算日期"))

    class Meta:
        verbose_name = _("指标值")
        indexes = [models.Index(fields=["path", "metric", "period"], name="metric_value_by_path")]
        constraints = [models.UniqueConstraint(fields=["unit", "metric", "period"], name="metric_value_once")]

    def __str__(self) -> str:
        return f"{self.metric} {self.period}"
