"""The guard every page begins with. A URL whose view has none stops the start."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from safecommunity.accounts.models import RequestKey
from safecommunity.audit.actions import refused
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can

View = Callable[..., HttpResponse]
KEY_FIELD = "request_key"


def requires(permission: Permission) -> Callable[[View], View]:
    """Sign in, fetch the unit of the URL, and let in who has the permission on it.

    A unit that is not visible answers like one that does not exist (404); a visible one without the
    permission answers 403 and leaves a line in the log.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            unit = visible_unit(request, slug)
            if not can(request.user, permission, unit):
                refused(permission, request.path, by=request.user, unit=unit)
                raise PermissionDenied(
                    _("您在“%(unit)s”没有此项权限。请联系安全管理员授权。") % {"unit": unit.name}
                )
            request.unit = unit  # type: ignore[attr-defined]
            return view(request, unit, **kwargs)

        return _marked(guarded, permission)

    return guard


def signed_in(view: View) -> View:
    """For pages about oneself: any signed-in person."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, **kwargs)

    return _marked(guarded, "signed in")


def public(why: str) -> Callable[[View], View]:
    """For pages that everybody may see; `why` is on the list that a test keeps."""

    def guard(view: View) -> View:
        @wraps(view)
        def open_to_all(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            return view(request, **kwargs)

        return _marked(open_to_all, f"public: {why}")

    return guard


def exactly_once(view: View) -> View:
    """A replay of a posted form gets the first answer; the whole view is one transaction.

    Under `requires`: `(request, unit, …)`. The key comes from the hidden field that `{% once %}` makes. An
    answer that shows the form again (status 400 and above) is rolled back with its key, so that the corrected
    form may be sent.
    """

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = str(request.POST.get(KEY_FIELD, ""))[:64]
        if request.method != "POST" or not key:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            kept, made = RequestKey.objects.get_or_create(
                user=request.user, key=key, defaults={"fingerprint": _fingerprint(request)}
            )
            if not made:
                return _replayed(request, kept)
            response = view(request, *args, **kwargs)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            else:
                kept.status = response.status_code
                kept.location = response.headers.get("Location", "")
                kept.body = "" if response.streaming else response.content.decode(errors="replace")
                kept.save()
        return response

    return once


def visible_unit(request: HttpRequest, slug: str) -> Unit:
    """The unit of this address if the person sees it at all, else 404."""
    unit = Unit.objects.select_related("division").filter(slug=slug, is_active=True).first()
    if unit is None or not can(request.user, Permission.UNIT_VIEW, unit):  # type: ignore[arg-type]
        raise Http404(_("没有这个单位，或者您看不到它。"))
    return unit


def _replayed(request: HttpRequest, kept: RequestKey) -> HttpResponse:
    if kept.fingerprint != _fingerprint(request):
        return HttpResponse(_("这张表单已经提交过，内容却不同。请重新打开页面再填写。"), status=422)
    response = HttpResponse(kept.body, status=kept.status or 200)
    if kept.location:
        response.headers["Location"] = kept.location
    return response


def _fingerprint(request: HttpRequest) -> str:
    said = sorted(
        (name, *request.POST.getlist(name)) for name in request.POST if name != "csrfmiddlewaretoken"
    )
    sent = sorted((name, file.name, file.size) for name, file in request.FILES.items())
    return hashlib.sha256(repr((request.path, said, sent)).encode()).hexdigest()


def _marked(view: View, guard: object) -> View:
    view.guard = str(guard)  # type: ignore[attr-defined]
    return view
