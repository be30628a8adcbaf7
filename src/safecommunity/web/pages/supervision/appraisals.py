"""Yearly appraisals: opening one, its ranks group by group, rates, publishing, earlier editions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.core.ranking import Place
from safecommunity.library import codes, schemes
from safecommunity.supervision.actions import appraisals as actions
from safecommunity.supervision.models.appraisals import Appraisal, AppraisalState, Standing
from safecommunity.supervision.queries import appraisals as queries
from safecommunity.units.models import UNIT_KINDS, Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import ordered
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import now, today
from safecommunity.web.components.words import local
from safecommunity.web.pages.supervision.appraisal_forms import (
    LeaveOutForm,
    OpenForm,
    RateForm,
    beginning,
)
from safecommunity.web.pages.supervision.doing import done, taken_along, typed
from safecommunity.web.pages.supervision.visit_forms import ReasonForm, VersionForm

WHY = {
    "vetoed": ("veto", gettext_lazy("一票否决")),
    "left-out": ("cancelled", gettext_lazy("不参加排名")),
    "open": ("doing", gettext_lazy("未定稿")),
    "few": ("not-applicable", gettext_lazy("本组单位太少")),
    "size": ("not-applicable", gettext_lazy("人口未登记")),
    "cases": ("not-applicable", gettext_lazy("例数太少")),
}
SORTS = {"year": "year", "scheme": "scheme", "state": "state", "edition": "edition"}
OWN_SORTS = {"year": "year", "scheme": "scheme"}


@requires(Permission.SUPERVISION_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    """What this unit makes, and what it was told by those above."""
    context = {
        "rows": [(row, local(row.rules)) for row in _asked(request, unit)],
        "results": [_told(row) for row in _own(request, unit)],
        "states": AppraisalState.choices,
        "state": request.GET.get("state", ""),
        "may_open": queries.may_appraise(request.user, unit) and bool(queries.kinds_below(unit)),
        "here": "appraisals",
    }
    return render(request, "supervision/appraisals.html", context)


@require_POST
@requires(Permission.SUPERVISION_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Both lists on the screen, with the filter and in the order asked for: what was told, what is made."""
    columns = [
        (_("考核年度"), 10), (_("考核方案"), 32), (_("考核单位"), 24), (_("状态"), 10), (_("公布次数"), 10),
        (_("得分"), 10), (_("满分"), 10), (_("等次"), 12), (_("名次"), 20),
    ]  # fmt: skip
    told = (
        [
            one["row"].year, one["scheme"], one["row"].supervisor.name, AppraisalState.PUBLISHED.label, None,
            float(one["said"]["points"]), float(one["said"]["full"]), one["band"],
            one["place"] or str(one["why"][1]),
        ]
        for one in map(_told, _own(request, unit))
    )  # fmt: skip
    made = (
        [row.year, local(row.rules), row.unit.name, row.get_state_display(), row.edition, *[None] * 4]
        for row in _asked(request, unit)
    )
    return taken_along(request, unit, _("年度考核"), "appraisals.exported", columns, chain(told, made))


@requires(Permission.APPRAISE)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = OpenForm(sent, unit=unit, initial=beginning(today()))
    made: list[Appraisal] = []

    def act() -> None:
        said = form.cleaned_data
        made.append(actions.open_appraisal(unit=unit, by=request.user, today=today(), **said))

    status = 200
    if request.method == "POST":
        status = done(request, form, act, _("已开始，正在汇总得分。")) if form.is_valid() else 422
        if not status:
            return redirect("supervision:appraisal", unit.slug, made[0].uuid)
    return render(request, "supervision/appraisal_form.html", {"form": form}, status=status)


@requires(Permission.SUPERVISION_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _page(request, _appraisal(unit, uid))


@require_POST
@requires(Permission.SUPERVISION_VIEW)
def export_standings(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """Every appraised unit as it stands on the page, group by group."""
    row = _appraisal(unit, uid)
    columns = [
        (_("分组"), 28), (_("名次"), 16), (_("单位"), 24), (_("得分率"), 10), (_("误差范围"), 14),
        (_("得分"), 10), (_("满分"), 10), (_("等次"), 12), (_("督查问题"), 10), (_("未办结"), 10),
        (_("说明"), 40),
    ]  # fmt: skip
    rows = (
        [
            _group(line["one"].row.group), line["place"] or str(line["why"][1]), line["one"].row.unit.name,
            float(line["one"].share), f"{line['one'].low}–{line['one'].high}", float(line["one"].row.points),
            float(line["one"].row.full), line["band"], line["found"], line["left"],
            " ".join(filter(None, (line["grounds"], line["one"].row.left_out))),
        ]
        for line in _lines(row, queries.ranked(row, queries.standings(row)), queries.visits_told(row))
    )  # fmt: skip
    title = _("%(year)s年度考核") % {"year": row.year}
    return taken_along(request, unit, title, "standings.exported", columns, rows)


@requires(Permission.SUPERVISION_VIEW)
def rates(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """One metric that is a share of cases, with limits, ranked where it rests on enough cases."""
    row = _appraisal(unit, uid)
    known = queries.rate_metrics()
    form = RateForm(request.GET or None)
    code = form.cleaned_data["metric"] if form.is_valid() else next(iter(known))
    lines = queries.rates(row, known[code], today())
    context = {
        "row": row,
        "form": form if form.is_bound else RateForm(initial={"metric": code}),
        "metric": local(known[code]),
        "groups": [
            (_group(group), [(one, _place(one.place), WHY.get(one.why)) for one in several])
            for group, several in groupby(lines, key=lambda one: one.group)
        ],
    }
    return render(request, "supervision/rates.html", context)


@requires(Permission.SUPERVISION_VIEW)
def edition(request: PersonRequest, unit: Unit, uid: UUID, number: int) -> HttpResponse:
    """What was published then, as it was."""
    row = _appraisal(unit, uid)
    made = queries.publications(row).filter(edition=number).first()
    if made is None:
        raise Http404(_("没有这次公布。"))
    lines = [
        {**one, "place": _place(Place(*one["place"])) if one["place"] else "", "why": WHY.get(one["why"]),
         "group": _group(one["group"]), "band": _band(row, one["band"])}
        for one in made.content["lines"]
    ]  # fmt: skip
    return render(request, "supervision/edition.html", {"row": row, "made": made, "lines": lines})


@require_POST
@requires(Permission.APPRAISE)
@exactly_once
def gather(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _appraisal(unit, uid), VersionForm(request.POST)
    return _act(request, row, "gather", form, actions.ask_for_points, _("正在重新汇总，稍后刷新。"))


@require_POST
@requires(Permission.APPRAISE)
@exactly_once
def leave_out(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _appraisal(unit, uid)
    form = LeaveOutForm(request.POST, rows=queries.standings(row))
    return _act(request, row, "leave_out", form, actions.leave_out, _("已保存。"))


@require_POST
@requires(Permission.APPRAISE)
@exactly_once
def publish(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    def act(**said: Any) -> None:
        actions.publish(now=now(), **said)

    form = VersionForm(request.POST)
    return _act(request, _appraisal(unit, uid), "publish", form, act, _("已公布，并通知了各单位。"))


@require_POST
@requires(Permission.APPRAISE)
@exactly_once
def reopen(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    return _act(
        request, _appraisal(unit, uid), "reopen", form, actions.reopen, _("已重新开始，正在汇总得分。")
    )


def _act(
    request: PersonRequest, row: Appraisal, name: str, form: Form, act: Callable[..., object], words: str
) -> HttpResponse:
    status = 422
    if form.is_valid():
        said = getattr(form, "said", lambda: form.cleaned_data)()
        status = done(request, form, lambda: act(row=row, by=request.user, **said), words)
    if status:
        return _page(request, _appraisal(row.unit, row.uuid), {name: form}, status)
    return redirect("supervision:appraisal", row.unit.slug, row.uuid)


def _page(
    request: PersonRequest, row: Appraisal, bound: dict[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    rows = queries.standings(row)
    is_open = row.state == AppraisalState.OPEN
    may_act = queries.may_appraise(request.user, row.unit)
    visited = queries.visits_told(row)
    lines = queries.ranked(row, rows)
    context = {
        "row": row,
        "scheme": local(row.rules),
        "kinds": [_kinds()[kind] for kind in row.kinds],
        "is_open": is_open,
        "may_act": may_act,
        "typed": typed(bound or {}, status),
        "groups": [
            (_group(group), list(_lines(row, several, visited)))
            for group, several in groupby(lines, key=lambda one: one.row.group)
        ],
        "missing": len(queries.missing(rows)),
        "total": len(rows),
        "editions": queries.publications(row),
        "forms": {**(_forms(row, rows, is_open) if may_act else {}), **(bound or {})},
    }
    return render(request, "supervision/appraisal.html", context, status=status)


def _lines(
    row: Appraisal, several: Iterable[queries.Ranked], visited: dict[int, tuple[int, int]]
) -> Iterator[dict[str, Any]]:
    for one in several:
        found, left = visited.get(one.row.unit_id, (0, 0))
        yield {
            "one": one, "place": _place(one.place), "why": WHY.get(one.why), "found": found, "left": left,
            "band": _band(row, one.row.band), "grounds": _grounds(one.row.vetoes),
        }  # fmt: skip


def _forms(row: Appraisal, rows: list[Standing], is_open: bool) -> dict[str, Form]:
    initial = {"version": row.version}
    if not is_open:
        return {"reopen": ReasonForm(initial=initial)}
    plain: dict[str, Form] = {
        name: VersionForm(initial=initial, auto_id=False) for name in ("gather", "publish")
    }
    return {**plain, "leave_out": LeaveOutForm(rows=rows)} if rows else plain


def _told(row: Standing) -> dict[str, Any]:
    """A published result as its unit sees it."""
    said, rules = row.told, schemes[row.scheme]
    place = said["place"]
    names = {one.code: local(one) for one in rules.bands}
    return {
        "row": row, "scheme": local(rules), "place": _place(Place(*place)) if place else "",
        "why": WHY.get(said["why"]), "band": names.get(said["band"], said["band"]), "said": said,
        "group": _group(said["group"]), "grounds": _grounds(said["vetoes"]),
    }  # fmt: skip


def _place(place: Place | None) -> str:
    """The ranks of a band: one number, or from–to."""
    if place is None:
        return ""
    return str(place.first) if place.first == place.last else f"{place.first}–{place.last}"


def _group(code: str) -> str:
    kind, _sign, size = code.partition("/")
    known = codes["population-groups"]
    return f"{_kinds().get(kind, kind)} · {local(known[size]) if size in known else _('人口不详')}"


def _band(row: Appraisal, code: str) -> str:
    return next((local(one) for one in row.rules.bands if one.code == code), code)


def _grounds(grounds: list[str]) -> str:
    known = codes["veto-grounds"]
    return _("、").join(local(known[code]) for code in grounds if code in known)


def _kinds() -> dict[str, Any]:
    return dict(UNIT_KINDS)


def _asked(request: PersonRequest, unit: Unit) -> QuerySet[Appraisal]:
    rows, state = queries.appraisals(unit), request.GET.get("state", "")
    rows = rows.filter(state=state) if state in AppraisalState.values else rows
    return ordered(rows, request.GET.get("sort", ""), SORTS)


def _own(request: PersonRequest, unit: Unit) -> QuerySet[Standing]:
    """What the unit was told; none of it is still open."""
    rows = queries.own_results(unit)
    rows = rows.none() if request.GET.get("state", "") == AppraisalState.OPEN else rows
    return ordered(rows, request.GET.get("sort", ""), OWN_SORTS)


def _appraisal(unit: Unit, uid: UUID) -> Appraisal:
    row = queries.appraisal(unit, uid)
    if row is None:
        raise Http404(_("没有这次考核。"))
    return row
