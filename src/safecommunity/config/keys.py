"""The three secrets of a deployment, each in a file of its own, outside the data folder."""

from __future__ import annotations

import secrets
from pathlib import Path

NAMES = ("secret_key", "audit_key", "data_key")


def create(folder: Path) -> list[Path]:
    """Write what is missing, readable by its owner only; what exists stays. Gives the new files."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [_write(path) for name in NAMES if not (path := folder / name).exists()]


def _write(path: Path) -> Path:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(secrets.token_urlsafe(64))
    return path
