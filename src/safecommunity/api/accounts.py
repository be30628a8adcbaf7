"""The caller's own account and keys. New keys are made on the page, after the person proved who they are."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.errors import HttpError

from safecommunity.accounts import actions, queries
from safecommunity.units.permissions import holdings

router = Router(tags=["accounts"])


class HoldingOut(Schema):
    unit: str
    unit_name: str
    role: str
    to_date: dt.date | None


class MeOut(Schema):
    username: str
    display_name: str
    organ: str
    holdings: list[HoldingOut]


class TokenOut(Schema):
    id: int
    name: str
    created_at: dt.datetime
    expires_at: dt.datetime
    used_at: dt.datetime | None


@router.get("/me", response=MeOut, summary="Who the token belongs to and what they may see")
def me(request: HttpRequest) -> dict[str, Any]:
    user: Any = request.user
    held = holdings(user, timezone.localdate()).select_related("unit").order_by("unit__path", "role")
    rows = [
        {"unit": one.unit.slug, "unit_name": one.unit.name, "role": one.role, "to_date": one.to_date}
        for one in held
    ]
    same = {"username": user.username, "display_name": user.display_name, "organ": user.organ}
    return {**same, "holdings": rows}


@router.get("/me/tokens", response=list[TokenOut], summary="One's own keys that still work")
def tokens(request: HttpRequest) -> Any:
    user: Any = request.user
    return list(queries.tokens(user, timezone.now()))


@router.delete("/me/tokens/{pk}", response={204: None}, summary="Revoke one of one's own keys")
def revoke(request: HttpRequest, pk: int) -> Any:
    user: Any = request.user
    token = queries.tokens(user, timezone.now()).filter(pk=pk).first()
    if token is None:
        raise HttpError(404, _("没有这个密钥。"))
    actions.revoke_token(token=token, by=user, now=timezone.now())
    return Status(204, None)
