"""Reading accounts: sessions, factors, tokens."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from safecommunity.accounts.models import ApiToken, RecoveryCode, SecondFactor, Session, User

UNUSED = timedelta(days=90)


def has_second_factor(user: User) -> bool:
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).exists()


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def sessions(user: User, now: datetime) -> list[Session]:
    """The browsers this person is signed in with, the most recent first."""
    rows = Session.objects.filter(user=user, expire_date__gt=now).order_by("-seen_at")
    return [row for row in rows if row.seen_at + timedelta(seconds=row.idle_seconds) > now]


def tokens(user: User, now: datetime) -> QuerySet[ApiToken]:
    """The keys for programs that still work, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now).order_by("-id")


def unused(now: datetime) -> QuerySet[User]:
    """Open accounts that nobody signed in with for 90 days, counted from their making when never used."""
    edge = now - UNUSED
    old = Q(last_login__lt=edge) | Q(last_login=None, created_at__lt=edge)
    return User.objects.filter(old, is_active=True)


def is_unused(user: User, now: datetime) -> bool:
    return (user.last_login or user.created_at) < now - UNUSED


def ended(user: User, now: datetime) -> bool:
    """The account had an end date and it is over."""
    return user.ends_date is not None and user.ends_date < timezone.localdate(now)
