"""Injury cards: the list, one card, its form, what may be entered twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.surveillance import actions, queries, wording
from safecommunity.surveillance.models import InjuryCase
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.acts import lines_of
from safecommunity.web.clock import today
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.injuries import display
from safecommunity.web.pages.injuries.forms import (
    CaseForm,
    OtherForm,
    ShowForm,
    VersionForm,
    WhyForm,
    branches,
    initial_of,
)

PAGE = 50
HISTORY = 20
SORTS = {"injured_date", "age", "cause"}
FILTERS = ("cause", "place", "band", "sex", "intent", "severity", "outcome", "source")


@requires(Permission.INJURY_VIEW)
def cards(request: PersonRequest, unit: Unit) -> HttpResponse:
    ask = queries.parse(dict(request.GET.lists()))
    rows = queries.cases(unit, request.user, ask)
    sort = request.GET.get("sort", "")
    if sort.lstrip("-") in SORTS:
        rows = rows.order_by(sort, "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, display.said(row)) for row in page],
        "ask": ask,
        "filters": display.filters(ask, FILTERS),
        "may_enter": can(request.user, Permission.INJURY_ENTER, unit),
        "may_export": can(request.user, Permission.LEDGER_EXPORT, unit),
        "is_partly_hidden": queries.hidden(unit, request.user),
        "shows": InjuryCase.State.choices,
        "here": "cards",
    }  # fmt: skip
    return render(request, "injuries/cards.html", context)


@requires(Permission.INJURY_VIEW)
def doubles(request: PersonRequest, unit: Unit) -> HttpResponse:
    pairs = [
        (one, other, display.like(like), display.who(one), wording.word("cause", one.cause))
        for one, other, like in queries.doubles(unit, request.user)
    ]
    return render(request, "injuries/doubles.html", {"pairs": pairs, "here": "doubles"})


@requires(Permission.INJURY_ENTER)
@exactly_once
def add(request: PersonRequest, unit: Unit) -> HttpResponse:
    if request.method != "POST":
        first = {"injured_date": today().isoformat(), "reporter": request.user.display_name}
        return _form_page(request, unit, CaseForm(unit, first=first))
    form = CaseForm(unit, request.POST)
    if form.is_valid():
        try:
            row = actions.add_case(
                unit=unit, values=form.values(), by=request.user, today=today(), uid=form.cleaned_data["uid"]
            )
        except actions.InvalidCard as error:
            form.refuse(error.errors)
        else:
            _tell_saved(request, unit, row)
            return redirect("injuries:detail", unit.slug, row.uuid)
    return _form_page(request, unit, form)


@requires(Permission.INJURY_ENTER)
@exactly_once
def edit(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _case(request, unit, uid)
    if row.state != InjuryCase.State.STANDING:
        raise Http404(_("这张卡已合并或撤回，恢复后才能修改。"))
    if request.method != "POST":
        return _form_page(request, unit, CaseForm(unit, row=row), row)
    form = CaseForm(unit, request.POST, row=row)
    if form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            actions.change_case(
                row=row, version=version, values=form.values(), by=request.user, today=today()
            )
        except actions.InvalidCard as error:
            form.refuse(error.errors)
        except StaleRecord as error:
            return stale_page(request, form, error, initial_of(_case(request, unit, uid)))
        else:
            _tell_saved(request, unit, row)
            return redirect("injuries:detail", unit.slug, row.uuid)
    return _form_page(request, unit, form, row)


@requires(Permission.INJURY_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _record(request, unit, _case(request, unit, uid))


@require_POST
@requires(Permission.INJURY_ENTER)
@exactly_once
def withdraw(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _case(request, unit, uid), WhyForm(request.POST)
    if not form.is_valid():
        return _record(request, unit, row, why_form=form, status=422)
    return _done(request, unit, row, lambda: actions.withdraw_case(
        row=row, by=request.user, **form.cleaned_data
    ), _("已撤回，不再计入统计；可以恢复。"))  # fmt: skip


@require_POST
@requires(Permission.INJURY_ENTER)
@exactly_once
def restore(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, version = _case(request, unit, uid), _version(request)
    return _done(
        request,
        unit,
        row,
        lambda: actions.restore_case(row=row, version=version, by=request.user),
        _("已恢复。"),
    )


@require_POST
@requires(Permission.INJURY_ENTER)
@exactly_once
def merge(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """The other card goes into this one."""
    row, form = _case(request, unit, uid), OtherForm(request.POST)
    if not form.is_valid():
        raise Http404(_("没有这张卡，或者您看不到它。"))
    other = _case(request, unit, form.cleaned_data["other"])
    return _done(request, unit, row, lambda: actions.merge_cases(
        row=row, version=form.cleaned_data["version"], other=other, by=request.user
    ), _("已合并；不对的话可以在被合并的那张卡上撤销。"))  # fmt: skip


@require_POST
@requires(Permission.INJURY_ENTER)
@exactly_once
def unmerge(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, version = _case(request, unit, uid), _version(request)
    return _done(
        request,
        unit,
        row,
        lambda: actions.unmerge_case(row=row, version=version, by=request.user),
        _("已撤销合并，两张卡都有效。"),
    )


@require_POST
@requires(Permission.INJURY_ENTER)
@exactly_once
def apart(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _case(request, unit, uid), OtherForm(request.POST)
    if not form.is_valid():
        raise Http404(_("没有这张卡，或者您看不到它。"))
    other = _case(request, unit, form.cleaned_data["other"])
    return _done(
        request,
        unit,
        row,
        lambda: actions.keep_apart(row=row, other=other, by=request.user),
        _("记下了：这是两次伤害。"),
    )


@require_POST
@requires(Permission.INJURY_VIEW)
def show(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """A sealed value in full on this one answer, which nobody keeps; the log says who looked and why."""
    row, form = _case(request, unit, uid), ShowForm(request.POST)
    if not form.is_valid() or form.cleaned_data["field"] not in row.sealed:
        return _record(request, unit, row, show_form=form, status=422)
    field = form.cleaned_data["field"]
    value = actions.reveal(row=row, field=field, reason=form.cleaned_data["reason"], by=request.user)
    response = _record(request, unit, row, revealed={field: value})
    response["Cache-Control"] = "no-store"
    return response


def _record(
    request: PersonRequest,
    unit: Unit,
    row: InjuryCase,
    *,
    status: int = 200,
    revealed: Any = None,
    **forms: Any,
) -> HttpResponse:
    is_standing = row.state == InjuryCase.State.STANDING
    may_enter = can(request.user, Permission.INJURY_ENTER, row.unit)
    sees = Permission.INJURY_SENSITIVE if row.is_restricted else Permission.LEDGER_PERSONAL
    shown = dict(display.sections(row, revealed or {}))
    context = {
        "row": row,
        "title": f"{wording.word('cause', row.cause)} · {row.injured_date:%Y-%m-%d}",
        "who": display.who(row),
        "sections": shown,
        "revealed": revealed or {},
        "sealed": [cell for cells in shown.values() for cell in cells if cell.is_sealed],
        "may_show": bool(row.sealed) and can(request.user, sees, row.unit),
        "may_change": may_enter and is_standing,
        "may_enter": may_enter,
        "alike": [
            (other, display.like(like), display.who(other), wording.word("cause", other.cause))
            for other, like in (queries.alike(unit, request.user, row) if is_standing else [])
        ],
        "merged": queries.merged_into(unit, row),
        "history": lines_of(row, HISTORY),
        "why_form": WhyForm(initial={"version": row.version}),
        "show_form": ShowForm(),
        **forms,
    }
    return render(request, "injuries/detail.html", context, status=status)


def _form_page(
    request: PersonRequest, unit: Unit, form: CaseForm, row: InjuryCase | None = None
) -> HttpResponse:
    back = ("injuries:detail", [unit.slug, row.uuid]) if row else ("injuries:cards", [unit.slug])
    context = {
        "form": form,
        "row": row,
        "parts": list(form.parts()),
        "branches": branches(),
        "map": {"tiles": settings.MAP_TILES, "attribution": settings.MAP_ATTRIBUTION, "points": []},
        "place": {"longitude": form["spot.longitude"], "latitude": form["spot.latitude"]},
        "back": reverse(back[0], args=back[1]),
    }
    return render(request, "injuries/form.html", context, status=422 if form.errors else 200)


def _done(
    request: PersonRequest, unit: Unit, row: InjuryCase, act: Callable[[], object], said: str
) -> HttpResponse:
    try:
        act()
    except StaleRecord:
        messages.error(request, _("打开之后这张卡又被改过，请看过现在的内容再办。"))
    except actions.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("injuries:detail", unit.slug, row.uuid)


def _tell_saved(request: PersonRequest, unit: Unit, row: InjuryCase) -> None:
    if queries.alike(unit, request.user, row):
        messages.warning(request, _("已保存。有一张卡看起来是同一次伤害，请在下面核对。"))
    elif row.remark:
        messages.warning(request, _("已保存，请核对：%(remark)s") % {"remark": row.remark})
    else:
        messages.success(request, _("已保存。"))


def _version(request: PersonRequest) -> int:
    form = VersionForm(request.POST)
    return int(form.cleaned_data["version"]) if form.is_valid() else 0


def _case(request: PersonRequest, unit: Unit, uid: UUID) -> InjuryCase:
    row = queries.case(unit, request.user, uid)
    if row is None:
        raise Http404(_("没有这张卡，或者您看不到它。"))
    return row
