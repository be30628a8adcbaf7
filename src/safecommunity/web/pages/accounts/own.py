"""A person's own account: password, second factor, sessions, keys for programs."""

from __future__ import annotations

from typing import Any, cast

import qrcode
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.accounts import actions, factors, queries, signing
from safecommunity.accounts.actions import Wrong
from safecommunity.accounts.models import User
from safecommunity.accounts.sealing import digest
from safecommunity.accounts.signing import Locked
from safecommunity.core import one_time_codes as codes
from safecommunity.units.permissions import Permission, holdings, is_administrator, reach
from safecommunity.web.access import signed_in
from safecommunity.web.clock import now, today
from safecommunity.web.pages.accounts.forms import ChangePassword, Code, NewToken, OwnFacts
from safecommunity.web.step_up import locked_text, proved_lately

ENROLLING = "enrolling"
MUST_ENROL = "must_enrol"


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    return _profile(request)


@require_POST
@signed_in
def facts(request: HttpRequest) -> HttpResponse:
    form = OwnFacts(request.POST)
    if not form.is_valid():
        return _profile(request, status=422, facts=form)
    actions.change_user(user=_me(request), by=_me(request), **form.cleaned_data)
    messages.success(request, _("已保存。"))
    return redirect("accounts:profile")


@signed_in
def password(request: HttpRequest) -> HttpResponse:
    form = ChangePassword(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        messages.success(request, _("密码已更换，其他设备上的登录已全部退出。"))
        return redirect("accounts:profile")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@proved_lately
def second_factor(request: HttpRequest) -> HttpResponse:
    """Shows a secret once and puts it in force with a code of it."""
    me = _me(request)
    if queries.has_second_factor(me):
        return redirect("accounts:profile")
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.confirm_second_factor(user=me, code=form.cleaned_data["code"], now=now(), by=me)
        except Wrong:
            form.add_error("code", _("验证码不对。请核对手机时间是否准确，再填最新的 6 位数字。"))
        else:
            request.session.pop(ENROLLING, None)
            request.session[MUST_ENROL] = False
            return render(request, "accounts/recovery_codes.html", {"codes": made})
    return _enrolment(request, form)


@require_POST
@signed_in
@proved_lately
def remove_second_factor(request: HttpRequest) -> HttpResponse:
    me = _me(request)
    if is_administrator(me):
        raise PermissionDenied(_("管理员必须使用第二重验证，不能关闭。更换手机请由另一位安全管理员重置。"))
    actions.remove_second_factor(user=me, by=me)
    return redirect("accounts:sign-in")


@require_POST
@signed_in
@proved_lately
def recovery_codes(request: HttpRequest) -> HttpResponse:
    if not queries.has_second_factor(_me(request)):
        return redirect("accounts:second-factor")
    made = actions.new_recovery_codes(user=_me(request), by=_me(request))
    return render(request, "accounts/recovery_codes.html", {"codes": made})


@require_POST
@signed_in
def close_session(request: HttpRequest) -> HttpResponse:
    """One session by its opaque mark, or all but this one."""
    me, here = _me(request), request.session.session_key or ""
    wanted = request.POST.get("session", "")
    if not wanted:
        actions.close_sessions(user=me, by=me, keep=here)
    for row in queries.sessions(me, now()):
        if wanted and _mark(row.session_key) == wanted:
            actions.close_sessions(user=me, by=me, only=row.session_key)
    messages.success(request, _("已退出。"))
    return redirect("accounts:profile")


@require_POST
@signed_in
@proved_lately
def make_token(request: HttpRequest) -> HttpResponse:
    me = _me(request)
    if not reach(me, Permission.TOKEN_OWN):
        raise PermissionDenied(_("您的角色不能使用程序密钥。"))
    form = NewToken(request.POST)
    if not form.is_valid():
        return _profile(request, status=422, new_token=form)
    token, secret = actions.make_token(user=me, **form.cleaned_data, now=now(), by=me)
    return render(request, "accounts/token.html", {"token": token, "secret": secret})


@require_POST
@signed_in
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(queries.tokens(_me(request), now()), pk=pk)
    actions.revoke_token(token=token, by=_me(request), now=now())
    messages.success(request, _("密钥已停用。"))
    return redirect("accounts:profile")


def _profile(request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
    me = _me(request)
    rows = queries.sessions(me, now())
    context = {
        "holdings": holdings(me, today()).select_related("unit").order_by("unit__path", "role"),
        "second_factor": queries.has_second_factor(me),
        "factor_required": is_administrator(me),
        "recovery_left": queries.recovery_codes_left(me),
        "sessions": [
            (row, _mark(row.session_key), row.session_key == request.session.session_key) for row in rows
        ],
        "tokens": queries.tokens(me, now()),
        "may_have_tokens": bool(reach(me, Permission.TOKEN_OWN)),
        "facts": OwnFacts(initial={"phone": me.phone, "email": me.email}),
        "new_token": NewToken(),
        **forms,
    }
    return render(request, "accounts/profile.html", context, status=status)


def _enrolment(request: HttpRequest, form: Code) -> HttpResponse:
    """The secret stays the same while the person tries, so that a wrong code does not void the scan."""
    me = _me(request)
    form.fields["code"].help_text = ""
    secret = factors.pending_secret(user=me) if request.session.get(ENROLLING) else None
    if secret is None:
        secret = actions.begin_second_factor(user=me, by=me)
        request.session[ENROLLING] = True
    text = codes.as_text(secret)
    address = codes.address(secret, account=me.username, issuer=actions.ISSUER)
    context = {
        "form": form,
        "secret": " ".join(text[i : i + 4] for i in range(0, len(text), 4)),
        "qr": _qr_path(address),
        "required": request.session.get(MUST_ENROL, False),
    }
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


def _qr_path(text: str) -> dict[str, Any]:
    """The dark squares as one SVG path: no inline style, no picture file."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    code.make()
    rows = code.get_matrix()
    squares = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return {"size": len(rows), "path": "".join(squares)}


def _changed(request: HttpRequest, form: ChangePassword) -> bool:
    me = _me(request)
    try:
        signing.check_password(me.username, form.cleaned_data["old"], ip=me.ip, now=now())
        actions.set_password(
            user=me, password=form.cleaned_data["new"], by=me, keep_session=request.session.session_key or ""
        )
    except Locked as locked:
        form.add_error("old", locked_text(locked))
    except Wrong:
        form.add_error("old", _("现在的密码不对。"))
    except ValidationError as error:
        form.add_error("new", error)
    else:
        update_session_auth_hash(request, me)
        return True
    return False


def _mark(session_key: str) -> str:
    """Names a session on the page without giving its key away."""
    return digest(session_key)[:16]


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)
