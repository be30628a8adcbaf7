"""People with roles on a unit or beneath it: invite, grant, withdraw, close."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.accounts import actions as accounts
from safecommunity.accounts import queries as account_queries
from safecommunity.accounts.models import User
from safecommunity.core.privacy import mask_phone
from safecommunity.units import actions, queries
from safecommunity.units.models import RoleHolding, Unit
from safecommunity.units.permissions import ROLES, Permission, can, is_administrator
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.acts import lines_of
from safecommunity.web.clock import now, today
from safecommunity.web.pages.people.forms import NewPerson, PersonFacts, RoleFacts
from safecommunity.web.step_up import proved_lately

ROWS, LINES = 50, 15


@requires(Permission.USER_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    wanted, role = request.GET.get("q", "").strip(), request.GET.get("role", "")
    rows = queries.holders(unit, today())
    if wanted:
        rows = rows.filter(
            Q(display_name__contains=wanted) | Q(username__icontains=wanted) | Q(organ__contains=wanted)
        )
    if role in ROLES:
        rows = rows.filter(holdings__role=role).distinct()
    edge = now() - account_queries.UNUSED
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "table": [(person, _state(person, edge)) for person in page],
        "wanted": wanted,
        "role": role,
        "roles": [(code, one.name) for code, one in ROLES.items()],
        "may_edit": can(request.user, Permission.USER_EDIT, unit),
    }
    return render(request, "people/index.html", context)


@requires(Permission.USER_VIEW)
def person(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    return _person_page(request, unit, _person(request, unit, pk))


@requires(Permission.USER_EDIT)
@proved_lately
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    """A person with a first role; the link for the password is made on the next page."""
    form = NewPerson(
        request.POST or None, units=queries.below(unit), today=today(), initial={"on": unit.slug}
    )
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data}
        role = {name: data.pop(name) for name in ("role", "from_date", "to_date")}
        on = data.pop("on")
        _may_grant(request, on)
        made = accounts.create_user(by=request.user, unit=on, **data)
        actions.grant(user=made, unit=on, by=request.user, **role)
        messages.success(request, _("账号已建立。请生成一次性链接，交给本人设置密码。"))
        return redirect("people:person", unit.slug, made.pk)
    status = 422 if form.errors else 200
    return render(request, "people/new.html", {"form": form, "roles": ROLES.items()}, status=status)


@requires(Permission.USER_EDIT)
@proved_lately
@exactly_once
def edit(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    found = _person(request, unit, pk, whole=True)
    seen = {name: getattr(found, name) for name in ("display_name", "organ", "phone", "email", "ends_date")}
    form = PersonFacts(request.POST or None, initial=seen)
    if request.method == "POST" and form.is_valid():
        accounts.change_user(user=found, by=request.user, unit=unit, **form.cleaned_data)
        messages.success(request, _("已保存。"))
        return redirect("people:person", unit.slug, pk)
    status = 422 if form.errors else 200
    return render(request, "people/edit.html", {"form": form, "person": found}, status=status)


@require_POST
@requires(Permission.ROLE_GRANT)
@proved_lately
@exactly_once
def grant(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    found = _person(request, unit, pk)
    form = RoleFacts(request.POST, units=queries.below(unit), today=today())
    if found.pk == request.user.pk:
        raise PermissionDenied(_("不能给自己授权，请由另一位安全管理员办理。"))
    if form.is_valid():
        facts = {**form.cleaned_data}
        try:
            actions.grant(user=found, unit=facts.pop("on"), by=request.user, **facts)
        except actions.RolesExclude as excluded:
            form.add_error("role", _excluded(str(excluded)))
        else:
            messages.success(request, _("已授权，对方需要重新登录。"))
            return redirect("people:person", unit.slug, pk)
    return _person_page(request, unit, found, form, status=422)


@require_POST
@requires(Permission.ROLE_GRANT)
@proved_lately
@exactly_once
def withdraw(request: PersonRequest, unit: Unit, pk: int, holding: int) -> HttpResponse:
    found = _person(request, unit, pk)
    held = get_object_or_404(queries.holdings_below(unit), pk=holding, user=found)
    try:
        actions.withdraw(holding=held, by=request.user)
    except actions.LastAdministrator:
        messages.error(
            request, _("这是最后一位安全管理员，撤销后就没有人能授权了。请先给另一个人授予安全管理员。")
        )
    else:
        messages.success(request, _("已撤销“%(role)s”。") % {"role": ROLES[held.role].name})
    if queries.holdings_below(unit).filter(user=found).exists():
        return redirect("people:person", unit.slug, pk)
    return redirect("people:index", unit.slug)


@require_POST
@requires(Permission.USER_EDIT)
@proved_lately
def link(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    """A new one-time link, shown this once; a replay makes another and ends this one."""
    found = _person(request, unit, pk, whole=True)
    secret = accounts.make_link(user=found, by=request.user, now=now(), unit=unit)
    address = request.build_absolute_uri(reverse("accounts:link", args=[secret]))
    context = {"person": found, "address": address, "hours": accounts.LINK_HOURS}
    return render(request, "people/link.html", context)


@require_POST
@requires(Permission.USER_EDIT)
@proved_lately
@exactly_once
def close(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    found = _person(request, unit, pk, whole=True)
    if found.pk == request.user.pk:
        raise PermissionDenied(_("不能停用自己的账号。"))
    if any(queries.last_security_administrator(held) for held in RoleHolding.objects.filter(user=found)):
        messages.error(request, _("这是最后一位安全管理员，不能停用。"))
    else:
        accounts.close_user(
            user=found, by=request.user, unit=unit, reason=request.POST.get("reason", "")[:200]
        )
        messages.success(request, _("账号已停用，对方的登录和程序密钥已全部失效。"))
    return redirect("people:person", unit.slug, pk)


@require_POST
@requires(Permission.USER_EDIT)
@proved_lately
@exactly_once
def reopen(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    found = _person(request, unit, pk, whole=True)
    ends = found.ends_date if found.ends_date and found.ends_date >= today() else None
    accounts.reopen_user(user=found, by=request.user, now=now(), ends_date=ends, unit=unit)
    messages.success(request, _("账号已启用。"))
    return redirect("people:person", unit.slug, pk)


@require_POST
@requires(Permission.USER_EDIT)
@proved_lately
@exactly_once
def reset_factor(request: PersonRequest, unit: Unit, pk: int) -> HttpResponse:
    """For a lost telephone: never one's own, so that a stolen session cannot take it away."""
    found = _person(request, unit, pk, whole=True)
    if found.pk == request.user.pk:
        raise PermissionDenied(_("不能重置自己的第二重验证，请由另一位安全管理员办理。"))
    accounts.remove_second_factor(user=found, by=request.user)
    messages.success(request, _("第二重验证已重置。"))
    return redirect("people:person", unit.slug, pk)


def _person(request: PersonRequest, unit: Unit, pk: int, *, whole: bool = False) -> User:
    """Somebody with a role here. `whole`: the account itself is meant, so no role may lie outside."""
    found = get_object_or_404(User.objects.filter(pk__in=queries.holdings_below(unit).values("user")), pk=pk)
    if whole and not all(
        can(request.user, Permission.USER_EDIT, held.unit)
        for held in RoleHolding.objects.filter(user=found).select_related("unit")
    ):
        raise PermissionDenied(_("此人在您管不到的单位也有角色，账号只能由管得到全部角色的安全管理员办理。"))
    return found


def _person_page(
    request: PersonRequest, unit: Unit, found: User, form: RoleFacts | None = None, status: int = 200
) -> HttpResponse:
    may_grant = can(request.user, Permission.ROLE_GRANT, unit) and found.pk != request.user.pk
    may_edit = can(request.user, Permission.USER_EDIT, unit)
    context = {
        "person": found,
        "state": _state(found, now() - account_queries.UNUSED),
        "phone": found.phone if may_edit else mask_phone(found.phone),
        "holdings": queries.holdings_below(unit).filter(user=found),
        "elsewhere": RoleHolding.objects.filter(user=found)
        .exclude(pk__in=queries.holdings_below(unit))
        .exists(),
        "has_factor": account_queries.has_second_factor(found),
        "needs_factor": is_administrator(found),
        "session_count": len(account_queries.sessions(found, now())),
        "form": form or RoleFacts(units=queries.below(unit), today=today(), initial={"on": unit.slug}),
        "roles": ROLES.items(),
        "may_edit": may_edit,
        "may_grant": may_grant,
        "lines": lines_of(found, LINES)
        if may_edit or can(request.user, Permission.AUDIT_VIEW, unit)
        else None,
    }
    return render(request, "people/person.html", context, status=status)


def _may_audit(request: PersonRequest, unit: Unit) -> bool:
    return can(request.user, Permission.AUDIT_VIEW, unit)


def _may_grant(request: PersonRequest, on: Unit) -> None:
    if not can(request.user, Permission.ROLE_GRANT, on):
        raise PermissionDenied(_("您在“%(unit)s”没有授权的权限。") % {"unit": on.name})


def _excluded(role: str) -> str:
    if ROLES[role].administrator:
        return _("系统、安全、审计管理员必须由三个人分别担任，也不能兼任其他角色。此人已有角色，请先撤销。")
    return _("此人是管理员，不能兼任业务角色。请先撤销其管理员角色，或另选一人。")


def _state(found: User, edge: Any) -> tuple[str, str]:
    """How an account stands: the state's code and its word."""
    if not found.is_active:
        return "cancelled", _("已停用")
    if found.ends_date and found.ends_date < today():
        return "expired", _("已到期")
    if not found.has_usable_password():
        return "waiting", _("待设密码")
    if (found.last_login or found.created_at) < edge:
        return "expiring", _("久未使用")
    return "valid", _("正常")
