"""The guided start: choose a plan, settle dates and people, see all that will be made, start."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity import library
from safecommunity.ledgers.wording import told
from safecommunity.metrics.queries import named
from safecommunity.programmes import actions, queries
from safecommunity.programmes.models import Programme
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.components.words import local
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.programmes import display
from safecommunity.web.pages.programmes.forms import PrepareForm, prepared


@requires(Permission.PROGRAMME_EDIT)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Choose one of the source plans."""
    if request.method == "POST":
        code = request.POST.get("template", "")
        if code in library.programmes:
            row = actions.prepare(unit=unit, template=code, by=request.user, today=today())
            return redirect("programmes:prepare", unit.slug, row.uuid)
        messages.error(request, _("请选择一个方案模板。"))
    rows = [
        (code, one, len(one.steps), unit.kind in one.unit_kinds)
        for code, one in queries.templates(unit).items()
    ]
    return render(request, "programmes/new.html", {"rows": rows, "way": _way(0)})


@requires(Permission.PROGRAMME_EDIT)
@exactly_once
def prepare(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    """Dates, people, and what to leave out; kept, so that it can be gone on with later."""
    row = _programme(unit, uuid)
    if request.method != "POST":
        return _prepare_page(request, row, PrepareForm(initial=prepared(row), programme=row))
    form = PrepareForm(request.POST, programme=row)
    if not form.is_valid():
        return _prepare_page(request, row, form, 422)
    try:
        actions.settle(programme=row, version=form.cleaned_data["version"], by=request.user, **form.facts())
    except StaleRecord as error:
        return stale_page(request, form, error, prepared(_programme(unit, uuid)))
    except actions.Refused as error:
        form.add_error("goal_date", str(error))
        return _prepare_page(request, row, form, 422)
    return redirect("programmes:preview", unit.slug, uuid)


@requires(Permission.PROGRAMME_EDIT)
def preview(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    """Everything that starting would create; nothing is made yet."""
    row = _programme(unit, uuid)
    if row.goal_date is None:
        messages.error(request, _("请先填写目标日期。"))
        return redirect("programmes:prepare", unit.slug, uuid)
    seen = queries.preview(row)
    drawn = display.planned_timeline(row, seen, zoom=request.GET.get("zoom", ""), today=today())
    names = {one.task.code: one.task.name for one in seen.rows}
    context = {
        "programme": row,
        "way": _way(2),
        "seen": seen,
        "drawing": drawn and drawn[0],
        "zoom": drawn and drawn[1],
        "why_not": told(seen.why_not.message) if seen.why_not else "",
        "changes": display.least_changes(seen.plan, names, row.rules.goal),
        "bodies": [local(body.name) for body in seen.bodies],
        "rules": [library.codes["rule-kinds"][code] for code in seen.rules],
        "ledgers": [(code, library.ledgers[code]) for code in seen.ledgers],
        "first": _first(seen),
        "aims": [
            (metric, one, one.due(row.start_date.year))
            for one in row.rules.aims
            if (metric := named(one.metric))
        ],
    }
    return render(request, "programmes/preview.html", context)


@require_POST
@requires(Permission.PROGRAMME_EDIT)
@exactly_once
def start(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    row = _programme(unit, uuid)
    try:
        actions.start(programme=row, version=_version(request), by=request.user)
    except actions.Refused as error:
        messages.error(request, str(error))
        return redirect("programmes:preview", unit.slug, uuid)
    except StaleRecord:
        messages.error(request, _("准备内容刚刚被别人修改过，请再看一遍预览。"))
        return redirect("programmes:preview", unit.slug, uuid)
    messages.success(request, _("计划已建立，任务已分到责任人。"))
    return redirect("programmes:timeline", unit.slug, uuid)


@require_POST
@requires(Permission.PROGRAMME_EDIT)
@exactly_once
def discard(request: PersonRequest, unit: Unit, uuid: UUID) -> HttpResponse:
    try:
        actions.discard(programme=_programme(unit, uuid), version=_version(request), by=request.user)
    except StaleRecord:
        messages.error(request, _("准备内容刚刚被别人修改过，没有放弃。"))
        return redirect("programmes:prepare", unit.slug, uuid)
    messages.success(request, _("已放弃，什么都没有建立。"))
    return redirect("programmes:index", unit.slug)


def _programme(unit: Unit, uuid: UUID) -> Programme:
    row = queries.programme(unit, uuid)
    if row is None or row.state != Programme.State.PREPARING:
        raise Http404(_("没有这个准备中的计划，它可能已经开始或放弃。"))
    return row


def _way(at: int) -> list[tuple[str, str, str]]:
    steps = (_("选择方案"), _("日期和责任人"), _("预览"), _("开始"))
    return [
        (text, "done" if number < at else "now" if number == at else "todo", "")
        for number, text in enumerate(steps)
    ]


def _first(seen: queries.Preview) -> list[tuple[str, Any]]:
    """The tasks that come first, with their dates."""
    if seen.plan is None:
        return []
    slots = seen.plan.slots
    rows = sorted(seen.rows, key=lambda one: (slots[one.task.code].start, one.task.code))
    return [(one.task.name, slots[one.task.code]) for one in rows[:5]]


def _version(request: PersonRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def _prepare_page(
    request: PersonRequest, row: Programme, form: PrepareForm, status: int = 200
) -> HttpResponse:
    context = {"programme": row, "form": form, "way": _way(1), "rules": row.rules}
    return render(request, "programmes/prepare.html", context, status=status)
