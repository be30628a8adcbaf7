"""Programme units, their bodies, who is appointed to them, and which roles people hold."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity.places.models import Division, PrefixField
from safecommunity.units.permissions import ROLES
from safecommunity.units.scope import UnitRow

UNIT_KINDS = [
    ("province-office", _("省级创建办")),
    ("city-office", _("市级创建办")),
    ("county-office", _("区县创建办")),
    ("sub-district", _("城市型（街道）")),
    ("township", _("农村型（乡镇）")),
    ("park", _("园区型")),
    ("enterprise", _("企业型")),
    ("committee", _("居委会型")),
    ("county", _("县域型")),
    ("neighbourhood", _("社区（居委会、村）")),
    ("department", _("部门")),
]


class Unit(models.Model):
    """An organisation that keeps records: an office, a programme unit (创建单位) or a neighbourhood in one.

    `path` holds the ids from the top to this unit (`/1/5/23/`); rights and roll-ups follow it.
    """

    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=30, blank=True)
    slug = models.SlugField(_("网址代码"), max_length=40, unique=True)
    kind = models.CharField(_("类型"), max_length=20, choices=UNIT_KINDS)
    level = models.PositiveSmallIntegerField(_("级别"))
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上级")
    )
    path = PrefixField(max_length=255, editable=False, db_index=True)
    division = models.ForeignKey(
        Division,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("所在区划"),
    )
    divisions = models.ManyToManyField(Division, blank=True, related_name="+", verbose_name=_("覆盖区划"))
    start_date = models.DateField(_("启动日期"), null=True, blank=True)
    filing_date = models.DateField(_("备案日期"), null=True, blank=True)
    area = models.DecimalField(_("面积（平方千米）"), max_digits=12, decimal_places=3, null=True, blank=True)
    population = models.PositiveIntegerField(_("常住人口"), null=True, blank=True)
    households = models.PositiveIntegerField(_("户数"), null=True, blank=True)
    address = models.CharField(_("办公地址"), max_length=200, blank=True)
    contact = models.CharField(_("联系人"), max_length=60, blank=True)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    about = models.TextField(_("概况"), blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("更新时间"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("单位")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(path="") | Q(path__endswith="/"), name="unit_path_ends_with_slash"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Body(UnitRow):
    """A committee, leading group, office, project group … of a unit; which kinds exist is data."""

    kind = models.CharField(_("机构类型"), max_length=40)
    name = models.CharField(_("名称"), max_length=100)
    field = models.CharField(_("领域"), max_length=40, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上级机构")
    )
    seat = models.CharField(_("设在"), max_length=100, blank=True)
    duties = models.TextField(_("职责"), blank=True)
    document = models.CharField(_("成立文件"), max_length=120, blank=True)
    from_date = models.DateField(_("成立日期"), null=True, blank=True)
    to_date = models.DateField(_("撤销日期"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("机构")
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["path", "kind"], name="body_by_path")]

    def __str__(self) -> str:
        return self.name


class Appointment(UnitRow):
    """A person in a body, from a day to a day, by a document."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+", verbose_name=_("机构"))
    person = models.CharField(_("姓名"), max_length=60, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("账号"),
    )
    post = models.CharField(_("机构内职务"), max_length=40)
    organ = models.CharField(_("所在单位和职务"), max_length=120, blank=True)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    from_date = models.DateField(_("任职日期"), null=True, blank=True)
    to_date = models.DateField(_("离任日期"), null=True, blank=True)
    document = models.CharField(_("任命文件"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("任职")
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["path", "body"], name="appointment_by_path")]

    def __str__(self) -> str:
        return self.post


class RoleHolding(models.Model):
    """A role held on a unit. By constraint a person has at most one administrator's role."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="holdings")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(
        _("角色"), max_length=30, choices=[(code, role.name) for code, role in ROLES.items()]
    )
    from_date = models.DateField(_("自"), default=timezone.localdate)
    to_date = models.DateField(_("至"), null=True, blank=True)
    until = models.DateTimeField(_("应急授权至"), null=True, editable=False)
    granted_by = models.CharField(_("授权人"), max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "unit", "role"], name="role_once_on_unit"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(role__in=["system-admin", "security-admin", "audit-admin"]),
                name="one_administrator_role_a_person",
            ),
            models.CheckConstraint(
                condition=Q(to_date=None) | Q(to_date__gte=F("from_date")), name="role_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.unit}"


class Emergency(models.Model):
    """Rights for an hour that an administrator asks for with a reason and another one grants."""

    class State(models.TextChoices):
        ASKED = "asked", _("待批准")
        GRANTED = "granted", _("已批准")
        REFUSED = "refused", _("不批准")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    role = models.CharField(_("角色"), max_length=30)
    reason = models.CharField(_("原因"), max_length=500)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    ends_at = models.DateTimeField(_("到期时间"), null=True)

    class Meta:
        verbose_name = _("应急授权")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("user")), name="emergency_takes_two"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.unit}"

    @property
    def role_name(self) -> str:
        return str(ROLES[self.role].name) if self.role in ROLES else self.role
