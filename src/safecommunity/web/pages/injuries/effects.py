"""What a promotion project brought: months before and after, the estimate, what it cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safecommunity.core.periods import Period
from safecommunity.ledgers.models import Entry
from safecommunity.library import codes
from safecommunity.surveillance import actions, queries
from safecommunity.surveillance.wording import named, number, word
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.web.access import PersonRequest, requires
from safecommunity.web.clock import today
from safecommunity.web.components.lists import sheet
from safecommunity.web.pages.injuries.sentences import change, changes, records

if TYPE_CHECKING:
    from safecommunity.surveillance.effects import Question, Told

WIDE, HIGH, LEFT, LOW = 720, 260, 40, 24
REST = "rest"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: a project, if one is chosen, and the question; None without a day."""

    projects: Sequence[Entry]
    project: Entry | None
    question: Question | None


@requires(Permission.INJURY_VIEW)
def index(request: PersonRequest, unit: Unit) -> HttpResponse:
    names = queries.areas(unit)
    asked = _asked(request, unit, names)
    told, question = _told(unit, asked), asked.question
    key = question.key if question else ()
    said, other = dict(key), question.other if question else ""
    context = {
        "asked": asked,
        "told": told,
        "name": named(key, names) or _("全部伤害"),
        "sentences": sentences(told) if told else [],
        "limits": limits(told) if told else "",
        "chart": chart(told) if told and told.months else None,
        "rows": [
            (*row, records(unit, row[0], Period.month_of(row[0]).end, key, is_open=True))
            for row in reversed(list(told.rows() if told else ()))
        ],
        "causes": _choices("injury-causes", said.get("cause", ""), "cause"),
        "groups": _choices("age-groups", said.get("group", ""), "group"),
        "areas": [(code, name, code == said.get("area")) for code, name in names.items()],
        "others": [
            *([(REST, _("其余社区合计"), other == REST)] if "area" in said else []),
            *((code, name, code == other) for code, name in names.items() if code != said.get("area")),
        ],
        "here": "effect",
    }
    return render(request, "injuries/effect.html", context)


@require_POST
@requires(Permission.INJURY_VIEW)
def export(request: PersonRequest, unit: Unit) -> HttpResponse:
    """The months as a sheet, what is said of them below."""
    names = queries.areas(unit)
    asked = _asked(request, unit, names)
    told, question = _told(unit, asked), asked.question
    if question is None or told is None or not told.months:
        raise Http404(_("没有可以导出的月份。"))
    rows = [
        [f"{month:%Y-%m}", count, away, None if without is None else round(without, 2)]
        for month, count, away, without in told.rows()
    ]
    notes = [
        (_("伤害"), named(question.key, names) or _("全部伤害")), (_("开始"), str(question.start)),
        *((_("结论"), one) for one in sentences(told)), (_("不能说明什么"), limits(told)),
    ]  # fmt: skip
    actions.note_figures(
        unit=unit, table="effect", first=told.months[0], last=told.months[-1], by=request.user
    )
    heads = [_("月份"), _("起数"), _("对照起数"), _("没有项目时应有")]
    columns = list(zip(heads, (24, 40, 10, 16), strict=True))
    name = _("%(unit)s项目效果 %(start)s") % {"unit": unit.name, "start": question.start}
    return sheet(name=name, title=_("效果"), columns=columns, rows=rows, notes=notes)


def sentences(told: Told) -> list[str]:
    """Before and after, the effect with its limits, and what could have been seen at all."""
    if told.effect is None:
        words = {
            "before": _("开始以前登记不满 12 个整月，还不能说有没有效果。"),
            "after": _("开始以后不满 12 个整月，还不能说有没有效果。"),
            "few": _("起数太少，不能说有没有效果。"),
        }
        return [words[told.silence]]
    effect = told.effect
    said = {
        **changes(effect.factor, effect.lower, effect.upper), "least": change(effect.least),
        "before": number(told.mean_before), "after": number(told.mean_after),
    }  # fmt: skip
    first = _("开始以前每月 %(before)s 起，以后每月 %(after)s 起。") % said
    against = (
        _("和对照的变化相比，%(change)s；") if told.elsewhere else _("和原来的走势、季节相比，%(change)s；")
    ) % said
    sure = (
        _("真实变化在%(low)s到%(high)s之间，不像是偶然。")
        if effect.is_clear
        else _("但真实变化可能在%(low)s到%(high)s之间，还不能说有效果。")
    ) % said
    return [first, against + sure, _("这么多起数，要%(least)s以上，才有八成把握看得出来。") % said]


def limits(told: Told) -> str:
    """What before and after cannot tell."""
    alone = "" if told.elsewhere else _("没有对照，同时发生的别的变化也算在里面；")
    return alone + _(
        "登记方式的变化、人口的增减、别的工作都会改变起数；没有按人口调整。受限的卡不在里面，最后一张卡以后的月份也不算。"
        "看出变化不等于是项目带来的，看不出也不等于没有效果。"
    )


def chart(told: Told) -> dict[str, Any]:
    """Lines of counts, of the comparison and of what was to be expected, and where the project began."""
    top = max(*told.counts, *told.elsewhere, *told.without, 1) * 1.05
    step = (WIDE - LEFT - 8) / max(len(told.months) - 1, 1)

    def line(values: Sequence[float], first: int = 0) -> str:
        return " ".join(
            f"{LEFT + (first + at) * step:.1f},{HIGH - LOW - value / top * (HIGH - LOW - 8):.1f}"
            for at, value in enumerate(values)
        )

    return {
        "counts": line(told.counts), "elsewhere": line(told.elsewhere),
        "without": line(told.without, told.start), "start": round(LEFT + (told.start - 0.5) * step, 1),
        "wide": WIDE, "high": HIGH, "left": LEFT, "right": WIDE - 8, "bottom": HIGH - LOW, "top": round(top),
        "first": told.months[0], "last": told.months[-1],
    }  # fmt: skip


def _told(unit: Unit, asked: Asked) -> Told | None:
    from safecommunity.surveillance.effects import evaluated  # slow import

    return evaluated(unit, asked.question, today()) if asked.question else None


def _asked(request: PersonRequest, unit: Unit, names: dict[str, str]) -> Asked:
    """The project's day and, until the person chooses otherwise, the injuries of the lead behind it."""
    from safecommunity.surveillance import effects  # slow import

    rows = list(effects.projects(unit)) if can(request.user, Permission.LEDGER_VIEW, unit) else []
    project = next((one for one in rows if str(one.pk) == request.GET.get("project")), None)
    lead = queries.lead_behind(unit, "project", str(project.pk)) if project else None
    said = {**dict(lead.key if lead else ()), **request.GET.dict()}
    start = project.record_date if project else queries.parse(dict(request.GET.lists())).from_date
    return Asked(rows, project, effects.asked(start, said, names) if start else None)


def _choices(listed: str, chosen: str, name: str) -> list[tuple[str, str, bool]]:
    return [(code, word(name, code), code == chosen) for code in codes[listed]]
