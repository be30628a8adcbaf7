"""The named values a sentence of a paper may ask for, each with where it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from safecommunity.core.papers import Trace
from safecommunity.core.reports import Scope, Value
from safecommunity.library import ledgers
from safecommunity.places.queries import full_name
from safecommunity.reports.gathering import Records

Named = Callable[[Records, Scope], Value]
NAMED: dict[str, Named] = {}
KINDS: dict[str, Callable[[Records, str], Value]] = {}


def named(name: str) -> Callable[[Named], Named]:
    def register(function: Named) -> Named:
        NAMED[name] = function
        return function

    return register


def plain(number: Decimal | int | float | None) -> str:
    """Without needless zeros: 12.50 → 12.5; nothing for None."""
    if number is None:
        return ""
    text = f"{number:f}" if isinstance(number, Decimal | float) else str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date, language: str) -> str:
    """2026年1月8日, as papers write it."""
    return value.isoformat() if language == "en" else f"{value.year}年{value.month}月{value.day}日"


def _unit(records: Records, text: str, count: int = 0) -> Value:
    return Value(text, Trace("unit", records.unit.slug, _("单位资料"), count=count))


def _assessed(records: Records, text: str, what: str = "") -> Value:
    assessment = records.assessment
    if assessment is None:
        return Value("")
    return Value(text, Trace("assessment", str(assessment.pk), what or assessment.title, assessment.period))


named("unit.name")(lambda records, scope: _unit(records, records.unit.name))
named("unit.kind")(lambda records, scope: _unit(records, records.unit.get_kind_display()))
named("unit.below")(lambda records, scope: _unit(records, str(records.units_below), records.units_below))
named("period.start")(lambda records, scope: Value(day(records.period.start, records.language)))
named("period.end")(lambda records, scope: Value(day(records.period.end, records.language)))
named("period.until")(
    lambda records, scope: Value(day(min(records.period.end, records.today), records.language))
)
named("today")(lambda records, scope: Value(day(records.today, records.language)))


@named("period.label")
def period_label(records: Records, scope: Scope) -> Value:
    return Value(records.period.code if records.language == "en" else records.period.label())


@named("unit.division")
def division(records: Records, scope: Scope) -> Value:
    found = records.unit.division
    return _unit(records, full_name(found.code) if found else "")


@named("population.year")
def population_year(records: Records, scope: Scope) -> Value:
    return _people(records, records.people.year)


@named("population.residents")
def residents(records: Records, scope: Scope) -> Value:
    return _people(records, records.people.residents)


@named("population.floating")
def floating(records: Records, scope: Scope) -> Value:
    return _people(records, records.people.floating)


def _people(records: Records, number: int | None) -> Value:
    if records.people.ledger:
        return Value(plain(number), records.ledger_trace(records.people.ledger, 1))
    year = str(records.people.year or "")
    return Value(plain(number), Trace("population", records.unit.slug, _("人口数据"), year))


@named("scheme.name")
def scheme_name(records: Records, scope: Scope) -> Value:
    return _assessed(records, records.named(records.scheme) if records.scheme else "")


@named("scheme.title")
def scheme_title(records: Records, scope: Scope) -> Value:
    title = records.scheme.title if records.scheme else None
    return _assessed(records, records.named(title) if title else "")


@named("scheme.full")
def scheme_full(records: Records, scope: Scope) -> Value:
    return _assessed(records, plain(records.assessment.full) if records.assessment else "")


@named("assessment.points")
def assessment_points(records: Records, scope: Scope) -> Value:
    return _assessed(records, plain(records.assessment.points) if records.assessment else "")


@named("assessment.verdict")
def verdict(records: Records, scope: Scope) -> Value:
    bands = {band.code: band for band in records.scheme.bands} if records.scheme else {}
    band = bands.get(records.assessment.band) if records.assessment else None
    return _assessed(records, records.named(band) if band else "")


@named("assessment.elements")
def elements(records: Records, scope: Scope) -> Value:
    return _assessed(records, str(len(records.scheme.elements)) if records.scheme else "")


@named("assessment.indicators")
def indicators(records: Records, scope: Scope) -> Value:
    return _assessed(records, str(len(records.graded)))


@named("assessment.graded")
def graded(records: Records, scope: Scope) -> Value:
    return _assessed(records, str(sum(item.mark.is_given for item in records.graded.values())))


@named("assessment.zeros")
def zeros(records: Records, scope: Scope) -> Value:
    return _assessed(records, str(len(records.assessment.zeros)) if records.assessment else "")


@named("assessment.not_applicable")
def not_applicable(records: Records, scope: Scope) -> Value:
    return _assessed(records, str(sum(item.mark.not_applicable for item in records.graded.values())))


@named("bodies.count")
def bodies(records: Records, scope: Scope) -> Value:
    count = len(records.bodies)
    return Value(str(count), Trace("bodies", records.unit.slug, _("创建机构"), records.period.code, count))


@named("bodies.members")
def members(records: Records, scope: Scope) -> Value:
    count = sum(len(people) for people in records.appointments.values())
    return Value(str(count), Trace("bodies", records.unit.slug, _("机构任职"), records.period.code, count))


@named("evidence.files")
def files(records: Records, scope: Scope) -> Value:
    return _cited(records, {row.file_id for rows in records.cited.values() for row in rows if row.file_id})


@named("evidence.records")
def cited_records(records: Records, scope: Scope) -> Value:
    by_hand = {row.entry_id for rows in records.cited.values() for row in rows if row.entry_id}
    kept = {one.key: one for found in records.kept.values() for one in found}
    part = [one for key, one in kept.items() if key == one.ledger or one.ledger not in kept]
    count = sum(one.count for one in part) or len(by_hand)
    return Value(str(count), Trace("evidence", "", _("佐证记录"), records.period.code, count))


def _cited(records: Records, things: set[int | None]) -> Value:
    count = len(things)
    return Value(str(count), Trace("evidence", "", _("佐证文件"), records.period.code, count))


@named("element.number")
def element_number(records: Records, scope: Scope) -> Value:
    return Value(scope.get("element", ""))


@named("element.name")
def element_name(records: Records, scope: Scope) -> Value:
    return _of_element(records, scope, records.named(records.element(scope["element"])))


@named("element.points")
def element_points(records: Records, scope: Scope) -> Value:
    codes = {item.code for item in records.element(scope["element"]).indicators}
    scored = [item.points for code, item in records.graded.items() if code in codes]
    return _of_element(records, scope, plain(sum((each for each in scored if each is not None), Decimal(0))))


@named("element.full")
def element_full(records: Records, scope: Scope) -> Value:
    return _of_element(records, scope, plain(records.element(scope["element"]).points))


def _of_element(records: Records, scope: Scope, text: str) -> Value:
    return _assessed(records, text, records.named(records.element(scope["element"])))


@named("indicator.number")
def indicator_number(records: Records, scope: Scope) -> Value:
    return Value(scope.get("indicator", ""))


@named("indicator.name")
def indicator_name(records: Records, scope: Scope) -> Value:
    return _of_indicator(records, scope, records.named(records.graded[scope["indicator"]].indicator, "text"))


@named("indicator.points")
def indicator_points(records: Records, scope: Scope) -> Value:
    return _of_indicator(records, scope, plain(records.graded[scope["indicator"]].points))


@named("indicator.full")
def indicator_full(records: Records, scope: Scope) -> Value:
    return _of_indicator(records, scope, plain(records.graded[scope["indicator"]].indicator.points))


def _of_indicator(records: Records, scope: Scope, text: str) -> Value:
    code = scope["indicator"]
    assessment = str(records.assessment.pk) if records.assessment else ""
    return Value(text, Trace("indicator", f"{assessment}/{code}", code, records.period.code))


@named("ledger.name")
def ledger_name(records: Records, scope: Scope) -> Value:
    return Value(records.named(ledgers[records.ledger]), records.ledger_trace(records.ledger, 0))


@named("ledger.count")
def ledger_count(records: Records, scope: Scope) -> Value:
    return count(records, records.ledger)


def count(records: Records, ledger: str) -> Value:
    found = records.counts.get(ledger, 0)
    return Value(str(found), records.ledger_trace(ledger, found))


def latest(records: Records, argument: str) -> Value:
    """`area-facts.area`: a field of the newest record of a ledger."""
    ledger, _dot, field = argument.partition(".")
    label = records.named(ledgers[ledger].fields[field], "label")
    entry = records.latest.get(ledger)
    trace = records.ledger_trace(ledger, 1 if entry else 0, [entry.pk] if entry else ())
    text = records.shown(ledgers[ledger], entry.data, field) if entry else ""
    return Value(text, replace(trace, what=f"{trace.what} {label}"))


KINDS.update({"count": count, "latest": latest})


def metric_trace(records: Records, code: str, sentence: str) -> Trace:
    """A metric with the sentence that says what it counts, from when to when."""
    return Trace("metric", code, sentence, records.period.code)
