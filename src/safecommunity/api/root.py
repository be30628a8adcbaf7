"""The API: the same actions and the same checks as the pages. Every module with a `router` belongs to it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from safecommunity import api as package
from safecommunity.api.access import Token

api = NinjaAPI(title="SafeCommunity 安全社区", version="1", auth=Token(), urls_namespace="api", docs_url=None)
for found in sorted(iter_modules(package.__path__), key=lambda module: module.name):
    if found.name not in {"access", "apps", "replays", "root", "versions"}:
        api.add_router("", import_module(f"safecommunity.api.{found.name}").router)


@api.exception_handler(PermissionDenied)
def refused(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=403)
