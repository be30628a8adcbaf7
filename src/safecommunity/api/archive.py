"""The archive of a unit: what shows each indicator of a scheme in a year, and the whole of it as one file."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError
from ninja.responses import Status

from safecommunity.api.access import unit_for
from safecommunity.core.schemes import Scheme
from safecommunity.evidence import actions, archive
from safecommunity.jobs.models import Job
from safecommunity.library import schemes
from safecommunity.units.permissions import Permission

router = Router(tags=["evidence"])
MOST = 500


class ItemOut(Schema):
    """`kind`: record, or a group of file kinds; one of `file` and `entry` is there."""

    indicator: str
    kind: str
    title: str
    day: dt.date | None
    unit: str
    file: int | None
    entry: int | None
    ledger: str


class WholeIn(Schema):
    """`whole`: the zip with every file; else the catalogue as a sheet."""

    whole: bool = True


class ArchiveJobOut(Schema):
    id: int
    state: str
    title: str


@router.get(
    "/units/{slug}/archive/{scheme}/{year}",
    response=list[ItemOut],
    summary="What is filed, indicator by indicator; the same thing may serve several",
)
def items(
    request: HttpRequest, slug: str, scheme: str, year: int, offset: int = 0, limit: int = 100
) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.EVIDENCE_VIEW)
    start = max(offset, 0)
    found = islice(archive.items(unit, _scheme(scheme), year), start, start + min(max(limit, 1), MOST))
    return [
        {
            **{name: getattr(item, name) for name in ("indicator", "kind", "title", "day", "unit")},
            "file": item.file.pk if item.file else None,
            "entry": item.entry.pk if item.entry else None,
            "ledger": item.entry.ledger if item.entry else "",
        }
        for item in found
    ]


@router.post(
    "/units/{slug}/archive/{scheme}/{year}/export",
    response={201: ArchiveJobOut},
    summary="Have the archive or its catalogue made; fetch it as the file of the job",
)
def export(request: HttpRequest, slug: str, scheme: str, year: int, given: WholeIn) -> Status[Job]:
    unit = unit_for(request, slug, Permission.EVIDENCE_VIEW)
    chosen, user = _scheme(scheme), request.user
    job = actions.export_archive(scheme=chosen.code, year=year, whole=given.whole, unit=unit, by=user)  # type: ignore[arg-type]
    return Status(201, job)


def _scheme(code: str) -> Scheme:
    if code not in schemes:
        raise HttpError(404, _("没有这个评定方案。"))
    return schemes[code]
