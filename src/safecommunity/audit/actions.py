"""Writing the log. Every action of every app calls `record` inside its own transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from safecommunity.audit.chain import mac
from safecommunity.audit.models import Head, Line
from safecommunity.audit.text import identity, plain

SYSTEM = "system"
_waiting: ContextVar[list[dict[str, Any]] | None] = ContextVar("lines of an act under way", default=None)


class Actor(Protocol):
    """Whoever acts; `ip` is set by the request that brought them."""

    username: Any
    display_name: Any


class Place(Protocol):
    """The unit an act belongs to."""

    name: Any
    path: Any


@contextmanager
def together() -> Iterator[None]:
    """A transaction whose lines are written at its end, in their order, with one look at each chain.

    What a `together` inside another leaves undone leaves no line either.
    """
    above, lines = _waiting.get(), list[dict[str, Any]]()
    with transaction.atomic():
        mark = _waiting.set(lines)
        try:
            yield
        finally:
            _waiting.reset(mark)
        if above is None:
            _append(lines)
        else:
            above += lines


def record(
    act: str,
    target: object,
    *,
    by: Actor | None,
    unit: Place | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    outcome: str = "done",
) -> None:
    """Append a line in the caller's transaction: `act` like `entry.added`, `by` None for the system."""
    path = unit.path if unit else ""
    line: dict[str, Any] = {
        "chain": path.split("/")[1] if path else SYSTEM,
        "at": timezone.now(),
        "actor": by.username if by else SYSTEM,
        "actor_name": by.display_name if by else "",
        "ip": getattr(by, "ip", "") or "",
        "unit": unit.name if unit else "",
        "path": path,
        "act": act,
        "target": identity(target),
        "title": str(target)[:200],
        "before": plain(before or {}),
        "after": plain(after or {}),
        "reason": reason,
        "outcome": outcome,
    }
    waiting = _waiting.get()
    if waiting is None:
        _append([line])
    else:
        waiting.append(line)


def refused(
    act: str, target: object, *, by: Actor | None, unit: Place | None = None, reason: str = ""
) -> None:
    """A denied attempt, in a transaction of its own."""
    record(act, target, by=by, unit=unit, reason=reason, outcome="refused")


@transaction.atomic(savepoint=False)
def _append(lines: list[dict[str, Any]]) -> None:
    for chain in sorted({line["chain"] for line in lines}):
        head = _head(chain)
        Line.objects.bulk_create([_bound(line, head) for line in lines if line["chain"] == chain])
        Head.objects.filter(chain=chain).update(seq=head.seq, mac=head.mac)


def _bound(line: dict[str, Any], head: Head) -> Line:
    """The line after the head of its chain, which is the head from now on."""
    values = {**line, "seq": head.seq + 1, "prev": head.mac}
    head.seq, head.mac = values["seq"], mac(values, settings.AUDIT_KEY)
    return Line(**values, mac=head.mac)


def _head(chain: str) -> Head:
    locked = Head.objects.select_for_update().filter(chain=chain)
    if head := locked.first():
        return head
    Head.objects.bulk_create([Head(chain=chain)], ignore_conflicts=True)
    return locked.get()
