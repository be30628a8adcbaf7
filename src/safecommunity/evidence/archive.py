"""The archive of a unit: what shows each indicator of a scheme, by element, year and kind.

Records file themselves where the scheme asks for their ledger; files and further records where they are
cited, under any scheme that a crosswalk ties to this one. Records of units beneath count for the unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractYear

from safecommunity.core import crosswalks
from safecommunity.core.schemes import Element, Indicator, Scheme
from safecommunity.documents.media import KINDS
from safecommunity.evidence import queries
from safecommunity.evidence.models import Citation, File
from safecommunity.ledgers.models import Entry
from safecommunity.library import crosswalks as crosswalk_files
from safecommunity.units.models import Unit

RECORD = "record"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in the archive; `kind` is "record" or a group of file kinds."""

    indicator: str
    kind: str
    title: str
    day: date | None
    unit: str
    file: File | None = None
    entry: Entry | None = None


def served(scheme: Scheme) -> dict[str, tuple[str, ...]]:
    """Indicator → every "scheme/indicator" under which something may be cited that serves it."""
    same = crosswalks.same(crosswalk_files.values(), scheme.code)
    return {
        code: (f"{scheme.code}/{code}", *(f"{other}/{item}" for other, item in same.get(code, ())))
        for code in scheme.indicators
    }


def file_counts(unit: Unit, scheme: Scheme, year: int) -> dict[str, Counter[str]]:
    """Element code → kind → number of different files that show something of the year."""
    elements: dict[str, set[str]] = {}
    for code, names in served(scheme).items():
        for name in names:
            elements.setdefault(name, set()).add(scheme.indicators[code].element)
    rows = (
        queries.citations(unit)
        .filter(entry=None, indicator__in=elements)
        .filter(_of_year("file__proof_date", year))
    )
    seen: set[tuple[str, int | None]] = set()
    counts: dict[str, Counter[str]] = {element.code: Counter() for element in scheme.elements}
    for indicator, file, kind in rows.values_list("indicator", "file_id", "file__kind"):
        for element in elements[indicator]:
            if (element, file) not in seen:
                seen.add((element, file))
                counts[element][KINDS[kind].group] += 1
    for shelf in scheme.elements:
        for file, kind in files_of_records(unit, shelf.indicators, year).values_list("pk", "kind"):
            if (shelf.code, file) not in seen:
                seen.add((shelf.code, file))
                counts[shelf.code][KINDS[kind].group] += 1
    return counts


def record_counts(unit: Unit, scheme: Scheme, year: int) -> dict[str, int]:
    """Element code → number of records that file themselves under it, in one query."""
    wanted = {f"e{place}": _needed(element.indicators, year) for place, element in enumerate(scheme.elements)}
    counted = entries(unit).aggregate(**{name: Count("id", filter=one) for name, one in wanted.items()})
    return {element.code: counted[f"e{place}"] for place, element in enumerate(scheme.elements)}


def years(unit: Unit, today: date) -> list[int]:
    """The years for which there is anything, this year first."""
    dated = entries(unit).filter(record_date__isnull=False).order_by()
    found = set(dated.values_list(ExtractYear("record_date"), flat=True).distinct())
    proofs = queries.files_below(unit).filter(proof_date__isnull=False).order_by()
    found |= set(proofs.values_list(ExtractYear("proof_date"), flat=True).distinct())
    return sorted(found | {today.year}, reverse=True)


def entries(unit: Unit) -> QuerySet[Entry]:
    return Entry.objects.below(unit).filter(withdrawn_at=None)


def records_of(unit: Unit, indicators: Iterable[Indicator], year: int) -> QuerySet[Entry]:
    """The records that file themselves under these indicators."""
    rows = entries(unit).filter(_needed(indicators, year)).select_related("unit")
    return rows.order_by("ledger", "record_date", "id")


def files_of_records(unit: Unit, indicators: Iterable[Indicator], year: int) -> QuerySet[File]:
    """The files that belong to records which file themselves under these indicators."""
    rows = queries.files_below(unit).filter(entry__withdrawn_at=None)
    return rows.filter(_needed(indicators, year, "entry__")).order_by("proof_date", "id")


def cited_for(unit: Unit, names: Iterable[str], year: int) -> QuerySet[Citation]:
    """What is cited under these names and speaks of the year, oldest first."""
    of_year = (Q(entry=None) & _of_year("file__proof_date", year)) | (
        Q(file=None) & _of_year("entry__record_date", year)
    )
    rows = queries.citations(unit).filter(of_year, indicator__in=list(names))
    return rows.select_related("file__unit", "file__by", "entry__unit").order_by(
        "file__proof_date", "entry__record_date", "id"
    )


def unfiled(unit: Unit, year: int) -> QuerySet[File]:
    """Files of the year that are cited for nothing."""
    return queries.found(unit, cited="no").filter(_of_year("proof_date", year)).order_by("proof_date", "id")


def items(unit: Unit, scheme: Scheme, year: int) -> Iterator[Item]:
    """Everything in the archive of a year, indicator by indicator; the same thing may serve several."""
    names = served(scheme)
    for indicator in scheme.indicators.values():
        for entry in records_of(unit, [indicator], year).iterator(chunk_size=500):
            yield Item(indicator.code, RECORD, entry.title, entry.record_date, entry.unit.name, entry=entry)
        own = {file.pk: file for file in files_of_records(unit, [indicator], year)}
        for file in own.values():
            yield _of_file(indicator.code, file)
        for citation in cited_for(unit, names[indicator.code], year):
            if citation.file_id not in own:
                yield _cited(indicator.code, citation)


def element_of(scheme: Scheme, code: str) -> Element | None:
    return next((element for element in scheme.elements if element.code == code), None)


def names_of(scheme: Scheme, element: Element) -> list[str]:
    """The names under which things may be cited for an element."""
    names: Mapping[str, tuple[str, ...]] = served(scheme)
    return [name for indicator in element.indicators for name in names[indicator.code]]


def _of_file(indicator: str, file: File) -> Item:
    return Item(indicator, file.media.group, file.title, file.proof_date, file.unit.name, file=file)


def _cited(indicator: str, citation: Citation) -> Item:
    if citation.file:
        return _of_file(indicator, citation.file)
    entry = citation.entry
    assert entry is not None  # by a constraint of the table
    return Item(indicator, RECORD, entry.title, entry.record_date, entry.unit.name, entry=entry)


def _needed(indicators: Iterable[Indicator], year: int, prefix: str = "") -> Q:
    wanted = Q(pk__in=[])
    for indicator in indicators:
        for need in indicator.evidence:
            if not need.ledger:
                continue
            one = Q(**{f"{prefix}ledger": need.ledger})
            if need.field:
                one &= Q(**{f"{prefix}data__{need.field}__in": list(need.values)})
            wanted |= one & (Q() if need.standing else _of_year(f"{prefix}record_date", year))
    return wanted


def _of_year(field: str, year: int) -> Q:
    """Dated in the year; what has no date is shown in every year rather than lost."""
    return Q(**{f"{field}__year": year}) | Q(**{f"{field}__isnull": True})
