"""Pages for what went wrong, in words, saying what to do next."""

from __future__ import annotations

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """The code can be read out over the telephone; the log has the same."""
    code = f"{secrets.randbelow(10**6):06}"
    log.error("error code %s at %s", code, request.path)
    return render(request, "500.html", {"code": code}, status=500)
