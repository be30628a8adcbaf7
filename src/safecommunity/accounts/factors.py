"""What is known of a second factor: its secret, and whether a code of it was just used up."""

from __future__ import annotations

from datetime import datetime

from safecommunity.accounts.models import RecoveryCode, SecondFactor, User
from safecommunity.accounts.sealing import blind_index, unseal
from safecommunity.core import one_time_codes as codes


def pending_secret(*, user: User) -> bytes | None:
    """The secret that was begun and not yet confirmed."""
    factor = SecondFactor.objects.filter(user=user, confirmed_at=None).first()
    return secret_of(factor) if factor else None


def time_code_taken(user: User, code: str, now: datetime) -> bool:
    """Uses up the code if it is one of now and newer than the last one used."""
    factor = SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).first()
    if factor is None:
        return False
    step = codes.matching_step(secret_of(factor), code, now.timestamp(), after=factor.last_step)
    newer = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step or 0)
    return step is not None and bool(newer.update(last_step=step))


def recovery_code_taken(user: User, code: str, now: datetime) -> bool:
    """Uses up the recovery code if it is one that is left."""
    rows = RecoveryCode.objects.filter(user=user, digest=recovery_digest(code), used_at=None)
    return bool(rows.update(used_at=now))


def secret_of(factor: SecondFactor) -> bytes:
    return codes.from_text(unseal(factor.secret, place_of(factor.user)))


def place_of(user: User) -> str:
    return f"accounts.secondfactor|secret|{user.pk}"


def recovery_digest(code: str) -> str:
    return blind_index(code.replace("-", ""), "recovery-code")
