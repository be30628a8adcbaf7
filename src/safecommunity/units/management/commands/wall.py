from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from safecommunity.units.wall import build


class Command(BaseCommand):
    help = "PostgreSQL：按行隔离各单位的数据 / PostgreSQL: keep the units apart row by row"

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("只有 PostgreSQL 有行级隔离 / only PostgreSQL has row-level security")
        self.stdout.write(f"{len(build())} 张表已隔离 / tables walled")
