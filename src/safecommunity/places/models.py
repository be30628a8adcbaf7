"""Where things are: public reference data, so it belongs to no unit and has no scope."""

from __future__ import annotations

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _


class PrefixField(models.CharField):  # type: ignore[type-arg]
    """Text whose byte order is its order, so that "begins with" is one indexed range on every database."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        collation: str = '"C"' if connection.vendor == "postgresql" else "BINARY"
        return f"varchar({self.max_length}) COLLATE {collation}"


class Division(models.Model):
    """An administrative division; each code begins with its parent's (2, 4, 6, 9, 12 digits)."""

    code = PrefixField(_("代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    level = models.PositiveSmallIntegerField(_("级别"))
    urban_rural = models.CharField(_("城乡分类"), max_length=3, blank=True)
    valid_from = models.DateField(_("启用日期"), null=True, blank=True)
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)
    source_version = models.CharField(_("来源版本"), max_length=60, blank=True)

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["level", "code"], name="division_by_level")]

    def __str__(self) -> str:
        return self.name


class Grid(models.Model):
    """A grid (网格) under a neighbourhood: its 12 digits and a serial of three."""

    code = PrefixField(_("编码"), max_length=15, unique=True)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="grids")
    name = models.CharField(_("名称"), max_length=100)
    households = models.PositiveIntegerField(_("户数"), null=True, blank=True)
    member = models.CharField(_("网格员"), max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Boundary(models.Model):
    """The outline of a division or a grid as GeoJSON (Polygon or MultiPolygon, WGS 84)."""

    code = PrefixField(_("区划或网格编码"), max_length=15, unique=True)
    geometry = models.JSONField(_("边界"))
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    source = models.CharField(_("来源"), max_length=100, blank=True)
    approval_number = models.CharField(_("审图号"), max_length=60, blank=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    def __str__(self) -> str:
        return str(self.code)


class Population(models.Model):
    """People of a division in a year by sex, age group and residence: the denominators of rates."""

    division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField(_("年份"))
    sex = models.CharField(
        _("性别"), max_length=1, choices=[("1", _("男")), ("2", _("女")), ("0", _("合计"))]
    )
    age_from = models.PositiveSmallIntegerField(_("年龄起"), default=0)
    age_to = models.PositiveSmallIntegerField(_("年龄止"), null=True, blank=True)
    residence = models.CharField(
        _("居住类别"),
        max_length=10,
        choices=[("resident", _("户籍")), ("floating", _("流动")), ("all", _("常住"))],
    )
    count = models.PositiveIntegerField(_("人数"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division", "year", "sex", "age_from", "residence"], name="population_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.division_id} {self.year}: {self.count}"


class VulnerableCount(models.Model):
    """How many people of a vulnerable group live in a division in a year."""

    division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField(_("年份"))
    group = models.CharField(_("群体"), max_length=30)
    count = models.PositiveIntegerField(_("人数"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "year", "group"], name="vulnerable_once")]

    def __str__(self) -> str:
        return f"{self.division_id} {self.year} {self.group}: {self.count}"
