"""Reads settings from the environment: plain values, switches, and secrets that may lie in files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

PREFIX = "SAFECOMMUNITY_"


def text(name: str, default: str = "") -> str:
    return os.environ.get(PREFIX + name, default)


def path(name: str) -> Path | None:
    return Path(named).resolve() if (named := text(name)) else None


def switch(name: str, *, default: bool = False) -> bool:
    return text(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    return int(text(name, str(default)))


def words(name: str, default: str = "") -> list[str]:
    return [word for word in text(name, default).replace(",", " ").split() if word]


def secret(name: str, folder: Path | None) -> str:
    """`SAFECOMMUNITY_NAME`, else the file that `…_NAME_FILE` names, else `name` in the keys folder."""
    if value := text(name):
        return value
    path = Path(named) if (named := text(f"{name}_FILE")) else folder and folder / name.lower()
    return path.read_text().strip() if path and path.is_file() else ""


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's description of the database: PostgreSQL by its address, else SQLite in the data folder."""
    if not url:
        return _sqlite(data / "safecommunity.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(parts.path))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL: {parts.scheme}:// is neither sqlite:// nor postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "tcp_user_timeout": 8000,
            "options": (
                "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
            ),
            **dict(parse_qsl(parts.query)),
        },
    }


def begin_with_reach(database: dict[str, Any], reach: str) -> None:
    """New connections see the rows below `reach`: all for commands and workers, none for the web server."""
    database["OPTIONS"]["options"] += f" -c app.reach={reach}"


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "safecommunity.config.sqlite",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA busy_timeout=20000; PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-32000;"
            ),
        },
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": ":memory:"},
    }
