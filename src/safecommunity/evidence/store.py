"""Where the bytes are: one file per content, named by its SHA-256, written whole or not at all.

`DATA/evidence/ab/cdef…` holds what is kept, `DATA/previews/ab/cdef….jpg` small pictures to look at.
A file is in place before any row speaks of it; one without a row is an orphan and is swept a day later.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from safecommunity.documents.media import MediaRefused

REHASHED_BYTES = 20_000_000
ORPHAN_SECONDS = 24 * 3600
CHUNK = 1 << 20


class Damaged(Exception):
    """The file is missing or its bytes are no longer those it was kept for."""

    def __init__(self, sha256: str) -> None:
        super().__init__(sha256)
        self.sha256 = sha256


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder beside the kept files to receive into; it is gone afterwards."""
    incoming = _root() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=incoming))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def receive(chunks: Iterable[bytes], into: Path, *, most_bytes: int) -> str:
    """Write the chunks to `into` and return their SHA-256; raises MediaRefused beyond `most_bytes`."""
    digest = hashlib.sha256()
    size = 0
    with into.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most_bytes:
                raise MediaRefused("too-big", kind=into.suffix.lstrip("."), limit=most_bytes // 1_000_000)
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def keep(source: Path) -> str:
    """Put a copy of the file in place under its SHA-256, on the disk for good when this returns.

    A damaged file of that name is replaced.
    """
    sha256 = digest_of(source)
    place = path_of(sha256)
    if place.is_file() and digest_of(place) == sha256:
        os.utime(place)  # an orphan about to be swept is wanted again
    else:
        _put(source, place)
    return sha256


def keep_preview(source: Path, sha256: str) -> None:
    place = preview_of(sha256)
    if not place.exists():
        _put(source, place)


def verified(sha256: str) -> Path:
    """The path of a kept file for reading; up to 20 MB are hashed again first. Raises Damaged."""
    place = path_of(sha256)
    if not place.is_file() or (place.stat().st_size < REHASHED_BYTES and digest_of(place) != sha256):
        raise Damaged(sha256)
    return place


def path_of(sha256: str) -> Path:
    return _root() / sha256[:2] / sha256[2:]


def preview_of(sha256: str) -> Path:
    return Path(settings.DATA) / "previews" / sha256[:2] / f"{sha256[2:]}.jpg"


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept() -> Iterator[str]:
    """The SHA-256 of every file in place."""
    for folder in sorted(_root().glob("[0-9a-f][0-9a-f]")):
        for path in sorted(folder.iterdir()):
            if not path.name.startswith("."):
                yield folder.name + path.name


def sweep(is_known: Callable[[str], bool], now: float) -> int:
    """Remove what is older than a day and no row speaks of, and halves of broken uploads; how many."""
    old = now - ORPHAN_SECONDS
    orphans = [path_of(sha256) for sha256 in kept() if not is_known(sha256)]
    halves = [*_root().glob("[0-9a-f][0-9a-f]/.*"), *_root().glob("incoming/*")]
    gone = [path for path in (*orphans, *halves) if path.stat().st_mtime < old]
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(gone)


def _root() -> Path:
    return Path(settings.EVIDENCE)


def _put(source: Path, place: Path) -> None:
    """Temporary file in the same folder → fsync → rename → fsync of the folder."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, half = tempfile.mkstemp(prefix=".", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as target, source.open("rb") as origin:
            shutil.copyfileobj(origin, target, CHUNK)
            target.flush()
            os.fsync(target.fileno())
        Path(half).chmod(0o640)
        Path(half).rename(place)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise
    _sync(place.parent)
    _sync(place.parent.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
