"""Who calls the API: a token's owner, with the owner's rights and no more."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth

from safecommunity.accounts.models import ApiToken, User
from safecommunity.accounts.sessions import TOUCH
from safecommunity.audit.actions import refused
from safecommunity.core.addresses import client_address
from safecommunity.core.ledgers import LedgerType
from safecommunity.ledgers.queries import may_open
from safecommunity.ledgers.wording import local
from safecommunity.library import ledgers
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can, seen
from safecommunity.units.wall import narrow


def holder(request: HttpRequest) -> ApiToken | None:
    """The token of `Authorization: Bearer …`: its hash is looked up, the token itself is kept nowhere."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    digest = hashlib.sha256(secret.strip().encode()).hexdigest()
    valid = ApiToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)
    return valid.select_related("user").filter(digest=digest).first()


class Token(HttpBearer):
    """Signs in the owner of the token."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        key = holder(request)
        if key is None:
            return None
        if key.used_at is None or key.used_at + TOUCH < timezone.now():
            ApiToken.objects.filter(pk=key.pk).update(used_at=timezone.now())
        meta = request.META
        key.user.ip = client_address(
            str(meta.get("REMOTE_ADDR", "")),
            str(meta.get("HTTP_X_FORWARDED_FOR", "")),
            settings.TRUSTED_PROXIES,
        )
        request.user = key.user
        narrow(seen(key.user))
        return key.user


class SignedIn(SessionAuth):
    """Pages of our own: whoever is signed in there; writes carry the token against forged requests."""

    def _get_key(self, request: HttpRequest) -> str | None:
        return super()._get_key(request) if request.user.is_authenticated else None


def unit_for(request: HttpRequest, slug: str, permission: Permission) -> Unit:
    """The unit of the address: 404 when it is not visible, 403 when the permission is missing."""
    user: Any = request.user
    unit = Unit.objects.filter(slug=slug, is_active=True).first()
    if unit is None or not can(user, Permission.UNIT_VIEW, unit):
        raise HttpError(404, _("没有这个单位，或者您看不到它。"))
    if not can(user, permission, unit):
        refused(permission, request.path, by=user, unit=unit)
        raise HttpError(403, _("您在“%(unit)s”没有此项权限。请联系安全管理员授权。") % {"unit": unit.name})
    return unit


def ledger_for(request: HttpRequest, unit: Unit, code: str) -> LedgerType:
    """The ledger of the address: 404 when there is none, 403 when it is restricted and not for the caller."""
    user: Any = request.user
    if code not in ledgers:
        raise HttpError(404, _("没有这种台账。"))
    if not may_open(user, unit, ledgers[code]):
        refused(Permission.LEDGER_RESTRICTED, request.path, by=user, unit=unit)
        raise HttpError(
            403,
            _("“%(ledger)s”仅限有权人员查看。请联系安全管理员授权。")
            % {"ledger": local(ledgers[code].words)},
        )
    return ledgers[code]
