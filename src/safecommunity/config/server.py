"""gunicorn, started from our own command so that a deployment has one program."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import reverse
from django.utils import translation
from gunicorn.app.base import BaseApplication

from safecommunity.ledgers.search import initials
from safecommunity.library import ledgers

SLOW = (
    "surveillance.figures", "surveillance.findings", "surveillance.hotspots", "surveillance.effects",
    "surveillance.quality", "web.pages.injuries.charts",
)  # fmt: skip


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Plain processes, recycled now and then; a proxy in front does the buffering."""

    def __init__(self, bind: str, workers: int) -> None:
        self.bind, self.workers = bind, workers
        super().__init__()

    def load_config(self) -> None:
        wanted = {
            "bind": self.bind,
            "workers": self.workers,
            "worker_class": "sync",
            "preload_app": True,
            "max_requests": 2000,
            "max_requests_jitter": 200,
            "timeout": 30,
            "graceful_timeout": 20,
            "proc_name": "safecommunity",
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        application = get_wsgi_application()
        _read_once()
        # What is here for good is not looked through for garbage again, nor copied into each worker for that.
        gc.collect()
        gc.freeze()
        # A connection opened before the fork must not be shared by the workers.
        connections.close_all()
        return application


def _read_once() -> None:
    """What every worker needs, before they part from this process: no first request waits for it."""
    for name in (settings.ROOT_URLCONF, *(f"safecommunity.{module}" for module in SLOW)):
        import_module(name)
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            reverse(settings.LOGIN_URL)
    len(ledgers)
    initials("安全社区")
