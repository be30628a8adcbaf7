"""Every address. A folder of `web/pages` says in its `urls.py` where it lives (`PLACE`)."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from django.urls import include, path

from safecommunity.api.root import api
from safecommunity.web import pages

_folders = [file.parent.name for file in Path(pages.__path__[0]).glob("*/urls.py")]
_modules = [import_module(f"{pages.__name__}.{folder}.urls") for folder in _folders]
_modules.sort(key=lambda module: ("<" in module.PLACE, module.PLACE, module.__name__))

urlpatterns = [
    path("api/", api.urls),
    *[path(module.PLACE, include(module)) for module in _modules],
]

handler400 = "safecommunity.web.errors.rejected"
handler403 = "safecommunity.web.errors.forbidden"
handler404 = "safecommunity.web.errors.missing"
handler500 = "safecommunity.web.errors.broken"
