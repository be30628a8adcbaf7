"""The API: the same actions and the same checks as the pages. Every module with a `router` belongs to it.

Accounts and rights are not in it: administrators hold no keys for programs and are asked who they are.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError

from safecommunity import api as package
from safecommunity.api.access import SignedIn, Token
from safecommunity.api.reading import Readable

api = NinjaAPI(
    title="SafeCommunity 安全社区",
    version="1",
    auth=[Token(), SignedIn()],
    urls_namespace="api",
    docs_url=None,
    parser=Readable(),
)
for found in sorted(iter_modules(package.__path__), key=lambda module: module.name):
    if found.name not in {"access", "apps", "reading", "replays", "root", "versions"}:
        api.add_router("", import_module(f"safecommunity.api.{found.name}").router)


@api.exception_handler(PermissionDenied)
def refused(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=403)


@api.exception_handler(HttpError)
def said(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What reading the body said in words is not replaced by "cannot parse"."""
    told = error.__cause__ if isinstance(error.__cause__, HttpError) else error
    return api.create_response(request, {"detail": str(told)}, status=told.status_code)
