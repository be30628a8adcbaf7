"""Assessments of a unit under a scheme, their grades, the assessors' sheets, findings and planned actions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from safecommunity.core.periods import Period
from safecommunity.core.schemes import Indicator, Scheme
from safecommunity.core.scoring import Mark
from safecommunity.library import schemes
from safecommunity.units.scope import UnitRow

PERSON = settings.AUTH_USER_MODEL


class Assessment(UnitRow):
    """One unit under one scheme for one year.

    It keeps the scheme version it began with. `suggested` holds what the records suggest, by indicator:
    {"answers": {...}, "reasons": [[code, part, values], ...]}; it and the derived figures beside it are
    rewritten when records change. `team`: the ids of the people who alone may work on it, [] for all with the
    right. The figures count the confirmed grade where there is one, else the
    suggested. `elements`: element code → [points, full points, zeros, confirmed, indicators].
    """

    class Kind(models.TextChoices):
        SELF = "self", _("自评")
        MOCK = "mock", _("模拟评定")
        ON_SITE = "on-site", _("现场评定")
        REVIEW = "review", _("复评")

    class State(models.TextChoices):
        DRAFT = "draft", _("评定中")
        SUBMITTED = "submitted", _("已提交")
        FROZEN = "frozen", _("已定稿")

    scheme = models.CharField(_("评定方案"), max_length=60)
    scheme_version = models.PositiveIntegerField(_("方案版本"))
    kind = models.CharField(_("评定类型"), max_length=10, choices=Kind.choices, default=Kind.SELF)
    period = models.CharField(_("年度"), max_length=4)
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    team = models.JSONField(default=list)
    suggested = models.JSONField(default=dict)
    suggested_at = models.DateTimeField(_("建议更新时间"), null=True)
    points = models.DecimalField(_("得分"), max_digits=7, decimal_places=2, default=0)
    full = models.DecimalField(_("满分"), max_digits=7, decimal_places=2, default=0)
    suggested_points = models.DecimalField(_("建议得分"), max_digits=7, decimal_places=2, default=0)
    confirmed_points = models.DecimalField(_("确认得分"), max_digits=7, decimal_places=2, default=0)
    confirmed = models.PositiveSmallIntegerField(_("已确认项"), default=0)
    band = models.CharField(_("结论"), max_length=40)
    zeros = models.JSONField(default=list)
    vetoes = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    elements = models.JSONField(default=dict)
    snapshot = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(_("定稿时间"), null=True)
    frozen_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("评定")
        ordering = ["-period", "scheme", "-id"]
        indexes = [models.Index(fields=["path", "scheme", "-period"], name="assessment_by_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="frozen", frozen_at__isnull=False, snapshot__isnull=False)
                | (~Q(state="frozen") & Q(frozen_at=None, snapshot=None)),
                name="frozen_has_its_snapshot",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def rules(self) -> Scheme:
        """The scheme in the version this assessment began with."""
        return schemes.at(self.scheme, self.scheme_version)

    @property
    def year(self) -> Period:
        return Period.parse(self.period)

    def admits(self, person: int) -> bool:
        """Whether the person of this id may work on it: everybody with the right, or the team alone."""
        return not self.team or person in self.team


class Grade(UnitRow):
    """What was decided for one indicator; nothing is decided while `confirmed_at` is empty.

    `reason` says why it does not apply, or why it differs from the suggestion.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    indicator = models.CharField(_("评定指标"), max_length=20)
    answers = models.JSONField(default=dict)
    points = models.DecimalField(_("得分"), max_digits=7, decimal_places=2, null=True)
    not_applicable = models.BooleanField(_("不适用"), default=False)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    remark = models.CharField(_("备注"), max_length=500, blank=True)
    confirmed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)

    class Meta:
        verbose_name = _("指标评分")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "assessment"], name="grade_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "indicator"], name="indicator_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="confirmed_by_somebody_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(not_applicable=False) | ~Q(reason=""), name="not_applicable_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.indicator

    @property
    def mark(self) -> Mark:
        """What it counts for; an empty mark while nothing is confirmed."""
        if self.confirmed_at is None:
            return Mark()
        return Mark(self.answers, self.not_applicable, self.reason)

    @property
    def item(self) -> Indicator:
        return self.assessment.rules.indicators[self.indicator]


class Sheet(UnitRow):
    """One assessor's marks for an assessment, closed to the others until every sheet is submitted.

    The consensus sheet is opened by the team afterwards; submitting it confirms the grades.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    assessor = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", verbose_name=_("评分人"))
    is_consensus = models.BooleanField(_("合议表"), default=False)
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    points = models.DecimalField(_("得分"), max_digits=7, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("评分表")
        ordering = ["is_consensus", "id"]
        indexes = [models.Index(fields=["path", "assessment"], name="sheet_by_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "assessor"], condition=Q(is_consensus=False), name="sheet_once"
            ),
            models.UniqueConstraint(
                fields=["assessment"], condition=Q(is_consensus=True), name="one_consensus_sheet"
            ),
        ]

    def __str__(self) -> str:
        return str(_("合议评分表") if self.is_consensus else self.assessor)


class SheetGrade(UnitRow):
    """One assessor's mark for one indicator."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="+")
    indicator = models.CharField(_("评定指标"), max_length=20)
    answers = models.JSONField(default=dict)
    not_applicable = models.BooleanField(_("不适用"), default=False)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    remark = models.CharField(_("备注"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("评分表评分")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "sheet"], name="sheet_grade_by_path")]
        constraints = [models.UniqueConstraint(fields=["sheet", "indicator"], name="sheet_indicator_once")]

    def __str__(self) -> str:
        return self.indicator

    @property
    def mark(self) -> Mark:
        return Mark(self.answers, self.not_applicable, self.reason)


class Finding(UnitRow):
    """A non-conformity an assessor wrote down, until its correction is verified."""

    class Severity(models.TextChoices):
        MINOR = "minor", _("一般不符合")
        MAJOR = "major", _("严重不符合")

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    indicator = models.CharField(_("评定指标"), max_length=20)
    text = models.TextField(_("不符合事实"), max_length=1000)
    severity = models.CharField(_("程度"), max_length=10, choices=Severity.choices, default=Severity.MINOR)
    owner = models.CharField(_("责任人"), max_length=60, blank=True)
    due_date = models.DateField(_("整改期限"), null=True, blank=True)
    verification = models.TextField(_("验证情况"), max_length=1000, blank=True)
    closed_at = models.DateTimeField(_("关闭时间"), null=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("不符合项")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "assessment"], name="finding_by_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | ~Q(verification=""), name="closed_after_verification"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]


class PlannedAction(UnitRow):
    """An action of an accepted plan: what, for which indicator, who, by when, and how it stands."""

    class State(models.TextChoices):
        TODO = "todo", _("待办")
        DOING = "doing", _("进行中")
        DONE = "done", _("已完成")
        CANCELLED = "cancelled", _("已取消")

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=60)
    indicator = models.CharField(_("评定指标"), max_length=20)
    text = models.CharField(_("措施"), max_length=200)
    owner = models.CharField(_("责任人"), max_length=60)
    due_date = models.DateField(_("完成期限"))
    effort = models.DecimalField(_("人日"), max_digits=7, decimal_places=1)
    cost = models.DecimalField(_("费用（元）"), max_digits=12, decimal_places=2)
    gain = models.DecimalField(_("可提高分值"), max_digits=7, decimal_places=2)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.TODO)
    remark = models.CharField(_("备注"), max_length=500, blank=True)
    done_at = models.DateTimeField(_("完成时间"), null=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("措施任务")
        ordering = ["due_date", "id"]
        indexes = [models.Index(fields=["path", "state", "due_date"], name="planned_action_by_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "action"],
                condition=Q(state__in=["todo", "doing"]),
                name="action_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.text
