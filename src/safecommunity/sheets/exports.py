"""Lists and refused rows as files. Rows are fetched a chunk at a time; memory does not grow with the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.core.fields import READERS, Column, Field, mask, shown_value
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import RefusedError
from safecommunity.documents.sheet_writer import SheetColumn, write_csv, write_xlsx
from safecommunity.jobs.models import Job
from safecommunity.jobs.registry import Progress
from safecommunity.jobs.worker import Refused
from safecommunity.ledgers import asking
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.queries import Links, opened, titles
from safecommunity.ledgers.wording import local, told
from safecommunity.library import ledgers
from safecommunity.sheets import queries
from safecommunity.sheets.columns import RECORD_WORDS, plain
from safecommunity.sheets.models import ImportBatch, StagedRow
from safecommunity.sheets.packing import message_of
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.queries import below

CHUNK = 1_000
READ = ("ledger", "data", "sealed", "client_uuid", "unit_id")
WIDEST = 30


def write_list(job: Job, progress: Progress) -> int:
    """The list that the job's `query` asks for, in its order; how many rows. Raises Refused.

    `columns`: "shown" as on the screen, "all"; `in_full`: personal values unmasked, if that is still allowed.
    """
    ledger, in_full = ledgers[job.arguments["ledger"]], job.arguments["in_full"]
    if in_full and not can(job.by, Permission.LEDGER_PERSONAL, job.unit):  # type: ignore[arg-type]
        raise Refused(_("您没有查看完整个人信息的权限，请改为导出掩码后的内容。"))
    ask = asking.parse(ledger, parse_qs(job.arguments["query"]))
    ids = list(asking.found(job.unit, ledger, ask, timezone.localdate()).values_list("pk", flat=True))
    columns = exported_columns(ledger, job.arguments["columns"])
    rows = _list_rows(job.unit, ledger, columns, ids, in_full=in_full, progress=progress)
    heads = [local(RECORD_WORDS), *(local((c.label, c.label_en)) for c in columns), _("记录所在单位")]
    return _write(job, progress, local(ledger.words), heads, rows)


def exported_columns(ledger: LedgerType, which: str) -> list[Column]:
    """The columns of an export: those of the list on the screen, or all."""
    return [column for column in ledger.columns if which == "all" or column.field.list]


def write_refusals(batch: ImportBatch, job: Job, progress: Progress) -> int:
    """The refused rows of an import as they came, with the reasons in the last column; how many rows."""
    ledger = ledgers[batch.ledger]
    keys = [plain(key) for key in batch.columns if key]
    in_full = job.by == batch.by or can(job.by, Permission.LEDGER_PERSONAL, batch.unit)  # type: ignore[arg-type]
    hidden = set() if in_full else {c.key for c in ledger.columns if c.field.personal != "none"}
    rows = _refused_rows(batch, ledger, keys, hidden, progress)
    heads = [*(local(queries.label_of(ledger, key)) for key in keys), _("原文件中的行"), _("拒绝原因")]
    return _write(job, progress, _("%(ledger)s被拒绝的行") % {"ledger": local(ledger.words)}, heads, rows)


def _write(
    job: Job, progress: Progress, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    kind = job.arguments.get("kind", "xlsx")
    columns = [SheetColumn(head, min(max(2 * len(head) + 2, 10), WIDEST)) for head in heads]
    path = progress.file(f"{name} {timezone.localdate():%Y-%m-%d}.{kind}")
    if kind == "csv":
        return write_csv(path, columns=columns, rows=rows)
    return write_xlsx(path, name=name, columns=columns, rows=rows)


def _list_rows(
    unit: Unit,
    ledger: LedgerType,
    columns: Sequence[Column],
    ids: Sequence[int],
    *,
    in_full: bool,
    progress: Progress,
) -> Iterator[list[Any]]:
    """The ids were read at once, so the rows are those of one moment; one deleted since is left out."""
    cells = [(column, _cell_of(column, in_full)) for column in columns]
    links, names = Links(unit), dict(below(unit).values_list("pk", "name"))
    has_links = any(column.field.kind == "link" for column in columns)
    for start in range(0, len(ids), CHUNK):
        wanted = ids[start : start + CHUNK]
        found = Entry.objects.below(unit).only(*READ).in_bulk(wanted)
        entries = [found[pk] for pk in wanted if pk in found]
        named = _links(links, ledger, entries) if has_links else {}
        for entry in entries:
            values = (opened(entry) if in_full else entry.data) | named.get(entry.pk, {})
            yield [
                entry.pk,
                *(cell(values.get(column.field.code)) for column, cell in cells),
                names[entry.unit_id],
            ]
        progress.step(start + len(wanted), len(ids))


def _links(links: Links, ledger: LedgerType, entries: Sequence[Entry]) -> dict[int, dict[str, Any]]:
    """References by title, or by number where the title would find another record."""
    called = titles(links.unit, entries)
    fields = [field for field in ledger.fields.values() if field.kind == "link"]
    found: dict[int, dict[str, Any]] = {}
    for entry in entries:
        for field in fields:
            number = entry.data.get(field.code)
            title = called.get(number) if number else None
            if title and links.resolved(ledger, {field.code: title})[field.code] == number:
                found.setdefault(entry.pk, {})[field.code] = title
    return found


def _cell_of(column: Column, in_full: bool) -> Callable[[Any], Any]:
    """How a clean value becomes the cell from which the same value is read again."""
    field = column.field
    if field.kind == "place":
        part = column.part or "address"
        return lambda value: _masked(field, in_full, value).get(part) if value else None
    if field.kind in ("choice", "code", "multi-choice", "yes-no"):
        return _worded(field)
    if field.is_date:
        return lambda value: date.fromisoformat(value) if value else None
    if field.personal == "masked" and not in_full:
        return lambda value: mask(field, value)
    return lambda value: value


def _masked(field: Field, in_full: bool, value: Mapping[str, Any]) -> Mapping[str, Any]:
    found = value if in_full else mask(field, value)
    return found if isinstance(found, Mapping) else {}


def _worded(field: Field) -> Callable[[Any], Any]:
    @lru_cache(maxsize=4096)
    def words(value: Any) -> str:
        clean = list(value) if isinstance(value, tuple) else value
        text = local(shown_value(field, clean))
        return (
            text
            if _reads_back(field, text, clean)
            else "、".join(value if isinstance(value, tuple) else [value])
        )

    return lambda value: None if value is None else words(tuple(value) if isinstance(value, list) else value)


def _reads_back(field: Field, text: str, value: Any) -> bool:
    try:
        return bool(READERS[field.kind](field, text) == value)
    except RefusedError:
        return False


def _refused_rows(
    batch: ImportBatch, ledger: LedgerType, keys: Sequence[str], hidden: set[str], progress: Progress
) -> Iterator[list[Any]]:
    last, done = 0, 0
    while rows := list(queries.staged(batch, StagedRow.Outcome.REFUSED).filter(number__gt=last)[:CHUNK]):
        for row in rows:
            cells = queries.content(ledger, row)
            said = "；".join(
                _said(batch, ledger, key, reason, row.number) for key, reason in row.reasons.items()
            )
            yield [*("…" if key in hidden else cells.get(key) for key in keys), row.number, said]
        last, done = rows[-1].number, done + len(rows)
        progress.step(done, batch.refused)


def _said(batch: ImportBatch, ledger: LedgerType, key: str, reason: Mapping[str, Any], number: int) -> str:
    place, label = queries.place_of(batch, key, number), local(queries.label_of(ledger, key))
    return f"{place} {label}：{told(message_of(reason))}"
