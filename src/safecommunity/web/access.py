"""The guard every page begins with. A URL whose view has none stops the start."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import resolve
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.accounts.replays import Answer, OtherContent, answered_once, fingerprint
from safecommunity.audit.actions import refused
from safecommunity.core.ledgers import LedgerType
from safecommunity.ledgers.queries import may_open
from safecommunity.ledgers.wording import local
from safecommunity.library import ledgers
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can

View = Callable[..., HttpResponseBase]
KEY_FIELD = "request_key"


class PersonRequest(HttpRequest):
    """What a guarded view gets: somebody is signed in."""

    user: User
    unit: Unit


def requires(permission: Permission) -> Callable[[View], View]:
    """Sign in, fetch the unit of the URL, and let in who has the permission on it.

    A unit that is not visible answers like one that does not exist (404); a visible one without the
    permission answers 403 and leaves a line in the log.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            unit = visible_unit(request, slug)
            if not can(request.user, permission, unit):
                refused(permission, request.path, by=request.user, unit=unit)
                raise PermissionDenied(
                    _("您在“%(unit)s”没有此项权限。请联系安全管理员授权。") % {"unit": unit.name}
                )
            request.unit = unit  # type: ignore[attr-defined]
            request.asked = (permission, unit)  # type: ignore[attr-defined]
            return view(request, unit, **kwargs)

        return _marked(guarded, permission)

    return guard


def followed(user: User, unit: Unit, address: str) -> str:
    """The address of a page of this unit where the person may open it, else empty: no link into a refusal."""
    may = bool(address) and can(user, Permission(resolve(address).func.guard), unit)  # type: ignore[attr-defined]
    return address if may else ""


def signed_in(view: View) -> View:
    """For pages about oneself: any signed-in person."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, **kwargs)

    return _marked(guarded, "signed in")


def public(why: str) -> Callable[[View], View]:
    """For pages that everybody may see; `why` is on the list that a test keeps."""

    def guard(view: View) -> View:
        @wraps(view)
        def open_to_all(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            return view(request, **kwargs)

        return _marked(open_to_all, f"public: {why}")

    return guard


def exactly_once(view: View) -> View:
    """A replay of a posted form gets the first answer; the whole view is one transaction.

    Under `requires`: `(request, unit, …)`. The key comes from the hidden field that `{% once %}` makes. The
    right is asked for again inside the transaction: one taken away between page and save counts.
    """

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = str(request.POST.get(KEY_FIELD, ""))
        if request.method != "POST" or not key:
            return view(request, *args, **kwargs)
        made: list[HttpResponseBase] = []

        def act() -> Answer:
            _ask_again(request)
            made.append(view(request, *args, **kwargs))
            return _kept(made[0])

        person = cast("User", request.user)
        try:
            first = answered_once(person, key, _fingerprint(request), act)
        except OtherContent:
            return render(request, "422.html", status=422)
        return _given_again(first) if first else made[0]

    return once


def visible_unit(request: HttpRequest, slug: str) -> Unit:
    """The unit of this address if the person sees it at all, else 404."""
    unit = Unit.objects.select_related("division").filter(slug=slug, is_active=True).first()
    if unit is None or not can(request.user, Permission.UNIT_VIEW, unit):  # type: ignore[arg-type]
        raise Http404(_("没有这个单位，或者您看不到它。"))
    return unit


def open_ledger(request: HttpRequest, unit: Unit, code: str) -> LedgerType:
    """The ledger of this code: 404 when there is none, 403 when it is restricted and not for this person."""
    if code not in ledgers:
        raise Http404(_("没有这种台账。"))
    person = cast("User", request.user)
    if not may_open(person, unit, ledgers[code]):
        refused(Permission.LEDGER_RESTRICTED, request.path, by=person, unit=unit)
        raise PermissionDenied(
            _("“%(ledger)s”仅限有权人员查看。请联系安全管理员授权。") % {"ledger": local(ledgers[code].words)}
        )
    return ledgers[code]


def _ask_again(request: HttpRequest) -> None:
    asked = getattr(request, "asked", None)
    if asked:
        permission, unit = asked
        person = User.objects.get(username=request.user.get_username())
        if not can(person, permission, unit):
            raise PermissionDenied(_("您的权限刚刚变更，请重新打开页面。"))


def _kept(response: HttpResponseBase) -> Answer:
    body = response.content.decode(errors="replace") if isinstance(response, HttpResponse) else ""
    return Answer(response.status_code, response.headers.get("Location", ""), body)


def _given_again(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status)
    if answer.location:
        response.headers["Location"] = answer.location
    return response


def _fingerprint(request: HttpRequest) -> str:
    names = sorted(name for name in request.POST if name != "csrfmiddlewaretoken")
    said = [(name, request.POST.getlist(name)) for name in names]
    files = [file for name in sorted(request.FILES) for file in request.FILES.getlist(name)]
    return fingerprint([request.path, said, [file.name for file in files]], files)


def _marked(view: View, guard: object) -> View:
    view.guard = str(guard)  # type: ignore[attr-defined]
    return view
