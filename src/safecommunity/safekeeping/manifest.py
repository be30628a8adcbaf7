"""What a backup holds, in one signed file: hashes of every part, row counts, migrations, heads of the log."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

NAME = "manifest.json"
CHUNK = 1 << 20


class Damaged(Exception):
    """The archive is not what was backed up; the text says which part."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One snapshot of a database: rows a table, migrations, log heads (seq and mac), evidence hashes."""

    tables: dict[str, int]
    migrations: list[str]
    heads: dict[str, list[Any]]
    evidence: list[str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`engine` is sqlite or postgresql; `database` and the values of `files` are SHA-256 in hexadecimal."""

    made_at: str
    engine: str
    database: str
    facts: Facts
    files: dict[str, str]


def write(manifest: Manifest, folder: Path, key: str) -> None:
    content = asdict(manifest)
    signed = {**content, "signature": signature(content, key)}
    (folder / NAME).write_text(json.dumps(signed, ensure_ascii=False, indent=1), encoding="utf-8")


def read(folder: Path, key: str) -> Manifest:
    """Raises `Damaged` when the manifest is missing, unreadable, altered, or signed with another key."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        given = content.pop("signature")
        facts = Facts(**content.pop("facts"))
        manifest = Manifest(**content, facts=facts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{folder / NAME}: {error}") from error
    if not hmac.compare_digest(signature(asdict(manifest), key), str(given)):
        raise Damaged(f"{folder / NAME}: 签名不符（内容被改动，或密钥不是备份时的密钥）")
    return manifest


def signature(content: dict[str, Any], key: str) -> str:
    """HMAC-SHA-256 of the canonical JSON, 64 hexadecimal digits; `key` is the log's own."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(f"safekeeping|{key}".encode(), text.encode(), hashlib.sha256).hexdigest()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while piece := content.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()
