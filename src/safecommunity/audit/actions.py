"""Writing the log. Every action of every app calls `record` inside its own transaction."""

from __future__ import annotations

from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from safecommunity.audit.chain import mac
from safecommunity.audit.models import Head, Line
from safecommunity.audit.text import identity, plain

SYSTEM = "system"


class Actor(Protocol):
    """Whoever acts; `ip` is set by the request that brought them."""

    username: Any
    display_name: Any


class Place(Protocol):
    """The unit an act belongs to."""

    name: Any
    path: Any


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
) -> Line:
    """Append a line in the caller's transaction: `act` like `entry.added`, `by` None for the system."""
    path = unit.path if unit else ""
    chain = path.split("/")[1] if path else SYSTEM
    with transaction.atomic():
        head = _head(chain)
        values: dict[str, Any] = {
            "chain": chain,
            "seq": head.seq + 1,
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
            "prev": head.mac,
        }
        line = Line.objects.create(**values, mac=mac(values, settings.AUDIT_KEY))
        Head.objects.filter(chain=chain).update(seq=line.seq, mac=line.mac)
    return line


def refused(
    act: str, target: object, *, by: Actor | None, unit: Place | None = None, reason: str = ""
) -> None:
    """A denied attempt, in a transaction of its own."""
    record(act, target, by=by, unit=unit, reason=reason, outcome="refused")


def _head(chain: str) -> Head:
    locked = Head.objects.select_for_update().filter(chain=chain)
    if head := locked.first():
        return head
    Head.objects.bulk_create([Head(chain=chain)], ignore_conflicts=True)
    return locked.get()
