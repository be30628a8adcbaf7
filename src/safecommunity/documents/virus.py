"""Asking a virus scanner (ClamAV's daemon) about a file, by its INSTREAM command.

With a scanner named, nothing is taken that it has not called clean: silence refuses as a virus does.
"""

from __future__ import annotations

import socket
from pathlib import Path

from safecommunity.documents.media import MediaRefused

SECONDS = 30
CHUNK = 1 << 16


def scan(path: Path, scanner: str) -> None:
    """`scanner`: host:port, or "" for none. Raises MediaRefused: `virus` with its name, or `no-scanner`."""
    if not scanner:
        return
    try:
        answer = _asked(path, scanner)
    except OSError as error:
        raise MediaRefused("no-scanner") from error
    if answer.endswith(" FOUND"):
        raise MediaRefused("virus", virus=answer.removeprefix("stream: ").removesuffix(" FOUND"))
    if answer != "stream: OK":
        raise MediaRefused("no-scanner")


def _asked(path: Path, scanner: str) -> str:
    host, _colon, port = scanner.rpartition(":")
    with socket.create_connection((host, int(port)), SECONDS) as line, path.open("rb") as file:
        line.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            line.sendall(len(chunk).to_bytes(4, "big") + chunk)
        line.sendall(bytes(4))
        return line.makefile("rb").read(1000).rstrip(b"\0\n").decode(errors="replace")
