"""How often one address and one unit's page are written to, counted in the database for all workers at once.

Each touch is one atomic increase of its row; what one request sees, no other request sees too.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from safecommunity.accounts.sealing import blind_index
from safecommunity.core.participation import Brake, Participation
from safecommunity.residents.models import Window
from safecommunity.units.models import Unit


@transaction.atomic
def touched(rules: Participation, unit: Unit, address: str, now: datetime) -> bool:
    """Counts one touch of every brake; True: one of them was beyond its limit."""
    whose = {"address": address, "unit": str(unit.pk)}
    counts = [(brake, _counted(brake, whose[brake.whose], now)) for brake in rules.brakes]
    return any(count > brake.most for brake, count in counts)


def forget(*, before: datetime) -> int:
    """Drop the counts whose time is over; how many."""
    return Window.objects.filter(ends_at__lt=before).delete()[0]


def _counted(brake: Brake, whose: str, now: datetime) -> int:
    key = blind_index(f"{brake.whose}|{brake.seconds}|{whose}|{brake.window(now)}", "brakes")
    Window.objects.bulk_create([Window(key=key, ends_at=brake.ends(now))], ignore_conflicts=True)
    row = Window.objects.filter(key=key)
    row.update(count=F("count") + 1)
    return row.values_list("count", flat=True).get()
