"""Signing in: the right password, the right code, the right link; every failure is counted and logged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from safecommunity.accounts import actions, attempts, factors, queries
from safecommunity.accounts.actions import Wrong
from safecommunity.accounts.models import OneTimeLink, User
from safecommunity.accounts.sealing import digest
from safecommunity.audit.actions import record, refused


class Locked(Exception):
    """Too many tries; `until` is when the next one is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__(str(until))
        self.until = until


class LinkUsed(ValueError):
    """The link is unknown, used or too old."""


def check_password(username: str, password: str, *, ip: str, now: datetime) -> User:
    """The person of a name and password. Raises Wrong or Locked; every failure is counted and logged."""
    account, address = attempts.account(username), attempts.address(ip)
    _take((account, address), now, _known_or_text(username), ip)
    user = authenticate(username=username, password=password)
    if not isinstance(user, User) or queries.ended(user, now) or _closed_as_unused(user, now):
        refused("session.opened", _known_or_text(username), by=None, reason=f"wrong password from {ip}")
        raise Wrong
    attempts.forget(account)
    attempts.give_back(address, now)
    user.ip = ip
    return user


def check_second_factor(user: User, code: str, *, now: datetime) -> None:
    """Takes a time-based or a recovery code, each once. Raises Wrong or Locked."""
    guard = attempts.factor(user.pk)
    _take((guard,), now, user, user.ip)
    text = "".join(code.split()).upper()
    if not (factors.time_code_taken(user, text, now) or factors.recovery_code_taken(user, text, now)):
        refused("session.opened", user, by=user, reason="wrong second factor")
        raise Wrong
    attempts.forget(guard)


def prove(user: User, text: str, *, now: datetime) -> None:
    """The person shows again that it is them: a code where there is a second factor, else the password.

    Raises Wrong or Locked; wrong tries count like those at sign-in.
    """
    if queries.has_second_factor(user):
        check_second_factor(user, text, now=now)
    else:
        check_password(user.username, text, ip=user.ip, now=now)
    record("identity.proved", user, by=user)


def link_owner(secret: str, now: datetime) -> User:
    """Whose link this is. Raises LinkUsed."""
    links = OneTimeLink.objects.filter(digest=digest(secret), used_at=None, expires_at__gt=now)
    link = links.select_related("user").filter(user__is_active=True).first()
    if link is None:
        raise LinkUsed
    return link.user


@transaction.atomic
def use_link(secret: str, password: str, *, now: datetime) -> User:
    """Sets the password of the link's owner. Raises LinkUsed and Django's ValidationError."""
    user = link_owner(secret, now)
    validate_password(password, user)
    if not OneTimeLink.objects.filter(digest=digest(secret), used_at=None).update(used_at=now):
        raise LinkUsed
    actions.set_password(user=user, password=password, by=user)
    attempts.forget(attempts.account(user.username))
    return user


def _known_or_text(username: str) -> User | str:
    """The account meant, for the log; what was typed otherwise is not kept, it may be a password."""
    return User.objects.filter(username=username).first() or "unknown account"


def _take(guards: Iterable[attempts.Guard], now: datetime, target: User | str, ip: str) -> None:
    until = [found for guard in guards if (found := attempts.take(guard, now))]
    if until:
        refused("session.opened", target, by=None, reason=f"locked, from {ip}")
        raise Locked(max(until))


def _closed_as_unused(user: User, now: datetime) -> bool:
    if not queries.is_unused(user, now):
        return False
    actions.close_user(user=user, by=None, reason="unused for 90 days")
    return True
