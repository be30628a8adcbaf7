"""Writing assessments: start, confirm, sheets, freeze, upgrade, plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.assessment import facts, figures, queries
from safecommunity.assessment.models import Assessment, Finding, Grade, PlannedAction, Sheet, SheetGrade
from safecommunity.audit.actions import record
from safecommunity.core.periods import Period
from safecommunity.core.planning import Plan
from safecommunity.core.schemes import Scheme
from safecommunity.core.scoring import Mark, check, points, score
from safecommunity.core.suggestions import suggest_all
from safecommunity.library import schemes
from safecommunity.units.models import Unit
from safecommunity.units.scope import change

BATCH = 100


class NotPossible(Exception):
    """The state of the assessment does not allow this; the message says what to do first."""


@transaction.atomic
def start(*, unit: Unit, scheme: str, period: str, by: User, today: date, now: datetime, kind: str = "self",
          title: str = "", team: Iterable[User] = ()) -> Assessment:  # fmt: skip
    """A new assessment under the newest version of a scheme, with what the records suggest.

    `team`: the people who alone may work on it; empty for everybody with the right.
    """
    rules, version = schemes[scheme], schemes.version(scheme)
    year = Period.parse(period)
    suggested = _suggested(unit, rules, year, today)
    values: Any = {
        "unit": unit,
        "path": unit.path,
        "scheme": scheme,
        "scheme_version": version,
        "kind": kind,
        "period": period,
        "title": title or f"{unit.name} {year.label()} {rules.name}",
        "team": [person.pk for person in team],
        "suggested": suggested,
        "suggested_at": now,
        **figures.figures(rules, {}, suggested),
    }
    assessment = Assessment.objects.create(**values)
    Grade.objects.bulk_create(_blank(assessment, code) for code in rules.indicators)
    after = {"scheme": scheme, "version": version, "period": period, "kind": kind}
    record("assessment.started", assessment, by=by, unit=unit, after=after)
    return assessment


@transaction.atomic
def confirm(*, grade: Grade, answers: Mapping[str, str], by: User, now: datetime, version: int,
            reason: str = "", remark: str = "", why: str = "") -> Assessment:  # fmt: skip
    """Decide one indicator. Where it differs from the suggestion a reason is needed.

    Raises `AnswerError`, `NotPossible` or `StaleRecord`.
    """
    assessment = _locked(grade.assessment)
    _check_by_hand(assessment, why, by)
    mark = Mark(dict(answers), reason=reason)
    check(assessment.rules, assessment.rules.indicators[grade.indicator], mark)
    if not reason.strip() and _differs(assessment, grade.indicator, mark.answers):
        raise NotPossible(_("与系统建议不一致，请写明理由。"))
    return _decide(assessment, grade, mark, by=by, now=now, version=version, remark=remark, why=why)


@transaction.atomic
def mark_not_applicable(*, grade: Grade, reason: str, by: User, now: datetime, version: int,
                        remark: str = "", why: str = "") -> Assessment:  # fmt: skip
    """Say that an indicator does not apply, and why; the scheme may refuse."""
    assessment = _locked(grade.assessment)
    _check_by_hand(assessment, why, by)
    mark = Mark({}, True, reason.strip())
    check(assessment.rules, assessment.rules.indicators[grade.indicator], mark)
    return _decide(assessment, grade, mark, by=by, now=now, version=version, remark=remark, why=why)


@transaction.atomic
def withdraw(*, grade: Grade, by: User, version: int, why: str = "") -> Assessment:
    """Take a decision back; the suggestion counts again."""
    assessment = _locked(grade.assessment)
    _check_by_hand(assessment, why, by)
    before = _shown(grade)
    change(
        grade, version=version, answers={}, points=None, not_applicable=False, reason="",
        confirmed_by=None, confirmed_at=None,
    )  # fmt: skip
    record("grade.withdrawn", grade, by=by, unit=grade.unit, before=before, reason=why)
    return _refigure(assessment)


@transaction.atomic
def confirm_as_suggested(*, assessment: Assessment, indicators: Collection[str], by: User, now: datetime,
                         why: str = "") -> int:  # fmt: skip
    """Confirm every undecided one of these indicators as suggested; how many were."""
    assessment = _locked(assessment)
    _check_by_hand(assessment, why, by)
    suggested = figures.suggested_marks(assessment.suggested)
    rows = [
        row
        for code, row in queries.grades(assessment).items()
        if code in indicators and code in suggested and row.confirmed_at is None
    ]
    for row in rows:
        row.answers = dict(suggested[row.indicator].answers)
        row.points = points(row.item.rule, row.answers)
        row.confirmed_by, row.confirmed_at, row.updated_at = by, now, now
        row.version += 1
    Grade.objects.in_unit(assessment.unit).bulk_update(
        rows, ["answers", "points", "confirmed_by", "confirmed_at", "updated_at", "version"]
    )
    after = {"indicators": [row.indicator for row in rows]}
    record("grades.confirmed", assessment, by=by, unit=assessment.unit, after=after, reason=why)
    _refigure(assessment)
    return len(rows)


def suggest(*, root: Unit, units: Sequence[Unit], by: User | None, today: date, now: datetime) -> int:
    """Work out suggestions and figures again for the open assessments of `units`, all at or below `root`.

    Reads everything in a handful of queries, then writes one row for each assessment that changed, a hundred
    at a time, so that nobody who saves has to wait for a whole city.
    """
    rows = Assessment.objects.below(root).filter(unit__in=[unit.pk for unit in units])
    found = list(rows.exclude(state=Assessment.State.FROZEN).select_related("unit").defer("snapshot"))
    changed: list[tuple[Assessment, dict[str, Any]]] = []
    for period in sorted({each.period for each in found}):
        changed += _suggest_year(root, units, [each for each in found if each.period == period], today)
    for first in range(0, len(changed), BATCH):
        with transaction.atomic():
            _keep_suggestions(root, changed[first : first + BATCH], now)
    if changed:
        after = {"looked": len(found), "changed": len(changed)}
        record("assessments.suggested", root, by=by, unit=root, after=after)
    return len(changed)


@transaction.atomic
def submit(*, assessment: Assessment, by: User, version: int) -> Assessment:
    """Hand it in: every indicator is decided. From now on a change needs a reason."""
    _check_team(assessment, by)
    _check_complete(assessment)
    if assessment.state != Assessment.State.DRAFT:
        raise NotPossible(_("只有评定中的评定可以提交。"))
    change(assessment, version=version, state=Assessment.State.SUBMITTED)
    record("assessment.submitted", assessment, by=by, unit=assessment.unit, after=_verdict(assessment))
    return assessment


@transaction.atomic
def freeze(*, assessment: Assessment, by: User, now: datetime, version: int) -> Assessment:
    """Keep it as it is for ever, with the hash of all that led to it."""
    _check_team(assessment, by)
    if assessment.state == Assessment.State.FROZEN:
        raise NotPossible(_("这次评定已经定稿。"))
    _check_complete(assessment)
    snapshot = _snapshot(assessment)
    change(
        assessment, version=version, state=Assessment.State.FROZEN, snapshot=snapshot,
        digest=figures.digest(snapshot), frozen_at=now, frozen_by=by,
    )  # fmt: skip
    after = {"digest": assessment.digest, **_verdict(assessment)}
    record("assessment.frozen", assessment, by=by, unit=assessment.unit, after=after)
    return assessment


@transaction.atomic
def upgrade(*, assessment: Assessment, to_version: int, by: User, now: datetime, today: date,
            version: int) -> Assessment:  # fmt: skip
    """Move to the newest version of the scheme, as shown by `queries.upgrade_preview` just before.

    Decisions that still fit are kept, the others are open again. Raises `NotPossible` when `to_version` is
    no longer the newest.
    """
    _check_team(assessment, by)
    preview = queries.upgrade_preview(assessment)
    if assessment.state == Assessment.State.FROZEN or preview is None or preview.version != to_version:
        raise NotPossible(_("方案版本已变化或评定已定稿，请重新打开页面查看变化。"))
    rules = schemes.at(assessment.scheme, to_version)
    rows = queries.grades(assessment)
    kept = queries.carried_over(rules, queries.marks(rows))
    Grade.objects.in_unit(assessment.unit).filter(assessment=assessment).exclude(indicator__in=kept).delete()
    Grade.objects.bulk_create(_blank(assessment, code) for code in rules.indicators if code not in kept)
    for code, mark in kept.items():
        worth = None if mark.not_applicable else points(rules.indicators[code].rule, mark.answers)
        if worth != rows[code].points:
            change(rows[code], version=rows[code].version, points=worth)
    suggested = _suggested(assessment.unit, rules, assessment.year, today)
    change(
        assessment, version=version, scheme_version=to_version, suggested=suggested, suggested_at=now,
        **figures.figures(rules, kept, suggested),
    )  # fmt: skip
    record(
        "assessment.upgraded", assessment, by=by, unit=assessment.unit,
        before=_verdict_of(preview.before), after={"version": to_version, **_verdict_of(preview.after)},
    )  # fmt: skip
    return assessment


@transaction.atomic
def open_sheet(*, assessment: Assessment, by: User) -> Sheet:
    """The assessor's own sheet; the same again when it exists."""
    _check_open(_locked(assessment), "sheet", by)
    unit = assessment.unit
    found = Sheet.objects.in_unit(unit).filter(assessment=assessment, assessor=by, is_consensus=False).first()
    if found:
        return found
    sheet = Sheet.objects.create(unit=unit, path=unit.path, assessment=assessment, assessor=by)
    record("sheet.opened", sheet, by=by, unit=unit)
    return sheet


@transaction.atomic
def mark_sheet(*, sheet: Sheet, indicator: str, mark: Mark, by: User, remark: str = "") -> SheetGrade:
    """Write one mark on one's own sheet, or on the consensus sheet, until it is submitted."""
    _check_own(sheet, by)
    rules = sheet.assessment.rules
    check(rules, rules.indicators[indicator], mark)
    row, _made = SheetGrade.objects.in_unit(sheet.unit).update_or_create(
        sheet=sheet,
        indicator=indicator,
        defaults={
            "unit": sheet.unit,
            "path": sheet.path,
            "answers": dict(mark.answers),
            "not_applicable": mark.not_applicable,
            "reason": mark.reason,
            "remark": remark,
        },
    )
    record("sheet.marked", sheet, by=by, unit=sheet.unit, after={"indicator": indicator})
    return row


@transaction.atomic
def submit_sheet(*, sheet: Sheet, by: User, now: datetime, version: int) -> Sheet:
    """Seal one's sheet for good. The consensus sheet, once submitted, decides the grades."""
    _check_own(sheet, by)
    rules = sheet.assessment.rules
    marks = queries.sheet_marks([sheet])[sheet.pk]
    outcome = score(rules, marks)
    if outcome.missing:
        raise NotPossible(_("还有 %(count)s 项没有评分，请评完后再提交。") % {"count": len(outcome.missing)})
    change(sheet, version=version, submitted_at=now, points=outcome.points)
    record("sheet.submitted", sheet, by=by, unit=sheet.unit, after={"points": str(outcome.points)})
    if sheet.is_consensus:
        _apply_consensus(sheet, marks, by=by, now=now)
    return sheet


@transaction.atomic
def open_consensus(*, assessment: Assessment, by: User) -> Sheet:
    """The team's sheet, filled in where all assessors agree; possible once every sheet is submitted."""
    _check_open(_locked(assessment), "sheet", by)
    found = queries.sheets(assessment)
    existing = next((sheet for sheet in found if sheet.is_consensus), None)
    if existing:
        return existing
    if not queries.are_unsealed(found):
        raise NotPossible(_("所有评分人都提交评分表之后，才能开启合议表。"))
    unit = assessment.unit
    sheet = Sheet.objects.create(
        unit=unit, path=unit.path, assessment=assessment, assessor=by, is_consensus=True
    )
    every = list(queries.sheet_marks(found).values())
    agreed = [
        SheetGrade(
            unit=unit, path=unit.path, sheet=sheet, indicator=code, answers=dict(first.answers),
            not_applicable=first.not_applicable, reason=first.reason,
        )
        for code, first in every[0].items()
        if all(_agree(marks.get(code), first) for marks in every)
    ]  # fmt: skip
    SheetGrade.objects.bulk_create(agreed)
    record("sheet.opened", sheet, by=by, unit=unit, after={"agreed": len(agreed), "sheets": len(found)})
    return sheet


@transaction.atomic
def add_finding(*, assessment: Assessment, indicator: str, text: str, severity: str, by: User,
                owner: str = "", due_date: date | None = None) -> Finding:  # fmt: skip
    """Write a non-conformity down, until the assessment is frozen. Raises NotPossible."""
    _check_open(_locked(assessment), "finding", by)
    if indicator not in assessment.rules.indicators:
        raise NotPossible(_("方案里没有这项指标。"))
    finding = Finding.objects.create(
        unit=assessment.unit, path=assessment.path, assessment=assessment, indicator=indicator, text=text,
        severity=severity, owner=owner, due_date=due_date, by=by,
    )  # fmt: skip
    after = {"indicator": indicator, "severity": severity}
    record("finding.added", finding, by=by, unit=assessment.unit, after=after)
    return finding


@transaction.atomic
def close_finding(*, finding: Finding, verification: str, by: User, now: datetime, version: int) -> Finding:
    """Close a non-conformity once its correction has been verified."""
    _check_team(finding.assessment, by)
    if not verification.strip():
        raise NotPossible(_("关闭不符合项必须写明验证情况。"))
    change(finding, version=version, verification=verification.strip(), closed_at=now)
    record("finding.closed", finding, by=by, unit=finding.unit, after={"verification": verification})
    return finding


@transaction.atomic
def accept_plan(*, assessment: Assessment, plan: Plan, owners: Mapping[str, str], by: User,
                today: date) -> list[PlannedAction]:  # fmt: skip
    """Turn a plan into tasks with owner and date; an action already open is left as it is."""
    _check_open(_locked(assessment), "plan", by)
    open_ones = queries.actions_of(assessment).filter(state__in=["todo", "doing"])
    known = set(open_ones.values_list("action", flat=True))
    rules = assessment.rules
    rows = [
        PlannedAction(
            unit=assessment.unit,
            path=assessment.path,
            assessment=assessment,
            action=step.action,
            indicator=next(iter(rules.actions[step.action].gain)),
            text=rules.actions[step.action].text,
            owner=owners.get(step.action, ""),
            due_date=today + timedelta(days=step.ends),
            effort=rules.actions[step.action].effort,
            cost=rules.actions[step.action].cost,
            gain=step.gain,
            by=by,
        )
        for step in plan.steps
        if step.action not in known
    ]
    PlannedAction.objects.bulk_create(rows)
    after = {"actions": [row.action for row in rows], "effort": str(plan.effort), "cost": str(plan.cost)}
    record("plan.accepted", assessment, by=by, unit=assessment.unit, after=after)
    return rows


@transaction.atomic
def change_action(*, planned: PlannedAction, by: User, now: datetime, version: int, state: str, owner: str,
                  due_date: date, remark: str) -> PlannedAction:  # fmt: skip
    """Who does it, by when, and how far it is."""
    before = {"state": planned.state, "owner": planned.owner, "due_date": planned.due_date}
    done_at = (planned.done_at or now) if state == PlannedAction.State.DONE else None
    change(
        planned, version=version, state=state, owner=owner, due_date=due_date, remark=remark, done_at=done_at
    )
    after = {"state": state, "owner": owner, "due_date": due_date}
    record("planned-action.changed", planned, by=by, unit=planned.unit, before=before, after=after)
    return planned


def _blank(assessment: Assessment, indicator: str) -> Grade:
    return Grade(unit=assessment.unit, path=assessment.path, assessment=assessment, indicator=indicator)


def _suggested(unit: Unit, rules: Scheme, year: Period, today: date) -> dict[str, Any]:
    observed = facts.observe(unit, [unit], year, [rules])[unit.pk]
    return figures.kept(
        suggest_all(rules, facts.facts(observed, rules, facts.served(rules), year, today=today))
    )


def _suggest_year(
    root: Unit, units: Sequence[Unit], found: Sequence[Assessment], today: date
) -> list[tuple[Assessment, dict[str, Any]]]:
    """The assessments of one year whose suggestions changed, with the new ones."""
    rules = {(each.scheme, each.scheme_version): each.rules for each in found}
    served = {key: facts.served(scheme) for key, scheme in rules.items()}
    wanted = {each.unit_id for each in found}
    observed = facts.observe(
        root, [unit for unit in units if unit.pk in wanted], found[0].year, rules.values()
    )
    changed = []
    for each in found:
        key = each.scheme, each.scheme_version
        known = facts.facts(observed[each.unit_id], rules[key], served[key], each.year, today=today)
        suggested = figures.kept(suggest_all(rules[key], known))
        if suggested != each.suggested:
            changed.append((each, suggested))
    return changed


def _keep_suggestions(
    root: Unit, changed: Sequence[tuple[Assessment, dict[str, Any]]], now: datetime
) -> None:
    """Write suggestions with the figures that follow from the grades as they stand at this moment."""
    rows = Assessment.objects.below(root).filter(pk__in=[each.pk for each, _suggested in changed])
    still_open = rows.exclude(state=Assessment.State.FROZEN).select_for_update(of=("self",))
    versions = dict(still_open.values_list("pk", "scheme_version"))
    confirmed = _confirmed(root, versions)
    for each, suggested in changed:
        if versions.get(each.pk) == each.scheme_version:
            values = figures.figures(each.rules, confirmed.get(each.pk, {}), suggested)
            _write(each, suggested=suggested, suggested_at=now, **values)


def _confirmed(root: Unit, wanted: Iterable[int]) -> dict[int, dict[str, Mark]]:
    """Assessment id → indicator → confirmed mark, in one query."""
    marks: dict[int, dict[str, Mark]] = {}
    rows = Grade.objects.below(root).filter(assessment__in=list(wanted), confirmed_at__isnull=False)
    for row in rows.only("assessment_id", "indicator", "answers", "not_applicable", "reason", "confirmed_at"):
        marks.setdefault(row.assessment_id, {})[row.indicator] = row.mark
    return marks


def _locked(assessment: Assessment) -> Assessment:
    """The row as it stands, held until the end of the transaction, so that figures follow one another."""
    rows = Assessment.objects.in_unit(assessment.unit).select_for_update(of=("self",))
    return rows.select_related("unit").defer("snapshot").get(pk=assessment.pk)


def _check_team(assessment: Assessment, by: User) -> None:
    if not assessment.admits(by.pk):
        raise NotPossible(_("这次评定由评定组办理，其他人只能查看。"))


def _check_open(assessment: Assessment, why: str, by: User) -> None:
    _check_team(assessment, by)
    if assessment.state == Assessment.State.FROZEN:
        raise NotPossible(_("评定已定稿，不能再修改。"))
    if assessment.state == Assessment.State.SUBMITTED and not why.strip():
        raise NotPossible(_("评定已提交，修改必须写明原因。"))


def _check_by_hand(assessment: Assessment, why: str, by: User) -> None:
    """What a team assesses follows from its sealed sheets and nothing else."""
    _check_open(assessment, why, by)
    if assessment.team:
        raise NotPossible(_("现场评定的结果只由密封评分和合议得出，不能逐项改动。"))


def _check_complete(assessment: Assessment) -> None:
    undecided = sum(not row.mark.is_given for row in queries.grades(assessment).values())
    if undecided:
        raise NotPossible(_("还有 %(count)s 项没有确认，请全部确认后再办理。") % {"count": undecided})


def _check_own(sheet: Sheet, by: User) -> None:
    _check_open(sheet.assessment, "sheet", by)
    if sheet.submitted_at:
        raise NotPossible(_("评分表已提交并密封，不能再修改。"))
    if not sheet.is_consensus and sheet.assessor_id != by.pk:
        raise NotPossible(_("只能填写自己的评分表。"))


def _differs(assessment: Assessment, indicator: str, answers: Mapping[str, str]) -> bool:
    suggested = assessment.suggested.get(indicator, {}).get("answers")
    return bool(suggested) and dict(suggested) != dict(answers)


def _decide(assessment: Assessment, grade: Grade, mark: Mark, *, by: User, now: datetime, version: int,
            remark: str, why: str) -> Assessment:  # fmt: skip
    before = _shown(grade)
    worth = None if mark.not_applicable else points(grade.item.rule, mark.answers)
    change(
        grade, version=version, answers=dict(mark.answers), points=worth, not_applicable=mark.not_applicable,
        reason=mark.reason.strip(), remark=remark.strip(), confirmed_by=by, confirmed_at=now,
    )  # fmt: skip
    record("grade.confirmed", grade, by=by, unit=grade.unit, before=before, after=_shown(grade), reason=why)
    return _refigure(assessment)


def _refigure(assessment: Assessment) -> Assessment:
    """The figures again from the grades of this assessment alone: two queries, whatever else exists."""
    marks = queries.marks(queries.grades(assessment))
    return _write(assessment, **figures.figures(assessment.rules, marks, assessment.suggested))


def _write(assessment: Assessment, **values: Any) -> Assessment:
    Assessment.objects.in_unit(assessment.unit).filter(pk=assessment.pk).update(**values)
    for name, value in values.items():
        setattr(assessment, name, value)
    return assessment


def _apply_consensus(sheet: Sheet, marks: Mapping[str, Mark], *, by: User, now: datetime) -> None:
    assessment = _locked(sheet.assessment)
    rows = queries.grades(assessment)
    for code, row in rows.items():
        mark = marks[code]
        row.answers, row.not_applicable, row.reason = dict(mark.answers), mark.not_applicable, mark.reason
        row.points = None if mark.not_applicable else points(row.item.rule, mark.answers)
        row.confirmed_by, row.confirmed_at, row.updated_at = by, now, now
        row.version += 1
    Grade.objects.in_unit(assessment.unit).bulk_update(
        rows.values(),
        [
            "answers", "not_applicable", "reason", "points", "confirmed_by", "confirmed_at", "updated_at",
            "version",
        ],
    )  # fmt: skip
    record("grades.confirmed", assessment, by=by, unit=assessment.unit, after={"indicators": list(rows)})
    _refigure(assessment)


def _agree(one: Mark | None, other: Mark) -> bool:
    return one is not None and one.answers == other.answers and one.not_applicable == other.not_applicable


def _shown(grade: Grade) -> dict[str, Any]:
    return {
        "indicator": grade.indicator,
        "answers": grade.answers,
        "points": str(grade.points),
        "not_applicable": grade.not_applicable,
        "reason": grade.reason,
    }


def _verdict(assessment: Assessment) -> dict[str, Any]:
    return {"points": str(assessment.points), "band": assessment.band, "zeros": assessment.zeros}


def _verdict_of(outcome: Any) -> dict[str, Any]:
    return {"points": str(outcome.points), "band": outcome.band.code, "zeros": list(outcome.zeros)}


def _snapshot(assessment: Assessment) -> dict[str, Any]:
    """All that led to the verdict: grades and who confirmed them, suggestions with reasons, evidence."""
    rows = queries.grades(assessment)
    observed = queries.observed_of(assessment)
    return {
        "scheme": assessment.scheme,
        "scheme_version": assessment.scheme_version,
        "period": assessment.period,
        "kind": assessment.kind,
        "unit": assessment.unit.name,
        "points": str(assessment.points),
        "full": str(assessment.full),
        "band": assessment.band,
        "zeros": assessment.zeros,
        "vetoes": assessment.vetoes,
        "elements": assessment.elements,
        "suggested": assessment.suggested,
        "grades": {code: {**_shown(row), **_signed(row)} for code, row in rows.items()},
        "records": {key: [found.standing, found.within] for key, found in observed.ledgers.items()},
        "cited": {key: found.standing for key, found in observed.cited.items()},
        "metrics": {code: str(value) for code, value in observed.metrics.items()},
    }


def _signed(grade: Grade) -> dict[str, Any]:
    return {
        "remark": grade.remark,
        "confirmed_by": grade.confirmed_by.display_name if grade.confirmed_by else "",
        "confirmed_at": grade.confirmed_at.isoformat() if grade.confirmed_at else "",
    }
