from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from safecommunity.config.refusals import START


class Command(BaseCommand):
    help = "执行后台任务，直到被结束 / do the queued jobs until asked to end"

    def handle(self, *args: Any, **options: Any) -> None:
        from safecommunity.analysis import kernels  # slow imports
        from safecommunity.jobs.worker import run_forever

        self.check(tags=[START], include_deployment_checks=True)
        kernels.prepare()
        run_forever()
