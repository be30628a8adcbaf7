"""Alerts: the list, one of them with its reason and its records, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from safecommunity.surveillance import actions, queries, wording
from safecommunity.surveillance.models import Alert
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web import leads
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.acts import lines_of
from safecommunity.web.clock import today
from safecommunity.web.pages.injuries.sentences import records

PAGE = 50
HISTORY = 20
BADGES = {
    "new": "waiting",
    "looked": "confirmed",
    "explained": "confirmed",
    "acted": "done",
    "false": "cancelled",
}


@dataclass(frozen=True, slots=True)
class Described:
    """An alert in words: what, why, and where its records are."""

    row: Alert
    title: str
    why: str
    url: str
    badge: str


class HandleForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, max_value=10**9)
    state = forms.ChoiceField(
        label=gettext_lazy("核查结果"), choices=Alert.State.choices[1:], widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=gettext_lazy("原因、措施"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("除“已核查”外都要写：为什么多，做了什么，或者为什么不是问题。"),
    )  # fmt: skip


@requires(Permission.INJURY_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    rows = queries.alerts(unit, request.user)
    state = request.GET.get("state", "")
    if state in Alert.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = queries.areas(unit)
    context = {
        "page": page,
        "rows": [described(row, names) for row in page],
        "states": [("", _("全部")), *Alert.State.choices],
        "state": state,
        "look": queries.last_look(unit),
        "here": "alerts",
    }
    return render(request, "injuries/alerts.html", context)


@requires(Permission.INJURY_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = alert_of(request, unit, uid)
    return _page(request, unit, row, HandleForm(initial={"version": row.version, "note": row.note}))


@require_POST
@requires(Permission.INJURY_ENTER)
@exactly_once
def handle(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row, form = alert_of(request, unit, uid), HandleForm(request.POST)
    if form.is_valid():
        try:
            actions.handle_alert(row=row, by=request.user, today=today(), **form.cleaned_data)
        except actions.Refused as error:
            form.add_error(None, str(error))
        except StaleRecord:
            row = alert_of(request, unit, uid)
            form.data = {**request.POST.dict(), "version": row.version}
            form.add_error(None, _("这条预警刚刚被别人处理过，请看过再办。您写的内容还在下面。"))
        else:
            messages.success(request, _("已记下核查结果。"))
            return redirect("injuries:alert", unit.slug, row.uuid)
    return _page(request, unit, row, form, 422)


def described(row: Alert, names: dict[str, str]) -> Described:
    title, why, badge = wording.alert_name(row, names), wording.alert_why(row), BADGES[row.state]
    if row.method == "event":
        return Described(row, title, why, _source(row), badge)
    monday = date.fromisoformat(row.weeks[-1]["week"])
    url = records(row.unit, monday, monday + timedelta(days=6), queries.series_key(row.series))
    return Described(row, title, why, url, badge)


def _source(row: Alert) -> str:
    kind, uid = row.series.partition(":")[0], row.series.rpartition(":")[2]
    return reverse("accidents:detail" if kind == "accident" else "injuries:detail", args=[row.unit.slug, uid])


def _page(
    request: PersonRequest, unit: Unit, row: Alert, form: HandleForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "row": row,
        "said": described(row, queries.areas(unit)),
        "weeks": list(reversed(row.weeks)),
        "form": form,
        "may_handle": can(request.user, Permission.INJURY_ENTER, row.unit),
        "history": lines_of(row, HISTORY),
        "ways": [] if row.is_restricted else leads.offered(request.user, row.unit),
        "lead": queries.lead_of_alert(row),
    }
    return render(request, "injuries/alert.html", context, status=status)


def alert_of(request: PersonRequest, unit: Unit, uid: UUID) -> Alert:
    row = queries.alert(unit, request.user, uid)
    if row is None:
        raise Http404(_("没有这条预警，或者您看不到它。"))
    return row
