"""A request with a key is answered once; whoever sends it again gets the first answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.files import File
from django.db import transaction

from safecommunity.accounts.models import RequestKey, User

KEY_LENGTH = 64


class OtherContent(Exception):
    """The key was used before, for something else."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of an answer: enough to give it again."""

    status: int
    location: str
    body: str


def answered_once(user: User, key: str, fingerprint: str, act: Callable[[], Answer]) -> Answer | None:
    """Call `act` unless the key was answered before; then return what was answered, else None.

    Key and act share one transaction. An answer of status 400 and above is undone together with its key, so
    that the corrected request may be sent under the same key. Raises `OtherContent`.
    """
    with transaction.atomic():
        kept, made = RequestKey.objects.get_or_create(
            user=user, key=key[:KEY_LENGTH], defaults={"fingerprint": fingerprint}
        )
        if not made:
            return _kept(kept, fingerprint)
        answer = act()
        if answer.status >= 400:
            transaction.set_rollback(True)
        else:
            kept.status, kept.location, kept.body = answer.status, answer.location, answer.body
            kept.save()
    return None


def fingerprint(parts: Iterable[object], files: Iterable[File[bytes]] = ()) -> str:
    """64 hexadecimal digits over what was said and what was sent along."""
    digest = hashlib.sha256(repr(tuple(parts)).encode())
    for file in files:
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
    return digest.hexdigest()


def forget(before: datetime) -> int:
    """Drop the keys made before a moment; how many."""
    return RequestKey.objects.filter(made_at__lt=before).delete()[0]


def _kept(kept: RequestKey, fingerprint: str) -> Answer:
    if kept.fingerprint != fingerprint:
        raise OtherContent(kept.key)
    return Answer(kept.status or 200, kept.location, kept.body)
