from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from safecommunity.config.refusals import RULES


class Command(BaseCommand):
    help = "核对审计链、佐证文件和数据库；--deploy 核对设置 / verify the records; --deploy: the settings"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--deploy", action="store_true", help="列出部署设置是否安全 / are the settings safe"
        )

    def handle(self, *args: Any, deploy: bool, **options: Any) -> None:
        rows = self._settings() if deploy else self._records()
        for name, state, problems in rows:
            self.stdout.write(f"{'✗' if problems else '✓'} {name}{':' if state else ''}{state}")
            for problem in problems:
                self.stdout.write(f"    {problem}")
        if any(problems for _name, _state, problems in rows):
            self.stdout.write("有问题，见上 / there are problems, see above")
            sys.exit(1)

    def _settings(self) -> list[tuple[str, str, tuple[str, ...]]]:
        found = [(rule.name, rule.problem()) for rule in RULES]
        return [(name, "", (problem,) if problem else ()) for name, problem in found]

    def _records(self) -> list[tuple[str, str, tuple[str, ...]]]:
        from safecommunity.safekeeping.verify import findings  # slow import

        return [(one.name, str(one.count), one.problems) for one in findings()]
