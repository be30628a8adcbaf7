"""Rates of injuries a thousand people and year: as they are, and as if every place were of the same ages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from safecommunity.analysis import rates
from safecommunity.analysis.rates import Limits
from safecommunity.core.codes import Code
from safecommunity.library import codes
from safecommunity.places import queries as places
from safecommunity.places.queries import Denominator
from safecommunity.surveillance.queries import UNSAID, Ask
from safecommunity.units.models import Unit
from safecommunity.units.queries import division_codes

FEW = 10  # cases below which a rate is not told
YEAR = 365.25
CHINA = "china2020"
Span = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Rates:
    """`count`: cards, of them `unaged` without an age, which the standardised rate lacks; `people`: those who
    are asked about, None where they are not known; `crude`, `standardised`: with their limits, or None.
    """

    count: int
    unaged: int
    people: int | None
    crude: Limits | None = None
    standardised: Limits | None = None

    @property
    def silence(self) -> str:
        """Why one is missing: `few` cases, no `people`, no people or cards by `ages`; "" where none is."""
        if self.standardised:
            return ""
        return "ages" if self.crude else "few" if self.count < FEW else "people"


def standard(code: str) -> Code:
    """A standard population, the census of China where none of this code is known."""
    known = codes["standard-populations"]
    return known.get(code, known[CHINA])


def people_of(unit: Unit, ask: Ask, years: Iterable[int]) -> dict[int, tuple[int, Denominator]]:
    """Of each year the people of the unit, or of the area that is asked about: those of the latest year up to
    it with figures, else of the first one after; and which year that is. {} where there are no figures.
    """
    own = division_codes(unit)
    within = [ask.area] if ask.area.startswith(own) else [] if ask.area else own
    known = places.population_years(within)
    used = {year: min(known, key=lambda one: (one > year, abs(one - year))) for year in years if known}
    bases = places.population_by_year(within, sorted(set(used.values())))
    return {year: (other, bases[other]) for year, other in used.items()}


def rates_of(
    bands: Mapping[str, int], base: Denominator | None, ask: Ask, against: Code, years: float
) -> Rates:
    """`bands`: cards of each age band, "" for no age, that answer `ask` in a time of so many years."""
    unaged = sum(count for code, count in bands.items() if code not in against.extra)
    count = sum(bands.values())
    wanted = [code for code in codes["age-bands"] if code in ask.fields.get("band", against.extra)]
    is_part = "band" in ask.fields
    people = _people(base, ask, [span(code) for code in wanted] if is_part else [(0, None)])
    if people is None or count < FEW:
        return Rates(count, unaged, people)
    crude = rates.rate(count, people * years / 1000)
    by_band = [_people(base, ask, [span(code)]) for code in wanted]
    if None in by_band or count - unaged < FEW:
        return Rates(count, unaged, people, crude)
    cases = [bands.get(code, 0) for code in wanted]
    times = [(one or 0) * years / 1000 for one in by_band]
    shares = [float(against.extra[code]) for code in wanted]
    return Rates(count, unaged, people, crude, rates.standardised(cases, times, shares))


def span(band: str) -> Span:
    """First and last age of a band; None: and older."""
    ages = codes["age-bands"][band].extra
    return int(ages["from"]), int(ages["to"]) if ages["to"] else None


def _people(base: Denominator | None, ask: Ask, spans: Sequence[Span]) -> int | None:
    """The people of these ages and of the sexes asked about; None where they cannot be told apart."""
    asked = ask.fields.get("sex", ())
    if base is None or not spans or UNSAID in (*asked, *ask.fields.get("band", ())):
        return None
    sexes = [codes["sex"][code].extra["gb"] for code in asked] or [""]
    parts = [base.of(sex=sex, age_from=first, age_to=last) for sex in sexes for first, last in spans]
    return None if None in parts else sum(part or 0 for part in parts) or None
