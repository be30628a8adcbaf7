"""Metrics of a unit: the table, one metric, its records, the units beneath side by side."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.core.metrics import Metric
from safecommunity.core.periods import Period, UnknownPeriod
from safecommunity.ledgers.wording import local as words
from safecommunity.library import charts, ledgers, metrics
from safecommunity.metrics import actions, queries
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import requires
from safecommunity.web.clock import today
from safecommunity.web.components.lists import sheet
from safecommunity.web.components.words import language, local
from safecommunity.web.pages.metrics import display

PAGE = 50
BENEATH = 200


@requires(Permission.METRIC_VIEW)
def index(request: HttpRequest, unit: Unit) -> HttpResponse:
    period = _period(request)
    rows = _lines(unit, list(metrics.values()), period)
    judged = [row for row in rows if row.state]
    context = {
        "period": period,
        "period_label": display.label(period),
        "choices": display.choices(today()),
        "groups": display.grouped(rows),
        "judged": len(judged),
        "reached": sum(row.state == "good" for row in judged),
        "has_beneath": _beneath(unit).exists(),
    }
    return render(request, "metrics/index.html", context)


@requires(Permission.METRIC_VIEW)
def units(request: HttpRequest, unit: Unit) -> HttpResponse:
    """The units directly beneath × the metrics that have a target."""
    period = _period(request)
    page = Paginator(_beneath(unit), BENEATH).get_page(request.GET.get("page"))
    shown = [one for one in metrics.values() if one.target_for(period)]
    found = queries.readings(list(page), [period], [one.code for one in shown], today=today())
    rows = [
        (
            child.name,
            f"{reverse('metrics:index', args=[child.slug])}?period={period.code}",
            [display.cell(found[child.pk, one.code, period.code], child) for one in shown],
        )
        for child in page
    ]
    context = {
        "period": period,
        "period_label": display.label(period),
        "choices": display.choices(today()),
        "columns": [local(one) for one in shown],
        "rows": rows,
        "page": page,
    }
    return render(request, "metrics/units.html", context)


@requires(Permission.METRIC_VIEW)
def detail(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    metric, period = _metric(request, code), _period(request)
    year = Period.year_of(period.start)
    periods = [year, *_quarters(year), *year.months()]
    children = list(_beneath(unit)[:BENEATH])
    asked = [period, *(one for one in periods if one != period and one.start <= today())]
    found = queries.readings([unit, *children], asked, [metric.code], today=today())
    context = {
        "metric": metric,
        "period": period,
        "period_label": display.label(period),
        "choices": display.choices(today()),
        "line": display.line(found[unit.pk, metric.code, period.code]),
        "by_period": [
            (display.label(one), one, display.line(found[unit.pk, metric.code, one.code]))
            for one in asked
            if one in periods
        ],
        "children": [(child, display.line(found[child.pk, metric.code, period.code])) for child in children],
        "parts": _parts(unit, metric, period),
        "asked_by": display.asked_by(metric),
        "ledgers": [(source, words(ledgers[source].words)) for source in sorted(metric.ledgers)],
    }
    return render(request, "metrics/detail.html", context)


@requires(Permission.METRIC_VIEW)
def chart(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    """The months of the year as a line with the target; fetched when it comes into view."""
    from safecommunity.documents import charts as drawing

    metric, year = _metric(request, code), Period.year_of(_period(request).start)
    months = [month for month in year.months() if month.start <= today()]
    found = queries.readings([unit], [year, *months], [metric.code], today=today())
    rows = [
        {
            "month": display.short(month),
            "value": float(reading.value) if reading.value is not None else None,
            "target": float(target.value) if (target := metric.target_for(month)) else None,
        }
        for month in months
        for reading in [found[unit.pk, metric.code, month.code]]
    ]
    drawn = drawing.svg(
        charts["trend-line"],
        rows,
        title=local(metric),
        words=found[unit.pk, metric.code, year.code].say(language()),
        theme="page",
        language=language(),
        folder=Path(settings.DATA) / "drawings",
    )
    return render(request, "metrics/detail.html#chart", {"drawn": mark_safe(drawn), "title": local(metric)})  # noqa: S308 -- our own drawing


@requires(Permission.METRIC_VIEW)
def records(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    """The records behind a number: those counted, or all they are a part of."""
    metric, period = _metric(request, code), _period(request)
    whole = request.GET.get("of") == "whole" and metric.denominator is not None
    rows = queries.records(metric, period, unit, today(), whole=whole)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    reading = queries.readings([unit], [period], [metric.code], today=today())[
        unit.pk, metric.code, period.code
    ]
    context = {
        "metric": metric,
        "period": period,
        "period_label": display.label(period),
        "sentence": reading.say(language()),
        "page": page,
        "whole": whole,
        "days": reading.days,
    }
    return render(request, "metrics/records.html", context)


@require_POST
@requires(Permission.METRIC_VIEW)
def export(request: HttpRequest, unit: Unit) -> HttpResponse:
    """The table on the screen as a sheet."""
    period = _period(request)
    rows = _lines(unit, list(metrics.values()), period)
    heads = [_("指标"), _("值"), _("单位"), _("目标"), _("说明")]
    cells = (
        [local(row.metric), _number(row.reading.value), local(row.metric, "unit"), row.mark, row.sentence]
        for row in rows
    )
    actions.note_export(unit=unit, period=period, by=request.user)  # type: ignore[arg-type]
    columns = list(zip(heads, (28, 10, 10, 10, 60), strict=True))
    name = _("%(unit)s指标 %(period)s") % {"unit": unit.name, "period": period.code}
    return sheet(name=name, title=_("指标"), columns=columns, rows=cells)


def _lines(unit: Unit, chosen: list[Metric], period: Period) -> list[display.Line]:
    months = list(Period.year_of(period.start).months())
    found = queries.readings([unit], [period, *months], [one.code for one in chosen], today=today())
    return display.lines(found, unit, chosen, period)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _parts(unit: Unit, metric: Metric, period: Period) -> list[display.Line]:
    parts = queries.parts_of(metric)
    found = queries.readings([unit], [period], [part.code for part in parts], today=today()) if parts else {}
    lines = [display.line(found[unit.pk, part.code, period.code]) for part in parts]
    return [line for line in lines if line.reading.amount is not None]


def _beneath(unit: Unit) -> QuerySet[Unit]:
    return Unit.objects.filter(parent=unit, is_active=True).order_by("path")


def _quarters(year: Period) -> list[Period]:
    return [Period.parse(f"{year.code}-Q{number}") for number in range(1, 5)]


def _metric(request: HttpRequest, code: str) -> Metric:
    part = request.GET.get("part", "")
    metric = queries.named(f"{code}/{part}" if part else code)
    if metric is None:
        raise Http404(_("没有这个指标。"))
    return metric


def _period(request: HttpRequest) -> Period:
    """The period asked for, this year when none or a strange one is asked for."""
    asked = request.GET.get("period") or request.POST.get("period") or ""
    try:
        period = Period.parse(asked)
    except UnknownPeriod:
        return Period.year_of(today())
    return period if period.start <= today() else Period.year_of(today())
