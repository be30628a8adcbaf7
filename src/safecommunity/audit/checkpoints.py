"""Where each chain stood at a moment, signed, in a file outside the data folder.

Whoever holds the database and its key could write a new chain; not one that passes through the checkpoints
kept elsewhere. Each line of the file is one JSON object; the signature is Ed25519 over its other values.
It is no substitute for storage that can be written only once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from safecommunity.audit.models import Head, Line, Segment

SHORT = 12


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A chain's last line at a moment; `mac` binds everything before it."""

    chain: str
    seq: int
    mac: str
    at: str

    def payload(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


def write(path: Path, now: datetime) -> list[Checkpoint]:
    """Append a signed line for every chain that has moved on; safe against power cuts."""
    known = {(point.chain, point.seq) for point, _signature in read(path)}
    heads = Head.objects.filter(seq__gt=0).order_by("chain")
    points = [
        Checkpoint(head.chain, head.seq, head.mac, now.isoformat())
        for head in heads
        if (head.chain, head.seq) not in known
    ]
    with path.open("a", encoding="utf-8") as file:
        for point in points:
            file.write(json.dumps({**asdict(point), "signature": sign(point)}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return points


def read(path: Path) -> Iterator[tuple[Checkpoint, bytes]]:
    """The checkpoints of a file with their signatures."""
    if path.is_file():
        for text in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(text)
            signature = bytes.fromhex(row.pop("signature"))
            yield Checkpoint(**row), signature


def broken(path: Path) -> list[Checkpoint]:
    """The checkpoints that the log does not pass through, or whose signature does not hold."""
    return [point for point, signature in read(path) if not (is_signed(point, signature) and _met(point))]


def sign(point: Checkpoint) -> str:
    """128 hexadecimal digits."""
    return _key().sign(point.payload()).hex()


def is_signed(point: Checkpoint, signature: bytes) -> bool:
    try:
        _key().public_key().verify(signature, point.payload())
    except InvalidSignature:
        return False
    return True


def noted(segment: Segment) -> Checkpoint:
    """Where a chain goes on after lines were let go, as it is signed."""
    return Checkpoint(segment.chain, segment.seq, segment.mac, f"{segment.first} {segment.digest}")


def code(chain: str) -> str:
    """The short code printed on a filed paper: where the chain stood when it was issued."""
    head = Head.objects.filter(chain=chain).first()
    return f"{head.seq}-{head.mac[:SHORT]}" if head else ""


def public_key() -> str:
    """64 hexadecimal digits, to be given to the level above."""
    return _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _met(point: Checkpoint) -> bool:
    """The line is there, or was there before it was let go with its stretch."""
    gone = Segment.objects.filter(chain=point.chain, seq__gte=point.seq).order_by("seq").first()
    if gone:
        return gone.seq > point.seq or gone.mac == point.mac
    return Line.objects.filter(chain=point.chain, seq=point.seq, mac=point.mac).exists()


def _key() -> Ed25519PrivateKey:
    seed = HKDF(SHA256(), 32, salt=None, info=b"audit checkpoint").derive(settings.AUDIT_KEY.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)
