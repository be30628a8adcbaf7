"""What papers are made from: one unit, one period, one assessment, read with few queries and kept at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from safecommunity.assessment.models import Assessment, Grade, PlannedAction
from safecommunity.assessment.queries import inconsistencies, observed_of
from safecommunity.core.consistency import Finding
from safecommunity.core.crosswalks import same
from safecommunity.core.fields import mask, shown_value
from safecommunity.core.ledgers import LedgerType
from safecommunity.core.messages import Words
from safecommunity.core.papers import Trace
from safecommunity.core.periods import Period
from safecommunity.core.reports import within
from safecommunity.core.schemes import Element, Evidence, Indicator, Scheme
from safecommunity.core.scoring import Mark, points
from safecommunity.core.suggestions import Records as Counted
from safecommunity.evidence.models import Citation
from safecommunity.evidence.queries import citations
from safecommunity.ledgers.models import Entry
from safecommunity.library import crosswalks, ledgers
from safecommunity.metrics.queries import Reading, readings
from safecommunity.places.queries import population, population_year
from safecommunity.surveillance.queries import Ask
from safecommunity.units.models import Appointment, Body, Unit
from safecommunity.units.queries import below

if TYPE_CHECKING:
    from safecommunity.surveillance.findings import Findings

NAMED_RECORDS = 50  # a trace names its records up to this many


WHOLE_AREA = "全辖区"  # what the population ledger calls the sum of its neighbourhoods


@dataclass(frozen=True, slots=True)
class People:
    """The population and where it was found: a ledger, or else the figures of the divisions."""

    year: int | None
    residents: int | None
    floating: int | None
    ledger: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """Records of a ledger that speak for an indicator; `key` is the ledger, or names which of its records."""

    ledger: str
    key: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Graded:
    """How an indicator stands: the confirmed grade, else the suggested one, else an empty mark."""

    indicator: Indicator
    mark: Mark
    is_confirmed: bool
    remark: str

    @property
    def points(self) -> Decimal | None:
        if self.mark.not_applicable or not self.mark.is_given:
            return None
        return points(self.indicator.rule, self.mark.answers)

    @property
    def lost(self) -> Decimal:
        scored = self.points
        counts = self.indicator.is_counted and scored is not None
        return self.indicator.points - scored if counts and scored is not None else Decimal(0)


class Records:
    """Everything a paper may say about a unit; each property is one query at most, made when first asked."""

    def __init__(
        self,
        unit: Unit,
        period: Period,
        *,
        today: date,
        assessment: Assessment | None = None,
        ledger: str = "",
        language: str = "zh",
        subject: Any = None,
    ) -> None:
        self.unit, self.period, self.today = unit, period, today
        self.subject = subject
        self.assessment, self.ledger, self.language = assessment, ledger, language

    def say(self, words: Words) -> str:
        return within(words, self.language)

    def named(self, thing: Any, what: str = "name") -> str:
        """The text of a data file in the language of the paper: `name` or `name_en`."""
        return str(getattr(thing, f"{what}_en" if self.language == "en" else what))

    @property
    def span(self) -> tuple[date, date]:
        """The first and last day of the period, no later than today."""
        return self.period.start, min(self.period.end, self.today)

    @cached_property
    def findings(self) -> Findings:
        """Who and what was hurt more than the rest in the period, searched once a paper."""
        from safecommunity.surveillance.findings import findings  # slow import

        return findings(self.unit, Ask(), *self.span)

    # --- the unit -------------------------------------------------------------------------------------

    @cached_property
    def units_below(self) -> int:
        return below(self.unit).count() - 1

    @cached_property
    def bodies(self) -> list[Body]:
        rows = Body.objects.in_unit(self.unit).filter(
            Q(from_date=None) | Q(from_date__lte=self.period.end),
            Q(to_date=None) | Q(to_date__gte=self.period.start),
        )
        return list(rows)

    @cached_property
    def appointments(self) -> Mapping[int, list[Appointment]]:
        """Body id → who sat in it during the period."""
        rows = Appointment.objects.in_unit(self.unit).filter(
            Q(from_date=None) | Q(from_date__lte=self.period.end),
            Q(to_date=None) | Q(to_date__gte=self.period.start),
        )
        found: dict[int, list[Appointment]] = {}
        for row in rows:
            found.setdefault(row.body_id, []).append(row)
        return found

    @cached_property
    def _division_codes(self) -> list[str]:
        codes = list(self.unit.divisions.values_list("code", flat=True))
        return codes or ([self.unit.division.code] if self.unit.division else [])

    @cached_property
    def people(self) -> People:
        """The newest population figures up to the end of the period: of the divisions, else of the ledger."""
        year = population_year(self._division_codes, self.period.end.year)
        if year is not None:
            figures = population(self._division_codes, year)
            floating = [figure[4] for figure in figures.figures if figure[3] == "floating"]
            return People(year, figures.total, sum(floating) if floating else None)
        return self._people_of_ledger()

    def _people_of_ledger(self) -> People:
        rows = [row.data for row in self.entries("population", within_period=False)]
        year = max((row["year"] for row in rows), default=None)
        newest = [row for row in rows if row["year"] == year]
        whole = [row for row in newest if row.get("neighbourhood") == WHOLE_AREA] or newest
        if not whole:
            return People(None, self.unit.population, None)
        floating = [row["floating"] for row in whole if row.get("floating") is not None]
        residents = sum(row["residents"] for row in whole)
        return People(year, residents, sum(floating) if floating else None, "population")

    # --- ledgers --------------------------------------------------------------------------------------

    def is_within(self, ledger: str) -> bool:
        """Whether a ledger is counted within the period, or as it stood at the end of it."""
        return bool(ledgers[ledger].recurs)

    def days(self, ledger: str, *, within_period: bool | None = None) -> str:
        """From when to when the records of a ledger are taken, in words."""
        inside = self.is_within(ledger) if within_period is None else within_period
        start, end = self.span
        if self.language == "en":
            return f"{start} to {end}" if inside else f"as of {end}"
        return f"{start}至{end}" if inside else f"截至{end}"

    def entries(self, ledger: str, *, within_period: bool | None = None) -> QuerySet[Entry]:
        """The records of a ledger, oldest first."""
        inside = self.is_within(ledger) if within_period is None else within_period
        rows = Entry.objects.below(self.unit).filter(ledger=ledger, withdrawn_at=None)
        return rows.filter(self._in_time(inside)).order_by("record_date", "id")

    def _in_time(self, inside: bool) -> Q:
        start, end = self.span
        if inside:
            return Q(record_date__gte=start, record_date__lte=end)
        return Q(record_date=None) | Q(record_date__lte=end)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Ledger → its number of records."""
        recurring = [code for code in ledgers if self.is_within(code)]
        lasting = [code for code in ledgers if not self.is_within(code)]
        wanted = Q(ledger__in=recurring) & self._in_time(True) | Q(ledger__in=lasting) & self._in_time(False)
        rows = Entry.objects.below(self.unit).filter(wanted, withdrawn_at=None)
        return dict(rows.order_by().values_list("ledger").annotate(Count("id")))

    @cached_property
    def latest(self) -> Mapping[str, Entry]:
        """Ledger → the newest record of the unit itself up to the end of the period, for ledgers by year."""
        yearly = [code for code in ledgers if ledgers[code].recurs == "year"]
        rows = Entry.objects.in_unit(self.unit).filter(ledger__in=yearly, withdrawn_at=None)
        return {row.ledger: row for row in rows.filter(self._in_time(False)).order_by("record_date", "id")}

    def shown(self, ledger: LedgerType, data: Mapping[str, Any], field: str) -> str:
        """A value of a record in words; personal values are always masked on paper."""
        kind = ledger.fields[field]
        return self.say(shown_value(kind, mask(kind, data.get(field))))

    def ledger_trace(
        self, ledger: str, count: int, records: Iterable[int] = (), *, inside: bool | None = None
    ) -> Trace:
        what = f"{self.named(ledgers[ledger])}（{self.days(ledger, within_period=inside)}）"
        named = tuple(f"ledgers.Entry:{pk}" for pk in records)
        few = named if len(named) <= NAMED_RECORDS else ()
        is_inside = self.is_within(ledger) if inside is None else inside
        since = self.period.start.isoformat() if is_inside else ""
        until = self.span[1].isoformat()
        return Trace("ledger", ledger, what, self.period.code, count, few, since, until)

    # --- the assessment -------------------------------------------------------------------------------

    @cached_property
    def scheme(self) -> Scheme | None:
        return self.assessment.rules if self.assessment else None

    @cached_property
    def graded(self) -> Mapping[str, Graded]:
        """Indicator code → how it stands, in the order of the scheme."""
        if not self.assessment or not self.scheme:
            return {}
        rows = Grade.objects.in_unit(self.unit).filter(assessment=self.assessment)
        decided = {row.indicator: row for row in rows}
        return {code: self._graded(item, decided.get(code)) for code, item in self.scheme.indicators.items()}

    def _graded(self, indicator: Indicator, grade: Grade | None) -> Graded:
        if grade and grade.mark.is_given:
            return Graded(indicator, grade.mark, is_confirmed=True, remark=grade.remark)
        suggested = self.assessment.suggested.get(indicator.code, {}) if self.assessment else {}
        remark = grade.remark if grade else ""
        return Graded(indicator, Mark(suggested.get("answers", {})), is_confirmed=False, remark=remark)

    @cached_property
    def inconsistencies(self) -> list[Finding]:
        return inconsistencies(self.assessment, self.today) if self.assessment else []

    @cached_property
    def planned(self) -> list[PlannedAction]:
        rows = PlannedAction.objects.in_unit(self.unit).filter(assessment=self.assessment)
        return list(rows.exclude(state=PlannedAction.State.CANCELLED)) if self.assessment else []

    def element(self, code: str) -> Element:
        if not self.scheme:
            raise LookupError(code)
        return next(element for element in self.scheme.elements if element.code == code)

    @cached_property
    def readings(self) -> list[Reading]:
        """The metrics of the period that have a value."""
        found = readings([self.unit], [self.period], today=self.today).values()
        return [reading for reading in found if reading.value is not None]

    # --- evidence -------------------------------------------------------------------------------------

    @cached_property
    def _served(self) -> Mapping[str, frozenset[str]]:
        """ "scheme/indicator" → the indicators of this scheme that its evidence serves."""
        if not self.scheme:
            return {}
        own = self.scheme.code
        served: dict[str, set[str]] = {f"{own}/{code}": {code} for code in self.scheme.indicators}
        for code, others in same(crosswalks.values(), own).items():
            for scheme, indicator in others:
                served.setdefault(f"{scheme}/{indicator}", set()).add(code)
        return {key: frozenset(codes) for key, codes in served.items()}

    @cached_property
    def cited(self) -> Mapping[str, list[Citation]]:
        """Indicator of the scheme → what is cited for it, also by way of a crosswalk; each thing once."""
        rows = citations(self.unit).filter(indicator__in=list(self._served)).select_related("file", "entry")
        found: dict[str, dict[tuple[int | None, int | None], Citation]] = {}
        for row in rows:
            for code in self._served[row.indicator]:
                found.setdefault(code, {}).setdefault((row.file_id, row.entry_id), row)
        return {code: list(things.values()) for code, things in found.items()}

    @cached_property
    def _observed(self) -> Mapping[str, Counted]:
        """What the scheme asks for ("drills?kind=fire") → the records of the assessment's year."""
        return observed_of(self.assessment).ledgers if self.assessment else {}

    def found(self, need: Evidence) -> int:
        """How many records there are of what an indicator asks for."""
        counted = self._observed.get(need.key)
        return (counted.standing if need.standing else counted.within) if counted else 0

    @cached_property
    def kept(self) -> Mapping[str, list[Kept]]:
        """Indicator → what the ledgers hold for it: of what it asks for, and of ledgers that feed it."""
        indicators = self.scheme.indicators.values() if self.scheme else ()
        return {item.code: [*self._asked(item), *self._fed(item)] for item in indicators}

    def _asked(self, item: Indicator) -> Iterator[Kept]:
        for need in item.evidence:
            if need.ledger in ledgers and (count := self.found(need)):
                yield Kept(need.ledger, need.key, self.named(need, "label"), count)

    def _fed(self, item: Indicator) -> Iterator[Kept]:
        asked = {need.ledger for need in item.evidence}
        for code, ledger in ledgers.items():
            feeds = any(item.code in self._served.get(key, ()) for key in ledger.feeds)
            if feeds and code not in asked and self.counts.get(code):
                yield Kept(code, code, self.named(ledger), self.counts[code])
