from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from safecommunity.units.models import Unit


class Command(BaseCommand):
    help = "载入演示数据（只用于 demo）/ load the demo data (used by demo)"

    def handle(self, *args: Any, **options: Any) -> None:
        from safecommunity.demo.load import load  # slow import

        if not settings.DEMO or Unit.objects.exists():
            raise CommandError("只能装入空的演示实例 / only into an empty demonstration")
        now = timezone.now()
        load(now, timezone.localdate(now))
