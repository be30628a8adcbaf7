"""Visits: the list, arranging one, the visit itself with what is found, the unit's answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.correspondence import actions as correspondence
from safecommunity.correspondence import queries as documents
from safecommunity.supervision.actions import visits as actions
from safecommunity.supervision.models.visits import (
    Extension,
    ExtensionState,
    Finding,
    FindingState,
    Reply,
    Visit,
    VisitState,
)
from safecommunity.supervision.queries import visits as queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import ordered
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import now, today
from safecommunity.web.fields import ACCEPTED
from safecommunity.web.pages.supervision.doing import done, taken, taken_along, typed
from safecommunity.web.pages.supervision.visit_forms import (
    AnswerForm,
    ArrangeForm,
    AskForm,
    DecideForm,
    ExtendForm,
    FindingForm,
    FinishForm,
    ReasonForm,
    ScheduleForm,
    VersionForm,
    beginning,
    severity_name,
    topic_names,
)

PAGE = 50
VISIT_BADGES = {"planned": "todo", "done": "done", "cancelled": "cancelled"}
FINDING_BADGES = {
    "open": "todo", "answered": "waiting", "returned": "returned", "accepted": "done", "noted": "yes",
}  # fmt: skip
VISIT_SORTS = {
    "unit": "path", "title": "title", "day": "day", "state": "state", "found": "found", "waiting": "waiting",
}  # fmt: skip
FINDING_SORTS = {"unit": "path", "due": "due_date", "state": "state"}
EXTENSION_BADGES = {"asked": "waiting", "granted": "done", "refused": "returned", "lapsed": "cancelled"}
ORDER = "supervision-order"


@requires(Permission.SUPERVISION_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    page = Paginator(_visits(request, unit), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, VISIT_BADGES[row.state], row.state == VisitState.DONE) for row in page],
        "states": VisitState.choices,
        "state": request.GET.get("state", ""),
        "q": request.GET.get("q", "").strip(),
        "orders": ORDER if can(request.user, Permission.DOCUMENT_VIEW, unit) else "",
        "may_plan": can(request.user, Permission.SUPERVISE, unit),
        "here": "visits",
    }
    return render(request, "supervision/visits.html", context)


@requires(Permission.SUPERVISION_VIEW)
def findings(request: PersonRequest, unit: Unit) -> HttpResponse:
    """What visits found here and beneath, what has to be answered first on top."""
    page = Paginator(_findings(request, unit), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, *_standing(row, today()), severity_name(row)) for row in page],
        "states": [*FindingState.choices, ("overdue", _("已逾期"))],
        "state": request.GET.get("state", ""),
        "days": queries.ESCALATED_AFTER.days,
        "here": "findings",
    }
    return render(request, "supervision/findings.html", context)


@require_POST
@requires(Permission.SUPERVISION_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The visits on the screen, with its filters and in its order."""
    columns = [
        (_("督查对象"), 24), (_("名称"), 24), (_("方式"), 8), (_("督查单位"), 24), (_("督查日期"), 12),
        (_("状态"), 10), (_("问题"), 8), (_("待反馈"), 8),
    ]  # fmt: skip
    rows = (
        [
            f"{row.unit.name} · {row.body.name}" if row.body else row.unit.name,
            row.title, row.get_kind_display(), row.supervisor.name, row.day, row.get_state_display(),
            *([row.found, row.waiting] if row.state == VisitState.DONE else [None, None]),
        ]
        for row in _visits(request, unit).iterator(500)
    )  # fmt: skip
    return taken_along(request, unit, _("督查"), "visits.exported", columns, rows)


@require_POST
@requires(Permission.SUPERVISION_VIEW)
def export_findings(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The findings on the screen, with its filter and in its order."""
    columns = [
        (_("问题"), 40), (_("依据"), 24), (_("单位"), 24), (_("督查"), 24), (_("程度"), 8),
        (_("反馈期限"), 12), (_("状态"), 10),
    ]  # fmt: skip
    day = today()
    rows = (
        [
            row.text, row.basis, row.unit.name, row.visit.title, severity_name(row), row.due_date,
            _standing(row, day)[1],
        ]
        for row in _findings(request, unit).iterator(500)
    )  # fmt: skip
    return taken_along(request, unit, _("督查问题"), "findings.exported", columns, rows)


@requires(Permission.SUPERVISE)
@exactly_once
def arrange(request: PersonRequest, unit: Unit) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = ArrangeForm(sent, unit=unit, today=today(), initial=beginning(today()))
    made: list[Visit] = []

    def act() -> None:
        said = form.said()
        said["unit"] = said["unit"] or unit
        made.append(actions.arrange(supervisor=unit, by=request.user, today=today(), **said))

    status = 200
    if request.method == "POST":
        status = done(request, form, act, _("已安排，请确定日期。")) if form.is_valid() else 422
        if not status:
            return redirect("supervision:visit", made[0].unit.slug, made[0].uuid)
    return render(request, "supervision/arrange.html", {"form": form}, status=status)


@requires(Permission.SUPERVISION_VIEW)
def visit(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _page(request, _visit(request, unit, uid))


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def schedule(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _visit(request, unit, uid)
    form = ScheduleForm(request.POST, row=row, today=today())
    return _act(request, row, "schedule", form, partial(actions.schedule, today=today()), _("已确定日期。"))


@require_POST
@requires(Permission.SUPERVISE)
def found(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponseBase:
    """The photos are taken in before the transaction begins; see `taken`."""
    row = _visit(request, unit, uid)
    form = FindingForm(request.POST, request.FILES, today=today())
    files = None
    if form.is_valid() and queries.may_visit(request.user, row):
        sent = form.cleaned_data["upload"]
        files = taken(form, sent, row.supervisor, request.user, row.day or today())
    if files is None:
        return _page(request, row, {"finding": form}, 422)
    return _found(request, row, form, files)


@exactly_once
def _found(request: PersonRequest, row: Visit, form: FindingForm, files: list[Any]) -> HttpResponse:
    def act() -> None:
        actions.add_finding(row=row, files=files, by=request.user, today=today(), **form.said())

    status = done(request, form, act, _("已登记问题。"))
    if status:
        return _page(request, row, {"finding": form}, status)
    return redirect("supervision:visit", row.unit.slug, row.uuid)


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def drop(request: PersonRequest, unit: Unit, uid: UUID, finding: UUID) -> HttpResponse:
    row = _visit(request, unit, uid)
    act = partial(_without_row, actions.drop_finding, _finding(row, finding))
    return _act(request, row, "drop", VersionForm(request.POST), act, _("已删除。"))


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def finish(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _visit(request, unit, uid)
    act = partial(actions.finish, now=now(), today=today())
    return _act(
        request, row, "finish", FinishForm(request.POST), act, _("督查已结束，结果已告知被督查单位。")
    )


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def cancel(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _visit(request, unit, uid)
    return _act(request, row, "cancel", ReasonForm(request.POST), actions.cancel_visit, _("已取消。"))


@require_POST
@requires(Permission.TASK_DO)
def answer(request: PersonRequest, unit: Unit, uid: UUID, finding: UUID) -> HttpResponseBase:
    """The files are taken in before the transaction begins; see `taken`."""
    row = _visit(request, unit, uid)
    one = _finding(row, finding)
    form = AnswerForm(request.POST, request.FILES)
    files = None
    if form.is_valid() and queries.may_answer(request.user, one):
        files = taken(form, form.cleaned_data["upload"], unit, request.user, today())
    elif form.is_valid():
        files = []
    if files is None:
        return _page(request, row, {f"answer {one.pk}": form}, 422)
    return _answer(request, row, one, form, files)


@exactly_once
def _answer(
    request: PersonRequest, row: Visit, one: Finding, form: AnswerForm, files: list[Any]
) -> HttpResponse:
    def act() -> None:
        actions.answer(
            finding=one, version=form.cleaned_data["version"], words=form.cleaned_data["words"], files=files,
            by=request.user, now=now(), today=today(),
        )  # fmt: skip

    status = done(request, form, act, _("已反馈，等督查单位确认。"))
    if status:
        return _page(request, row, {f"answer {one.pk}": form}, status)
    return redirect("supervision:visit", row.unit.slug, row.uuid)


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def decide(request: PersonRequest, unit: Unit, uid: UUID, finding: UUID) -> HttpResponse:
    row = _visit(request, unit, uid)
    one = _finding(row, finding)
    act = partial(_without_row, partial(actions.decide, now=now(), today=today()), one)
    return _act(request, row, f"decide {one.pk}", DecideForm(request.POST), act, _("已办理。"))


@require_POST
@requires(Permission.TASK_DO)
@exactly_once
def ask(request: PersonRequest, unit: Unit, uid: UUID, finding: UUID) -> HttpResponse:
    """The unit asks for more time."""
    row = _visit(request, unit, uid)
    one = _finding(row, finding)
    act = partial(_without_row, partial(actions.ask_for_time, now=now(), today=today()), one)
    words = _("已申请延期，等督查单位审批。")
    return _act(request, row, f"ask {one.pk}", AskForm(request.POST), act, words)


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def extend(request: PersonRequest, unit: Unit, uid: UUID, finding: UUID) -> HttpResponse:
    """The supervisor grants more time or refuses it."""
    row = _visit(request, unit, uid)
    one = _finding(row, finding)
    act = partial(_without_row, partial(actions.decide_time, now=now(), today=today()), one)
    return _act(request, row, f"extend {one.pk}", ExtendForm(request.POST), act, _("已办理。"))


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def order(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """The supervision order of the unit that sent the team; the second time the draft that is there."""
    row = _visit(request, unit, uid)
    if not _may_order(request, row):
        raise Http404(_("这次督查没有可以督办的问题。"))
    made = correspondence.draft(
        kind=ORDER, unit=row.supervisor, by=request.user, today=today(), uuid=uuid5(row.uuid, ORDER),
        title=f"{row.supervisor.name}关于{row.title}发现问题的督办通知", addressee=row.unit.name,
        words=queries.order_places(row),
    )  # fmt: skip
    return redirect("correspondence:detail", row.supervisor.slug, made.uuid)


def _visits(request: PersonRequest, unit: Unit) -> QuerySet[Any]:
    """The visits that the filters of the page leave, in the order that was clicked."""
    state, wanted = request.GET.get("state", ""), request.GET.get("q", "").strip()
    rows = queries.visits(unit, request.user)
    if state in VisitState.values:
        rows = rows.filter(state=state)
    if wanted:
        rows = rows.filter(unit__name__icontains=wanted)
    return ordered(rows, request.GET.get("sort", ""), VISIT_SORTS)


def _findings(request: PersonRequest, unit: Unit) -> QuerySet[Finding]:
    state = request.GET.get("state", "")
    rows = queries.chosen(queries.told_findings(unit), state=state, today=today())
    return ordered(rows, request.GET.get("sort", ""), FINDING_SORTS)


def _act(
    request: PersonRequest, row: Visit, name: str, form: Form, act: Callable[..., object], words: str
) -> HttpResponse:
    status = 422
    if form.is_valid():
        said = getattr(form, "said", lambda: form.cleaned_data)()
        status = done(request, form, lambda: act(row=row, by=request.user, **said), words)
    if status:
        return _page(request, _visit(request, row.unit, row.uuid), {name: form}, status)
    return redirect("supervision:visit", row.unit.slug, row.uuid)


def _without_row(act: Callable[..., object], finding: Finding, *, row: Visit, **said: Any) -> None:
    act(finding=finding, **said)


def _page(
    request: PersonRequest, row: Visit, bound: dict[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    may_visit = queries.may_visit(request.user, row)
    is_done = row.state == VisitState.DONE
    shown = queries.findings(row) if may_visit or is_done else []
    proofs = queries.proofs(row) if shown else {}
    extensions = queries.extensions(row) if shown else {}
    ordered = documents.document(row.supervisor, uuid5(row.uuid, ORDER)) if may_visit else None
    context: dict[str, Any] = {
        "row": row,
        "typed": typed(bound or {}, status),
        "badge": VISIT_BADGES[row.state],
        "topics": topic_names(row.topics),
        "team": list(row.team.order_by("display_name", "pk")),
        "is_done": is_done,
        "may_visit": may_visit,
        "is_open": may_visit and row.state == VisitState.PLANNED,
        "is_today": row.day is not None and row.day <= today(),
        "forms": {**(_forms(row) if may_visit else {}), **(bound or {})},
        "findings": [
            {
                **_shown(request, row, one, replies, bound or {}),
                **_extended(request, one, extensions.get(one.pk, []), bound or {}),
                "files": proofs.get((one.pk, None), []),
                "replies": [(each, proofs.get((one.pk, each.pk), [])) for each in replies],
            }
            for one, replies in shown
        ],
        "accepted": ACCEPTED,
        "order": ordered,
        "may_order": not ordered and _may_order(request, row),
        "sees_round": row.round_id is not None
        and can(request.user, Permission.SUPERVISION_VIEW, row.supervisor),
    }
    return render(request, "supervision/visit.html", context, status=status)


def _forms(row: Visit) -> dict[str, Form]:
    if row.state != VisitState.PLANNED:
        return {}
    initial = {"version": row.version}
    team = list(row.team.values_list("pk", flat=True))
    return {
        "schedule": ScheduleForm(
            row=row, today=today(), initial={**initial, "day": row.day, "team": team}, auto_id="schedule_%s"
        ),
        "finding": FindingForm(today=today(), initial={"severity": "general", "asks": True}),
        "finish": FinishForm(initial=initial, auto_id="finish_%s"),
        "cancel": ReasonForm(initial=initial, auto_id="cancel_%s"),
    }


def _shown(
    request: PersonRequest, row: Visit, one: Finding, replies: list[Reply], bound: dict[str, Form]
) -> dict[str, Any]:
    """A finding with its answers and what the person may do with it."""
    one.visit = row
    initial = {"version": one.version}
    form = ""
    ready: Form | None = None
    if queries.may_answer(request.user, one):
        form, ready = "answer", AnswerForm(initial=initial, auto_id=f"answer{one.pk}_%s")
    elif queries.may_decide(request.user, one, replies[-1] if replies else None):
        form, ready = "decide", DecideForm(initial=initial, auto_id=f"decide{one.pk}_%s")
    badge, word = _standing(one, today())
    return {
        "row": one,
        "severity": severity_name(one),
        "badge": badge,
        "word": word,
        "act": form,
        "form": bound.get(f"answer {one.pk}") or bound.get(f"decide {one.pk}") or ready,
    }


def _extended(
    request: PersonRequest, one: Finding, asked: list[Extension], bound: dict[str, Form]
) -> dict[str, Any]:
    """The requests for more time and what the person may do about them."""
    initial = {"version": one.version}
    waiting = asked[-1] if asked and asked[-1].state == ExtensionState.ASKED else None
    act = ""
    ready: Form | None = None
    if queries.may_extend(request.user, one, waiting):
        act, ready = "extend", ExtendForm(initial=initial, auto_id=f"extend{one.pk}_%s")
    elif not waiting and queries.may_answer(request.user, one):
        act, ready = "ask", AskForm(initial=initial, auto_id=f"ask{one.pk}_%s")
    return {
        "extensions": [(row, EXTENSION_BADGES[row.state]) for row in asked],
        "time_act": act,
        "time_form": bound.get(f"{act} {one.pk}") or ready,
    }


def _standing(row: Finding, day: date) -> tuple[str, str]:
    """Badge and word; what should have been answered is overdue."""
    if row.is_waiting and row.due_date and row.due_date < day:
        return "overdue", _("已逾期")
    return FINDING_BADGES[row.state], row.get_state_display()


def _may_order(request: PersonRequest, row: Visit) -> bool:
    return (
        row.state == VisitState.DONE
        and can(request.user, Permission.DOCUMENT_DRAFT, row.supervisor)
        and any(one.due_date for one, _replies in queries.findings(row))
    )


def _visit(request: PersonRequest, unit: Unit, uid: UUID) -> Visit:
    row = queries.visit(unit, request.user, uid)
    if row is None:
        raise Http404(_("没有这次督查。"))
    return row


def _finding(row: Visit, uid: UUID) -> Finding:
    found = queries.finding(row, uid)
    if found is None:
        raise Http404(_("没有这个问题。"))
    return found
