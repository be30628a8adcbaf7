"""Writing accounts: signing in, passwords, second factors, sessions, links and keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from safecommunity.accounts import attempts, queries
from safecommunity.accounts.models import (
    ApiToken,
    OneTimeLink,
    RecoveryCode,
    SecondFactor,
    Session,
    User,
)
from safecommunity.accounts.sealing import blind_index, seal, unseal
from safecommunity.audit.actions import Place, record, refused
from safecommunity.core import one_time_codes as codes

ISSUER = "安全社区"
RECOVERY_CODES = 10
LINK_HOURS = 72
TOKEN_PREFIX = "sc_"  # noqa: S105


class Wrong(Exception):
    """Name and password do not belong together, or the account is closed: which of them is not told."""


class Locked(Exception):
    """Too many tries; `until` is when the next one is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__(str(until))
        self.until = until


class Taken(ValueError):
    """The user name belongs to somebody."""


class LinkUsed(ValueError):
    """The link is unknown, used or too old."""


def check_password(username: str, password: str, *, ip: str, now: datetime) -> User:
    """The person of a name and password. Raises Wrong or Locked; every failure is counted and logged."""
    account, address = attempts.account(username), attempts.address(ip)
    _take((account, address), now, known_or_text(username), ip)
    user = authenticate(username=username, password=password)
    if not isinstance(user, User) or queries.ended(user, now) or _closed_as_unused(user, now):
        refused("session.opened", known_or_text(username), by=None, reason=f"wrong password from {ip}")
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
    if not (_time_code_taken(user, text, now) or _recovery_code_taken(user, text, now)):
        refused("session.opened", user, by=user, reason="wrong second factor")
        raise Wrong
    attempts.forget(guard)


@transaction.atomic
def set_password(*, user: User, password: str, by: User, keep_session: str = "") -> None:
    """A new password closes every other session and every link. Raises Django's ValidationError."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    close_sessions(user=user, by=by, keep=keep_session)
    OneTimeLink.objects.filter(user=user, used_at=None).update(used_at=timezone.now())
    record("password.changed", user, by=by)


@transaction.atomic
def close_sessions(*, user: User, by: User | None, keep: str = "", only: str = "") -> int:
    """Signs a person out everywhere, everywhere but in `keep`, or in one session only."""
    rows = Session.objects.filter(user=user).exclude(session_key=keep)
    if only:
        rows = rows.filter(session_key=only)
    count = rows.delete()[0]
    if count:
        record("session.closed", user, by=by, after={"count": count})
    return count


@transaction.atomic
def begin_second_factor(*, user: User) -> bytes:
    """The secret to be shown; it counts only once a code of it was entered."""
    secret = codes.new_secret()
    sealed = seal(codes.as_text(secret), _place(user))
    SecondFactor.objects.filter(user=user, confirmed_at=None).delete()
    SecondFactor.objects.get_or_create(user=user, defaults={"secret": sealed})
    return secret


@transaction.atomic
def confirm_second_factor(*, user: User, code: str, now: datetime) -> list[str]:
    """Puts the factor in force and gives the recovery codes, shown this once. Raises Wrong."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    step = codes.matching_step(_secret(factor), code.strip(), now.timestamp()) if factor else None
    if factor is None or step is None:
        raise Wrong
    factor.confirmed_at, factor.last_step = now, step
    factor.save()
    record("second-factor.enabled", user, by=user)
    return new_recovery_codes(user=user)


@transaction.atomic
def new_recovery_codes(*, user: User) -> list[str]:
    """Ten codes in place of all earlier ones."""
    made = [codes.recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_recovery_digest(code)) for code in made)
    record("recovery-codes.made", user, by=user)
    return made


@transaction.atomic
def remove_second_factor(*, user: User, by: User) -> None:
    """Takes the factor away, for instance when the telephone is lost; all sessions end."""
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    close_sessions(user=user, by=by)
    record("second-factor.removed", user, by=by)


@transaction.atomic
def create_user(
    *, username: str, display_name: str, by: User | None, unit: Place | None, **facts: Any
) -> User:
    """A person without a password: a one-time link lets them choose it. Raises Taken."""
    if User.objects.filter(username__iexact=username).exists():
        raise Taken(username)
    user = User(username=username, display_name=display_name, **facts)
    user.set_unusable_password()
    user.save()
    record("user.created", user, by=by, unit=unit, after={"username": username})
    return user


@transaction.atomic
def change_user(*, user: User, by: User, unit: Place | None = None, **facts: Any) -> None:
    """Names of the changed fields go to the log, their personal values do not."""
    changed = [name for name, value in facts.items() if getattr(user, name) != value]
    for name, value in facts.items():
        setattr(user, name, value)
    user.save(update_fields=list(facts))
    record("user.changed", user, by=by, unit=unit, after={"fields": changed})


@transaction.atomic
def close_user(*, user: User, by: User | None, unit: Place | None = None, reason: str = "") -> None:
    """The account no longer signs in; its sessions and keys end."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    close_sessions(user=user, by=by)
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
    record("user.closed", user, by=by, unit=unit, reason=reason)


@transaction.atomic
def reopen_user(
    *, user: User, by: User, now: datetime, ends_date: date | None, unit: Place | None = None
) -> None:
    """Opens an account again; the 90 days without use begin anew."""
    user.is_active, user.last_login, user.ends_date = True, now, ends_date
    user.save(update_fields=["is_active", "last_login", "ends_date"])
    record("user.reopened", user, by=by, unit=unit)


def close_unused(*, now: datetime) -> int:
    """Closes accounts that nobody used for 90 days; for the nightly round."""
    found = list(queries.unused(now))
    for user in found:
        close_user(user=user, by=None, reason="unused for 90 days")
    return len(found)


@transaction.atomic
def make_link(*, user: User, by: User | None, now: datetime, unit: Place | None = None) -> str:
    """The secret of a link that sets a password once within three days; earlier links end."""
    OneTimeLink.objects.filter(user=user, used_at=None).update(used_at=now)
    secret = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        user=user, digest=_digest(secret), expires_at=now + timedelta(hours=LINK_HOURS)
    )
    record("link.made", user, by=by, unit=unit)
    return secret


def link_owner(secret: str, now: datetime) -> User:
    """Whose link this is. Raises LinkUsed."""
    links = OneTimeLink.objects.filter(digest=_digest(secret), used_at=None, expires_at__gt=now)
    link = links.select_related("user").filter(user__is_active=True).first()
    if link is None:
        raise LinkUsed
    return link.user


@transaction.atomic
def use_link(secret: str, password: str, *, now: datetime) -> User:
    """Sets the password of the link's owner. Raises LinkUsed and Django's ValidationError."""
    user = link_owner(secret, now)
    validate_password(password, user)
    if not OneTimeLink.objects.filter(digest=_digest(secret), used_at=None).update(used_at=now):
        raise LinkUsed
    set_password(user=user, password=password, by=user)
    attempts.forget(attempts.account(user.username))
    return user


@transaction.atomic
def make_token(*, user: User, name: str, days: int, now: datetime) -> tuple[ApiToken, str]:
    """A key for programs and its secret, which is shown this once."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name, digest=_digest(secret), expires_at=now + timedelta(days=days), created_at=now
    )
    record("token.made", token, by=user, after={"name": name, "days": days})
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User, now: datetime) -> None:
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record("token.revoked", token, by=by)


def known_or_text(username: str) -> User | str:
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
    close_user(user=user, by=None, reason="unused for 90 days")
    return True


def _time_code_taken(user: User, code: str, now: datetime) -> bool:
    factor = SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).first()
    if factor is None:
        return False
    step = codes.matching_step(_secret(factor), code, now.timestamp(), after=factor.last_step)
    newer = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step or 0)
    return step is not None and bool(newer.update(last_step=step))


def _recovery_code_taken(user: User, code: str, now: datetime) -> bool:
    rows = RecoveryCode.objects.filter(user=user, digest=_recovery_digest(code), used_at=None)
    return bool(rows.update(used_at=now))


def _secret(factor: SecondFactor) -> bytes:
    return codes.from_text(unseal(factor.secret, _place(factor.user)))


def _place(user: User) -> str:
    return f"accounts.secondfactor|secret|{user.pk}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _recovery_digest(code: str) -> str:
    return blind_index(code.replace("-", ""), "recovery-code")
