"""Awards: the list, proposing one, deciding on it, the decision as an official document."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.correspondence import actions as correspondence
from safecommunity.library import codes
from safecommunity.supervision.actions import awards as actions
from safecommunity.supervision.models.awards import Award, AwardState
from safecommunity.supervision.queries import awards as queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import ordered
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.components.words import local
from safecommunity.web.pages.supervision.award_forms import DecideForm, ProposeForm, YearForm
from safecommunity.web.pages.supervision.doing import done, taken_along, typed

PAGE = 50
BADGES = {"proposed": "waiting", "dropped": "cancelled", "decided": "done"}
DECISION = "award-decision"
SORTS = {
    "holder": "holder", "honour": "honour", "year": "year", "giver": "giver__path", "money": "money",
    "state": "state",
}  # fmt: skip


@requires(Permission.SUPERVISION_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    page = Paginator(_asked(request, unit), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, BADGES[row.state], _level(row)) for row in page],
        "years": queries.years(unit),
        "q": request.GET.get("q", "").strip(),
        "may_propose": can(request.user, Permission.APPRAISE, unit),
        "here": "awards",
    }
    return render(request, "supervision/awards.html", context)


@require_POST
@requires(Permission.SUPERVISION_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The awards on the screen, with what was looked for and in its order."""
    columns = [
        (_("获得者"), 24), (_("单位"), 24), (_("荣誉名称"), 24), (_("年度"), 8), (_("级别"), 10),
        (_("表彰单位"), 24), (_("奖金（元）"), 12), (_("状态"), 10),
    ]  # fmt: skip
    rows = (
        [
            row.holder, row.unit.name, row.honour, row.year, _level(row), row.giver.name,
            None if row.money is None else float(row.money), row.get_state_display(),
        ]
        for row in _asked(request, unit).iterator(500)
    )  # fmt: skip
    return taken_along(request, unit, _("表彰奖励"), "awards.exported", columns, rows)


@requires(Permission.APPRAISE)
@exactly_once
def propose(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = ProposeForm(
        request.POST if request.method == "POST" else None, unit=unit, initial={"year": today().year}
    )
    made: list[Award] = []

    def act() -> None:
        made.append(actions.propose(giver=unit, by=request.user, today=today(), **form.cleaned_data))

    status = 200
    if request.method == "POST":
        status = done(request, form, act, _("已提名，等另一位考核人员决定。")) if form.is_valid() else 422
        if not status:
            return redirect("supervision:award", made[0].unit.slug, made[0].uuid)
    return render(request, "supervision/award_form.html", {"form": form}, status=status)


@requires(Permission.SUPERVISION_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _page(request, _award(request, unit, uid))


@require_POST
@requires(Permission.APPRAISE)
@exactly_once
def decide(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _award(request, unit, uid), DecideForm(request.POST)
    status = 422
    if form.is_valid():
        said = form.said()
        status = done(
            request,
            form,
            lambda: actions.decide(row=row, by=request.user, today=today(), **said),
            _("已办理。"),
        )
    if status:
        return _page(request, _award(request, unit, uid), form, status)
    return redirect("supervision:award", unit.slug, uid)


@require_POST
@requires(Permission.DOCUMENT_DRAFT)
@exactly_once
def decision(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The official decision on all awards of a year; while these are the same, the draft that is there."""
    form = YearForm(request.POST)
    if not form.is_valid() or form.cleaned_data["year"] not in queries.years(unit):
        raise Http404(_("这一年没有已决定的表彰。"))
    year = form.cleaned_data["year"]
    made = correspondence.draft(
        kind=DECISION, unit=unit, by=request.user, today=today(), addressee="各下级单位",
        uuid=_uuid_of(queries.decided(unit, year)),
        title=f"{unit.name}关于表彰{year}年度安全社区建设先进单位和个人的决定",
        words=queries.decision_places(unit, year),
    )  # fmt: skip
    return redirect("correspondence:detail", unit.slug, made.uuid)


def _page(request: PersonRequest, row: Award, bound: Form | None = None, status: int = 200) -> HttpResponse:
    form: Any = bound
    if form is None and queries.may_decide(request.user, row):
        form = DecideForm(initial={"version": row.version})
    context = {
        "row": row,
        "badge": BADGES[row.state],
        "level": _level(row),
        "form": form,
        "typed": typed({"decide": form} if bound else {}, status),
        "is_given": row.state == AwardState.DECIDED,
    }
    return render(request, "supervision/award.html", context, status=status)


def _uuid_of(rows: list[Award]) -> UUID:
    return uuid5(NAMESPACE_URL, " ".join([DECISION, *sorted(str(one.uuid) for one in rows)]))


def _level(row: Award) -> str:
    known = codes["honour-levels"]
    return local(known[row.level]) if row.level in known else row.level


def _asked(request: PersonRequest, unit: Unit) -> QuerySet[Award]:
    rows, word = queries.awards(unit, request.user), request.GET.get("q", "").strip()
    if word:
        named = Q(holder__icontains=word) | Q(unit__name__icontains=word)
        rows = rows.filter(named | Q(honour__icontains=word))
    return ordered(rows, request.GET.get("sort", ""), SORTS)


def _award(request: PersonRequest, unit: Unit, uid: UUID) -> Award:
    row = queries.award(unit, request.user, uid)
    if row is None:
        raise Http404(_("没有这项表彰。"))
    return row
