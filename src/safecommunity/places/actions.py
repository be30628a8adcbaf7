"""Writing places: lists of divisions, grids, boundaries and population figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import Place, record
from safecommunity.core import divisions, geometry
from safecommunity.core.division_files import Row
from safecommunity.places import queries
from safecommunity.places.models import Boundary, Division, Grid, Population, VulnerableCount

BATCH = 20_000
COLUMNS = "code, name, level, urban_rural, valid_from, valid_to, source_version"
ON_CONFLICT = """ON CONFLICT (code) DO UPDATE SET
    name = excluded.name, urban_rural = excluded.urban_rural, source_version = excluded.source_version,
    valid_to = NULL
    WHERE places_division.name <> excluded.name OR places_division.urban_rural <> excluded.urban_rural
    OR places_division.source_version <> excluded.source_version OR places_division.valid_to IS NOT NULL"""
SQLITE = f"INSERT INTO places_division ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, NULL, %s) {ON_CONFLICT}"  # noqa: S608
POSTGRESQL = f"""INSERT INTO places_division ({COLUMNS})
    SELECT code, name, level, urban_rural, %s::date, NULL, %s
    FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[]) AS row (code, name, level, urban_rural)
    {ON_CONFLICT}"""  # noqa: S608


class Refused(ValueError):
    """What was entered cannot be true; the message says why."""


class Stale(Exception):
    """Someone saved in between; `current` is what stands there now."""

    def __init__(self, current: Any) -> None:
        super().__init__(str(current))
        self.current = current


@dataclass(frozen=True, slots=True)
class Imported:
    new: int
    changed: int
    unchanged: int
    ended: int


def import_divisions(
    *,
    rows: Iterable[Row],
    source_version: str,
    by: User | None,
    valid_from: date | None = None,
    ends_others: date | None = None,
    progress: Callable[[int], object] = lambda done: None,
) -> Imported:
    """Loads a list of divisions; loading it again changes nothing.

    Batches are saved one after the other, so an import that was cut off is simply run again. With
    `ends_others` the list is complete: divisions of its levels that it does not name end on that day.
    """
    before, done, touched = Division.objects.count(), 0, 0
    levels: set[int] = set()
    for batch in _batches(_unique(rows)):
        touched += _upsert(batch, source_version, valid_from)
        levels.update(row.level for row in batch)
        done += len(batch)
        progress(done)
    new = Division.objects.count() - before
    with transaction.atomic():
        gone = Division.objects.filter(level__in=levels, valid_to=None).exclude(source_version=source_version)
        ended = gone.update(valid_to=ends_others) if ends_others else 0
        result = Imported(new, touched - new, done - touched, ended)
        after = {"new": result.new, "changed": result.changed, "unchanged": result.unchanged, "ended": ended}
        record("divisions.imported", source_version, by=by, after=after)
    return result


@transaction.atomic
def add_grid(
    *, division: Division, name: str, households: int | None, member: str, by: User, unit: Place
) -> Grid:
    """A grid with the next free serial of its neighbourhood."""
    Division.objects.select_for_update().get(pk=division.pk)
    last = Grid.objects.filter(division=division).aggregate(last=Max("code"))["last"]
    serial = divisions.split_grid(last)[1] + 1 if last else 1
    try:
        code = divisions.grid_code(division.code, serial)
    except divisions.CodeError as error:
        raise Refused(str(error)) from error
    grid = Grid.objects.create(code=code, division=division, name=name, households=households, member=member)
    record("grid.added", grid, by=by, unit=unit, after={"code": code, "name": name, "households": households})
    return grid


@transaction.atomic
def change_grid(
    *, grid: Grid, version: int, name: str, households: int | None, member: str, by: User, unit: Place
) -> Grid:
    """Changes a grid; an older version raises Stale."""
    values = {"name": name, "households": households, "member": member}
    before = {key: getattr(grid, key) for key in ("name", "households")}
    if not Grid.objects.filter(pk=grid.pk, version=version).update(**values, version=version + 1):
        raise Stale(Grid.objects.get(pk=grid.pk))
    after = {"name": name, "households": households, "member": "changed" if member != grid.member else "same"}
    record("grid.changed", grid, by=by, unit=unit, before=before, after=after)
    grid.refresh_from_db()
    return grid


@transaction.atomic
def remove_grid(*, grid: Grid, version: int, by: User, unit: Place) -> None:
    """Removes a grid and its outline; an older version raises Stale."""
    row = Grid.objects.filter(pk=grid.pk, version=version)
    if not row.exists():
        raise Stale(grid)
    record("grid.removed", grid, by=by, unit=unit, before={"code": grid.code, "name": grid.name})
    Boundary.objects.filter(code=grid.code).delete()
    row.delete()


@transaction.atomic
def set_boundary(
    *, code: str, shape: geometry.Shape, source: str, approval_number: str, by: User, unit: Place
) -> Boundary:
    """Keeps the outline of a division or a grid in place of an earlier one."""
    frame = geometry.box(shape)
    boundary, _made = Boundary.objects.update_or_create(
        code=code,
        defaults={
            "geometry": geometry.to_geojson(shape),
            "west": frame.west,
            "south": frame.south,
            "east": frame.east,
            "north": frame.north,
            "source": source,
            "approval_number": approval_number,
        },
    )
    after = {"source": source, "approval_number": approval_number, "square_km": f"{geometry.area(shape):.3f}"}
    record("boundary.set", boundary, by=by, unit=unit, after=after)
    return boundary


@transaction.atomic
def remove_boundary(*, boundary: Boundary, by: User, unit: Place) -> None:
    record("boundary.removed", boundary, by=by, unit=unit, before={"source": boundary.source})
    boundary.delete()


@transaction.atomic
def set_population(
    *,
    division: Division,
    year: int,
    figures: Sequence[queries.Figure],
    vulnerable: dict[str, int],
    seen: str,
    by: User | None,
    unit: Place | None,
) -> None:
    """Puts all figures of a division and year in place of the earlier ones.

    `seen` is the digest the form was opened with; another one raises Stale. Figures that overlap are Refused.
    """
    Division.objects.select_for_update().get(pk=division.pk)
    if queries.digest(division, year) != seen:
        raise Stale(queries.figures(division, year))
    _check_figures(figures)
    old = sum(figure[4] for figure in queries.figures(division, year))
    Population.objects.filter(division=division, year=year).delete()
    Population.objects.bulk_create(
        Population(
            division=division, year=year, sex=sex, age_from=first, age_to=last, residence=home, count=count
        )
        for sex, first, last, home, count in figures
    )
    VulnerableCount.objects.filter(division=division, year=year).delete()
    VulnerableCount.objects.bulk_create(
        VulnerableCount(division=division, year=year, group=group, count=count)
        for group, count in vulnerable.items()
    )
    record(
        "population.set",
        division,
        by=by,
        unit=unit,
        before={"year": year, "total": old},
        after={"year": year, "total": sum(figure[4] for figure in figures), "vulnerable": vulnerable},
    )


def _check_figures(figures: Sequence[queries.Figure]) -> None:
    """Each person counted once: no overlapping ages, no totals beside their parts. Raises Refused."""
    residences = {figure[3] for figure in figures}
    if "all" in residences and len(residences) > 1:
        raise Refused(_("“常住合计”与“户籍/流动”不能同时填写，否则会重复计数"))
    for residence in residences:
        sexes = {figure[0] for figure in figures if figure[3] == residence}
        if "0" in sexes and len(sexes) > 1:
            raise Refused(_("“男女合计”与“男/女”不能同时填写，否则会重复计数"))
    for key in {(figure[0], figure[3]) for figure in figures}:
        _check_ages(sorted((f[1], f[2]) for f in figures if (f[0], f[3]) == key))


def _check_ages(ages: list[tuple[int, int | None]]) -> None:
    for first, last in ages:
        if last is not None and last < first:
            raise Refused(_("年龄 %(first)s 至 %(last)s：止应不小于起") % {"first": first, "last": last})
    for (first, last), (second, _end) in pairwise(ages):
        if last is None or second <= last:
            raise Refused(
                _("年龄组 %(first)s 岁起与 %(second)s 岁起重叠") % {"first": first, "second": second}
            )


def _unique(rows: Iterable[Row]) -> Iterator[Row]:
    """Drops a row that repeats the one before it: one statement must not touch a code twice."""
    last = ""
    for row in rows:
        if row.code != last:
            yield row
        last = row.code


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _upsert(batch: list[Row], source_version: str, valid_from: date | None) -> int:
    """How many rows were new or changed."""
    start = valid_from and valid_from.isoformat()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            unique = {row.code: row for row in batch}.values()
            columns = zip(
                *((row.code, row.name, int(row.level), row.urban_rural) for row in unique), strict=True
            )
            cursor.execute(POSTGRESQL, [start, source_version, *map(list, columns)])
        else:
            values = [(r.code, r.name, int(r.level), r.urban_rural, start, source_version) for r in batch]
            cursor.executemany(SQLITE, values)
        return int(cursor.rowcount)
