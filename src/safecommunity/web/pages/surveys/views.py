"""How many to ask in a questionnaire, and what its answers say of everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.surveillance.wording import survey_method
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.web.access import PersonRequest, requires
from safecommunity.web.clock import today
from safecommunity.web.components.lists import sheet
from safecommunity.web.pages.surveys.forms import PlanForm, ResultForm, starting

if TYPE_CHECKING:
    from safecommunity.analysis.rates import Limits
    from safecommunity.analysis.surveys import Difference, Share
    from safecommunity.surveillance.surveys import Plan, Recorded, Result, Stratum


@dataclass(frozen=True, slots=True)
class Planned:
    form: PlanForm
    found: Plan | None
    year: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    form: ResultForm
    found: Result | None
    earlier: Recorded | None


@requires(Permission.LEDGER_VIEW)
def plan(request: PersonRequest, unit: Unit) -> HttpResponse:
    planned = _planned(request, unit)
    found = planned.found
    context = {
        "form": planned.form,
        "found": found,
        "by_household": found is not None and found.households < found.people,
        "told": _sentence(planned.form, found) if found else "",
        "basis": _basis(planned) if found else "",
        "here": "plan",
    }
    return render(request, "surveys/plan.html", context)


@require_POST
@requires(Permission.LEDGER_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """Where how many are to be asked, as a sheet; how it was worked out below."""
    planned = _planned(request, unit)
    found = planned.found
    if found is None or not found.parts:
        raise Http404(_("没有可以导出的分配。"))
    rows = [[part.name, part.people, asked, homes] for part, asked, homes in found.parts]
    notes = [
        (_("结论"), _sentence(planned.form, found)),
        (_("怎么算的"), _basis(planned)),
        (_("方法"), survey_method()),
    ]
    columns = list(zip([_("地方"), _("人口"), _("要问的人"), _("要走的户")], (24, 40, 10, 10), strict=True))
    name = _("%(unit)s抽样分配 %(day)s") % {"unit": unit.name, "day": today()}
    return sheet(name=name, title=_("抽样分配"), columns=columns, rows=rows, notes=notes)


@requires(Permission.LEDGER_VIEW)
def result(request: PersonRequest, unit: Unit) -> HttpResponse:
    answered = _answered(request, unit)
    found = answered.found
    context = {
        "form": answered.form,
        "found": found,
        "rows": [(*row, _share(found, row[0])) for row in answered.form.rows()],
        "told": _told(found) if found else "",
        "limits": _limits(found) if found else "",
        "change": _change(answered),
        "record": _record(request, unit, found),
        "here": "result",
    }
    return render(request, "surveys/result.html", context)


@require_POST
@requires(Permission.LEDGER_VIEW)
def export_result(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The answers of every part as a sheet, what they say of everybody below."""
    answered = _answered(request, unit)
    found = answered.found
    if found is None:
        raise Http404(_("还没有填结果。"))
    rows = [
        [one.part.name, one.part.people or None, one.asked, one.yes,
         *((_tenths(one.share.value), _tenths(one.share.lower), _tenths(one.share.upper)) if one.share
           else (None, None, None))]
        for one in found.parts
    ]  # fmt: skip
    notes = [
        (_("结论"), _told(found)), (_("和以前比"), _change(answered)), (_("不能说明什么"), _limits(found)),
        (_("方法"), survey_method()),
    ]  # fmt: skip
    heads = [_("地方"), _("人口"), _("问了"), _("知道"), _("知晓率%"), _("下限"), _("上限")]
    columns = list(zip(heads, (24, 40, 8, 8, 10, 8, 8), strict=True))
    name = _("%(unit)s知晓率 %(day)s") % {"unit": unit.name, "day": today()}
    return sheet(name=name, title=_("知晓率"), columns=columns, rows=rows, notes=notes)


def _planned(request: PersonRequest, unit: Unit) -> Planned:
    from safecommunity.surveillance import surveys  # slow import

    year, parts = surveys.strata(unit, today())
    form = PlanForm(starting(parts, surveys.recorded(unit)) | request.GET.dict())
    return Planned(form, surveys.plan(form.wanted(), parts) if form.is_valid() else None, year)


def _answered(request: PersonRequest, unit: Unit) -> Answered:
    from safecommunity.surveillance import surveys  # slow import

    _year, parts = surveys.strata(unit, today())
    form = ResultForm(parts, surveys.recorded(unit), request.GET)
    if not form.is_valid():
        return Answered(form, None, None)
    return Answered(form, surveys.result(form.said(), parts), form.earlier())


def _sentence(form: PlanForm, found: Plan) -> str:
    """How many to ask, and what for."""
    wanted = form.wanted()
    said = {
        "people": found.people, "homes": found.households, "share": f"{_tenths(wanted.share):g}",
        "margin": f"{_tenths(wanted.margin):g}", "each": wanted.each,
    }  # fmt: skip
    told = _("要问 %(people)s 人：比例在 %(share)s%% 上下时，误差不超过正负 %(margin)s 个百分点。") % said
    return told + (_("每户问 %(each)s 人，约走 %(homes)s 户。") % said if wanted.each > 1 else "")


def _basis(planned: Planned) -> str:
    """From what it follows, and what is missing."""
    found, wanted = planned.found, planned.form.wanted()
    if found is None:
        return ""
    said = {
        "response": f"{_tenths(wanted.response):g}", "effect": f"{found.effect:.2f}", "year": planned.year,
        "people": wanted.people,
    }  # fmt: skip
    told = _("20次里19次成立，已经按应答率 %(response)s%% 多问。") % said
    if found.effect > 1:
        told += _("连着问的答得相近，要多问到 %(effect)s 倍。") % said
    told += _("总人数 %(people)s。") % said if wanted.people else _("没有总人数，按人很多来算。")
    if found.parts:
        return told + (_("按 %(year)s 年人口分到各处，没有填人口的不分。") % said if planned.year else "")
    return told + _("没有填人口，或要问的比人口还多，不能分到各处。")


def _told(found: Result) -> str:
    """The share of everybody with its limits."""
    said = {"asked": found.asked, **_percent(found.share)}
    if found.weighted:
        return (
            _("问了 %(asked)s 人，按人口加权，知晓率 %(value)s%%，真实大致在 %(low)s%%—%(high)s%% 之间。")
            % said
        )
    return _("问了 %(asked)s 人，知晓率 %(value)s%%，真实大致在 %(low)s%%—%(high)s%% 之间。") % said


def _limits(found: Result) -> str:
    """What the share cannot tell."""
    effect = found.share.design_effect
    said = {"effect": f"{effect:.2f}", "alone": round(found.asked / effect)}
    told = _("设计效应 %(effect)s：相当于不分地方、随机问 %(alone)s 人。") % said
    if not found.weighted:
        told += _("有的地方没有填人口，所以没有加权：问得多的地方分量偏大。")
    return told + _("界限只算了抽样的偶然，按各处都是随机问的来算；连着问、挑着问、没有应答的，实际还要宽。")


def _change(answered: Answered) -> str:
    """Against an earlier questionnaire: what changed, and whether one may say so."""
    from safecommunity.surveillance.surveys import difference  # slow import

    before, found = answered.earlier, answered.found
    if before is None or found is None:
        return ""
    change = difference(before, found)
    said = {
        "day": before.day, "asked": before.asked, "old": _tenths(before.share),
        "new": _tenths(found.share.value), "change": _points(change.value), "low": _points(change.lower),
        "high": _points(change.upper),
    }  # fmt: skip
    first = _("上一次（%(day)s，%(asked)s 人）%(old)s%%，这次 %(new)s%%，%(change)s；") % said
    if _is_clear(change):
        return first + _("真实变化在%(low)s到%(high)s之间，不像是偶然。") % said
    return first + _("但真实变化可能在%(low)s到%(high)s之间，还不能说有变化。") % said


def _share(found: Result | None, part: Stratum) -> str:
    """Of one part, with its limits; "" with too few."""
    answers = (one for one in found.parts if one.part == part) if found else ()
    one = next(iter(answers), None)
    if one is None or one.share is None:
        return ""
    return _("%(value)s%%（%(low)s—%(high)s）") % _percent(one.share)


def _is_clear(change: Difference) -> bool:
    return change.lower > 0 or change.upper < 0


def _record(request: PersonRequest, unit: Unit, found: Result | None) -> str:
    """Where the result is recorded once, filled in already; "" for who may not."""
    if found is None or not can(request.user, Permission.LEDGER_EDIT, unit):
        return ""
    from safecommunity.surveillance.surveys import KIND, LEDGER

    values = {"kind": KIND, "sample": found.asked, "awareness": _tenths(found.share.value)}
    return f"{reverse('ledgers:add', args=[unit.slug, LEDGER])}?{urlencode(values)}"


def _percent(one: Share | Limits) -> dict[str, Any]:
    return {"value": _tenths(one.value), "low": _tenths(one.lower), "high": _tenths(one.upper)}


def _points(value: float) -> str:
    """A difference of shares in words."""
    tenths = _tenths(abs(value))
    if tenths == 0:
        return _("几乎没变")
    return (_("多 %(points)s 个百分点") if value > 0 else _("少 %(points)s 个百分点")) % {"points": tenths}


def _tenths(share: float) -> float:
    """In per cent, to a tenth."""
    return round(share * 100, 1)
