from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date

from safecommunity.audit.segments import Refused, expire

YEARS = 3


class Command(BaseCommand):
    help = "把过期的日志移出到文件，审计链仍可核对 / move old log lines into files; the chains still verify"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", type=Path, required=True, help="存放移出日志的文件夹 / folder for the files"
        )
        parser.add_argument(
            "--before",
            help=f"移出哪一天以前的（默认 {YEARS} 年前）/ older than this day (default: {YEARS} years)",
        )

    def handle(self, *args: Any, to: Path, before: str | None, **options: Any) -> None:
        now = timezone.now()
        today = timezone.localdate(now)
        day = parse_date(before) if before else today.replace(year=today.year - YEARS, day=min(today.day, 28))
        if day is None:
            raise CommandError("日期写成 2023-01-01 / write the day as 2023-01-01")
        try:
            moved = expire(before=timezone.make_aware(datetime.combine(day, time())), folder=to, now=now)
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        for one in moved:
            self.stdout.write(f"{one.chain}: {one.first}–{one.seq} → {to}")
        self.stdout.write(f"移出 {len(moved)} 段 / segments moved: {len(moved)}")
