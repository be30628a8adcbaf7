"""Which network address a request came from, behind so many trusted proxies."""

from __future__ import annotations


def client_address(peer: str, forwarded: str, proxies: int) -> str:
    """`peer` is who connected, `forwarded` the X-Forwarded-For line, of which the last `proxies` count."""
    seen = [part.strip() for part in forwarded.split(",") if part.strip()]
    return seen[-proxies] if 0 < proxies <= len(seen) else peer
