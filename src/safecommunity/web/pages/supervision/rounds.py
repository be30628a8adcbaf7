"""Rounds of visits: planning, the list and its digest, the seed, the draw repeated, the circular."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.accounts.models import User
from safecommunity.correspondence import actions as correspondence
from safecommunity.correspondence import queries as documents
from safecommunity.supervision.actions import visits as actions
from safecommunity.supervision.models.visits import Round, RoundState
from safecommunity.supervision.queries import visits as queries
from safecommunity.units.models import UNIT_KINDS, Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import ordered
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import now, today
from safecommunity.web.pages.supervision.doing import done, taken_along, typed
from safecommunity.web.pages.supervision.visit_forms import (
    DeclareForm,
    ReasonForm,
    RoundForm,
    SeedForm,
    VersionForm,
    WeighForm,
    beginning,
    planned,
    topic_names,
)
from safecommunity.web.pages.supervision.visits import VISIT_BADGES

PAGE = 50
BADGES = {
    RoundState.PLANNING: "draft", RoundState.FIXED: "locked", RoundState.DRAWN: "doing",
    RoundState.CIRCULATED: "done", RoundState.CANCELLED: "cancelled",
}  # fmt: skip
WAY = (RoundState.PLANNING, RoundState.FIXED, RoundState.DRAWN, RoundState.CIRCULATED)
CIRCULAR = "visits-circular"
SORTS = {"title": "title", "kind": "kind", "day": "starts_date", "state": "state"}


@requires(Permission.SUPERVISION_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    page = Paginator(_asked(request, unit), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, BADGES[RoundState(row.state)], topic_names(row.topics)) for row in page],
        "states": RoundState.choices,
        "state": request.GET.get("state", ""),
        "q": request.GET.get("q", "").strip(),
        "may_plan": can(request.user, Permission.SUPERVISE, unit),
        "here": "rounds",
    }
    return render(request, "supervision/rounds.html", context)


@require_POST
@requires(Permission.SUPERVISION_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The rounds on the screen, with its filters and in its order."""
    columns = [
        (_("名称"), 32), (_("方式"), 8), (_("督查内容"), 40), (_("开始日期"), 12), (_("结束日期"), 12),
        (_("状态"), 12),
    ]  # fmt: skip
    rows = (
        [
            row.title, row.get_kind_display(), topic_names(row.topics), row.starts_date, row.ends_date,
            row.get_state_display(),
        ]
        for row in _asked(request, unit).iterator(500)
    )  # fmt: skip
    return taken_along(request, unit, _("督查抽签"), "rounds.exported", columns, rows)


@requires(Permission.SUPERVISE)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = RoundForm(
        request.POST if request.method == "POST" else None,
        unit=unit,
        today=today(),
        initial=beginning(today()),
    )
    made: list[Round] = []

    def act() -> None:
        people = list(form.cleaned_data["inspectors"])
        made.append(actions.plan_round(
            unit=unit, values=form.values(), inspectors=people, by=request.user, today=today()
        ))  # fmt: skip

    status = 200
    if request.method == "POST":
        status = done(request, form, act, _("已建立，请核对名单。")) if form.is_valid() else 422
        if not status:
            return redirect("supervision:round", unit.slug, made[0].uuid)
    return render(request, "supervision/round_form.html", {"form": form}, status=status)


@requires(Permission.SUPERVISE)
@exactly_once
def edit(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _round(unit, uid)
    if request.method != "POST":
        form = RoundForm(initial=planned(row), unit=unit, today=today())
        return render(request, "supervision/round_form.html", {"form": form, "row": row})
    form = RoundForm(request.POST, unit=unit, today=today())

    def act() -> None:
        actions.change_round(
            row=row, version=form.cleaned_data["version"] or 0, values=form.values(), by=request.user,
            inspectors=list(form.cleaned_data["inspectors"]), today=today(),
        )  # fmt: skip

    status = done(request, form, act, _("已保存。")) if form.is_valid() else 422
    if status:
        return render(request, "supervision/round_form.html", {"form": form, "row": row}, status=status)
    return redirect("supervision:round", unit.slug, uid)


@requires(Permission.SUPERVISION_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _page(request, _round(unit, uid))


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def weigh(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _round(unit, uid)
    return _act(request, row, "weigh", WeighForm(request.POST, row=row), actions.weigh, _("已保存。"))


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def declare(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _round(unit, uid)
    return _act(
        request, row, "declare", DeclareForm(request.POST, row=row), actions.declare, _("已登记回避。")
    )


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def fix(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    act = partial(actions.fix, now=now(), today=today())
    said = _("名单已固定，请公布摘要，再录入种子。")
    return _act(request, _round(unit, uid), "fix", VersionForm(request.POST), act, said)


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def seed(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    act = partial(actions.enter_seed, now=now())
    return _act(request, _round(unit, uid), "seed", SeedForm(request.POST), act, _("已抽签。"))


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def cancel(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    return _act(request, _round(unit, uid), "cancel", form, actions.cancel_round, _("已作废。"))


@require_POST
@requires(Permission.SUPERVISE)
@exactly_once
def circulate(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    form = VersionForm(request.POST)
    return _act(request, _round(unit, uid), "circulate", form, actions.circulate, _("已通报名单内全部单位。"))


@require_POST
@requires(Permission.DOCUMENT_DRAFT)
@exactly_once
def circular(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """The official circular, drafted from what the visits found; the second time the draft that is there."""
    row = _round(unit, uid)
    if row.state not in (RoundState.DRAWN, RoundState.CIRCULATED) or queries.unfinished(row):
        raise Http404(_("督查还没有完成。"))
    made = correspondence.draft(
        kind=CIRCULAR, unit=unit, by=request.user, today=today(), uuid=uuid5(row.uuid, CIRCULAR),
        title=_circular_title(row), addressee="各下级单位",
        words=queries.circular_places(row, request.user),
    )  # fmt: skip
    return redirect("correspondence:detail", unit.slug, made.uuid)


@requires(Permission.SUPERVISION_VIEW)
def verify(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """The draw repeated from the list and the seed, compared with what was kept."""
    row = _round(unit, uid)
    if not row.seed or not queries.may_see_draw(request.user, row):
        raise Http404(_("还没有抽签，或者这一轮暗访还没有结束。"))
    repeated = queries.repeated(row)
    assert repeated is not None
    context = {
        "row": row,
        "holds": repeated.digest_holds,
        "visits_hold": queries.holds(row, repeated.drawn),
        "drawn": [(row.names["units"].get(one.code, one.code), one.team) for one in repeated.drawn],
        "program": queries.program_of(row.list_text, row.seed),
    }
    return render(request, "supervision/verify.html", context)


def _circular_title(row: Round) -> str:
    return f"{row.unit.name}关于{row.title}情况的通报"


def _act(
    request: PersonRequest, row: Round, name: str, form: Form, act: Callable[..., object], words: str
) -> HttpResponse:
    status = 422
    if form.is_valid():
        status = done(request, form, lambda: act(row=row, by=request.user, **form.cleaned_data), words)
    if status:
        return _page(request, _round(row.unit, row.uuid), {name: form}, status)
    return redirect("supervision:round", row.unit.slug, row.uuid)


def _page(
    request: PersonRequest, row: Round, bound: dict[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    may_run = can(request.user, Permission.SUPERVISE, row.unit)
    sees_draw = queries.may_see_draw(request.user, row)
    context: dict[str, Any] = {
        "row": row,
        "typed": typed(bound or {}, status),
        "badge": BADGES[RoundState(row.state)],
        "strip": _strip(row),
        "topics": topic_names(row.topics),
        "counts": [(names()[kind], count) for kind, count in row.counts.items()],
        "people": list(row.inspectors.order_by("display_name", "pk")),
        "may_run": may_run,
        "sees_draw": sees_draw,
        "forms": {**(_forms(row) if may_run else {}), **(bound or {})},
        "visits": [
            (one, VISIT_BADGES[one.state], one.team.all())
            for one in queries.visits_of(row, request.user).prefetch_related("team")
        ],
    }
    if row.state == RoundState.PLANNING:
        page = Paginator(queries.candidates(row), PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "units": [_candidate(row, one) for one in page], "declared": _declared(row)}
    if row.seed and not queries.unfinished(row):
        context |= {"over": True, "circular": documents.document(row.unit, uuid5(row.uuid, CIRCULAR))}
    return render(request, "supervision/round.html", context, status=status)


def _forms(row: Round) -> dict[str, Form]:
    initial = {"version": row.version}
    if row.state == RoundState.PLANNING:
        return {
            "weigh": WeighForm(row=row, initial=initial, auto_id="weigh_%s"),
            "declare": DeclareForm(row=row, initial=initial, auto_id="declare_%s"),
            "fix": VersionForm(initial=initial, auto_id=False),
            "cancel": ReasonForm(initial=initial, auto_id="cancel_%s"),
        }
    if row.state == RoundState.FIXED:
        return {
            "seed": SeedForm(initial=initial),
            "cancel": ReasonForm(initial=initial, auto_id="cancel_%s"),
        }
    return {"circulate": VersionForm(initial=initial)} if row.state == RoundState.DRAWN else {}


def _candidate(row: Round, unit: Unit) -> tuple[Unit, Any, int, str]:
    said = row.weights.get(unit.slug, {})
    return unit, names().get(unit.kind, unit.kind), said.get("weight", 1), said.get("reason", "")


def _declared(row: Round) -> list[tuple[Any, str, str]]:
    """(who, where, why) of every declared conflict."""
    people = {one.pk: one for one in User.objects.filter(pk__in=[one["inspector"] for one in row.conflicts])}
    units = dict(
        Unit.objects.filter(slug__in=[one["unit"] for one in row.conflicts]).values_list("slug", "name")
    )
    return [
        (people.get(one["inspector"]), units.get(one["unit"], ""), one["reason"]) for one in row.conflicts
    ]


def names() -> dict[str, Any]:
    return dict(UNIT_KINDS)


STEPS = (
    gettext_lazy("编制名单"), gettext_lazy("固定名单"), gettext_lazy("抽签督查"), gettext_lazy("通报")
)  # fmt: skip


def _strip(row: Round) -> list[tuple[str, str, str]]:
    if row.state == RoundState.CANCELLED:
        return [(_("已作废"), "stopped", row.cancelled_reason)]
    at = WAY.index(RoundState(row.state))
    last = len(WAY) - 1
    return [
        (str(word), "done" if place < at or at == last else "now" if place == at else "todo", "")
        for place, word in enumerate(STEPS)
    ]


def _asked(request: PersonRequest, unit: Unit) -> QuerySet[Round]:
    rows, state = queries.rounds(unit), request.GET.get("state", "")
    rows = rows.filter(title__icontains=request.GET.get("q", "").strip())
    rows = rows.filter(state=state) if state in RoundState.values else rows
    return ordered(rows, request.GET.get("sort", ""), SORTS)


def _round(unit: Unit, uid: UUID) -> Round:
    row = queries.one_round(unit, uid)
    if row is None:
        raise Http404(_("没有这一轮督查。"))
    return row
