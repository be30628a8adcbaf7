"""What others are told: a month to be posted up, and the years that everybody may read."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.core.privacy import small_count
from safecommunity.residents.queries import is_open
from safecommunity.surveillance import actions, queries, wording
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import PersonRequest, exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.pages.injuries.analysis import asked_month


@requires(Permission.INJURY_VIEW)
def public(request: PersonRequest, unit: Unit) -> HttpResponse:
    """A month without small counts, places and restricted cards; the last year, as it would be told."""
    from safecommunity.surveillance import columns, summaries  # slow imports

    month, year = asked_month(request), today().year - 1
    cards = columns.asked(unit, None, queries.Ask().between(month.start, month.end))
    accidents = queries.accidents(unit).filter(
        happened_at__date__gte=month.start, happened_at__date__lte=month.end
    )
    told = list(queries.summaries(unit))
    context = {
        "month": month,
        "previous": month.previous(),
        "next": month.next() if month.next().end < today() else None,
        "total": small_count(len(cards)),
        "causes": [
            (wording.word("cause", code), text) for code, text in summaries.told_counts(cards, "cause")
        ],
        "accidents": small_count(accidents.count()),
        "told": told,
        "draft": None
        if year in [row.year for row in told]
        else wording.told(year, summaries.summary(unit, year)),
        "is_open": is_open(unit),
        "may_publish": can(request.user, Permission.RESIDENT_HANDLE, unit),
        "here": "public",
    }  # fmt: skip
    return render(request, "injuries/public.html", context)


@require_POST
@requires(Permission.RESIDENT_HANDLE)
@exactly_once
def publish(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Put the last year on the page that is open to all."""
    try:
        actions.publish_summary(unit=unit, year=today().year - 1, by=request.user, today=today())
    except actions.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已发布，公众页面上可以看到。"))
    return redirect("injuries:public", unit.slug)


@require_POST
@requires(Permission.RESIDENT_HANDLE)
@exactly_once
def withdraw(request: PersonRequest, unit: Unit, uid: UUID) -> HttpResponse:
    row = queries.summaries(unit).filter(uuid=uid).first()
    if row is None:
        raise Http404(_("没有这份公开的伤害情况，或者已经撤下。"))
    try:
        actions.withdraw_summary(row=row, version=row.version, by=request.user)
    except StaleRecord:
        messages.error(request, _("这份公开的伤害情况刚刚被别人处理过，请再看一眼。"))
    else:
        messages.success(request, _("已撤下。"))
    return redirect("injuries:public", unit.slug)
