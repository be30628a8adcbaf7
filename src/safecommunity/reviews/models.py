"""Reviews of a unit on the way to a title, the titles, and what falls due while they last."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity.assessment.models import Assessment, Finding
from safecommunity.core.reviews import FINAL, Procedure
from safecommunity.core.schemes import Scheme
from safecommunity.evidence.models import File
from safecommunity.library import schemes
from safecommunity.units.models import Unit
from safecommunity.units.scope import UnitRow

PERSON = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    INTENT = "intent", _("有意创建")
    FILED = "filed", _("已报备案")
    BUILDING = "building", _("建设中")
    SELF_ASSESSED = "self-assessed", _("自评完成")
    APPLIED = "applied", _("逐级审核")
    RETURNED = "returned", _("已退回")
    DOCUMENTS = "documents", _("资料审查")
    ON_SITE = "on-site", _("现场评定")
    RECTIFYING = "rectifying", _("整改")
    DECIDING = "deciding", _("待决定")
    NAMED = "named", _("已命名")
    QUALIFIED = "qualified", _("评定合格")
    REFUSED = "refused", _("未通过")
    GIVEN_UP = "given-up", _("已撤回")


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


class Review(UnitRow):
    """A unit's way to one title, or to its renewal.

    It keeps the scheme version it began with. `level`: the unit whose turn it is while the application goes
    up. `answer_by`: the last day of the document review or of the rectification. `agenda`: [day, time, what].
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("初次评定")
        RENEWAL = "renewal", _("复评")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scheme = models.CharField(_("评定方案"), max_length=60)
    scheme_version = models.PositiveIntegerField()
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices, default=Kind.FIRST)
    state = models.CharField(_("状态"), max_length=14, choices=State.choices)
    leader = models.CharField(_("负责人"), max_length=60)
    contact = models.CharField(_("联系人"), max_length=60)
    phone = models.CharField(_("联系电话"), max_length=30)
    plan = models.TextField(_("创建计划"), max_length=2000)
    begun_date = models.DateField(_("提出日期"))
    building_date = models.DateField(_("建设起始"), null=True)
    self_assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="+")
    applied_date = models.DateField(_("申报日期"), null=True)
    applied_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    answer_by = models.DateField(_("办理期限"), null=True)
    on_site = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="+")
    visit_from = models.DateField(_("现场评定自"), null=True)
    visit_to = models.DateField(_("现场评定至"), null=True)
    agenda = models.JSONField(default=list)
    opinion = models.TextField(_("评定意见"), max_length=4000, blank=True)
    decision = models.TextField(_("决定"), max_length=2000, blank=True)
    decided_date = models.DateField(_("决定日期"), null=True)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    title = models.ForeignKey(Title, on_delete=models.PROTECT, null=True, related_name="+")
    renews = models.ForeignKey(Title, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("评审")
        ordering = ["-begun_date", "-id"]
        indexes = [models.Index(fields=["path", "state"], name="review_by_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "scheme"], condition=~Q(state__in=FINAL), name="review_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="named") | Q(title__isnull=False), name="review_named_with_its_title"
            ),
            models.CheckConstraint(
                condition=Q(kind="first", renews=None) | Q(kind="renewal", renews__isnull=False),
                name="review_renews_a_title",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.rules.name}"

    @property
    def rules(self) -> Scheme:
        """The scheme in the version this review began with."""
        return schemes.at(self.scheme, self.scheme_version)

    @property
    def procedure(self) -> Procedure:
        found = self.rules.procedure
        assert found is not None
        return found

    @property
    def is_open(self) -> bool:
        return self.state not in FINAL


class Filing(UnitRow):
    """The start as filed with one centre, and the receipt it gave."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    centre = models.CharField(_("备案机构"), max_length=40)
    filed_date = models.DateField(_("报送日期"))
    receipt_number = models.CharField(_("回执编号"), max_length=60, blank=True)
    receipt_date = models.DateField(_("回执日期"), null=True)

    class Meta:
        verbose_name = _("启动备案")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "review"], name="filing_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["review", "centre"], name="filed_once_with_a_centre"),
            models.CheckConstraint(
                condition=Q(receipt_date=None, receipt_number="")
                | (Q(receipt_date__gte=F("filed_date")) & ~Q(receipt_number="")),
                name="receipt_after_filing",
            ),
        ]

    def __str__(self) -> str:
        return self.centre


class Paper(UnitRow):
    """A file of the unit handed in as one of the papers an application asks for."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(_("申报材料"), max_length=40)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("申报材料")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "review"], name="review_paper_by_path")]
        constraints = [models.UniqueConstraint(fields=["review", "code"], name="review_paper_once")]

    def __str__(self) -> str:
        return self.code


class Expert(UnitRow):
    """A member of the team that assesses on site; works only after declaring to be free of conflicts."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", verbose_name=_("专家"))
    is_lead = models.BooleanField(_("组长"), default=False)
    is_free = models.BooleanField(_("无利害关系"), null=True)
    declared = models.CharField(_("声明"), max_length=500, blank=True)
    declared_at = models.DateTimeField(_("声明时间"), null=True)

    class Meta:
        verbose_name = _("评定组成员")
        ordering = ["-is_lead", "id"]
        indexes = [models.Index(fields=["path", "review"], name="expert_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["review", "person"], name="expert_once_in_a_team"),
            models.UniqueConstraint(fields=["review"], condition=Q(is_lead=True), name="team_has_one_lead"),
            models.CheckConstraint(
                condition=Q(is_free=None, declared_at=None)
                | Q(is_free__isnull=False, declared_at__isnull=False),
                name="declared_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Correction(UnitRow):
    """What the unit did about a finding, with the file that shows it."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    finding = models.OneToOneField(Finding, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(_("整改情况"), max_length=1000)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("整改")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "review"], name="correction_by_path")]

    def __str__(self) -> str:
        return self.text[:60]


class Step(UnitRow):
    """One act on a review: who, when, from which state to which, at which level, with which words."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    act = models.CharField(_("环节"), max_length=20)
    before = models.CharField(max_length=14, choices=State.choices, blank=True)
    after = models.CharField(max_length=14, choices=State.choices)
    level = models.CharField(_("办理单位"), max_length=100)
    words = models.CharField(_("意见"), max_length=1000, blank=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    on_date = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("评审环节")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "review"], name="review_step_by_path")]

    def __str__(self) -> str:
        return self.act
