"""Where browsers tell of what the content security policy stopped."""

from __future__ import annotations

import json
import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from safecommunity.web.access import public

log = logging.getLogger("safecommunity.csp")
LONGEST = 8_192


@csrf_exempt
@require_POST
@public("browsers report without a session")
def report(request: HttpRequest) -> HttpResponse:
    """One line in the log: which directive, what was stopped, on which page."""
    if int(request.headers.get("Content-Length") or 0) <= LONGEST:
        told = _told(request.body)
        log.warning(
            "%s stopped %s on %s",
            *(str(told.get(key, ""))[:200] for key in ("violated-directive", "blocked-uri", "document-uri")),
        )
    return HttpResponse(status=204)


def _told(body: bytes) -> dict[str, object]:
    try:
        told = json.loads(body)
        return dict(told["csp-report"])
    except (ValueError, KeyError, TypeError):
        return {}
