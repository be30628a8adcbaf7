"""One-vote vetoes: the list, proposing one, and its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.accounts.models import User
from safecommunity.supervision.actions import Refused
from safecommunity.supervision.actions import vetoes as actions
from safecommunity.supervision.models.vetoes import State, Veto
from safecommunity.supervision.queries import vetoes as queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord, ordered
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.pages.supervision.doing import taken_along
from safecommunity.web.pages.supervision.veto_forms import (
    AppealForm,
    DecideForm,
    ProposeForm,
    SettleForm,
    StepForm,
    grounds,
)

PAGE = 50
BADGES = {
    State.PROPOSED: "waiting", State.DROPPED: "cancelled", State.DECIDED: "veto", State.APPEALED: "veto",
    State.UPHELD: "veto", State.LIFTED: "cancelled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """What may come next on a veto's page."""

    name: str
    title: Any
    form: type[StepForm]
    act: Callable[..., Veto]
    may: Callable[[User, Veto], bool]

    @property
    def address(self) -> str:
        return f"supervision:{self.name}"


STEPS = {
    one.name: one
    for one in (
        Step("decide", gettext_lazy("决定"), DecideForm, actions.decide, queries.may_decide),
        Step(
            "appeal", gettext_lazy("申诉"), AppealForm, actions.appeal,
            lambda user, row: queries.may_appeal(user, row, today()),
        ),
        Step("settle", gettext_lazy("复核申诉"), SettleForm, actions.settle, queries.may_settle),
    )
}  # fmt: skip


SORTS = {"unit": "path", "year": "year", "state": "state", "decided": "decided_date"}


@requires(Permission.SUPERVISION_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    page = Paginator(_asked(request, unit), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, BADGES[State(row.state)], _ground(row)) for row in page],
        "states": State.choices,
        "state": request.GET.get("state", ""),
        "may_propose": queries.is_above(request.user, unit),
        "here": "vetoes",
    }
    return render(request, "supervision/index.html", context)


@require_POST
@requires(Permission.SUPERVISION_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The vetoes on the screen, with its filter and in its order."""
    columns = [
        (_("单位"), 24),
        (_("考核年度"), 10),
        (_("否决情形"), 40),
        (_("状态"), 12),
        (_("决定日期"), 12),
    ]
    rows = (
        [row.unit.name, row.year, _ground(row), row.get_state_display(), row.decided_date]
        for row in _asked(request, unit)
    )
    return taken_along(request, unit, _("一票否决"), "vetoes.exported", columns, rows)


@requires(Permission.APPRAISE)
@exactly_once
def propose(request: PersonRequest, unit: Unit) -> HttpResponse:
    if request.method != "POST":
        return render(
            request, "supervision/propose.html", {"form": ProposeForm(initial={"year": today().year})}
        )
    form = ProposeForm(request.POST)
    if form.is_valid():
        try:
            row = actions.propose(unit=unit, by=request.user, today=today(), **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已提出，等上级的另一位考核人员决定。"))
            return redirect("supervision:detail", unit.slug, row.uuid)
    return render(request, "supervision/propose.html", {"form": form}, status=422)


@requires(Permission.SUPERVISION_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _veto(unit, uid)
    step = next((one for one in STEPS.values() if one.may(request.user, row)), None)
    initial = {"version": row.version, "appeal_until": today() + queries.APPEAL_DAYS}
    return _page(request, row, step, step.form(initial=initial) if step else None)


@require_POST
@requires(Permission.APPRAISE)
@exactly_once
def decide(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _act(request, _veto(unit, uid), STEPS["decide"])


@require_POST
@requires(Permission.RETURN_SUBMIT)
@exactly_once
def appeal(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _act(request, _veto(unit, uid), STEPS["appeal"])


@require_POST
@requires(Permission.APPRAISE)
@exactly_once
def settle(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _act(request, _veto(unit, uid), STEPS["settle"])


def _act(request: PersonRequest, row: Veto, step: Step) -> HttpResponse:
    form = step.form(request.POST)
    if not form.is_valid():
        return _page(request, row, step, form, 422)
    try:
        step.act(row=row, by=request.user, today=today(), **form.said())
    except Refused as error:
        form.add_error(None, str(error))
        return _page(request, row, step, form, 422)
    except StaleRecord:
        row = _veto(row.unit, row.uuid)
        form.data = {**request.POST.dict(), "version": row.version}
        form.add_error(None, _("这件否决刚刚被别人办理过，请看过现在的情况再办。您写的内容还在下面。"))
        return _page(request, row, step, form, 409)
    messages.success(request, _("已办理。"))
    return redirect("supervision:detail", row.unit.slug, row.uuid)


def _page(
    request: PersonRequest, row: Veto, step: Step | None, form: StepForm | None, status: int = 200
) -> HttpResponse:
    context = {
        "row": row, "badge": BADGES[State(row.state)], "ground": _ground(row), "strip": _strip(row),
        "step": step, "form": form,
    }  # fmt: skip
    return render(request, "supervision/detail.html", context, status=status)


def _asked(request: PersonRequest, unit: Unit) -> QuerySet[Veto]:
    rows, state = queries.vetoes(unit), request.GET.get("state", "")
    rows = rows.filter(state=state) if state in State.values else rows
    return ordered(rows, request.GET.get("sort", ""), SORTS)


def _veto(unit: Unit, uid: UUID) -> Veto:
    row = queries.veto(unit, uid)
    if row is None:
        raise Http404(_("没有这件否决。"))
    return row


def _ground(row: Veto) -> str:
    return grounds()[row.ground]


def _strip(row: Veto) -> list[tuple[str, str, str]]:
    """The ways that are left: without an appeal the last two stay open."""
    taken = [row.proposed_date, row.decided_date, row.appealed_date, row.settled_date]
    words = [_("提出"), _("决定"), _("申诉"), _("复核")]
    return [
        (word, "done" if day else "todo", day.isoformat() if day else "")
        for word, day in zip(words, taken, strict=True)
    ]
