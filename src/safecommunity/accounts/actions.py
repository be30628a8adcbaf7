"""Writing accounts: people, passwords, second factors, sessions, links and keys."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from safecommunity.accounts import factors, queries
from safecommunity.accounts.models import (
    ApiToken,
    OneTimeLink,
    RecoveryCode,
    SecondFactor,
    Session,
    User,
)
from safecommunity.accounts.sealing import digest, seal
from safecommunity.audit.actions import Place, record
from safecommunity.core import one_time_codes as codes

ISSUER = "安全社区"
RECOVERY_CODES = 10
LINK_HOURS = 72
TOKEN_PREFIX = "sc_"  # noqa: S105


class Wrong(Exception):
    """Name and password do not belong together, or the account is closed: which of them is not told."""


class Taken(ValueError):
    """The user name belongs to somebody."""


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
def begin_second_factor(*, user: User, by: User) -> bytes:
    """The secret to be shown; it counts only once a code of it was entered."""
    secret = codes.new_secret()
    sealed = seal(codes.as_text(secret), factors.place_of(user))
    SecondFactor.objects.filter(user=user, confirmed_at=None).delete()
    SecondFactor.objects.get_or_create(user=user, defaults={"secret": sealed})
    record("second-factor.begun", user, by=by)
    return secret


@transaction.atomic
def confirm_second_factor(*, user: User, code: str, now: datetime, by: User) -> list[str]:
    """Puts the factor in force and gives the recovery codes, shown this once. Raises Wrong."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    step = codes.matching_step(factors.secret_of(factor), code.strip(), now.timestamp()) if factor else None
    if factor is None or step is None:
        raise Wrong
    factor.confirmed_at, factor.last_step = now, step
    factor.save()
    record("second-factor.enabled", user, by=by)
    return new_recovery_codes(user=user, by=by)


@transaction.atomic
def new_recovery_codes(*, user: User, by: User) -> list[str]:
    """Ten codes in place of all earlier ones."""
    made = [codes.recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=factors.recovery_digest(code)) for code in made
    )
    record("recovery-codes.made", user, by=by)
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


@transaction.atomic
def close_unused(*, now: datetime, by: User | None) -> int:
    """Closes accounts that nobody used for 90 days; for the nightly round."""
    found = list(queries.unused(now))
    for user in found:
        close_user(user=user, by=by, reason="unused for 90 days")
    return len(found)


@transaction.atomic
def make_link(*, user: User, by: User | None, now: datetime, unit: Place | None = None) -> str:
    """The secret of a link that sets a password once within three days; earlier links end."""
    OneTimeLink.objects.filter(user=user, used_at=None).update(used_at=now)
    secret = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(user=user, digest=digest(secret), expires_at=now + timedelta(hours=LINK_HOURS))
    record("link.made", user, by=by, unit=unit)
    return secret


@transaction.atomic
def make_token(*, user: User, name: str, days: int, now: datetime, by: User) -> tuple[ApiToken, str]:
    """A key for programs and its secret, which is shown this once."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name, digest=digest(secret), expires_at=now + timedelta(days=days), created_at=now
    )
    record("token.made", token, by=by, after={"name": name, "days": days})
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User, now: datetime) -> None:
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record("token.revoked", token, by=by)
