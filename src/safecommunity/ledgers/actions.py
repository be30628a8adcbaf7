"""Writing in the ledgers: each record passes its ledger's checks, leaves a line in the log, moves metrics."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.accounts.sealing import blind_index, seal, unseal
from safecommunity.audit.actions import record
from safecommunity.core.fields import mask
from safecommunity.core.ledgers import Checked, LedgerType
from safecommunity.core.messages import Message
from safecommunity.jobs.actions import enqueue
from safecommunity.ledgers import queries
from safecommunity.ledgers.asking import sealed_field
from safecommunity.ledgers.models import Entry, SavedView, SealedKey
from safecommunity.ledgers.search import search_text
from safecommunity.library import ledgers
from safecommunity.units.models import Unit
from safecommunity.units.scope import change as change_row

CHUNK = 1_000
T = TypeVar("T")


class InvalidEntry(Exception):
    """The values cannot be taken; `errors` says why, by column."""

    def __init__(self, errors: Mapping[str, Message]) -> None:
        super().__init__("; ".join(f"{key}: {message}" for key, message in errors.items()))
        self.errors = errors


class KeptElsewhere(PermissionDenied):
    """The ledger is written by the work itself, not by hand."""

    def __init__(self, kind: LedgerType) -> None:
        super().__init__(
            _("“%(name)s”由业务办理自动登记，不能直接改。请到办理页面操作。") % {"name": kind.name}
        )


class DuplicateEntry(Exception):
    """The unit already has a standing entry with the same unique fields."""

    def __init__(self, existing: Entry) -> None:
        super().__init__(_("台账里已经有同样的记录“%(title)s”。请修改那一条。") % {"title": existing.title})
        self.existing = existing


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row for `add_many`: clean values, what is to be looked at again, the key its maker gave it."""

    clean: Mapping[str, Any]
    unusual: Mapping[str, Message]
    client_uuid: uuid.UUID


class Finished(NamedTuple):
    """A new entry as the table will hold it: JSON and days as text, the key as 32 hexadecimal digits.

    `digests`: field → blind index of its sealed value.
    """

    client_uuid: str
    is_starred: bool
    title: str
    record_date: str | None
    expires_date: str | None
    data: str
    sealed: str
    search: str
    unique_key: str
    longitude: float | None
    latitude: float | None
    digests: Mapping[str, str]

    def opened(self) -> dict[str, Any]:
        """All values, the sealed ones opened: for comparing and showing, as `queries.opened` of an entry."""
        sealed = json.loads(self.sealed)
        places = {code: queries.sealing_place(code, uuid.UUID(self.client_uuid)) for code in sealed}
        return {**json.loads(self.data), **{code: unseal(sealed[code], places[code]) for code in sealed}}


@transaction.atomic
def add(
    *,
    ledger: str,
    unit: Unit,
    values: Mapping[str, object],
    by: User | None,
    client_uuid: uuid.UUID | None = None,
    remark: str = "",
) -> Entry:
    """A new entry from values by column. The same `client_uuid` again gives the entry it made the first time.

    Raises InvalidEntry, DuplicateEntry, KeptElsewhere.
    """
    uid = client_uuid or uuid.uuid4()
    if known := Entry.objects.in_unit(unit).filter(unit=unit, client_uuid=uid).first():
        return known
    by_hand(ledgers[ledger])
    return _add(ledgers[ledger], unit, {uid: values}, remark, by)[0]


@transaction.atomic(savepoint=False)
def keep_new(
    *, ledger: str, unit: Unit, things: Mapping[uuid.UUID, Mapping[str, object]], by: User | None
) -> None:
    """The lines of things that are made in this very act, so that there can be none of them yet.

    Raises InvalidEntry, DuplicateEntry, which undo the act as a whole.
    """
    _add(ledgers[ledger], unit, things, "", by)


@transaction.atomic
def keep(
    *, ledger: str, unit: Unit, client_uuid: uuid.UUID, values: Mapping[str, object], by: User | None
) -> Entry:
    """The line a ledger holds of a thing worked on elsewhere: added once, changed as the thing changes.

    A line that was withdrawn with its thing stands again. Raises InvalidEntry, DuplicateEntry.
    """
    known = Entry.objects.in_unit(unit).filter(unit=unit, client_uuid=client_uuid).first()
    if known is None:
        return _add(ledgers[ledger], unit, {client_uuid: values}, "", by)[0]
    if known.withdrawn_at is not None:
        change_row(known, version=known.version, withdrawn_at=None, withdrawn_reason="")
        record("entry.restored", known, by=by, unit=unit)
        _refresh(unit, ledger, [known.record_date], by)
    if _checked(unit, known.type, values).clean == known.data:
        return known
    return _change(known, known.version, values, by)


def _add(
    kind: LedgerType,
    unit: Unit,
    given: Mapping[uuid.UUID, Mapping[str, object]],
    remark: str,
    by: User | None,
) -> list[Entry]:
    rows = [_new(kind, unit, uid, values, remark) for uid, values in given.items()]
    entries = [entry for entry, _clean in rows]
    with _unless_taken(unit, kind, [entry.unique_key for entry in entries]):
        Entry.objects.bulk_create(entries)
    _index(kind, rows)
    for entry in entries:
        record("entry.added", entry, by=by, unit=unit, after=queries.masked(entry))
    _refresh(unit, kind.code, [entry.record_date for entry in entries], by)
    return entries


def _new(
    kind: LedgerType, unit: Unit, uid: uuid.UUID, values: Mapping[str, object], remark: str
) -> tuple[Entry, Mapping[str, Any]]:
    """An entry that is not saved yet, with its clean values."""
    checked = _checked(unit, kind, values, fill=True)
    facts = _facts(kind, checked.clean, uid)
    _refuse_duplicate(unit, kind, facts["unique_key"])
    entry = Entry(
        unit=unit,
        path=unit.path,
        ledger=kind.code,
        client_uuid=uid,
        is_starred=bool(checked.unusual),
        remark=remark or _remarks(kind, checked.unusual),
        **facts,
    )
    return entry, checked.clean


@transaction.atomic
def change(
    *,
    entry: Entry,
    version: int,
    values: Mapping[str, object],
    by: User | None,
    remark: str | None = None,
    is_starred: bool | None = None,
    reason: str = "",
) -> Entry:
    """Replace the values of an entry. A personal field that comes back masked keeps its value.

    Raises InvalidEntry, DuplicateEntry, StaleRecord, KeptElsewhere.
    """
    by_hand(entry.type)
    return _change(entry, version, values, by, remark=remark, is_starred=is_starred, reason=reason)


def _change(
    entry: Entry,
    version: int,
    values: Mapping[str, object],
    by: User | None,
    *,
    remark: str | None = None,
    is_starred: bool | None = None,
    reason: str = "",
) -> Entry:
    kind = entry.type
    checked = _checked(entry.unit, kind, _unmasked(entry, values))
    facts = _facts(kind, checked.clean, entry.client_uuid)
    _refuse_duplicate(entry.unit, kind, facts["unique_key"], but=entry)
    before, days = queries.masked(entry), [entry.record_date]
    news = {key: said for key, said in checked.unusual.items() if checked.clean[key] != entry.data.get(key)}
    remarks = [entry.remark if remark is None else remark, _remarks(kind, news)]
    change_row(
        entry,
        version=version,
        is_starred=bool(news) or (entry.is_starred if is_starred is None else is_starred),
        remark="；".join(text for text in remarks if text)[:1000],
        **facts,
    )
    _index(kind, [(entry, checked.clean)])
    gone, came = differing(before, queries.masked(entry))
    record("entry.changed", entry, by=by, unit=entry.unit, reason=reason, before=gone, after=came)
    _refresh(entry.unit, entry.ledger, [*days, entry.record_date], by)
    return entry


@transaction.atomic
def withdraw(*, entry: Entry, version: int, reason: str, by: User) -> Entry:
    """Take an entry out of every list and figure; it stays readable. Raises StaleRecord, KeptElsewhere."""
    by_hand(entry.type)
    change_row(entry, version=version, withdrawn_at=timezone.now(), withdrawn_reason=reason)
    record("entry.withdrawn", entry, by=by, unit=entry.unit, reason=reason)
    _refresh(entry.unit, entry.ledger, [entry.record_date], by)
    return entry


@transaction.atomic
def restore(*, entry: Entry, version: int, by: User) -> Entry:
    """Put a withdrawn entry back. Raises StaleRecord, DuplicateEntry, KeptElsewhere."""
    by_hand(entry.type)
    _refuse_duplicate(entry.unit, entry.type, entry.unique_key, but=entry)
    change_row(entry, version=version, withdrawn_at=None, withdrawn_reason="")
    record("entry.restored", entry, by=by, unit=entry.unit)
    _refresh(entry.unit, entry.ledger, [entry.record_date], by)
    return entry


@transaction.atomic
def bulk_change(
    *, entries: Sequence[Entry], values: Mapping[str, object], by: User, reason: str = ""
) -> list[Entry]:
    """Set the same columns on several entries of one ledger, all or none. Raises what `change` raises."""
    return [
        change(entry=entry, version=entry.version, values=_known(entry) | dict(values), by=by, reason=reason)
        for entry in entries
    ]


@transaction.atomic
def add_many(*, ledger: str, unit: Unit, rows: Iterable[NewRow], by: User | None, source: str) -> int:
    """Many checked rows at once, one line in the log; rows that are there already are passed over.

    Returns how many were added. Raises DuplicateEntry when a row's unique fields are taken.
    """
    kind = ledgers[ledger]
    done = (finished(kind, row.clean, row.client_uuid, is_starred=bool(row.unusual)) for row in rows)
    return add_finished(ledger=ledger, unit=unit, rows=done, by=by, source=source)


def finished(
    kind: LedgerType, clean: Mapping[str, Any], uid: uuid.UUID, *, is_starred: bool, key: str | None = None
) -> Finished:
    """Everything about a new entry that can be worked out before it is written; `key` where it is known."""
    facts = _facts(kind, clean, uid, key)
    record_date, expires_date = (
        day.isoformat() if day else None for day in (facts.pop("record_date"), facts.pop("expires_date"))
    )
    data, sealed = (json.dumps(facts.pop(name), ensure_ascii=False) for name in ("data", "sealed"))
    digests = {code: blind_index(str(clean[code]), name) for code, name in _found_by(kind) if code in clean}
    return Finished(
        client_uuid=uid.hex, is_starred=is_starred, record_date=record_date, expires_date=expires_date,
        data=data, sealed=sealed, digests=digests, **facts,
    )  # fmt: skip


@transaction.atomic
def add_finished(*, ledger: str, unit: Unit, rows: Iterable[Finished], by: User | None, source: str) -> int:
    """As `add_many`, of rows worked out beforehand: hardly more than writing is left to do."""
    kind, added, days = ledgers[ledger], 0, set[str | None]()
    for chunk in _chunks(rows):
        there = {uid.hex for uid in _made(unit, chunk)}
        fresh = [row for row in chunk if row.client_uuid not in there]
        _create(unit, kind, fresh)
        added += len(fresh)
        days |= {row.record_date for row in fresh}
    if added:
        record("entries.added", f"ledgers.{ledger}", by=by, unit=unit, after={"count": added}, reason=source)
        _refresh(unit, ledger, {_day(day) for day in days if day}, by)
    return added


@transaction.atomic
def change_many(
    *, rows: Iterable[tuple[Entry, Mapping[str, Any], Mapping[str, Message]]], by: User | None, source: str
) -> int:
    """Replace the values of many entries of one ledger by (entry, clean, unusual), one line in the log.

    An entry saved by someone else since it was read raises StaleRecord, and nothing is changed.
    """
    changed, days = 0, set()
    entry: Entry | None = None
    for chunk in _chunks(rows):
        kind = chunk[0][0].type
        for entry, clean, unusual in chunk:
            facts = _facts(kind, clean, entry.client_uuid)
            days |= {entry.record_date, facts["record_date"]}
            change_row(entry, version=entry.version, is_starred=bool(unusual), **facts)
        _index(kind, [(entry, clean) for entry, clean, _unusual in chunk])
        changed += len(chunk)
    if entry is not None:
        record(
            "entries.changed",
            f"ledgers.{entry.ledger}",
            by=by,
            unit=entry.unit,
            after={"count": changed},
            reason=source,
        )
        _refresh(entry.unit, entry.ledger, days, by)
    return changed


@transaction.atomic
def withdraw_many(*, entries: Iterable[Entry], reason: str, by: User | None) -> int:
    """Withdraw many entries of one unit and ledger, one line in the log. Raises StaleRecord."""
    withdrawn = list(entries)
    for entry in withdrawn:
        change_row(entry, version=entry.version, withdrawn_at=timezone.now(), withdrawn_reason=reason)
    if withdrawn:
        first = withdrawn[0]
        record(
            "entries.withdrawn",
            f"ledgers.{first.ledger}",
            by=by,
            unit=first.unit,
            after={"count": len(withdrawn)},
            reason=reason,
        )
        _refresh(first.unit, first.ledger, {entry.record_date for entry in withdrawn}, by)
    return len(withdrawn)


@transaction.atomic
def reveal(*, entry: Entry, field: str, reason: str, by: User) -> str:
    """One personal value in full; who looked, at what and why stays in the log."""
    record("entry.personal-shown", entry, by=by, unit=entry.unit, after={"field": field}, reason=reason)
    value = queries.opened(entry).get(field, "")
    return str(value)


@transaction.atomic
def save_view(*, unit: Unit, ledger: str, name: str, query: str, is_shared: bool, by: User) -> SavedView:
    """Keep a list under a name; the same name again replaces one's own."""
    mine = SavedView.objects.in_unit(unit).filter(ledger=ledger, by=by, name=name).first()
    if mine:
        change_row(mine, version=mine.version, query=query, is_shared=is_shared)
        view = mine
    else:
        view = SavedView.objects.create(
            unit=unit, path=unit.path, ledger=ledger, name=name, query=query, is_shared=is_shared, by=by
        )
    record("view.saved", view, by=by, unit=unit, after={"ledger": ledger, "query": query})
    return view


@transaction.atomic
def remove_view(*, view: SavedView, by: User) -> None:
    record("view.removed", view, by=by, unit=view.unit)
    view.delete()


def by_hand(kind: LedgerType) -> None:
    """Raises KeptElsewhere for a ledger that the work itself writes."""
    if kind.kept_by:
        raise KeptElsewhere(kind)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the log holds of a change: the old and the new values, only where they differ."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def _checked(unit: Unit, kind: LedgerType, values: Mapping[str, object], *, fill: bool = False) -> Checked:
    checked = kind.check(queries.Links(unit).resolved(kind, values), fill=fill)
    if checked.errors:
        raise InvalidEntry(checked.errors)
    return checked


def _facts(
    kind: LedgerType, clean: Mapping[str, Any], uid: uuid.UUID, key: str | None = None
) -> dict[str, Any]:
    """What a row of the table holds for these clean values."""
    sealed = {field.code: field for field in kind.of_personal("sealed") if field.code in clean}
    data: dict[str, Any] = {
        code: mask(sealed[code], value) if code in sealed else value for code, value in clean.items()
    }
    shown = {code: mask(kind.fields[code], value) for code, value in clean.items() if code in kind.title}
    place: dict[str, Any] = data.get(kind.place_field.code, {}) if kind.place_field else {}
    title = kind.title_of(shown)[:250]
    return {
        "title": title,
        "record_date": _day(kind.record_day(clean)),
        "expires_date": _day(kind.expires_day(clean)),
        "data": data,
        "sealed": {code: seal(str(clean[code]), queries.sealing_place(code, uid)) for code in sealed},
        "search": search_text(kind, data, title),
        "unique_key": queries.unique_key(kind, clean) if key is None else key,
        "longitude": place.get("longitude"),
        "latitude": place.get("latitude"),
    }


def _unmasked(entry: Entry, values: Mapping[str, object]) -> dict[str, object]:
    """The values, with what came back as it was shown, masked, put back to what it is."""
    kept: dict[str, object] = dict(values)
    personal = [*entry.type.of_personal("masked"), *entry.type.of_personal("sealed")]
    held = queries.opened(entry)
    for field in personal:
        if field.code in held and values.get(field.code) == mask(field, held[field.code]):
            kept[field.code] = held[field.code]
    return kept


def _index(kind: LedgerType, rows: Sequence[tuple[Entry, Mapping[str, Any]]]) -> None:
    """Renew the digests by which sealed values can be found."""
    names = dict(_found_by(kind))
    if not names or not rows:
        return
    unit = rows[0][0].unit
    SealedKey.objects.in_unit(unit).filter(entry__in=[entry for entry, _clean in rows]).delete()
    SealedKey.objects.bulk_create(
        SealedKey(
            unit=unit,
            path=unit.path,
            entry=entry,
            field=names[code],
            digest=blind_index(str(clean[code]), names[code]),
        )
        for entry, clean in rows
        for code in names
        if code in clean
    )


def _found_by(kind: LedgerType) -> list[tuple[str, str]]:
    """The sealed fields that can be searched: code and the name of their index."""
    return [(field.code, sealed_field(kind, field)) for field in kind.of_personal("sealed") if field.search]


def _create(unit: Unit, kind: LedgerType, rows: Sequence[Finished]) -> None:
    moment = timezone.now()
    common = {"unit": unit.pk, "path": unit.path, "version": 1, "created_at": moment, "updated_at": moment}
    entries = {**common, "ledger": kind.code, "remark": "", "withdrawn_at": None, "withdrawn_reason": ""}
    with _unless_taken(unit, kind, [row.unique_key for row in rows]):
        Entry.objects.insert_alike(entries, Finished._fields[:-1], [row[:-1] for row in rows])
    if _found_by(kind):
        made = {uid.hex: pk for uid, pk in _made(unit, rows).items()}
        keys = [
            (made[row.client_uuid], name, row.digests[code])
            for row in rows
            for code, name in _found_by(kind)
            if code in row.digests
        ]
        SealedKey.objects.insert_alike(common, ("entry", "field", "digest"), keys)


def _made(unit: Unit, rows: Sequence[Finished]) -> dict[uuid.UUID, int]:
    """The key its maker gave it → id of those of these rows that are in the table."""
    wanted = [row.client_uuid for row in rows]
    there = Entry.objects.in_unit(unit).filter(unit=unit, client_uuid__in=wanted).order_by()
    return dict(there.values_list("client_uuid", "pk"))


@contextmanager
def _unless_taken(unit: Unit, kind: LedgerType, keys: Sequence[str]) -> Iterator[None]:
    if not any(keys):
        yield
        return
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        taken = queries.by_unique_key(unit, kind, keys)
        if not taken:
            raise
        raise DuplicateEntry(next(iter(taken.values()))) from None


def _refuse_duplicate(unit: Unit, kind: LedgerType, key: str, but: Entry | None = None) -> None:
    same = queries.by_unique_key(unit, kind, [key]).get(key)
    if same and (but is None or same.pk != but.pk):
        raise DuplicateEntry(same)


def _remarks(kind: LedgerType, unusual: Mapping[str, Message]) -> str:
    """What is unusual, in words, so that whoever looks at it again sees why it is starred."""
    labels = {column.key: column.label for column in kind.columns}
    return "；".join(f"{labels[key]}：{message}" for key, message in unusual.items())


def _known(entry: Entry) -> dict[str, Any]:
    """The values of the fields that the ledger file has today."""
    return {code: value for code, value in entry.data.items() if code in entry.type.fields}


def _refresh(unit: Unit, ledger: str, days: Iterable[date | None], by: User | None) -> None:
    years = sorted({day.year for day in days if day})
    enqueue("metrics.refresh", unit=unit, arguments={"ledger": ledger, "years": years}, by=by, unique=ledger)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
