"""What residents report, its photos, who follows it, and what is told to the public."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from safecommunity.accounts.sealing import unseal
from safecommunity.units.scope import UnitRow


class State(models.TextChoices):
    RECEIVED = "received", _("待核对")
    OPEN = "open", _("已受理")
    HANDLING = "handling", _("办理中")
    SOLVED = "solved", _("已处理")
    ANSWERED = "answered", _("已答复")
    DECLINED = "declined", _("不予受理")
    MERGED = "merged", _("并案办理")


class Verdict(models.TextChoices):
    YES = "yes", _("真的解决了")
    NO = "no", _("没有解决")


class Report(UnitRow):
    """A danger, an opinion or a suggestion. `subject` is what the public sees; `words` it never does.

    `receipt` is the SHA-256 of the number that its reporter holds. `is_held`: it came beyond the brakes.
    `hazard` is the key of the hidden hazard it was registered as.
    `responded_date` is the day of the first answer, `answered_date` of the latest one.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    receipt = models.CharField(max_length=64, unique=True, editable=False)
    kind = models.CharField(_("类别"), max_length=20)
    field = models.CharField(_("领域"), max_length=40, blank=True)
    area = models.CharField(_("社区或网格"), max_length=15, blank=True)
    spot = models.CharField(_("具体位置"), max_length=120, blank=True)
    longitude = models.FloatField(_("经度"), null=True)
    latitude = models.FloatField(_("纬度"), null=True)
    is_outside = models.BooleanField(_("位置在辖区外"), default=False)
    words = models.TextField(_("内容"))
    phone = models.TextField(blank=True, editable=False)
    source = models.CharField(_("来源"), max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("代为登记"),
    )
    received_at = models.DateTimeField(_("收到时间"))
    is_held = models.BooleanField(_("超出频次"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RECEIVED)
    subject = models.CharField(_("事项"), max_length=120, blank=True)
    body = models.ForeignKey(
        "units.Body", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("承办机构")
    )
    due_date = models.DateField(_("答复期限"), null=True)
    reply = models.TextField(_("答复"), blank=True)
    responded_date = models.DateField(_("首次答复"), null=True)
    answered_date = models.DateField(_("答复日期"), null=True)
    into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("并入")
    )
    hazard = models.UUIDField(_("登记的隐患"), null=True, editable=False)
    asked_date = models.DateField(_("回访日期"), null=True)
    verdict = models.CharField(_("回访结果"), max_length=3, choices=Verdict.choices, blank=True)
    verdict_date = models.DateField(_("回访答复日期"), null=True)

    class Meta:
        verbose_name = _("居民反映")
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["path", "state", "-received_at"], name="report_by_path"),
            models.Index(fields=["path", "area", "state"], name="report_by_area"),
            models.Index(
                fields=["path", "hazard"], name="report_by_hazard", condition=Q(hazard__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="merged", into__isnull=False) | ~Q(state="merged") & Q(into=None),
                name="report_merged_into_one",
            ),
            models.CheckConstraint(
                condition=Q(longitude=None, latitude=None)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="report_whole_position",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or str(self.uuid)[:8]

    @property
    def phone_place(self) -> str:
        return f"residents_report|phone|{self.uuid}"

    @property
    def opened_phone(self) -> str:
        """The whole number, "" for none."""
        return unseal(self.phone, self.phone_place) if self.phone else ""


class Photo(UnitRow):
    """A picture that came with a report."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("evidence.File", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["path", "report"], name="report_photo_by_path")]
        constraints = [models.UniqueConstraint(fields=["report", "file"], name="report_photo_once")]

    def __str__(self) -> str:
        return str(self.file)


class Follow(UnitRow):
    """Somebody else who wants to know how a report goes on; `receipt` as of a report."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    receipt = models.CharField(max_length=64, unique=True, editable=False)
    followed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["path", "report"], name="report_follow_by_path")]

    def __str__(self) -> str:
        return str(self.report)


class Window(models.Model):
    """How often one brake was touched in one stretch of time; `key` names nobody."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:12]}: {self.count}"


class Announcement(UnitRow):
    """Something the unit tells the public, from a day on and until it is taken back."""

    uuid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    title = models.CharField(_("标题"), max_length=120)
    words = models.TextField(_("内容"), max_length=5000)
    published_date = models.DateField(_("发布日期"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("发布人")
    )
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True, default=None)

    class Meta:
        verbose_name = _("公告")
        ordering = ["-published_date", "-id"]
        indexes = [models.Index(fields=["path", "-published_date"], name="announcement_by_path")]

    def __str__(self) -> str:
        return self.title
