"""Hidden hazards with their way to the end; plans of inspection, their rounds and the places visited.

What a phone makes carries a `client_uuid` of its own making, unique for ever: sent again, however late, it is
the same record. Times of the device are kept beside the server's.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity import library
from safecommunity.core import hazards as core
from safecommunity.core.checklists import Checklist
from safecommunity.evidence.models import File
from safecommunity.ledgers.models import Entry
from safecommunity.units.models import Unit
from safecommunity.units.scope import UnitRow

PERSON = settings.AUTH_USER_MODEL
LISTED = Q(listed_at__isnull=False, delisted_at=None)
# All that lists count by and statistics are made of, so that neither reads the hazards themselves.
COUNTED_COLUMNS = (
    "path", "found_at", "state", "grade", "kind", "cause", "field", "is_repeat", "due_at", "fixed_at",
)  # fmt: skip


def _person(label: Any = None) -> Any:
    return models.ForeignKey(
        PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


class State(models.TextChoices):
    REGISTERED = "registered", _("已登记")
    GRADED = "graded", _("已核定")
    ASSIGNED = "assigned", _("已派发")
    RECTIFYING = "rectifying", _("整改中")
    WAITING = "waiting", _("待复查")
    PASSED = "passed", _("复查通过")
    CLOSED = "closed", _("已销号")
    DUPLICATE = "duplicate", _("重复")
    VOID = "void", _("作废")


class Grade(models.TextChoices):
    GENERAL = "general", _("一般隐患")
    MAJOR = "major", _("重大隐患")


class Severity(models.TextChoices):
    HIGH = "high", _("严重")
    MEDIUM = "medium", _("较重")
    LOW = "low", _("轻微")


class Kind(models.TextChoices):
    """The kinds of inspection: comprehensive, special, random, patrol."""

    COMPREHENSIVE = "comprehensive", _("综合检查")
    SPECIAL = "special", _("专项检查")
    RANDOM = "random", _("随机抽查")
    PATROL = "patrol", _("日常巡查")


class Every(models.TextChoices):
    DAY = "day", _("每天")
    WEEK = "week", _("每周")
    MONTH = "month", _("每月")
    QUARTER = "quarter", _("每季度")
    HALF_YEAR = "half-year", _("每半年")
    YEAR = "year", _("每年")


class Plan(UnitRow):
    """What is inspected how often in a year. `grades` and `premises_kinds` choose among the premises, [] all;
    `places` are further ones, a line each. `draw` places are drawn for each round of a random plan. `team`:
    ids of the people of the units beneath who take part in its rounds.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("计划名称"), max_length=120)
    year = models.PositiveSmallIntegerField(
        _("年度"), validators=[MinValueValidator(1990), MaxValueValidator(2200)]
    )
    kind = models.CharField(_("检查类别"), max_length=20, choices=Kind.choices)
    field = models.CharField(_("领域"), max_length=20)
    checklists = models.JSONField(_("检查表"), default=list)
    every = models.CharField(_("频次"), max_length=10, choices=Every.choices)
    from_date = models.DateField(_("从"))
    to_date = models.DateField(_("到"))
    grades = models.JSONField(_("风险等级"), default=list)
    premises_kinds = models.JSONField(_("场所类别"), default=list)
    places = models.TextField(_("其他地点"), max_length=5000, blank=True)
    draw = models.PositiveSmallIntegerField(_("每轮抽取数"), null=True, blank=True)
    leader = models.CharField(_("带队人"), max_length=60)
    members = models.CharField(_("检查人员"), max_length=300, blank=True)
    team = models.JSONField(_("参加的下级人员"), default=list)
    is_active = models.BooleanField(default=True)
    by = _person()

    class Meta:
        verbose_name = _("检查计划")
        ordering = ["-year", "kind", "id"]
        indexes = [models.Index(fields=["path", "year"], name="plan_of_inspection_by_path")]
        constraints = [
            models.CheckConstraint(condition=Q(from_date__lte=models.F("to_date")), name="plan_not_backward"),
            models.CheckConstraint(
                condition=Q(kind="random", draw__gte=1) | (~Q(kind="random") & Q(draw=None)),
                name="random_plan_says_how_many",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Inspection(UnitRow):
    """One round. `checklists` are [code, version]; of a random round `drum` is the list that was made known
    and `seed` what it was drawn with.

    `team`: ids of the people of the units beneath who take part. The places that lie in their units are a
    part of the round: a row there with its `whole`, in which only its own team and who stands above record.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("待检查")
        RUNNING = "running", _("检查中")
        DONE = "done", _("已完成")
        CANCELLED = "cancelled", _("已取消")

    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    period = models.CharField(max_length=12, blank=True)
    kind = models.CharField(_("检查类别"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("检查名称"), max_length=150)
    field = models.CharField(_("领域"), max_length=20)
    checklists = models.JSONField(_("检查表"), default=list)
    from_date = models.DateField(_("从"))
    due_date = models.DateField(_("应完成日期"))
    leader = models.CharField(_("带队人"), max_length=60)
    members = models.CharField(_("检查人员"), max_length=300, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PLANNED)
    started_at = models.DateTimeField(_("开始时间"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    opinion = models.TextField(_("意见建议"), max_length=2000, blank=True)
    whole = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.JSONField(_("参加的下级人员"), default=list)
    drum = models.TextField(blank=True)
    seed = models.CharField(_("随机种子"), max_length=200, blank=True)
    by = _person()

    class Meta:
        verbose_name = _("检查")
        ordering = ["-due_date", "-id"]
        indexes = [
            models.Index(fields=["path", "state"], name="inspection_by_state"),
            models.Index(fields=["path", "-due_date", "-id"], name="inspection_by_path"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "period"], condition=Q(plan__isnull=False), name="round_of_plan_once"
            ),
            models.UniqueConstraint(
                fields=["whole", "unit"], condition=Q(whole__isnull=False), name="part_of_round_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lists(self) -> list[Checklist]:
        """The checklists in the versions the round began with."""
        return [library.checklists.at(code, version) for code, version in self.checklists]


class Visit(UnitRow):
    """A place of a round. `answers`: "checklist/item" → {"value", "result", "remark"}."""

    class State(models.TextChoices):
        TODO = "todo", _("待检查")
        DONE = "done", _("已检查")
        SKIPPED = "skipped", _("未检查")

    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="+")
    premises = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    place = models.CharField(_("场所、地点"), max_length=200)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    order = models.PositiveIntegerField(default=0)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.TODO)
    answers = models.JSONField(default=dict)
    why = models.CharField(_("未检查原因"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("检查时间"), null=True)
    device_at = models.DateTimeField(_("设备时间"), null=True)
    is_clock_off = models.BooleanField(default=False)
    by = _person()

    class Meta:
        verbose_name = _("检查场所")
        ordering = ["order", "id"]
        indexes = [
            models.Index(fields=["path", "done_at"], name="inspected_by_path"),
            models.Index(fields=["inspection", "order"], name="inspected_by_round"),
            models.Index(fields=["premises", "done_at"], name="inspected_by_premises"),
        ]

    def __str__(self) -> str:
        return self.place


class HiddenHazard(UnitRow):
    """A hidden hazard. `unit` is where it is, `handler` who decides over it, `overseer` who supervises it.

    `found_at` is the moment taken as true, `device_at` what the device said; `place_key` by what the same
    place is known again. `due_at` is when putting right must be done, `asked_until` the moment asked for
    instead. `guarantees`: of a major one, what of the five was laid down. Never deleted.
    """

    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(editable=False)
    serial = models.PositiveIntegerField(editable=False)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.REGISTERED)
    grade = models.CharField(_("等级"), max_length=10, choices=Grade.choices, blank=True)
    severity = models.CharField(
        _("严重程度"), max_length=10, choices=Severity.choices, default=Severity.MEDIUM
    )
    kind = models.CharField(_("类型"), max_length=40)
    cause = models.CharField(_("成因"), max_length=20)
    field = models.CharField(_("领域"), max_length=20)
    place = models.CharField(_("地点"), max_length=200)
    place_key = models.CharField(max_length=210, editable=False)
    premises = models.ForeignKey(
        Entry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("所在单位场所"),
    )
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    is_outside = models.BooleanField(_("位置在辖区外"), default=False)
    text = models.TextField(_("问题描述"), max_length=2000)
    basis = models.CharField(_("依据"), max_length=500, blank=True)
    found_at = models.DateTimeField(_("发现时间"))
    device_at = models.DateTimeField(_("设备时间"), null=True)
    is_clock_off = models.BooleanField(_("设备时钟不准"), default=False)
    found_by = models.CharField(_("发现人"), max_length=60)
    by = _person()
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    item = models.CharField(max_length=120, blank=True)
    measures = models.TextField(_("整改措施"), max_length=2000, blank=True)
    funds = models.DecimalField(_("整改资金（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    responsible_unit = models.CharField(_("责任单位"), max_length=120, blank=True)
    responsible_person = models.CharField(_("责任人"), max_length=60, blank=True)
    contact = _person(_("单位联系人"))
    due_at = models.DateTimeField(_("整改期限"), null=True)
    asked_until = models.DateTimeField(_("申请延至"), null=True)
    asked_why = models.CharField(_("延期理由"), max_length=500, blank=True)
    guarantees = models.JSONField(_("五落实"), default=dict)
    fixed_at = models.DateTimeField(_("整改完成时间"), null=True)
    checked_at = models.DateTimeField(_("复查时间"), null=True)
    checked_by = _person(_("复查人"))
    closed_at = models.DateTimeField(_("销号时间"), null=True)
    closed_by = _person()
    handler = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    overseer = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("督办单位")
    )
    supervisor = models.CharField(_("督办人"), max_length=60, blank=True)
    stepped_at = models.DateTimeField(_("逾期督办时间"), null=True)
    listed_at = models.DateTimeField(_("挂牌时间"), null=True)
    listed_by = _person()
    listed_until = models.DateField(_("挂牌期限"), null=True)
    delisted_at = models.DateTimeField(_("摘牌时间"), null=True)
    is_repeat = models.BooleanField(_("反复出现"), default=False)
    earlier = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    root_cause = models.TextField(_("根本原因"), max_length=2000, blank=True)
    search = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("隐患")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["path", "-id"], name="hazard_by_path"),
            models.Index(fields=["path", "state", "due_at"], name="hazard_by_state"),
            models.Index(fields=[*COUNTED_COLUMNS], name="hazard_by_day"),
            models.Index(fields=["path", "place_key"], name="hazard_by_place"),
            models.Index(fields=["path", "search"], name="hazard_by_text"),
            models.Index(fields=["path"], name="hazard_listed", condition=LISTED),
            models.Index(fields=["path"], name="hazard_more_time", condition=Q(asked_until__isnull=False)),
            models.Index(fields=["path"], name="hazard_outside", condition=Q(is_outside=True)),
            models.Index(fields=["contact"], name="hazard_by_contact", condition=Q(contact__isnull=False)),
            models.Index(fields=["visit"], name="hazard_by_visit", condition=Q(visit__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "serial"], name="hazard_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=["registered", "duplicate", "void"]) | ~Q(grade=""),
                name="hazard_graded_before_it_goes_on",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "rectifying"]) | Q(due_at__isnull=False),
                name="hazard_to_be_fixed_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False, checked_at__isnull=False),
                name="hazard_closed_after_a_check",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.place}"

    @property
    def number(self) -> str:
        return f"{self.year}-{self.serial:04}"

    @property
    def is_listed(self) -> bool:
        return self.listed_at is not None and self.delisted_at is None

    @property
    def facts(self) -> core.Facts:
        """What the rules of its way look at."""
        return core.Facts(
            state=self.state,
            grade=self.grade,
            guarantees=frozenset(name for name, words in self.guarantees.items() if words),
            is_listed=self.is_listed,
            asked=self.asked_until is not None,
            is_repeat=self.is_repeat,
            explained=bool(self.root_cause),
        )


class Rectification(UnitRow):
    """One answer to a notice: what was done, and what the check of it found."""

    class Result(models.TextChoices):
        PASS = "pass", _("复查通过")
        FAIL = "fail", _("复查不通过")

    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hazard = models.ForeignKey(HiddenHazard, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("整改情况"), max_length=2000)
    cost = models.DecimalField(_("实际费用（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    at = models.DateTimeField(_("提交时间"), default=timezone.now)
    by = _person()
    by_name = models.CharField(_("提交人"), max_length=60)
    result = models.CharField(_("复查结果"), max_length=10, choices=Result.choices, blank=True)
    checked_at = models.DateTimeField(_("复查时间"), null=True)
    checked_by = _person()
    opinion = models.TextField(_("复查意见"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("整改")
        ordering = ["number"]
        indexes = [models.Index(fields=["path", "hazard"], name="rectification_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["hazard", "number"], name="rectification_once"),
            models.CheckConstraint(
                condition=Q(result="") | Q(checked_at__isnull=False), name="rectification_result_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hazard.number}/{self.number}"


class Photo(UnitRow):
    """A picture that a record speaks of, known by its content before it has arrived: `file` is then None.

    `sha256` is of the bytes the device sends. One of `hazard` and `visit` is set.
    """

    class Side(models.TextChoices):
        BEFORE = "before", _("整改前")
        AFTER = "after", _("整改后")
        CHECK = "check", _("检查")

    hazard = models.ForeignKey(
        HiddenHazard, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rectification = models.ForeignKey(
        Rectification, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    item = models.CharField(max_length=120, blank=True)
    side = models.CharField(max_length=10, choices=Side.choices)
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    device_at = models.DateTimeField(_("设备时间"), null=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    by = _person()

    class Meta:
        verbose_name = _("照片")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["path", "hazard"], name="photo_by_path"),
            models.Index(fields=["hazard"], name="photo_by_hazard"),
            models.Index(fields=["visit"], name="photo_by_visit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(hazard__isnull=False, visit=None) | Q(hazard=None, visit__isnull=False),
                name="photo_of_one_thing",
            ),
            models.UniqueConstraint(fields=["hazard", "side", "sha256"], name="photo_of_hazard_once"),
            models.UniqueConstraint(fields=["visit", "item", "sha256"], name="photo_of_visit_once"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Step(UnitRow):
    """One thing done with a hazard, as its page tells it; `facts` are what the act settled, as text."""

    hazard = models.ForeignKey(HiddenHazard, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=20)
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    at = models.DateTimeField(_("时间"))
    by = _person()
    by_name = models.CharField(max_length=60)
    words = models.TextField(_("说明"), max_length=2000, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("办理")
        ordering = ["id"]
        indexes = [models.Index(fields=["path", "hazard"], name="hazard_step_by_path")]

    def __str__(self) -> str:
        return self.act


class Link(models.Model):
    """The secret address at which a contact without an account answers a notice, kept as its SHA-256."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    hazard = models.ForeignKey(HiddenHazard, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("给谁"), max_length=60)
    expires_at = models.DateTimeField(_("有效期至"))
    ended_at = models.DateTimeField(_("停用时间"), null=True)
    made_at = models.DateTimeField(_("时间"), default=timezone.now)
    by = _person()

    class Meta:
        verbose_name = _("整改通知链接")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
