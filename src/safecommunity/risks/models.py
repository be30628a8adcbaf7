"""Risk points, every evaluation that was ever made of them, and what calls for a new one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from safecommunity.ledgers.models import Entry
from safecommunity.library import codes
from safecommunity.places.models import PrefixField
from safecommunity.units.scope import UnitRow


class Kind(models.TextChoices):
    FACILITY = "facility", _("设备设施")
    PLACE = "place", _("场所部位")
    ACTIVITY = "activity", _("作业活动")


class State(models.TextChoices):
    OPEN = "open", _("管控中")
    CLOSED = "closed", _("已消除")


class Reason(models.TextChoices):
    FIRST = "first", _("首次评价")
    PERIODIC = "periodic", _("定期复评")
    CHANGE = "change", _("情况变化")
    ACCIDENT = "accident", _("发生事故")
    HAZARD = "hazard", _("隐患反复")


class RiskPoint(UnitRow):
    """A hazard source at a place or in an activity; its grade is that of its evaluation in force.

    `events`: codes of risk-events; `groups`: codes of vulnerable-kinds; `division`, `grid`: where it lies.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(_("编号"))
    name = models.CharField(_("风险点名称"), max_length=100)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices)
    field = models.CharField(_("领域"), max_length=40)
    activity = models.CharField(_("部位或作业内容"), max_length=200, blank=True)
    events = models.JSONField(_("可能发生的事故"), default=list)
    causes = models.TextField(_("危险有害因素"), max_length=2000)
    people = models.PositiveIntegerField(_("受影响人数"), null=True, blank=True)
    exposed = models.CharField(_("受影响人员"), max_length=200, blank=True)
    groups = models.JSONField(_("涉及的高危人群"), default=list)
    times = models.CharField(_("高发时段"), max_length=200, blank=True)
    address = models.CharField(_("位置"), max_length=200)
    division = PrefixField(_("所在区划"), max_length=12, blank=True)
    grid = PrefixField(_("所在网格"), max_length=15, blank=True)
    building = models.CharField(_("楼栋"), max_length=100, blank=True)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    premises = models.ForeignKey(
        Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所属单位")
    )
    organ = models.CharField(_("责任部门或单位"), max_length=100)
    responsible = models.CharField(_("责任人"), max_length=50)
    grade = models.CharField(_("风险等级"), max_length=20, blank=True)
    evaluated_date = models.DateField(_("评价日期"), null=True)
    review_date = models.DateField(_("复评期限"), null=True)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.OPEN)
    closed_date = models.DateField(_("消除日期"), null=True)
    closed_reason = models.CharField(_("消除说明"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("风险点")
        ordering = ["number", "id"]
        indexes = [
            models.Index(fields=["path", "state", "grade"], name="risk_by_path"),
            models.Index(fields=["path", "review_date"], name="risk_by_review"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="risk_number_once"),
            models.CheckConstraint(
                condition=Q(longitude=None, latitude=None)
                | Q(longitude__isnull=False, latitude__isnull=False),
                name="risk_whole_position",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        return f"FX-{self.number:04d}"


class Evaluation(UnitRow):
    """How a risk point was graded, and the controls it stood under then; never changed.

    It holds from `on_date` until `until_date`, the day of the next one or of the closing. `before`, `after`:
    factor → its value as text, before and after the controls; `controls`: code of risk-controls → what is
    done; `direct`: codes of direct-risks that decide the grade whatever the figures say.
    """

    point = models.ForeignKey(RiskPoint, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("次数"))
    on_date = models.DateField(_("评价日期"))
    until_date = models.DateField(null=True)
    reason = models.CharField(_("评价原因"), max_length=10, choices=Reason.choices)
    method = models.CharField(_("评价方法"), max_length=40)
    method_version = models.PositiveSmallIntegerField()
    before = models.JSONField(_("控制前"))
    after = models.JSONField(_("控制后"))
    before_product = models.DecimalField(max_digits=12, decimal_places=4)
    after_product = models.DecimalField(max_digits=12, decimal_places=4)
    before_grade = models.CharField(_("控制前等级"), max_length=20)
    after_grade = models.CharField(_("控制后等级"), max_length=20)
    direct = models.JSONField(_("直接判定"), default=list)
    grade = models.CharField(_("风险等级"), max_length=20)
    controls = models.JSONField(_("管控措施"), default=dict)
    note = models.TextField(_("评价说明"), max_length=2000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("风险评价")
        ordering = ["-number"]
        indexes = [models.Index(fields=["path", "on_date"], name="evaluation_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["point", "number"], name="evaluation_number_once"),
            models.UniqueConstraint(
                fields=["point"], condition=Q(until_date=None), name="evaluation_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("on_date")),
                name="evaluation_holds_forward",
            ),
        ]

    @property
    def controls_in_order(self) -> list[tuple[str, str]]:
        """Code and words of each control, in the order of the code list: a database need not keep it."""
        return [(code, self.controls[code]) for code in codes["risk-controls"] if code in self.controls]

    def __str__(self) -> str:
        return f"{self.point_id} {self.number}"


class ReviewCall(UnitRow):
    """Why a risk point must be evaluated again before its time; `source`: the record that told of it."""

    point = models.ForeignKey(RiskPoint, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("复评原因"), max_length=10, choices=Reason.choices)
    source = models.UUIDField()
    on_date = models.DateField(_("日期"))
    words = models.CharField(_("情况"), max_length=500)
    answer = models.ForeignKey(Evaluation, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("复评要求")
        ordering = ["-on_date", "-id"]
        indexes = [models.Index(fields=["path", "on_date"], name="review_call_by_path")]
        constraints = [models.UniqueConstraint(fields=["point", "source"], name="review_call_once")]

    def __str__(self) -> str:
        return self.words
