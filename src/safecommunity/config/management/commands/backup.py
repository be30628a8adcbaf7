from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from safecommunity.safekeeping.backup import backup


class Command(BaseCommand):
    help = "备份数据库和全部文件，可在使用中进行 / back up the database and all files, while in use"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, required=True, help="放备份的文件夹 / folder for the backups")

    def handle(self, *args: Any, to: Path, **options: Any) -> None:
        self.stdout.write(str(backup(to.resolve(), timezone.now())))
        self.stdout.write("密钥不在备份里，请另外保管 / the keys are not in the backup: keep them elsewhere")
