"""The figures of the home page: scores with their bands, what runs out, what does not fit, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from safecommunity.accounts.models import User
from safecommunity.assessment import queries as assessment
from safecommunity.assessment.models import Assessment
from safecommunity.core.periods import Period
from safecommunity.core.schemes import Band
from safecommunity.ledgers import queries as ledgers
from safecommunity.ledgers.models import Entry
from safecommunity.metrics import queries as metrics
from safecommunity.programmes import queries as programmes
from safecommunity.programmes.models import Programme
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.web.components.words import language, local

SOON_DAYS = 60
SHOWN = 6
RECURRING = ("comprehensive-inspections", "patrols", "meetings", "drills", "training-sessions")


@dataclass(frozen=True, slots=True)
class Score:
    """One scheme's newest assessment against its bands."""

    row: Assessment
    name: str
    band: Band
    next_band: Band | None
    marks: list[Decimal]

    @property
    def tone(self) -> str:
        return "done" if self.band.is_passing else ""

    @property
    def is_blocked(self) -> bool:
        """Enough points for a higher band, held down by vetoes or zeros."""
        return bool(self.marks) and self.row.points >= self.marks[0] and not self.band.at_least

    @property
    def missing(self) -> Decimal:
        """Points to the next band above."""
        return self.next_band.at_least - self.row.points if self.next_band else Decimal(0)

    @property
    def indicators(self) -> int:
        return len(self.row.rules.indicators)


@dataclass(frozen=True, slots=True)
class Expiring:
    rows: list[Entry]
    expired: int
    soon: int


@dataclass(frozen=True, slots=True)
class Alert:
    """What asks for a look in one assessment: state → how many."""

    row: Assessment
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Strip:
    name: str
    sentence: str
    months: list[tuple[str, str, str | None, str]]


@dataclass(frozen=True, slots=True)
class Begin:
    """The guided start, offered until a plan runs: the one being prepared, if any."""

    row: Programme | None


def begin(user: User, unit: Unit) -> Begin | None:
    """None where a plan was started already, or the person may not start one."""
    if not can(user, Permission.PROGRAMME_EDIT, unit):
        return None
    rows = programmes.programmes(unit)
    started = rows.exclude(state=Programme.State.PREPARING)
    return None if started.exists() else Begin(rows.first())


def scores(user: User, unit: Unit) -> list[Score]:
    """The newest assessment of each scheme."""
    if not can(user, Permission.ASSESSMENT_VIEW, unit):
        return []
    newest: dict[str, Assessment] = {}
    for row in assessment.assessments(unit):
        newest.setdefault(row.scheme, row)
    return [_score(row) for row in newest.values()]


def expiring(user: User, unit: Unit, today: date) -> Expiring:
    """Certificates and inspections that have run out or will within SOON_DAYS."""
    if not can(user, Permission.LEDGER_VIEW, unit):
        return Expiring([], 0, 0)
    rows = ledgers.running_out(unit, today, within_days=SOON_DAYS)
    expired = rows.filter(expires_date__lt=today).count()
    return Expiring(list(rows[:SHOWN]), expired, rows.count() - expired)


def alerts(user: User, unit: Unit, today: date) -> list[Alert]:
    """Vetoes, zeros and what does not fit together in the newest assessments that are still open."""
    found = []
    for score in scores(user, unit):
        whole = assessment.assessment(unit, score.row.pk)
        if whole is None or whole.state == Assessment.State.FROZEN:
            continue
        counts = {
            "veto": len(whole.vetoes),
            "zero-item": len(whole.zeros),
            "inconsistent": len(assessment.inconsistencies(whole, today)),
        }
        found.append(Alert(whole, {kind: times for kind, times in counts.items() if times}))
    return [alert for alert in found if alert.counts]


def strips(user: User, unit: Unit, today: date) -> list[Strip]:
    """What recurs, month by month of this year, the units beneath included, in one query."""
    if not can(user, Permission.METRIC_VIEW, unit):
        return []
    year = Period.year_of(today)
    months = list(year.months())
    found = metrics.readings([unit], [year, *months], RECURRING, today=today)
    return [
        Strip(
            name=local(found[unit.pk, code, year.code].metric),
            sentence=found[unit.pk, code, year.code].say(language()),
            months=[_month(found[unit.pk, code, month.code].value, month, today) for month in months],
        )
        for code in RECURRING
        if metrics.named(code)
    ]


def _score(row: Assessment) -> Score:
    scheme = row.rules
    rising = sorted((band for band in scheme.bands if band.at_least > 0), key=lambda band: band.at_least)
    return Score(
        row=row,
        name=local(scheme),
        band=next(band for band in scheme.bands if band.code == row.band),
        next_band=next((band for band in rising if band.at_least > row.points), None),
        marks=[band.at_least for band in rising],
    )


def _month(value: Decimal | None, month: Period, today: date) -> tuple[str, str, str | None, str]:
    name = str(month.start.month)
    if value:
        return name, "some", f"{value.normalize():f}", ""
    return name, "not-due" if month.start > today else "none", None, ""
