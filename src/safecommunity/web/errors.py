"""Pages for what went wrong, in words, saying what to do next."""

from __future__ import annotations

import logging
import secrets
import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)
RETRY_SECONDS = 60


def rejected(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read; too much at once has a page of its own."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", {"limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}, status=413)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """The code can be read out over the telephone; the log has the same. Without a database it is a 503."""
    code = f"{secrets.randbelow(10**6):06}"
    log.error("error code %s at %s", code, request.path)
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        answer = render(request, "503.html", {"code": code}, status=503)
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer
    return render(request, "500.html", {"code": code}, status=500)
