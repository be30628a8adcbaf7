"""From the cells of a sheet to rows that are new, changed, unchanged or refused. Nothing is written here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from safecommunity.core.fields import mask
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import Message
from safecommunity.documents.sheet_writer import restored
from safecommunity.documents.sheets import Cell, NotAValue
from safecommunity.ledgers.actions import finished
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.queries import Links, by_unique_key, opened, unique_key
from safecommunity.library import ledgers
from safecommunity.sheets.columns import AS_PARTS, RECORD, percentages, plain
from safecommunity.sheets.models import ImportBatch, StagedRow
from safecommunity.sheets.packing import message_data, packed, shown
from safecommunity.sheets.queries import before_place, content_place, entry_uuid, staged

Outcome = StagedRow.Outcome
NOTHING = "{}"
PLACES = 15
Cells = tuple[int, Sequence[Cell]]


class Staged(NamedTuple):
    """The fields of a StagedRow in which the rows of a batch differ, as the database takes them."""

    number: int
    outcome: str
    key: str
    entry: int | None
    entry_version: int | None
    content: str
    before: str
    reasons: str
    unusual: str


@dataclass(slots=True)
class Draft:
    """One row being checked: `values` and `doubts` (how they are meant) by column key, `clean` by field,
    `made`: packed, were it new.
    """

    number: int
    values: dict[str, Any]
    errors: dict[str, Message]
    doubts: dict[str, Message]
    clean: dict[str, Any] = field(default_factory=dict)
    unusual: dict[str, Message] = field(default_factory=dict)
    entry: Entry | None = None
    before: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    made: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What is to be known of an import to check its rows by themselves; `links` where the ledger has any."""

    batch: int
    ledger: str
    columns: Sequence[str]
    links: Links | None

    def drafts(self, rows: Sequence[Cells]) -> list[Draft]:
        """Each row checked as a new one; those with a record number are left to `checked`."""
        ledger = ledgers[self.ledger]
        doubtful = percentages(ledger).intersection(self.columns)
        drafts = [_draft(self.columns, doubtful, number, cells) for number, cells in rows]
        for draft in drafts:
            if not _record_number(draft):
                _check_new(ledger, draft, self.batch, self.links)
        return drafts


def checked(batch: ImportBatch, drafts: list[Draft], links: Links) -> list[Staged]:
    """The rows of a chunk as they would be taken in. A handful of queries, however many rows."""
    ledger = ledgers[batch.ledger]
    by_number = _by_record_number(batch, drafts)
    for draft in drafts:
        if number := _record_number(draft):
            _find(ledger, batch, draft, by_number.get(number), links)
    known = by_unique_key(batch.unit, ledger, (draft.key for draft in drafts))
    for draft in drafts:
        _compare(ledger, draft, known, links)
    _refuse_taken(batch, ledger, drafts)
    _refuse_repeats(batch, drafts)
    return [_staged(batch, ledger, draft) for draft in drafts]


def _draft(keys: Sequence[str], doubtful: frozenset[str], number: int, cells: Sequence[Cell]) -> Draft:
    draft = Draft(number, {}, {}, {})
    for key, cell in zip(keys, cells, strict=False):
        if not key or cell is None or cell == "":
            continue
        if key in doubtful and (doubt := _doubt(cell)):
            draft.doubts[key] = doubt
        if key.endswith(AS_PARTS):
            key, cell = plain(key), _as_percentage(cell)
        if isinstance(cell, NotAValue):
            draft.errors[key] = cell.reason
        draft.values[key] = restored(cell) if isinstance(cell, str) else cell
    return draft


def _as_percentage(cell: Cell) -> Cell:
    """A part of one as a percentage; what is no bare number stays, to be read or refused as it is."""
    number = _bare_number(cell)
    return cell if number is None else str(number * 100)


def _doubt(cell: Cell) -> Message | None:
    """Excel keeps 95% as 0.95 and a file does not tell: which is meant only a person can say."""
    number = _bare_number(cell)
    if number is None or not 0 < number <= 1:
        return None
    readings = {"as_is": f"{float(number):g}%", "as_parts": f"{float(number * 100):g}%"}
    return Message(
        "按%(as_is)s记入；如果表里是百分比格式，应是%(as_parts)s，请更改列的对应后重新核对", readings
    )


def _bare_number(cell: Cell) -> Decimal | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        number = Decimal(f"{cell:.15g}" if isinstance(cell, float) else cell)
    except ArithmeticError:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < PLACES else None


def _by_record_number(batch: ImportBatch, drafts: Iterable[Draft]) -> dict[str, Entry]:
    """Record number as written → the standing entry of this unit, or of one beneath it, that has it."""
    wanted = {
        number for draft in drafts if (number := _record_number(draft)).isdecimal() and len(number) < 16
    }
    if not wanted:
        return {}
    rows = Entry.objects.below(batch.unit).filter(ledger=batch.ledger, withdrawn_at=None, pk__in=wanted)
    return {str(entry.pk): entry for entry in rows.select_related("unit")}


def _record_number(draft: Draft) -> str:
    value = draft.values.get(RECORD, "")
    return value.strip() if isinstance(value, str) else str(value)


def _find(ledger: LedgerType, batch: ImportBatch, draft: Draft, entry: Entry | None, links: Links) -> None:
    """A row with a record number is compared with that record; where there is none its values are checked."""
    if RECORD not in draft.errors:
        draft.entry = entry
        if entry is None:
            draft.errors[RECORD] = Message("台账里没有这个编号的记录：新增的行请把编号留空")
    if draft.entry is None:
        _check_new(ledger, draft, batch.pk, links)


def _check_new(ledger: LedgerType, draft: Draft, batch: int, links: Links | None) -> None:
    _check(ledger, draft, draft.values, links, fill=True)
    if not draft.errors:
        uid = entry_uuid(batch, draft.number)
        made = finished(ledger, draft.clean, uid, is_starred=bool(draft.unusual), key=draft.key)
        draft.made = packed(ledger, made, content_place(batch, draft.number))


def _check(
    ledger: LedgerType,
    draft: Draft,
    values: Mapping[str, Any],
    links: Links | None,
    *,
    fill: bool = False,
) -> None:
    wanted = {key: value for key, value in values.items() if key != RECORD and key not in draft.errors}
    found = ledger.check(links.resolved(ledger, wanted) if links else wanted, fill=fill)
    doubts = {
        key: doubt for key, doubt in draft.doubts.items() if found.clean.get(key) != draft.before.get(key)
    }
    draft.clean, draft.unusual = found.clean, doubts | found.unusual
    for key, error in found.errors.items():
        draft.errors.setdefault(key, error)
    draft.key = unique_key(ledger, found.clean)


def _compare(ledger: LedgerType, draft: Draft, known: Mapping[str, Entry], links: Links) -> None:
    """Lay the row over the record it belongs to. An empty cell leaves the record's value as it is."""
    draft.entry = draft.entry or known.get(draft.key)
    if draft.entry is None:
        return
    draft.before = opened(draft.entry)
    if draft.clean == draft.before and not draft.errors:
        return
    draft.errors = {
        key: error for key, error in draft.errors.items() if isinstance(draft.values.get(key), NotAValue)
    }
    values = flat(draft.before) | {key: value for key, value in draft.values.items() if key != RECORD}
    for personal in (*ledger.of_personal("masked"), *ledger.of_personal("sealed")):
        held = draft.before.get(personal.code)
        if held is not None and values.get(personal.code) == _shown_masked(mask(personal, held)):
            values |= flat({personal.code: held})
    _check(ledger, draft, values, links)


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Clean values by column: a place becomes its parts, so that a sheet may change one of them."""
    flat: dict[str, Any] = {}
    for code, value in values.items():
        if isinstance(value, Mapping):
            flat |= {code if part == "address" else f"{code}.{part}": one for part, one in value.items()}
        else:
            flat[code] = value
    return flat


def _shown_masked(masked: object) -> object:
    return masked.get("address") if isinstance(masked, Mapping) else masked


def _refuse_taken(batch: ImportBatch, ledger: LedgerType, drafts: Sequence[Draft]) -> None:
    """A record may not become what another record of its unit already is."""
    moved = [draft for draft in drafts if draft.entry is not None and draft.key != draft.entry.unique_key]
    for unit in {draft.entry.unit for draft in moved if draft.entry}:
        taken = by_unique_key(unit, ledger, (draft.key for draft in moved))
        for draft in moved:
            if draft.entry and draft.entry.unit_id == unit.pk and (other := taken.get(draft.key)):
                words = Message("与台账里的另一条记录“%(title)s”相同", {"title": other.title})
                draft.errors.setdefault(ledger.unique[0], words)


def _refuse_repeats(batch: ImportBatch, drafts: Sequence[Draft]) -> None:
    """The second row of a sheet about the same thing is refused; which is meant only a person can say."""
    for draft in drafts:
        if draft.entry is not None:
            draft.key = f"#{draft.entry.pk}"
    wanted = {draft.key for draft in drafts if draft.key}
    before = staged(batch).exclude(key="")  # worded as the index is, so that it is used
    seen = dict(before.filter(key__in=wanted).order_by().values_list("key", "number"))
    for draft in drafts:
        if not draft.key or draft.errors:
            continue
        if draft.key in seen:
            draft.errors[_naming(batch, draft)] = Message("与第%(row)s行重复", {"row": seen[draft.key]})
        else:
            seen[draft.key] = draft.number


def _naming(batch: ImportBatch, draft: Draft) -> str:
    unique = ledgers[batch.ledger].unique
    return RECORD if RECORD in draft.values or not unique else unique[0]


def _staged(batch: ImportBatch, ledger: LedgerType, draft: Draft) -> Staged:
    place, number = content_place(batch.pk, draft.number), draft.number
    unusual, entry = _remarks(draft.unusual), draft.entry
    if draft.made and entry is None and not draft.errors:
        return Staged(number, Outcome.NEW.value, draft.key, None, None, draft.made, "", NOTHING, unusual)
    if draft.errors or entry is None:
        cells = {key: shown(value) for key, value in draft.values.items()}
        content, reasons = packed(ledger, cells, place), _remarks(draft.errors)
        return Staged(number, Outcome.REFUSED.value, "", None, None, content, "", reasons, NOTHING)
    is_changed = draft.clean != draft.before
    outcome = Outcome.CHANGED if is_changed else Outcome.UNCHANGED
    content = packed(ledger, draft.clean, place)
    before = packed(ledger, draft.before, before_place(batch.pk, number)) if is_changed else ""
    return Staged(
        number, outcome.value, draft.key, entry.pk, entry.version, content, before, NOTHING, unusual
    )


def _remarks(messages: Mapping[str, Message]) -> str:
    if not messages:
        return NOTHING
    return json.dumps({key: message_data(message) for key, message in messages.items()}, ensure_ascii=False)
