"""A review whose team has given its opinion on site."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.assessment.models import Assessment
from safecommunity.core.papers import Column, Paragraph, Run, Trace
from safecommunity.core.reports import Call, Value
from safecommunity.reports.blocks.registry import Made, table
from safecommunity.reports.gathering import Records
from safecommunity.reports.subjects.registry import subject
from safecommunity.reports.values import day
from safecommunity.reviews import queries
from safecommunity.reviews.models import Review
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission


@subject(
    "review",
    name=gettext_lazy("评审"),
    permission=Permission.REVIEW_VIEW,
    page=lambda row: ("reviews:detail", (row.uuid,)),
)
def review(unit: Unit, uid: UUID) -> Review | None:
    """None as long as the scores are sealed."""
    row = queries.review(unit, uid)
    return row if row is not None and row.opinion and row.on_site is not None else None


def _trace(row: Review) -> Trace:
    return review.trace(row, str(row))


def _said(row: Review, text: str) -> Value:
    return Value(text, _trace(row))


def _on_site(row: Review) -> Assessment:
    assert row.on_site is not None
    return row.on_site


@review.value("unit")
def unit(row: Review, records: Records) -> Value:
    return _said(row, row.unit.name)


@review.value("scheme")
def scheme(row: Review, records: Records) -> Value:
    return _said(row, records.named(row.rules))


@review.value("days")
def days(row: Review, records: Records) -> Value:
    """The days of the visit."""
    found = [one for one in (row.visit_from, row.visit_to) if one]
    return _said(row, "—".join(day(one, records.language) for one in dict.fromkeys(found)))


@review.value("points")
def points(row: Review, records: Records) -> Value:
    return _said(row, f"{_on_site(row).points:g}")


@review.value("full")
def full(row: Review, records: Records) -> Value:
    return _said(row, f"{_on_site(row).full:g}")


@review.value("verdict")
def verdict(row: Review, records: Records) -> Value:
    band = next(one for one in _on_site(row).rules.bands if one.code == _on_site(row).band)
    return _said(row, records.named(band))


@review.value("opinion")
def opinion(row: Review, records: Records) -> Value:
    return _said(row, row.opinion)


@review.part("team")
def team(row: Review, records: Records, call: Call) -> Made:
    """Who assessed, and what each declared."""
    shown = [
        (one.person.display_name, _("组长") if one.is_lead else _("成员"), _("无利害关系"))
        for one in queries.team(row)
        if one.is_free
    ]
    columns = [Column(_("姓名"), 2), Column(_("职务"), 1), Column(_("利害关系声明"), 2), Column(_("签字"), 2)]
    return table(_("评定组"), columns, [(*line, "") for line in shown], _trace(row))


@review.part("findings")
def findings(row: Review, records: Records, call: Call) -> Made:
    """What does not conform, to be put right."""
    shown = [
        (one.indicator, one.text, str(one.get_severity_display()), one.owner) for one in queries.findings(row)
    ]
    columns = [
        Column(_("评定指标"), 1, "center"), Column(_("不符合事实"), 4), Column(_("程度"), 1.4),
        Column(_("责任人"), 1.2),
    ]  # fmt: skip
    return table(_("不符合项"), columns, shown, _trace(row))


@review.part("signature")
def signature(row: Review, records: Records, call: Call) -> Made:
    """The lead, on the day the opinion was given."""
    given = queries.steps(row).filter(act="conclude").first()
    lead = next((one.person.display_name for one in queries.team(row) if one.is_lead), "")
    on = day(given.on_date, records.language) if given else ""
    words = _("评定组组长：%(name)s") % {"name": lead}
    return (Paragraph((Run(f"{words}\n{on}"),), "signature"),)
