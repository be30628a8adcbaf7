"""Reads of reviews, titles and what falls due, and who may act on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from safecommunity.accounts.models import User
from safecommunity.assessment import queries as assessments
from safecommunity.assessment.models import Assessment, Finding
from safecommunity.core.metrics import add
from safecommunity.core.periods import Period
from safecommunity.core.reviews import FINAL, Condition, Facts, belongs, conditions
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.wording import local
from safecommunity.library import metrics, schemes
from safecommunity.metrics import measuring
from safecommunity.notices.queries import holders
from safecommunity.reviews.models import (
    Correction,
    Duty,
    Expert,
    Filing,
    Paper,
    Review,
    State,
    Step,
    Title,
)
from safecommunity.units.models import Unit
from safecommunity.units.permissions import ROLES, Permission, can, current_holdings, holdings
from safecommunity.units.queries import above

EXPIRING_DAYS = 180
VISITORS = ("expert",)
WRITABLE = (State.INTENT, State.FILED, State.BUILDING, State.SELF_ASSESSED, State.RETURNED)
WITH_LEVEL = (State.APPLIED, State.DOCUMENTS, State.ON_SITE, State.RECTIFYING, State.DECIDING)


def reviews(unit: Unit) -> QuerySet[Review]:
    """Those of this unit and of the units beneath it, the latest first."""
    return Review.objects.below(unit).select_related("unit", "level")


def review(unit: Unit, uid: UUID) -> Review | None:
    more = (
        "unit__parent",
        "level",
        "self_assessment",
        "on_site__unit",
        "applied_by",
        "title",
        "renews__unit",
    )
    return Review.objects.in_unit(unit).filter(uuid=uid).select_related(*more).first()


def started(unit: Unit, level: str, year: int) -> QuerySet[Review]:
    """The starts at and beneath a unit whose building began in a year, renewals left out.

    `level`: of the title aimed at: "provincial", "national" …
    """
    codes = [code for code, scheme in schemes.items() if scheme.level == level]
    rows = reviews(unit).filter(scheme__in=codes, kind=Review.Kind.FIRST, building_date__year=year)
    return rows.exclude(state=State.GIVEN_UP)


def inbox(unit: Unit, user: User, today: date) -> list[Review]:
    """What waits at and beneath this unit for this person: by the level's turn, or as a member of a team."""
    mine = set(holdings_with(user, Permission.REVIEW_CHECK, today))
    asked = Expert.objects.below(unit).filter(person=user).exclude(is_free=False).values("review")
    rows = reviews(unit).filter(Q(level__in=mine, state__in=WITH_LEVEL) | Q(pk__in=asked))
    return list(rows.exclude(state__in=FINAL).order_by("answer_by", "id"))


def holdings_with(user: User, permission: Permission, today: date) -> list[int]:
    """The units on which this very person holds a role with the permission."""
    roles = [code for code, role in ROLES.items() if permission in role.permissions]
    held = holdings(user, today).filter(role__in=roles)
    return list(held.values_list("unit_id", flat=True))


def filings(row: Review) -> list[Filing]:
    return list(Filing.objects.in_unit(row.unit).filter(review=row))


def papers(row: Review) -> dict[str, Paper]:
    """Code → what was handed in, of those the scheme asks for."""
    rows = Paper.objects.in_unit(row.unit).filter(review=row).select_related("file")
    return {one.code: one for one in rows}


def team(row: Review) -> list[Expert]:
    rows = Expert.objects.in_unit(row.unit).filter(review=row).select_related("person", "unit")
    return list(rows)


def steps(row: Review) -> QuerySet[Step]:
    return Step.objects.in_unit(row.unit).filter(review=row).select_related("by").order_by("-id")


def corrections(row: Review) -> list[Correction]:
    rows = Correction.objects.in_unit(row.unit).filter(review=row)
    return list(rows.select_related("finding", "file", "by"))


def finding_rows(row: Review) -> QuerySet[Finding]:
    """The findings of the assessment on site, none before there is one."""
    return Finding.objects.in_unit(row.unit).filter(assessment=row.on_site, assessment__isnull=False)


def findings(row: Review) -> list[Finding]:
    return list(finding_rows(row))


def open_findings(row: Review) -> list[Finding]:
    return [one for one in findings(row) if one.closed_at is None]


def centre_name(row: Review, code: str) -> str:
    found = next((one for one in row.procedure.centres if one.code == code), None)
    return local(found.name) if found else code


def is_passing(assessment: Assessment) -> bool:
    return next(band.is_passing for band in assessment.rules.bands if band.code == assessment.band)


def has_consensus(assessment: Assessment) -> bool:
    return any(one.is_consensus and one.submitted_at for one in assessments.sheets(assessment))


def self_assessments(row: Review) -> QuerySet[Assessment]:
    """What the unit may stand on: its frozen self-assessments under this scheme."""
    rows = assessments.assessments(row.unit).filter(scheme=row.scheme, kind=Assessment.Kind.SELF)
    return rows.filter(state=Assessment.State.FROZEN).order_by("-frozen_at")


def assessor(row: Review) -> Unit | None:
    """The unit that assesses: the nearest above of the kind the scheme names, else the topmost."""
    over = list(above(row.unit))[:-1]
    named = [unit for unit in over if unit.kind == row.procedure.assessor]
    return named[-1] if named else over[0] if over else None


def levels(row: Review) -> list[Unit]:
    """The units an application passes, nearest first, up to the assessor; without those nobody checks for."""
    top = assessor(row)
    if top is None:
        return []
    over = [unit for unit in list(above(row.unit))[:-1] if unit.path.startswith(top.path)]
    staffed = [unit for unit in reversed(over) if holders(unit, Permission.REVIEW_CHECK)]
    return staffed if top in staffed else []


def facts(row: Review, today: date) -> Facts:
    """What the conditions of the application look at, as the records stand."""
    assessed = row.self_assessment
    given = papers(row)
    own = valid_titles(row.unit, today).filter(unit=row.unit)
    return Facts(
        today=today,
        running_from=row.building_date,
        verdict=is_passing(assessed) if assessed else None,
        levels=frozenset(own.values_list("level", flat=True)),
        over=_over(row, today),
        vetoes=_vetoes(row),
        missing=tuple(one.code for one in row.procedure.papers if one.code not in given),
        has_levels=bool(levels(row)),
    )


def checklist(row: Review, today: date) -> Sequence[Condition]:
    """The conditions of the application, met or not."""
    return conditions(row.procedure, row.rules.min_months, facts(row, today))


def _over(row: Review, today: date) -> tuple[str, ...]:
    """The metrics beyond their limits at and beneath the unit since the building began."""
    limits = {one.metric: one.at_most for one in row.procedure.limits}
    if not limits or row.building_date is None:
        return ()
    months = [Period.month_of(row.building_date)]
    while months[-1].end < today:
        months.append(months[-1].next())
    wanted = [metrics[code] for code in limits]
    found = measuring.measured(wanted, months, Entry.objects.below(row.unit), today)
    over = []
    for metric in wanted:
        total = metric.value(
            add([one for (_unit, code, _month), one in found.items() if code == metric.code])
        )
        if total is not None and total > limits[metric.code]:
            over.append(metric.code)
    return tuple(over)


def _vetoes(row: Review) -> int:
    """The vetoes on applications that stand, of the years of building."""
    since = (row.building_date or row.begun_date).year
    kept = Entry.objects.in_unit(row.unit).filter(ledger="vetoes").values_list("data", flat=True)
    return sum(
        one["state"] == "in-force" and one["scope"] in {"title", "both"} and one["year"] >= since
        for one in kept
    )


def may_check(user: User, row: Review) -> bool:
    """Whether it is this person's turn: a checker of the very level, and not who applied.

    Where that level has lost its last checker, those above it stand in.
    """
    if row.level is None or row.state not in (State.APPLIED, State.DOCUMENTS) or user.pk == row.applied_by_id:
        return False
    return _is_of_level(user, row)


def may_arrange(user: User, row: Review) -> bool:
    return row.level is not None and user.pk != row.applied_by_id and _is_of_level(user, row)


def may_decide(user: User, row: Review) -> bool:
    """The assessing unit, without those who were on the team or who applied."""
    return may_arrange(user, row) and membership(user, row) is None


def membership(user: User, row: Review) -> Expert | None:
    return next((one for one in team(row) if one.person_id == user.pk), None)


def is_lead(user: User, row: Review) -> bool:
    found = membership(user, row)
    return found is not None and found.is_lead


def may_agree(user: User, row: Review) -> bool:
    """Whether the lead may open the consensus: all sheets are in and there is none yet."""
    if row.on_site is None or not is_lead(user, row):
        return False
    found = assessments.sheets(row.on_site)
    return assessments.are_unsealed(found) and not any(one.is_consensus for one in found)


def may_lead(user: User, row: Review) -> bool:
    return is_lead(user, row) or may_arrange(user, row)


def candidates(row: Review, today: date) -> QuerySet[User]:
    """Who may score at this unit and is not on the team yet; ties are looked at when one is asked."""
    roles = [code for code, role in ROLES.items() if Permission.ASSESSMENT_SCORE in role.permissions]
    over = [unit.pk for unit in above(row.unit)]
    held = current_holdings(today).filter(role__in=roles, unit__in=over)
    known = [one.person_id for one in team(row)]
    return (
        User.objects.filter(is_active=True, pk__in=held.values("user")).exclude(pk__in=known).order_by("pk")
    )


def tie(row: Review, person: User, today: date) -> Unit | None:
    """The unit through which a person belongs to the assessed one; None when there is none."""
    top = row.level or row.unit
    held = {unit.path: unit for unit in (one.unit for one in holdings(person, today).select_related("unit"))}
    pairs = [(one.unit.path, one.role) for one in holdings(person, today).select_related("unit")]
    path = belongs(row.unit.path, top.path, pairs, free=VISITORS)
    return held.get(path)


def unready(row: Review, today: date) -> tuple[str, ...]:
    """What is missing before the scoring: codes of `wording.unready_words`."""
    members = team(row)
    found = {
        "state": row.state != State.ON_SITE or row.on_site_id is not None,
        "experts": len(members) < row.procedure.experts,
        "lead": not any(one.is_lead for one in members),
        "undeclared": any(one.is_free is None for one in members),
        "tied": any(one.is_free is False for one in members),
        "visit": row.visit_from is None,
        "early": row.visit_from is not None and row.visit_from > today,
    }
    return tuple(code for code, is_so in found.items() if is_so)


def _is_of_level(user: User, row: Review) -> bool:
    assert row.level is not None
    people = holders(row.level, Permission.REVIEW_CHECK)
    if people:
        return user in people
    return can(user, Permission.REVIEW_CHECK, row.level)


def titles(unit: Unit, *, level: str = "", year: int | None = None) -> QuerySet[Title]:
    """Titles of this unit and of those beneath it, the first to run out first; withdrawn ones too.

    `level`: "provincial", "national" …; `year`: of naming.
    """
    rows = Title.objects.below(unit).select_related("unit")
    if level:
        rows = rows.filter(level=level)
    return rows.filter(named_date__year=year) if year else rows


def valid_titles(unit: Unit, day: date) -> QuerySet[Title]:
    """The titles at and beneath this unit that are valid on a day; one withdrawn later still was."""
    held = titles(unit).filter(named_date__lte=day, valid_until__gte=day)
    return held.exclude(ended_date__lte=day)


def title(unit: Unit, uid: UUID) -> Title | None:
    rows = Title.objects.in_unit(unit).select_related("unit", "unit__parent", "by", "renews")
    return rows.filter(uuid=uid).first()


def standing(row: Title, day: date) -> str:
    """One of valid, expiring, expired, renewed, withdrawn."""
    if row.state != Title.State.GRANTED:
        return row.state
    left = (row.valid_until - day).days
    return "expired" if left < 0 else "expiring" if left <= EXPIRING_DAYS else "valid"


def duties(row: Title) -> QuerySet[Duty]:
    return Duty.objects.in_unit(row.unit).filter(title=row).select_related("by", "unit")


def open_duties(unit: Unit) -> QuerySet[Duty]:
    """What is still to be done for the titles held at and beneath this unit."""
    rows = Duty.objects.below(unit).filter(done_date=None, title__state=Title.State.GRANTED)
    return rows.select_related("title", "unit", "unit__parent")


def titled_schemes() -> list[str]:
    """The schemes that grant a title."""
    return [code for code, scheme in schemes.items() if scheme.title is not None]


def is_above(user: User, unit: Unit) -> bool:
    """Whether this person checks for the level above the unit."""
    return unit.parent is not None and can(user, Permission.REVIEW_CHECK, unit.parent)
