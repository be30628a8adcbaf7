from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from safecommunity.config.refusals import START


class Command(BaseCommand):
    help = "运行网页服务，设置不安全时拒绝启动 / serve the pages; refuses to start on unsafe settings"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000")
        parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4))

    def handle(self, *args: Any, bind: str, workers: int, **options: Any) -> None:
        from safecommunity.analysis import kernels  # slow imports
        from safecommunity.config.server import Server

        self.check(tags=[START], include_deployment_checks=True)
        kernels.prepare()
        Server(bind, workers).run()
