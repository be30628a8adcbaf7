"""The gap planner, and the tasks that come of an accepted plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.accounts.models import User
from safecommunity.analysis.optimise import best_plans
from safecommunity.assessment import actions, queries
from safecommunity.assessment.models import Assessment, PlannedAction
from safecommunity.core.planning import Plan, PlanError, Problem
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import exactly_once, requires
from safecommunity.web.clock import now, today
from safecommunity.web.components.words import local
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.assessment import display
from safecommunity.web.pages.assessment.forms import AcceptForm, GapForm, TaskForm, first_until
from safecommunity.web.pages.assessment.views import assessment_or_404

PAGE = 50
FAR = timedelta(days=5 * 366)
OWNER = "owner-"


@requires(Permission.ASSESSMENT_VIEW)
def gap(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """Choose band, date and what to spare; see the plan, two alternatives, and why."""
    assessment = assessment_or_404(unit, pk)
    form = GapForm(request.GET if "band" in request.GET else _usual(assessment), scheme=assessment.rules)
    context = _context(request, unit, assessment, form)
    if form.is_valid():
        context |= _answer(assessment, **form.cleaned_data)
    return render(request, "assessment/gap.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.ASSESSMENT_EDIT)
@exactly_once
def accept(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """Take one of the plans that were shown; it is worked out again and must still be among them."""
    assessment = assessment_or_404(unit, pk)
    form = AcceptForm(request.POST, scheme=assessment.rules)
    if not form.is_valid():
        context = _context(request, unit, assessment, form)
        return render(request, "assessment/gap.html", context, status=422)
    data = form.cleaned_data
    wanted = frozenset(data["actions"].split())
    answer = _answer(assessment, data["band"], data["until"], data["measure"])
    chosen = next((plan for plan in answer["plans"] if plan["plan"].actions == wanted), None)
    if chosen is None:
        form.add_error(None, _("打开页面之后情况有变化，方案已重新计算，请再看一遍。"))
        context = _context(request, unit, assessment, form) | answer
        return render(request, "assessment/gap.html", context, status=409)
    owners = {
        name.removeprefix(OWNER): value.strip()[:60]
        for name, value in request.POST.items()
        if name.startswith(OWNER) and isinstance(value, str)
    }
    try:
        rows = actions.accept_plan(
            assessment=assessment,
            plan=chosen["plan"],
            owners=owners,
            by=_person(request),
            today=today(),
        )
    except actions.NotPossible as error:
        messages.error(request, str(error))
        return redirect("assessment:gap", unit.slug, pk)
    messages.success(request, _("已生成 %(n)s 项任务。") % {"n": len(rows)})
    return redirect("assessment:tasks", unit.slug)


@requires(Permission.ASSESSMENT_VIEW)
def tasks(request: HttpRequest, unit: Unit) -> HttpResponse:
    """Tasks of the unit and of those beneath it; open ones unless all are asked for."""
    rows = (
        PlannedAction.objects.below(unit)
        .select_related("assessment", "unit")
        .defer("assessment__suggested", "assessment__snapshot")
    )
    show = request.GET.get("show", "open")
    if show == "open":
        rows = rows.filter(state__in=["todo", "doing"])
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [(row, _action_text(row), display.due_state(row.due_date, row.state, today())) for row in page]
    context = {"page": page, "rows": shown, "show": show, "may_edit": _may_edit(request, unit)}
    return render(request, "assessment/tasks.html", context)


@requires(Permission.ASSESSMENT_EDIT)
@exactly_once
def task(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    rows = PlannedAction.objects.in_unit(unit).select_related("assessment", "unit")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404(_("没有这项任务。"))
    first = {
        "owner": row.owner, "due_date": row.due_date, "state": row.state, "remark": row.remark,
        "version": row.version,
    }  # fmt: skip
    form = TaskForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_action(planned=row, by=_person(request), now=now(), **form.cleaned_data)
        except StaleRecord as error:
            return stale_page(request, form, error)
        messages.success(request, _("任务已保存。"))
        return redirect("assessment:tasks", unit.slug)
    context = {"row": row, "text": _action_text(row), "form": form}
    return render(request, "assessment/task.html", context, status=422 if form.errors else 200)


def _usual(assessment: Assessment) -> dict[str, Any]:
    """The first question: the lowest passing band not yet reached, by the end of the year, least effort."""
    scheme = assessment.rules
    above = [
        band for band in scheme.bands if band.at_least > display.band_of(scheme, assessment.band).at_least
    ]
    passing = [band for band in above if band.is_passing] or above or list(scheme.bands[:1])
    until = first_until(today(), assessment.year.end)
    return {"band": passing[-1].code, "until": until.isoformat(), "measure": "effort"}


def _context(request: HttpRequest, unit: Unit, assessment: Assessment, form: GapForm) -> dict[str, Any]:
    band = display.band_of(assessment.rules, assessment.band)
    return {
        "assessment": assessment,
        "scheme_name": local(assessment.rules),
        "band_name": local(band),
        "band_state": display.verdict_state(assessment.rules, assessment.band),
        "form": form,
        "may_edit": _may_edit(request, unit) and assessment.state != Assessment.State.FROZEN,
    }


def _answer(assessment: Assessment, band: str, until: date, measure: str) -> dict[str, Any]:
    """Plans with their steps in words, or why there is none."""
    scheme = assessment.rules
    goal = display.band_of(scheme, band)
    try:
        problem = queries.gap(assessment, band, until=until, today=today())
    except PlanError as error:
        return {"plans": [], "why_not": str(error), "goal": local(goal)}
    plans = best_plans(scheme, queries.present_marks(assessment), problem, measure=measure)
    return {
        "goal": local(goal),
        "until": until,
        "needed": problem.needed,
        "plans": [_told(assessment, plan, plans[0], until) for plan in plans],
        "why_not": "" if plans else _why_not(assessment, problem),
        "earliest": None if plans else _earliest(assessment, band),
    }


def _earliest(assessment: Assessment, band: str) -> date | None:
    """The first day by which the band can be reached at all, however much it takes."""
    problem = queries.gap(assessment, band, until=today() + FAR, today=today())
    fastest = best_plans(assessment.rules, queries.present_marks(assessment), problem, measure="time")
    return today() + timedelta(days=fastest[0].days) if fastest else None


def _told(assessment: Assessment, plan: Plan, best: Plan, until: date) -> dict[str, Any]:
    scheme = assessment.rules
    steps = [
        {
            "step": step,
            "text": local(scheme.actions[step.action], "text"),
            "action": scheme.actions[step.action],
            "indicators": list(scheme.actions[step.action].gain),
            "lifts": [local(scheme.indicators[code], "text") for code in step.lifts],
        }
        for step in plan.steps
    ]
    dropped = [local(scheme.actions[code], "text") for code in sorted(best.actions - plan.actions)]
    return {
        "plan": plan,
        "steps": steps,
        "codes": " ".join(sorted(plan.actions)),
        "band": local(plan.outcome.band),
        "gain": plan.outcome.points - assessment.points,
        "more_effort": plan.effort - best.effort,
        "more_cost": plan.cost - best.cost,
        "more_days": plan.days - best.days,
        "dropped": dropped,
    }


def _why_not(assessment: Assessment, problem: Problem) -> str:
    if problem.stuck:
        return _("下列零分项或否决项在期限内没有措施可以消除：%(codes)s。请推迟期限，或先处理这些指标。") % {
            "codes": _("、").join(problem.stuck)
        }
    return _("期限内全部措施都做完也只有 %(most)s 分，需要 %(needed)s 分。请推迟期限，或选较低的目标。") % {
        "most": problem.most_points, "needed": problem.needed,
    }  # fmt: skip


def _action_text(row: PlannedAction) -> str:
    action = row.assessment.rules.actions.get(row.action)
    return local(action, "text") if action else row.text


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _may_edit(request: HttpRequest, unit: Unit) -> bool:
    return can(_person(request), Permission.ASSESSMENT_EDIT, unit)
