"""What the cards tell: the month in a sentence, the explorer, comparisons, the methods."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from safecommunity.core.periods import Period, UnknownPeriod
from safecommunity.library import watches
from safecommunity.surveillance import queries, wording
from safecommunity.surveillance.models import Alert
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.web.access import PersonRequest, requires
from safecommunity.web.clock import today
from safecommunity.web.pages.injuries import display, sentences
from safecommunity.web.pages.injuries.alerts import described

if TYPE_CHECKING:
    from safecommunity.surveillance.figures import Explored

FILTERS = ("cause", "place", "band", "sex", "activity", "intent", "severity", "outcome", "source")
MOST_ALERTS = 5
TABLES = ("bands", "cause", "hours", "months", "areas", "cross")


@requires(Permission.INJURY_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    from safecommunity.surveillance import columns, figures  # slow imports

    month = asked_month(request)
    names = queries.areas(unit)
    story = figures.story(unit, request.user, month.start)
    cards = columns.asked(unit, request.user, queries.Ask().between(month.start, month.end))
    outcomes = cards.counted("outcome")
    open_alerts = queries.alerts(unit, request.user).filter(state=Alert.State.NEW)
    context = {
        "month": month,
        "previous": month.previous(),
        "next": month.next() if month.next().start <= today() else None,
        "phrases": list(sentences.overview(unit, story, names)),
        "story": story,
        "records": sentences.records(unit, month.start, month.end),
        "severe": cards.counted("severity")["severe",],
        "admitted": outcomes["admitted",] + outcomes["transferred",],
        "deaths": outcomes["died",],
        "trend": [count for _first, count in story.months][-25:],
        "trend_from": story.months[-25:][0][0],
        "alerts": [described(one, names) for one in open_alerts[:MOST_ALERTS]],
        "alert_count": open_alerts.count(),
        "look": queries.last_look(unit),
        "may_enter": can(request.user, Permission.INJURY_ENTER, unit),
        "is_partly_hidden": queries.hidden(unit, request.user),
        "has_cards": bool(story.count or len(story.months) > 1),
        "here": "overview",
    }
    return render(request, "injuries/overview.html", context)


@requires(Permission.INJURY_VIEW)
def explore(request: PersonRequest, unit: Unit) -> HttpResponse:
    from safecommunity.web.pages.injuries import charts  # slow import

    found, ask = _explored(request, unit)
    told = sentences.about(found)
    context = {
        **charts.of(found),
        "found": found,
        "told": told,
        "areas_told": told["areas"],
        "ask": ask,
        "filters": display.filters(ask, FILTERS),
        "areas_offered": [
            (code, name, ask.area == code) for code, name in queries.offered_areas(unit).items()
        ],
        "records": f"?{request.GET.urlencode()}",
        "is_partly_hidden": queries.hidden(unit, request.user),
        "here": "explore",
    }
    return render(request, "injuries/explore.html", context)


@requires(Permission.INJURY_VIEW)
def export(request: PersonRequest, unit: Unit, table: str) -> HttpResponse:
    """One table of the explorer as CSV, its method below it."""
    from safecommunity.web.pages.injuries import charts  # slow import

    if table not in TABLES:
        raise Http404(_("没有这张表。"))
    found, _ask = _explored(request, unit)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerows(charts.rows(found, table))
    writer.writerow([])
    writer.writerow([_("时段"), f"{found.first}—{found.last}"])
    writer.writerow([_("怎么算的"), charts.method(table)])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="injuries-{table}.csv"'
    return response


@requires(Permission.INJURY_VIEW)
def compare(request: PersonRequest, unit: Unit) -> HttpResponse:
    from safecommunity.surveillance import figures  # slow import
    from safecommunity.web.pages.injuries import charts  # slow import

    ask, first, last = period(request)
    found, _ask = _explored(request, unit)
    context = {
        "first": first,
        "last": last,
        "count": found.total,
        "ask": ask,
        "filters": display.filters(ask, FILTERS),
        "periods": [
            {
                "first": start, "last": end, "other": other, "years": years, "ratio": ratio,
                "sentence": sentences.ratio(found.total, other, years, ratio),
            }
            for start, end, other, years, ratio in figures.compare(unit, request.user, ask, first, last)
        ],
        "area_rows": charts.area_rows(found),
        "areas_told": sentences.about(found)["areas"],
        "funnel": charts.funnel(found),
        "here": "compare",
    }  # fmt: skip
    return render(request, "injuries/compare.html", context)


@requires(Permission.INJURY_VIEW)
def methods(request: PersonRequest, unit: Unit) -> HttpResponse:
    """How it is worked out, in plain words, with the settings in force."""
    watch = watches["weekly"]
    series = sum(one.most for one in watch.series)
    context = {
        "watch": watch,
        "settings": watch.method,
        "series": series,
        "false_alarms": round(watch.method.false_alarms(series)),
        "finder": wording.method(),
        "surveys": wording.survey_method(),
        "judged": {
            wording.alert_method(code): counts for code, counts in queries.judged(unit, request.user).items()
        },
        "few": sentences.FEW,
        "days": queries.DUPLICATE_DAYS,
        "here": "methods",
    }
    return render(request, "injuries/methods.html", context)


def _explored(request: PersonRequest, unit: Unit) -> tuple[Explored, queries.Ask]:
    from safecommunity.surveillance import figures  # slow import

    ask, first, last = period(request)
    return figures.explore(unit, request.user, ask, first, last), ask


def period(request: PersonRequest) -> tuple[queries.Ask, date, date]:
    """What is asked, and from when to when: the last 52 weeks where nothing is said."""
    ask = queries.parse(dict(request.GET.lists()))
    return ask, *ask.days(today())


def asked_month(request: PersonRequest) -> Period:
    """The month of the address; the last whole one where nothing sensible is said."""
    try:
        month = Period.parse(request.GET.get("month", ""))
    except UnknownPeriod:
        month = Period.month_of(today()).previous()
    if month.kind != "month" or not 1990 <= month.start.year <= today().year:
        month = Period.month_of(today()).previous()
    return month
