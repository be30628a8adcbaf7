"""Reading evidence: the files of a unit, what they are cited for, what fills the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum

from safecommunity.documents.media import KINDS, alike
from safecommunity.evidence import store
from safecommunity.evidence.models import Citation, File
from safecommunity.units.models import Unit


def files(unit: Unit) -> QuerySet[File]:
    """The files of this unit that are in use, newest first."""
    return File.objects.in_unit(unit).filter(withdrawn_at=None).select_related("by")


def files_below(unit: Unit) -> QuerySet[File]:
    """The files in use of this unit and of those beneath it."""
    return File.objects.below(unit).filter(withdrawn_at=None).select_related("unit", "by", "entry__unit")


def found(
    unit: Unit,
    *,
    text: str = "",
    group: str = "",
    year: int | None = None,
    indicator: str = "",
    cited: str = "",
    entry: int | None = None,
) -> QuerySet[File]:
    """`files_below` narrowed: words in title, name or remark; group of kinds; year of proof; citation."""
    rows = files_below(unit)
    if entry:
        rows = rows.filter(entry=entry)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(name__icontains=text) | Q(remark__icontains=text))
    if group:
        rows = rows.filter(kind__in=kinds_of(group))
    if year:
        rows = rows.filter(proof_date__year=year)
    if indicator:
        rows = rows.filter(pk__in=citations(unit).filter(indicator=indicator).values("file"))
    if cited == "no":
        rows = rows.filter(entry=None).exclude(pk__in=citations(unit).filter(entry=None).values("file"))
    return rows


def kinds_of(group: str) -> list[str]:
    return [kind.code for kind in KINDS.values() if kind.group == group]


def citations(unit: Unit) -> QuerySet[Citation]:
    """What this unit and those beneath it cite and what is still in use."""
    rows = Citation.objects.below(unit).exclude(file__withdrawn_at__isnull=False)
    return rows.exclude(entry__withdrawn_at__isnull=False)


def citations_of_files(unit: Unit, rows: Iterable[File]) -> dict[int, list[Citation]]:
    """File id → its citations, in one query."""
    cited: dict[int, list[Citation]] = {}
    for citation in citations(unit).filter(file__in=[row.pk for row in rows]).select_related("unit"):
        cited.setdefault(citation.file_id or 0, []).append(citation)
    return cited


def earlier_alike(unit: Unit, likeness: str) -> File | None:
    """The first file of this unit that shows nearly the same picture."""
    if not likeness:
        return None
    known = files(unit).exclude(likeness="").order_by("id").values_list("pk", "likeness")
    same = next((pk for pk, other in known.iterator() if alike(other, likeness)), None)
    return files(unit).get(pk=same) if same else None


def used_bytes(unit: Unit) -> int:
    return File.objects.in_unit(unit).aggregate(used=Sum("size"))["used"] or 0


def cited_by_month(unit: Unit, scheme: str) -> list[tuple[str, date | None, int]]:
    """For the indicators of a scheme: (indicator code, day it is proof of, how many), this unit and beneath.

    The day of a file is its proof date, that of a record its record date; None where neither is known.
    """
    rows = citations(unit).filter(indicator__startswith=f"{scheme}/")
    by_file = rows.filter(entry=None).values_list("indicator", "file__proof_date").annotate(n=Count("id"))
    by_entry = rows.filter(file=None).values_list("indicator", "entry__record_date").annotate(n=Count("id"))
    return [(code.partition("/")[2], day, n) for code, day, n in (*by_file, *by_entry)]


def damaged() -> Iterator[str]:
    """The SHA-256 of every file that a row speaks of and that is missing or altered; reads them all."""
    rows = File.objects.everything(reason="checking every kept file against its name")
    for sha256 in (
        rows.filter(removed_at=None).order_by("sha256").values_list("sha256", flat=True).distinct().iterator()
    ):
        place = store.path_of(sha256)
        if not place.is_file() or store.digest_of(place) != sha256:
            yield sha256


def is_known(sha256: str) -> bool:
    rows = File.objects.everything(reason="looking for orphans among kept files")
    return rows.filter(sha256=sha256, removed_at=None).exists()


def long_withdrawn(before: datetime) -> QuerySet[File]:
    """Files withdrawn before a moment whose content is still kept."""
    rows = File.objects.everything(reason="letting go of what was withdrawn long ago")
    return rows.filter(withdrawn_at__lt=before, removed_at=None).select_related("unit").order_by("pk")
