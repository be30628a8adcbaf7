from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from safecommunity.safekeeping.manifest import Damaged
from safecommunity.safekeeping.restore import Occupied, restore


class Command(BaseCommand):
    help = "从备份恢复（先停止服务）/ restore from a backup (stop the service first)"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="source", type=Path, required=True)
        parser.add_argument(
            "--replace",
            action="store_true",
            help="原有数据改名保留在旁边 / the present data is kept beside, under another name",
        )

    def handle(self, *args: Any, source: Path, replace: bool, **options: Any) -> None:
        try:
            kept = restore(source.resolve(), timezone.now(), replace=replace)
        except Damaged as damage:
            raise CommandError(
                f"备份不可用，没有恢复 / the backup is damaged, nothing was restored:\n{damage}"
            ) from damage
        except Occupied as place:
            raise CommandError(
                f"{place} 里已有数据。要替换请加 --replace，原数据会改名保留。\n"
                f"{place} holds data already. Add --replace to replace it; the old data is kept beside."
            ) from place
        self.stdout.write("已恢复并核对 / restored and checked")
        if kept:
            self.stdout.write(f"原数据保留在 / the former data is kept in {kept}")
