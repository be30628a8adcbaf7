"""Ledgers beyond one entry: many changed at once, what runs out, views kept, a city's own ledgers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Router, Schema, UploadedFile
from ninja.errors import HttpError
from ninja.responses import Status

from safecommunity.api.access import ledger_for, unit_for
from safecommunity.api.ledgers import Problems, problems
from safecommunity.ledgers import actions, publishing, queries
from safecommunity.ledgers.actions import DuplicateEntry, InvalidEntry
from safecommunity.ledgers.models import Entry, SavedView
from safecommunity.ledgers.wording import told
from safecommunity.library import LibraryError, ledgers
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord

router = Router(tags=["ledgers"])
MOST = 200


class BulkIn(Schema):
    """`versions`: entry → the version it was read in; `values`: the columns to set on all of them."""

    versions: dict[int, int]
    values: dict[str, Any]


class ChangedOut(Schema):
    changed: int


class RunningOutOut(Schema):
    id: int
    unit: str
    ledger: str
    title: str
    expires_date: dt.date


class ViewOut(Schema):
    id: int
    name: str
    query: str
    is_shared: bool


class ViewIn(Schema):
    """`query`: the questions of the list as in its address (`q=…&f_kind=…`)."""

    name: str
    query: str
    is_shared: bool = False


class PublishedOut(Schema):
    code: str
    name: str
    version: int


@router.post(
    "/units/{slug}/ledgers/{code}/bulk",
    response={200: ChangedOut, 409: Problems, 412: Problems, 422: Problems},
    summary="Set the same columns on several entries, all or none",
)
def bulk(request: HttpRequest, slug: str, code: str, given: BulkIn) -> Any:
    unit = unit_for(request, slug, Permission.LEDGER_EDIT)
    ledger_for(request, unit, code)
    rows = Entry.objects.below(unit).filter(ledger=code, withdrawn_at=None, pk__in=given.versions)
    chosen = list(rows.select_related("unit"))
    if len(chosen) != len(given.versions) or len(chosen) > MOST:
        raise HttpError(
            404, _("有的记录不存在、已撤回，或者您看不到它；一次最多 %(most)s 条。") % {"most": MOST}
        )
    if any(entry.version != given.versions[entry.pk] for entry in chosen):
        return Status(412, {"detail": _("选中之后又被改过，请重新选择")})
    try:
        changed = actions.bulk_change(entries=chosen, values=given.values, by=_user(request))
    except InvalidEntry as error:
        return Status(422, problems(error.errors))
    except DuplicateEntry as error:
        return Status(409, {"detail": str(error)})
    except StaleRecord:
        return Status(412, {"detail": _("选中之后又被改过，请重新选择")})
    return Status(200, {"changed": len(changed)})


@router.get(
    "/units/{slug}/running-out",
    response=list[RunningOutOut],
    summary="What has run out or will within so many days, over all ledgers",
)
def running_out(
    request: HttpRequest, slug: str, days: int = 90, offset: int = 0, limit: int = 50
) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.LEDGER_VIEW)
    kinds = [kind.code for kind in queries.open_kinds(_user(request), unit)]
    near = min(max(days, 0), 3660)
    found = queries.running_out(unit, timezone.localdate(), within_days=near).filter(ledger__in=kinds)
    start = max(offset, 0)
    return [
        {name: getattr(row, name) for name in ("id", "ledger", "title", "expires_date")}
        | {"unit": row.unit.slug}
        for row in found.select_related("unit")[start : start + min(max(limit, 1), MOST)]
    ]


@router.get("/units/{slug}/ledgers/{code}/views", response=list[ViewOut], summary="Views kept of a list")
def views(request: HttpRequest, slug: str, code: str) -> Any:
    unit = unit_for(request, slug, Permission.LEDGER_VIEW)
    ledger_for(request, unit, code)
    return queries.views(unit, code, _user(request))


@router.post(
    "/units/{slug}/ledgers/{code}/views",
    response={201: ViewOut},
    summary="Keep a view; the same name again replaces one's own",
)
def save_view(request: HttpRequest, slug: str, code: str, given: ViewIn) -> Status[SavedView]:
    unit = unit_for(request, slug, Permission.LEDGER_VIEW)
    ledger_for(request, unit, code)
    name = given.name.strip()
    if not 0 < len(name) <= 60 or len(given.query) > 1000:
        raise HttpError(422, _("请填写视图名称，最多60个字。"))
    shared = given.is_shared and can(_user(request), Permission.LEDGER_EDIT, unit)
    view = actions.save_view(
        unit=unit, ledger=code, name=name, query=given.query, is_shared=shared, by=_user(request)
    )
    return Status(201, view)


@router.delete(
    "/units/{slug}/ledgers/{code}/views/{pk}", response={204: None}, summary="Forget one's own view"
)
def remove_view(request: HttpRequest, slug: str, code: str, pk: int) -> Status[None]:
    unit = unit_for(request, slug, Permission.LEDGER_VIEW)
    view = SavedView.objects.in_unit(unit).filter(pk=pk, ledger=code, by=_user(request)).first()
    if view is None:
        raise HttpError(404, _("没有这个视图，或者它不是您保存的。"))
    actions.remove_view(view=view, by=_user(request))
    return Status(204, None)


@router.post(
    "/units/{slug}/ledger-files",
    response={201: PublishedOut, 409: Problems, 422: Problems},
    summary="Put a ledger file (TOML) into the deployment's library; it works at once",
)
def publish(request: HttpRequest, slug: str, file: File[UploadedFile], is_new_version: bool = False) -> Any:
    unit = unit_for(request, slug, Permission.LEDGER_DEFINE)
    name = file.name or ""
    if not name.endswith(".toml") or (file.size or 0) > publishing.LARGEST:
        raise HttpError(422, _("台账文件的名称以 .toml 结尾，且不超过1 MB。"))
    try:
        made = publishing.publish(
            name=name, content=file.read(), is_new_version=is_new_version, unit=unit, by=_user(request)
        )
    except LibraryError as error:
        return Status(422, {"detail": error.file, "errors": {error.key: told(error.message)}})
    except publishing.CannotPublish as error:
        return Status(409, {"detail": str(error)})
    version = ledgers.version(made.code)
    return Status(201, {"code": made.code, "name": made.name, "version": version})


def _user(request: HttpRequest) -> Any:
    return request.user
