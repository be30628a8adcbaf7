"""What somebody took up of a finding or an alert, and what was made of it."""

from __future__ import annotations

from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.leads import alert_facts, finding_facts
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web import leads
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.acts import lines_of
from safecommunity.web.pages.injuries import alerts, findings
from safecommunity.web.pages.injuries.sentences import records

HISTORY = 20


@require_POST
@requires(Permission.INJURY_VIEW)
@exactly_once
def of_finding(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Keep a finding as it stands and go to the form that makes something of it."""
    kind, key = _kind(request), tuple(parse_qsl(request.POST.get("key", "")))
    found, _ask = findings.searched(request, unit)
    one = next((row for row in found.rows if row.key == key), None)
    if one is None:
        messages.error(request, _("这条发现已经不在了：记录有了变化。请看现在的发现。"))
        return redirect(f"{reverse('injuries:findings', args=[unit.slug])}?{request.GET.urlencode()}")
    row = actions.take_up(unit=unit, by=request.user, **finding_facts(unit, found, one))
    return redirect(leads.form_of(row, kind))


@require_POST
@requires(Permission.INJURY_VIEW)
@exactly_once
def of_alert(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    """Keep an alert as it stands and go to the form that makes something of it."""
    kind, found = _kind(request), alerts.alert_of(request, unit, uid)
    try:
        row = actions.take_up(unit=found.unit, by=request.user, alert=found, **alert_facts(found))
    except actions.Refused as error:
        messages.error(request, str(error))
        return redirect("injuries:alert", unit.slug, uid)
    return redirect(leads.form_of(row, kind))


@requires(Permission.INJURY_VIEW)
def detail(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = queries.lead(unit, uid)
    if row is None:
        raise Http404(_("没有这条线索，或者您看不到它。"))
    key = tuple((name, value) for name, value in row.key)
    context = {
        "row": row,
        "records": records(row.unit, row.from_date, row.to_date, key, is_open=True) if key else "",
        "made": [(one, leads.page_of(one)) for one in queries.followed(row)],
        "ways": [
            (leads.form_of(row, kind), label, icon)
            for kind, label, icon in leads.offered(request.user, row.unit)
        ],
        "history": lines_of(row, HISTORY),
        "here": "findings",
    }
    return render(request, "injuries/lead.html", context)


def _kind(request: PersonRequest) -> str:
    kind = request.POST.get("to", "")
    if kind not in [value for value, _word, _icon in leads.offered(request.user, request.unit)]:
        raise Http404(_("不能由此建立这一项，或者您没有这项权限。"))
    return kind
