"""Nobody sees across: rows are read through a reach, and a query without one refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from django.db import connection, connections, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safecommunity.places.models import PrefixField

if TYPE_CHECKING:
    from safecommunity.accounts.models import User
    from safecommunity.units.models import Unit
    from safecommunity.units.permissions import Permission

Row = TypeVar("Row", bound=models.Model)


class ScopeMissing(RuntimeError):
    """A query was begun without saying whose rows it may see."""


class StaleRecord(Exception):
    """Someone saved in between: `current` is the row as it stands now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__(str(current))
        self.current = current


def ordered(
    rows: models.QuerySet[Row], sort: str, sorts: Mapping[str, str], ties: Sequence[str] = ("-id",)
) -> models.QuerySet[Row]:
    """Sorted as a list asks (`key`, `-key`), what is not known last whichever way the order goes, then by
    `ties`; the order as it is for no such key.
    """
    name = sorts.get(sort.removeprefix("-"))
    if name is None:
        return rows
    by = models.F(name)
    first = by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True)
    return rows.order_by(first, *ties)


def within(prefixes: Iterable[str], field: str = "path") -> Q:
    """Paths that begin with one of the prefixes, as ranges: `/3/17/` up to but without `/3/170`."""
    wanted = Q(pk__in=[])
    for prefix in prefixes:
        wanted |= Q(**{f"{field}__gte": prefix, f"{field}__lt": f"{prefix[:-1]}0"})
    return wanted


class ScopedManager(models.Manager[Row], Generic[Row]):
    """Reads begin with `for_user`, `in_unit`, `below` or `everything`; all else raises `ScopeMissing`."""

    def for_user(self, user: User, permission: Permission) -> models.QuerySet[Row]:
        """What the roles of this person reach with this permission."""
        from safecommunity.units.permissions import reach

        return self._rows().filter(within(reach(user, permission)))

    def in_unit(self, unit: Unit) -> models.QuerySet[Row]:
        """The rows of this unit alone."""
        return self._rows().filter(path=unit.path)

    def below(self, unit: Unit) -> models.QuerySet[Row]:
        """The rows of this unit and of every unit beneath it."""
        return self._rows().filter(within([unit.path]))

    def everything(self, *, reason: str) -> models.QuerySet[Row]:
        """All rows of all units; each use is on the list that the architecture test keeps."""
        if not reason:
            raise ScopeMissing(f"{self.model.__name__}: everything() wants a reason")
        return self._rows()

    def get_queryset(self) -> NoReturn:
        raise ScopeMissing(f"{self.model.__name__}: begin with for_user, in_unit, below or everything")

    def create(self, **values: Any) -> Row:
        return self._rows().create(**values)

    def bulk_create(self, objs: Iterable[Row], *args: Any, **options: Any) -> list[Row]:
        return self._rows().bulk_create(objs, *args, **options)

    def insert(self, objs: Iterable[Row]) -> None:
        """As `bulk_create` for thousands of rows, several times faster: the new keys are not read back."""
        database = connections[self._rows().db]
        fields = [field for field in self.model._meta.concrete_fields if not field.primary_key]
        written = [_written(field, database) for field in fields]
        self._insert(fields, [[write(one) for write in written] for one in objs])

    def insert_alike(
        self, same: Mapping[str, Any], names: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """As `insert` without objects. `same`: the fields that all rows share, keys of other rows as numbers;
        `rows`: the fields `names` as the database takes them, JSON, days and UUIDs as text.
        """
        database, field_of = connections[self._rows().db], self.model._meta.get_field
        shared: list[Any] = [field_of(name) for name in same]
        values = [
            field.get_db_prep_save(value, database)
            for field, value in zip(shared, same.values(), strict=True)
        ]
        self._insert([*shared, *map(field_of, names)], [[*values, *row] for row in rows])

    def _insert(self, fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> None:
        database = connections[self._rows().db]
        quote = database.ops.quote_name
        names = ", ".join(quote(str(field.column)) for field in fields)
        places = ", ".join(["%s"] * len(fields))
        sql = f"INSERT INTO {quote(self.model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608
        with database.cursor() as cursor:
            cursor.executemany(sql, rows)

    def _rows(self) -> models.QuerySet[Row]:
        return models.QuerySet(self.model, using=self._db)


AS_THEY_ARE = (models.CharField, models.TextField, models.IntegerField, models.ForeignKey, models.FloatField)


def _written(field: Any, database: Any) -> Callable[[models.Model], Any]:
    """How the value of a field goes to the database; a row often holds the very value of the row before."""
    value_of = attrgetter(field.attname)
    if isinstance(field, AS_THEY_ARE):
        return value_of
    last: list[Any] = [object(), None]

    def write(row: models.Model) -> Any:
        value = value_of(row)
        if value is not last[0]:
            last[:] = value, field.get_db_prep_save(value, database)
        return last[1]

    return write


class UnitRow(models.Model):
    """Every row that belongs to a unit. `path` is copied from the unit and comes first in every index."""

    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))
    path = PrefixField(max_length=255, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("更新时间"), default=timezone.now, editable=False)

    objects = ScopedManager()

    class Meta:
        abstract = True


def hold(row: models.Model) -> None:
    """Whoever else wants to hold this row waits until the transaction ends.

    Where rows cannot be locked (SQLite) a transaction of ours has no other writer beside it from its start.
    """
    if connection.features.has_select_for_update:
        rows: models.QuerySet[models.Model] = models.QuerySet(type(row))
        rows.select_for_update().values_list("pk").get(pk=row.pk)


def change(row: Row, *, version: int, **fields: Any) -> Row:
    """Save these fields if the row still has this version, else raise `StaleRecord`; the row is refreshed."""
    model = type(row)
    rows: models.QuerySet[Row] = models.QuerySet(model).filter(pk=row.pk)
    values = {**fields, "version": version + 1}
    if any(field.name == "updated_at" for field in model._meta.fields):
        values["updated_at"] = timezone.now()
    if not rows.filter(version=version).update(**values):
        raise StaleRecord(rows.get())
    for name, value in values.items():
        setattr(row, name, value)
    return row
