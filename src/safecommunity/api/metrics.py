"""Metrics: which there are, their values for a unit and all beneath it, the records behind a value."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from safecommunity.api.access import unit_for
from safecommunity.core.metrics import Metric
from safecommunity.core.periods import Period, UnknownPeriod
from safecommunity.metrics import queries
from safecommunity.units.permissions import Permission

router = Router(tags=["metrics"])
MOST = 200


class MetricOut(Schema):
    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    group: str
    better: str
    target: Decimal | None
    ledgers: list[str]
    source: str
    wording: str


class ValueOut(Schema):
    """`value` is null where there is no data; from_date and to_date are the days it speaks of."""

    metric: str
    period: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    reaches: bool | None
    from_date: dt.date
    to_date: dt.date
    sentence: str
    sentence_en: str


class CountedOut(Schema):
    id: int
    unit: str
    ledger: str
    title: str
    record_date: dt.date | None


class CountedListOut(Schema):
    count: int
    entries: list[CountedOut]


@router.get("/metrics", response=list[MetricOut], summary="Every metric and its parts (metric/part)")
def kinds(request: HttpRequest) -> list[dict[str, Any]]:
    return [_kind(metric) for metric in queries.all_metrics().values()]


@router.get(
    "/units/{slug}/metrics",
    response=list[ValueOut],
    summary="Values of a unit for a period (2026, 2026-Q1, 2026-03); `metric` narrows to one",
)
def values(request: HttpRequest, slug: str, period: str, metric: str = "") -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.METRIC_VIEW)
    asked = _period(period)
    codes = [_metric(metric).code] if metric else None
    found = queries.readings([unit], [asked], codes, today=timezone.localdate())
    return [_value(reading) for reading in found.values()]


@router.get(
    "/units/{slug}/metrics/{code}/records",
    response=CountedListOut,
    summary="The records a value counts; of=whole gives those they are a part of; part names a part",
)
def records(
    request: HttpRequest,
    slug: str,
    code: str,
    period: str,
    part: str = "",
    of: str = "",
    offset: int = 0,
    limit: int = 50,
) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.METRIC_VIEW)
    metric = _metric(f"{code}/{part}" if part else code)
    rows = queries.records(metric, _period(period), unit, timezone.localdate(), whole=of == "whole")
    begin, most = max(offset, 0), max(1, min(limit, MOST))
    names = ("id", "ledger", "title", "record_date")
    entries = [
        {name: getattr(row, name) for name in names} | {"unit": row.unit.slug}
        for row in rows[begin : begin + most]
    ]
    return {"count": rows.count(), "entries": entries}


def _metric(code: str) -> Metric:
    metric = queries.named(code)
    if metric is None:
        raise HttpError(404, _("没有这个指标。"))
    return metric


def _period(code: str) -> Period:
    try:
        return Period.parse(code)
    except UnknownPeriod as error:
        raise HttpError(422, _("期间应写成 2026、2026-Q1 或 2026-03。")) from error


def _kind(metric: Metric) -> dict[str, Any]:
    names = set(MetricOut.model_fields) - {"target", "ledgers"}
    target = metric.target.value if metric.target else None
    return {name: getattr(metric, name) for name in names} | {
        "target": target,
        "ledgers": sorted(metric.ledgers),
    }


def _value(reading: queries.Reading) -> dict[str, Any]:
    return {
        "metric": reading.metric.code,
        "period": reading.period.code,
        "value": reading.value,
        "numerator": reading.amount.numerator if reading.amount else None,
        "denominator": reading.amount.denominator if reading.amount else None,
        "reaches": reading.reaches,
        "from_date": reading.days.start,
        "to_date": reading.days.end,
        "sentence": reading.say("zh"),
        "sentence_en": reading.say("en"),
    }
