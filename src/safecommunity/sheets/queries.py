"""Reading imports and what their rows came to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from safecommunity.core.fields import mask, shown_value
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import Message, Words
from safecommunity.documents.sheets import column_letters
from safecommunity.jobs.models import Job
from safecommunity.ledgers.actions import Finished
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.queries import by_unique_key
from safecommunity.library import ledgers
from safecommunity.sheets.columns import RECORD, RECORD_WORDS, plain
from safecommunity.sheets.models import ImportBatch, StagedRow
from safecommunity.sheets.packing import message_of, unpacked
from safecommunity.units.models import Unit

Outcome = StagedRow.Outcome
State = ImportBatch.State
UNFINISHED = (State.LOOKING, State.MATCHING, State.CHECKING, State.CHECKED)
NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a staged row: where it stands, what it was, what it becomes, what is said about it."""

    label: Words
    cell: str
    before: Words
    after: Words
    remark: Message | None


class Taken(NamedTuple):
    """A staged row as far as taking it in needs it, read by the thousand."""

    batch_id: int
    number: int
    outcome: str
    key: str
    entry: int | None
    entry_version: int | None
    content: str
    before: str
    unusual: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShownRow:
    number: int
    title: str
    lines: tuple[Line, ...]


def imports(unit: Unit, ledger: str = "") -> QuerySet[ImportBatch]:
    """The imports of a unit, newest first; of one ledger where it is named."""
    rows = ImportBatch.objects.in_unit(unit).select_related("by")
    return rows.filter(ledger=ledger) if ledger else rows


def abandoned(before: datetime) -> QuerySet[ImportBatch]:
    """Imports that nobody took further since a moment, whose file still lies here."""
    rows = ImportBatch.objects.everything(reason="giving up what nobody takes further")
    waiting = rows.filter(state__in=UNFINISHED, updated_at__lt=before)
    return waiting.select_related("unit", "by").order_by("pk")


def job(batch: ImportBatch) -> Job | None:
    """The newest job of an import."""
    rows = Job.objects.in_unit(batch.unit).filter(kind__startswith="sheets.", arguments__batch=batch.pk)
    return rows.exclude(kind="sheets.refusals").order_by("-id").first()


def taken_in_before(batch: ImportBatch) -> ImportBatch | None:
    """The last import of the very same file into the same ledger, if it still stands."""
    same = imports(batch.unit, batch.ledger).filter(sha256=batch.sha256, state=ImportBatch.State.DONE)
    return same.exclude(pk=batch.pk).first()


def staged(batch: ImportBatch, *outcomes: str) -> QuerySet[StagedRow]:
    """The rows of an import in the order of the sheet."""
    rows = StagedRow.objects.in_unit(batch.unit).filter(batch=batch).order_by("number")
    return rows.filter(outcome__in=outcomes) if outcomes else rows


def starred(batch: ImportBatch) -> QuerySet[StagedRow]:
    """Rows that are taken but hold an unusual value."""
    return staged(batch, Outcome.NEW, Outcome.CHANGED).exclude(unusual={})


def to_take(batch: ImportBatch, most: int) -> list[Taken]:
    """The next rows to be taken in, or to be put back, behind the place reached."""
    rows = staged(batch, Outcome.NEW, Outcome.CHANGED).filter(number__gt=batch.taken)
    return [Taken._make(row) for row in rows.values_list(*Taken._fields)[:most]]


def entries(batch: ImportBatch, rows: Iterable[Taken]) -> dict[int, Entry]:
    """Id → the standing record that one of these rows changes."""
    wanted = [row.entry for row in rows if row.entry]
    found = Entry.objects.below(batch.unit).filter(ledger=batch.ledger, withdrawn_at=None, pk__in=wanted)
    return {entry.pk: entry for entry in found.select_related("unit")}


def added(batch: ImportBatch, rows: Iterable[Taken]) -> QuerySet[Entry]:
    """The standing records that these rows made."""
    wanted = [entry_uuid(batch.pk, row.number) for row in rows if row.outcome == Outcome.NEW]
    return (
        Entry.objects.in_unit(batch.unit)
        .filter(unit=batch.unit, client_uuid__in=wanted, withdrawn_at=None)
        .select_related("unit")
    )


def late(batch: ImportBatch, rows: Iterable[Taken], known: Mapping[int, Entry]) -> list[Taken]:
    """Rows that somebody was quicker than: their record was saved since the check, or added meanwhile."""
    rows = list(rows)
    taken = by_unique_key(batch.unit, ledgers[batch.ledger], (row.key for row in rows if not row.entry))
    return [
        row
        for row in rows
        if (row.entry and (row.entry not in known or known[row.entry].version != row.entry_version))
        or (row.key in taken and taken[row.key].client_uuid != entry_uuid(row.batch_id, row.number))
    ]


def entry_uuid(batch: int, number: int) -> uuid.UUID:
    """The key of the record that a new row makes: the same however often the row is taken in."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"safecommunity import {batch} row {number}")


def sample(batch: ImportBatch) -> list[list[str]]:
    """The first rows below the headings, as text."""
    if not batch.sample:
        return []
    rows: list[list[str]] = unpacked(
        ledgers[batch.ledger], batch.sample, f"sheets_importbatch|sample|{batch.pk}"
    )
    return rows


def content(ledger: LedgerType, row: StagedRow | Taken) -> Any:
    """Clean values by field of a row that is taken, cells by column key of one that is refused."""
    if row.outcome == Outcome.NEW:
        return finished(ledger, row).opened()
    return unpacked(ledger, row.content, content_place(row.batch_id, row.number))


def finished(ledger: LedgerType, row: StagedRow | Taken) -> Finished:
    """The entry that a new row becomes."""
    return Finished._make(unpacked(ledger, row.content, content_place(row.batch_id, row.number)))


def before(ledger: LedgerType, row: StagedRow | Taken) -> dict[str, Any]:
    """The clean values that a changed row replaces."""
    return unpacked(ledger, row.before, before_place(row.batch_id, row.number)) if row.before else {}


def content_place(batch: int, number: int) -> str:
    return f"sheets_stagedrow|content|{batch}:{number}"


def before_place(batch: int, number: int) -> str:
    return f"sheets_stagedrow|before|{batch}:{number}"


def shown_rows(batch: ImportBatch, rows: Iterable[StagedRow], *, masked: bool) -> Iterator[ShownRow]:
    """Rows as a page shows them; `masked`: personal values only as those without the right may see them."""
    ledger = ledgers[batch.ledger]
    for row in rows:
        values = content(ledger, row)
        if row.outcome == Outcome.REFUSED:
            yield ShownRow(
                row.number,
                _called(ledger, values, masked),
                tuple(_refusals(batch, ledger, row, values, masked)),
            )
        else:
            yield ShownRow(
                row.number, ledger.title_of(values), tuple(_changes(batch, ledger, row, values, masked))
            )


def _called(ledger: LedgerType, cells: Mapping[str, str], masked: bool) -> str:
    """What a refused row calls itself, as far as it may be shown."""
    shown = (code for code in ledger.title if not masked or ledger.fields[code].personal == "none")
    return " ".join(cells[code] for code in shown if cells.get(code))


def _refusals(
    batch: ImportBatch, ledger: LedgerType, row: StagedRow, cells: Mapping[str, str], masked: bool
) -> Iterator[Line]:
    for key, reason in row.reasons.items():
        field = next((column.field for column in ledger.columns if column.key == key), None)
        hidden = masked and field is not None and field.personal != "none"
        value = "…" if hidden and cells.get(key) else cells.get(key, "")
        yield Line(
            label_of(ledger, key),
            place_of(batch, key, row.number),
            NOTHING,
            Words(value, value),
            message_of(reason),
        )


def _changes(
    batch: ImportBatch, ledger: LedgerType, row: StagedRow, values: Mapping[str, Any], masked: bool
) -> Iterator[Line]:
    old = before(ledger, row)
    for code, field in ledger.fields.items():
        remark = row.unusual.get(code)
        is_changed = row.outcome == Outcome.CHANGED and values.get(code) != old.get(code)
        if not is_changed and not remark:
            continue
        was, now = ((mask(field, v) if masked else v) for v in (old.get(code), values.get(code)))
        yield Line(
            field.words,
            place_of(batch, code, row.number),
            shown_value(field, was),
            shown_value(field, now),
            message_of(remark) if remark else None,
        )


def label_of(ledger: LedgerType, key: str) -> Words:
    if key == RECORD:
        return RECORD_WORDS
    return next((Words(c.label, c.label_en) for c in ledger.columns if c.key == key), NOTHING)


def place_of(batch: ImportBatch, key: str, number: int) -> str:
    """The cell as a spreadsheet names it, `台账!C12`; only the row where no column holds the key."""
    keys = [plain(one) for one in batch.columns]
    letters = column_letters(keys.index(key)) if key in keys else ""
    sheet = f"{batch.sheet}!" if batch.sheet else ""
    return f"{sheet}{letters}{number}"
