"""Where an uploaded sheet lies between upload and import: one file, readable by the service alone."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from safecommunity.core.messages import RefusedError


@dataclass(frozen=True, slots=True)
class Received:
    """A file on the disk: its name in the folder, its hash and its size in bytes."""

    name: str
    sha256: str
    size: int


def receive(chunks: Iterable[bytes]) -> Received:
    """Write the chunks to a new file, hashing and counting; raises RefusedError beyond the limit."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    name, digest, size = uuid.uuid4().hex, hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.UPLOAD_MAX_BYTES:
                    limit = settings.UPLOAD_MAX_BYTES // 1_000_000
                    raise RefusedError("文件超过%(limit)s MB：请分成几个文件上传", limit=limit)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        remove(name)
        raise
    return Received(name, digest.hexdigest(), size)


def path_of(name: str) -> Path:
    return _folder() / name


def remove(name: str) -> None:
    path_of(name).unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.DATA) / "imports"
