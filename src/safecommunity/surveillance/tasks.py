"""Later work of surveillance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from django.utils import timezone

from safecommunity.core.headings import heading_row
from safecommunity.documents.sheets import Cell, SheetRefused, opened
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.library import codes, watches
from safecommunity.sheets import store
from safecommunity.sheets.packing import shown
from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.models import CardImport
from safecommunity.units.permissions import Permission
from safecommunity.units.queries import below

CHUNK = 1_000
LOOKED_AT = 20


@task("surveillance.look")
def look(job: Job, progress: Progress) -> dict[str, Any]:
    """Every unit of a watched kind is looked at; a unit looked at this week already is passed over.

    What of its cards is not packed yet, as after an update, is packed first. Units under the same one are
    held against the same weeks of it.
    """
    from safecommunity.surveillance import figures  # slow import

    watch, today = watches["weekly"], timezone.localdate()
    monday = queries.last_week(today)
    done = queries.looked_at(job.unit, monday)
    units = [
        unit
        for unit in below(job.unit).filter(kind__in=watch.kinds).select_related("parent")
        if unit.pk not in done
    ]
    around = cache(lambda parent: figures.weekly(parent, watch, monday))
    for count, unit in enumerate(units, start=1):
        actions.pack(unit=unit)
        above = around(unit.parent) if unit.parent else None
        actions.look(unit=unit, watch=watch, today=today, by=None, around=above)
        progress.step(count, len(units))
    return {"units": len(units)}


@task("surveillance.pack")
def pack(job: Job, progress: Progress) -> dict[str, Any]:
    """The figures of a unit's cards are packed where they are behind."""
    return {"years": actions.pack(unit=job.unit)}


@task("surveillance.import-look", needs=Permission.INJURY_ENTER)
def look_at_sheet(job: Job, progress: Progress) -> dict[str, Any]:
    """Open the file and read its headings."""
    row = _import(job)
    if row.state != CardImport.State.LOOKING:
        return {}
    try:
        with opened(store.path_of(row.file), name=row.name) as sheet:
            rows = list(islice(sheet.rows, LOOKED_AT))
    except SheetRefused as refusal:
        actions.refuse_sheet(row=row, reason=str(refusal.message))
        return {}
    actions.sheet_looked(row=row, headings=_headings([cells for _number, cells in rows])[1])
    return {}


@task("surveillance.import-run", needs=Permission.INJURY_ENTER)
def run_import(job: Job, progress: Progress) -> dict[str, Any]:
    """Take the rows in, chunk by chunk, behind the place reached; who then opens a page finds them packed."""
    row = _import(job)
    if row.state != CardImport.State.RUNNING:
        return {}
    sheet, causes = queries.card_sheet(row), codes["icd-external"]
    try:
        with opened(store.path_of(row.file), name=row.name) as file:
            for chunk in _chunks(iter(file.rows), row.position):
                told = [(number, sheet.cards(said, causes), sheet.named(said)) for number, said in chunk]
                actions.take_sheet_rows(row=row, rows=told, today=timezone.localdate())
                progress.step(row.position, max(file.height, row.position))
    except SheetRefused as refusal:
        actions.refuse_sheet(row=row, reason=str(refusal.message))
        return {}
    actions.pack(unit=row.unit)
    actions.sheet_taken_in(row=row)
    return {"added": row.added}


def _chunks(
    rows: Iterator[tuple[int, list[Cell]]], position: int
) -> Iterator[list[tuple[int, dict[str, str]]]]:
    """(number, heading → text) of the rows below the headings and behind the position."""
    first = list(islice(rows, LOOKED_AT))
    at, headings = _headings([cells for _number, cells in first])

    def wanted() -> Iterator[tuple[int, dict[str, str]]]:
        for number, cells in (*first[at + 1 :], *rows):
            if number > position:
                yield number, dict(zip(headings, map(shown, cells), strict=False))

    each = wanted()
    while chunk := list(islice(each, CHUNK)):
        yield chunk


def _headings(rows: Sequence[Sequence[Cell]]) -> tuple[int, list[str]]:
    names = {column.key: (column.label, column.label_en, column.key) for column in queries.form().columns}
    at = heading_row(rows, names)
    return at, [shown(cell).strip() for cell in rows[at]] if rows else []


def _import(job: Job) -> CardImport:
    return queries.card_imports(job.unit).get(pk=job.arguments["batch"])
