"""`safecommunity divisions import FILE|FOLDER` and `safecommunity divisions count [CODE]`."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from safecommunity.core.division_files import DivisionFileError, read
from safecommunity.places import actions, queries

LEVELS = {1: "省级", 2: "地级", 3: "县级", 4: "乡级", 5: "村级"}


class Command(BaseCommand):
    help = "载入行政区划表，或按级统计已载入的区划"

    def add_arguments(self, parser: ArgumentParser) -> None:
        tasks = parser.add_subparsers(dest="task", required=True)
        load = tasks.add_parser("import", help="载入 CSV、JSON 文件或含有它们的文件夹")
        load.add_argument("path", type=Path)
        load.add_argument("--source", default="", help="来源与版本，例如 2023-06-30；缺省为文件名")
        load.add_argument("--from", dest="valid_from", type=date.fromisoformat, help="启用日期")
        load.add_argument(
            "--ends-others", type=date.fromisoformat, help="此表完整：同级而未列出的区划到该日停用"
        )
        counted = tasks.add_parser("count", help="按级统计")
        counted.add_argument("code", nargs="?", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["task"] == "count":
            self._count(options["code"])
        else:
            self._import(**{name: options[name] for name in ("path", "source", "valid_from", "ends_others")})

    def _count(self, code: str) -> None:
        for level, number in sorted(queries.counts(code).items()):
            self.stdout.write(f"{LEVELS[level]} {number}")

    def _import(self, *, path: Path, source: str, valid_from: date | None, ends_others: date | None) -> None:
        if not path.exists():
            raise CommandError(f"找不到 {path}")
        begun = monotonic()
        try:
            result = actions.import_divisions(
                rows=read(path),
                source_version=(source or path.name)[:60],
                by=None,
                valid_from=valid_from,
                ends_others=ends_others,
                progress=_told(self.stderr.write),
            )
        except DivisionFileError as error:
            raise CommandError(f"{error}。已读入的部分保留；改正后再次导入即可") from error
        self.stdout.write(
            f"新增 {result.new}，变更 {result.changed}，未变 {result.unchanged}，停用 {result.ended};"
            f"用时 {monotonic() - begun:.1f} 秒"
        )
        if missing := queries.orphans():
            self.stdout.write(f"注意：有 {missing} 个区划缺少上级，请一并载入上级的表")


def _told(write: Callable[[str], object]) -> Callable[[int], None]:
    def tell(done: int) -> None:
        write(f"已处理 {done}")

    return tell
