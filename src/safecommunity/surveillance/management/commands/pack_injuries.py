from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from safecommunity.surveillance import actions
from safecommunity.units.models import Unit


class Command(BaseCommand):
    help = "伤害卡的计数副本全部重做 / make the copy that injury figures are counted from anew"

    def handle(self, *args: Any, **options: Any) -> None:
        made = sum(actions.pack_anew(unit=unit) for unit in Unit.objects.order_by("path"))
        self.stdout.write(f"已重做 {made} 份 / packs made: {made}")
