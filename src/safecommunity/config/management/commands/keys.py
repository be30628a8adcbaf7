from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from safecommunity.config.keys import create


class Command(BaseCommand):
    help = "在一个文件夹里生成密钥，已有的不动 / make the keys of a deployment; what exists is not touched"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        for path in create(folder):
            self.stdout.write(str(path))
        self.stdout.write("请把这个文件夹另存一份：没有它，备份里的数据也打不开。")
        self.stdout.write("Keep a copy of this folder elsewhere: without it even a backup cannot be opened.")
