"""`Idempotency-Key` for every write of the API: a replay gets the first answer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from safecommunity.accounts.replays import Answer, OtherContent, answered_once, fingerprint
from safecommunity.api.access import holder

View = Callable[[HttpRequest], HttpResponse]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def exactly_once(answer: View) -> View:
    """Middleware: acts on writes below /api/ that carry the header and a valid token."""

    def middleware(request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.method in SAFE or not request.path.startswith("/api/"):
            return answer(request)
        token = holder(request)
        if token is None:
            return answer(request)
        made: list[HttpResponse] = []

        def act() -> Answer:
            made.append(answer(request))
            return Answer(made[0].status_code, "", made[0].content.decode())

        try:
            first = answered_once(
                token.user, key, fingerprint([request.method, request.path, request.body]), act
            )
        except OtherContent:
            return JsonResponse({"detail": _("这个 Idempotency-Key 已用于另一项内容。")}, status=422)
        if first is None:
            return made[0]
        return HttpResponse(first.body, status=first.status, content_type="application/json; charset=utf-8")

    return middleware
