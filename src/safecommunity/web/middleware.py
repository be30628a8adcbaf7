"""What every request brings along: who calls and from where."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from safecommunity.accounts.models import User
from safecommunity.core.addresses import client_address
from safecommunity.units.permissions import seen
from safecommunity.units.wall import narrow

Answer = Callable[[HttpRequest], HttpResponse]


def caller(answer: Answer) -> Answer:
    """Note the client's address on the user, for the log; proxies count only as far as they are trusted."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.ip = address(request)
        if settings.ROW_WALL:
            narrow(seen(cast("User", request.user)))
        response = answer(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def readable(answer: Answer) -> Answer:
    """Addresses with a NUL, which no text of a database can hold, are refused before anything reads them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in str(request.META.get("QUERY_STRING", "")):
            raise BadRequest("NUL in the address")
        return answer(request)

    return middleware


def second_factor_first(answer: Answer) -> Answer:
    """An administrator who signed in without a second factor sets one up before anything else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        enrolment = reverse("accounts:second-factor")
        free = (
            enrolment,
            reverse("accounts:sign-out"),
            reverse("accounts:prove"),
            f"/{settings.STATIC_URL.strip('/')}/",
        )
        if request.session.get("must_enrol") and not request.path.startswith(free):
            return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect(enrolment)
        return answer(request)

    return middleware


def address(request: HttpRequest) -> str:
    """The client's address as far as the proxies in front are trusted."""
    meta = request.META
    return client_address(
        str(meta.get("REMOTE_ADDR", "")), str(meta.get("HTTP_X_FORWARDED_FOR", "")), settings.TRUSTED_PROXIES
    )
