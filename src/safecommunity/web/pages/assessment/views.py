"""Assessments of a unit: the list, the indicator tree, one indicator, the steps of an assessment's life."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from safecommunity import library
from safecommunity.accounts.models import User
from safecommunity.assessment import actions, facts, figures, queries
from safecommunity.assessment.models import Assessment, Finding, Grade
from safecommunity.audit import queries as audit
from safecommunity.core.periods import Period
from safecommunity.core.schemes import Scheme
from safecommunity.core.scoring import AnswerError
from safecommunity.jobs.actions import enqueue
from safecommunity.metrics import queries as metrics
from safecommunity.metrics.queries import Reading
from safecommunity.units import queries as units
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import exactly_once, requires
from safecommunity.web.clock import now, today
from safecommunity.web.components.words import local
from safecommunity.web.conflicts import stale_page
from safecommunity.web.pages.assessment import display
from safecommunity.web.pages.assessment.forms import (
    CloseForm,
    CompareForm,
    FindingForm,
    GradeForm,
    NotApplicableForm,
    ReasonForm,
    StartForm,
    VersionForm,
)

NATIONAL = "national-2006"
OVERVIEW_METRICS = ("unit-survey-rate", "fire-equipment-intact-rate", "comprehensive-inspections")
REACHED = {True: "good", False: "poor", None: "none"}
YEAR = re.compile(r"(19|20)\d\d")
CHANGED = gettext_lazy("别人刚刚改过，请看一遍现在的内容再办理。")


@requires(Permission.ASSESSMENT_VIEW)
def index(request: HttpRequest, unit: Unit) -> HttpResponse:
    """Every assessment of the unit with its verdict and what the next band still lacks."""
    rows = [(row, *_standing(row)) for row in queries.assessments(unit)]
    context = {
        "here": "assessments",
        "rows": rows,
        "may_edit": _may(request, Permission.ASSESSMENT_EDIT, unit),
    }
    return render(request, "assessment/index.html", context)


@requires(Permission.ASSESSMENT_EDIT)
@exactly_once
def start(request: HttpRequest, unit: Unit) -> HttpResponse:
    form = StartForm(request.POST or None, initial={"period": str(today().year)})
    if request.method == "POST" and form.is_valid():
        made = actions.start(unit=unit, by=_person(request), today=today(), now=now(), **form.cleaned_data)
        return redirect("assessment:detail", unit.slug, made.pk)
    context = {"form": form, "schemes": library.schemes.values()}
    return render(request, "assessment/start.html", context, status=422 if form.errors else 200)


@requires(Permission.ASSESSMENT_VIEW)
def detail(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """The indicator tree: suggested and confirmed grades with reasons; vetoes, zeros and bands on top."""
    assessment = assessment_or_404(unit, pk)
    rows = queries.grades(assessment)
    outcome = queries.outcome(assessment, rows)
    suggestions = figures.suggestions_of(assessment.suggested)
    context = {
        **_head(request, assessment),
        "outcome": outcome,
        "steps": display.steps(outcome),
        "ring_marks": display.ring_marks(outcome),
        "branches": display.branches(assessment, rows, suggestions, outcome),
        "total": len(rows),
        "stops": _stops(assessment, outcome.vetoes, outcome.zeros),
        "newer": library.schemes.version(assessment.scheme) > assessment.scheme_version,
        "history": _history(assessment),
    }
    return render(request, "assessment/detail.html", context)


@require_POST
@requires(Permission.ASSESSMENT_CONFIRM)
@exactly_once
def confirm_suggested(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """Confirm one indicator, or all open ones of an element, as suggested."""
    assessment = assessment_or_404(unit, pk)
    element, indicator = request.POST.get("element", ""), request.POST.get("indicator", "")
    chosen = [item.code for item in assessment.rules.indicators.values() if element == item.element] or [
        indicator
    ]
    form = _reason_form(request, assessment)
    if not form.is_valid():
        return _refused(request, assessment, _("评定已提交，修改必须写明原因：请到该项指标的页面上修改。"))
    try:
        number = actions.confirm_as_suggested(
            assessment=assessment, indicators=chosen, by=_person(request), now=now(), why=form.cause
        )
    except actions.NotPossible as reason:
        return _refused(request, assessment, str(reason))
    messages.success(
        request, ngettext("已按建议确认 %(n)s 项。", "已按建议确认 %(n)s 项。", number) % {"n": number}
    )
    anchor = f"#element-{element or assessment.rules.indicators[indicator].element}"
    return redirect(reverse("assessment:detail", args=[unit.slug, pk]) + anchor)


@require_POST
@requires(Permission.ASSESSMENT_EDIT)
def suggest(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """Ask for the suggestions of this unit to be worked out again."""
    assessment = assessment_or_404(unit, pk)
    title = _("重新计算系统建议")
    enqueue("assessment.suggest", unit=unit, arguments={}, by=_person(request), unique="asked", title=title)
    messages.success(request, _("正在根据最新记录重新计算，完成后刷新本页即可看到。"))
    return redirect("assessment:detail", unit.slug, assessment.pk)


@requires(Permission.ASSESSMENT_VIEW)
def indicator(request: HttpRequest, unit: Unit, pk: int, code: str) -> HttpResponse:
    """One indicator: text, suggestion and why, evidence, and the form that decides it."""
    if request.method == "POST":
        return cast("HttpResponse", _confirm(request, slug=unit.slug, pk=pk, code=code))
    assessment, grade = _grade_or_404(unit, pk, code)
    return _indicator_page(request, unit, assessment, grade)


@requires(Permission.ASSESSMENT_CONFIRM)
@exactly_once
def _confirm(request: HttpRequest, unit: Unit, pk: int, code: str) -> HttpResponse:
    assessment, grade = _grade_or_404(unit, pk, code)
    form = _grade_form(request, assessment, grade)
    if not form.is_valid():
        return _indicator_page(request, unit, assessment, grade, form=form)
    data = form.cleaned_data
    try:
        actions.confirm(
            grade=grade, answers=form.answers, by=_person(request), now=now(), version=data["version"],
            reason=data["reason"], remark=data["remark"], why=form.cause,
        )  # fmt: skip
    except StaleRecord as error:
        return stale_page(request, form, error, _theirs(error))
    except AnswerError as error:
        form.blame(error.question, error.reason)
    except actions.NotPossible as error:
        form.add_error("reason", str(error))
    else:
        messages.success(request, _("指标 %(code)s 已确认。") % {"code": code})
        return _next(request, unit, assessment, code)
    return _indicator_page(request, unit, assessment, grade, form=form)


@require_POST
@requires(Permission.ASSESSMENT_CONFIRM)
@exactly_once
def not_applicable(request: HttpRequest, unit: Unit, pk: int, code: str) -> HttpResponse:
    assessment, grade = _grade_or_404(unit, pk, code)
    form = NotApplicableForm(request.POST, asks_why=_asks_why(assessment))
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.mark_not_applicable(
                grade=grade, reason=data["reason"], remark=data["remark"], by=_person(request), now=now(),
                version=data["version"], why=form.cause,
            )  # fmt: skip
        except StaleRecord:
            assessment, grade = _grade_or_404(unit, pk, code)
            again = NotApplicableForm(_with_version(form, grade), asks_why=_asks_why(assessment))
            again.add_error("reason", CHANGED)
            return _indicator_page(request, unit, assessment, grade, na_form=again, status=409)
        except (AnswerError, actions.NotPossible) as error:
            form.add_error("reason", getattr(error, "reason", "") or str(error))
        else:
            messages.success(request, _("指标 %(code)s 已标为不适用。") % {"code": code})
            return _next(request, unit, assessment, code)
    return _indicator_page(request, unit, assessment, grade, na_form=form)


@require_POST
@requires(Permission.ASSESSMENT_CONFIRM)
@exactly_once
def withdraw(request: HttpRequest, unit: Unit, pk: int, code: str) -> HttpResponse:
    """Take a decision back."""
    assessment, grade = _grade_or_404(unit, pk, code)
    form = _reason_form(request, assessment)
    if not form.is_valid():
        return _indicator_page(request, unit, assessment, grade, withdraw_form=form)
    try:
        actions.withdraw(
            grade=grade, by=_person(request), version=form.cleaned_data["version"], why=form.cause
        )
    except StaleRecord:
        return _refused(request, assessment, CHANGED)
    except actions.NotPossible as error:
        return _refused(request, assessment, str(error))
    messages.success(request, _("已撤回确认，重新按系统建议计分。"))
    return redirect("assessment:indicator", unit.slug, pk, code)


@requires(Permission.ASSESSMENT_VIEW)
def consistency(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """What does not fit together, the same problems together, each opening the form that mends it."""
    assessment = assessment_or_404(unit, pk)
    problems = display.problems(unit, assessment, queries.inconsistencies(assessment, today()))
    context = {**_head(request, assessment), "problems": problems}
    return render(request, "assessment/consistency.html", context)


@require_POST
@requires(Permission.ASSESSMENT_CONFIRM)
@exactly_once
def submit(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    return _step(request, unit, pk, actions.submit, _("评定已提交。此后修改须写明原因。"))


@require_POST
@requires(Permission.ASSESSMENT_CONFIRM)
@exactly_once
def freeze(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    return _step(request, unit, pk, actions.freeze, _("评定已定稿，全部内容连同校验值一并保存。"), now=now())


@requires(Permission.ASSESSMENT_EDIT)
@exactly_once
def upgrade(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """What a newer version of the scheme changes; applied only from here."""
    assessment = assessment_or_404(unit, pk)
    preview = queries.upgrade_preview(assessment)
    if preview is None:
        return _refused(request, assessment, _("方案没有更新的版本。"))
    form = VersionForm(request.POST or None, initial={"version": assessment.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.upgrade(
                assessment=assessment, to_version=preview.version, by=_person(request), now=now(),
                today=today(), version=form.cleaned_data["version"],
            )  # fmt: skip
        except StaleRecord as error:
            return stale_page(request, form, error)
        except actions.NotPossible as error:
            return _refused(request, assessment, str(error))
        messages.success(request, _("已改用方案的新版本。"))
        return redirect("assessment:detail", unit.slug, pk)
    new = library.schemes.at(assessment.scheme, preview.version)
    context = {
        **_head(request, assessment), "form": form, "preview": preview, "new": new,
        "changes": _changes(assessment, preview),
    }  # fmt: skip
    return render(request, "assessment/upgrade.html", context)


@requires(Permission.ASSESSMENT_VIEW)
def overview(request: HttpRequest, unit: Unit) -> HttpResponse:
    """Units × verdict, metrics and elements as lights, from the figures kept with each: no recount."""
    asked = request.GET.get("period", "")
    period = asked if YEAR.fullmatch(asked) else str(today().year)
    wanted = request.GET.get("scheme", "")
    if wanted not in library.schemes:
        followed = queries.schemes_below(unit, period)
        wanted = followed[0] if followed and NATIONAL not in followed else NATIONAL
    scheme = library.schemes[wanted]
    newest = queries.newest_below(unit, scheme.code, period)
    named = {code: library.metrics[code] for code in OVERVIEW_METRICS}
    below = [row.unit for row in newest]
    readings = metrics.readings(below, [Period.parse(period)], list(named), today=today())
    context = {
        "schemes": [(each.code, local(each)) for each in library.schemes.values()],
        "scheme": scheme,
        "scheme_name": local(scheme),
        "period": period,
        "columns": [
            _("得分"),
            _("否决与零分"),
            *(local(metric) for metric in named.values()),
            *(local(element) for element in scheme.elements),
        ],
        "rows": [_light_row(scheme, row, period, readings) for row in newest],
        "counts": _counts(scheme, newest),
        "without": units.below(unit).count() - len(newest),
    }
    return render(request, "assessment/overview.html", context)


@requires(Permission.ASSESSMENT_VIEW)
def compare(request: HttpRequest, unit: Unit) -> HttpResponse:
    """Two assessments of this unit or of units beneath it, indicator by indicator."""
    rows = Assessment.objects.below(unit).select_related("unit").order_by("path", "-period", "-id")
    form = CompareForm(request.GET or None, rows=rows)
    context: dict[str, Any] = {"form": form}
    if request.GET and form.is_valid():
        one, other = form.cleaned_data["one"], form.cleaned_data["other"]
        if one.scheme != other.scheme:
            form.add_error("other", _("两次评定用的不是同一个方案，请选同一方案的评定。"))
        else:
            context |= _comparison(one, other)
    return render(request, "assessment/compare.html", context, status=422 if form.errors else 200)


@requires(Permission.ASSESSMENT_VIEW)
def findings(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """The non-conformities of an assessment, open ones first."""
    assessment = assessment_or_404(unit, pk)
    rows = sorted(queries.findings_of(assessment), key=lambda row: row.closed_at is not None)
    context = {**_head(request, assessment), "rows": rows}
    return render(request, "assessment/findings.html", context)


@require_POST
@requires(Permission.ASSESSMENT_SCORE)
@exactly_once
def add_finding(request: HttpRequest, unit: Unit, pk: int, code: str) -> HttpResponse:
    assessment, grade = _grade_or_404(unit, pk, code)
    form = FindingForm(request.POST)
    if not form.is_valid():
        return _indicator_page(request, unit, assessment, grade, finding_form=form)
    try:
        actions.add_finding(assessment=assessment, indicator=code, by=_person(request), **form.cleaned_data)
    except actions.NotPossible as error:
        form.add_error("text", str(error))
        return _indicator_page(request, unit, assessment, grade, finding_form=form)
    messages.success(request, _("不符合项已记下。"))
    return redirect("assessment:indicator", unit.slug, pk, code)


@requires(Permission.ASSESSMENT_CONFIRM)
@exactly_once
def finding(request: HttpRequest, unit: Unit, pk: int, number: int) -> HttpResponse:
    """One non-conformity: closed here once its correction is verified."""
    assessment = assessment_or_404(unit, pk)
    row = next((each for each in queries.findings_of(assessment) if each.pk == number), None)
    if row is None:
        raise Http404(_("没有这条不符合项。"))
    form = CloseForm(request.POST or None, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        return _close(request, unit, assessment, row, form)
    context = {**_head(request, assessment), "row": row, "form": form}
    return render(request, "assessment/finding.html", context, status=422 if form.errors else 200)


def _close(
    request: HttpRequest, unit: Unit, assessment: Assessment, row: Finding, form: CloseForm
) -> HttpResponse:
    try:
        actions.close_finding(finding=row, by=_person(request), now=now(), **form.cleaned_data)
    except StaleRecord as error:
        return stale_page(request, form, error)
    except actions.NotPossible as error:
        return _refused(request, assessment, str(error))
    messages.success(request, _("不符合项已关闭。"))
    return redirect("assessment:findings", unit.slug, assessment.pk)


def assessment_or_404(unit: Unit, pk: int) -> Assessment:
    found = queries.assessment(unit, pk)
    if found is None:
        raise Http404(_("没有这次评定。"))
    return found


def _grade_or_404(unit: Unit, pk: int, code: str) -> tuple[Assessment, Grade]:
    assessment = assessment_or_404(unit, pk)
    grade = queries.grades(assessment).get(code)
    if grade is None:
        raise Http404(_("方案里没有这项指标。"))
    return assessment, grade


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _may(request: HttpRequest, permission: Permission, unit: Unit) -> bool:
    return can(_person(request), permission, unit)


def _asks_why(assessment: Assessment) -> bool:
    return assessment.state == Assessment.State.SUBMITTED


def _reason_form(request: HttpRequest, assessment: Assessment) -> ReasonForm:
    data = request.POST.copy()
    data.setdefault("version", "0")
    return ReasonForm(data, asks_why=_asks_why(assessment))


def _head(request: HttpRequest, assessment: Assessment) -> dict[str, Any]:
    """What every page of an assessment shows on top."""
    scheme = assessment.rules
    band = display.band_of(scheme, assessment.band)
    unit = assessment.unit
    is_admitted = assessment.admits(_person(request).pk)
    return {
        "assessment": assessment,
        "scheme": scheme,
        "scheme_name": local(scheme),
        "scheme_note": local(scheme, "note"),
        "band_name": local(band),
        "band_meaning": local(band, "meaning"),
        "band_state": display.verdict_state(scheme, assessment.band),
        "is_open": assessment.state != Assessment.State.FROZEN and is_admitted,
        "may_edit": _may(request, Permission.ASSESSMENT_EDIT, unit),
        "may_confirm": is_admitted and _may(request, Permission.ASSESSMENT_CONFIRM, unit),
        "may_score": _may(request, Permission.ASSESSMENT_SCORE, unit),
    }


def _standing(row: Assessment) -> tuple[str, str, str, str, int]:
    """Scheme, verdict in words, its state, what the next band lacks, number of indicators."""
    scheme = row.rules
    band = display.band_of(scheme, row.band)
    higher = [each for each in scheme.bands if each.at_least > band.at_least]
    gap = ""
    if higher:
        missing = max(higher[-1].at_least * row.full / (scheme.points or 1) - row.points, 0)
        gap = _("距“%(band)s”还差 %(points)s 分") % {
            "band": local(higher[-1]), "points": f"{missing:.2f}".rstrip("0").rstrip("."),
        }  # fmt: skip
    return local(scheme), local(band), display.verdict_state(scheme, row.band), gap, len(scheme.indicators)


def _stops(assessment: Assessment, vetoes: Any, zeros: Any) -> list[tuple[str, str, str]]:
    """(state, indicator, text) of every veto and, where any zero fails, every zero."""
    items = assessment.rules.indicators
    found = [("veto", code, local(items[code], "text")) for code in vetoes]
    if assessment.rules.any_zero_fails:
        found += [("zero-item", code, local(items[code], "text")) for code in zeros]
    return found


def _history(target: Assessment | Grade) -> list[dict[str, Any]]:
    lines = audit.history(target).order_by("-id")[:10]
    return [
        {"at": line.at, "who": line.actor_name or _("系统"), "what": act_text(line.act), "note": line.reason}
        for line in lines
    ]


def act_text(act: str) -> str:
    words = {
        "assessment.started": _("开始评定"),
        "assessment.submitted": _("提交评定"),
        "assessment.frozen": _("定稿"),
        "assessment.upgraded": _("改用新版方案"),
        "grades.confirmed": _("批量确认"),
        "grade.confirmed": _("确认评分"),
        "grade.withdrawn": _("撤回确认"),
        "plan.accepted": _("采纳方案"),
    }
    return words.get(act, act)


def _theirs(error: StaleRecord) -> dict[str, Any]:
    current = cast("Grade", error.current)
    return {
        "reason": current.reason,
        "remark": current.remark,
        **{f"q-{question}": answer for question, answer in current.answers.items()},
    }


def _with_version(form: VersionForm, grade: Grade) -> Any:
    """What was typed, with the version as it stands now."""
    return {**{name: form.data.get(name) for name in form.fields}, "version": grade.version}


def _next(request: HttpRequest, unit: Unit, assessment: Assessment, code: str) -> HttpResponse:
    """To the following indicator when asked to go on, else back to this one."""
    codes = list(assessment.rules.indicators)
    at = codes.index(code) + 1
    if "next" in request.POST and at < len(codes):
        return redirect("assessment:indicator", unit.slug, assessment.pk, codes[at])
    return redirect("assessment:indicator", unit.slug, assessment.pk, code)


def _grade_form(request: HttpRequest, assessment: Assessment, grade: Grade) -> GradeForm:
    suggested = assessment.suggested.get(grade.indicator, {}).get("answers", {})
    given = grade.answers if grade.confirmed_at else suggested
    initial = {"version": grade.version, "reason": grade.reason, "remark": grade.remark}
    data = request.POST if request.method == "POST" else None
    return GradeForm(data, item=grade.item, given=given, initial=initial, asks_why=_asks_why(assessment))


def _indicator_page(
    request: HttpRequest,
    unit: Unit,
    assessment: Assessment,
    grade: Grade,
    *,
    form: GradeForm | None = None,
    na_form: NotApplicableForm | None = None,
    withdraw_form: ReasonForm | None = None,
    finding_form: FindingForm | None = None,
    status: int = 0,
) -> HttpResponse:
    item = grade.item
    codes = list(assessment.rules.indicators)
    at = codes.index(item.code)
    known = facts.facts(
        queries.observed_of(assessment),
        assessment.rules,
        facts.served(assessment.rules),
        assessment.year,
        today=today(),
    )
    suggestion = figures.suggestions_of(assessment.suggested).get(item.code)
    asks_why = _asks_why(assessment)
    fresh = {"version": grade.version}
    if form is None:
        suggested = suggestion.answers if suggestion else {}
        form = GradeForm(
            item=item,
            given=grade.answers if grade.confirmed_at else suggested,
            initial={**fresh, "reason": grade.reason, "remark": grade.remark},
            asks_why=asks_why,
        )
    bad = any(each is not None and each.errors for each in (form, na_form, withdraw_form, finding_form))
    element = assessment.rules.element_of(item.code)
    context = {
        **_head(request, assessment),
        "item": item,
        "text": local(item, "text"),
        "method": local(item, "method"),
        "element": element,
        "element_name": local(element),
        "grade": grade,
        "confirmed": display.shown(item, grade.mark),
        "reasons": display.reasons_by_question(item, suggestion),
        "worth": item.points,
        "papers": display.papers(unit, assessment, item, known),
        "evidence_url": display.evidence_url(unit, assessment, item.code),
        "also_serves": _also_serves(assessment, item.code),
        "actions": [(local(each, "text"), each) for each in item.actions],
        "form": form,
        "na_form": na_form or NotApplicableForm(initial=fresh, asks_why=asks_why),
        "withdraw_form": withdraw_form or ReasonForm(initial=fresh, asks_why=asks_why),
        "finding_form": finding_form or FindingForm(),
        "findings": [row for row in queries.findings_of(assessment) if row.indicator == item.code],
        "previous": codes[at - 1] if at else "",
        "following": codes[at + 1] if at + 1 < len(codes) else "",
        "position": at + 1,
        "total": len(codes),
        "history": _history(grade),
    }
    return render(request, "assessment/indicator.html", context, status=status or (422 if bad else 200))


def _also_serves(assessment: Assessment, code: str) -> list[str]:
    """The indicators of other schemes that the same evidence serves."""
    names = facts.served(assessment.rules)[code][1:]
    found = []
    for name in names:
        scheme, _slash, indicator = name.partition("/")
        other = library.schemes.get(scheme)
        if other and indicator in other.indicators:
            found.append(f"{local(other)} {indicator}")
    return found


def _refused(request: HttpRequest, assessment: Assessment, reason: Any) -> HttpResponse:
    messages.error(request, reason)
    return redirect("assessment:detail", assessment.unit.slug, assessment.pk)


def _step(request: HttpRequest, unit: Unit, pk: int, action: Any, done: str, **more: Any) -> HttpResponse:
    """One step of an assessment's life, asked for with the version that was seen."""
    assessment = assessment_or_404(unit, pk)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _refused(request, assessment, _("页面不完整，请刷新后重试。"))
    try:
        action(assessment=assessment, by=_person(request), version=form.cleaned_data["version"], **more)
    except StaleRecord:
        return _refused(request, assessment, CHANGED)
    except actions.NotPossible as error:
        return _refused(request, assessment, str(error))
    messages.success(request, done)
    return redirect("assessment:detail", unit.slug, pk)


def _changes(
    assessment: Assessment, preview: queries.Upgrade
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """(what kind of change, [(indicator, old text, new text)])."""
    old = assessment.rules.indicators
    new = library.schemes.at(assessment.scheme, preview.version).indicators

    def rows(codes: tuple[str, ...]) -> list[tuple[str, str, str]]:
        return [
            (
                code,
                local(old[code], "text") if code in old else "",
                local(new[code], "text") if code in new else "",
            )
            for code in codes
        ]

    kinds = [
        (_("新增的指标"), preview.added),
        (_("取消的指标"), preview.removed),
        (_("文字有变化的指标"), preview.reworded),
        (_("计分规则有变化的指标"), preview.revalued),
        (_("原确认不再适用、需要重新确认的指标"), preview.reopened),
    ]
    return [(title, rows(codes)) for title, codes in kinds if codes]


def _light_row(
    scheme: Scheme, row: Assessment, period: str, readings: Mapping[tuple[int, str, str], Reading]
) -> tuple[str, str, list[tuple[str, str, str]]]:
    """The unit's verdict, vetoes and zeros, three metrics, then its elements."""
    url = reverse("assessment:detail", args=[row.unit.slug, row.pk])
    state = {"pass": "good", "rectify": "part", "fail": "poor"}[display.verdict_state(scheme, row.band)]
    stops = len(row.vetoes) + len(row.zeros)
    found = [readings[row.unit_id, code, period] for code in OVERVIEW_METRICS]
    cells = [(state, f"{row.points:f}", url), ("poor" if stops else "good", str(stops), "")]
    cells += [(REACHED[reading.reaches], _plain(reading.value), "") for reading in found]
    cells += [(*display.light(scheme, row.elements.get(each.code)), "") for each in scheme.elements]
    return row.unit.name, url, cells


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _counts(scheme: Scheme, rows: Iterable[Assessment]) -> list[tuple[str, str, int]]:
    """How many units stand in each band."""
    found = [row.band for row in rows]
    return [
        (local(band), display.verdict_state(scheme, band.code), found.count(band.code))
        for band in scheme.bands
    ]


def _comparison(one: Assessment, other: Assessment) -> dict[str, Any]:
    items = {**one.rules.indicators, **other.rules.indicators}
    rows = [
        (
            difference,
            local(items[difference.indicator], "text"),
            display.shown(items[difference.indicator], difference.one),
            display.shown(items[difference.indicator], difference.other),
        )
        for difference in queries.differences(one, other)
    ]
    return {
        "one": one,
        "other": other,
        "change": other.points - one.points,
        "rows": rows,
        "changed": [row for row in rows if not row[0].is_same],
        "same": sum(row[0].is_same for row in rows),
    }
