"""Several assessors' sheets: one's own until all are submitted, then side by side, then the consensus."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.accounts.models import User
from safecommunity.assessment import actions, queries
from safecommunity.assessment.models import Assessment, Sheet
from safecommunity.core.scoring import NO_MARK, AnswerError
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord
from safecommunity.web.access import exactly_once, requires
from safecommunity.web.clock import now
from safecommunity.web.components.words import local
from safecommunity.web.pages.assessment import display
from safecommunity.web.pages.assessment.forms import SheetForm, VersionForm
from safecommunity.web.pages.assessment.views import assessment_or_404


@requires(Permission.ASSESSMENT_VIEW)
def index(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """Who has a sheet and whether it is submitted; the marks side by side as far as they may be seen."""
    assessment = assessment_or_404(unit, pk)
    every = queries.sheets(assessment)
    seen = queries.visible_sheets(assessment, _person(request))
    marks = queries.sheet_marks(seen)
    items = assessment.rules.indicators.values()
    context = {
        "assessment": assessment,
        "every": every,
        "seen": seen,
        "is_unsealed": queries.are_unsealed(every),
        "mine": next((sheet for sheet in seen if _is_mine(request, sheet)), None),
        "consensus": next((sheet for sheet in every if sheet.is_consensus), None),
        "rows": [_row(item, seen, marks) for item in items],
        "may_score": can(_person(request), Permission.ASSESSMENT_SCORE, unit),
        "may_confirm": can(_person(request), Permission.ASSESSMENT_CONFIRM, unit),
        "may_agree": bool(assessment.team) or can(_person(request), Permission.ASSESSMENT_CONFIRM, unit),
        "is_open": assessment.state != Assessment.State.FROZEN and assessment.admits(_person(request).pk),
    }
    return render(request, "assessment/sheets.html", context)


@require_POST
@requires(Permission.ASSESSMENT_SCORE)
@exactly_once
def start(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """Open one's own sheet and go to its first indicator."""
    assessment = assessment_or_404(unit, pk)
    try:
        sheet = actions.open_sheet(assessment=assessment, by=_person(request))
    except actions.NotPossible as error:
        return _refused(request, assessment, str(error))
    return redirect("assessment:mark", unit.slug, pk, sheet.pk, next(iter(assessment.rules.indicators)))


@require_POST
@requires(Permission.ASSESSMENT_CONFIRM)
@exactly_once
def consensus(request: HttpRequest, unit: Unit, pk: int) -> HttpResponse:
    """Open the team's sheet."""
    assessment = assessment_or_404(unit, pk)
    try:
        actions.open_consensus(assessment=assessment, by=_person(request))
    except actions.NotPossible as error:
        return _refused(request, assessment, str(error))
    return redirect("assessment:sheets", unit.slug, pk)


@requires(Permission.ASSESSMENT_SCORE)
@exactly_once
def mark(request: HttpRequest, unit: Unit, pk: int, number: int, code: str) -> HttpResponse:
    """One indicator on one sheet."""
    assessment, sheet = _sheet_or_404(request, unit, pk, number)
    item = assessment.rules.indicators.get(code)
    if item is None:
        raise Http404(_("方案里没有这项指标。"))
    given = queries.sheet_marks([sheet])[sheet.pk]
    form = SheetForm(request.POST or None, item=item, mark=given.get(code, NO_MARK))
    codes = list(assessment.rules.indicators)
    at = codes.index(code)
    if request.method == "POST" and form.is_valid() and _written(request, sheet, code, form):
        following = codes[at + 1] if at + 1 < len(codes) else ""
        if following:
            return redirect("assessment:mark", unit.slug, pk, number, following)
        return redirect("assessment:sheets", unit.slug, pk)
    context = {
        "assessment": assessment,
        "sheet": sheet,
        "item": item,
        "text": local(item, "text"),
        "element_name": local(assessment.rules.element_of(code)),
        "form": form,
        "questions": [form[name] for name in form.fields if name.startswith("q-")],
        "others": _others(request, assessment, sheet, item),
        "evidence_url": display.evidence_url(unit, assessment, code),
        "previous": codes[at - 1] if at else "",
        "following": codes[at + 1] if at + 1 < len(codes) else "",
        "position": at + 1,
        "total": len(codes),
        "done": len(given),
    }
    return render(request, "assessment/mark.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.ASSESSMENT_SCORE)
@exactly_once
def submit(request: HttpRequest, unit: Unit, pk: int, number: int) -> HttpResponse:
    """Seal a sheet; the consensus sheet decides the grades."""
    assessment, sheet = _sheet_or_404(request, unit, pk, number)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _refused(request, assessment, _("页面不完整，请刷新后重试。"))
    try:
        actions.submit_sheet(
            sheet=sheet, by=_person(request), now=now(), version=form.cleaned_data["version"]
        )
    except StaleRecord:
        return _refused(request, assessment, _("别人刚刚改过，请看一遍现在的内容再办理。"))
    except actions.NotPossible as error:
        return _refused(request, assessment, str(error))
    messages.success(request, _("评分表已提交并密封。"))
    return redirect("assessment:sheets", unit.slug, pk)


def _written(request: HttpRequest, sheet: Sheet, code: str, form: SheetForm) -> bool:
    try:
        actions.mark_sheet(
            sheet=sheet, indicator=code, mark=form.mark, by=_person(request),
            remark=form.cleaned_data["remark"],
        )  # fmt: skip
    except AnswerError as error:
        form.blame(error.question, error.reason)
    except actions.NotPossible as error:
        form.add_error(None, str(error))
    return not form.errors


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _is_mine(request: HttpRequest, sheet: Sheet) -> bool:
    return sheet.assessor_id == _person(request).pk and not sheet.is_consensus


def _sheet_or_404(request: HttpRequest, unit: Unit, pk: int, number: int) -> tuple[Assessment, Sheet]:
    assessment = assessment_or_404(unit, pk)
    seen = queries.visible_sheets(assessment, _person(request))
    sheet = next((each for each in seen if each.pk == number), None)
    if sheet is None:
        raise Http404(_("没有这份评分表，或者它还密封着。"))
    sheet.assessment = assessment
    sheet.unit = assessment.unit
    return assessment, sheet


def _row(item: Any, seen: list[Sheet], marks: dict[int, Any]) -> tuple[Any, str, list[Any], bool]:
    """(indicator, text, mark on each sheet, whether they agree)."""
    cells = [display.shown(item, marks[sheet.pk].get(item.code)) for sheet in seen]
    own = [cell for sheet, cell in zip(seen, cells, strict=True) if not sheet.is_consensus]
    return item, local(item, "text"), cells, all(cell == own[0] for cell in own)


def _others(request: HttpRequest, assessment: Assessment, sheet: Sheet, item: Any) -> list[tuple[Any, Any]]:
    """On the consensus sheet: what each assessor gave for this indicator."""
    if not sheet.is_consensus:
        return []
    seen = [each for each in queries.visible_sheets(assessment, _person(request)) if not each.is_consensus]
    marks = queries.sheet_marks(seen)
    return [(each, display.shown(item, marks[each.pk].get(item.code))) for each in seen]


def _refused(request: HttpRequest, assessment: Assessment, reason: str) -> HttpResponse:
    messages.error(request, reason)
    return redirect("assessment:sheets", assessment.unit.slug, assessment.pk)
