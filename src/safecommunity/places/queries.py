"""Reading places: everything below a division is one indexed range of codes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Substr

from safecommunity.core import divisions
from safecommunity.places.models import Boundary, Division, Grid, Population, VulnerableCount

Figure = tuple[str, int, int | None, str, int]
"""Sex, first age, last age (None: and older), residence, number of people."""


FIGURE = ("sex", "age_from", "age_to", "residence")


@dataclass(frozen=True, slots=True)
class Denominator:
    """The people of a place in a year and where the figures were found."""

    figures: tuple[Figure, ...]
    codes: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(figure[4] for figure in self.figures)

    def of(self, *, sex: str = "", age_from: int = 0, age_to: int | None = None) -> int | None:
        """The people of a sex (all when empty) and of ages; None where a figure cannot be parted."""
        found = 0
        for own_sex, first, last, _residence, count in self.figures:
            if sex and own_sex != sex:
                if own_sex == "0":
                    return None
                continue
            if _within(first, last, age_from, age_to):
                found += count
            elif _overlaps((first, last), (age_from, age_to)):
                return None
        return found


def below(code: str) -> QuerySet[Division]:
    """The division and everything inside it, in the order of codes."""
    first, end = divisions.below(code)
    return Division.objects.filter(code__gte=first, code__lt=end)


def children(code: str) -> QuerySet[Division]:
    """The divisions one level down; the provinces for an empty code."""
    if not code:
        return Division.objects.filter(level=divisions.Level.PROVINCE)
    return below(code).filter(level=divisions.level_of(code) + 1)


def inside(codes: Sequence[str], level: int) -> QuerySet[Division]:
    """All divisions of one level that lie in any of these."""
    return Division.objects.filter(_inside(codes), level=level)


def with_children(codes: Sequence[str]) -> QuerySet[Division]:
    """These divisions and what lies one level below each of them."""
    wanted = Q(code__in=codes)
    for code in codes:
        wanted |= _inside([code]) & Q(level=divisions.level_of(code) + 1)
    return Division.objects.filter(wanted)


def counts(code: str = "") -> dict[int, int]:
    """How many divisions of each level lie at or below a code; of the whole country for an empty code."""
    rows = below(code) if code else Division.objects.all()
    return dict(rows.order_by().values_list("level").annotate(Count("id")))


def names(codes: Iterable[str]) -> dict[str, str]:
    """The name of each code that is known."""
    return dict(Division.objects.filter(code__in=set(codes)).values_list("code", "name"))


def full_name(code: str) -> str:
    """`河北省石家庄市长安区`: the names from the province down, without the filler 市辖区 and 县."""
    codes = (*divisions.ancestors_of(code), code)
    known = names(codes)
    return "".join(known[one] for one in codes if known.get(one, "") not in {"", "市辖区", "县"})


def search(text: str, *, within: str = "") -> QuerySet[Division]:
    """Divisions whose name holds the text or whose code begins with it."""
    rows = below(within) if within else Division.objects.all()
    return rows.filter(Q(name__contains=text) | Q(code__startswith=text))


def orphans() -> int:
    """How many divisions have no parent in the table."""
    query = """SELECT count(*) FROM places_division d WHERE d.level > 1 AND NOT EXISTS (
        SELECT 1 FROM places_division p WHERE p.code = substr(
            d.code, 1, CASE d.level WHEN 2 THEN 2 WHEN 3 THEN 4 WHEN 4 THEN 6 ELSE 9 END))"""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def grids(codes: Sequence[str]) -> QuerySet[Grid]:
    """The grids inside any of the divisions."""
    return Grid.objects.filter(_inside(codes)).select_related("division")


def boundaries(codes: Sequence[str]) -> QuerySet[Boundary]:
    """The outlines of the divisions, of what lies inside them, and of their grids."""
    return Boundary.objects.filter(_inside(codes)).order_by("code")


def population(codes: Sequence[str], year: int) -> Denominator:
    """The people of divisions in a year, nobody counted twice.

    A figure of a division stands for all that lies inside it: where a sub-district has figures of its own,
    those of its neighbourhoods are left out.
    """
    return population_by_year(codes, [year])[year]


def population_by_year(codes: Sequence[str], years: Sequence[int]) -> dict[int, Denominator]:
    """The people of divisions in each of these years, as `population` tells them."""
    figures, kept = _entered(codes, years)
    listed: dict[int, list[Figure]] = {year: [] for year in years}
    for year, *figure, count in figures.values_list("year", *FIGURE).annotate(n=Sum("count")):
        listed[year].append((*figure, count))
    return {year: Denominator(tuple(listed[year]), tuple(kept[year])) for year in years}


def population_of_each(codes: Sequence[str], year: int) -> dict[str, Denominator]:
    """The people of each of these divisions of one level, as `population` tells them."""
    figures, kept = _entered(codes, [year])
    digits = len(codes[0]) if codes else 0
    listed: dict[str, list[Figure]] = {code: [] for code in codes}
    at = Substr("division__code", 1, digits)
    for *figure, code, count in figures.annotate(at=at).values_list(*FIGURE, "at").annotate(n=Sum("count")):
        listed[code].append((*figure, count))
    return {
        code: Denominator(tuple(found), tuple(one for one in kept[year] if one.startswith(code)))
        for code, found in listed.items()
    }


def _entered(codes: Sequence[str], years: Sequence[int]) -> tuple[QuerySet[Population], dict[int, list[str]]]:
    """The figures that tell of all people in divisions, and by year for which divisions they were entered."""
    rows = Population.objects.filter(_inside(codes, "division__code"), year__in=years)
    kept: dict[int, list[str]] = {year: [] for year in years}
    inner: dict[int, list[str]] = {}
    entered = rows.order_by("year", "division__code").values_list("year", "division__code").distinct()
    for year, code in entered:
        covered = kept[year] and code.startswith(kept[year][-1])
        (inner.setdefault(year, []) if covered else kept[year]).append(code)
    for year, covered in inner.items():
        rows = rows.exclude(year=year, division__code__in=covered)
    return rows.order_by("sex", "residence", "age_from"), kept


def populations(codes: Sequence[str], year: int) -> dict[str, Denominator]:
    """The people entered for each of these divisions itself; those without figures are left out."""
    rows = (
        Population.objects.filter(division__code__in=codes, year=year)
        .order_by("division__code", "sex", "residence", "age_from")
        .values_list("division__code", "sex", "age_from", "age_to", "residence", "count")
    )
    return {
        code: Denominator(tuple(row[1:] for row in group), (code,))
        for code, group in groupby(rows, key=lambda row: row[0])
    }


def totals(codes: Sequence[str], year: int) -> dict[str, int]:
    """What was entered for each of these divisions itself, all figures added up."""
    rows = Population.objects.filter(division__code__in=codes, year=year).order_by()
    return dict(rows.values_list("division__code").annotate(Sum("count")))


def population_years(codes: Sequence[str]) -> list[int]:
    """The years with figures, newest first."""
    rows = Population.objects.filter(_inside(codes, "division__code"))
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())


def population_year(codes: Sequence[str], until: int) -> int | None:
    """The newest year with figures up to this one."""
    return next((year for year in population_years(codes) if year <= until), None)


def figures(division: Division, year: int) -> list[Figure]:
    """The figures that were entered for this one division."""
    rows = Population.objects.filter(division=division, year=year).order_by("residence", "sex", "age_from")
    return list(rows.values_list("sex", "age_from", "age_to", "residence", "count"))


def vulnerable(division: Division, year: int) -> dict[str, int]:
    """The number of people of each vulnerable group that was entered for this one division."""
    return dict(VulnerableCount.objects.filter(division=division, year=year).values_list("group", "count"))


def digest(division: Division, year: int) -> str:
    """Changes whenever a figure of the division and year does: what a form saw when it was opened."""
    seen = (figures(division, year), sorted(vulnerable(division, year).items()))
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def _inside(codes: Sequence[str], field: str = "code") -> Q:
    wanted = Q(pk__in=[])
    for code in codes:
        first, end = divisions.below(code)
        wanted |= Q(**{f"{field}__gte": first, f"{field}__lt": end})
    return wanted


def _within(first: int, last: int | None, age_from: int, age_to: int | None) -> bool:
    return first >= age_from and (age_to is None or (last is not None and last <= age_to))


def _overlaps(one: tuple[int, int | None], other: tuple[int, int | None]) -> bool:
    return (one[1] is None or one[1] >= other[0]) and (other[1] is None or other[1] >= one[0])
