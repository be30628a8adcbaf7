"""Taking a sheet into a ledger: upload, match, check, take in, undo; and asking for exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import Message, RefusedError
from safecommunity.documents import virus
from safecommunity.documents.media import MediaRefused
from safecommunity.jobs.actions import enqueue
from safecommunity.jobs.models import Job
from safecommunity.ledgers.actions import add_finished, by_hand, change_many, withdraw_many
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.wording import local
from safecommunity.library import ledgers
from safecommunity.sheets import columns, queries, store
from safecommunity.sheets.checking import NOTHING, Staged, flat
from safecommunity.sheets.models import ImportBatch, StagedRow
from safecommunity.sheets.packing import message_data, packed
from safecommunity.units.models import Unit
from safecommunity.units.scope import change

State, Mode, Outcome = ImportBatch.State, ImportBatch.Mode, StagedRow.Outcome
LATER: Mapping[str, str] = {
    State.LOOKING: "sheets.look",
    State.CHECKING: "sheets.check",
    State.RUNNING: "sheets.run",
    State.UNDOING: "sheets.undo",
}
Change = tuple[Entry, Mapping[str, Any], Mapping[str, Message]]
COUNTS = ("new", "changed", "unchanged", "refused", "unusual", "position")


class Overtaken(Exception):
    """The ledger changed between check and import; nothing was taken in."""


def upload(*, chunks: Iterable[bytes], name: str, ledger: LedgerType, unit: Unit, by: User) -> ImportBatch:
    """Keep a file and have it opened later. Raises RefusedError when it is too large, KeptElsewhere.

    The bytes are on the disk before the transaction begins; without its row the file is an orphan.
    """
    by_hand(ledger)
    received = store.receive(chunks)
    try:
        virus.scan(store.path_of(received.name), settings.CLAMAV)
        return _kept(received, name, ledger, unit, by)
    except MediaRefused as refusal:
        store.remove(received.name)
        raise RefusedError(refusal.message.text, **refusal.message.params) from refusal
    except BaseException:
        store.remove(received.name)
        raise


@transaction.atomic
def _kept(received: store.Received, name: str, ledger: LedgerType, unit: Unit, by: User) -> ImportBatch:
    batch = ImportBatch.objects.create(
        unit=unit, path=unit.path, ledger=ledger.code, name=name[-200:], by=by,
        file=received.name, sha256=received.sha256, size=received.size,
    )  # fmt: skip
    record("import.uploaded", batch, by=by, unit=unit, after={"ledger": ledger.code, "sha256": batch.sha256})
    _later("sheets.look", batch, by, _("打开“%(name)s”") % {"name": batch.name})
    return batch


@transaction.atomic
def look_again(*, batch: ImportBatch, version: int, sheet: str, heading_row: int, by: User) -> None:
    """Open another worksheet, or take another row for the headings (0: find it)."""
    _in_state(batch, State.MATCHING, State.CHECKED)
    _forget_rows(batch)
    change(batch, version=version, state=State.LOOKING, sheet=sheet, heading_row=heading_row)
    _later("sheets.look", batch, by, _("打开“%(name)s”") % {"name": batch.name})


@transaction.atomic
def looked(
    *, batch: ImportBatch, facts: Mapping[str, Any], headings: Sequence[str], sample: Sequence[Sequence[str]]
) -> None:
    """What the opened file shows: its sheets, its headings, and the first rows for a person to recognise."""
    ledger = ledgers[batch.ledger]
    change(
        batch,
        version=batch.version,
        state=State.MATCHING,
        headings=list(headings),
        sample=packed(ledger, [list(row) for row in sample], f"sheets_importbatch|sample|{batch.pk}"),
        columns=columns.proposed(ledger, headings, batch.unit),
        **facts,
    )


@transaction.atomic
def match(*, batch: ImportBatch, version: int, keys: Sequence[str], by: User) -> None:
    """Say which heading is which column, "" for none, and have every row checked; also anew.

    A percentage column is followed by AS_PARTS where its numbers are parts of one.
    """
    _in_state(batch, State.MATCHING, State.CHECKED)
    used = [columns.plain(key) for key in keys if key]
    known = columns.choices(ledgers[batch.ledger])
    if (
        len(keys) != len(batch.headings)
        or len(set(used)) != len(used)
        or not set(filter(None, keys)) <= known
    ):
        raise RefusedError("同一栏只能对应一列")
    if not set(used) - {columns.RECORD}:
        raise RefusedError("至少要有一列对应到台账的栏")
    _forget_rows(batch)
    change(
        batch,
        version=version,
        state=State.CHECKING,
        columns=list(keys),
        reason={},
        **dict.fromkeys(COUNTS, 0),
    )
    _later("sheets.check", batch, by, _("核对“%(name)s”") % {"name": batch.name})


@transaction.atomic
def stage(*, batch: ImportBatch, rows: Sequence[Staged], position: int) -> None:
    """Keep checked rows; `position` is the last row of the sheet they cover. One transaction a chunk."""
    moment = timezone.now()
    same = {
        "unit": batch.unit_id,
        "path": batch.path,
        "version": 1,
        "created_at": moment,
        "updated_at": moment,
    }
    StagedRow.objects.insert_alike({**same, "batch": batch.pk}, Staged._fields, rows)
    outcomes = [row.outcome for row in rows]
    counts = {name: getattr(batch, name) + outcomes.count(name) for name in COUNTS[:4]}
    counts["unusual"] = batch.unusual + sum(row.unusual != NOTHING for row in rows)
    change(batch, version=batch.version, position=position, **counts)


@transaction.atomic
def checked(*, batch: ImportBatch) -> None:
    """Every row is staged; a person may confirm."""
    change(batch, version=batch.version, state=State.CHECKED)


@transaction.atomic
def refuse(*, batch: ImportBatch, reason: Message) -> None:
    """The file cannot be opened: say why, keep nothing of it."""
    change(
        batch,
        version=batch.version,
        state=State.REFUSED,
        reason=message_data(reason),
        finished_at=timezone.now(),
    )
    record("import.refused", batch, by=batch.by, unit=batch.unit, reason=str(reason), outcome="refused")
    _forget_file(batch)


@transaction.atomic
def confirm(*, batch: ImportBatch, version: int, mode: str, by: User) -> None:
    """Take the checked rows in: all of them or none, or the good ones only."""
    _in_state(batch, State.CHECKED)
    if mode == Mode.ALL and batch.refused:
        raise RefusedError("有%(count)s行被拒绝：改正后重新上传，或选择只导入正确的行", count=batch.refused)
    if not batch.wanted:
        raise RefusedError("没有需要导入的行")
    change(batch, version=version, state=State.RUNNING, mode=mode, taken=0)
    record("import.confirmed", batch, by=by, unit=batch.unit, after=_counts(batch))
    _later("sheets.run", batch, by, _("导入“%(name)s”") % {"name": batch.name})


@transaction.atomic
def drop(*, batch: ImportBatch, version: int, by: User) -> None:
    """Give up a file that was not taken in."""
    _in_state(batch, State.LOOKING, State.MATCHING, State.CHECKING, State.CHECKED)
    change(batch, version=version, state=State.DROPPED, finished_at=timezone.now())
    record("import.dropped", batch, by=by, unit=batch.unit)
    _forget_rows(batch)
    _forget_file(batch)


@transaction.atomic
def drop_abandoned(*, before: datetime, by: User | None) -> int:
    """Give up files that nobody took further since a moment; how many."""
    left = list(queries.abandoned(before))
    reason = message_data(Message("上传后放置太久没有继续，文件已清除。需要时请重新上传"))
    for batch in left:
        change(batch, version=batch.version, state=State.DROPPED, reason=reason, finished_at=timezone.now())
        record("import.dropped", batch, by=by, unit=batch.unit, reason=_("放置太久，未继续"))
        _forget_rows(batch)
        _forget_file(batch)
    return len(left)


@transaction.atomic
def undo(*, batch: ImportBatch, version: int, by: User) -> None:
    """Have everything this import made or changed put back, as far as nobody touched it since."""
    _in_state(batch, State.DONE)
    change(batch, version=version, state=State.UNDOING, taken=0)
    _later("sheets.undo", batch, by, _("撤销“%(name)s”的导入") % {"name": batch.name})


@transaction.atomic
def take_in(*, batch: ImportBatch, rows: Sequence[queries.Taken]) -> None:
    """Write a chunk of checked rows into the ledger, with the place reached, in one transaction.

    Rows whose record was saved by somebody else since the check, or which somebody else has added meanwhile,
    come too late: in mode `good` they are refused, in mode `all` Overtaken is raised.
    """
    ledger = ledgers[batch.ledger]
    entries = queries.entries(batch, rows)
    late = queries.late(batch, rows, entries)
    if late and batch.mode == Mode.ALL:
        raise Overtaken(str(batch))
    for row in late:
        _refuse_late(batch, ledger, queries.staged(batch).get(number=row.number))
    source = _source(batch)
    refused = {row.number for row in late}
    good = [row for row in rows if row.number not in refused]
    made = [queries.finished(ledger, row) for row in good if row.outcome == Outcome.NEW]
    add_finished(ledger=ledger.code, unit=batch.unit, rows=made, by=batch.by, source=source)
    changes = [
        (entries[row.entry or 0], queries.content(ledger, row), row.unusual) for row in good if row.entry
    ]
    _change_by_unit(changes, batch.by, source)
    _count(batch, rows, late)


@transaction.atomic
def put_back(*, batch: ImportBatch, rows: Sequence[queries.Taken]) -> None:
    """Undo a chunk of rows: withdraw what was added, restore what was changed, keep what was touched."""
    ledger, source = ledgers[batch.ledger], _("撤销“%(name)s”的导入") % {"name": batch.name}
    added = list(queries.added(batch, rows))
    entries = queries.entries(batch, rows)
    untouched = [entry for entry in added if entry.version == 1]
    restored: list[Change] = [
        (entries[row.entry], queries.before(ledger, row), {})
        for row in rows
        if row.entry in entries and entries[row.entry].version == (row.entry_version or 0) + 1
    ]
    withdraw_many(entries=untouched, reason=source, by=batch.by)
    _change_by_unit(restored, batch.by, source)
    kept = len(rows) - len(untouched) - len(restored)
    change(batch, version=batch.version, taken=rows[-1].number, kept=batch.kept + kept)


@transaction.atomic
def undone(*, batch: ImportBatch) -> None:
    """Everything that could be put back is."""
    change(batch, version=batch.version, state=State.UNDONE)
    after = {"ledger": batch.ledger, "rows": batch.wanted, "kept": batch.kept}
    record("import.undone", batch, by=batch.by, unit=batch.unit, after=after)


@transaction.atomic
def overtaken(*, batch: ImportBatch) -> None:
    """Nothing was taken in, because the ledger changed after the check: the rows must be checked again."""
    _forget_rows(batch)
    reason = message_data(Message("核对之后台账有了变化，没有导入任何行。请重新核对"))
    change(batch, version=batch.version, state=State.MATCHING, reason=reason, mode="")
    record("import.overtaken", batch, by=batch.by, unit=batch.unit, outcome="refused")


@transaction.atomic
def taken_in(*, batch: ImportBatch) -> None:
    """Everything is in the ledger."""
    change(batch, version=batch.version, state=State.DONE, finished_at=timezone.now())
    record("import.done", batch, by=batch.by, unit=batch.unit, after=_counts(batch))
    _forget_file(batch)


@transaction.atomic
def resume(*, batch: ImportBatch, version: int, by: User) -> None:
    """Go on with an import whose job was cancelled or failed."""
    _in_state(batch, *LATER)
    if (job := queries.job(batch)) and job.state in (Job.State.QUEUED, Job.State.RUNNING):
        raise RefusedError("这次导入正在进行")
    change(batch, version=version)
    _later(LATER[batch.state], batch, by, batch.name)


@transaction.atomic
def ask_for_refusals(*, batch: ImportBatch, by: User) -> Job:
    """Have the refused rows made as a sheet with the reasons in its last column."""
    title = _("“%(name)s”被拒绝的行") % {"name": batch.name}
    return _later("sheets.refusals", batch, by, title)


@transaction.atomic
def ask_for_export(
    *,
    ledger: LedgerType,
    query: str,
    columns: str,
    kind: str,
    in_full: bool,
    reason: str,
    unit: Unit,
    by: User,
) -> Job:
    """Have a list exported as `query` asks for it. `in_full`, personal values unmasked, wants a reason."""
    if in_full and not reason.strip():
        raise RefusedError("导出完整个人信息要写明用途")
    asked = {"query": query, "columns": columns, "kind": kind, "in_full": in_full}
    record("ledger.exported", f"ledgers.{ledger.code}", by=by, unit=unit, after=asked, reason=reason)
    arguments = {"ledger": ledger.code, "language": get_language(), **asked}
    title = _("导出%(ledger)s") % {"ledger": local(ledger.words)}
    return enqueue("sheets.export", unit=unit, arguments=arguments, by=by, title=title)


def _in_state(batch: ImportBatch, *states: str) -> None:
    """The row is locked, so that what was true when the page was made is still true."""
    rows: models.QuerySet[ImportBatch] = models.QuerySet(ImportBatch)
    if rows.select_for_update().get(pk=batch.pk).state not in states:
        raise RefusedError("这次导入已进入下一步，请刷新页面")


def _later(kind: str, batch: ImportBatch, by: User, title: str) -> Job:
    arguments = {"batch": batch.pk, "language": get_language()}
    return enqueue(kind, unit=batch.unit, arguments=arguments, by=by, unique=str(batch.pk), title=title)


def _source(batch: ImportBatch) -> str:
    return _("导入“%(name)s”") % {"name": batch.name}


def _change_by_unit(changes: Sequence[Change], by: User, source: str) -> None:
    """A list may show records of units beneath; each unit gets its own line in the log."""
    for unit in {entry.unit_id for entry, _clean, _unusual in changes}:
        change_many(rows=[one for one in changes if one[0].unit_id == unit], by=by, source=source)


def _refuse_late(batch: ImportBatch, ledger: LedgerType, row: StagedRow) -> None:
    cells = {key: str(value) for key, value in flat(queries.content(ledger, row)).items()}
    reason = Message("核对之后台账里这条记录有了变化")
    name = ledger.unique[0] if ledger.unique else next(iter(ledger.fields))
    change(
        row,
        version=row.version,
        outcome=Outcome.REFUSED,
        content=packed(ledger, cells, queries.content_place(batch.pk, row.number)),
        reasons={name: message_data(reason)},
    )


def _count(batch: ImportBatch, rows: Sequence[queries.Taken], late: Sequence[queries.Taken]) -> None:
    lost = {
        "new": sum(row.entry is None for row in late),
        "changed": sum(row.entry is not None for row in late),
    }
    counts = {name: getattr(batch, name) - count for name, count in lost.items()}
    change(batch, version=batch.version, taken=rows[-1].number, refused=batch.refused + len(late), **counts)


def _forget_rows(batch: ImportBatch) -> None:
    StagedRow.objects.in_unit(batch.unit).filter(batch=batch).delete()


def _forget_file(batch: ImportBatch) -> None:
    name = batch.file
    transaction.on_commit(lambda: store.remove(name))


def _counts(batch: ImportBatch) -> dict[str, Any]:
    return {"ledger": batch.ledger, "mode": batch.mode, **{name: getattr(batch, name) for name in COUNTS[:5]}}
