"""Accidents and events: the list, the report with its clock, the investigation, the measures, the closure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.core.fields import place_text, shown_value
from safecommunity.ledgers.actions import DuplicateEntry, InvalidEntry
from safecommunity.library import cards, codes
from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.models import Accident
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.acts import lines_of
from safecommunity.web.clock import now, today
from safecommunity.web.components.words import local
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.accidents.forms import (
    AccidentForm,
    FindingsForm,
    MeasureForm,
    VersionForm,
    initial_of,
    shown,
)

PAGE = 50
BADGES = {"reported": "submitted", "investigating": "doing", "measures": "doing", "closed": "done"}
MEASURES = {"open": "todo", "doing": "doing", "done": "waiting", "verified": "done"}
LEVELS = {"special": "wrong", "major": "wrong", "larger": "wrong"}
WAY = (Accident.State.REPORTED, Accident.State.INVESTIGATING, Accident.State.MEASURES, Accident.State.CLOSED)
HISTORY = 20


@requires(Permission.INJURY_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    rows = queries.accidents(unit)
    asked = {name: request.GET.get(name, "") for name in ("kind", "level", "state")}
    rows = rows.filter(**{name: value for name, value in asked.items() if value.isprintable() and value})
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, _word("accident-classes", row.kind), _level(row), BADGES[row.state]) for row in page],
        "filters": [
            _filter("kind", _("类别"), "accident-classes", asked),
            _filter("level", _("等级"), "accident-levels", asked),
        ],
        "states": Accident.State.choices,
        "asked": asked,
        "is_narrow": any(asked.values()),
        "may_enter": can(request.user, Permission.INJURY_ENTER, unit),
        "may_export": can(request.user, Permission.LEDGER_EXPORT, unit),
        "here": "accidents",
    }  # fmt: skip
    return render(request, "accidents/index.html", context)


@requires(Permission.INJURY_ENTER)
@exactly_once
def add(request: PersonRequest, unit: Unit) -> HttpResponse:
    if request.method != "POST":
        at = localtime(now())
        first = {
            "happened_date": f"{at:%Y-%m-%d}",
            "known_date": f"{at:%Y-%m-%d}",
            "known_time": f"{at:%H:%M}",
        }
        return _form_page(request, AccidentForm(unit, first={**first, "reporter": request.user.display_name}))
    form = AccidentForm(unit, request.POST)
    if form.is_valid():
        try:
            row = actions.report_accident(
                unit=unit, values=form.values(), by=request.user, now=now(), uid=form.cleaned_data["uid"]
            )
        except actions.InvalidCard as error:
            form.refuse(error.errors)
        else:
            level = _word("accident-levels", row.level)
            messages.success(request, _("已报告，按伤亡和损失定为“%(level)s”。") % {"level": level})
            return redirect("accidents:detail", unit.slug, row.uuid)
    return _form_page(request, form)


@requires(Permission.INJURY_ENTER)
@exactly_once
def supplement(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = _accident(unit, uid)
    if request.method != "POST":
        return _form_page(request, AccidentForm(row.unit, row=row), row)
    form = AccidentForm(row.unit, request.POST, row=row)
    if form.is_valid():
        try:
            actions.supplement(
                row=row, version=form.cleaned_data["version"] or 0, values=_kept(row, form.values()),
                note=form.cleaned_data["note"], by=request.user, now=now(),
            )  # fmt: skip
        except actions.InvalidCard as error:
            form.refuse(error.errors)
        except actions.Refused as error:
            form.add_error(None, str(error))
        except StaleRecord as error:
            return stale_page(request, form, error, initial_of(_accident(unit, uid)))
        else:
            messages.success(request, _("已补报。"))
            return redirect("accidents:detail", unit.slug, row.uuid)
    return _form_page(request, form, row)


@requires(Permission.INJURY_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    return _page(request, unit, _accident(unit, uid))


@require_POST
@requires(Permission.INJURY_ENTER)
@exactly_once
def investigate(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _accident(unit, uid), FindingsForm(request.POST)
    return _act(request, unit, row, "findings_form", form, lambda said: actions.investigate(
        row=row, by=request.user, today=today(), **said
    ), _("调查结果已保存。"))  # fmt: skip


@require_POST
@requires(Permission.INJURY_ENTER)
@exactly_once
def add_measure(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _accident(unit, uid), MeasureForm(request.POST)
    return _act(request, unit, row, "measure_form", form, lambda said: actions.add_measure(
        row=row, by=request.user, today=today(), **said
    ), _("已登记到预防与纠正措施台账，在那里跟踪到验证。"))  # fmt: skip


@require_POST
@requires(Permission.INJURY_ENTER)
@exactly_once
def close(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = _accident(unit, uid), VersionForm(request.POST)
    return _act(request, unit, row, "close_form", form, lambda said: actions.close_accident(
        row=row, by=request.user, **said
    ), _("已结案。"))  # fmt: skip


def _act(
    request: PersonRequest, unit: Unit, row: Accident, name: str, form: BaseForm,
    act: Callable[[dict[str, Any]], object], said: str,
) -> HttpResponse:  # fmt: skip
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except StaleRecord:
            form.add_error(None, _("打开之后又被改过，请看过现在的情况再办。您写的内容还在下面。"))
            row = _accident(unit, row.uuid)
            form.data = {**request.POST.dict(), "version": row.version}
        except InvalidEntry as error:
            form.add_error(None, "；".join(str(message) for message in error.errors.values()))
        except (actions.Refused, DuplicateEntry) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said)
            return redirect("accidents:detail", unit.slug, row.uuid)
    return _page(request, unit, row, status=422, **{name: form})


def _page(
    request: PersonRequest, unit: Unit, row: Accident, *, status: int = 200, **forms: Any
) -> HttpResponse:
    is_open = row.state != Accident.State.CLOSED
    held = shown(row)
    first = {"version": row.version}
    context = {
        "row": row,
        "kind": _word("accident-classes", row.kind),
        "level": _level(row),
        "badge": BADGES[row.state],
        "strip": [(state.label, _step(row, place)) for place, state in enumerate(WAY)],
        "sections": [
            (local(section, "label"), [
                (local(one.words), local(shown_value(one, place_text(held[one.code]))), one.unit)
                for one in section.fields if one.code in held
            ])
            for section in cards["accident"].sections
        ],
        "supplements": [_supplement(said) for said in row.supplements],
        "supplement_is_open": is_open and today() <= row.supplement_until,
        "measures": [(one, MEASURES[one.data["state"]]) for one in queries.measures(row)],
        "may_work": is_open and can(request.user, Permission.INJURY_ENTER, row.unit),
        "findings_form": FindingsForm(initial={**first, **row.findings}),
        "measure_form": MeasureForm(initial=first),
        "close_form": VersionForm(initial=first),
        "history": lines_of(row, HISTORY),
        **forms,
    }  # fmt: skip
    return render(request, "accidents/detail.html", context, status=status)


def _form_page(request: PersonRequest, form: AccidentForm, row: Accident | None = None) -> HttpResponse:
    context = {
        "form": form,
        "row": row,
        "sections": list(form.sections()),
        "map": {"tiles": settings.MAP_TILES, "attribution": settings.MAP_ATTRIBUTION, "points": []},
        "place": {"longitude": form["spot.longitude"], "latitude": form["spot.latitude"]},
    }
    return render(request, "accidents/form.html", context, status=422 if form.errors else 200)


def _supplement(said: dict[str, Any]) -> tuple[dict[str, Any], datetime, list[tuple[str, Any, Any]]]:
    """What was supplemented, when, and per field its name, the old and the new value."""
    fields = cards["accident"].fields
    changes = [
        (local(fields[code].words), place_text(said["before"].get(code)), place_text(value))
        for code, value in said["after"].items()
    ]
    return said, datetime.fromisoformat(said["at"]), changes


def _kept(row: Accident, values: dict[str, Any]) -> dict[str, Any]:
    """The values, with what came back masked put back to what it is."""
    masked = shown(row)
    return {
        name: row.data[name] if name in masked and value == masked[name] else value
        for name, value in values.items()
    }


def _step(row: Accident, place: int) -> str:
    at = WAY.index(Accident.State(row.state))
    return "done" if place < at or row.state == Accident.State.CLOSED else "now" if place == at else "todo"


def _word(listed: str, code: str) -> str:
    return local(codes[listed][code]) if code in codes[listed] else code


def _level(row: Accident) -> tuple[str, str]:
    return _word("accident-levels", row.level), LEVELS.get(row.level, "")


def _filter(name: str, label: str, listed: str, asked: dict[str, str]) -> dict[str, Any]:
    choices = [(code, local(one), code == asked[name]) for code, one in codes[listed].items()]
    return {"name": name, "label": label, "choices": choices}


def _accident(unit: Unit, uid: UUID) -> Accident:
    row = queries.accident(unit, uid)
    if row is None:
        raise Http404(_("没有这起事故，或者您看不到它。"))
    return row
