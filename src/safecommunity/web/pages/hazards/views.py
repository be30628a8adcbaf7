"""Hidden hazards: list, board, map, registering one, its page and the acts on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.accounts.models import User
from safecommunity.core.map_clusters import clustered
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence import actions as evidence
from safecommunity.evidence import store
from safecommunity.evidence.models import File
from safecommunity.hazards import actions, queries
from safecommunity.hazards.actions import Pictures
from safecommunity.hazards.models import Grade, HiddenHazard, Photo, State
from safecommunity.ledgers.wording import told
from safecommunity.residents import queries as residents
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web import map_view
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import now, today
from safecommunity.web.pages.hazards import display
from safecommunity.web.pages.hazards import forms as f

PAGE = 50
ON_BOARD = 20
LISTED = 200  # in the table behind the map


@dataclass(frozen=True, slots=True)
class Way:
    """How an act looks on the page; `more`: what the action is told besides the form."""

    title: Any
    form: type[f.ActForm]
    act: Callable[..., HiddenHazard]
    more: dict[str, Any]
    confirm: Any = ""

    @property
    def takes_photos(self) -> bool:
        return self.form.takes_photos


WAYS = {
    "grade": Way(gettext_lazy("核定等级"), f.GradeForm, actions.grade, {}),
    "assign": Way(gettext_lazy("派发整改"), f.AssignForm, actions.assign, {}),
    "guarantee": Way(gettext_lazy("五落实治理方案"), f.GuaranteeForm, actions.guarantee, {}),
    "begin": Way(gettext_lazy("开始整改"), f.WordsForm, actions.begin, {}),
    "fix": Way(gettext_lazy("提交整改结果"), f.FixForm, actions.fix, {}),
    "pass": Way(gettext_lazy("复查通过"), f.CheckForm, actions.check, {"passed": True}),
    "fail": Way(gettext_lazy("复查不通过"), f.FailForm, actions.check, {"passed": False}),
    "delist": Way(gettext_lazy("批准摘牌"), f.WordsForm, actions.delist, {}),
    "explain": Way(gettext_lazy("写明根本原因"), f.ExplainForm, actions.explain, {}),
    "close": Way(
        gettext_lazy("销号"), f.WordsForm, actions.close, {}, gettext_lazy("销号后不能再修改，确定销号？")
    ),
    "grant": Way(gettext_lazy("批准延期"), f.WordsForm, actions.decide, {"granted": True}),
    "deny": Way(gettext_lazy("不批准延期"), f.WordsForm, actions.decide, {"granted": False}),
    "ask": Way(gettext_lazy("申请延期"), f.AskForm, actions.ask, {}),
    "escalate": Way(gettext_lazy("上报上级"), f.ReasonForm, actions.escalate, {}),
    "list": Way(gettext_lazy("挂牌督办"), f.ListForm, actions.list_hazard, {}),
    "transfer": Way(gettext_lazy("移交其他单位"), f.TransferForm, actions.transfer, {}),
    "duplicate": Way(
        gettext_lazy("与另一处重复"), f.DuplicateForm, actions.merge, {},
        gettext_lazy("并入后不能恢复，确定并入？"),
    ),
    "void": Way(
        gettext_lazy("作废"), f.ReasonForm, actions.void, {}, gettext_lazy("作废后不能恢复，确定作废？")
    ),
}  # fmt: skip


@requires(Permission.HAZARD_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    asked = _asked(request)
    moment = now()
    ids = queries.found(unit, asked, moment).values_list("pk", flat=True)
    page = Paginator(ids, PAGE).get_page(request.GET.get("page"))
    rows = queries.in_order(unit, list(page))
    context = {
        **_choices(asked), "here": "list", "page": page,
        "rows": [(row, *display.badge(row, moment), display.word("hazard-kinds", row.kind)) for row in rows],
        "is_narrow": asked != queries.Ask(sort=asked.sort),
        "may_report": can(request.user, Permission.HAZARD_REPORT, unit),
        "may_export": can(request.user, Permission.LEDGER_EXPORT, unit),
        "export": _of_list(request, moment),
    }  # fmt: skip
    return render(request, "hazards/index.html", context)


@requires(Permission.HAZARD_VIEW)
def board(request: PersonRequest, unit: Unit) -> HttpResponse:
    """What is not ended, a column for each state, those whose time is up first."""
    moment = now()
    columns = [
        (state, State(state).label, count, [(row, *display.badge(row, moment)) for row in rows])
        for state, (count, rows) in queries.board(unit, ON_BOARD).items()
    ]
    return render(request, "hazards/board.html", {"columns": columns, "here": "board"})


@requires(Permission.HAZARD_VIEW)
def chart(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Open hazards on a map, or those asked for. Marks are fetched for the part in view."""
    asked, moment = _asked(request), now()
    rows = _sited(unit, asked, moment)
    drawn = {
        "tiles": settings.MAP_TILES, "attribution": settings.MAP_ATTRIBUTION,
        "bounds": map_view.bounds(queries.frame(rows)),
        "source": f"{reverse('hazards:marks', args=[unit.slug])}?{request.GET.urlencode()}",
    }  # fmt: skip
    context = {
        **_choices(asked), "here": "map", "total": rows.count(), "map": drawn,
        "shown": rows.select_related("unit")[:LISTED],
        "signs": [(tone, icon) for tone, icon, _word in display.MAP_TONES.values()],
    }  # fmt: skip
    return render(request, "hazards/map.html", context)


@requires(Permission.HAZARD_VIEW)
def marks(request: PersonRequest, unit: Unit) -> JsonResponse:
    """The marks of a part of the map at a zoom, clustered."""
    moment = now()
    rows = _sited(unit, _asked(request), moment)
    clusters = clustered(queries.on_map(rows, moment, map_view.window(request)), map_view.zoom(request))
    single = rows.select_related("unit").in_bulk([one.keys[0] for one in clusters if one.count == 1])
    return JsonResponse({"marks": [display.map_mark(one, single, moment) for one in clusters]})


def _sited(unit: Unit, asked: queries.Ask, moment: datetime) -> QuerySet[HiddenHazard]:
    """Those asked for that have a position, the open ones alone where no state is asked for."""
    rows = queries.found(unit, asked, moment).exclude(longitude=None)
    return rows if asked.state or asked.mark else rows.filter(state__in=queries.OPEN)


@requires(Permission.HAZARD_REPORT)
@exactly_once
def new(request: PersonRequest, unit: Unit) -> HttpResponse:
    form = f.NewForm(request.POST if request.method == "POST" else None, unit=unit)
    if request.method != "POST":
        return render(request, "hazards/new.html", {"form": form})
    if form.is_valid():
        try:
            made = actions.register(
                unit=unit, report=form.report(), by=request.user, now=now(),
                client_uuid=form.cleaned_data["client_uuid"], pictures=_pictures(request, unit),
            )  # fmt: skip
        except (actions.Refused, MediaRefused, evidence.QuotaReached) as error:
            form.add_error(None, _reason(error))
        else:
            messages.success(request, _("已登记隐患 %(number)s。") % {"number": made.hazard.number})
            return redirect("hazards:detail", unit.slug, made.hazard.client_uuid)
    return render(request, "hazards/new.html", {"form": form}, status=422)


@requires(Permission.HAZARD_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _page(request, _hazard(unit, uid))


@require_POST
@requires(Permission.HAZARD_REPORT)
@exactly_once
def act(request: PersonRequest, unit: Unit, uid: UUID, act: str) -> HttpResponse:
    """One act on a hazard; the action asks for the power of that very act."""
    row = _hazard(unit, uid)
    if act not in WAYS:
        raise Http404(_("没有这个办理环节。"))
    way = WAYS[act]
    form = way.form(request.POST, hazard=row, by=request.user, now=now(), auto_id=f"{act}_%s")
    if not form.is_valid():
        return _page(request, row, act, form, 422)
    more = {"pictures": _pictures(request, row.unit)} if way.takes_photos else {}
    try:
        row = way.act(hazard=row, by=request.user, now=now(), **way.more, **more, **form.said())
    except (actions.Refused, MediaRefused, evidence.QuotaReached) as error:
        form.add_error(None, _reason(error))
        return _page(request, _hazard(unit, uid), act, form, 422)
    except StaleRecord:
        row = _hazard(unit, uid)
        form.data = {**request.POST.dict(), "version": row.version}
        form.add_error(None, _("这处隐患刚刚被别人办理过，请看过现在的情况再办。您写的内容还在下面。"))
        return _page(request, row, act, form, 409)
    messages.success(request, _("已办理：%(act)s。") % {"act": way.title})
    return redirect("hazards:detail", row.unit.slug, row.client_uuid)


@require_POST
@requires(Permission.HAZARD_REPORT)
@exactly_once
def add_photos(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """Further pictures of how it was found."""
    row = _hazard(unit, uid)
    try:
        actions.add_photos(hazard=row, pictures=_pictures(request, row.unit), by=request.user)
    except (actions.Refused, MediaRefused, evidence.QuotaReached) as error:
        messages.error(request, _reason(error))
    else:
        messages.success(request, _("已添加照片。"))
    return redirect("hazards:detail", row.unit.slug, uid)


@requires(Permission.HAZARD_VIEW)
def photo(request: PersonRequest, unit: Unit, uid: UUID, pk: int) -> HttpResponseBase:
    found = queries.photo(_hazard(unit, uid), pk)
    if found is None or found.file is None:
        raise Http404(_("没有这张照片，或者还没有传到。"))
    return served(found)


@require_POST
@requires(Permission.HAZARD_REPORT)
def make_link(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """The address is shown in this answer and never again: only its hash is kept."""
    row, name = _hazard(unit, uid), request.POST.get("name", "").strip()[:60]
    try:
        token = actions.make_link(hazard=row, name=name or row.responsible_person, by=request.user, now=now())
    except actions.Refused as error:
        messages.error(request, str(error))
        return redirect("hazards:detail", row.unit.slug, uid)
    address = request.build_absolute_uri(reverse("contacts:notice", args=[token]))
    response = _page(request, row, address=address)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@requires(Permission.HAZARD_REPORT)
@exactly_once
def end_links(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _hazard(unit, uid)
    actions.end_links(hazard=row, by=request.user, now=now())
    messages.success(request, _("整改链接已停用。"))
    return redirect("hazards:detail", row.unit.slug, uid)


def pictures(files: Iterable[Any], unit: Unit, by: User | None) -> Pictures:
    """What was sent with a form, taken in. Raises MediaRefused, QuotaReached."""
    return Pictures(files=[_attached(file, unit, by) for file in files])


def served(found: Photo) -> HttpResponseBase:
    """The bytes of a picture, hashed anew."""
    assert found.file is not None
    try:
        path = store.verified(found.file.sha256)
    except store.Damaged as error:
        raise Http404(_("文件缺失或已损坏，请联系系统管理员从备份恢复。")) from error
    response = FileResponse(path.open("rb"), content_type=found.file.media.mime)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _attached(file: Any, unit: Unit, by: User | None) -> File:
    name = file.name or ""
    return evidence.attach(chunks=file.chunks(), name=name, unit=unit, by=by, pictures_only=True).file


def _pictures(request: PersonRequest, unit: Unit) -> Pictures:
    return pictures(request.FILES.getlist("photos"), unit, request.user)


def _reason(error: Exception) -> str:
    return told(error.message) if isinstance(error, MediaRefused) else str(error)


def _page(
    request: PersonRequest,
    row: HiddenHazard,
    act: str = "",
    form: f.ActForm | None = None,
    status: int = 200,
    address: str = "",
) -> HttpResponse:
    moment, may_report = now(), can(request.user, Permission.HAZARD_REPORT, row.unit)
    possible = queries.acts(request.user, row) if may_report else []
    forms = {
        name: form if form is not None and name == act
        else WAYS[name].form(hazard=row, by=request.user, now=moment, auto_id=f"{name}_%s")
        for name in WAYS if name in possible or name == act
    }  # fmt: skip
    steps = list(queries.steps(row))
    photos = list(queries.photos(row))
    context = {
        "row": row, "badge": display.badge(row, moment), "strip": display.strip(row, steps),
        "steps": display.history(steps), "sides": display.sides(photos),
        "ways": [(name, WAYS[name], one, name == (act or next(iter(forms)))) for name, one in forms.items()],
        "kind": display.word("hazard-kinds", row.kind), "cause": display.word("hazard-causes", row.cause),
        "field": display.word("promotion-fields", row.field), "rectifications": queries.rectifications(row),
        "guarantees": [(f.GUARANTEE_WORDS[name], row.guarantees.get(name, "")) for name in f.GUARANTEE_WORDS],
        "may_report": may_report, "may_add": may_report and row.state in queries.OPEN, "address": address,
        "may_link": may_report and row.state in queries.FIXING,
        "has_link": may_report and queries.links(row, moment).exists(),
        "days_listed": (row.listed_until - today()).days if row.is_listed and row.listed_until else None,
        "map": _map(row), "report": residents.of_hazard(row.unit, row.client_uuid),
    }  # fmt: skip
    return render(request, "hazards/detail.html", context, status=status)


def _map(row: HiddenHazard) -> dict[str, Any] | None:
    if row.longitude is None:
        return None
    point = {"lat": row.latitude, "lng": row.longitude, "label": row.place, "tone": "accent"}
    return {"tiles": settings.MAP_TILES, "attribution": settings.MAP_ATTRIBUTION, "points": [point]}


def _hazard(unit: Unit, uid: UUID) -> HiddenHazard:
    row = queries.hazard(unit, uid)
    if row is None:
        raise Http404(_("没有这处隐患。"))
    return row


def _asked(request: PersonRequest) -> queries.Ask:
    return queries.asked(request.GET.dict())


def _of_list(request: PersonRequest, moment: datetime) -> str:
    """The questions of the list for its export, with the moment they were asked at."""
    names = ("q", "state", "grade", "kind", "field", "mark", "from", "to")
    said = {f"w_{name}": value for name in names if (value := request.GET.get(name, ""))}
    return urlencode({**said, "w_at": moment.isoformat(timespec="seconds")} if said else {})


MARKS = {
    "open": gettext_lazy("未销号"), "overdue": gettext_lazy("已逾期"), "listed": gettext_lazy("挂牌督办"),
    "repeat": gettext_lazy("反复出现"), "extension": gettext_lazy("申请延期"),
    "outside": gettext_lazy("位置在辖区外"),
}  # fmt: skip


def _choices(asked: queries.Ask) -> dict[str, Any]:
    """What the filters offer."""
    return {
        "asked": asked, "states": State.choices, "grades": Grade.choices, "kinds": f.words("hazard-kinds"),
        "fields": f.words("promotion-fields"), "marks": list(MARKS.items()),
    }  # fmt: skip
