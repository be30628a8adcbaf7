"""Metrics: what is counted, over which records, from when to when.

A metric file becomes a `Metric`: one `Term` above the line and, for shares and ratios, one below it.
A term takes the records of one ledger that meet its conditions and lie in the period, and counts, sums or
takes the latest of them. Numerator and denominator are kept apart everywhere, so that the values of parts
can be added up; the value shown is derived from them, and a missing denominator is "no data", never zero.

The whole algebra is here: `measure` works it out over records in memory, and the database query is checked
against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from safecommunity.core.periods import Period

Record = Mapping[str, Any]

TESTS = (
    "eq", "in", "at_least", "at_most", "set", "not_set", "begun", "passed", "valid_on", "not_ended",
    "not_come", "not_after",
)  # fmt: skip
AGGREGATES = ("count", "sum", "count_distinct", "latest", "share", "share_on_time", "ratio")
COUNTED = ("within", "state")
ROLL_UPS = ("sum", "recompute", "none")
WORDINGS = ("official", "found", "seed", "remembered", "ours")
LISTS = {"in"}
NUMBERS = {"at_least", "at_most"}
BARE = {"set", "not_set", "begun", "passed", "valid_on", "not_ended", "not_come"}


class MetricError(ValueError):
    """A metric file that cannot be used: the key at fault and the reason."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


class Span(NamedTuple):
    """The days looked at, both included: a period, or what has passed of it."""

    start: date
    end: date


def span(period: Period, today: date | None) -> Span:
    """The days of a period up to today; with None all of them."""
    return Span(period.start, min(period.end, today) if today else period.end)


@dataclass(frozen=True, slots=True)
class Condition:
    """One requirement on one field of a record.

    Five look at the last day of the span. `begun`: a date that has come; `passed`: one before that day;
    `valid_on`: one that has not passed; `not_ended`: one that has not passed or was never set; `not_come`:
    one after that day or never set. `not_after` compares with the field in `value`.
    """

    field: str
    test: str
    value: Any = None

    def met(self, record: Record, days: Span) -> bool:
        found = record.get(self.field)
        if self.test == "set":
            return not _blank(found)
        if self.test == "not_set":
            return _blank(found)
        if self.test in {"not_ended", "not_come"} and _blank(found):
            return True
        return not _blank(found) and self._holds(found, record, days)

    def _holds(self, found: Any, record: Record, days: Span) -> bool:
        match self.test:
            case "eq":
                return _meets(found, (self.value,))
            case "in":
                return _meets(found, self.value)
            case "at_least":
                return number(found) >= number(self.value)
            case "at_most":
                return number(found) <= number(self.value)
            case "not_after":
                return not _blank(record.get(self.value)) and str(found) <= str(record[self.value])
            case "begun":
                return str(found) <= days.end.isoformat()
            case "passed":
                return str(found) < days.end.isoformat()
            case "not_come":
                return str(found) > days.end.isoformat()
            case _:
                return str(found) >= days.end.isoformat()


@dataclass(frozen=True, slots=True)
class Term:
    """One side of a metric: the records of `source` that count and what is done with them.

    `counted` is "within" (the record's `date` lies in the span) or "state" (what was so on the last day of
    the span; with a `date`, only records dated no later than that day). `aggregate` is count, sum,
    count_distinct or latest; the last three read `field`. The latest of several records of the same day is
    their sum: a statement may be given in parts.
    """

    source: str
    aggregate: str
    counted: str
    date: str = ""
    field: str = ""
    where: tuple[Condition, ...] = ()

    def fields(self) -> tuple[str, ...]:
        """Every field of the ledger this term reads, for checking against the ledger file."""
        compared = tuple(c.value for c in self.where if c.test == "not_after")
        return tuple(f for f in (self.date, self.field, *(c.field for c in self.where), *compared) if f)

    def takes(self, record: Record, days: Span) -> bool:
        """Whether the record is one of those this term counts for these days."""
        return _in_time(self, record, days) and all(c.met(record, days) for c in self.where)


@dataclass(frozen=True, slots=True)
class Target:
    """The mark a metric is held against, and where the mark comes from."""

    value: Decimal
    basis: str
    basis_en: str


@dataclass(frozen=True, slots=True)
class Amount:
    """What was measured: parts that can be added up. `denominator` is None where the metric has none."""

    numerator: Decimal | None
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric file. `scale` turns the quotient into its unit: 100 for per cent, 1000 for per thousand.

    A metric that is not `divided` may still have a denominator: the records it was looked for in, without
    which there is no data ("no major accident" is known only where reports were filed).
    """

    code: str
    name: str
    name_en: str
    sentence: str
    sentence_en: str
    unit: str
    unit_en: str
    numerator: Term
    denominator: Term | None
    divided: bool
    scale: Decimal
    decimals: int
    better: str
    roll_up: str
    empty: str
    group: str
    source: str
    wording: str
    by: str = ""
    target: Target | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    @property
    def ledgers(self) -> frozenset[str]:
        """The ledgers whose records move this metric."""
        return frozenset(term.source for term in self.terms)

    def value(self, amount: Amount | None) -> Decimal | None:
        """The value in the metric's unit, rounded to its decimals; None where there is no data.

        No records at all are zero only for metrics that say so (`empty = "zero"`): no drill recorded is no
        drill, but no certificate recorded is not a rate of zero.
        """
        if amount is None or amount.numerator is None:
            zero = self.empty == "zero" and self.denominator is None
            return Decimal(0).quantize(self._step, ROUND_HALF_UP) if zero else None
        if self.denominator is None:
            return amount.numerator.quantize(self._step, ROUND_HALF_UP)
        if not amount.denominator:
            return None
        if not self.divided:
            return amount.numerator.quantize(self._step, ROUND_HALF_UP)
        return (amount.numerator * self.scale / amount.denominator).quantize(self._step, ROUND_HALF_UP)

    @property
    def _step(self) -> Decimal:
        return Decimal(1).scaleb(-self.decimals)

    def target_for(self, period: Period) -> Target | None:
        """The target as far as it speaks of such a period: what is counted up is counted up over a year."""
        counted_up = not self.divided and self.numerator.counted == "within" and self.better == "higher"
        return None if counted_up and period.kind != "year" else self.target

    def reaches(self, value: Decimal | None, period: Period) -> bool | None:
        """Whether the value meets the target in the better direction; None without target or data."""
        target = self.target_for(period)
        if target is None or value is None:
            return None
        return value >= target.value if self.better == "higher" else value <= target.value

    def say(self, amount: Amount | None, days: Span, *, language: str = "zh") -> str:
        """The sentence with its figures and dates filled in, fit to be read out loud."""
        value = self.value(amount)
        english = language.startswith("en")
        if value is None:
            return _no_data(self, days, english=english)
        sentence = self.sentence_en if english else self.sentence
        return sentence.format(
            start=day(days.start, english=english),
            end=day(days.end, english=english),
            numerator=plain(amount.numerator if amount and amount.numerator is not None else Decimal(0)),
            denominator=plain(
                amount.denominator if amount and amount.denominator is not None else Decimal(0)
            ),
            value=f"{value:f}" + (self.unit if self.unit in {"%", "‰"} else ""),
        )


def measure(metric: Metric, records: Mapping[str, Sequence[Record]], days: Span) -> Amount | None:
    """The metric over the records of each ledger (ledger code → records), or None without any record.

    This is the reference the database query is tested against.
    """
    numerator = total(metric.numerator, records.get(metric.numerator.source, ()), days)
    if metric.denominator is None:
        return None if numerator is None else Amount(numerator)
    denominator = total(metric.denominator, records.get(metric.denominator.source, ()), days)
    if denominator is not None and numerator is None:
        return Amount(Decimal(0), denominator)
    return None if numerator is None else Amount(numerator, denominator)


def total(term: Term, records: Iterable[Record], days: Span) -> Decimal | None:
    """One side of a metric over records in memory; None when no record counts."""
    taken = [record for record in records if term.takes(record, days)]
    if term.aggregate == "count":
        return Decimal(len(taken)) if taken else None
    filled = [record for record in taken if not _blank(record.get(term.field))]
    if not filled:
        return None
    if term.aggregate == "count_distinct":
        return Decimal(len({str(record[term.field]) for record in filled}))
    if term.aggregate == "sum":
        return sum((number(record[term.field]) for record in filled), Decimal(0))
    newest = max(_day(record.get(term.date)) for record in filled)
    return sum((number(r[term.field]) for r in filled if _day(r.get(term.date)) == newest), Decimal(0))


def split(metric: Metric, choices: Mapping[str, tuple[str, str]]) -> list[Metric]:
    """One metric for each choice of its `by` field, coded "metric/choice"; `choices` holds both names.

    A record with several choices counts in full for each of them, so the parts may exceed the whole.
    """
    return [
        replace(
            metric,
            code=f"{metric.code}/{code}",
            name=f"{metric.name}：{name}",
            name_en=f"{metric.name_en}: {name_en}",
            numerator=replace(
                metric.numerator, where=(*metric.numerator.where, Condition(metric.by, "in", (code,)))
            ),
            by="",
            target=None,
        )
        for code, (name, name_en) in choices.items()
    ]


def add(amounts: Iterable[Amount]) -> Amount | None:
    """The amounts of parts added up: numerators with numerators, denominators with denominators."""
    parts = list(amounts)
    if not parts:
        return None
    above = [p.numerator for p in parts if p.numerator is not None]
    below = [p.denominator for p in parts if p.denominator is not None]
    return Amount(sum(above, Decimal(0)) if above else None, sum(below, Decimal(0)) if below else None)


def number(value: Any) -> Decimal:
    """A value of a record as a number, exactly as written; booleans are no numbers."""
    if isinstance(value, bool):
        raise ValueError("a yes/no value is not a number")
    return Decimal(str(value))


def plain(value: Decimal) -> str:
    """A number without needless zeros or exponents: 1200, 3.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date, *, english: bool) -> str:
    """A day as the reader writes it: 2026年3月5日, or 5 March 2026 for English."""
    return (
        f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
        if english
        else f"{value:%Y}年{value.month}月{value.day}日"
    )


# strftime would follow the machine's locale
_MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip


def _no_data(metric: Metric, days: Span, *, english: bool) -> str:
    start, end = day(days.start, english=english), day(days.end, english=english)
    if metric.numerator.counted == "state":
        return (
            f"As of {end} there are no records to work this out from."
            if english
            else f"截至{end}，没有可供计算的记录。"
        )
    return (
        f"From {start} to {end} there are no records." if english else f"{start}至{end}没有可供计算的记录。"
    )


def _in_time(term: Term, record: Record, days: Span) -> bool:
    on = _day(record.get(term.date)) if term.date else ""
    if term.counted == "within":
        return days.start.isoformat() <= on <= days.end.isoformat()
    return on <= days.end.isoformat()


def _day(value: Any) -> str:
    """A date of a record as an ISO day; a bare month or year counts from its first day."""
    return "" if _blank(value) else f"{value}-01-01"[:10]


def _blank(value: Any) -> bool:
    return value is None or value == "" or value == []


def _meets(found: Any, wanted: Sequence[Any]) -> bool:
    """One of the wanted values; a field with several choices meets it when any of its choices does."""
    return any(item in wanted for item in found) if isinstance(found, list) else found in wanted


def parse(code: str, data: Mapping[str, Any]) -> Metric:
    """A `Metric` from the parsed TOML of the file `<code>.toml`.

    Raises MetricError naming the key and the reason: an unknown key, a missing one, a value outside its list.
    """
    _known(data, _KEYS, "")
    aggregate = _one_of(data, "aggregate", AGGREGATES)
    numerator, denominator = _BUILD.get(aggregate, _single)(data)
    by = str(data.get("by", ""))
    if by and aggregate not in {"count", "sum"}:
        raise MetricError("by", "只有计数和求和可以按字段分开")
    return Metric(
        code=code,
        name=_text(data, "name"),
        name_en=_text(data, "name_en"),
        sentence=_sentence(data, "sentence"),
        sentence_en=_sentence(data, "sentence_en"),
        unit=_text(data, "unit"),
        unit_en=_text(data, "unit_en"),
        numerator=numerator,
        denominator=denominator,
        divided=aggregate in {"share", "share_on_time", "ratio"},
        scale=number(data.get("scale", 100 if aggregate in {"share", "share_on_time"} else 1)),
        decimals=int(data.get("decimals", 1 if aggregate in {"share", "share_on_time", "ratio"} else 0)),
        better=_one_of(data, "better", ("higher", "lower")),
        roll_up=_roll_up(data, aggregate),
        empty=_one_of(data, "empty", ("zero", "unknown"), "zero" if aggregate == "count" else "unknown"),
        group=_text(data, "group"),
        source=_text(data, "source"),
        wording=_one_of(data, "wording", WORDINGS),
        by=by,
        target=_target(data.get("target")),
    )


_KEYS = {
    "name", "name_en", "sentence", "sentence_en", "unit", "unit_en", "group", "source", "wording", "notes",
    "notes_en", "ledger", "aggregate", "field", "counted", "date", "where", "those", "over", "done", "due",
    "scale", "decimals", "better", "target", "roll_up", "empty", "by",
}  # fmt: skip
_TERM_KEYS = {"ledger", "aggregate", "field", "counted", "date", "where"}
_PLACEHOLDERS = {"start": "", "end": "", "numerator": "", "denominator": "", "value": ""}


def _single(data: Mapping[str, Any]) -> tuple[Term, Term | None]:
    whole = _term(data, str(data["aggregate"]), "")
    those = _conditions(data, "those")
    return (_narrowed(whole, those), replace(whole, aggregate="count", field="")) if those else (whole, None)


def _share(data: Mapping[str, Any]) -> tuple[Term, Term]:
    whole = _term(data, "count", "")
    those = _conditions(data, "those")
    if not those:
        raise MetricError("those", "比例要写明分子另外满足的条件")
    return _narrowed(whole, those), whole


def _share_on_time(data: Mapping[str, Any]) -> tuple[Term, Term]:
    whole = _term(data, "count", "")
    on_time = Condition(_text(data, "done"), "not_after", _text(data, "due"))
    return _narrowed(whole, (*_conditions(data, "those"), on_time)), whole


def _ratio(data: Mapping[str, Any]) -> tuple[Term, Term]:
    over = data.get("over")
    if not isinstance(over, Mapping):
        raise MetricError("over", "比率要有 [over] 表, 写明除以什么")
    _known(over, _TERM_KEYS, "over.")
    below = _one_of(over, "aggregate", ("count", "sum", "latest"), key_prefix="over.")
    return _term(data, "sum" if data.get("field") else "count", ""), _term(over, below, "over.")


_BUILD = {"share": _share, "share_on_time": _share_on_time, "ratio": _ratio}


def _narrowed(whole: Term, those: tuple[Condition, ...]) -> Term:
    return replace(whole, where=whole.where + those)


def _term(data: Mapping[str, Any], aggregate: str, prefix: str) -> Term:
    counted = _one_of(data, "counted", COUNTED, key_prefix=prefix)
    on = str(data.get("date", ""))
    if not on and (counted == "within" or aggregate == "latest"):
        raise MetricError(f"{prefix}date", "要写明记录按哪个日期字段归入期间")
    field = str(data.get("field", ""))
    if not field and aggregate in {"sum", "count_distinct", "latest"}:
        raise MetricError(f"{prefix}field", f"{aggregate} 要写明读取的字段")
    return Term(
        source=_text(data, "ledger", prefix),
        aggregate=aggregate,
        counted=counted,
        date=on,
        field=field if aggregate != "count" else "",
        where=_conditions(data, "where", prefix),
    )


def _conditions(data: Mapping[str, Any], key: str, prefix: str = "") -> tuple[Condition, ...]:
    rows = data.get(key, [])
    if not isinstance(rows, list):
        raise MetricError(f"{prefix}{key}", "应为一组条件")
    return tuple(_condition(row, f"{prefix}{key}[{place}]") for place, row in enumerate(rows, start=1))


def _condition(row: Any, place: str) -> Condition:
    if not isinstance(row, Mapping):
        raise MetricError(place, "应为含 field、is、value 的表")
    _known(row, {"field", "is", "value"}, f"{place}.")
    test = _one_of(row, "is", TESTS, key_prefix=f"{place}.")
    if (test in BARE) == ("value" in row):
        raise MetricError(f"{place}.value", f"{test} 不带 value" if test in BARE else f"{test} 要写 value")
    return Condition(
        _text(row, "field", f"{place}."), test, _operand(test, row.get("value"), f"{place}.value")
    )


def _operand(test: str, value: Any, place: str) -> Any:
    if test in LISTS:
        if not isinstance(value, list) or not value:
            raise MetricError(place, "应为至少有一个值的列表")
        return tuple(value)
    if test in NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MetricError(place, "应为数字")
        return number(value)
    if test == "not_after" and not isinstance(value, str):
        raise MetricError(place, "应为另一个日期字段的名称")
    return value


def _roll_up(data: Mapping[str, Any], aggregate: str) -> str:
    roll_up = _one_of(data, "roll_up", ROLL_UPS)
    if aggregate in {"share", "share_on_time", "ratio"} and roll_up == "sum":
        raise MetricError("roll_up", "比例和比率由分子分母重新计算, 不能相加")
    if aggregate == "count_distinct" and roll_up != "none":
        raise MetricError("roll_up", "不重复计数不能由各部分相加: 同一个值可能在两处")
    return roll_up


def _target(data: Any) -> Target | None:
    if data is None:
        return None
    if not isinstance(data, Mapping):
        raise MetricError("target", "应为含 value、basis、basis_en 的表")
    _known(data, {"value", "basis", "basis_en"}, "target.")
    return Target(
        number(data.get("value")), _text(data, "basis", "target."), _text(data, "basis_en", "target.")
    )


def _sentence(data: Mapping[str, Any], key: str) -> str:
    text = _text(data, key)
    try:
        text.format(**_PLACEHOLDERS)
    except (KeyError, IndexError, ValueError) as error:
        raise MetricError(key, f"占位符 {error} 不认识; 可用: {'、'.join(_PLACEHOLDERS)}") from error
    if "{end}" not in text:
        raise MetricError(key, "要用 {end} 写明截至哪一天")
    return text


def _text(data: Mapping[str, Any], key: str, prefix: str = "") -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise MetricError(f"{prefix}{key}", "缺少这一项")
    return value


def _one_of(
    data: Mapping[str, Any],
    key: str,
    allowed: Sequence[str],
    default: str | None = None,
    *,
    key_prefix: str = "",
) -> str:
    value = data.get(key, default)
    if value not in allowed:
        raise MetricError(f"{key_prefix}{key}", f"应为 {'、'.join(allowed)} 之一, 而不是 {value!r}")
    return str(value)


def _known(data: Mapping[str, Any], keys: set[str], prefix: str) -> None:
    for key in data:
        if key not in keys:
            raise MetricError(f"{prefix}{key}", "不认识这一项")
