"""Signing in and out, choosing a password by a one-time link, and proving once more who is there."""

from __future__ import annotations

from typing import cast

from django.contrib import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.accounts import queries, sessions, signing
from safecommunity.accounts.actions import Wrong
from safecommunity.accounts.models import User
from safecommunity.accounts.signing import LinkUsed, Locked
from safecommunity.audit.actions import record
from safecommunity.units.permissions import is_administrator
from safecommunity.web.access import public, signed_in
from safecommunity.web.clock import now
from safecommunity.web.middleware import address
from safecommunity.web.pages.accounts.forms import Code, NewPassword, SignIn
from safecommunity.web.step_up import ask, is_fresh, locked_text, mark_proved, try_proof

BACKEND = "django.contrib.auth.backends.ModelBackend"
WAITING, WAITING_SECONDS = "waiting", 300
MUST_ENROL = "must_enrol"


@public("who is not signed in yet starts here")
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignIn(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=422 if form.errors else 200)
    try:
        user = signing.check_password(**form.cleaned_data, ip=address(request), now=now())
    except Locked as locked:
        form.add_error(None, locked_text(locked))
        return _page(request, form, status=429)
    except Wrong:
        form.add_error(None, _("用户名或密码不对，或者账号已停用。忘记密码请联系安全管理员。"))
        return _page(request, form, status=422)
    if queries.has_second_factor(user):
        request.session.cycle_key()
        request.session[WAITING] = {"user": user.pk, "at": now().timestamp(), "next": _next(request)}
        return redirect("accounts:code")
    return _opened(request, user, _next(request))


@public("the second step of signing in")
def code(request: HttpRequest) -> HttpResponse:
    waiting = request.session.get(WAITING, {})
    user = User.objects.filter(pk=waiting.get("user"), is_active=True).first()
    if user is None or now().timestamp() - waiting["at"] > WAITING_SECONDS:
        return redirect("accounts:sign-in")
    form = Code(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/code.html", {"form": form}, status=422 if form.errors else 200)
    user.ip = address(request)
    try:
        signing.check_second_factor(user, form.cleaned_data["code"], now=now())
    except Locked as locked:
        form.add_error(None, locked_text(locked))
        return render(request, "accounts/code.html", {"form": form}, status=429)
    except Wrong:
        form.add_error("code", _("验证码不对或已用过。请等验证器换下一个，再试一次。"))
        return render(request, "accounts/code.html", {"form": form}, status=422)
    return _opened(request, user, waiting["next"])


@require_POST
@signed_in
def sign_out(request: HttpRequest) -> HttpResponse:
    record("session.closed", request.user, by=cast(User, request.user), after={"count": 1})
    auth.logout(request)
    response = redirect("accounts:sign-in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@public("a person without a password chooses one; the link is the secret")
def link(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        user = signing.link_owner(secret, now())
    except LinkUsed:
        return render(request, "accounts/link_used.html", status=410)
    form = NewPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signing.use_link(secret, form.cleaned_data["new"], now=now())
        except LinkUsed:
            return render(request, "accounts/link_used.html", status=410)
        except ValidationError as error:
            form.add_error("new", error)
        else:
            return redirect("accounts:sign-in")
    status = 422 if form.errors else 200
    return render(request, "accounts/link.html", {"form": form, "owner": user}, status=status)


@signed_in
def prove(request: HttpRequest) -> HttpResponse:
    target = _next(request)
    if request.method == "POST":
        reason = try_proof(request, request.POST.get("proof", ""))
        return ask(request, target, reason) if reason else redirect(target)
    return redirect(target) if is_fresh(request) else ask(request, target, "")


def _opened(request: HttpRequest, user: User, target: str) -> HttpResponse:
    """The session begins; an administrator without a second factor is led to it first."""
    auth.login(request, user, backend=BACKEND)
    administrator = is_administrator(user)
    request.session.pop(WAITING, None)
    request.session[sessions.OPENED] = now().timestamp()
    request.session[sessions.IP] = address(request)
    request.session[sessions.AGENT] = request.headers.get("User-Agent", "")[:200]
    if administrator:
        request.session[sessions.IDLE_SECONDS] = int(sessions.ADMINISTRATOR_IDLE.total_seconds())
        request.session[MUST_ENROL] = not queries.has_second_factor(user)
    mark_proved(request)
    record("session.opened", user, by=user)
    return redirect(target)


def _next(request: HttpRequest) -> str:
    """Where to go on: an address of this site, never of another."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed else "/"


def _page(request: HttpRequest, form: SignIn, status: int) -> HttpResponse:
    return render(request, "accounts/sign_in.html", {"form": form, "next": _next(request)}, status=status)
