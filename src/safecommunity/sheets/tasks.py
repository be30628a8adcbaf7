"""What imports and exports do later. Each may be killed at any point and is run again from where it was."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import override

from safecommunity.core.headings import LOOKED_AT, heading_row
from safecommunity.documents.sheets import SheetRefused, opened
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress, task
from safecommunity.ledgers.queries import Links
from safecommunity.ledgers.search import initials
from safecommunity.library import ledgers
from safecommunity.sheets import actions, checking, columns, exports, queries, store
from safecommunity.sheets.models import ImportBatch
from safecommunity.sheets.packing import shown
from safecommunity.sheets.side import mapped
from safecommunity.units.permissions import Permission

CHUNK = 1_000
LARGE = 5_000  # rows from which other processes are worth their start
SAMPLE = 5
HEADING_LENGTH = 100
State = ImportBatch.State


@task("sheets.look", needs=Permission.LEDGER_IMPORT)
def look(job: Job, progress: Progress) -> dict[str, Any]:
    """Open the file, find the headings, propose which column is which."""
    batch = _batch(job)
    if batch.state != State.LOOKING:
        return {}
    names = columns.names(ledgers[batch.ledger])
    try:
        with opened(store.path_of(batch.file), name=batch.name, sheet=batch.sheet) as sheet:
            rows = list(islice(sheet.rows, LOOKED_AT + SAMPLE))
    except SheetRefused as refusal:
        actions.refuse(batch=batch, reason=refusal.message)
        return {}
    cells = [row for _number, row in rows]
    numbers = [number for number, _row in rows]
    at = numbers.index(batch.heading_row) if batch.heading_row in numbers else heading_row(cells, names)
    headings = [shown(cell)[:HEADING_LENGTH].strip() for cell in cells[at]] if rows else []
    while headings and not headings[-1]:
        headings.pop()
    facts = {
        "kind": sheet.kind,
        "encoding": sheet.encoding,
        "sheets": list(sheet.sheets),
        "sheet": sheet.name,
        "heading_row": numbers[at] if rows else 1,
    }
    sample = [[shown(cell) for cell in row] for row in cells[at + 1 : at + 1 + SAMPLE]]
    actions.looked(batch=batch, facts=facts, headings=headings, sample=sample)
    return {}


@task("sheets.check", needs=Permission.LEDGER_IMPORT)
def check(job: Job, progress: Progress) -> dict[str, Any]:
    """Check every row against the ledger and keep what it would do."""
    batch = _batch(job)
    if batch.state != State.CHECKING:
        return {}
    links = Links(batch.unit)
    has_links = bool(ledgers[batch.ledger].link_fields)
    form = checking.Form(batch.pk, batch.ledger, batch.columns, links if has_links else None)
    start = max(batch.position, batch.heading_row)
    initials("")  # its tables are read once and shared
    try:
        with (
            _unswept(),
            opened(store.path_of(batch.file), name=batch.name, sheet=batch.sheet) as sheet,
            mapped(form.drafts, beside=sheet.height > LARGE and not has_links) as drafted,
        ):
            wanted = (row for row in sheet.rows if row[0] > start)
            for drafts in drafted(iter(lambda: list(islice(wanted, CHUNK)), [])):
                rows = checking.checked(batch, drafts, links)
                actions.stage(batch=batch, rows=rows, position=rows[-1].number)
                progress.step(batch.position, max(sheet.height, batch.position))
    except SheetRefused as refusal:
        actions.refuse(batch=batch, reason=refusal.message)
        return {}
    actions.checked(batch=batch)
    return {"rows": batch.rows}


@task("sheets.run", needs=Permission.LEDGER_IMPORT)
def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Take the checked rows in: in one transaction where all or none is wanted, else chunk by chunk."""
    batch = _batch(job)
    if batch.state != State.RUNNING:
        return {}
    progress.step(batch.taken, batch.position)
    if batch.mode == ImportBatch.Mode.ALL:
        try:
            with transaction.atomic():
                _in_chunks(batch, actions.take_in, lambda: None)
                actions.taken_in(batch=batch)
        except actions.Overtaken:
            actions.overtaken(batch=_batch(job))
            return {}
    else:
        _in_chunks(batch, actions.take_in, lambda: progress.step(batch.taken, batch.position))
        actions.taken_in(batch=batch)
    return {"new": batch.new, "changed": batch.changed}


@task("sheets.undo", needs=Permission.LEDGER_IMPORT)
def undo(job: Job, progress: Progress) -> dict[str, Any]:
    """Put back what an import did."""
    batch = _batch(job)
    if batch.state != State.UNDOING:
        return {}
    _in_chunks(batch, actions.put_back, lambda: progress.step(batch.taken, batch.position))
    actions.undone(batch=batch)
    return {"kept": batch.kept}


@task("sheets.refusals", needs=Permission.LEDGER_IMPORT)
def refusals(job: Job, progress: Progress) -> dict[str, Any]:
    """The refused rows as a sheet with the reasons in its last column."""
    with override(job.arguments["language"]):
        return {"rows": exports.write_refusals(_batch(job), job, progress)}


@task("sheets.export", needs=Permission.LEDGER_EXPORT)
def export(job: Job, progress: Progress) -> dict[str, Any]:
    """A list as it was on the screen, as a file."""
    with override(job.arguments["language"]):
        return {"rows": exports.write_list(job, progress)}


def _in_chunks(batch: ImportBatch, act: Callable[..., None], step: Callable[[], None]) -> None:
    with _unswept():
        while rows := queries.to_take(batch, CHUNK):
            act(batch=batch, rows=rows)
            step()


@contextmanager
def _unswept() -> Iterator[None]:
    """What is in memory now is not searched for waste again and again while thousands of rows pass."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _batch(job: Job) -> ImportBatch:
    return queries.imports(job.unit).select_related("unit").get(pk=job.arguments["batch"])
