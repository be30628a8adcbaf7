"""The archive by element, year and kind: how complete it is, what is in it, and taking it along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from safecommunity.assessment import facts
from safecommunity.core.periods import Period
from safecommunity.core.schemes import Element, Evidence, Indicator, Scheme
from safecommunity.core.suggestions import Facts, is_found
from safecommunity.documents.media import GROUPS
from safecommunity.evidence import actions, archive
from safecommunity.evidence.packing import group_names
from safecommunity.library import schemes
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.web.access import exactly_once, requires
from safecommunity.web.clock import today
from safecommunity.web.pages.evidence.forms import ArchiveForm, usual

PAGE = 60


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many papers an indicator asks for are there; a cited file stands in for a missing one."""

    indicator: Indicator
    found: int
    asked: int
    cited: int
    missing: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Row:
    element: Element
    records: int
    kinds: tuple[int, ...]
    found: int
    asked: int

    @property
    def total(self) -> int:
        return self.records + sum(self.kinds)


@requires(Permission.EVIDENCE_VIEW)
def index(request: HttpRequest, unit: Unit) -> HttpResponse:
    if request.GET.get("entry", "").isdigit():
        return redirect(f"{reverse('evidence:files', args=[unit.slug])}?entry={request.GET['entry']}")
    form = _asked(request, unit)
    scheme, year = schemes[form.cleaned_data["scheme"]], form.cleaned_data["year"]
    rows = _rows(unit, scheme, year)
    context = {
        "form": form,
        "scheme": scheme,
        "year": year,
        "heads": [group_names()[group] for group in GROUPS],
        "rows": rows,
        "found": sum(row.found for row in rows),
        "asked": sum(row.asked for row in rows),
        "total": sum(row.total for row in rows),
        "unfiled": archive.unfiled(unit, year).count(),
    }
    return render(request, "evidence/index.html", context)


@requires(Permission.EVIDENCE_VIEW)
def items(request: HttpRequest, unit: Unit, scheme: str, year: int, element: str) -> HttpResponse:
    """What is filed under one element in one year: by indicator how complete, then the things themselves."""
    chosen = schemes.get(scheme)
    shelf = archive.element_of(chosen, element) if chosen else None
    if chosen is None or shelf is None or not 1900 <= year <= 2200:
        raise Http404
    known = _facts(unit, chosen, year)
    records = archive.records_of(unit, shelf.indicators, year)
    page = Paginator(records, PAGE).get_page(request.GET.get("page"))
    cited = archive.cited_for(unit, archive.names_of(chosen, shelf), year)
    context = {
        "scheme": chosen,
        "year": year,
        "element": shelf,
        "indicators": [complete(indicator, known) for indicator in shelf.indicators],
        "page": page,
        "files": list(
            {
                file.pk: file
                for file in (
                    *archive.files_of_records(unit, shelf.indicators, year),
                    *(one.file for one in cited if one.file),
                )
            }.values()
        ),
        "entries": list({one.entry.pk: one.entry for one in cited if one.entry}.values()),
    }
    return render(request, "evidence/items.html", context)


@require_POST
@requires(Permission.EVIDENCE_VIEW)
@exactly_once
def export(request: HttpRequest, unit: Unit) -> HttpResponse:
    form = ArchiveForm(request.POST, years=archive.years(unit, today()))
    if not form.is_valid():
        raise Http404
    actions.export_archive(
        **form.cleaned_data,
        whole=request.POST.get("what") == "archive",
        unit=unit,
        by=request.user,  # type: ignore[arg-type]
    )
    return redirect("jobs:index", unit.slug)


def complete(indicator: Indicator, known: Facts) -> Completeness:
    missing = tuple(need for need in indicator.evidence if not is_found(need, known))
    cited = known.cited[indicator.code].standing if indicator.code in known.cited else 0
    asked = max(len(indicator.evidence), 1)
    there = len(indicator.evidence) - len(missing)
    spare = cited if indicator.evidence else min(cited, 1)
    return Completeness(indicator, min(there + spare, asked), asked, cited, missing)


def _rows(unit: Unit, scheme: Scheme, year: int) -> list[Row]:
    known = _facts(unit, scheme, year)
    files = archive.file_counts(unit, scheme, year)
    records = archive.record_counts(unit, scheme, year)
    rows = []
    for element in scheme.elements:
        papers = [complete(indicator, known) for indicator in element.indicators]
        rows.append(
            Row(
                element,
                records[element.code],
                tuple(files[element.code][group] for group in GROUPS),
                sum(paper.found for paper in papers),
                sum(paper.asked for paper in papers),
            )
        )
    return rows


def _facts(unit: Unit, scheme: Scheme, year: int) -> Facts:
    period = Period.parse(str(year))
    observed = facts.observe(unit, [unit], period, [scheme])[unit.pk]
    return facts.facts(observed, scheme, archive.served(scheme), period, today=today())


def _asked(request: HttpRequest, unit: Unit) -> Any:
    """The form, always valid: what is missing or unknown in the address is filled in."""
    years = archive.years(unit, today())
    said = {
        "scheme": request.GET.get("scheme") if request.GET.get("scheme") in schemes else usual()[0],
        "year": request.GET.get("year")
        if request.GET.get("year") in {str(y) for y in years}
        else today().year,
    }
    form = ArchiveForm(said, years=years)
    form.is_valid()
    return form
