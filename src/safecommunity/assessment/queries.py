"""Reading assessments: what a unit has, how it stands, what does not fit, what could be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet

from safecommunity.accounts.models import User
from safecommunity.assessment import facts, figures
from safecommunity.assessment.models import Assessment, Finding, Grade, PlannedAction, Sheet, SheetGrade
from safecommunity.core import consistency, planning
from safecommunity.core.schemes import Scheme
from safecommunity.core.scoring import AnswerError, Mark, Outcome, check, points, score
from safecommunity.library import schemes
from safecommunity.units.models import Unit

HEAVY = ("suggested", "snapshot")


def assessments(unit: Unit) -> QuerySet[Assessment]:
    """The assessments of this unit, newest year first, without what only their own page needs."""
    return Assessment.objects.in_unit(unit).defer(*HEAVY).select_related("unit")


def schemes_below(unit: Unit, period: str) -> list[str]:
    """The schemes that assessments of the year at or below follow, the one most follow first."""
    rows = Assessment.objects.below(unit).filter(period=period, unit__is_active=True).order_by()
    counted = rows.values_list("scheme").annotate(number=Count("id")).order_by("-number", "scheme")
    return [scheme for scheme, _number in counted]


def newest_below(unit: Unit, scheme: str, period: str) -> list[Assessment]:
    """The newest figures of every unit at or below, for the overview."""
    rows = Assessment.objects.below(unit).filter(scheme=scheme, period=period, unit__is_active=True)
    newest: dict[int, Assessment] = {}
    for row in rows.defer(*HEAVY).select_related("unit").order_by("path", "-id"):
        newest.setdefault(row.unit_id, row)
    return list(newest.values())


def assessment(unit: Unit, pk: int) -> Assessment | None:
    return Assessment.objects.in_unit(unit).select_related("unit", "frozen_by").filter(pk=pk).first()


def grades(assessment: Assessment) -> dict[str, Grade]:
    """Indicator → grade, in one query."""
    rows = Grade.objects.in_unit(assessment.unit).filter(assessment=assessment).select_related("confirmed_by")
    found = {row.indicator: row for row in rows}
    for row in found.values():
        row.assessment = assessment
    return found


def marks(rows: Mapping[str, Grade]) -> dict[str, Mark]:
    return {code: row.mark for code, row in rows.items()}


def outcome(assessment: Assessment, rows: Mapping[str, Grade]) -> Outcome:
    """The verdict as it stands: confirmed grades, suggestions where nothing is confirmed."""
    suggested = figures.suggested_marks(assessment.suggested)
    return score(assessment.rules, figures.effective(marks(rows), suggested))


def open_actions(unit: Unit) -> QuerySet[PlannedAction]:
    """What is still to be done in this unit and beneath, the nearest date first."""
    rows = PlannedAction.objects.below(unit).filter(state__in=["todo", "doing"])
    return rows.select_related("assessment", "unit")


def actions_of(assessment: Assessment) -> QuerySet[PlannedAction]:
    return PlannedAction.objects.in_unit(assessment.unit).filter(assessment=assessment).select_related("unit")


def findings_of(assessment: Assessment) -> QuerySet[Finding]:
    return Finding.objects.in_unit(assessment.unit).filter(assessment=assessment).select_related("by")


def sheets(assessment: Assessment) -> list[Sheet]:
    rows = Sheet.objects.in_unit(assessment.unit).filter(assessment=assessment)
    return list(rows.select_related("assessor"))


def are_unsealed(found: Sequence[Sheet]) -> bool:
    """Whether every assessor's sheet is submitted, so that all may be seen."""
    own = [sheet for sheet in found if not sheet.is_consensus]
    return bool(own) and all(sheet.submitted_at for sheet in own)


def visible_sheets(assessment: Assessment, user: User) -> list[Sheet]:
    """One's own sheet always, the others' once all are submitted."""
    found = sheets(assessment)
    is_open = are_unsealed(found)
    return [sheet for sheet in found if is_open or sheet.assessor_id == user.pk]


def sheet_marks(found: Sequence[Sheet]) -> dict[int, dict[str, Mark]]:
    """Sheet id → indicator → mark, in one query."""
    marks: dict[int, dict[str, Mark]] = {sheet.pk: {} for sheet in found}
    if found:
        rows = SheetGrade.objects.in_unit(found[0].unit).filter(sheet__in=[sheet.pk for sheet in found])
        for row in rows:
            marks[row.sheet_id][row.indicator] = row.mark
    return marks


def inconsistencies(assessment: Assessment, today: date) -> list[consistency.Finding]:
    """Everything that does not fit together, vetoes and zeros first."""
    observed = observed_of(assessment)
    case = consistency.Case(
        scheme=assessment.rules,
        marks=marks(grades(assessment)),
        suggestions=figures.suggestions_of(assessment.suggested),
        facts=facts.facts(
            observed, assessment.rules, facts.served(assessment.rules), assessment.year, today=today
        ),
        expired=facts.expired(assessment.unit, today),
    )
    return consistency.findings(case)


def observed_of(assessment: Assessment) -> facts.Observed:
    unit = assessment.unit
    return facts.observe(unit, [unit], assessment.year, [assessment.rules])[unit.pk]


def gap(assessment: Assessment, band: str, *, until: date, today: date) -> planning.Problem:
    """The planning problem from how things stand now to `band` by `until`."""
    rows = grades(assessment)
    now = figures.effective(marks(rows), figures.suggested_marks(assessment.suggested))
    done = actions_of(assessment).filter(state="done").values_list("action", flat=True)
    return planning.problem(assessment.rules, now, band, days=max((until - today).days, 0), done=set(done))


def present_marks(assessment: Assessment) -> dict[str, Mark]:
    """The marks that count now, to plan from."""
    return figures.effective(marks(grades(assessment)), figures.suggested_marks(assessment.suggested))


@dataclass(frozen=True, slots=True)
class Difference:
    """One indicator in two assessments; None where one of them has no such item or no mark."""

    indicator: str
    one: Mark | None
    other: Mark | None
    one_points: Decimal | None
    other_points: Decimal | None

    @property
    def change(self) -> Decimal:
        return (self.other_points or Decimal(0)) - (self.one_points or Decimal(0))

    @property
    def is_same(self) -> bool:
        return self.one_points == self.other_points and self.one == self.other


def differences(one: Assessment, other: Assessment) -> list[Difference]:
    """Two assessments under the same scheme, indicator by indicator, in the order of the newer version."""
    left, right = present_marks(one), present_marks(other)
    codes = list(dict.fromkeys([*other.rules.indicators, *one.rules.indicators]))
    return [
        Difference(
            code,
            left.get(code),
            right.get(code),
            _points(one.rules, code, left.get(code)),
            _points(other.rules, code, right.get(code)),
        )
        for code in codes
    ]


def _points(scheme: Scheme, indicator: str, mark: Mark | None) -> Decimal | None:
    if mark is None or mark.not_applicable or indicator not in scheme.indicators:
        return None
    return points(scheme.indicators[indicator].rule, mark.answers)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What moving to a newer version of the scheme would do: per indicator, and to the verdict."""

    version: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    reworded: tuple[str, ...]
    revalued: tuple[str, ...]
    reopened: tuple[str, ...]
    before: Outcome
    after: Outcome


def upgrade_preview(assessment: Assessment) -> Upgrade | None:
    """What an upgrade to the newest version would change; None when there is no newer one."""
    version = schemes.version(assessment.scheme)
    if version <= assessment.scheme_version:
        return None
    old, new = assessment.rules, schemes.at(assessment.scheme, version)
    rows = grades(assessment)
    now = marks(rows)
    carried = carried_over(new, now)
    both = [code for code in new.indicators if code in old.indicators]
    return Upgrade(
        version=version,
        added=tuple(code for code in new.indicators if code not in old.indicators),
        removed=tuple(code for code in old.indicators if code not in new.indicators),
        reworded=tuple(code for code in both if old.indicators[code].text != new.indicators[code].text),
        revalued=tuple(code for code in both if old.indicators[code].rule != new.indicators[code].rule),
        reopened=tuple(code for code in both if now[code].is_given and code not in carried),
        before=score(old, now),
        after=score(new, carried),
    )


def carried_over(scheme: Scheme, now: Mapping[str, Mark]) -> dict[str, Mark]:
    """The confirmed marks that are still valid under another version of the scheme."""
    return {
        code: mark
        for code, mark in now.items()
        if mark.is_given and code in scheme.indicators and is_valid(scheme, code, mark)
    }


def is_valid(scheme: Scheme, indicator: str, mark: Mark) -> bool:
    try:
        check(scheme, scheme.indicators[indicator], mark)
    except AnswerError:
        return False
    return True
