"""Plans of inspection and what they cover, the checklists, the statistics of hazards."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity import library
from safecommunity.core.inspections import LEAST_COMPREHENSIVE, rounds
from safecommunity.core.periods import Period, UnknownPeriod
from safecommunity.hazards import actions, queries
from safecommunity.hazards.models import Grade, Kind, Plan
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web import leads
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import now, today
from safecommunity.web.components.words import local
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.hazards import display
from safecommunity.web.pages.hazards.forms import PlanForm

PAGE = 50
FIELDS = (
    "name", "year", "kind", "field", "checklists", "every", "from_date", "to_date", "grades",
    "premises_kinds", "places", "draw", "leader", "members", "team",
)  # fmt: skip


@requires(Permission.HAZARD_VIEW)
def plans(request: PersonRequest, unit: Unit) -> HttpResponse:
    year = _year(request)
    page = Paginator(queries.plans(unit, year), PAGE).get_page(request.GET.get("page"))
    planned = sum(
        len(rounds(one.every, one.from_date, one.to_date))
        for one in queries.plans(unit, year).filter(kind=Kind.COMPREHENSIVE, unit=unit)
    )
    by_month = queries.rounds_by_month(unit, year)
    context = {
        "page": page, "year": year, "here": "plans", "rows": [(row, *_round_counts(row)) for row in page],
        "may_manage": can(request.user, Permission.HAZARD_MANAGE, unit), "planned": planned,
        "held": queries.comprehensive_held(unit, year), "least": LEAST_COMPREHENSIVE,
        "months": [
            (_("%(n)s月") % {"n": month}, "some" if by_month.get(month) else "none", by_month.get(month), "")
            for month in range(1, 13)
        ],
    }  # fmt: skip
    return render(request, "hazards/plans.html", context)


@requires(Permission.HAZARD_MANAGE)
@exactly_once
def new_plan(request: PersonRequest, unit: Unit) -> HttpResponse:
    year = today().year
    initial = {
        "year": year, "kind": Kind.COMPREHENSIVE, "field": "general", "every": "quarter",
        "from_date": date(year, 1, 1), "to_date": date(year, 12, 31), "leader": request.user.display_name,
    }  # fmt: skip
    lead = leads.asked(request, unit)
    initial |= leads.first_values(lead, leads.Kind.INSPECTION, today(), request.user)
    form = PlanForm(request.POST if request.method == "POST" else None, unit=unit, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.make_plan(unit=unit, by=request.user, **form.cleaned_data)
        except actions.Refused as error:
            form.add_error(None, str(error))
        else:
            leads.follow(lead, leads.Kind.INSPECTION, row.uuid, row.name, request.user)
            messages.success(request, _("已制定检查计划。"))
            return redirect("hazards:plan", unit.slug, row.uuid)
    return render(request, "hazards/plan_form.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.HAZARD_VIEW)
@exactly_once
def plan(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """The plan with its rounds; who manages hazards changes it here."""
    row = _plan(unit, uid)
    may = can(request.user, Permission.HAZARD_MANAGE, row.unit)
    initial = {name: getattr(row, name) for name in FIELDS}
    form = PlanForm(request.POST if request.method == "POST" else None, unit=row.unit, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            version = int(request.POST.get("version") or 0)
            actions.change_plan(plan=row, version=version, by=request.user, **form.cleaned_data)
        except (actions.Refused, ValueError) as error:
            form.add_error(None, str(error))
        except StaleRecord as error:
            return stale_page(request, form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("hazards:plan", row.unit.slug, uid)
    made = {one.period: one for one in queries.inspections(row.unit).filter(plan=row)}
    context = {
        "row": row, "form": form if may else None, "field": display.word("promotion-fields", row.field),
        "checklists": [local(one.name) for code in row.checklists if (one := library.checklists.get(code))],
        "grades": [display.word("risk-grades", one) for one in row.grades],
        "rounds": [(one, made.get(one.code)) for one in rounds(row.every, row.from_date, row.to_date)[:60]],
        "covered": queries.premises(row.unit, row.grades, row.premises_kinds).count(), "may_manage": may,
        "today": today(),
    }  # fmt: skip
    return render(request, "hazards/plan.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.HAZARD_MANAGE)
@exactly_once
def make_rounds(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """The rounds whose time has come, now instead of tonight."""
    row = _plan(unit, uid)
    made = actions.make_rounds(root=row.unit, today=today(), by=request.user)
    words = _("已生成 %(n)s 项检查任务。") if made else _("到期的检查任务都已生成。")
    messages.success(request, words % {"n": made})
    return redirect("hazards:plan", row.unit.slug, uid)


@requires(Permission.HAZARD_VIEW)
def coverage(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Which premises were inspected in a year, by risk grade, and which were not."""
    year = _year(request)
    first, last = date(year, 1, 1), date(year, 12, 31)
    found = queries.coverage(unit, first, last)
    order = [*library.codes["risk-grades"], ""]
    left_out = queries.not_covered(unit, first, last)
    page = Paginator(left_out, PAGE).get_page(request.GET.get("page"))
    context = {
        "year": year, "here": "coverage", "page": page, "uncovered": found.uncovered,
        "grades": [
            (display.word("risk-grades", grade) if grade else _("未定级"), *found.grades[grade])
            for grade in order if grade in found.grades
        ],
        "rows": [(row, display.word("risk-grades", row.data.get("risk_grade", ""))) for row in page],
    }  # fmt: skip
    return render(request, "hazards/coverage.html", context)


@requires(Permission.HAZARD_VIEW)
def statistics(request: PersonRequest, unit: Unit) -> HttpResponse:
    period = _period(request)
    moment, span = now(), (period.start, period.end)
    by = {
        _("等级"): [(_grade(code), n, done) for code, n, done in queries.counted_by(unit, "grade", *span)],
        _("类型"): _named("hazard-kinds", queries.counted_by(unit, "kind", *span)),
        _("成因"): _named("hazard-causes", queries.counted_by(unit, "cause", *span)),
        _("领域"): _named("promotion-fields", queries.counted_by(unit, "field", *span)),
    }
    context = {
        "period": period, "here": "statistics", "found": queries.statistics(unit, *span, moment), "by": by,
        "units": queries.by_unit(unit, *span, moment)[:200], "periods": _periods(),
        "may_paper": can(request.user, Permission.REPORT_MAKE, unit),
    }  # fmt: skip
    return render(request, "hazards/statistics.html", context)


@requires(Permission.HAZARD_VIEW)
def checklists(request: PersonRequest, unit: Unit) -> HttpResponse:
    rows = [
        (one, local(one.name), display.word("promotion-fields", one.field), library.checklists.version(code))
        for code, one in library.checklists.items()
    ]
    may_define = can(request.user, Permission.LEDGER_DEFINE, unit)
    return render(
        request, "hazards/checklists.html", {"rows": rows, "here": "checklists", "may_define": may_define}
    )


@requires(Permission.HAZARD_VIEW)
def checklist(request: PersonRequest, unit: Unit, code: str) -> HttpResponse:
    if code not in library.checklists:
        raise Http404(_("没有这张检查表。"))
    found = library.checklists[code]
    sections = [
        (local(name), [one for one in found.items.values() if one.section == key])
        for key, name in found.sections.items()
    ]
    context: dict[str, Any] = {
        "checklist": found, "name": local(found.name), "field": display.word("promotion-fields", found.field),
        "sections": sections, "version": library.checklists.version(code),
    }  # fmt: skip
    return render(request, "hazards/checklist.html", context)


def _plan(unit: Unit, uid: UUID) -> Plan:
    row = queries.plan(unit, uid)
    if row is None:
        raise Http404(_("没有这个检查计划。"))
    return row


def _round_counts(row: Plan) -> tuple[int, int]:
    """How many rounds the plan has in all, and how many until today."""
    every = rounds(row.every, row.from_date, row.to_date)
    return len(every), sum(one.start <= today() for one in every)


def _year(request: PersonRequest) -> int:
    asked = request.GET.get("year", "")
    return int(asked) if asked.isdecimal() and len(asked) == 4 and int(asked) >= 1990 else today().year


def _period(request: PersonRequest) -> Period:
    try:
        return Period.parse(request.GET.get("period", ""))
    except UnknownPeriod:
        return Period.year_of(today())


def _periods() -> list[tuple[str, str]]:
    year = today().year
    found = []
    for one in (year, year - 1):
        found.append(Period.year_of(date(one, 1, 1)))
        found += [Period.quarter_of(date(one, month, 1)) for month in (1, 4, 7, 10)]
    return [(one.code, one.label()) for one in found]


def _grade(code: str) -> str:

    return str(Grade(code).label) if code else _("未核定")


def _named(codes: str, rows: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    return [(display.word(codes, code), n, done) for code, n, done in rows]
