"""Rounds of visits with their draws, the visits, what was found there and what was answered."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity.accounts.models import User
from safecommunity.evidence.models import File
from safecommunity.units.models import Body, Unit
from safecommunity.units.scope import UnitRow

PERSON = settings.AUTH_USER_MODEL


class Kind(models.TextChoices):
    ANNOUNCED = "announced", _("明查")
    UNANNOUNCED = "unannounced", _("暗访")


class RoundState(models.TextChoices):
    PLANNING = "planning", _("编制名单")
    FIXED = "fixed", _("名单已固定")
    DRAWN = "drawn", _("已抽签")
    CIRCULATED = "circulated", _("已通报")
    CANCELLED = "cancelled", _("已作废")


class VisitState(models.TextChoices):
    PLANNED = "planned", _("待督查")
    DONE = "done", _("已督查")
    CANCELLED = "cancelled", _("已取消")


class FindingState(models.TextChoices):
    OPEN = "open", _("待反馈")
    ANSWERED = "answered", _("待确认")
    RETURNED = "returned", _("已退回")
    ACCEPTED = "accepted", _("已确认")
    NOTED = "noted", _("不需反馈")


class ExtensionState(models.TextChoices):
    ASKED = "asked", _("待审批")
    GRANTED = "granted", _("已同意")
    REFUSED = "refused", _("不同意")
    LAPSED = "lapsed", _("已反馈，不再审批")


class Round(UnitRow):
    """A round of visits of the unit that supervises; the units to visit are drawn, see `core.draws`.

    `counts`: kind of unit → how many. `weights`: slug → {"weight", "reason"}, 0 for not in the drum, all
    others 1. `conflicts`: {"inspector": id, "unit": slug, "reason"}, beside those that follow from roles.
    From `fixed_at` on `list_text` with its `digest` stays as it is; `names` says whom its codes mean:
    {"units": {slug: name}, "inspectors": {code: id}}. The seed comes afterwards, once.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    title = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("方式"), max_length=12, choices=Kind.choices)
    topics = models.JSONField(_("督查内容"), default=list)
    basis = models.TextField(_("依据和要求"), max_length=2000, blank=True)
    starts_date = models.DateField(_("开始日期"))
    ends_date = models.DateField(_("结束日期"))
    counts = models.JSONField(default=dict)
    weights = models.JSONField(default=dict)
    conflicts = models.JSONField(default=list)
    inspectors = models.ManyToManyField(User, related_name="+", verbose_name=_("督查人员"))
    team = models.PositiveSmallIntegerField(_("每组人数"), default=2)
    state = models.CharField(
        _("状态"), max_length=12, choices=RoundState.choices, default=RoundState.PLANNING
    )
    list_text = models.TextField(blank=True)
    digest = models.CharField(_("名单摘要"), max_length=64, blank=True)
    names = models.JSONField(default=dict)
    fixed_at = models.DateTimeField(_("固定时间"), null=True)
    fixed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    seed = models.CharField(_("种子"), max_length=100, blank=True)
    seed_source = models.CharField(_("种子来源"), max_length=200, blank=True)
    drawn_at = models.DateTimeField(_("抽签时间"), null=True)
    drawn_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    cancelled_reason = models.CharField(_("作废原因"), max_length=500, blank=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("督查轮次")
        ordering = ["-id"]
        indexes = [models.Index(fields=["path", "-id"], name="round_by_path")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_date__gte=F("starts_date")), name="round_ends_after"),
            models.CheckConstraint(
                condition=Q(seed="") | (~Q(digest="") & Q(drawn_at__gte=F("fixed_at"))),
                name="seed_after_the_list",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_secret(self) -> bool:
        return self.kind == Kind.UNANNOUNCED


class DrawRecord(models.Model):
    """What everybody may see of a draw, signed in or not: it belongs to the public, not to a unit.

    The digest from the moment the list is fixed. List, seed and names follow at once where visits are
    announced, and when the last visit is over where they are not.
    """

    uuid = models.UUIDField(unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64)
    fixed_at = models.DateTimeField()
    list_text = models.TextField(blank=True)
    names = models.JSONField(default=dict)
    seed = models.CharField(max_length=100, blank=True)
    seed_source = models.CharField(max_length=200, blank=True)
    drawn_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("抽签公示")

    def __str__(self) -> str:
        return self.title or self.digest


class Visit(UnitRow):
    """A visit to a unit, or to one of its own groups. `supervisor` sends the team.

    `drawn`: the names the draw gave, empty where nobody drew. What the visited unit needs stands in the row
    itself: it cannot read the round, which belongs to the unit above it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    supervisor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", null=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+", null=True)
    title = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("方式"), max_length=12, choices=Kind.choices)
    topics = models.JSONField(_("督查内容"), default=list)
    state = models.CharField(_("状态"), max_length=12, choices=VisitState.choices, default=VisitState.PLANNED)
    starts_date = models.DateField(_("最早日期"))
    ends_date = models.DateField(_("最晚日期"))
    day = models.DateField(_("督查日期"), null=True)
    team = models.ManyToManyField(User, related_name="+", verbose_name=_("督查组"))
    drawn = models.JSONField(default=list)
    team_reason = models.CharField(_("换人原因"), max_length=300, blank=True)
    summary = models.TextField(_("总体情况"), max_length=2000, blank=True)
    done_at = models.DateTimeField(_("完成时间"), null=True)
    cancelled_reason = models.CharField(_("取消原因"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("督查")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["path", "-id"], name="visit_by_path"),
            models.Index(fields=["supervisor", "state"], name="visit_by_supervisor"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "unit"], name="visited_once_a_round"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(day__isnull=False, done_at__isnull=False),
                name="visit_done_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.title}"

    @property
    def is_secret(self) -> bool:
        """Whether the visited unit must not know of it."""
        return self.kind == Kind.UNANNOUNCED and self.state != VisitState.DONE


class Finding(UnitRow):
    """What a visit found in the unit, until its answer is accepted; it is told when the visit is over."""

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("问题"), max_length=1000)
    basis = models.CharField(_("依据"), max_length=300)
    severity = models.CharField(_("程度"), max_length=20)
    due_date = models.DateField(_("反馈期限"), null=True)
    state = models.CharField(
        _("状态"), max_length=12, choices=FindingState.choices, default=FindingState.OPEN
    )
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("督查发现的问题")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["path", "visit"], name="found_by_path"),
            models.Index(fields=["path", "state", "due_date"], name="found_due_by_path"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="noted", due_date=None) | (~Q(state="noted") & Q(due_date__isnull=False)),
                name="answer_has_a_deadline",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_waiting(self) -> bool:
        """Whether the unit has to answer."""
        return self.state in (FindingState.OPEN, FindingState.RETURNED)


class Reply(UnitRow):
    """What the unit answered to a finding, and what the supervisor said to that."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="+")
    words = models.TextField(_("整改情况"), max_length=2000)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("反馈时间"), default=timezone.now)
    is_late = models.BooleanField(_("逾期反馈"), default=False)
    accepted = models.BooleanField(_("是否认可"), null=True)
    reason = models.CharField(_("意见"), max_length=500, blank=True)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(_("确认时间"), null=True)

    class Meta:
        verbose_name = _("问题反馈")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "finding"], name="reply_by_path")]

    def __str__(self) -> str:
        return self.words[:60]


class Extension(UnitRow):
    """More time that the unit asked for to answer a finding, and what the supervisor said to it.

    `from_date` is the deadline as it was, `to_date` the one asked for. An answer lets an open request lapse.
    """

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="+")
    from_date = models.DateField(_("原期限"))
    to_date = models.DateField(_("申请延至"))
    why = models.CharField(_("延期理由"), max_length=500)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("申请时间"), default=timezone.now)
    state = models.CharField(
        _("状态"), max_length=12, choices=ExtensionState.choices, default=ExtensionState.ASKED
    )
    reason = models.CharField(_("审批意见"), max_length=500, blank=True)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(_("审批时间"), null=True)

    class Meta:
        verbose_name = _("反馈延期申请")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "finding"], name="extension_by_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(state="asked"), name="more_time_asked_once_at_a_time"
            ),
            models.CheckConstraint(condition=Q(to_date__gt=F("from_date")), name="more_time_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.from_date} – {self.to_date}"


class Proof(UnitRow):
    """A picture or paper that shows a finding, or, with `reply`, what was done about it."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="+")
    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="+", null=True)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("督查佐证")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "finding"], name="proof_by_path")]

    def __str__(self) -> str:
        return str(self.file)
