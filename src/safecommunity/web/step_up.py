"""Rights, accounts and whole exports ask again who is there when the last proof is older than ten minutes."""

from __future__ import annotations

from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from safecommunity.accounts import queries, signing
from safecommunity.accounts.actions import Wrong
from safecommunity.accounts.models import User
from safecommunity.accounts.signing import Locked
from safecommunity.web.access import View
from safecommunity.web.clock import now

FRESH_SECONDS = 600
PROVED = "proved"
FIELD = "proof"


def proved_lately(view: View) -> View:
    """Under `requires`. What was already typed is kept while the person proves who they are."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        if request.method != "POST":
            question = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('accounts:prove')}?{question}")
        text = request.POST.get(FIELD, "")
        reason = try_proof(request, text) if text else ""
        if text and not reason:
            return view(request, *args, **kwargs)
        return ask(request, request.get_full_path(), reason, kept=_kept(request))

    return guarded


def is_fresh(request: HttpRequest) -> bool:
    return now().timestamp() - float(request.session.get(PROVED, 0)) < FRESH_SECONDS


def mark_proved(request: HttpRequest) -> None:
    request.session[PROVED] = now().timestamp()


def try_proof(request: HttpRequest, text: str) -> str:
    """The reason why the proof failed; empty when it is good."""
    try:
        signing.prove(cast(User, request.user), text, now=now())
    except Locked as locked:
        return locked_text(locked)
    except Wrong:
        return _("密码或验证码不对，请再试一次。")
    mark_proved(request)
    return ""


def locked_text(locked: Locked) -> str:
    minutes = max(1, round((locked.until - now()).total_seconds() / 60))
    return _("尝试次数过多，请在 %(minutes)s 分钟后再试。") % {"minutes": minutes}


def ask(
    request: HttpRequest, target: str, reason: str, kept: list[tuple[str, str]] | None = None
) -> HttpResponse:
    """The page that asks for the proof; `kept` is sent along to `target` once more."""
    context = {
        "target": target,
        "reason": reason,
        "kept": kept,
        "with_code": queries.has_second_factor(cast(User, request.user)),
    }
    return render(request, "accounts/prove.html", context, status=422 if reason else 200)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    own = {"csrfmiddlewaretoken", FIELD}
    return [
        (name, str(value)) for name in request.POST if name not in own for value in request.POST.getlist(name)
    ]
