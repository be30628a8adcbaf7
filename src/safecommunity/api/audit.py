"""The log, newest first; it can only be read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from safecommunity.api.access import unit_for
from safecommunity.audit.models import Line
from safecommunity.audit.queries import Asked, found
from safecommunity.units.permissions import Permission

router = Router(tags=["audit"])
MOST = 500


class LineOut(Schema):
    id: int
    chain: str
    seq: int
    at: dt.datetime
    actor: str
    actor_name: str
    ip: str
    unit: str
    act: str
    target: str
    title: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    outcome: str
    prev: str
    mac: str


@router.get(
    "/units/{slug}/audit",
    response=list[LineOut],
    summary="Lines of a unit and of those beneath; `before` is the id of the last line already read",
)
def lines(
    request: HttpRequest,
    slug: str,
    who: str = "",
    act: str = "",
    target: str = "",
    outcome: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Line]:
    unit = unit_for(request, slug, Permission.AUDIT_VIEW)
    asked = Asked(who=who, act=act, target=target, outcome=outcome, since=since, until=until)
    rows = found(unit.path, asked, with_system=unit.parent_id is None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[: max(1, min(limit, MOST))])
