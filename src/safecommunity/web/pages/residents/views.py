"""Residents' reports for staff: the list, one report and its way, a caller's report, the poster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.core.form_tokens import receipt
from safecommunity.core.participation import possible
from safecommunity.core.privacy import mask_phone
from safecommunity.hazards import actions as hazard_actions
from safecommunity.hazards import queries as hazard_queries
from safecommunity.library import codes
from safecommunity.places import queries as places
from safecommunity.residents import actions, queries
from safecommunity.residents.models import Report, State
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.queries import division_codes
from safecommunity.units.scope import StaleRecord, ordered
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.acts import lines_of
from safecommunity.web.clock import now, today
from safecommunity.web.components.words import local
from safecommunity.web.pages.residents.forms import (
    AcceptForm,
    BodyForm,
    CallerForm,
    FilterForm,
    MergeForm,
    ReasonForm,
    StepForm,
    fields,
    kinds,
)

PAGE = 50
LINES = 30
SORTS = {"received": "received_at", "due": "due_date", "state": "state", "subject": "subject"}
BADGES = {
    State.RECEIVED: "waiting", State.OPEN: "todo", State.HANDLING: "doing", State.SOLVED: "changed",
    State.ANSWERED: "done", State.DECLINED: "cancelled", State.MERGED: "cancelled",
}  # fmt: skip
WAY = (State.RECEIVED, State.OPEN, State.HANDLING, State.SOLVED, State.ANSWERED)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that may be done next; `is_dated`: the action wants to know the day."""

    title: Any
    form: type[StepForm]
    do: Callable[..., Report]
    icon: str
    is_dated: bool = False


STEPS = {
    "accept": Step(gettext_lazy("受理"), AcceptForm, actions.accept, "check", is_dated=True),
    "begin": Step(gettext_lazy("开始办理"), StepForm, actions.begin, "play"),
    "solve": Step(gettext_lazy("处理好了"), StepForm, actions.solve, "wrench"),
    "answer": Step(gettext_lazy("答复"), StepForm, actions.answer, "reply", is_dated=True),
    "pass-on": Step(gettext_lazy("转给别的机构"), BodyForm, actions.pass_on, "forward"),
    "merge": Step(gettext_lazy("并入另一件"), MergeForm, actions.merge, "merge"),
    "decline": Step(gettext_lazy("不予受理"), StepForm, actions.decline, "ban", is_dated=True),
    "reopen": Step(gettext_lazy("重新办理"), StepForm, actions.reopen, "rotate-ccw", is_dated=True),
}


@requires(Permission.RESIDENT_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    asked = FilterForm(request.GET).asked()
    rows = ordered(queries.found(unit, **asked), request.GET.get("sort", ""), SORTS)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = queries.count_by_state(unit)
    words = _words()
    context = {
        "page": page,
        "rows": [(row, BADGES[State(row.state)], words.get(row.kind, ""), _is_late(row)) for row in page],
        "asked": asked,
        "states": [(state, state.label, counts.get(state, 0)) for state in State],
        "kinds": kinds(),
        "fields": fields(),
        "waiting": counts.get(State.RECEIVED, 0),
        "may_handle": can(request.user, Permission.RESIDENT_HANDLE, unit),
        "is_open": queries.is_open(unit),
        "here": "reports",
    }
    return render(request, "residents/index.html", context)


@requires(Permission.RESIDENT_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _report(unit, uid)
    return _page(request, row, _chosen(row, request.GET.get("act", "")))


@require_POST
@requires(Permission.RESIDENT_HANDLE)
@exactly_once
def act(request: PersonRequest, unit: Unit, uid: UUID, act: str) -> HttpResponse:
    """One step on its way, or the page again with what is wrong."""
    row = _report(unit, uid)
    if act not in STEPS:
        raise Http404(_("没有这个办理环节。"))
    step, form = STEPS[act], STEPS[act].form(request.POST, row=row, act=act)
    if not form.is_valid():
        return _page(request, row, act, form, 422)
    day = {"today": today()} if step.is_dated else {}
    try:
        step.do(row=row, by=request.user, **form.said(), **day)
    except actions.Refused as error:
        form.add_error(None, str(error))
        return _page(request, row, act, form, 422)
    except StaleRecord:
        row = _report(unit, uid)
        form.data = {**request.POST.dict(), "version": row.version}
        form.add_error(None, _("这件反映刚刚被别人办理过，请看过现在的情况再办。您写的内容还在下面。"))
        return _page(request, row, act, form, 409)
    messages.success(request, _("已办理：%(step)s。") % {"step": step.title})
    return redirect("residents:detail", unit.slug, uid)


@require_POST
@requires(Permission.RESIDENT_HANDLE)
@exactly_once
def judge(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """What the reporter said on the telephone: is it really fixed?"""
    row = _report(unit, uid)
    try:
        actions.judge(row=row, is_fixed=request.POST.get("fixed") == "yes", by=request.user, today=today())
    except actions.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已记下回访结果。"))
    return redirect("residents:detail", unit.slug, uid)


@require_POST
@requires(Permission.RESIDENT_HANDLE)
def phone(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """The whole number, in this answer alone; the log keeps who looked and why."""
    row, form = _report(unit, uid), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, row, _chosen(row, ""), reason=form, status=422)
    shown = actions.show_phone(row=row, reason=form.cleaned_data["reason"], by=request.user)
    return _page(request, row, _chosen(row, ""), shown_phone=shown)


@require_POST
@requires(Permission.HAZARD_REPORT)
@exactly_once
def hazard(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """An accepted report becomes one hidden hazard, whose key follows from its own."""
    row, key = _report(unit, uid), uuid5(uid, "hazard")
    try:
        actions.link_hazard(row=row, hazard=key, by=request.user)
    except actions.Refused as error:
        messages.error(request, str(error))
        return redirect("residents:detail", unit.slug, uid)
    found = hazard_actions.Report(
        place=_place(unit, row),
        text=f"{row.subject}\n{row.words}"[:2000], kind="other", cause="state", field=row.field,
        longitude=row.longitude, latitude=row.latitude, at=row.received_at,
    )  # fmt: skip
    pictures = hazard_actions.Pictures(files=[one.file for one in queries.photos(row)])
    hazard_actions.register(
        unit=unit, report=found, by=request.user, now=now(), client_uuid=key, pictures=pictures
    )
    return redirect("hazards:detail", unit.slug, key)


@requires(Permission.RESIDENT_HANDLE)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Staff writes down what a caller says, and tells the caller the receipt."""
    form = CallerForm(request.POST or None, areas=_areas(unit))
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "residents/new.html", {"form": form}, status=status)
    number = receipt(settings.SECRET_KEY, token_hex(16))
    row = actions.receive(unit=unit, said=form.said(), receipt=number, now=now(), by=request.user)
    messages.success(request, _("已登记。请告诉反映人回执号：%(receipt)s") % {"receipt": number})
    return redirect("residents:detail", unit.slug, row.uuid)


@requires(Permission.RESIDENT_VIEW)
def poster(request: PersonRequest, unit: Unit) -> HttpResponse:
    """A page to print and put up, for the whole unit or for one of its places."""
    known, area = _areas(unit), request.GET.get("area", "")
    where = f"new/?area={area}" if area in known else ""
    address = reverse("report:start", args=[unit.slug])
    context = {
        "areas": known.items(), "area": area, "area_name": known.get(area, ""),
        "address": request.build_absolute_uri(address + where),
        "code": reverse("report:code", args=[unit.slug]) + (f"?area={area}" if area in known else ""),
        "is_open": queries.is_open(unit), "here": "poster",
    }  # fmt: skip
    return render(request, "residents/poster.html", context)


def _page(
    request: PersonRequest, row: Report, act: str, form: StepForm | None = None, status: int = 200,
    *, reason: ReasonForm | None = None, shown_phone: str = "",
) -> HttpResponse:  # fmt: skip
    may_handle = can(request.user, Permission.RESIDENT_HANDLE, row.unit)
    if form is None and act and may_handle:
        form = STEPS[act].form(row=row, act=act, initial={"today": today()})
    words, area = _words(), _areas(row.unit).get(row.area, row.area)
    context = {
        "row": row, "badge": BADGES[State(row.state)], "kind": words.get(row.kind, ""), "area": area,
        "field": words.get(row.field, ""), "source": words.get(row.source, ""), "strip": _strip(row),
        "photos": queries.photos(row), "followers": queries.followers(row), "is_late": _is_late(row),
        "may_handle": may_handle, "form": form, "act": act, "step": STEPS.get(act),
        "steps": [(name, STEPS[name]) for name in STEPS if name in possible(row.state)],
        "phone": mask_phone(row.opened_phone), "shown_phone": shown_phone, "reason": reason or ReasonForm(),
        "asks": queries.is_asked(row, today()), "history": lines_of(row, LINES),
        "point": _point(row), "hazard": row.hazard and hazard_queries.hazard(row.unit, row.hazard),
        "may_report": row.state in queries.ACCEPTED and can(request.user, Permission.HAZARD_REPORT, row.unit),
    }  # fmt: skip
    return render(request, "residents/detail.html", context, status=status)


def _report(unit: Unit, uid: UUID) -> Report:
    row = queries.report(unit, uid)
    if row is None:
        raise Http404(_("没有这件反映。"))
    return row


def _chosen(row: Report, wanted: str) -> str:
    """The step asked for if it may follow, else the usual next one."""
    open_steps = [name for name in STEPS if name in possible(row.state)]
    usual = [name for name in open_steps if name != "reopen"]
    return wanted if wanted in open_steps else next(iter(usual), "")


def _is_late(row: Report) -> bool:
    return row.due_date is not None and row.state in queries.PUBLIC and row.due_date < today()


def _strip(row: Report) -> list[tuple[str, str, str]]:
    if row.state in (State.DECLINED, State.MERGED):
        return [(str(State.RECEIVED.label), "done", ""), (row.get_state_display(), "stopped", "")]
    here = WAY.index(State(row.state))
    return [
        (str(state.label), "done" if at < here or row.state == State.ANSWERED else "now" if at == here else
         "todo", "")
        for at, state in enumerate(WAY)
    ]  # fmt: skip


def _areas(unit: Unit) -> dict[str, str]:
    own = division_codes(unit)
    found = {one.code: one.name for one in places.with_children(own)}
    return dict(sorted({**found, **{one.code: one.name for one in places.grids(own)}}.items()))


def _place(unit: Unit, row: Report) -> str:
    """Where the hazard is, in words by which the same place is known again.

    The resident's own; else the position to some hundred metres; else the moment, so that nothing is alike.
    """
    if row.spot:
        return row.spot
    area = _areas(unit).get(row.area, "") or unit.name
    if row.longitude is not None and row.latitude is not None:
        return f"{area} {row.longitude:.3f}, {row.latitude:.3f}"
    told = timezone.localtime(row.received_at).strftime("%Y-%m-%d %H:%M")
    return _("%(area)s（%(told)s反映，位置待核实）") % {"area": area, "told": told}


def _words() -> dict[str, str]:
    """The names of all codes that a report holds."""
    lists = ("report-kinds", "promotion-fields", "opinion-sources")
    return {code: local(one) for name in lists for code, one in codes[name].items()}


def _point(row: Report) -> dict[str, Any] | None:
    if row.longitude is None:
        return None
    return {
        "tiles": settings.MAP_TILES, "attribution": settings.MAP_ATTRIBUTION,
        "points": [{"lat": row.latitude, "lng": row.longitude, "label": row.spot or str(row)}],
    }  # fmt: skip
