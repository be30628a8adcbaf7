"""Who calls the API: a token's owner, with the owner's rights and no more."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security import HttpBearer

from safecommunity.accounts.models import ApiToken, User
from safecommunity.audit.actions import refused
from safecommunity.core.addresses import client_address
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can


class Token(HttpBearer):
    """`Authorization: Bearer …`; the token's hash is looked up, the token itself is kept nowhere."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        now = timezone.now()
        digest = hashlib.sha256(token.encode()).hexdigest()
        found = ApiToken.objects.select_related("user").filter(
            digest=digest, revoked_at=None, expires_at__gt=now, user__is_active=True
        )
        key = found.first()
        if key is None:
            return None
        ApiToken.objects.filter(pk=key.pk).update(used_at=now)
        request.user = key.user
        meta = request.META
        key.user.ip = client_address(
            str(meta.get("REMOTE_ADDR", "")),
            str(meta.get("HTTP_X_FORWARDED_FOR", "")),
            settings.TRUSTED_PROXIES,
        )
        return key.user


def unit_for(request: HttpRequest, slug: str, permission: Permission) -> Unit:
    """The unit of the address: 404 when it is not visible, 403 when the permission is missing."""
    user: Any = request.user
    unit = Unit.objects.filter(slug=slug, is_active=True).first()
    if unit is None or not can(user, Permission.UNIT_VIEW, unit):
        raise HttpError(404, "没有这个单位，或者您看不到它。")
    if not can(user, permission, unit):
        refused(permission, request.path, by=user, unit=unit)
        raise HttpError(403, "没有此项权限。")
    return unit
