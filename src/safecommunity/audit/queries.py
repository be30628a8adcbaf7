"""Reading and verifying the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from safecommunity.audit.chain import COLUMNS, mac
from safecommunity.audit.checkpoints import is_signed, noted
from safecommunity.audit.models import Head, Line, Segment
from safecommunity.audit.text import identity


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold: `reason` is altered, missing, order or tail."""

    chain: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader looks for; what is empty does not matter."""

    who: str = ""
    act: str = ""
    target: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None


def found(path: str, asked: Asked, *, with_system: bool = False) -> QuerySet[Line]:
    """What answers in a unit and beneath it, newest first; `with_system`: also the lines of no unit."""
    lines = under([path]) | Line.objects.filter(path="") if with_system else under([path])
    if asked.who:
        lines = lines.filter(Q(actor=asked.who) | Q(actor_name__contains=asked.who))
    if asked.target:
        lines = lines.filter(Q(title__contains=asked.target) | Q(target=asked.target))
    exact = {
        "act": asked.act,
        "outcome": asked.outcome,
        "at__gte": asked.since,
        "at__lt": asked.until,
    }
    return lines.filter(**{name: value for name, value in exact.items() if value}).order_by("-id")


def under(prefixes: Iterable[str]) -> QuerySet[Line]:
    """The lines of all units whose path begins with one of the prefixes, newest first."""
    wanted = Q(pk__in=[])
    for prefix in prefixes:
        wanted |= Q(path__gte=prefix, path__lt=prefix[:-1] + "0")
    return Line.objects.filter(wanted)


def history(target: object) -> QuerySet[Line]:
    """What was done to one thing, newest first."""
    return Line.objects.filter(target=identity(target))


def verify(progress: Callable[[int], object] = lambda count: None) -> list[Break]:
    """Walk every chain from the first line it still has to its head; [] means that all of them hold."""
    breaks = [found for head in Head.objects.order_by("chain") if (found := _broken(head, progress))]
    headless = Line.objects.exclude(chain__in=Head.objects.values("chain")).order_by("chain", "seq")
    return breaks + [Break(line.chain, line.seq, "missing") for line in headless[:1]]


def start(chain: str) -> Segment:
    """Where a chain begins: behind the lines that were let go, or at nothing."""
    gone = Segment.objects.filter(chain=chain).order_by("-seq").first()
    return gone or Segment(chain=chain, first=0, seq=0, mac="")


def _broken(head: Head, progress: Callable[[int], object]) -> Break | None:
    begin = start(head.chain)
    if begin.seq and not is_signed(noted(begin), bytes.fromhex(begin.signature)):
        return Break(head.chain, begin.seq, "altered")
    seq, last = begin.seq, begin.mac
    lines = Line.objects.filter(chain=head.chain).order_by("seq").values(*COLUMNS, "mac")
    for line in lines.iterator(chunk_size=5000):
        seq += 1
        if line["seq"] != seq:
            return Break(head.chain, seq, "missing")
        if line["prev"] != last:
            return Break(head.chain, seq, "order")
        if mac(line, settings.AUDIT_KEY) != line["mac"]:
            return Break(head.chain, seq, "altered")
        last = line["mac"]
        if seq % 5000 == 0:
            progress(seq)
    return None if (head.seq, head.mac) == (seq, last) else Break(head.chain, seq + 1, "tail")
