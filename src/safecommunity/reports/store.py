"""Where finished papers are: one file per content under `DATA/papers`, named by its SHA-256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


class Damaged(Exception):
    """A finished paper is missing or no longer what it was."""

    def __init__(self, sha256: str) -> None:
        super().__init__(sha256)
        self.sha256 = sha256


def keep(content: bytes) -> str:
    """Put a finished file in place, whole and on the disk for good when this returns; its SHA-256.

    A damaged file of that name is replaced.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    place = path_of(sha256)
    if not _is_whole(place, sha256):
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, half = tempfile.mkstemp(prefix=".", dir=place.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(half).rename(place)
    return sha256


def verified(sha256: str) -> Path:
    """The path of a finished file whose bytes are those it was kept for. Raises Damaged."""
    place = path_of(sha256)
    if not _is_whole(place, sha256):
        raise Damaged(sha256)
    return place


def path_of(sha256: str) -> Path:
    return Path(settings.DATA) / "papers" / sha256[:2] / sha256[2:]


def _is_whole(place: Path, sha256: str) -> bool:
    return place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == sha256
