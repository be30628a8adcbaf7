"""Ledgers: which there are, what their columns are, their entries. Personal values are masked."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.api.access import ledger_for, unit_for
from safecommunity.api.versions import asked_version
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import Message
from safecommunity.ledgers import actions, asking, queries
from safecommunity.ledgers.actions import DuplicateEntry, InvalidEntry
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.wording import told
from safecommunity.library import ledgers
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord

router = Router(tags=["ledgers"])
MOST = 200


class ColumnOut(Schema):
    key: str
    label: str
    label_en: str
    kind: str
    required: bool
    choices: dict[str, list[str]]
    ledger: str
    personal: str


class LedgerOut(Schema):
    code: str
    name: str
    name_en: str
    group: str
    version: int
    columns: list[ColumnOut]


class EntryOut(Schema):
    id: int
    unit: str
    ledger: str
    title: str
    record_date: dt.date | None
    expires_date: dt.date | None
    values: dict[str, Any]
    client_uuid: uuid.UUID
    is_starred: bool
    remark: str
    version: int
    withdrawn_at: dt.datetime | None
    withdrawn_reason: str
    created_at: dt.datetime
    updated_at: dt.datetime


class EntriesOut(Schema):
    count: int
    entries: list[EntryOut]


class EntryIn(Schema):
    """`values` by column; a place may be one object with address, division, longitude, latitude."""

    values: dict[str, Any]
    client_uuid: uuid.UUID | None = None
    remark: str = ""


class ChangeIn(Schema):
    """The whole of the new values; a personal value sent back masked is kept as it is."""

    values: dict[str, Any]
    remark: str | None = None
    reason: str = ""


class WhyIn(Schema):
    reason: str


class Problems(Schema):
    """`errors`: column → why its value cannot be taken."""

    detail: str
    errors: dict[str, str] = {}


@router.get("/ledgers", response=list[LedgerOut], summary="Kinds of ledger and their columns")
def kinds(request: HttpRequest) -> list[dict[str, Any]]:
    return [_kind(ledger) for ledger in ledgers.values()]


@router.get(
    "/units/{slug}/ledgers/{code}/entries",
    response=EntriesOut,
    summary="Entries of a unit and of those beneath; q show own from to sort f_<field> narrow them",
)
def index(request: HttpRequest, slug: str, code: str, offset: int = 0, limit: int = 50) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.LEDGER_VIEW)
    ledger = ledger_for(request, unit, code)
    ask = asking.parse(ledger, dict(request.GET.lists()))
    rows = asking.found(unit, ledger, ask, timezone.localdate())
    begin, most = max(offset, 0), max(1, min(limit, MOST))
    return {"count": rows.count(), "entries": [_out(row) for row in rows[begin : begin + most]]}


@router.post(
    "/units/{slug}/ledgers/{code}/entries",
    response={201: EntryOut, 409: Problems, 422: Problems},
    summary="Add an entry; the same client_uuid again gives the entry it made",
)
def add(request: HttpRequest, response: HttpResponse, slug: str, code: str, given: EntryIn) -> Any:
    unit = unit_for(request, slug, Permission.LEDGER_EDIT)
    ledger_for(request, unit, code)
    try:
        row = actions.add(ledger=code, unit=unit, by=_user(request), **given.dict())
    except InvalidEntry as error:
        return Status(422, problems(error.errors))
    except DuplicateEntry as error:
        return Status(409, {"detail": str(error)})
    return Status(201, _tagged(row, response))


@router.get(
    "/units/{slug}/ledgers/{code}/entries/{pk}", response=EntryOut, summary="One entry; ETag is its version"
)
def detail(request: HttpRequest, response: HttpResponse, slug: str, code: str, pk: int) -> dict[str, Any]:
    return _tagged(_entry(request, slug, Permission.LEDGER_VIEW, code, pk), response)


@router.put(
    "/units/{slug}/ledgers/{code}/entries/{pk}",
    response={200: EntryOut, 409: Problems, 412: Problems, 422: Problems},
    summary="Replace the values of an entry; If-Match names the version they were made from",
)
def change(
    request: HttpRequest, response: HttpResponse, slug: str, code: str, pk: int, given: ChangeIn
) -> Any:
    row = _entry(request, slug, Permission.LEDGER_EDIT, code, pk)
    if row.withdrawn_at:
        return Status(409, {"detail": _("这条记录已撤回，恢复后才能修改。")})
    version = asked_version(request)
    try:
        actions.change(entry=row, version=version, by=_user(request), **given.dict())
    except InvalidEntry as error:
        return Status(422, problems(error.errors))
    except DuplicateEntry as error:
        return Status(409, {"detail": str(error)})
    except StaleRecord:
        return _stale()
    return Status(200, _tagged(row, response))


@router.post(
    "/units/{slug}/ledgers/{code}/entries/{pk}/withdraw",
    response={200: EntryOut, 412: Problems},
    summary="Withdraw an entry; nothing is deleted",
)
def withdraw(
    request: HttpRequest, response: HttpResponse, slug: str, code: str, pk: int, given: WhyIn
) -> Any:
    row = _entry(request, slug, Permission.LEDGER_EDIT, code, pk)
    try:
        actions.withdraw(
            entry=row, version=asked_version(request), reason=given.reason[:200], by=_user(request)
        )
    except StaleRecord:
        return _stale()
    return Status(200, _tagged(row, response))


@router.post(
    "/units/{slug}/ledgers/{code}/entries/{pk}/restore",
    response={200: EntryOut, 409: Problems, 412: Problems},
    summary="Put a withdrawn entry back",
)
def restore(request: HttpRequest, response: HttpResponse, slug: str, code: str, pk: int) -> Any:
    row = _entry(request, slug, Permission.LEDGER_EDIT, code, pk)
    try:
        actions.restore(entry=row, version=asked_version(request), by=_user(request))
    except StaleRecord:
        return _stale()
    except DuplicateEntry as error:
        return Status(409, {"detail": str(error)})
    return Status(200, _tagged(row, response))


def _entry(request: HttpRequest, slug: str, permission: Permission, code: str, pk: int) -> Entry:
    unit = unit_for(request, slug, permission)
    ledger_for(request, unit, code)
    row = queries.entry(unit, code, pk)
    if row is None:
        raise HttpError(404, _("没有这条记录，或者您看不到它。"))
    return row


def _stale() -> Status[dict[str, Any]]:
    return Status(412, {"detail": _("这条记录已被别人改过，请重新读取后再改。")})


def problems(errors: Mapping[str, Message]) -> dict[str, Any]:
    return {
        "detail": _("有内容不能保存。"),
        "errors": {key: told(message) for key, message in errors.items()},
    }


def _tagged(row: Entry, response: HttpResponse) -> dict[str, Any]:
    response["ETag"] = f'"{row.version}"'
    return _out(row)


def _out(row: Entry) -> dict[str, Any]:
    names = set(EntryOut.model_fields) - {"unit", "values"}
    return {name: getattr(row, name) for name in names} | {
        "unit": row.unit.slug,
        "values": queries.masked(row),
    }


def _kind(ledger: LedgerType) -> dict[str, Any]:
    columns = [
        {
            "key": column.key,
            "label": column.label,
            "label_en": column.label_en,
            "kind": column.field.kind,
            "required": column.field.required and not column.part,
            "choices": {code: list(words) for code, words in column.field.choices.items()},
            "ledger": column.field.ledger,
            "personal": column.field.personal,
        }
        for column in ledger.columns
    ]
    names = {"code": ledger.code, "name": ledger.name, "name_en": ledger.name_en, "group": ledger.group}
    return {**names, "version": ledgers.version(ledger.code), "columns": columns}


def _user(request: HttpRequest) -> Any:
    return request.user
