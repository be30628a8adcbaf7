"""Assessments: schemes, verdicts, grades with reasons, the gap plan, sheets, tasks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError
from ninja.responses import Status

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.analysis.optimise import best_plans
from safecommunity.api.access import unit_for
from safecommunity.assessment import actions, figures, queries
from safecommunity.assessment.models import Assessment, Grade, PlannedAction, Sheet
from safecommunity.core.planning import Plan, PlanError
from safecommunity.core.scoring import AnswerError, Mark
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord

router = Router(tags=["assessment"])
MOST = 200


class SchemeOut(Schema):
    code: str
    version: int
    name: str
    name_en: str
    level: str
    points: Decimal
    indicators: int
    source: str
    note: str
    note_en: str


class StartIn(Schema):
    scheme: str
    period: str
    kind: str = "self"
    title: str = ""


class AssessmentOut(Schema):
    id: int
    unit: str
    scheme: str
    scheme_version: int
    kind: str
    period: str
    title: str
    state: str
    points: Decimal
    full: Decimal
    suggested_points: Decimal
    confirmed_points: Decimal
    confirmed: int
    band: str
    zeros: list[str]
    vetoes: list[str]
    missing: list[str]
    elements: dict[str, list[Any]]
    digest: str
    version: int


class GradeOut(Schema):
    indicator: str
    text: str
    text_en: str
    suggested: dict[str, str]
    reasons: list[dict[str, Any]]
    answers: dict[str, str]
    points: Decimal | None
    not_applicable: bool
    reason: str
    remark: str
    confirmed_by: str
    confirmed_at: dt.datetime | None
    version: int


class AssessmentDetail(AssessmentOut):
    distances: list[dict[str, Any]]
    grades: list[GradeOut]


class GradeIn(Schema):
    """Answers by question, or not applicable with its reason."""

    version: int
    answers: dict[str, str] = {}
    not_applicable: bool = False
    reason: str = ""
    remark: str = ""
    why: str = ""


class VersionIn(Schema):
    version: int


class UpgradeIn(VersionIn):
    to_version: int


class FindingOut(Schema):
    kind: str
    indicator: str
    count: int
    subject: str


class GapIn(Schema):
    band: str
    until: dt.date
    measure: str = "effort"


class PlanOut(Schema):
    actions: list[dict[str, Any]]
    effort: Decimal
    cost: Decimal
    days: int
    points: Decimal
    band: str


class AcceptIn(GapIn):
    actions: list[str]
    owners: dict[str, str] = {}


class TaskOut(Schema):
    id: int
    assessment: int
    action: str
    indicator: str
    text: str
    owner: str
    due_date: dt.date
    effort: Decimal
    cost: Decimal
    gain: Decimal
    state: str
    remark: str
    version: int


class TaskIn(VersionIn):
    owner: str
    due_date: dt.date
    state: str
    remark: str = ""


class SheetOut(Schema):
    id: int
    assessor: str
    is_consensus: bool
    submitted_at: dt.datetime | None
    points: Decimal | None
    marks: dict[str, dict[str, Any]]
    version: int


class MarkIn(Schema):
    answers: dict[str, str] = {}
    not_applicable: bool = False
    reason: str = ""
    remark: str = ""


@router.get("/schemes", response=list[SchemeOut], summary="Standards an assessment may follow")
def schemes(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "version": library.schemes.version(code),
            "name": one.name,
            "name_en": one.name_en,
            "level": one.level,
            "points": one.points,
            "indicators": len(one.indicators),
            "source": one.source,
            "note": one.note,
            "note_en": one.note_en,
        }
        for code, one in library.schemes.items()
    ]


@router.get("/units/{slug}/assessments", response=list[AssessmentOut], summary="Assessments of a unit")
def index(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.ASSESSMENT_VIEW)
    start = max(offset, 0)
    return [_out(row) for row in queries.assessments(unit)[start : start + min(max(limit, 1), MOST)]]


@router.post("/units/{slug}/assessments", response={201: AssessmentOut}, summary="Start an assessment")
def start(request: HttpRequest, slug: str, given: StartIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.ASSESSMENT_EDIT)
    if given.scheme not in library.schemes:
        raise HttpError(422, _("没有评定方案“%(code)s”。") % {"code": given.scheme})
    if given.kind not in Assessment.Kind.values:
        raise HttpError(422, _("没有这种评定类型。"))
    if not (len(given.period) == 4 and given.period.isdigit() and "1900" <= given.period <= "2099"):
        raise HttpError(422, _("年度应为四位年份，如 2026。"))
    made = actions.start(
        unit=unit,
        scheme=given.scheme,
        period=given.period,
        kind=given.kind,
        title=given.title[:120],
        by=person(request),
        today=timezone.localdate(),
        now=timezone.now(),
    )
    return Status(201, _out(made))


@router.get(
    "/units/{slug}/assessments/{pk}", response=AssessmentDetail, summary="With every grade and reason"
)
def detail(request: HttpRequest, slug: str, pk: int) -> dict[str, Any]:
    return _detail(assessment_of(unit_for(request, slug, Permission.ASSESSMENT_VIEW), pk))


@router.put(
    "/units/{slug}/assessments/{pk}/grades/{code}", response=AssessmentOut, summary="Confirm one indicator"
)
def confirm(request: HttpRequest, slug: str, pk: int, code: str, given: GradeIn) -> dict[str, Any]:
    grade = _grade(assessment_of(unit_for(request, slug, Permission.ASSESSMENT_CONFIRM), pk), code)
    common: dict[str, Any] = {
        "grade": grade,
        "reason": given.reason[:300],
        "remark": given.remark[:500],
        "by": person(request),
        "now": timezone.now(),
        "version": given.version,
        "why": given.why,
    }
    if given.not_applicable:
        return _out(tried(actions.mark_not_applicable, **common))
    return _out(tried(actions.confirm, answers=given.answers, **common))


@router.delete(
    "/units/{slug}/assessments/{pk}/grades/{code}", response=AssessmentOut, summary="Take a decision back"
)
def withdraw(
    request: HttpRequest, slug: str, pk: int, code: str, version: int, why: str = ""
) -> dict[str, Any]:
    grade = _grade(assessment_of(unit_for(request, slug, Permission.ASSESSMENT_CONFIRM), pk), code)
    return _out(tried(actions.withdraw, grade=grade, by=person(request), version=version, why=why))


@router.get(
    "/units/{slug}/assessments/{pk}/inconsistencies", response=list[FindingOut], summary="What does not fit"
)
def inconsistencies(request: HttpRequest, slug: str, pk: int) -> list[dict[str, Any]]:
    found = queries.inconsistencies(
        assessment_of(unit_for(request, slug, Permission.ASSESSMENT_VIEW), pk), timezone.localdate()
    )
    return [
        {"kind": one.kind, "indicator": one.indicator, "count": one.count, "subject": one.subject}
        for one in found
    ]


@router.post("/units/{slug}/assessments/{pk}/submit", response=AssessmentOut, summary="Hand in")
def submit(request: HttpRequest, slug: str, pk: int, given: VersionIn) -> dict[str, Any]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_CONFIRM), pk)
    return _out(tried(actions.submit, assessment=row, by=person(request), version=given.version))


@router.post("/units/{slug}/assessments/{pk}/freeze", response=AssessmentOut, summary="Keep for ever")
def freeze(request: HttpRequest, slug: str, pk: int, given: VersionIn) -> dict[str, Any]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_CONFIRM), pk)
    common = {"assessment": row, "by": person(request), "version": given.version}
    return _out(tried(actions.freeze, now=timezone.now(), **common))


@router.post(
    "/units/{slug}/assessments/{pk}/upgrade", response=AssessmentOut, summary="Move to a newer scheme"
)
def upgrade(request: HttpRequest, slug: str, pk: int, given: UpgradeIn) -> dict[str, Any]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_EDIT), pk)
    return _out(
        tried(
            actions.upgrade,
            assessment=row,
            to_version=given.to_version,
            by=person(request),
            now=timezone.now(),
            today=timezone.localdate(),
            version=given.version,
        )
    )


@router.post("/units/{slug}/assessments/{pk}/gap", response=list[PlanOut], summary="Least way to a band")
def gap(request: HttpRequest, slug: str, pk: int, given: GapIn) -> list[dict[str, Any]]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_VIEW), pk)
    return [_plan_out(row, plan) for plan in _plans(row, given)]


@router.post("/units/{slug}/assessments/{pk}/tasks", response={201: list[TaskOut]}, summary="Accept a plan")
def accept(request: HttpRequest, slug: str, pk: int, given: AcceptIn) -> Status[list[dict[str, Any]]]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_EDIT), pk)
    plan = next((one for one in _plans(row, given) if one.actions == frozenset(given.actions)), None)
    if plan is None:
        raise HttpError(409, _("情况有变化，请重新计算方案再采纳。"))
    rows = tried(
        actions.accept_plan,
        assessment=row,
        plan=plan,
        owners={code: name[:60] for code, name in given.owners.items()},
        by=person(request),
        today=timezone.localdate(),
    )
    return Status(201, [_task_out(each) for each in rows])


@router.get("/units/{slug}/tasks", response=list[TaskOut], summary="Tasks of a unit and of those beneath")
def tasks(request: HttpRequest, slug: str, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.ASSESSMENT_VIEW)
    rows = PlannedAction.objects.below(unit)
    start = max(offset, 0)
    return [_task_out(row) for row in rows[start : start + min(max(limit, 1), MOST)]]


@router.put("/units/{slug}/tasks/{pk}", response=TaskOut, summary="Who does it, by when, how far it is")
def change_task(request: HttpRequest, slug: str, pk: int, given: TaskIn) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.ASSESSMENT_EDIT)
    row = PlannedAction.objects.in_unit(unit).select_related("unit").filter(pk=pk).first()
    if row is None:
        raise HttpError(404, _("没有这项任务。"))
    if given.state not in PlannedAction.State.values:
        raise HttpError(422, _("没有这种状态。"))
    changed = tried(
        actions.change_action,
        planned=row,
        by=person(request),
        now=timezone.now(),
        version=given.version,
        state=given.state,
        owner=given.owner[:60],
        due_date=given.due_date,
        remark=given.remark[:500],
    )
    return _task_out(changed)


@router.get(
    "/units/{slug}/assessments/{pk}/sheets", response=list[SheetOut], summary="Sheets; others' once unsealed"
)
def sheets(request: HttpRequest, slug: str, pk: int) -> list[dict[str, Any]]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_VIEW), pk)
    seen = queries.visible_sheets(row, person(request))
    marks = queries.sheet_marks(seen)
    return [_sheet_out(sheet, marks[sheet.pk]) for sheet in seen]


@router.post("/units/{slug}/assessments/{pk}/sheets", response={201: SheetOut}, summary="Open one's sheet")
def open_sheet(request: HttpRequest, slug: str, pk: int) -> Status[dict[str, Any]]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_SCORE), pk)
    sheet = tried(actions.open_sheet, assessment=row, by=person(request))
    return Status(201, _sheet_out(sheet, queries.sheet_marks([sheet])[sheet.pk]))


@router.put(
    "/units/{slug}/assessments/{pk}/sheets/{number}/marks/{code}",
    response=SheetOut,
    summary="Mark one indicator",
)
def mark(request: HttpRequest, slug: str, pk: int, number: int, code: str, given: MarkIn) -> dict[str, Any]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_SCORE), pk)
    sheet = _sheet(request, row, number)
    if code not in row.rules.indicators:
        raise HttpError(404, _("方案里没有这项指标。"))
    wanted = Mark(given.answers, given.not_applicable, given.reason[:300])
    tried(
        actions.mark_sheet,
        sheet=sheet,
        indicator=code,
        mark=wanted,
        by=person(request),
        remark=given.remark[:500],
    )
    return _sheet_out(sheet, queries.sheet_marks([sheet])[sheet.pk])


@router.post(
    "/units/{slug}/assessments/{pk}/sheets/{number}/submit", response=SheetOut, summary="Seal one's sheet"
)
def submit_sheet(request: HttpRequest, slug: str, pk: int, number: int, given: VersionIn) -> dict[str, Any]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_SCORE), pk)
    sheet = _sheet(request, row, number)
    common = {"by": person(request), "now": timezone.now(), "version": given.version}
    done = tried(actions.submit_sheet, sheet=sheet, **common)
    return _sheet_out(done, queries.sheet_marks([done])[done.pk])


@router.post(
    "/units/{slug}/assessments/{pk}/consensus", response={201: SheetOut}, summary="Open the team's sheet"
)
def consensus(request: HttpRequest, slug: str, pk: int) -> Status[dict[str, Any]]:
    row = assessment_of(unit_for(request, slug, Permission.ASSESSMENT_CONFIRM), pk)
    sheet = tried(actions.open_consensus, assessment=row, by=person(request))
    return Status(201, _sheet_out(sheet, queries.sheet_marks([sheet])[sheet.pk]))


def person(request: HttpRequest) -> User:
    return cast("User", request.user)


def tried(action: Any, **given: Any) -> Any:
    """An action's refusals as answers: 409 when someone saved in between, 422 with the reason otherwise."""
    try:
        return action(**given)
    except StaleRecord as error:
        current = getattr(error.current, "version", None)
        raise HttpError(409, _("别人刚刚改过，现在的版本是 %(version)s。") % {"version": current}) from error
    except AnswerError as error:
        raise HttpError(422, str(error)) from error
    except actions.NotPossible as error:
        raise HttpError(422, str(error)) from error


def assessment_of(unit: Unit, pk: int) -> Assessment:
    row = queries.assessment(unit, pk)
    if row is None:
        raise HttpError(404, _("没有这次评定。"))
    return row


def _grade(assessment: Assessment, code: str) -> Grade:
    row = queries.grades(assessment).get(code)
    if row is None:
        raise HttpError(404, _("方案里没有这项指标。"))
    return row


def _sheet(request: HttpRequest, assessment: Assessment, number: int) -> Sheet:
    seen = queries.visible_sheets(assessment, person(request))
    sheet = next((each for each in seen if each.pk == number), None)
    if sheet is None:
        raise HttpError(404, _("没有这份评分表，或者它还密封着。"))
    sheet.assessment, sheet.unit = assessment, assessment.unit
    return sheet


def _plans(assessment: Assessment, given: GapIn) -> list[Plan]:
    scheme = assessment.rules
    if given.band not in {band.code for band in scheme.bands} or given.measure not in (
        "effort",
        "cost",
        "time",
    ):
        raise HttpError(422, _("没有这个目标结论，或没有这种优先方式。"))
    try:
        problem = queries.gap(assessment, given.band, until=given.until, today=timezone.localdate())
    except PlanError as error:
        raise HttpError(422, str(error)) from error
    return best_plans(scheme, queries.present_marks(assessment), problem, measure=given.measure)


def _out(row: Assessment) -> dict[str, Any]:
    names = (
        *("id", "scheme", "scheme_version", "kind", "period", "title", "state", "points", "full", "band"),
        *("suggested_points", "confirmed_points", "confirmed", "zeros", "vetoes", "missing", "elements"),
        *("digest", "version"),
    )
    return {**{name: getattr(row, name) for name in names}, "unit": row.unit.slug}


def _detail(row: Assessment) -> dict[str, Any]:
    rows = queries.grades(row)
    outcome = queries.outcome(row, rows)
    suggestions = figures.suggestions_of(row.suggested)
    return {
        **_out(row),
        "distances": [
            {
                "band": each.band.code,
                "at_least": each.at_least,
                "points": each.points,
                "is_blocked": each.is_blocked,
            }
            for each in outcome.distances
        ],
        "grades": [_grade_out(row, rows[code], suggestions.get(code)) for code in row.rules.indicators],
    }


def _grade_out(assessment: Assessment, grade: Grade, suggestion: Any) -> dict[str, Any]:
    item = assessment.rules.indicators[grade.indicator]
    reasons = suggestion.reasons if suggestion else ()
    return {
        "indicator": item.code,
        "text": item.text,
        "text_en": item.text_en,
        "suggested": dict(suggestion.answers) if suggestion else {},
        "reasons": [{"code": one.code, "part": one.part, "values": dict(one.values)} for one in reasons],
        "answers": grade.answers,
        "points": grade.points,
        "not_applicable": grade.not_applicable,
        "reason": grade.reason,
        "remark": grade.remark,
        "confirmed_by": grade.confirmed_by.display_name if grade.confirmed_by else "",
        "confirmed_at": grade.confirmed_at,
        "version": grade.version,
    }


def _plan_out(assessment: Assessment, plan: Plan) -> dict[str, Any]:
    known = assessment.rules.actions
    steps = [
        {
            "action": step.action,
            "text": known[step.action].text,
            "text_en": known[step.action].text_en,
            "ends": step.ends,
            "gain": str(step.gain),
            "lifts": list(step.lifts),
        }
        for step in plan.steps
    ]
    return {
        "actions": steps,
        "effort": plan.effort,
        "cost": plan.cost,
        "days": plan.days,
        "points": plan.outcome.points,
        "band": plan.outcome.band.code,
    }


def _task_out(row: PlannedAction) -> dict[str, Any]:
    names = (
        *("id", "action", "indicator", "text", "owner", "due_date", "effort", "cost", "gain", "state"),
        *("remark", "version"),
    )
    return {**{name: getattr(row, name) for name in names}, "assessment": row.assessment_id}


def _sheet_out(sheet: Sheet, marks: dict[str, Mark]) -> dict[str, Any]:
    return {
        "id": sheet.pk,
        "assessor": sheet.assessor.display_name,
        "is_consensus": sheet.is_consensus,
        "submitted_at": sheet.submitted_at,
        "points": sheet.points if sheet.submitted_at else None,
        "marks": {
            code: {
                "answers": dict(mark.answers),
                "not_applicable": mark.not_applicable,
                "reason": mark.reason,
            }
            for code, mark in marks.items()
        },
        "version": sheet.version,
    }
