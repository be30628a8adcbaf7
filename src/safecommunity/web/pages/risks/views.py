"""Risk points: the list, one of them with its evaluations, evaluating, calling for a review, closing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.library import codes, methods
from safecommunity.risks import actions, queries
from safecommunity.risks.models import RiskPoint, State
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.acts import lines_of
from safecommunity.web.clock import today
from safecommunity.web.components.words import local
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.risks import display
from safecommunity.web.pages.risks.forms import (
    CloseForm,
    EvaluationForm,
    PointForm,
    ReopenForm,
    ReviewForm,
    first_values,
    initial_of,
    method_asked,
    named,
)

PAGE = 50
NEAR = 14
ASKED = ("text", "grade", "field", "state", "due", "sort")


@requires(Permission.RISK_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ASKED}
    asked["state"] = request.GET.get("state", State.OPEN)
    rows = queries.chosen(queries.points(unit), today=today(), **asked)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counted = sum(queries.counts(unit).values(), Counter[str]())
    context = {
        "page": page,
        "rows": [
            (row, display.state_of(row.grade), local(codes["promotion-fields"][row.field])) for row in page
        ],
        "asked": asked,
        "grades": named(codes["risk-grades"]),
        "fields": named(codes["promotion-fields"]),
        "states": State.choices,
        "legend": display.legend(counted),
        "ungraded": counted[""],
        "overdue": queries.overdue(unit, today()),
        "today": today(),
        "may_edit": can(request.user, Permission.RISK_EDIT, unit),
        "may_export": can(request.user, Permission.LEDGER_EXPORT, unit),
        "here": "index",
    }
    return render(request, "risks/index.html", context)


@requires(Permission.RISK_EDIT)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, PointForm(unit=unit))
    form = PointForm(request.POST, unit=unit)
    if form.is_valid():
        try:
            row = actions.add(unit=unit, values=form.values(), by=request.user)
        except actions.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已登记，接着评价它的风险。"))
            return redirect("risks:evaluate", unit.slug, row.uuid)
    return _form_page(request, form, status=422)


@requires(Permission.RISK_EDIT)
@exactly_once
def edit(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _point(unit, uid)
    if request.method != "POST":
        return _form_page(request, PointForm(unit=unit, initial=initial_of(row)), row)
    form = PointForm(request.POST, unit=unit)
    if form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            actions.edit(point=row, version=version, values=form.values(), by=request.user)
        except StaleRecord as error:
            return stale_page(request, form, error, initial_of(_point(unit, uid)))
        except actions.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已保存。"))
            return redirect("risks:detail", unit.slug, uid)
    return _form_page(request, form, row, status=422)


@requires(Permission.RISK_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _page(request, _point(unit, uid))


@requires(Permission.RISK_EDIT)
@exactly_once
def evaluate(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _point(unit, uid)
    method = method_asked(request.GET.get("method", ""))
    last = queries.evaluations(row).first()
    if request.method != "POST":
        if "method" not in request.GET and last and last.method in methods:
            method = methods[last.method]
        form = EvaluationForm(method=method, initial=first_values(row, last, method, today()))
        return _evaluation_page(request, row, form)
    form = EvaluationForm(request.POST, method=method)
    if not form.is_valid():
        return _evaluation_page(request, row, form, 422)
    try:
        made = actions.evaluate(
            point=row, version=form.cleaned_data["version"], by=request.user, today=today(), **form.values()
        )
    except actions.Refused as error:
        form.add_error(None, str(error))
        return _evaluation_page(request, row, form, 422)
    except StaleRecord:
        row = _point(unit, uid)
        form.data = request.POST.copy()
        form.data["version"] = str(row.version)
        form.add_error(None, _("这个风险点刚刚被别人改过，请看过现在的情况再保存。您填的内容还在下面。"))
        return _evaluation_page(request, row, form, 409)
    messages.success(
        request, _("评价已保存：%(grade)s。") % {"grade": local(codes["risk-grades"][made.grade])}
    )
    return redirect("risks:detail", unit.slug, uid)


@require_POST
@requires(Permission.RISK_EDIT)
def outcome(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """What the values chosen so far come to; nothing is saved."""
    _point(unit, uid)
    form = EvaluationForm(request.POST, method=method_asked(request.GET.get("method", "")))
    return render(request, "risks/outcome.html", _outcome(form))


@require_POST
@requires(Permission.RISK_EDIT)
@exactly_once
def review(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _point(unit, uid), ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, row, review=form, status=422)
    try:
        actions.call_review(point=row, by=request.user, **form.cleaned_data)
    except actions.Refused as error:
        form.add_error(None, str(error))
        return _page(request, row, review=form, status=422)
    messages.success(request, _("已要求复评，并提醒了办理人。"))
    return redirect("risks:detail", unit.slug, uid)


@require_POST
@requires(Permission.RISK_EDIT)
@exactly_once
def close(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _point(unit, uid), CloseForm(request.POST)
    again = partial(_page, request, row, close=form, status=422)
    return _done(request, row, form, actions.close, again, _("已消除，风险点不再计入地图和统计。"))


@require_POST
@requires(Permission.RISK_EDIT)
@exactly_once
def reopen(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _point(unit, uid), ReopenForm(request.POST)
    again = partial(_page, request, row, reopen=form, status=422)
    return _done(request, row, form, actions.reopen, again, _("已重新启用，请重新评价它的风险。"))


def _done(
    request: PersonRequest,
    row: RiskPoint,
    form: CloseForm | ReopenForm,
    act: Callable[..., object],
    again: Callable[[], HttpResponse],
    words: str,
) -> HttpResponse:
    """Do it and go back to the point with the words; `again`: the page that says what is wrong."""
    if not form.is_valid():
        return again()
    try:
        act(point=row, by=request.user, today=today(), **form.cleaned_data)
    except actions.Refused as error:
        form.add_error(None, str(error))
        return again()
    except StaleRecord as error:
        return stale_page(request, form, error)
    messages.success(request, words)
    return redirect("risks:detail", request.unit.slug, row.uuid)


def _form_page(
    request: PersonRequest, form: PointForm, row: RiskPoint | None = None, status: int = 200
) -> HttpResponse:
    frame = queries.frame(request.unit, today())
    ground = {
        "tiles": settings.MAP_TILES,
        "attribution": settings.MAP_ATTRIBUTION,
        "points": [],
        "centre": [(frame.south + frame.north) / 2, (frame.west + frame.east) / 2] if frame else None,
        "zoom": NEAR if frame else None,
    }
    return render(request, "risks/form.html", {"form": form, "point": row, "map": ground}, status=status)


def _page(
    request: PersonRequest,
    row: RiskPoint,
    *,
    review: ReviewForm | None = None,
    close: CloseForm | None = None,
    reopen: ReopenForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = [display.evaluated(one) for one in queries.evaluations(row)]
    context = {
        "point": row,
        "state": display.state_of(row.grade),
        "field": local(codes["promotion-fields"][row.field]),
        "events": display.names("risk-events", row.events),
        "groups": display.names("vulnerable-kinds", row.groups),
        "evaluations": rows,
        "calls": queries.calls(row),
        "signs": queries.signs(row)[:PAGE],
        "is_due": row.review_date is not None and row.review_date <= today(),
        "is_open": row.state == State.OPEN,
        "may_edit": can(request.user, Permission.RISK_EDIT, row.unit) and row.state == State.OPEN,
        "review": review or ReviewForm(initial={"on_date": today()}),
        "close": close or CloseForm(initial={"version": row.version}),
        "reopen": reopen or ReopenForm(initial={"version": row.version}),
        "may_reopen": can(request.user, Permission.RISK_EDIT, row.unit) and row.state == State.CLOSED,
        "is_answering": status != 200,
        "history": lines_of(row, PAGE),
    }
    return render(request, "risks/detail.html", context, status=status)


def _evaluation_page(
    request: PersonRequest, row: RiskPoint, form: EvaluationForm, status: int = 200
) -> HttpResponse:
    context = {
        "point": row,
        "form": form,
        "methods": [(code, local(one.name)) for code, one in methods.items()],
        "calls": queries.calls(row),
        **_outcome(form),
    }
    return render(request, "risks/evaluate.html", context, status=status)


def _outcome(form: EvaluationForm) -> dict[str, Any]:
    """Both halves as far as they are chosen, and the grade with the direct rules."""
    before = display.side(form.method, _said(form, "before"))
    after = display.side(form.method, _said(form, "after"))
    rules = [code for code in _direct(form) if code in codes["direct-risks"]]
    grade = queries.graded(after.grade if after else "", rules)
    return {
        "before": before,
        "after": after,
        "direct": display.names("direct-risks", rules),
        "grade": grade,
        "state": display.state_of(grade),
        "level": local(queries.level(grade)) if grade else "",
        "due": queries.review_after(grade, today()) if grade else None,
    }


def _said(form: EvaluationForm, when: str) -> dict[str, str]:
    codes_ = [factor.code for factor in form.method.factors]
    return {code: str(form[f"{when}-{code}"].value() or "") for code in codes_}


def _direct(form: EvaluationForm) -> list[str]:
    return list(form["direct"].value() or [])


def _point(unit: Unit, uid: UUID) -> RiskPoint:
    row = queries.point(unit, uid)
    if row is None:
        raise Http404(_("没有这个风险点。"))
    return row
