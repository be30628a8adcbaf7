"""Metric files worked out by the database: one grouped query for all units and periods.

Terms that read the same ledger by the same date share a query. `core.metrics.measure` says what each number
must be; the tests hold this module against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, DecimalField, Expression, F, Func, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Cast

from safecommunity.core.metrics import Amount, Condition, Metric, Span, Term, number, span
from safecommunity.core.periods import Period
from safecommunity.ledgers.models import Entry
from safecommunity.library import ledgers

STEP = Decimal("0.0001")
AT_THE_END = {"begun", "passed", "valid_on", "not_ended", "not_come"}
Numbers = dict[tuple[int, str], Decimal]  # (unit id, period code) → what a term comes to
Days = list[tuple[str, Span]]  # period codes and the days of each looked at


class JsonText(Func):
    """A top-level value of the record's data as text; NULL where there is none."""

    output_field = TextField()

    def __init__(self, field: str) -> None:
        super().__init__(F("data"), Value(field, output_field=TextField()))
        self.key = field

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        path = Value(f'$."{self.key}"', output_field=TextField())
        at_path = self.copy()
        at_path.set_source_expressions([self.get_source_expressions()[0], path])
        return at_path.as_sql(
            compiler, connection, template="CAST(JSON_EXTRACT(%(expressions)s) AS TEXT)", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" ->> ", **context)


class Month(Func):
    """The month of a day as text, 2026-03."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="SUBSTR(%(expressions)s, 1, 7)", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="LEFT((%(expressions)s)::text, 7)", **context)


class Frame(NamedTuple):
    """What terms must share to be worked out in one query."""

    source: str
    date: str
    is_additive: bool


def measured(
    metrics: Iterable[Metric], periods: Sequence[Period], rows: QuerySet[Entry], today: date
) -> dict[tuple[int, str, str], Amount]:
    """(unit id, metric code, period code) → amount for every unit among the rows; absent without a record.

    `rows` are all records in reach, of any ledger. Periods that begin after today are left out.
    """
    wanted = list(metrics)
    days = [(period.code, span(period, today)) for period in periods if period.start <= today]
    if not days:
        return {}
    numbers = _numbers({term for metric in wanted for term in metric.terms}, days, rows)
    return {
        (unit, metric.code, period): amount
        for metric in wanted
        for (unit, period), amount in _amounts(metric, numbers).items()
    }


def taken(term: Term, period: Period, rows: QuerySet[Entry], today: date) -> QuerySet[Entry]:
    """The records a term counts for a period: what a number opens."""
    days = span(period, today)
    return _of_ledger(rows, term.source, [term]).filter(_in_time(term, days), _meeting(term, days))


def _amounts(metric: Metric, numbers: Mapping[Term, Numbers]) -> dict[tuple[int, str], Amount]:
    above = numbers[metric.numerator]
    if metric.denominator is None:
        return {key: Amount(number) for key, number in above.items()}
    below = numbers[metric.denominator]
    amounts = {key: Amount(above.get(key, Decimal(0)), number) for key, number in below.items()}
    return amounts | {key: Amount(number) for key, number in above.items() if key not in below}


def _numbers(terms: Iterable[Term], days: Days, rows: QuerySet[Entry]) -> dict[Term, Numbers]:
    frames: dict[Frame, list[Term]] = defaultdict(list)
    numbers: dict[Term, Numbers] = {}
    for term in terms:
        if term.aggregate == "latest":
            numbers[term] = _latest(term, days, rows)
        else:
            frames[Frame(term.source, term.date, _is_additive(term))].append(term)
    for frame, members in frames.items():
        work_out = _by_month if frame.is_additive else _by_period
        numbers |= zip(members, work_out(frame.source, members, days, rows), strict=True)
    return numbers


def _is_additive(term: Term) -> bool:
    """Whether the months of a period add up to it."""
    at_the_end = any(condition.test in AT_THE_END for condition in term.where)
    return term.counted == "within" and term.aggregate in {"count", "sum"} and not at_the_end


def _by_month(source: str, terms: Sequence[Term], days: Days, rows: QuerySet[Entry]) -> list[Numbers]:
    """Group by unit and month, then add the months of each period up."""
    whole = Span(min(one.start for _code, one in days), max(one.end for _code, one in days))
    columns = {f"n{place}": _aggregate(term, _meeting(term, whole)) for place, term in enumerate(terms)}
    found = (
        _of_ledger(rows, source, terms)
        .filter(_in_time(terms[0], whole))
        .order_by()
        .values(month=Month(F(_day(terms[0]))))
        .annotate(**columns)
        .values_list("unit_id", "month", *columns)
    )
    holding = _holding(days)
    numbers: list[Numbers] = [{} for _term in terms]
    for unit, month, *values in found:
        for of_term, term, value in zip(numbers, terms, values, strict=True):
            if _is_nothing(term, value):
                continue
            exact = _exact(value)
            for period in holding[month]:
                of_term[unit, period] = of_term.get((unit, period), Decimal(0)) + exact
    return numbers


def _by_period(source: str, terms: Sequence[Term], days: Days, rows: QuerySet[Entry]) -> list[Numbers]:
    """One column for each term and period, grouped by unit."""
    columns = {
        f"n{place}_{at}": _aggregate(term, _in_time(term, one) & _meeting(term, one))
        for place, term in enumerate(terms)
        for at, (_code, one) in enumerate(days)
    }
    found = _of_ledger(rows, source, terms).order_by().values("unit_id").annotate(**columns)
    numbers: list[Numbers] = [{} for _term in terms]
    for unit, *values in found.values_list("unit_id", *columns):
        for at, value in enumerate(values):
            place, period = divmod(at, len(days))
            if not _is_nothing(terms[place], value):
                numbers[place][unit, days[period][0]] = _exact(value)
    return numbers


def _latest(term: Term, days: Days, rows: QuerySet[Entry]) -> Numbers:
    """The newest statement of each unit up to each period's end; few rows, so they are chosen here."""
    whole = max((one for _code, one in days), key=lambda one: one.end)
    stated = (
        _of_ledger(rows, term.source, [term])
        .filter(_in_time(term, whole), _meeting(term, whole), Q(**{f"text_{term.field}__isnull": False}))
        .order_by()
        .values_list("unit_id", F(_day(term)), JsonText(term.field))
    )
    by_unit: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for unit, day, value in stated:
        by_unit[unit].append((str(day or ""), number(value)))
    numbers: Numbers = {}
    for unit, values in by_unit.items():
        for period, one in days:
            known = [value for value in values if value[0] <= one.end.isoformat()]
            if known:
                newest = max(day for day, _value in known)
                numbers[unit, period] = sum((value for day, value in known if day == newest), Decimal(0))
    return numbers


def _of_ledger(rows: QuerySet[Entry], source: str, terms: Iterable[Term]) -> QuerySet[Entry]:
    """The standing records of a ledger, with the fields that the terms read as text and as numbers."""
    fields = {field for term in terms for field in term.fields()}
    texts: dict[str, Expression] = {f"text_{field}": JsonText(field) for field in sorted(fields)}
    exact = DecimalField(max_digits=20, decimal_places=4)
    numbers: dict[str, Expression] = {
        f"number_{field}": Cast(JsonText(field), exact)
        for field in sorted(fields)
        if ledgers[source].fields[field].is_number
    }
    return rows.filter(ledger=source, withdrawn_at=None).alias(**texts, **numbers)


def _aggregate(term: Term, wanted: Q) -> Expression:
    if term.aggregate == "sum":
        return Sum(f"number_{term.field}", filter=wanted)
    if term.aggregate == "count_distinct":
        return Count(f"text_{term.field}", filter=wanted, distinct=True)
    return Count("id", filter=wanted)


def _day(term: Term) -> str:
    """The column that places a record of this term in time."""
    is_own = not term.date or term.date == ledgers[term.source].record_date
    return "record_date" if is_own else f"text_{term.date}"


def _in_time(term: Term, days: Span) -> Q:
    if not term.date:
        return Q()
    name = _day(term)
    start, end = (day if name == "record_date" else day.isoformat() for day in days)
    if term.counted == "within":
        return Q(**{f"{name}__gte": start, f"{name}__lte": end})
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__lte": end})


def _meeting(term: Term, days: Span) -> Q:
    wanted = Q()
    for condition in term.where:
        wanted &= _holds(term.source, condition, days)
    return wanted


def _holds(source: str, condition: Condition, days: Span) -> Q:
    text = f"text_{condition.field}"
    is_set = Q(**{f"{text}__isnull": False}) & ~Q(**{text: ""})
    match condition.test:
        case "set":
            return is_set
        case "not_set":
            return ~is_set
        case "eq":
            return _one_of(source, condition.field, (condition.value,))
        case "in":
            return _one_of(source, condition.field, condition.value)
        case "at_least":
            return Q(**{f"number_{condition.field}__gte": condition.value})
        case "at_most":
            return Q(**{f"number_{condition.field}__lte": condition.value})
        case "begun":
            return is_set & Q(**{f"{text}__lte": days.end.isoformat()})
        case "passed":
            return is_set & Q(**{f"{text}__lt": days.end.isoformat()})
        case "not_come":
            return ~is_set | Q(**{f"{text}__gt": days.end.isoformat()})
        case "valid_on":
            return Q(**{f"{text}__gte": days.end.isoformat()})
        case "not_ended":
            return ~is_set | Q(**{f"{text}__gte": days.end.isoformat()})
        case _:
            return is_set & Q(**{f"{text}__lte": F(f"text_{condition.value}")})


def _one_of(source: str, field: str, values: Sequence[Any]) -> Q:
    """Databases write yes and no as true and false, or as 1 and 0; several choices as a JSON list."""
    if ledgers[source].fields[field].is_number:
        return Q(**{f"number_{field}__in": [number(value) for value in values]})
    texts = [text for value in values for text in _texts(value)]
    wanted = Q(**{f"text_{field}__in": texts})
    if ledgers[source].fields[field].kind == "multi-choice":
        for value in values:
            wanted |= Q(**{f"text_{field}__contains": f'"{value}"'})
    return wanted


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield from (("true", "1") if value else ("false", "0"))
    else:
        yield str(value)


def _holding(days: Days) -> Mapping[str, list[str]]:
    """Month code → the codes of the periods it belongs to."""
    holding: dict[str, list[str]] = defaultdict(list)
    for code, _days in days:
        for month in Period.parse(code).months():
            holding[month.code].append(code)
    return holding


def _is_nothing(term: Term, value: Any) -> bool:
    """No record counted; a sum may well be zero."""
    return value is None or (not value and term.aggregate != "sum")


def _exact(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(STEP)
