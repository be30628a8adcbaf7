"""Injury cards and accidents: each a form of `library/cards` and what its analysis counts by."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from safecommunity.places.models import PrefixField
from safecommunity.units.models import Unit
from safecommunity.units.scope import UnitRow


class InjuryCase(UnitRow):
    """One card for one injury of one person.

    `data` holds the clean values of the form `cards["injury"]`; of a sealed field only the masked value is
    there, the value itself is in `sealed`, bound to this card. The columns repeat what is counted by, "" for
    what the card does not say. `person` is a blind index of who it is, "" when nobody is named. A restricted
    card (self-harm, assault, abuse) is shown to few. `into`: the card this one was merged with; `filled`:
    what the standing card got from others, by their uuid, so that a merge can be taken back; `apart_from`:
    the uuids of cards that look alike and are not.
    """

    class State(models.TextChoices):
        STANDING = "standing", _("有效")
        MERGED = "merged", _("已合并")
        WITHDRAWN = "withdrawn", _("已撤回")

    uuid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.STANDING)
    is_restricted = models.BooleanField(_("受限"), default=False)
    person = models.CharField(max_length=64, blank=True)
    injured_date = models.DateField(_("伤害发生日期"))
    hour = models.PositiveSmallIntegerField(_("时点"), null=True)
    reported_date = models.DateField(_("报告日期"), null=True)
    by_hand = models.BooleanField(_("逐张填写"), default=True)
    source = models.CharField(_("信息来源"), max_length=20)
    sex = models.CharField(_("性别"), max_length=10, blank=True)
    age = models.PositiveSmallIntegerField(_("年龄"), null=True)
    band = models.CharField(_("年龄组"), max_length=10, blank=True)
    cause = models.CharField(_("伤害原因"), max_length=20)
    place = models.CharField(_("发生地点类型"), max_length=20, blank=True)
    activity = models.CharField(_("活动"), max_length=20, blank=True)
    intent = models.CharField(_("意图"), max_length=20, blank=True)
    nature = models.CharField(_("伤害性质"), max_length=20, blank=True)
    body_part = models.CharField(_("伤害部位"), max_length=20, blank=True)
    severity = models.CharField(_("严重程度"), max_length=20, blank=True)
    outcome = models.CharField(_("结局"), max_length=20, blank=True)
    area = PrefixField(_("区划或网格"), max_length=15, blank=True)
    longitude = models.FloatField(_("经度"), null=True)
    latitude = models.FloatField(_("纬度"), null=True)
    data = models.JSONField(_("内容"), default=dict)
    sealed = models.JSONField(_("密封内容"), default=dict)
    remark = models.TextField(_("待核实"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    into = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    filled = models.JSONField(default=dict)
    apart_from = models.JSONField(default=list)

    class Meta:
        verbose_name = _("伤害卡")
        ordering = ["-injured_date", "-id"]
        indexes = [
            models.Index(fields=["path", "-injured_date", "-id"], name="case_by_path"),
            models.Index(fields=["path", "person"], name="case_by_person", condition=~Q(person="")),
            models.Index(
                fields=["path", "-injured_date", "-id"], name="case_doubted", condition=~Q(remark="")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="merged", into__isnull=False) | (~Q(state="merged") & Q(into=None)),
                name="case_merged_into_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.injured_date} #{self.pk}"


class Pack(UnitRow):
    """The cards of a unit in a year as columns of numbers: a copy for counting, see `columns`.

    `mark` is new whenever a card of the year is written; the copy holds while it was `packed` at that mark.
    """

    year = models.PositiveSmallIntegerField(_("年份"))
    mark = models.UUIDField(default=uuid.uuid4)
    packed = models.UUIDField(null=True)
    words = models.TextField(default="{}")
    areas = models.TextField(default="[]")
    cards = models.BinaryField(default=b"")

    class Meta:
        verbose_name = _("伤害卡计数副本")
        ordering = ["unit", "year"]
        indexes = [models.Index(fields=["path", "year"], name="pack_by_path")]
        constraints = [models.UniqueConstraint(fields=["unit", "year"], name="pack_once_a_year")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year}"


class PublicSummary(models.Model):
    """What a unit tells everybody of the injuries of a year, as it stood when it was published.

    It belongs to the public, so it has no scope. `told`: the total and, by table, (code, count) pairs, as
    texts in which small counts are hidden already.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("年份"))
    told = models.JSONField(default=dict)
    published_date = models.DateField(_("发布日期"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("发布人")
    )
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True, default=None)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("伤害情况公开")
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year"], condition=Q(withdrawn_at=None), name="one_public_summary_a_year"
            )
        ]

    def __str__(self) -> str:
        return str(self.year)


class Accident(UnitRow):
    """An accident or event from its first report to its closure.

    `data` holds the clean values of the form `cards["accident"]`. `known_at` starts the reporting clock,
    `reported_at` stops it. `measures`: entries of the ledger of corrective actions, by id.
    """

    class State(models.TextChoices):
        REPORTED = "reported", _("已报告")
        INVESTIGATING = "investigating", _("调查中")
        MEASURES = "measures", _("整改中")
        CLOSED = "closed", _("已结案")

    uuid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    state = models.CharField(_("状态"), max_length=14, choices=State.choices, default=State.REPORTED)
    title = models.CharField(_("名称"), max_length=200)
    kind = models.CharField(_("类别"), max_length=20)
    level = models.CharField(_("等级"), max_length=20)
    happened_at = models.DateTimeField(_("发生时间"))
    known_at = models.DateTimeField(_("得知时间"))
    reported_at = models.DateTimeField(_("报告时间"))
    report_by = models.DateTimeField(_("应报时间"))
    supplement_until = models.DateField(_("补报截止"))
    data = models.JSONField(_("内容"), default=dict)
    supplements = models.JSONField(default=list)
    findings = models.JSONField(default=dict)
    measures = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("事故事件")
        ordering = ["-happened_at", "-id"]
        indexes = [models.Index(fields=["path", "-happened_at", "-id"], name="accident_by_path")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_late(self) -> bool:
        """Whether the report came after its hours."""
        return self.reported_at > self.report_by


class Look(UnitRow):
    """One weekly look over the series of a unit: which week, how many series, by which settings."""

    week = models.DateField(_("周"))
    series = models.PositiveIntegerField(_("序列数"))
    alarms = models.PositiveIntegerField(_("预警数"))
    settings = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("每周核查")
        ordering = ["-week"]
        indexes = [models.Index(fields=["path", "-week"], name="look_by_path")]
        constraints = [models.UniqueConstraint(fields=["unit", "week"], name="look_once_a_week")]

    def __str__(self) -> str:
        return str(self.week)


class Alert(UnitRow):
    """Something that is more than usual, or grave by itself, and how it was handled.

    `series`: the question of the records as in an address, or `event:<code>:<uuid>` and `accident:<uuid>`.
    `week`: the Monday it was first seen; `weeks`: every week it was seen, with count, expected and upper.
    """

    class State(models.TextChoices):
        NEW = "new", _("待核查")
        LOOKED = "looked", _("已核查")
        EXPLAINED = "explained", _("已说明原因")
        ACTED = "acted", _("已采取措施")
        FALSE = "false", _("不是问题")

    uuid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.NEW)
    series = models.CharField(_("序列"), max_length=200)
    week = models.DateField(_("周"))
    last_week = models.DateField(_("最近一周"))
    method = models.CharField(_("方法"), max_length=12)
    weeks = models.JSONField(default=list)
    is_restricted = models.BooleanField(_("受限"), default=False)
    note = models.TextField(_("核查情况"), max_length=2000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    handled_date = models.DateField(_("处理日期"), null=True)

    class Meta:
        verbose_name = _("伤害预警")
        ordering = ["-last_week", "-id"]
        indexes = [models.Index(fields=["path", "state", "-last_week"], name="alert_by_path")]
        constraints = [models.UniqueConstraint(fields=["unit", "series", "week"], name="alert_once_a_week")]

    def __str__(self) -> str:
        return f"{self.week} {self.series[:150]}"


class Lead(UnitRow):
    """What somebody took up: a finding or an alert as it stood that day, for what is made of it.

    `key`: what its cards have in common, (dimension, value) pairs; `figures`: `count` and `expected` of the
    period and, for a finding, `around`: all cards of its cause, or all.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    title = models.CharField(_("名称"), max_length=200)
    sentence = models.TextField(_("依据"), max_length=1000)
    key = models.JSONField(default=list)
    from_date = models.DateField(_("从"))
    to_date = models.DateField(_("到"))
    figures = models.JSONField(default=dict)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("伤害线索")
        ordering = ["-id"]
        indexes = [models.Index(fields=["path", "-id"], name="lead_by_path")]

    def __str__(self) -> str:
        return self.title

    @property
    def days(self) -> int:
        return (self.to_date - self.from_date).days + 1


class Followed(UnitRow):
    """What was made of a lead: a project, a target, a plan of inspection; `thing` is its key there."""

    class Kind(models.TextChoices):
        PROJECT = "project", _("促进项目")
        TARGET = "target", _("目标")
        INSPECTION = "inspection", _("检查计划")

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices)
    thing = models.CharField(max_length=40)
    title = models.CharField(_("名称"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("线索的落实")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "kind", "thing"], name="followed_by_path")]
        constraints = [models.UniqueConstraint(fields=["kind", "thing"], name="followed_once")]

    def __str__(self) -> str:
        return self.title


class CardImport(UnitRow):
    """A sheet of another office on its way into cards.

    `sheet`: the mapping file, "" where the headings are matched by hand in `columns` (field → heading); they
    are proposed again for the next sheet of the same `source`. `position` is the last row taken in, written
    in the transaction of its cards: a job that is run again goes on behind it. `refusals`: the first refused
    rows, (row, reason). `first_day`, `last_day`: between which days its injuries lie.
    """

    class State(models.TextChoices):
        LOOKING = "looking", _("正在打开")
        MATCHING = "matching", _("待核对列")
        RUNNING = "running", _("正在导入")
        DONE = "done", _("已导入")
        REFUSED = "refused", _("未能打开")

    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.LOOKING)
    name = models.CharField(_("文件名"), max_length=200)
    file = models.CharField(max_length=32, editable=False)
    size = models.PositiveBigIntegerField(_("大小"))
    sheet = models.CharField(_("对应表"), max_length=60, blank=True)
    source = models.CharField(_("信息来源"), max_length=20)
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(_("新增"), default=0)
    known = models.PositiveIntegerField(_("已有"), default=0)
    skipped = models.PositiveIntegerField(_("不是伤害"), default=0)
    refused = models.PositiveIntegerField(_("拒绝"), default=0)
    refusals = models.JSONField(default=list)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("伤害卡导入")
        ordering = ["-id"]
        indexes = [models.Index(fields=["path", "-id"], name="card_import_by_path")]

    def __str__(self) -> str:
        return self.name
