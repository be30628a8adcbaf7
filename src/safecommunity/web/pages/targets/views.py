"""Targets of a unit: the list with the units below, one target with its shares, the map."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.core.metrics import plain
from safecommunity.targets import actions, queries
from safecommunity.targets.models import Target
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web import leads
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.components.words import local
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.targets import display
from safecommunity.web.pages.targets.forms import (
    AllocateForm,
    ChangeForm,
    NewForm,
    allotted,
    first_due,
    stated,
)

PAGE = 100


@requires(Permission.PROGRAMME_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    """What the unit is to reach in a year, how those below stand, and their letters of responsibility."""
    year = _year(request)
    lines = queries.own(unit, year, today())
    page = Paginator(queries.sharing(lines, unit), PAGE).get_page(request.GET.get("page"))
    letters = queries.letters(unit, year, [unit, *page])
    given = queries.given(lines, unit)
    context = {
        "year": year,
        "years": sorted({year, today().year, *queries.years(unit)}, reverse=True),
        "rows": [(display.row(line, today()), _broken_down(line.target, given)) for line in lines],
        "columns": [local(line.target.rules) for line in lines],
        "lights": display.lights(queries.board(lines, list(page), today()), year),
        "key": display.KEY,
        "letters": [(one, letters.get(one.pk)) for one in page],
        "letter": letters.get(unit.pk),
        "page": page,
        "aims": [(row.name, *display.aim(one, row)) for row, one in queries.aims(unit, year)],
        "may_edit": can(request.user, Permission.TARGET_EDIT, unit),
        "may_make": can(request.user, Permission.REPORT_MAKE, unit),
    }
    return render(request, "targets/index.html", context)


@requires(Permission.PROGRAMME_VIEW)
def chart(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Where the units below stand with one target, on a map."""
    year = _year(request)
    lines = queries.own(unit, year, today())
    chosen = next((one for one in lines if one.target.metric == request.GET.get("metric")), None)
    shown = [chosen or lines[0]] if lines else []
    board = queries.board(shown, list(queries.sharing(shown, unit)), today())
    rows = [(one, line) for one, (line,) in board if line]
    places = queries.points([one for one, _line in rows])
    context = {
        "year": year,
        "metrics": [(line.target.metric, local(line.target.rules)) for line in lines],
        "chosen": shown[0].target.metric if shown else "",
        "map": display.points(rows, places),
        "rows": [(one, display.row(line, today())) for one, line in rows],
        "unplaced": [one for one, _line in rows if one.pk not in places],
    }
    return render(request, "targets/map.html", context)


@requires(Permission.TARGET_EDIT)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    lead = leads.asked(request, unit)
    if request.method != "POST":
        first = {"year": today().year, "due_date": first_due(today())}
        form = NewForm(initial=first | leads.first_values(lead, leads.Kind.TARGET, today(), request.user))
        return render(request, "targets/new.html", {"form": form})
    form = NewForm(request.POST)
    if form.is_valid():
        try:
            row = actions.set_target(unit=unit, by=request.user, **form.cleaned_data)
        except actions.Refused as error:
            form.add_error(None, str(error))
        else:
            leads.follow(lead, leads.Kind.TARGET, row.uuid, f"{row.year} {local(row.rules)}", request.user)
            messages.success(request, _("目标已设定，可以向下分解。"))
            return redirect("targets:detail", unit.slug, row.uuid)
    return render(request, "targets/new.html", {"form": form}, status=422)


@require_POST
@requires(Permission.TARGET_EDIT)
@exactly_once
def adopt(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The targets that the unit's plan states, as its own."""
    asked = request.POST.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else today().year
    made = actions.adopt(unit=unit, year=year, by=request.user)
    messages.success(request, _("已按计划设定 %(n)s 个目标。") % {"n": len(made)})
    return redirect(f"{reverse('targets:index', args=[unit.slug])}?year={year}")


@requires(Permission.PROGRAMME_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _page(request, _target(unit, uid))


@requires(Permission.TARGET_EDIT)
@exactly_once
def change(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _target(unit, uid)
    form = ChangeForm(request.POST or None, initial=stated(row))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_target(target=row, by=request.user, **form.cleaned_data)
        except StaleRecord as error:
            return stale_page(request, form, error, stated(_target(unit, uid)))
        except actions.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("目标已调整。"))
            return redirect("targets:detail", unit.slug, uid)
    context = {"form": form, "row": row, "name": local(row.rules)}
    return render(request, "targets/change.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.TARGET_EDIT)
@exactly_once
def allocate(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _target(unit, uid)
    form = AllocateForm(request.POST, target=row, shares=queries.shares(row, today()))
    if not form.is_valid():
        return _page(request, row, form, 422)
    given = form.cleaned_data
    words = {name: given.get(name, "") for name in ("explanation", "reason")}
    try:
        actions.allocate(target=row, version=given["version"], shares=form.shares(), by=request.user, **words)
    except actions.Refused as error:
        form.add_error(None, str(error))
        return _page(request, _target(unit, uid), form, 422)
    except StaleRecord as error:
        form.data = {**request.POST.dict(), "version": error.current.version}  # type: ignore[attr-defined]
        form.add_error(
            None, _("这个分解刚刚被别人改过：“分解数”一栏是他保存的，您填的还在框里。核对后再保存。")
        )
        return _page(request, _target(unit, uid), form, 409)
    messages.success(request, _("分解已保存。"))
    return redirect("targets:detail", unit.slug, uid)


@require_POST
@requires(Permission.TARGET_EDIT)
@exactly_once
def issue(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _step(request, unit, uid, actions.issue, _("已下达，各单位已收到通知。"), today=today())


@require_POST
@requires(Permission.TARGET_EDIT)
@exactly_once
def withdraw(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _step(request, unit, uid, actions.withdraw, _("目标已删除。"))


def _step(request: PersonRequest, unit: Unit, uid: UUID, act: Any, said: str, **given: Any) -> HttpResponse:
    row = _target(unit, uid)
    version = request.POST.get("version", "")
    try:
        act(target=row, version=int(version) if version.isdecimal() else 0, by=request.user, **given)
    except actions.Refused as error:
        messages.error(request, str(error))
    except StaleRecord:
        messages.error(request, _("这个目标刚刚被别人改过，请看过现在的情况再办。"))
    else:
        messages.success(request, said)
        if act is actions.withdraw:
            return redirect("targets:index", unit.slug)
    return redirect("targets:detail", unit.slug, uid)


def _page(
    request: PersonRequest, row: Target, form: AllocateForm | None = None, status: int = 200
) -> HttpResponse:
    shares = queries.shares(row, today())
    form = form or AllocateForm(initial=allotted(row, shares), target=row, shares=shares)
    given = [one.amount for one in shares if one.amount is not None]
    (line,) = queries.standings([row], today())
    context = {
        "row": row,
        "line": display.row(line, today()),
        "shares": [
            (one.unit, one.line and display.row(one.line, today()), box)
            for one, box in zip(shares, form.boxes(), strict=True)
        ],
        "total": plain(sum(given, Decimal(0))) if given and row.adds_up else "",
        "gap": display.gap_words(queries.gap(row, given)),
        "form": form,
        "changes": display.changes(queries.revisions([row, *queries.shares_of(row)], row.unit)),
        "may_edit": can(request.user, Permission.TARGET_EDIT, row.unit),
    }
    return render(request, "targets/detail.html", context, status=status)


def _broken_down(row: Target, given: dict[int, tuple[int, Decimal]]) -> tuple[int, str]:
    """How many units share in a target, and what does not add up."""
    count, total = given.get(row.pk, (0, Decimal(0)))
    return count, display.gap_words(queries.gap(row, [total] if count else []))


def _target(unit: Unit, uid: UUID) -> Target:
    row = queries.target(unit, uid)
    if row is None:
        raise Http404(_("没有这个目标，或者它还没有下达。"))
    return row


def _year(request: PersonRequest) -> int:
    asked = request.GET.get("year", "")
    return int(asked) if asked.isdecimal() and 1990 <= int(asked) <= 2200 else today().year
